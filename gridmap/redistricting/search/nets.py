"""Make the net that a search moves on: the nodes of a part, and the prices of what is wanted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridmap.redistricting.graph import Floats, Int32s, neighbours_of
from gridmap.redistricting.search.contraction import contract, dense, quotient, summed_by
from gridmap.redistricting.search.objective import HOME, STAY, Aim, Net
from gridmap.redistricting.search.parts import Part
from gridmap.redistricting.search.wishes import Kind, Wish

DISCOUNT = np.array([0.0, 0.15, 0.45, 0.7])
"""What a border costs less along a lane, a street, a main road or water, when roads matter most."""

BALANCE, SHAPE, SPLIT, MOVED = 4.0, 2.0, 1.5, 4.0
"""Prices when the wish for it is 1: of a deviation of 100 % squared, of a thread instead of a disc, of a compound's
second piece, of a grid's households that move."""

BEYOND, MEMBERS, ENCLAVE = 50.0, 3.0, 2.0
"""Prices of a target's load outside the band, of a branch without members, of an enclave."""

EVEN, ROUND, STILL = 20.0, 3.0, 10.0
"""How much more balance, shape and stability cost in the proposal that is best at it; a household that stays is worth
less than the band, or a grid that is too large would never give any away."""


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """The nodes of a part: what a search moves as one.

    Attributes:
        node: node of each atom.
        net: the nodes.
    """

    node: Int32s
    net: Net


def unit_of(part: Part) -> float:
    """Return the side in metres of a typical grid if it were a square."""
    return float(np.sqrt(max(part.graph.area_m2.sum(), 1.0) / part.grids))


def costs(part: Part, roads: float) -> Floats:
    """Return what it costs to cut each border."""
    discount = 1.0 - roads * DISCOUNT[part.graph.road]
    cost: Floats = part.graph.border_m * discount / unit_of(part)
    return cost


def contracted(part: Part, wish: Wish) -> Nodes:
    """Make nodes of compounds and of what hangs on them; single atoms where that leaves too few."""
    cost = costs(part, wish.roads)
    if wish.whole_compounds > 0:
        node = contract(part.graph, cost, part.load, part.band, part.lock)
        if int(node.max()) + 1 >= 2 * part.grids:
            return Nodes(node, _net(part, cost, node))
    return single(part, wish)


def single(part: Part, wish: Wish) -> Nodes:
    """Make each atom a node."""
    node = np.arange(len(part.rows), dtype=np.int32)
    return Nodes(node, _net(part, costs(part, wish.roads), node))


def _net(part: Part, cost: Floats, node: Int32s) -> Net:
    count = int(node.max()) + 1
    small = quotient(part.graph, cost, node, count)
    around = neighbours_of(count, small.first, small.second)
    outer = summed_by(node, part.graph.outer_m, count)
    around_m = outer + summed_by(small.first, small.metres, count)
    around_m += summed_by(small.second, small.metres, count)
    values = [
        summed_by(node, part.load, count),
        summed_by(node, part.members, count),
        summed_by(node, part.graph.area_m2, count),
        around_m,
        outer,
        np.zeros(count),
    ]
    nowhere = np.full(count, -1, np.int32)
    fixed = (summed_by(node, part.lock >= 0, count) > 0).astype(np.int32)
    return Net(
        indptr=around.indptr,
        indices=around.indices,
        borders=np.stack([small.cost, small.metres], axis=1)[around.border],
        values=np.stack(values, axis=1),
        tags=np.stack([_compounds(part, node, count), nowhere, fixed], axis=1),
        unit=unit_of(part),
    )


def _compounds(part: Part, node: Int32s, count: int) -> Int32s:
    """Return the compound that moving a node can split, numbered anew; -1 where it is all in this node."""
    compound = np.full(count, -1, np.int64)
    compound[node[::-1]] = part.graph.compound[::-1]
    _, place, nodes = np.unique(compound, return_inverse=True, return_counts=True)
    divided = (nodes[place] > 1) & (compound >= 0)
    result = np.full(count, -1, np.int32)
    if divided.any():
        result[divided] = dense(compound[divided])
    return result


def at_home(net: Net, part: Part, node: Int32s, names: Int32s) -> Net:
    """Say which label each node has today.

    Args:
        net: the nodes.
        part: their part.
        node: node of each atom.
        names: for each label the place in `part.names` of the grid that it stands for, -1 for a new one.
    """
    label_of = np.full(
        len(part.names) + 1, -1, np.int32
    )  # the last one is for atoms without a grid
    label_of[names[names >= 0]] = np.flatnonzero(names >= 0)
    label = label_of[part.today]
    count, grids = len(net.values), len(names)
    known = label >= 0
    sums = np.zeros((count, grids))
    np.add.at(sums, (node[known], label[known]), part.load[known])
    home = np.argmax(sums, axis=1).astype(np.int32)
    stay = sums[np.arange(count), home]
    values, tags = net.values.copy(), net.tags.copy()
    values[:, STAY] = stay
    tags[:, HOME] = np.where(stay > 0, home, -1)
    return net._replace(values=values, tags=tags)


def aim_of(part: Part, wish: Wish) -> Aim:
    """Put prices on a wish."""
    target = part.band.target
    return Aim(
        target=target,
        low=part.band.low,
        high=part.band.high,
        min_members=float(wish.min_members if part.members.any() else 0),
        balance=BALANCE * wish.balance,
        beyond=BEYOND,
        shape=SHAPE * wish.compactness,
        members=MEMBERS / max(wish.min_members, 1),
        split=SPLIT * wish.whole_compounds,
        moved=MOVED * wish.stability / target,
        enclave=ENCLAVE,
    )


def aim_for(part: Part, wish: Wish, kind: Kind) -> Aim:
    """Put prices on a wish for the proposal that is to be best at something."""
    aim = aim_of(part, wish)
    if kind == Kind.BALANCED:
        return aim._replace(balance=EVEN * BALANCE)
    if kind == Kind.SHAPE:
        return aim._replace(shape=aim.shape * ROUND, moved=0.0)
    return aim._replace(moved=STILL * MOVED / 2 / aim.target)
