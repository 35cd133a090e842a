"""Put atoms together that belong together anyway, so that a search has fewer and better moves.

First compounds, as far as one grid can hold them; then whatever hangs on a single neighbour and is too small for
a grid of its own: wherever the neighbour goes, it must go along.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gridmap.redistricting.graph import AtomGraph, Bools, Floats, Int32s, Int64s, neighbours_of
from gridmap.redistricting.search.compiling import compiled


class Band(NamedTuple):
    """How much load a grid is to have."""

    low: float
    target: float
    high: float


class Quotient(NamedTuple):
    """A graph whose nodes are groups of atoms: each border is the sum of those between two groups."""

    first: Int32s
    second: Int32s
    metres: Floats
    cost: Floats


def contract(graph: AtomGraph, cost: Floats, load: Floats, band: Band, lock: Int32s) -> Int32s:
    """Group the atoms.

    Args:
        graph: a connected graph.
        cost: m costs of its borders.
        load: n loads.
        band: what a grid can hold.
        lock: n labels of locked atoms, -1 for free ones; atoms of different locks stay apart.

    Returns:
        For each atom the row of its node; nodes are numbered by their first atom.
    """
    same = (graph.compound[graph.first] == graph.compound[graph.second]) & (
        graph.compound[graph.first] >= 0
    )
    same &= lock[graph.first] == lock[graph.second]
    group = joined(len(graph), graph.first[same], graph.second[same])
    sums = summed_by(group, load, len(graph))
    group = np.where(sums[group] <= band.high, group, np.arange(len(graph), dtype=np.int32))
    node = dense(group)
    return _with_pendants(graph, cost, load, band, (node, lock))


def _with_pendants(
    graph: AtomGraph, cost: Floats, load: Floats, band: Band, grouped: tuple[Int32s, Int32s]
) -> Int32s:
    node, lock = grouped
    count = int(node.max()) + 1
    small = quotient(graph, cost, node, count)
    around = neighbours_of(count, small.first, small.second)
    weight, locked = summed_by(node, load, count), summed_by(node, lock >= 0, count)
    leader = pendants(around.indptr, around.indices, weight, locked, (band.low, band.high))
    return dense(leader[node])


def quotient(graph: AtomGraph, cost: Floats, node: Int32s, count: int) -> Quotient:
    """Sum up the borders between groups of atoms; those inside a group go."""
    a, b = node[graph.first], node[graph.second]
    between = a != b
    low, high = np.minimum(a, b)[between], np.maximum(a, b)[between]
    keys, place = np.unique(low.astype(np.int64) * count + high, return_inverse=True)
    return Quotient(
        (keys // count).astype(np.int32),
        (keys % count).astype(np.int32),
        summed_by(place, graph.border_m[between], len(keys)),
        summed_by(place, cost[between], len(keys)),
    )


def summed_by(group: Int32s | Int64s, values: Floats | Bools, count: int) -> Floats:
    """Add up values by group 0..count-1."""
    return np.bincount(group, values, minlength=count).astype(np.float64)


def dense(group: Int32s | Int64s) -> Int32s:
    """Number groups 0, 1, ... by their first member.

    >>> dense(np.array([7, 3, 7, 3, 9])).tolist()
    [0, 1, 0, 1, 2]
    """
    _, first, place = np.unique(group, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int32)
    rank[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return rank[place.ravel()]


@compiled
def joined(count: int, first: Int32s, second: Int32s) -> Int32s:
    """Return for each of `count` things the lowest one that it is joined with by these pairs."""
    leader = np.arange(count).astype(np.int32)
    for pair in range(len(first)):
        a, b = first[pair], second[pair]
        while leader[a] != a:
            leader[a] = leader[leader[a]]
            a = leader[a]
        while leader[b] != b:
            leader[b] = leader[leader[b]]
            b = leader[b]
        if a < b:
            leader[b] = a
        else:
            leader[a] = b
    for thing in range(count):
        leader[thing] = leader[leader[thing]]
    return leader


class Walk(NamedTuple):
    """A depth-first walk: rank and parent of each node, lowest rank that its subtree reaches, subtree sums."""

    order: Int32s
    rank: Int32s
    parent: Int32s
    reach: Int32s
    load: Floats
    locked: Floats


@compiled
def pendants(
    indptr: Int32s, indices: Int32s, load: Floats, locked: Floats, band: tuple[float, float]
) -> Int32s:
    """Join what only one node connects with the rest, and is too light for a grid, to that node.

    Source: R. Tarjan, Depth-First Search and Linear Graph Algorithms, SIAM Journal on Computing 1 (1972).
    """
    low, high = band
    heaviest = 0
    for node in range(len(load)):
        if load[node] > load[heaviest]:
            heaviest = node
    walk = _walk(indptr, indices, load, locked, heaviest)
    walk = _walk(indptr, indices, load, locked, _better_root(walk, low))
    leader = np.arange(len(load)).astype(np.int32)
    held = load.copy()
    for place in range(1, len(walk.order)):
        node = walk.order[place]
        parent = walk.parent[node]
        head = leader[parent]
        if head != parent:
            leader[node] = head  # inside a pendant already
            continue
        light = walk.load[node] < low and held[parent] + walk.load[node] <= high
        if walk.reach[node] >= walk.rank[parent] and light and walk.locked[node] == 0:
            held[parent] += walk.load[node]
            leader[node] = parent
    return leader


@compiled
def _walk(indptr: Int32s, indices: Int32s, load: Floats, locked: Floats, root: int) -> Walk:
    """Walk a connected graph depth first."""
    count = len(load)
    walk = Walk(
        np.zeros(count, np.int32),
        np.zeros(count, np.int32) - np.int32(1),
        np.zeros(count, np.int32) - np.int32(1),
        np.zeros(count, np.int32),
        load.copy(),
        locked.copy(),
    )
    entry = indptr[:-1].copy()
    walk.order[0], walk.rank[root], node, seen = root, 0, root, 1
    while node >= 0:
        if entry[node] < indptr[node + 1]:
            other = indices[entry[node]]
            entry[node] += 1
            if walk.rank[other] < 0:
                walk.order[seen], walk.rank[other], walk.parent[other] = other, seen, node
                walk.reach[other] = seen
                seen += 1
                node = other
            elif other != walk.parent[node]:
                walk.reach[node] = min(walk.reach[node], walk.rank[other])
            continue
        parent = walk.parent[node]
        if parent >= 0:
            walk.reach[parent] = min(walk.reach[parent], walk.reach[node])
            walk.load[parent] += walk.load[node]
            walk.locked[parent] += walk.locked[node]
        node = parent
    return walk


@compiled
def _better_root(walk: Walk, low: float) -> int:
    """Return a node that has all that is heavy below it: the one with most above it, yet too light for a grid."""
    root = walk.order[0]
    most = 0.0
    for place in range(1, len(walk.order)):
        node = walk.order[place]
        above = walk.load[walk.order[0]] - walk.load[node]
        if walk.reach[node] >= walk.rank[walk.parent[node]] and most < above < low:
            root, most = walk.parent[node], above
    return int(root)
