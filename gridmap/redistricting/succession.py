"""Who comes after whom when a plan of grids takes effect: pure rules, stated here and nowhere else.

A grid's identity is its code. A row of a plan that has ground is one of:

- goes on: the grid stands on the day and keeps its code, whatever its ground and name;
- comes back: the grid stood once, has ended since, and keeps its code;
- renumbered: it goes on under another code: a new identity, the old one ends;
- begins: everything else.

A grid that stands on the day and goes on in no row ends. Ground is an atom's area with its buildings;
it has moved when it belongs to another identity than before. Moved ground counts when it has a building
or is more than `LEAST_SHARE` of the grid that it left or of the one that it came to.

Lineage: a grid that begins (or comes back, or is renumbered) and a grid that gains ground that counts
have a line to each grid that it came from; whoever begins and every grid that ends has one at least (to
the largest part of its ground), where there was ground at all. The line says

- merged: the predecessor ends in this grid alone, or ends in several of which this one goes on;
- split: this grid begins, and the predecessor goes on or ends in several;
- redrawn: both go on and the border between them moved; or this grid begins on the ground of a single
  predecessor that ends in it alone (another code for the same grid).

What follows a grid:

- a building belongs to the grid of its atom where that changed, else it stays where it was;
- a road that an ended grid answered for goes to the heir along which most of it runs, else to the first;
- the branch of an ended grid ends, and so do the posts for it; that they go on in an heir is proposed,
  never done (`gridmap.redistricting.tasks`);
- of a renumbered grid the branch and the posts, with their terms and stand-ins, follow to the new code;
- the group of a building that moved, and one whose parent ended, comes under the branch of the
  building's grid, or under none where there is none as yet.

Heirs of a grid that ends are the rows that took its ground, the one with most of its households first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from gridmap.redistricting.graph import AtomGraph, Bools, Int64s, Weights
from gridmap.redistricting.plan import UNASSIGNED, GridDraft, Plan
from gridmap.terms import Term

LEAST_SHARE: Final = 0.05
NOBODY: Final = -1
"""In place of a grid's id: ground that no grid holds. Identities that are still to be made lie below."""


class Fate(Term):
    """What a row of a plan is to the grids that stand."""

    GOES_ON = "goes_on", "延续", "Goes on"
    RETURNS = "returns", "恢复", "Comes back"
    RENUMBERED = "renumbered", "改编码", "Renumbered"
    BEGINS = "begins", "新设", "Begins"


class Lineage(Term):
    """How a grid came from another one; the words of the table `grid_lineage`."""

    MERGED = "merged", "合并", "Merged"
    SPLIT = "split", "拆分", "Split"
    REDRAWN = "redrawn", "调整", "Redrawn"


@dataclass(frozen=True, slots=True)
class Line:
    """The grid of a row came from another grid."""

    row: int
    predecessor: int
    kind: Lineage


@dataclass(frozen=True, slots=True)
class Flow:
    """Ground that left a grid for a row: all of it together, and whether it counts."""

    predecessor: int
    row: int
    area_m2: float
    buildings: int
    households: int
    counts: bool


@dataclass(frozen=True, slots=True, eq=False)
class Succession:
    """What becomes of the grids that stand on a day.

    Attributes:
        fates: by row with ground.
        ends: ids of the grids that end, ascending; renumbered ones are among them.
        renumbered: id of the grid that ends, and the row under which it goes on.
        heirs: rows that took the ground of a grid that ends, most households first.
        lines: the lineage, by row and predecessor.
        moved: which atoms belong to another identity than before.
        redrawn: rows that go on with other ground than before, ascending.
        renamed: rows that go on under another name, ascending.
    """

    fates: dict[int, Fate]
    ends: tuple[int, ...]
    renumbered: dict[int, int]
    heirs: dict[int, tuple[int, ...]]
    lines: tuple[Line, ...]
    moved: Bools
    redrawn: tuple[int, ...]
    renamed: tuple[int, ...]

    def __bool__(self) -> bool:
        """Tell whether anything changes."""
        return bool(self.ends or self.renamed or self.begun or self.moved.any())

    @property
    def begun(self) -> tuple[int, ...]:
        """Return the rows whose grids do not stand as yet, ascending."""
        return tuple(row for row, fate in sorted(self.fates.items()) if fate is not Fate.GOES_ON)


def succession(
    before: Plan, after: Plan, graph: AtomGraph, weights: Weights, codes: Mapping[int, str]
) -> Succession:
    """Decide what becomes of the grids that stand.

    Args:
        before: the grids that stand on the day, on the same atoms.
        after: the plan.
        graph: the atoms.
        weights: what lies in each atom.
        codes: code of every grid that a row of the plan continues, whether it stands or not.
    """
    names = {grid.grid_id: grid.name for grid in before.grids}
    fates = {row: _fate(after.grids[row], set(names), codes) for row in after.present()}
    kept = {after.grids[row].grid_id: row for row, fate in fates.items() if fate is Fate.GOES_ON}
    ends = tuple(sorted(grid for grid in names if grid is not None and grid not in kept))
    held, holds = _identities(before, after, fates)
    flows = _flows(held, holds, after, graph, weights)
    moved = held != holds
    touched = {*held[moved].tolist(), *holds[moved].tolist()}
    return Succession(
        fates=fates,
        ends=ends,
        renumbered={
            grid: row
            for row, fate in fates.items()
            if fate is Fate.RENUMBERED and (grid := after.grids[row].grid_id) is not None
        },
        heirs=_heirs(ends, flows),
        lines=_lines(flows, fates, set(ends)),
        moved=moved,
        redrawn=tuple(sorted(row for grid, row in kept.items() if grid in touched)),
        renamed=tuple(
            sorted(row for grid, row in kept.items() if after.grids[row].name != names[grid])
        ),
    )


