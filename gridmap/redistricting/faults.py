"""What is wrong with a plan, grid by grid: faults that must be mended, warnings to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridmap.geometry.components import components
from gridmap.redistricting.graph import AtomGraph, Int32s, Int64s, Weights
from gridmap.redistricting.metrics import Band, Measures
from gridmap.redistricting.plan import UNASSIGNED, Plan
from gridmap.terms import Term

LEAST_MEMBERS: Final = 3
"""Full members that a branch should have: warns, never blocks."""


class FaultKind(Term):
    """Kinds of faults and warnings, the gravest first."""

    UNASSIGNED = "unassigned", "未分配的地块", "Ground without a grid"
    NO_GRID = "no_grid", "社区没有网格", "A community without a grid"
    IN_PARTS = "in_parts", "网格不连片", "A grid in several parts"
    ENCLAVE = "enclave", "网格被另一网格包住", "A grid inside another"
    SPLIT_COMPOUND = "split_compound", "小区被分开", "A compound divided"
    OUT_OF_BAND = "out_of_band", "户数超出范围", "Households out of range"
    SMALL_BRANCH = "small_branch", "党员不足3名", "Fewer than 3 full members"
    WORKER_WITHOUT_GRID = (
        "worker_without_grid",
        "专职网格员没有网格",
        "A grid worker without a grid",
    )
    GRID_WITHOUT_WORKER = (
        "grid_without_worker",
        "网格没有专职网格员",
        "A grid without a full-time worker",
    )


BLOCKING: Final = frozenset({FaultKind.UNASSIGNED, FaultKind.NO_GRID, FaultKind.IN_PARTS})
"""Kinds that keep a plan from review and publication."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, where it is and what to look at.

    Attributes:
        kind: what is wrong.
        row: the grid, where it is about one.
        atoms: what to zoom to.
        subject: name of the grid, compound or person.
        number: parts, members, households: what the kind counts.
    """

    kind: FaultKind
    row: int | None
    atoms: tuple[int, ...]
    subject: str = ""
    number: int = 0

    @property
    def blocks(self) -> bool:
        """Tell whether the plan may not go on with it."""
        return self.kind in BLOCKING


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What the rules look at beside the plan itself.

    Attributes:
        band: households a grid should have.
        communities: names by area id.
        compounds: names by compound id.
        workers: the full-time worker's name by grid id; a grid without one has none.
    """

    band: Band
    communities: Mapping[int, str] = field(default_factory=dict)
    compounds: Mapping[int, str] = field(default_factory=dict)
    workers: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A plan under inspection: everything that a rule may look at.

    `members` are the atoms of each row, `parts` one label an atom from `parts_of`. A plan has hundreds of grids
    and is looked at after every edit: a rule finds its grids by arrays and goes one by one only through those.
    """

    plan: Plan
    graph: AtomGraph
    weights: Weights
    measures: Measures
    members: tuple[Int32s, ...]
    parts: Int32s
    around: Surroundings
    _tuples: dict[int, tuple[int, ...]] = field(init=False, repr=False, default_factory=dict)

    @classmethod
    def of(
        cls,
        plan: Plan,
        graph: AtomGraph,
        weights: Weights,
        measures: Measures,
        around: Surroundings,
    ) -> Case:
        """Put a plan under inspection; `measures` are those of its assignment."""
        parts = parts_of(graph, plan.assignment)
        return cls(plan, graph, weights, measures, plan.members(), parts, around)

    def present(self) -> list[int]:
        """Return the rows that have ground."""
        return _listed(self.measures.atoms > 0)

    def atoms_of(self, row: int) -> tuple[int, ...]:
        """Return the atoms of a row, ascending; the same tuple each time."""
        if row not in self._tuples:
            self._tuples[row] = _rows(self.members[row])
        return self._tuples[row]


def inspect(case: Case) -> tuple[Fault, ...]:
    """Find all that is wrong with a plan, the gravest kinds first."""
    return tuple(fault for rule in RULES for fault in rule(case))


def parts_of(graph: AtomGraph, assignment: Int32s) -> Int32s:
    """Number the connected pieces of equal assignment: the lowest atom of its piece for each atom."""
    same = assignment[graph.first] == assignment[graph.second]
    first = graph.first[same].astype(np.int64)
    second = graph.second[same].astype(np.int64)
    return components(len(graph), first, second).astype(np.int32)


def _unassigned(case: Case) -> Iterator[Fault]:
    loose = np.flatnonzero(case.plan.assignment == UNASSIGNED)
    if loose.size:
        yield Fault(FaultKind.UNASSIGNED, None, _rows(loose), number=len(loose))


def _no_grid(case: Case) -> Iterator[Fault]:
    having = {case.plan.grids[row].community_id for row in case.present()}
    for number, community in enumerate(case.graph.communities):
        if community not in having:
            name = case.around.communities.get(community, "")
            yield Fault(FaultKind.NO_GRID, None, _rows(case.graph.rows_of(number)), name)


def _in_parts(case: Case) -> Iterator[Fault]:
    """More parts than its community has where the grid lies: those cannot be avoided."""
    assignment, rows = case.plan.assignment, len(case.plan.grids)
    lowest = np.flatnonzero(case.parts == np.arange(len(assignment)))
    pieces = _counted(assignment[lowest], rows)
    if pieces.max(initial=0) < 2:  # noqa: PLR2004 - one and another
        return
    whole = parts_of(case.graph, case.graph.community)
    in_whole = np.unique(assignment * np.int64(len(whole)) + whole) // len(whole)
    torn = np.flatnonzero(pieces > _counted(in_whole, rows))
    stray = _stray(case, lowest)
    for row in torn.tolist():
        name = case.plan.grids[row].name
        yield Fault(FaultKind.IN_PARTS, row, _rows(stray[row]), name, int(pieces[row]))


def _stray(case: Case, lowest: NDArray[np.intp]) -> tuple[Int32s, ...]:
    """Return by row the atoms outside its largest part; of equal parts the one with the lowest atom."""
    assignment = case.plan.assignment
    sizes = np.bincount(case.parts, minlength=len(assignment))[lowest]
    main = np.full(len(case.plan.grids) + 1, UNASSIGNED)  # the last one is of no grid
    smallest_first = np.argsort(-sizes, kind="stable")[::-1]
    main[assignment[lowest[smallest_first]]] = lowest[smallest_first]  # the last one stays
    outside = case.parts != main[assignment]
    return replace(case.plan, assignment=np.where(outside, assignment, UNASSIGNED)).members()


def _enclaves(case: Case) -> Iterator[Fault]:
    """A grid that touches one other grid of its community only, and never the community's edge."""
    graph, assignment, rows = case.graph, case.plan.assignment, len(case.plan.grids)
    here, there = assignment[graph.first], assignment[graph.second]
    cut = here != there
    one = np.concatenate([here[cut], there[cut]]).astype(np.int64) - UNASSIGNED
    other = np.concatenate([there[cut], here[cut]]).astype(np.int64)
    lowest, highest = np.full(rows + 1, rows), np.full(rows + 1, UNASSIGNED)
    np.minimum.at(lowest, one, other)
    np.maximum.at(highest, one, other)
    edge = np.bincount(assignment - UNASSIGNED, graph.outer_m, minlength=rows + 1)
    for row in _listed(((lowest == highest) & (edge <= 0))[1:]):
        yield Fault(FaultKind.ENCLAVE, row, case.atoms_of(row), case.plan.grids[row].name)


