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
    AREA,
    COMPOUND,
    COST,
    FIXED,
    HOME,
    LOAD,
    MEMBERS,
    METRES,
    PERIMETER,
    STAY,
    Aim,
    Net,
    State,
    flip_change,
    grid_cost,
    put,
)

NEVER = 1e18
COMPOUND_BOND = 2.0
MOST_LOOKS = 200
GAPS = (3548, 1577, 701, 301, 132, 57, 23, 10, 4, 1)
CUT, CUT_M, HOME_A, HOME_B, FIXED_A, FIXED_B = range(4, 10)
NODE, BEFORE, LEADER, LINK, ORDER, PARENT, DEPTH = range(7)


class Room(NamedTuple):
    """Room for trees.

    Attributes:
        place: of each node of the net its place among those gathered, -1 for the others.
        tree: of each place its `NODE`, the grid it had `BEFORE`, and what the tree needs.
        ends: of each border among the nodes its two places and its entry in the net.
        keys: of each border, and the borders `sorted` by it.
        links: borders of the tree as chained lists: a place, and the next link.
        below: sums below each place: the columns of `State.sums` up to `PERIMETER`, costs and metres of the cut
            from the rest of the tree, load at home in either grid, fixed nodes of either.
    """

    place: Int32s
    tree: Int32s
    ends: Int32s
    keys: Floats
    sorted: Int32s
    links: Int32s
    below: Floats


def room_of(net: Net) -> Room:
    """Make room for trees over a net."""
    n, m = len(net.values), len(net.indices) // 2 + 1
    return Room(
        place=np.full(n, -1, np.int32),
        tree=np.zeros((n, 7), np.int32),
        ends=np.zeros((m, 3), np.int32),
        keys=np.zeros(m),
        sorted=np.zeros(m, np.int32),
        links=np.zeros((2 * n, 2), np.int32),
        below=np.zeros((n, 10)),
    )


@compiled
def resplit(net: Net, aim: Aim, state: State, room: Room) -> tuple[float, int]:
    """Split two random neighbouring grids anew.

    Returns:
        The change of cost, enclaves apart, and the number of nodes in both grids (`NODE` of the first
        places); 0 nodes where nothing was split.
    """
    for _ in range(MOST_LOOKS):
        node = roll_below(state.dice, len(state.label))
        start = net.indptr[node]
        degree = max(net.indptr[node + 1] - start, 1)
        a = int(state.label[node])
        b = int(state.label[net.indices[start + roll_below(state.dice, degree)]])
        if a != b:
            return resplit_pair(net, aim, state, room, (a, b))
    return 0.0, 0


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
            room.tree[count, NODE] = node
            room.place[node] = count
            room.tree[count, BEFORE] = grid
            room.tree[count, LEADER] = count
            room.tree[count, LINK] = -1
            count += 1
    return count


@compiled
def _edges(net: Net, state: State, room: Room, count: int) -> int:
    """List the borders among the nodes with a random key each; cheap ones come late."""
    edges = 0
    for place in range(count):
        node = int(room.tree[place, NODE])
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
    if net.borders[entry, METRES] > 0:
        bond = net.borders[entry, COST] / net.borders[entry, METRES] * net.unit
    if (
        net.tags[node, COMPOUND] >= 0
        and net.tags[node, COMPOUND] == net.tags[net.indices[entry], COMPOUND]
    ):
        bond += COMPOUND_BOND
    return bond


@compiled
def _tree(room: Room, count: int, edges: int) -> bool:
    """Find the spanning tree of the lowest keys (Kruskal); False where the nodes fall apart."""
    taken = 0
    _order(room, edges)
    for rank in range(edges):
        edge = room.sorted[rank]
        u, v = int(room.ends[edge, 0]), int(room.ends[edge, 1])
        up, vp = _leader(room.tree, u), _leader(room.tree, v)
        if up == vp:
            continue
        room.tree[up, LEADER] = vp
        room.links[2 * taken, 0], room.links[2 * taken, 1] = v, room.tree[u, LINK]
        room.tree[u, LINK] = 2 * taken
        room.links[2 * taken + 1, 0], room.links[2 * taken + 1, 1] = u, room.tree[v, LINK]
        room.tree[v, LINK] = 2 * taken + 1
        taken += 1
    return taken == count - 1