def _fate(grid: GridDraft, standing: set[int | None], codes: Mapping[int, str]) -> Fate:
    if grid.grid_id is None:
        return Fate.BEGINS
    same = codes[grid.grid_id] == grid.code
    if grid.grid_id in standing:
        return Fate.GOES_ON if same else Fate.RENUMBERED
    return Fate.RETURNS if same else Fate.BEGINS


def _identities(before: Plan, after: Plan, fates: Mapping[int, Fate]) -> tuple[Int64s, Int64s]:
    """Return each atom's identity before and after: an id, or a number below `NOBODY` for a new one."""
    known = {Fate.GOES_ON, Fate.RETURNS}
    rows = [
        int(grid.grid_id or 0) if fates.get(row) in known else NOBODY - 1 - row
        for row, grid in enumerate(after.grids)
    ]
    stood = [int(grid.grid_id or 0) for grid in before.grids]
    ids_before, ids_after = (
        np.array([*ids, NOBODY], dtype=np.int64)  # the row -1 takes the last
        for ids in (stood, rows)
    )
    return ids_before[before.assignment], ids_after[after.assignment]


def _flows(
    held: Int64s, holds: Int64s, after: Plan, graph: AtomGraph, weights: Weights
) -> list[Flow]:
    """Sum up the ground that moved, by the grid that it left and the row that it came to."""
    gone = np.flatnonzero((held != holds) & (held != NOBODY) & (after.assignment != UNASSIGNED))
    pairs = np.column_stack([held[gone], after.assignment[gone]])
    unique, place = np.unique(pairs, axis=0, return_inverse=True)
    sums = [
        np.bincount(place.ravel(), values[gone], minlength=len(unique))
        for values in (graph.area_m2, weights.buildings, weights.households)
    ]
    left = _areas(held, graph)
    came = _areas(after.assignment, graph)
    flows = []
    for (predecessor, row), area, built, homes in zip(unique.tolist(), *sums, strict=True):
        smaller = min(left[predecessor], came[row])
        counts = built > 0 or area > LEAST_SHARE * smaller
        flows.append(Flow(predecessor, row, float(area), int(built), int(homes), bool(counts)))
    return flows


def _areas(labels: Int64s | np.ndarray, graph: AtomGraph) -> dict[int, float]:
    unique, place = np.unique(labels, return_inverse=True)
    return dict(zip(unique.tolist(), np.bincount(place, graph.area_m2).tolist(), strict=True))


def _weight(flow: Flow) -> tuple[int, int, float, int]:
    """The larger the weight the more of a grid it is; equal parts by row."""
    return flow.households, flow.buildings, flow.area_m2, -flow.row


def _heirs(ends: tuple[int, ...], flows: list[Flow]) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[Flow]] = {grid: [] for grid in ends}
    for flow in flows:
        if flow.predecessor in found:
            found[flow.predecessor].append(flow)
    return {
        grid: tuple(flow.row for flow in sorted(took, key=_weight, reverse=True))
        for grid, took in found.items()
    }


def _lines(flows: list[Flow], fates: Mapping[int, Fate], ends: set[int]) -> tuple[Line, ...]:
    chosen = {(flow.predecessor, flow.row) for flow in flows if flow.counts}
    chosen |= _at_least_one(flows, chosen, fates, ends)
    pieces = Counter(predecessor for predecessor, _ in chosen)
    sources = Counter(row for _, row in chosen)
    found = []
    for predecessor, row in sorted(chosen, key=lambda pair: (pair[1], pair[0])):
        begins = fates[row] is not Fate.GOES_ON
        whole = predecessor in ends and pieces[predecessor] == 1
        if whole:
            alone = begins and sources[row] == 1
            kind = Lineage.REDRAWN if alone else Lineage.MERGED
        elif begins:
            kind = Lineage.SPLIT
        else:
            kind = Lineage.MERGED if predecessor in ends else Lineage.REDRAWN
        found.append(Line(row, predecessor, kind))
    return tuple(found)


def _at_least_one(
    flows: list[Flow],
    chosen: set[tuple[int, int]],
    fates: Mapping[int, Fate],
    ends: set[int],
) -> set[tuple[int, int]]:
    """Return the largest flow of each grid that ends or begins without one that counts."""
    led = {predecessor for predecessor, _ in chosen}
    came = {row for _, row in chosen}
    lost: dict[tuple[str, int], list[Flow]] = defaultdict(list)
    for flow in flows:
        if flow.predecessor in ends - led:
            lost["end", flow.predecessor].append(flow)
        if fates[flow.row] is not Fate.GOES_ON and flow.row not in came:
            lost["begin", flow.row].append(flow)
    largest = (max(some, key=_weight) for some in lost.values())
    return {(flow.predecessor, flow.row) for flow in largest}
