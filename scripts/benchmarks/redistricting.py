"""Our proposals beside METIS, GerryChain and a random start, on the same atoms, in the same seconds.

For each k (6, 12, 22) and three seeds a made-up community is divided into k grids. METIS runs on the graph
with compounds contracted (as ours does), again and again with other seeds and tolerances until the time is
up; GerryChain (where it is installed: `pip install gerrychain`) improves a METIS start by short bursts; the
random start grows k regions from random atoms. For each the best plan counts whose worst deviation is lowest
within 10 %, then the one with the shortest cut. What is printed are means over the seeds.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pymetis
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

from gridmap.redistricting.faults import parts_of, split_compounds
from gridmap.redistricting.graph import AtomGraph, Weights
from gridmap.redistricting.metrics import measure
from gridmap.redistricting.search.propose import Wish, effort_for, propose
from gridmap.redistricting.search.warming import warm
from scripts.benchmarks import made_atoms

Assignment = NDArray[np.int32]
WITHIN = 0.10
HEAD = f"{'k':>3} {'method':12}{'worst':>8}{'cut km':>8}{'PP':>7}{'PP min':>8}{'split':>7}{'stray':>7}{'s':>7}"


def main() -> None:
    """Run all methods and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", help="not used: nothing is stored")
    parser.add_argument("--atoms", type=int, default=1050)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--grids", type=int, nargs="+", default=[6, 12, 22])
    asked = parser.parse_args()
    warm()
    methods: dict[str, Callable[..., Assignment]] = {
        "gridmap": _ours,
        "metis": _metis,
        "random": _random,
    }
    if importlib.util.find_spec("gerrychain"):
        methods["gerrychain"] = _gerrychain
    print(HEAD)
    for grids in asked.grids:
        means = {}
        for name, method in methods.items():
            rows = []
            for seed in range(1, asked.seeds + 1):
                made = made_atoms.make(1, asked.atoms, seed)
                begun = time.perf_counter()
                plan = method(made.graph, made.weights, grids, asked.seconds, seed)
                rows.append(
                    (*_figures(made.graph, made.weights, plan), time.perf_counter() - begun)
                )
            means[name] = [statistics.mean(column) for column in zip(*rows, strict=True)]
            worst, cut, mean, least, split, stray, took = means[name]
            shown = f"{worst:>8.1%}{cut:>8.2f}{mean:>7.3f}{least:>8.3f}{split:>7.1f}{stray:>7.1f}{took:>7.1f}"
            print(f"{grids:>3} {name:12}{shown}")
        for name in methods:
            if name != "gridmap":
                print(f"    cut against {name}: {means['gridmap'][1] / means[name][1]:.2f}")


def _figures(graph: AtomGraph, weights: Weights, plan: Assignment) -> tuple[float, ...]:
    rows = int(plan.max()) + 1
    found = measure(graph, weights, plan, rows)
    present = found.atoms > 0
    loads = found.counts["households"][present]
    cut = plan[graph.first] != plan[graph.second]
    shape = found.polsby_popper[present]
    return (
        float(abs(loads / loads.mean() - 1).max()),
        float(graph.border_m[cut].sum()) / 1000,
        float(shape.mean()),
        float(shape.min()),
        float(len(split_compounds(graph, weights, plan))),
        float(len(np.unique(parts_of(graph, plan))) - present.sum()),
    )


def _better(
    graph: AtomGraph, weights: Weights, plans: Iterator[Assignment], seconds: float
) -> Assignment:
    """The best of as many plans as fit into the time: contiguous, within 10 %, the shortest cut."""
    until, best, best_key = time.perf_counter() + seconds, None, None
    for plan in plans:
        worst, cut, _, _, split, stray = _figures(graph, weights, plan)
        key = (stray, max(worst - WITHIN, 0.0), split, cut)
        if best_key is None or key < best_key:
            best, best_key = plan, key
        if time.perf_counter() > until:
            break
    if best is None:
        raise RuntimeError("no plan at all")
    return best


def _ours(graph: AtomGraph, weights: Weights, grids: int, seconds: float, seed: int) -> Assignment:
    today = np.zeros(len(graph), dtype=np.int32)
    free = np.zeros(len(graph), dtype=np.bool_)
    wish = Wish(grids=grids, stability=0.0, roads=0.0, whole_compounds=1.0)
    effort = effort_for(graph, seconds)
    found = propose(graph, weights, today, free, (), wish, seed, effort, lambda _progress: True)
    return _better(graph, weights, iter([one.assignment for one in found]), seconds)


