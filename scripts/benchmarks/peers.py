"""Other ways to divide a graph of atoms into grids: METIS, GerryChain, SKATER of spopt, a random start.

Each peer is given a task and a number of seconds. METIS and the random start try again and again with other seeds
until the time is up, and the best counts: no stray part, within 10 % of the mean, fewest split compounds, then the
shortest cut (for a repair: the fewest moved households).
"""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import pymetis
from numpy.typing import NDArray

from gridmap.redistricting.faults import parts_of
from gridmap.redistricting.graph import AtomGraph, Weights
from gridmap.redistricting.search.figures import figures
from gridmap.redistricting.search.naming import named
from gridmap.redistricting.search.wishes import Figures, Wish

Assignment = NDArray[np.int32]
WITHIN = 0.10
UFACTORS = (30, 60, 90, 120, 160)
PLAIN = Wish()


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What is divided: one community, how many grids, and today's grids (-1: there are none).

    Attributes:
        repair: whether households that move count before the cut.
    """

    graph: AtomGraph
    weights: Weights
    grids: int
    today: Assignment
    repair: bool = False
    contract: bool = True
    locked: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "locked", np.zeros(len(self.graph), dtype=np.bool_))

    def measured(self, plan: Assignment) -> Figures:
        """Measure a plan; its rows are matched with today's grids first."""
        return figures(self.graph, self.weights, self.today, PLAIN, self.named(plan))

    def named(self, plan: Assignment) -> Assignment:
        """Give each grid of the plan the row of today's grid that it goes on from."""
        nothing = np.full(len(plan), -1, np.int32)
        return named(plan, self.today, self.weights.households.astype(np.float64), nothing)

    def rank(self, found: Figures) -> tuple[float, ...]:
        """Return what plans are compared by; the smaller the better."""
        beyond = max(found.deviation - WITHIN, 0.0)
        last = (found.households_moved, found.cut_m) if self.repair else (found.cut_m,)
        return (found.stray_parts, beyond, found.split_compounds, *last)

    def best(self, plans: Iterator[Assignment], seconds: float) -> Assignment:
        """Return the best of as many plans as fit into the time."""
        until, best, best_rank = time.perf_counter() + seconds, None, None
        for plan in plans:
            rank = self.rank(self.measured(plan))
            if best_rank is None or rank < best_rank:
                best, best_rank = plan, rank
            if time.perf_counter() > until:
                break
        if best is None:
            raise RuntimeError("no plan at all")
        return best


Peer = Callable[[Task, float, int], Assignment]


def metis(task: Task, seconds: float, seed: int) -> Assignment:
    """METIS with all tolerances; compounds are one node where the task says so."""
    graph, weights = task.graph, task.weights
    node, count = _nodes(task)
    load = np.bincount(node, weights.households, minlength=count).astype(int)
    pairs = np.sort(np.column_stack([node[graph.first], node[graph.second]]), axis=1)
    apart = pairs[:, 0] != pairs[:, 1]
    unique, place = np.unique(pairs[apart], axis=0, return_inverse=True)
    metres = np.maximum(np.bincount(place.ravel(), graph.border_m[apart]), 1).astype(int)
    beside: list[list[int]] = [[] for _ in range(count)]
    lengths: list[list[int]] = [[] for _ in range(count)]
    for (one, other), length in zip(unique.tolist(), metres.tolist(), strict=True):
        beside[one].append(other)
        beside[other].append(one)
        lengths[one].append(length)
        lengths[other].append(length)
    start = np.concatenate([[0], np.cumsum([len(row) for row in beside])]).tolist()
    adjacency = pymetis.CSRAdjacency(start, list(chain.from_iterable(beside)))
    length = list(chain.from_iterable(lengths))

    def plans() -> Iterator[Assignment]:
        rng = np.random.default_rng(seed)
        while True:
            options = pymetis.Options(
                contig=1,
                seed=int(rng.integers(1 << 30)),
                ufactor=int(rng.choice(UFACTORS)),
                ncuts=4,
            )
            _, parts = pymetis.part_graph(
                task.grids,
                adjacency=adjacency,
                eweights=length,
                vweights=load.tolist(),
                options=options,
            )
            yield np.asarray(parts, dtype=np.int32)[node]

    return task.best(plans(), seconds)


def _nodes(task: Task) -> tuple[NDArray[np.int64], int]:
    """Compounds of up to 1.2 times the target as one node, as far as they hang together."""
    graph, weights = task.graph, task.weights
    if not task.contract:
        return np.arange(len(graph)), len(graph)
    most = 1.2 * weights.households.sum() / task.grids
    label = np.where(graph.compound >= 0, graph.compound, -1).astype(np.int64)
    loads = np.bincount(label + 1, weights.households)
    label[loads[label + 1] > most] = -1
    own = np.where(label >= 0, label, label.max() + 1 + np.arange(len(label)))
    _, node = np.unique(parts_of(graph, own.astype(np.int32)), return_inverse=True)
    return node.astype(np.int64), int(node.max()) + 1