def _split_compounds(case: Case) -> Iterator[Fault]:
    graph = case.graph
    for one in _divided(graph, case.weights, case.plan.assignment):
        name = case.around.compounds.get(int(graph.compound[one.atoms[0]]), "")
        yield Fault(FaultKind.SPLIT_COMPOUND, one.row, _rows(one.atoms), name, one.grids)


def split_compounds(
    graph: AtomGraph, weights: Weights, assignment: Int32s
) -> list[tuple[int, int]]:
    """Return the compounds whose buildings in one community are in several grids.

    Returns:
        (row of the community, compound id), ascending. What a community's own boundary divides is
        not the grids' doing.
    """
    first = [one.atoms[0] for one in _divided(graph, weights, assignment)]
    return [(int(graph.community[atom]), int(graph.compound[atom])) for atom in first]


class _Divided(NamedTuple):
    """A compound in several grids: its atoms in one community, its first building's row, how many grids."""

    atoms: NDArray[np.intp]
    row: int
    grids: int


def _divided(graph: AtomGraph, weights: Weights, assignment: Int32s) -> list[_Divided]:
    inside = np.flatnonzero(graph.compound >= 0)
    span = np.int64(graph.compound.max(initial=0)) + 1
    keys = graph.community[inside] * span + graph.compound[inside]
    order = np.argsort(keys, kind="stable")
    inside, keys = inside[order], keys[order]
    begins = np.flatnonzero(np.diff(keys, prepend=-1))
    compound = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(keys)))
    built = np.flatnonzero(weights.buildings[inside] > 0)
    rows = assignment[inside[built]] - UNASSIGNED
    span = np.int64(rows.max(initial=0)) + 1
    grids = np.bincount(np.unique(compound[built] * span + rows) // span, minlength=len(begins))
    first = np.searchsorted(compound[built], np.arange(len(begins)))
    ends = np.append(begins, len(keys))
    return [
        _Divided(
            inside[ends[one] : ends[one + 1]], int(rows[first[one]]) + UNASSIGNED, int(grids[one])
        )
        for one in _listed(grids > 1)
    ]


def _out_of_band(case: Case) -> Iterator[Fault]:
    band, households = case.around.band, case.measures.counts["households"]
    off = (households < band.least) | (households > band.most)
    for row in _listed(off & (case.measures.atoms > 0)):
        yield _about(case, FaultKind.OUT_OF_BAND, row, int(households[row]))


def _small_branches(case: Case) -> Iterator[Fault]:
    members = case.measures.counts["members"]
    for row in _listed((members < LEAST_MEMBERS) & (case.measures.atoms > 0)):
        yield _about(case, FaultKind.SMALL_BRANCH, row, int(members[row]))


def _workers(case: Case) -> Iterator[Fault]:
    going_on = {case.plan.grids[row].grid_id for row in case.present()}
    for grid_id, name in case.around.workers.items():
        if grid_id not in going_on:
            yield Fault(FaultKind.WORKER_WITHOUT_GRID, None, (), name)
    for row in case.present():
        if case.plan.grids[row].grid_id not in case.around.workers:
            yield _about(case, FaultKind.GRID_WITHOUT_WORKER, row, 0)


def _about(case: Case, kind: FaultKind, row: int, number: int) -> Fault:
    return Fault(kind, row, case.atoms_of(row), case.plan.grids[row].name, number)


def _counted(assignment: Int32s | Int64s, rows: int) -> NDArray[np.intp]:
    """Count by row; what has no grid is left out."""
    return np.bincount(assignment - UNASSIGNED, minlength=rows + 1)[1:]


def _listed(flags: NDArray[np.bool_]) -> list[int]:
    found: list[int] = np.flatnonzero(flags).tolist()
    return found


def _rows(atoms: NDArray[np.int32] | NDArray[np.intp]) -> tuple[int, ...]:
    return tuple(atoms.tolist())


RULES: Final[tuple[Callable[[Case], Iterator[Fault]], ...]] = (
    _unassigned,
    _no_grid,
    _in_parts,
    _enclaves,
    _split_compounds,
    _out_of_band,
    _small_branches,
    _workers,
)
"""One function a rule, in the order in which faults are listed."""