def _metis(graph: AtomGraph, weights: Weights, grids: int, seconds: float, seed: int) -> Assignment:
    node, count = _contracted(graph, weights, grids)
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
    adjacent, length = list(chain.from_iterable(beside)), list(chain.from_iterable(lengths))

    def plans() -> Iterator[Assignment]:
        rng = np.random.default_rng(seed)
        while True:
            options = pymetis.Options(
                contig=1,
                seed=int(rng.integers(1 << 30)),
                ufactor=int(rng.choice([30, 60, 90, 120, 160])),
                ncuts=4,
            )
            _, parts = pymetis.part_graph(
                grids,
                xadj=start,
                adjncy=adjacent,
                eweights=length,
                vweights=load.tolist(),
                options=options,
            )
            yield np.asarray(parts, dtype=np.int32)[node]

    return _better(graph, weights, plans(), seconds)


def _contracted(graph: AtomGraph, weights: Weights, grids: int) -> tuple[NDArray[np.int64], int]:
    """Compounds of up to 1.2 times the target as one node, as far as they hang together."""
    most = 1.2 * weights.households.sum() / grids
    label = np.where(graph.compound >= 0, graph.compound, -1).astype(np.int64)
    loads = np.bincount(label + 1, weights.households)
    label[loads[label + 1] > most] = -1
    own = np.where(label >= 0, label, label.max() + 1 + np.arange(len(label)))
    _, node = np.unique(parts_of(graph, own.astype(np.int32)), return_inverse=True)
    return node.astype(np.int64), int(node.max()) + 1


def _random(
    graph: AtomGraph, weights: Weights, grids: int, seconds: float, seed: int
) -> Assignment:
    rng = np.random.default_rng(seed)
    near = graph.neighbours()

    def plans() -> Iterator[Assignment]:
        while True:
            plan = np.full(len(graph), -1, dtype=np.int32)
            load = np.zeros(grids)
            rim: list[set[int]] = [set() for _ in range(grids)]
            for row, atom in enumerate(rng.choice(len(graph), grids, replace=False).tolist()):
                rim[row].add(atom)
            while any(rim):
                row = min((one for one in range(grids) if rim[one]), key=lambda one: load[one])
                atom = rim[row].pop()
                if plan[atom] >= 0:
                    continue
                plan[atom] = row
                load[row] += weights.households[atom] + 0.01
                around = near.indices[near.indptr[atom] : near.indptr[atom + 1]]
                rim[row] |= {int(one) for one in around if plan[one] < 0}
            yield plan

    return _better(graph, weights, plans(), seconds)


def _gerrychain(
    graph: AtomGraph, weights: Weights, grids: int, seconds: float, seed: int
) -> Assignment:
    import networkx as nx  # noqa: PLC0415 - only where it is installed
    from gerrychain import Graph, Partition  # noqa: PLC0415
    from gerrychain.constraints import contiguous, within_percent_of_ideal_population  # noqa: PLC0415
    from gerrychain.optimization import SingleMetricOptimizer  # noqa: PLC0415
    from gerrychain.proposals import recom  # noqa: PLC0415
    from gerrychain.updaters import Tally, cut_edges  # noqa: PLC0415

    del seed
    network = nx.Graph()
    for atom, households in enumerate(weights.households.tolist()):
        network.add_node(atom, households=households)
    for one, other, metres in zip(
        graph.first.tolist(), graph.second.tolist(), graph.border_m.tolist(), strict=True
    ):
        network.add_edge(one, other, metres=metres)
    chainable = Graph.from_networkx(network)
    start = _metis(graph, weights, grids, 0.5, 1)
    begun = Partition(
        chainable,
        {atom: int(row) for atom, row in enumerate(start)},
        updaters={"households": Tally("households", alias="households"), "cut_edges": cut_edges},
    )
    ideal = weights.households.sum() / grids
    optimizer = SingleMetricOptimizer(
        proposal=lambda part: recom(
            part, pop_col="households", pop_target=ideal, epsilon=WITHIN, node_repeats=2
        ),
        constraints=[contiguous, within_percent_of_ideal_population(begun, 0.15, "households")],
        initial_state=begun,
        optimization_metric=lambda part: sum(
            network.edges[edge]["metres"] for edge in part["cut_edges"]
        ),
        maximize=False,
    )
    until = time.perf_counter() + seconds
    for _ in optimizer.short_bursts(burst_length=10, num_bursts=10_000):
        if time.perf_counter() > until:
            break
    best = optimizer.best_part.assignment
    return np.array([best[atom] for atom in range(len(graph))], dtype=np.int32)


if __name__ == "__main__":
    main()