def random(task: Task, seconds: float, seed: int) -> Assignment:
    """Grow all grids from random atoms, the lightest first."""
    rng = np.random.default_rng(seed)
    near = task.graph.neighbours()

    def plans() -> Iterator[Assignment]:
        while True:
            plan = np.full(len(task.graph), -1, dtype=np.int32)
            load = np.zeros(task.grids)
            rim: list[set[int]] = [set() for _ in range(task.grids)]
            for row, atom in enumerate(rng.choice(len(plan), task.grids, replace=False).tolist()):
                rim[row].add(atom)
            while any(rim):
                row = min((one for one in range(task.grids) if rim[one]), key=lambda one: load[one])
                atom = rim[row].pop()
                if plan[atom] >= 0:
                    continue
                plan[atom] = row
                load[row] += task.weights.households[atom] + 0.01
                around = near.indices[near.indptr[atom] : near.indptr[atom + 1]]
                rim[row] |= {int(one) for one in around if plan[one] < 0}
            yield plan

    return task.best(plans(), seconds)


def gerrychain(task: Task, seconds: float, seed: int) -> Assignment:
    """Short bursts of recombination from a METIS start, compounds contracted; its own time only."""
    import networkx as nx  # noqa: PLC0415 - only where it is installed
    from gerrychain import Graph, Partition  # noqa: PLC0415
    from gerrychain.constraints import contiguous, within_percent_of_ideal_population  # noqa: PLC0415
    from gerrychain.optimization import SingleMetricOptimizer  # noqa: PLC0415
    from gerrychain.proposals import recom  # noqa: PLC0415
    from gerrychain.updaters import Tally, cut_edges  # noqa: PLC0415

    warnings.filterwarnings("ignore", module=r"gerrychain|scripts\.benchmarks")
    node, count = _nodes(task)
    load = np.bincount(node, task.weights.households, minlength=count)
    network = nx.Graph()
    for one in range(count):
        network.add_node(one, households=int(load[one]))
    here, there = node[task.graph.first], node[task.graph.second]
    for one, other, metres in zip(
        here.tolist(), there.tolist(), task.graph.border_m.tolist(), strict=True
    ):
        if one != other:
            before = network.get_edge_data(one, other, {"metres": 0.0})["metres"]
            network.add_edge(one, other, metres=before + metres)
    chainable = Graph.from_networkx(network)
    rows = np.zeros(count, dtype=np.int32)
    rows[node] = metis(task, 0.5, seed)
    begun = Partition(
        chainable,
        {one: int(row) for one, row in enumerate(rows)},
        updaters={"households": Tally("households", alias="households"), "cut_edges": cut_edges},
    )
    widest = max(WITHIN, task.measured(rows[node]).deviation + 0.001)
    ideal = load.sum() / task.grids
    optimizer = SingleMetricOptimizer(
        proposal=lambda part: recom(
            part, pop_col="households", pop_target=ideal, epsilon=widest, node_repeats=2
        ),
        constraints=[contiguous, within_percent_of_ideal_population(begun, widest, "households")],
        initial_state=begun,
        optimization_metric=lambda part: sum(
            network.edges[edge]["metres"] for edge in part["cut_edges"]
        ),
        maximize=False,
    )
    until = time.perf_counter() + seconds
    with contextlib.suppress(
        RuntimeError
    ):  # it gives up where no balanced cut is found: its best so far counts
        for _ in optimizer.short_bursts(burst_length=10, num_bursts=10_000):
            if time.perf_counter() > until:
                break
    best = optimizer.best_part.assignment
    return np.array([best[one] for one in range(count)], dtype=np.int32)[node]


def skater(task: Task, seconds: float, seed: int) -> Assignment:
    """SKATER of spopt on the places of the atoms; it takes as long as it takes and knows no balance."""
    import geopandas  # noqa: PLC0415 - only where spopt is installed
    from libpysal.weights import W  # noqa: PLC0415
    from spopt.region import Skater  # noqa: PLC0415

    del seconds, seed
    graph = task.graph
    near = graph.neighbours()
    beside = {
        atom: near.indices[near.indptr[atom] : near.indptr[atom + 1]].tolist()
        for atom in range(len(graph))
    }
    frame = geopandas.GeoDataFrame(
        {"x": graph.x, "y": graph.y}, geometry=geopandas.points_from_xy(graph.x, graph.y)
    )
    floor = len(graph) // (2 * task.grids)
    model = Skater(
        frame, W(beside, silence_warnings=True), ["x", "y"], n_clusters=task.grids, floor=floor
    )
    model.solve()
    return np.unique(model.labels_, return_inverse=True)[1].astype(np.int32)
