"""What a plan costs, and how much a move changes it.

The cost of a plan is a sum without unit; one is about the side of a typical grid as a border that runs along no
road. Its parts are the length of the cut (along roads at a discount), and for each grid its distance from the
target and from the band, its shape (one minus Polsby-Popper), the want of party members; then every compound's
pieces beyond the first, households that leave their grid, and enclaves.

All here is compiled; a move touches only the grids it concerns.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gridmap.redistricting.graph import Floats, Int32s
from gridmap.redistricting.search.compiling import compiled, inlined
from gridmap.redistricting.search.dice import Dice, dice

FOUR_PI = 4 * np.pi
RIM_M = 0.05


LOAD, MEMBERS, AREA, AROUND, OUTER, STAY = range(6)
PERIMETER, OWN = 3, 4
COST, METRES = range(2)
COMPOUND, HOME, FIXED = range(3)
NODES, RIM = range(2)
MARK, QUEUE = range(2)


class Net(NamedTuple):
    """The nodes that a search moves: atoms, or what was contracted of them. CSR as in `graph.Neighbours`.

    Few arrays with columns, since each array costs time at every call.

    Attributes:
        indptr, indices: borders by node.
        borders: of each entry `COST` (discounted along roads, in units) and `METRES`.
        values: of each node `LOAD` (what is balanced: households, or what stands for them), `MEMBERS`, `AREA`,
            `AROUND` (metres of all its borders), `OUTER` (metres of those with no other node), `STAY` (load that
            keeps its grid while the node has its home label).
        tags: of each node `COMPOUND` (row of the compound that it can split, -1 for none), `HOME` (label that it
            has today, -1 for none), `FIXED` (1 where it may not move).
        unit: metres of border that cost one.
    """

    indptr: Int32s
    indices: Int32s
    borders: Floats
    values: Floats
    tags: Int32s
    unit: float


class Aim(NamedTuple):
    """What is wanted, and the price of missing it."""

    target: float
    low: float
    high: float
    min_members: float
    balance: float
    beyond: float
    shape: float
    members: float
    split: float
    moved: float
    enclave: float


class State(NamedTuple):
    """A plan over a net, with sums by grid, kept by `put`.

    Attributes:
        label: grid of each node.
        sums: of each grid `LOAD`, `MEMBERS`, `AREA`, `PERIMETER`, and `OWN`, what it costs by itself.
        counts: of each grid its `NODES`, and how many of them lie on the outer border (`RIM`).
        pieces: nodes by compound and grid.
        touch: borders by pair of grids.
        walk: room for walks over the net: `MARK` of each node, and a `QUEUE`.
        stamp: the last mark used.
        dice: state of the random numbers.
    """

    label: Int32s
    sums: Floats
    counts: Int32s
    pieces: Int32s
    touch: Int32s
    walk: Int32s
    stamp: Int32s
    dice: Dice


def state_of(net: Net, aim: Aim, label: Int32s, grids: int, seed: int) -> State:
    """Sum up a plan; every node must have a label in 0..grids-1."""
    compounds = int(net.tags[:, COMPOUND].max(initial=-1)) + 1
    state = State(
        label=label.astype(np.int32),
        sums=np.zeros((grids, 5)),
        counts=np.zeros((grids, 2), np.int32),
        pieces=np.zeros((compounds, grids), np.int32),
        touch=np.zeros((grids, grids), np.int32),
        walk=np.zeros((len(label), 2), np.int32),
        stamp=np.zeros(1, np.int32),
        dice=dice(seed),
    )
    summed(net, aim, state)
    return state


@compiled
def summed(net: Net, aim: Aim, state: State) -> None:
    """Make all sums anew from the labels."""
    state.walk[:] = 0
    state.stamp[0] = 0
    state.sums[:] = 0.0
    state.counts[:] = 0
    state.pieces[:] = 0
    state.touch[:] = 0
    for node in range(len(state.label)):
        grid = int(state.label[node])
        _count(net, state, node, grid, 1)
        state.sums[grid, PERIMETER] += net.values[node, OUTER]
        for entry in range(net.indptr[node], net.indptr[node + 1]):
            other = state.label[net.indices[entry]]
            if other != grid:
                state.sums[grid, PERIMETER] += net.borders[entry, METRES]
                state.touch[grid, other] += 1
    for grid in range(len(state.sums)):
        _price(aim, state, grid)


@compiled
def _count(net: Net, state: State, node: int, grid: int, sign: int) -> None:
    """Count a node into a grid, or out of it."""
    state.sums[grid, LOAD] += sign * net.values[node, LOAD]
    state.sums[grid, MEMBERS] += sign * net.values[node, MEMBERS]
    state.sums[grid, AREA] += sign * net.values[node, AREA]
    state.counts[grid, NODES] += sign
    if net.values[node, OUTER] > RIM_M:
        state.counts[grid, RIM] += sign
    if net.tags[node, COMPOUND] >= 0:
        state.pieces[net.tags[node, COMPOUND], grid] += sign


@compiled
def put(net: Net, aim: Aim, state: State, node: int, grid: int) -> None:
    """Move a node to a grid and keep the sums; whether that is wise is not asked."""
    before = int(state.label[node])
    _count(net, state, node, before, -1)
    _count(net, state, node, grid, 1)
    state.sums[before, PERIMETER] -= net.values[node, OUTER]
    state.sums[grid, PERIMETER] += net.values[node, OUTER]
    for entry in range(net.indptr[node], net.indptr[node + 1]):
        other, metres = state.label[net.indices[entry]], net.borders[entry, METRES]
        if other == before:
            state.sums[before, PERIMETER] += metres
        else:
            state.sums[before, PERIMETER] -= metres
            state.touch[before, other] -= 1
            state.touch[other, before] -= 1
        if other == grid:
            state.sums[grid, PERIMETER] -= metres
        else:
            state.sums[grid, PERIMETER] += metres
            state.touch[grid, other] += 1
            state.touch[other, grid] += 1
    state.label[node] = grid
    _price(aim, state, before)
    _price(aim, state, grid)


@inlined
def grid_cost(aim: Aim, load: float, members: float, area: float, perimeter: float) -> float:
    """Return what one grid costs by itself: balance, shape, members."""
    off = (load - aim.target) / aim.target
    beyond = max(0.0, aim.low - load, load - aim.high) / aim.target
    want = max(0.0, aim.min_members - members)
    round_ = 0.0
    if perimeter > RIM_M:
        round_ = min(1.0, FOUR_PI * area / (perimeter * perimeter))
    cost = aim.balance * off * off + aim.beyond * beyond + aim.shape * (1.0 - round_)
    return cost + aim.members * want


@compiled
def _price(aim: Aim, state: State, grid: int) -> None:
    """Note what a grid costs by itself."""
    state.sums[grid, OWN] = grid_cost(
        aim,
        state.sums[grid, LOAD],
        state.sums[grid, MEMBERS],
        state.sums[grid, AREA],
        state.sums[grid, PERIMETER],
    )


@inlined
def flip_change(net: Net, aim: Aim, state: State, node: int, grid: int) -> float:
    """Return how much the cost changes when a node moves to a grid, enclaves apart."""
    before = int(state.label[node])
    metres_before, metres_grid, change = 0.0, 0.0, 0.0
    for entry in range(net.indptr[node], net.indptr[node + 1]):
        other = state.label[net.indices[entry]]
        if other == before:
            metres_before += net.borders[entry, METRES]
            change += net.borders[entry, COST]
        elif other == grid:
            metres_grid += net.borders[entry, METRES]
            change -= net.borders[entry, COST]
    load, members, area, around = (
        net.values[node, LOAD],
        net.values[node, MEMBERS],
        net.values[node, AREA],
        net.values[node, AROUND],
    )
    change += grid_cost(
        aim,
        state.sums[before, LOAD] - load,
        state.sums[before, MEMBERS] - members,
        state.sums[before, AREA] - area,
        state.sums[before, PERIMETER] - around + 2 * metres_before,
    )
    change += grid_cost(
        aim,
        state.sums[grid, LOAD] + load,
        state.sums[grid, MEMBERS] + members,
        state.sums[grid, AREA] + area,
        state.sums[grid, PERIMETER] + around - 2 * metres_grid,
    )
    change -= state.sums[before, OWN] + state.sums[grid, OWN]
    return float(change + _ties_change(net, aim, state, node, grid))


@inlined
def _ties_change(net: Net, aim: Aim, state: State, node: int, grid: int) -> float:
    """Return the change by the compound and by today's grid of a node that moves."""
    change, before, compound = 0.0, state.label[node], net.tags[node, COMPOUND]
    if compound >= 0:
        if state.pieces[compound, before] == 1:
            change -= aim.split
        if state.pieces[compound, grid] == 0:
            change += aim.split
    if net.tags[node, HOME] == before:
        change += aim.moved * net.values[node, STAY]
    elif net.tags[node, HOME] == grid:
        change -= aim.moved * net.values[node, STAY]
    return change


