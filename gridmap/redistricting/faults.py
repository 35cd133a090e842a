"""What is wrong with a plan, grid by grid: faults that must be mended, warnings to be looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridmap.geometry.components import components
from gridmap.redistricting.graph import AtomGraph, Int32s, Weights
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

    `members` are the atoms of each row, `parts` one label an atom from `parts_of`.
    """

    plan: Plan
    graph: AtomGraph
    weights: Weights
    measures: Measures
    members: tuple[Int32s, ...]
    parts: Int32s
    around: Surroundings

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
        return [row for row, members in enumerate(self.members) if members.size]


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
    whole = parts_of(case.graph, case.graph.community)
    for row in case.present():
        members = case.members[row]
        pieces = np.unique(case.parts[members])
        if len(pieces) > len(np.unique(whole[members])):
            sizes = [np.count_nonzero(case.parts[members] == piece) for piece in pieces]
            main = pieces[int(np.argmax(sizes))]
            stray = members[case.parts[members] != main]
            name = case.plan.grids[row].name
            yield Fault(FaultKind.IN_PARTS, row, _rows(stray), name, len(pieces))


def _enclaves(case: Case) -> Iterator[Fault]:
    """A grid that touches one other grid of its community only, and never the community's edge."""
    graph, assignment = case.graph, case.plan.assignment
    here, there = assignment[graph.first], assignment[graph.second]
    cut = here != there
    beside: dict[int, set[int]] = defaultdict(set)
    pairs = np.unique(np.column_stack([here[cut], there[cut]]), axis=0)
    for one, other in pairs.tolist():
        beside[one].add(other)
        beside[other].add(one)
    reaches_edge = np.bincount(
        assignment - UNASSIGNED, graph.outer_m, minlength=len(case.plan.grids) + 1
    )[1:]
    for row in case.present():
        if len(beside[row]) == 1 and reaches_edge[row] <= 0:
            yield Fault(FaultKind.ENCLAVE, row, _rows(case.members[row]), case.plan.grids[row].name)


def _split_compounds(case: Case) -> Iterator[Fault]:
    graph = case.graph
    for community, compound in split_compounds(graph, case.weights, case.plan.assignment):
        inside = (graph.compound == compound) & (graph.community == community)
        members = np.flatnonzero(inside)
        built = members[case.weights.buildings[members] > 0]
        over = len(np.unique(case.plan.assignment[built]))
        row = int(case.plan.assignment[built[0]])
        name = case.around.compounds.get(compound, "")
        yield Fault(FaultKind.SPLIT_COMPOUND, row, _rows(members), name, over)


def split_compounds(
    graph: AtomGraph, weights: Weights, assignment: Int32s
) -> list[tuple[int, int]]:
    """Return the compounds whose buildings in one community are in several grids.

    Returns:
        (row of the community, compound id), ascending. What a community's own boundary divides is
        not the grids' doing.
    """
    built = np.flatnonzero((graph.compound >= 0) & (weights.buildings > 0))
    columns = (graph.community[built], graph.compound[built], assignment[built])
    triples = np.unique(np.column_stack(columns), axis=0)
    pairs, grids = np.unique(triples[:, :2], axis=0, return_counts=True)
    return [(int(community), int(compound)) for community, compound in pairs[grids > 1]]


def _out_of_band(case: Case) -> Iterator[Fault]:
    band, households = case.around.band, case.measures.counts["households"]
    for row in case.present():
        count = int(households[row])
        if not band.least <= count <= band.most:
            yield _about(case, FaultKind.OUT_OF_BAND, row, count)


def _small_branches(case: Case) -> Iterator[Fault]:
    members = case.measures.counts["members"]
    for row in case.present():
        if members[row] < LEAST_MEMBERS:
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
    atoms = _rows(case.members[row])
    return Fault(kind, row, atoms, case.plan.grids[row].name, number)


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