@compiled
def _order(room: Room, edges: int) -> None:
    """Sort the borders by their keys (D. L. Shell, 1959, with the gaps of M. Ciura, 2001)."""
    for edge in range(edges):
        room.sorted[edge] = edge
    for gap in GAPS:
        for start in range(gap, edges):
            edge = room.sorted[start]
            place = start
            while place >= gap and room.keys[room.sorted[place - gap]] > room.keys[edge]:
                room.sorted[place] = room.sorted[place - gap]
                place -= gap
            room.sorted[place] = edge


@compiled
def _leader(tree: Int32s, place: int) -> int:
    while tree[place, LEADER] != place:
        tree[place, LEADER] = tree[tree[place, LEADER], LEADER]
        place = int(tree[place, LEADER])
    return place


@compiled
def _root(room: Room, count: int) -> None:
    """Order the tree from its root (the first node) outward."""
    room.tree[0, ORDER], room.tree[0, PARENT], room.tree[0, DEPTH] = 0, -1, 0
    tail = 1
    for head in range(count):
        place = room.tree[head, ORDER]
        link = room.tree[place, LINK]
        while link >= 0:
            other = room.links[link, 0]
            if other != room.tree[place, PARENT]:
                room.tree[other, PARENT] = place
                room.tree[other, DEPTH] = room.tree[place, DEPTH] + 1
                room.tree[tail, ORDER] = other
                tail += 1
            link = room.links[link, 1]


@compiled
def _sum_up(net: Net, room: Room, span: tuple[int, int, int, int]) -> None:
    """Sum below each node of the tree; a border between two nodes is no edge of what holds them both."""
    count, edges, a, b = span
    for place in range(count):
        _own_sums(net, room.below[place], int(room.tree[place, NODE]))
        node = room.tree[place, NODE]
        home, fixed = net.tags[node, HOME], net.tags[node, FIXED]
        room.below[place, HOME_A] = net.values[node, STAY] if home == a else 0.0
        room.below[place, HOME_B] = net.values[node, STAY] if home == b else 0.0
        room.below[place, FIXED_A] = 1.0 if fixed and room.tree[place, BEFORE] == a else 0.0
        room.below[place, FIXED_B] = 1.0 if fixed and room.tree[place, BEFORE] == b else 0.0
    for edge in range(edges):
        u, v, entry = room.ends[edge, 0], room.ends[edge, 1], room.ends[edge, 2]
        for place in (u, v):
            room.below[place, CUT] += net.borders[entry, COST]
            room.below[place, CUT_M] += net.borders[entry, METRES]
        while u != v:
            if room.tree[u, DEPTH] >= room.tree[v, DEPTH]:
                u = room.tree[u, PARENT]
            else:
                v = room.tree[v, PARENT]
        room.below[u, CUT] -= 2 * net.borders[entry, COST]
        room.below[u, CUT_M] -= 2 * net.borders[entry, METRES]
        room.below[u, PERIMETER] -= 2 * net.borders[entry, METRES]
    for rank in range(count - 1, 0, -1):
        place = room.tree[rank, ORDER]
        room.below[room.tree[place, PARENT]] += room.below[place]


@compiled
def _own_sums(net: Net, sums: Floats, node: int) -> None:
    sums[:] = 0.0
    sums[: PERIMETER + 1] = net.values[node, : PERIMETER + 1]


@compiled
def _best_cut(aim: Aim, room: Room, count: int) -> tuple[int, bool]:
    """Return the node below which to cut, and whether what is below becomes the second grid; -1 for none."""
    best, top, swap = NEVER, -1, False
    whole = room.below[0]
    for rank in range(1, count):
        place = int(room.tree[rank, ORDER])
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
        place = room.tree[rank, ORDER]
        above = rank > 0 and room.tree[room.tree[place, PARENT], LEADER] == 1
        room.tree[place, LEADER] = 1 if place == top or above else 0


@compiled
def _give(net: Net, aim: Aim, state: State, room: Room, halves: tuple[int, int, int]) -> float:
    """Give the halves of the tree to their grids; return the change of cost, enclaves apart."""
    count, below, above = halves
    change = 0.0
    for place in range(count):
        grid = below if room.tree[place, LEADER] == 1 else above
        if room.tree[place, BEFORE] != grid:
            change += flip_change(net, aim, state, int(room.tree[place, NODE]), grid)
            put(net, aim, state, int(room.tree[place, NODE]), grid)
    return change


@compiled
def take_back(net: Net, aim: Aim, state: State, room: Room, count: int) -> None:
    """Give the nodes gathered last the grids that they had then."""
    for place in range(count):
        node, grid = int(room.tree[place, NODE]), int(room.tree[place, BEFORE])
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
