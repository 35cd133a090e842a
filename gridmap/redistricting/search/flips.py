"""The smallest move: a node goes to the grid of one of its neighbours. Grids stay contiguous."""

from __future__ import annotations

import numpy as np

from gridmap.redistricting.search.compiling import compiled, inlined
from gridmap.redistricting.search.dice import roll, roll_below
from gridmap.redistricting.search.objective import (
    FIXED,
    MARK,
    NODES,
    QUEUE,
    Aim,
    Net,
    State,
    flip_change,
    put,
)


@inlined
def luck(state: State, heat: float) -> float:
    """Return how much dearer a move may be at some heat (Metropolis)."""
    return float(-heat * np.log(1.0 - roll(state.dice)))


@inlined
def flip(net: Net, aim: Aim, state: State, node: int, heat: float) -> float:
    """Try to move a node to the grid of a random neighbour; return the change of cost, enclaves apart."""
    start = net.indptr[node]
    degree = net.indptr[node + 1] - start
    if degree == 0 or net.tags[node, FIXED]:
        return 0.0
    grid = int(state.label[net.indices[start + roll_below(state.dice, degree)]])
    before = int(state.label[node])
    if grid == before or state.counts[before, NODES] == 1:
        return 0.0
    change = flip_change(net, aim, state, node, grid)
    if change > 0.0 and change > luck(state, heat):
        return 0.0
    if not stays_whole(net, state, node):
        return 0.0
    put(net, aim, state, node, grid)
    return change


@compiled
def stays_whole(net: Net, state: State, node: int) -> bool:
    """Tell whether a node's grid stays contiguous without it: walk from one neighbour to all others."""
    grid = state.label[node]
    state.stamp[0] += 2
    wanted = state.stamp[0]
    missing = -1
    for entry in range(net.indptr[node], net.indptr[node + 1]):
        other = net.indices[entry]
        if state.label[other] == grid:
            missing += 1
            state.walk[other, MARK] = wanted
            state.walk[0, QUEUE] = other
    if missing <= 0:
        return True
    state.walk[node, MARK] = wanted + 1
    return _meets(net, state, missing)


@compiled
def _meets(net: Net, state: State, missing: int) -> bool:
    """Walk inside a grid from the first of the queue until so many marked nodes were met."""
    wanted = state.stamp[0]
    grid = state.label[state.walk[0, QUEUE]]
    state.walk[state.walk[0, QUEUE], MARK] = wanted + 1
    head, tail = 0, 1
    while head < tail:
        walker = state.walk[head, QUEUE]
        head += 1
        for entry in range(net.indptr[walker], net.indptr[walker + 1]):
            other = net.indices[entry]
            if state.label[other] != grid or state.walk[other, MARK] == wanted + 1:
                continue
            if state.walk[other, MARK] == wanted:
                missing -= 1
                if missing == 0:
                    return True
            state.walk[other, MARK] = wanted + 1
            state.walk[tail, QUEUE] = other
            tail += 1
    return False
