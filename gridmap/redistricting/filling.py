"""Fill a plan from outside: shapes that somebody drew elsewhere, or a list of building to grid.

Whatever comes, only atoms move: the result is an exact coverage like every plan.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.geometry.crs import geometries_from_wgs84
from gridmap.redistricting.editing import Bench
from gridmap.redistricting.graph import Assignment, Int32s
from gridmap.redistricting.plan import UNASSIGNED, GridDraft
from gridmap.terms import Term

MOST_TOLD: Final = 50
"""Problems of one kind that are listed one by one."""


@dataclass(frozen=True, slots=True)
class GridShape:
    """A grid that a file draws: code and name (one may be empty), shape in WGS 84."""

    code: str
    name: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list: number of the row, the building's code, the grid's code and name."""

    row: int
    building: str
    code: str
    name: str


class FillingProblem(Term):
    """What did not fit."""

    UNKNOWN_BUILDING = "unknown_building", "没有这栋楼", "No such building"
    TWICE = "twice", "同一栋楼列了两次", "A building is listed twice"
    SHARED_PIECE = (
        "shared_piece",
        "同一地块的楼分给了不同网格，按户数多的",
        "Buildings of one piece go to different grids; most households decide",
    )
    UNCOVERED = (
        "uncovered",
        "有地块不在任何图形内，保持原网格",
        "Pieces in no shape keep their grid",
    )
    OVERLAP = "overlap", "图形重叠，按先后", "Shapes overlap; the first counts"


@dataclass(frozen=True, slots=True)
class Told:
    """A problem, what it is about, and in how many places."""

    kind: FillingProblem
    subject: str
    count: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """What a file makes of a plan: all grids by row, the row of each atom, and what did not fit."""

    grids: tuple[GridDraft, ...]
    assignment: Assignment
    problems: tuple[Told, ...]


def by_shapes(bench: Bench, shapes: Sequence[GridShape]) -> Filled:
    """Give each atom to the shape that holds its interior point.

    A shape that reaches over several communities makes a grid in each. An atom in no shape keeps
    its grid.
    """
    graph, plan = bench.terrain.graph, bench.plan
    drawn = geometries_from_wgs84([one.shape for one in shapes], bench.terrain.crs)
    tree = shapely.STRtree(drawn)
    atoms, numbers = tree.query(shapely.points(graph.x, graph.y), predicate="intersects")
    order = np.lexsort((-numbers, atoms))
    chosen = np.full(len(graph), UNASSIGNED, dtype=np.int32)
    chosen[atoms[order]] = numbers[order]
    rows = _Rows(bench)
    assignment = plan.assignment.copy()
    communities = np.asarray(graph.communities)[graph.community]
    for number in np.unique(chosen[chosen != UNASSIGNED]).tolist():
        mine = chosen == number
        for community in np.unique(communities[mine]).tolist():
            row = rows.of(int(community), shapes[number].code, shapes[number].name)
            assignment[mine & (communities == community)] = row
    problems = []
    if uncovered := int((chosen == UNASSIGNED).sum()):
        problems.append(Told(FillingProblem.UNCOVERED, "", uncovered))
    if doubles := len(atoms) - len(np.unique(atoms)):
        problems.append(Told(FillingProblem.OVERLAP, "", doubles))
    return Filled(rows.grids, assignment, tuple(problems))


def by_buildings(bench: Bench, listed: Sequence[Listed]) -> Filled:
    """Give each atom to the grid of its buildings; open ground goes with the nearest of them.

    Where buildings of one atom go to different grids, the one with most households has it. A
    community of which no building is listed stays as it is.
    """
    terrain, graph = bench.terrain, bench.terrain.graph
    known = dict(zip(terrain.building_codes.tolist(), terrain.building_atoms.tolist(), strict=True))
    rows, problems = _Rows(bench), []
    votes: dict[int, Counter[int]] = defaultdict(Counter)
    seen: set[str] = set()
    for one in listed:
        if one.building not in known:
            problems.append(Told(FillingProblem.UNKNOWN_BUILDING, f"{one.row}: {one.building}"))
            continue
        if one.building in seen:
            problems.append(Told(FillingProblem.TWICE, f"{one.row}: {one.building}"))
            continue
        seen.add(one.building)
        atom = known[one.building]
        community = graph.communities[int(graph.community[atom])]
        votes[atom][rows.of(community, one.code, one.name)] += 1
    wanted = np.full(len(graph), UNASSIGNED, dtype=np.int32)
    for atom, counts in sorted(votes.items()):
        wanted[atom] = max(counts, key=lambda row: (counts[row], -row))
        if len(counts) > 1:
            name = rows.grids[int(wanted[atom])].name
            problems.append(Told(FillingProblem.SHARED_PIECE, name))
    spread = _spread(bench, wanted)
    assignment = np.where(spread == UNASSIGNED, bench.plan.assignment, spread).astype(np.int32)
    return Filled(rows.grids, assignment, _shortened(problems))


def _spread(bench: Bench, wanted: Int32s) -> Int32s:
    """Let open ground follow its neighbours, ring by ring; the longest common border decides."""
    graph, spread = bench.terrain.graph, wanted.copy()
    while True:
        here, there = spread[graph.first], spread[graph.second]
        inward = (here == UNASSIGNED) & (there != UNASSIGNED)
        outward = (there == UNASSIGNED) & (here != UNASSIGNED)
        atoms = np.concatenate([graph.first[inward], graph.second[outward]])
        if not atoms.size:
            return spread
        given = np.concatenate([there[inward], here[outward]])
        length = np.concatenate([graph.border_m[inward], graph.border_m[outward]])
        pairs, place = np.unique(np.column_stack([atoms, given]), axis=0, return_inverse=True)
        total = np.bincount(place.ravel(), length)
        order = np.argsort(total, kind="stable")  # the longest is written last
        spread[pairs[order, 0]] = pairs[order, 1]


class _Rows:
    """The plan's rows by code or name, and new ones for what it does not have."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._known: dict[tuple[int, str], int] = {}
        for row, grid in enumerate(bench.plan.grids):
            self._known.setdefault((grid.community_id, grid.code), row)
            self._known.setdefault((grid.community_id, grid.name), row)

    @property
    def grids(self) -> tuple[GridDraft, ...]:
        return self._bench.plan.grids

    def of(self, community: int, code: str, name: str) -> int:
        for word in (code, name):
            if word and (community, word) in self._known:
                return self._known[community, word]
        free = next(self._bench.free_codes(community))
        fits = code.startswith(free[:12]) and len(code) == len(free) and code.isdigit()
        taken = code in self._bench.used_codes or any(grid.code == code for grid in self.grids)
        draft = GridDraft(community, code if fits and not taken else free, name or code)
        row = len(self.grids)
        self._bench = replace(self._bench, plan=self._bench.plan.added(draft))
        for word in (code, name, draft.code):
            if word:
                self._known[community, word] = row
        return row


def _shortened(problems: Sequence[Told]) -> tuple[Told, ...]:
    counted: dict[FillingProblem, int] = Counter(one.kind for one in problems)
    told: list[Told] = []
    listed: Counter[FillingProblem] = Counter()
    for one in problems:
        listed[one.kind] += 1
        if listed[one.kind] <= MOST_TOLD:
            told.append(one)
    more = [Told(kind, "…", n - MOST_TOLD) for kind, n in counted.items() if n > MOST_TOLD]
    return (*told, *more)
