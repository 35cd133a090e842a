"""Split two neighbouring grids anew: a random spanning tree over both, cut where the two halves cost least.

Source: D. DeFord, M. Duchin, J. Solomon, Recombination: A Family of Markov Chains for Redistricting, Harvard
Data Science Review 3 (2021). The tree avoids borders that are cheap to cut (roads), as in the region-aware
version, so that its own edges cross them rarely; and instead of any balanced cut the cheapest is taken.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gridmap.redistricting.graph import Floats, Int32s
from gridmap.redistricting.search.compiling import compiled
from gridmap.redistricting.search.dice import roll, roll_below
from gridmap.redistricting.search.objective import (
    Aim,
    Net,
    State,
    enclaves,
    flip_change,
    grid_cost,
    put,
)

NEVER = 1e18
COMPOUND_BOND = 2.0
LOAD, MEMBERS, AREA, PERIMETER, CUT, CUT_M, HOME_A, HOME_B, FIXED_A, FIXED_B = range(10)


class Room(NamedTuple):
    """Room for trees: arrays of length n (nodes), m (borders), and sums below each node of the tree."""

    nodes: Int32s
    place: Int32s
    before: Int32s
    leader: Int32s
    ends: Int32s
    keys: Floats
    link: Int32s
    links: Int32s
    order: Int32s
    parent: Int32s
    depth: Int32s
    below: Floats


def room_of(net: Net) -> Room:
    """Make room for trees over a net."""
    n, m = len(net.load), len(net.indices) // 2 + 1
    return Room(
        nodes=np.zeros(n, np.int32),
        place=np.full(n, -1, np.int32),
        before=np.zeros(n, np.int32),
        leader=np.zeros(n, np.int32),
        ends=np.zeros((m, 3), np.int32),
        keys=np.zeros(m),
        link=np.zeros(n, np.int32),
        links=np.zeros((2 * n, 2), np.int32),
        order=np.zeros(n, np.int32),
        parent=np.zeros(n, np.int32),
        depth=np.zeros(n, np.int32),
        below=np.zeros((n, 10)),
    )


@compiled
def resplit(net: Net, aim: Aim, state: State, room: Room) -> tuple[float, int]:
    """Split two random neighbouring grids anew.

    Returns:
        The change of cost, and the number of nodes in both grids (the first of `room.nodes`); 0 nodes where
        nothing was split.
    """
    node = roll_below(state.dice, len(state.label))
    start = net.indptr[node]
    degree = net.indptr[node + 1] - start
    if degree == 0:
        return 0.0, 0
    a = int(state.label[node])
    b = int(state.label[net.indices[start + roll_below(state.dice, degree)]])
    if a == b:
        return 0.0, 0
    return resplit_pair(net, aim, state, room, (a, b))


@compiled
def resplit_pair(
    net: Net, aim: Aim, state: State, room: Room, pair: tuple[int, int]
) -> tuple[float, int]:
    """Split two neighbouring grids anew: the cheapest cut of a random tree over both. See `resplit`."""
    a, b = pair
    count = _gather(state, room, a, b)
    edges = _edges(net, state, room, count)
    if not _tree(room, count, edges):
        return 0.0, 0
    _root(room, count)
    _sum_up(net, room, (count, edges, a, b))
    top, swap = _best_cut(aim, room, count)
    if top < 0:
        return 0.0, 0
    _mark_below(room, count, top)
    below, above = (b, a) if swap else (a, b)
    return _give(net, aim, state, room, (count, below, above)), count


@compiled
def _gather(state: State, room: Room, a: int, b: int) -> int:
    """List the nodes of two grids, and remember what they are."""
    count = 0
    for node in range(len(state.label)):
        grid = state.label[node]
        room.place[node] = -1
        if grid in (a, b):
            room.nodes[count] = node
            room.place[node] = count
            room.before[count] = grid
            room.leader[count] = count
            room.link[count] = -1
            count += 1
    return count


@compiled
def _edges(net: Net, state: State, room: Room, count: int) -> int:
    """List the borders among the nodes with a random key each; cheap ones come late."""
    edges = 0
    for place in range(count):
        node = int(room.nodes[place])
        for entry in range(net.indptr[node], net.indptr[node + 1]):
            other = room.place[net.indices[entry]]
            if other > place:
                room.ends[edges, 0], room.ends[edges, 1] = place, other
                room.ends[edges, 2] = entry
                room.keys[edges] = roll(state.dice) - _bond(net, node, entry)
                edges += 1
    return edges


@compiled
def _bond(net: Net, node: int, entry: int) -> float:
    """Return how strongly a border holds: least along main roads, most inside a compound."""
    bond = 1.0
    if net.metres[entry] > 0:
        bond = net.cost[entry] / net.metres[entry] * net.unit
    if net.compound[node] >= 0 and net.compound[node] == net.compound[net.indices[entry]]:
        bond += COMPOUND_BOND
    return bond


@compiled
def _tree(room: Room, count: int, edges: int) -> bool:
    """Find the spanning tree of the lowest keys (Kruskal); False where the nodes fall apart."""
    taken = 0
    for edge in np.argsort(room.keys[:edges]):
        u, v = int(room.ends[edge, 0]), int(room.ends[edge, 1])
        up, vp = _leader(room.leader, u), _leader(room.leader, v)
        if up == vp:
            continue
        room.leader[up] = vp
        room.links[2 * taken, 0], room.links[2 * taken, 1] = v, room.link[u]
        room.link[u] = 2 * taken
        room.links[2 * taken + 1, 0], room.links[2 * taken + 1, 1] = u, room.link[v]
        room.link[v] = 2 * taken + 1
        taken += 1
    return taken == count - 1


@compiled
def _leader(leader: Int32s, place: int) -> int:
    while leader[place] != place:
        leader[place] = leader[leader[place]]
        place = int(leader[place])
    return place


@compiled
def _root(room: Room, count: int) -> None:
    """Order the tree from its root (the first node) outward."""
    room.order[0], room.parent[0], room.depth[0] = 0, -1, 0
    tail = 1
    for head in range(count):
        place = room.order[head]
        link = room.link[place]
        while link >= 0:
            other = room.links[link, 0]
            if other != room.parent[place]:
                room.parent[other] = place
                room.depth[other] = room.depth[place] + 1
                room.order[tail] = other
                tail += 1
            link = room.links[link, 1]


@compiled
def _sum_up(net: Net, room: Room, span: tuple[int, int, int, int]) -> None:
    """Sum below each node of the tree; a border between two nodes is no edge of what holds them both."""
    count, edges, a, b = span
    for place in range(count):
        _own_sums(net, room.below[place], int(room.nodes[place]))
        node = room.nodes[place]
        home, fixed = net.home[node], net.fixed[node]
        room.below[place, HOME_A] = net.stay[node] if home == a else 0.0
        room.below[place, HOME_B] = net.stay[node] if home == b else 0.0
        room.below[place, FIXED_A] = 1.0 if fixed and room.before[place] == a else 0.0
        room.below[place, FIXED_B] = 1.0 if fixed and room.before[place] == b else 0.0
    for edge in range(edges):
        u, v, entry = room.ends[edge, 0], room.ends[edge, 1], room.ends[edge, 2]
        for place in (u, v):
            room.below[place, CUT] += net.cost[entry]
            room.below[place, CUT_M] += net.metres[entry]
        while u != v:
            if room.depth[u] >= room.depth[v]:
                u = room.parent[u]
            else:
                v = room.parent[v]
        room.below[u, CUT] -= 2 * net.cost[entry]
        room.below[u, CUT_M] -= 2 * net.metres[entry]
        room.below[u, PERIMETER] -= 2 * net.metres[entry]
    for rank in range(count - 1, 0, -1):
        place = room.order[rank]
        room.below[room.parent[place]] += room.below[place]


@compiled
def _own_sums(net: Net, sums: Floats, node: int) -> None:
    sums[:] = 0.0
    sums[LOAD], sums[MEMBERS], sums[AREA] = net.load[node], net.members[node], net.area[node]
    sums[PERIMETER] = net.around[node]


@compiled
def _best_cut(aim: Aim, room: Room, count: int) -> tuple[int, bool]:
    """Return the node below which to cut, and whether what is below becomes the second grid; -1 for none."""
    best, top, swap = NEVER, -1, False
    whole = room.below[0]
    for rank in range(1, count):
        place = int(room.order[rank])
        part = room.below[place]
        cost = part[CUT] + grid_cost(aim, part[LOAD], part[MEMBERS], part[AREA], part[PERIMETER])
        if cost >= best:
            continue
        cost += grid_cost(
            aim,
            whole[LOAD] - part[LOAD],
            whole[MEMBERS] - part[MEMBERS],
            whole[AREA] - part[AREA],
            whole[PERIMETER] - part[PERIMETER] + 2 * part[CUT_M],
        )
        straight, crossed = _ways(aim, whole, part)
        if cost + straight < best:
            best, top, swap = cost + straight, place, False
        if cost + crossed < best:
            best, top, swap = cost + crossed, place, True
    return top, swap


@compiled
def _ways(aim: Aim, whole: Floats, part: Floats) -> tuple[float, float]:
    """Return what leaves home when the part becomes the first grid, and when the second."""
    straight = aim.moved * (whole[HOME_A] - part[HOME_A] + part[HOME_B])
    crossed = aim.moved * (whole[HOME_B] - part[HOME_B] + part[HOME_A])
    if part[FIXED_B] > 0 or part[FIXED_A] < whole[FIXED_A]:
        straight = NEVER
    if part[FIXED_A] > 0 or part[FIXED_B] < whole[FIXED_B]:
        crossed = NEVER
    return straight, crossed


@compiled
def _mark_below(room: Room, count: int, top: int) -> None:
    """Set `leader` to 1 for all below a node of the tree, else 0."""
    for rank in range(count):
        place = room.order[rank]
        above = rank > 0 and room.leader[room.parent[place]] == 1
        room.leader[place] = 1 if place == top or above else 0


@compiled
def _give(net: Net, aim: Aim, state: State, room: Room, halves: tuple[int, int, int]) -> float:
    """Give the halves of the tree to their grids; return the change of cost."""
    count, below, above = halves
    change = -aim.enclave * enclaves(state)
    for place in range(count):
        grid = below if room.leader[place] == 1 else above
        if room.before[place] != grid:
            change += flip_change(net, aim, state, int(room.nodes[place]), grid)
            put(net, aim, state, int(room.nodes[place]), grid)
    return change + aim.enclave * enclaves(state)


@compiled
def take_back(net: Net, aim: Aim, state: State, room: Room, count: int) -> None:
    """Give the nodes gathered last the grids that they had then."""
    for place in range(count):
        node, grid = int(room.nodes[place]), int(room.before[place])
        if state.label[node] != grid:
            put(net, aim, state, node, grid)


@compiled
def resplit_better(net: Net, aim: Aim, state: State, room: Room, pair: tuple[int, int]) -> float:
    """Split two neighbouring grids anew, and take it back where that costs more; return the change of cost."""
    change, count = resplit_pair(net, aim, state, room, pair)
    if change <= 0.0:
        return change
    take_back(net, aim, state, room, count)
    return 0.0