@compiled
def is_enclave(state: State, grid: int) -> bool:
    """Tell whether a grid lies wholly inside one other."""
    if state.counts[grid, RIM] > 0:
        return False
    beside = 0
    for other in range(len(state.sums)):
        if state.touch[grid, other] > 0:
            beside += 1
            if beside > 1:
                return False
    return beside == 1


@compiled
def enclaves(state: State) -> int:
    """Count the grids that lie wholly inside one other."""
    found = 0
    for grid in range(len(state.sums)):
        found += is_enclave(state, grid)
    return found


@compiled
def cost_of(net: Net, aim: Aim, state: State) -> float:
    """Return what the whole plan costs."""
    total = 0.0
    for node in range(len(state.label)):
        grid = state.label[node]
        for entry in range(net.indptr[node], net.indptr[node + 1]):
            if state.label[net.indices[entry]] != grid:
                total += net.borders[entry, COST] / 2
        if net.tags[node, HOME] >= 0 and net.tags[node, HOME] != grid:
            total += aim.moved * net.values[node, STAY]
    for grid in range(len(state.sums)):
        total += state.sums[grid, OWN]
    total += aim.enclave * enclaves(state)
    return total + aim.split * _further_pieces(state)


@compiled
def _further_pieces(state: State) -> int:
    """Count the pieces of compounds beyond the first of each."""
    found = 0
    for compound in range(state.pieces.shape[0]):
        found -= 1
        for grid in range(len(state.sums)):
            found += state.pieces[compound, grid] > 0
    return found
