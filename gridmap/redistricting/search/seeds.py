"""Plans to begin with: contiguous, with every grid there; balance and shape come later.

Source of the partitioner: G. Karypis, V. Kumar, A Fast and High Quality Multilevel Scheme for Partitioning
Irregular Graphs, SIAM Journal on Scientific Computing 20 (1998) 359-392.
"""

from __future__ import annotations

import numpy as np
import pymetis

from gridmap.redistricting.graph import Int32s
from gridmap.redistricting.search.flips import stays_whole
from gridmap.redistricting.search.mending import joined_locks, mended
from gridmap.redistricting.search.nets import Nodes
from gridmap.redistricting.search.objective import (
    COST,
    FIXED,
    LOAD,
    NODES,
    Aim,
    Net,
    State,
    cost_of,
    put,
    state_of,
)
from gridmap.redistricting.search.parts import Part, torn
from gridmap.redistricting.search.trees import resplit_better, room_of

UFACTORS = (30, 60, 90)
"""Imbalances (in thousandths) that METIS is allowed, in turn."""

SPLITS = 12
"""Trees to try when a new grid is cut out of another."""

MOST_WEIGHT = 2**20


def fresh(net: Net, aim: Aim, grids: int, runs: int, seed: int) -> Int32s:
    """Return the cheapest of some plans that METIS makes; locks are not looked at.

    Args:
        net: the nodes.
        aim: what is wanted.
        grids: how many to make.
        runs: how often METIS is asked.
        seed: of the first run.
    """
    best, lowest = None, np.inf
    for run in range(runs):
        label = mended(net, _metis(net, grids, seed + run), grids)
        state = filled_up(net, aim, label, grids, seed)
        cost = cost_of(net, aim, state)
        if cost < lowest:
            best, lowest = state.label, cost
    if best is None:
        raise ValueError(runs)
    return best


def _metis(net: Net, grids: int, seed: int) -> Int32s:
    most = net.values[:, LOAD].max()
    loads = np.rint(
        net.values[:, LOAD] * (MOST_WEIGHT / len(net.values) / most if most > 0 else 0.0)
    )
    costs = np.maximum(np.rint(net.borders[:, COST] * net.unit * 10), 1)
    options = pymetis.Options(seed=seed % 2**31, ufactor=UFACTORS[seed % len(UFACTORS)], contig=1)
    _, label = pymetis.part_graph(
        grids,
        pymetis.CSRAdjacency(net.indptr, net.indices),
        vweights=(loads if loads.any() else loads + 1).astype(np.int64),
        eweights=costs.astype(np.int64),
        recursive=False,
        options=options,
    )
    return np.array(label, np.int32)


def from_today(part: Part, nodes: Nodes, aim: Aim, seed: int) -> tuple[Int32s, Int32s]:
    """Return today's plan brought to the right number of grids, and the place in `part.names` of each label.

    The lightest grids join a neighbour, the heaviest are split, until there are as many as wanted. Locked
    atoms keep their grid.

    Raises:
        NotPlannable: locked atoms of one grid cannot be joined.
    """
    net, today, lock = (
        nodes.net,
        _by_node(part, nodes, part.today),
        _by_node(part, nodes, part.lock),
    )
    kinds = max(len(part.names), 1)
    label = np.where(lock >= 0, lock, today).astype(np.int32)
    joined = joined_locks(net, label, lock)
    if joined is None:
        raise torn()
    label = mended(net, joined, kinds, (lock >= 0).astype(np.int32))
    label, names = _fewer(net, label, np.unique(lock[lock >= 0]), part.grids)
    state = filled_up(net, aim, label, part.grids, seed)
    names = np.concatenate([names, np.full(part.grids - len(names), -1)]).astype(np.int32)
    return state.label, names if len(part.names) else np.full(part.grids, -1, np.int32)


def _by_node(part: Part, nodes: Nodes, places: Int32s) -> Int32s:
    """Return the place in `part.names` that most of each node's load has, -1 where no atom has one."""
    count, kinds = len(nodes.net.values), len(part.names) + 1
    sums = np.zeros((count, kinds))
    np.add.at(sums, (nodes.node, places), part.load + part.graph.area_m2 * 1e-9)
    sums[:, -1] = 0.0
    best = np.argmax(sums, axis=1)
    return np.where(sums[np.arange(count), best] > 0, best, -1).astype(np.int32)


def _fewer(net: Net, label: Int32s, locked: Int32s, grids: int) -> tuple[Int32s, Int32s]:
    """Join the lightest grids with their lightest neighbours until no more than wanted are left.

    Returns:
        The labels 0, 1, ..., and for each the one that it was before.
    """
    label = label.copy()
    while len(kept := np.unique(label)) > grids:
        load = np.bincount(label, net.values[:, LOAD], minlength=int(kept.max()) + 1)
        loose = [row for row in kept if row not in locked]
        row = min(loose, key=lambda one: (load[one], one))
        beside = _beside(net, label, row)
        label[label == row] = min(beside, key=lambda one: (load[one], one))
    return np.searchsorted(kept, label).astype(np.int32), kept.astype(np.int32)


def _beside(net: Net, label: Int32s, row: int) -> list[int]:
    source = np.repeat(label, np.diff(net.indptr))
    target = label[net.indices]
    return sorted({int(one) for one in target[(source == row) & (target != row)]})


def filled_up(net: Net, aim: Aim, label: Int32s, grids: int, seed: int) -> State:
    """Give the labels that no node has a part of the heaviest grid that can be split."""
    state = state_of(net, aim, label, grids, seed)
    room = room_of(net)
    stuck: set[int] = set()
    for grid in range(grids):
        while state.counts[grid, NODES] == 0:
            heaviest = _heaviest(state, stuck)
            node = _loose_node(net, state, heaviest)
            if node < 0:
                stuck.add(heaviest)
                continue
            put(net, aim, state, node, grid)
            for _ in range(SPLITS):
                resplit_better(net, aim, state, room, (heaviest, grid))
    return state


def _heaviest(state: State, stuck: set[int]) -> int:
    """Return the heaviest grid of two nodes or more; by nodes where none has a load."""
    able = [
        grid
        for grid in range(len(state.sums))
        if state.counts[grid, NODES] > 1 and grid not in stuck
    ]
    if not able:
        raise torn()
    return max(able, key=lambda grid: (state.sums[grid, LOAD], state.counts[grid, NODES], -grid))


def _loose_node(net: Net, state: State, grid: int) -> int:
    """Return a node that a grid can do without, the heaviest; -1 for none."""
    members = np.flatnonzero((state.label == grid) & (net.tags[:, FIXED] == 0))
    for node in members[np.argsort(-net.values[members, LOAD], kind="stable")]:
        if stays_whole(net, state, int(node)):
            return int(node)
    return -1
