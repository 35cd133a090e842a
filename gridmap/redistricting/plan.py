"""A plan as a value: which grid each atom belongs to. Nothing changes it; every edit makes another."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np

from gridmap.redistricting.graph import Assignment, Int32s

UNASSIGNED: Final = -1
MOST_GRIDS: Final = 2**15 - 1
_STORED: Final = np.dtype("<i2")


@dataclass(frozen=True, slots=True)
class GridDraft:
    """A grid as a plan sees it; its row in the plan is its number for as long as the plan lives.

    Attributes:
        community_id: the community that it lies in; it never leaves it.
        code: 15 digits; of a new grid the next free one.
        name: its name.
        grid_id: the grid of the ledger that goes on under this row; None for a new one.
        note: what the planner wrote to it.
        locked: nothing is taken from it or given to it.
    """

    community_id: int
    code: str
    name: str
    grid_id: int | None = None
    note: str = ""
    locked: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the grid as it is stored with a version of a plan."""
        return {
            "community_id": self.community_id,
            "code": self.code,
            "name": self.name,
            "grid_id": self.grid_id,
            "note": self.note,
            "locked": self.locked,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Grids and the atoms that each has.

    A row without atoms is a grid that the plan does away with (or has not begun): rows never
    shift, so that undoing a merge brings back the same grid under the same number.

    Attributes:
        grids: by row.
        assignment: one row of `grids` an atom, `UNASSIGNED` for none; read-only.
        locked_atoms: rows of atoms that stay where they are.
    """

    grids: tuple[GridDraft, ...]
    assignment: Assignment
    locked_atoms: frozenset[int] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        held = np.array(self.assignment, dtype=np.int32)
        held.setflags(write=False)
        object.__setattr__(self, "assignment", held)

    def __eq__(self, other: object) -> bool:
        """Compare by value: grids, locks and every atom's grid."""
        return (
            isinstance(other, Plan)
            and self.grids == other.grids
            and self.locked_atoms == other.locked_atoms
            and np.array_equal(self.assignment, other.assignment)
        )

    def __hash__(self) -> int:
        return hash((self.grids, self.assignment.tobytes(), self.locked_atoms))

    def atoms_of(self, *rows: int) -> Int32s:
        """Return the atoms of some grids, ascending."""
        return np.flatnonzero(np.isin(self.assignment, rows)).astype(np.int32)

    def members(self) -> tuple[Int32s, ...]:
        """Return the atoms of every grid, by row; one sort for all of them."""
        order = np.argsort(self.assignment, kind="stable").astype(np.int32)
        edges = np.searchsorted(self.assignment[order], np.arange(len(self.grids) + 1))
        return tuple(order[start:end] for start, end in pairwise(edges.tolist()))

    def sizes(self) -> Int32s:
        """Return the number of atoms of each grid."""
        assigned = self.assignment[self.assignment != UNASSIGNED]
        return np.bincount(assigned, minlength=len(self.grids)).astype(np.int32)

    def present(self) -> list[int]:
        """Return the rows of grids that have atoms."""
        return [int(row) for row in np.flatnonzero(self.sizes())]

    def placed(self, atoms: Sequence[int] | Int32s, row: int) -> Plan:
        """Return the plan with these atoms in that grid."""
        assignment = self.assignment.copy()
        assignment[np.asarray(atoms, dtype=np.intp)] = row
        return replace(self, assignment=assignment)

    def with_grid(self, row: int, **changes: Any) -> Plan:  # noqa: ANN401 - the fields of GridDraft
        """Return the plan with some fields of one grid changed."""
        grids = list(self.grids)
        grids[row] = replace(grids[row], **changes)
        return replace(self, grids=tuple(grids))

    def added(self, *grids: GridDraft) -> Plan:
        """Return the plan with more grids, still without atoms."""
        return replace(self, grids=self.grids + grids)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not the same in two plans on the same atoms.

    Attributes:
        atoms: rows of atoms that are in another grid, ascending.
        rows: grids that won or lost atoms, or whose name, code, note or lock differs.
    """

    atoms: tuple[int, ...]
    rows: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.atoms or self.rows)


def difference(one: Plan, other: Plan) -> Difference:
    """Compare two plans on the same atoms.

    >>> grids = (GridDraft(1, "1", "a"), GridDraft(1, "2", "b"))
    >>> before = Plan(grids, np.array([0, 0, 1]))
    >>> difference(before, before.placed([1], 1))
    Difference(atoms=(1,), rows=(0, 1))
    """
    moved = np.flatnonzero(one.assignment != other.assignment)
    touched = np.concatenate([one.assignment[moved], other.assignment[moved]])
    rows = {int(row) for row in np.unique(touched) if row != UNASSIGNED}
    longer = max(len(one.grids), len(other.grids))
    rows |= {row for row in range(longer) if one.grids[row : row + 1] != other.grids[row : row + 1]}
    return Difference(tuple(int(atom) for atom in moved), tuple(sorted(rows)))


def packed(assignment: Assignment) -> bytes:
    """Return an assignment as it is stored: deflated little-endian int16, one an atom."""
    return zlib.compress(np.ascontiguousarray(assignment, dtype=_STORED).tobytes(), 6)


def unpacked(stored: bytes) -> Assignment:
    """Return a stored assignment.

    >>> unpacked(packed(np.array([0, -1, 7], dtype=np.int32))).tolist()
    [0, -1, 7]
    """
    return np.frombuffer(zlib.decompress(stored), dtype=_STORED).astype(np.int32)
