"""Make a plan contiguous again."""

from __future__ import annotations

from collections import deque

import numpy as np

from gridmap.redistricting.graph import Int32s
from gridmap.redistricting.search.compiling import compiled
from gridmap.redistricting.search.contraction import joined, summed_by
from gridmap.redistricting.search.objective import LOAD, METRES, Net


def mended(net: Net, label: Int32s, grids: int, fixed: Int32s | None = None) -> Int32s:
    """Keep the main part of each grid, and let what is left join the neighbours it borders most.

    The main part is the one with fixed nodes, or else with most load, or else with most nodes.

    Args:
        net: connected nodes.
        label: grid of each node, 0..grids-1; -1 for none.
        grids: how many labels there may be.
        fixed: 1 for nodes that keep their label; those of one label must be connected.

    Returns:
        Labels of all nodes; a grid is contiguous or has no node.
    """
    held = np.zeros(len(label), np.int32) if fixed is None else fixed
    kept = _main_parts(net, label, held, grids)
    if (kept < 0).all():
        kept[0] = 0
    _grow(net, kept)
    return kept


def _main_parts(net: Net, label: Int32s, fixed: Int32s, grids: int) -> Int32s:
    """Return the labels with -1 for all but the main part of each grid."""
    count = len(label)
    source = np.repeat(np.arange(count, dtype=np.int32), np.diff(net.indptr))
    same = label[source] == label[net.indices]
    part = joined(count, source[same], net.indices[same])
    whole = float(net.values[:, LOAD].sum()) + 1.0
    weight = summed_by(part, net.values[:, LOAD] + whole * (count * fixed + 1e-9), count)
    kept = np.full(count, -1, np.int32)
    for grid in range(grids):
        members = np.flatnonzero(label == grid)
        if members.size:
            main = part[members[np.argmax(weight[part[members]])]]
            kept[part == main] = grid
    return kept


@compiled
def _grow(net: Net, label: Int32s) -> None:
    """Give nodes without a label that of the neighbour with the longest border, ring by ring."""
    count = len(label)
    ring = label.copy()
    left = 0
    for node in range(count):
        left += label[node] < 0
    while left > 0:
        for node in range(count):
            ring[node] = -1
            if label[node] < 0:
                ring[node] = _nearest(net, label, node)
        before = left
        for node in range(count):
            if ring[node] >= 0:
                label[node] = ring[node]
                left -= 1
        if left == before:
            return


@compiled
def _nearest(net: Net, label: Int32s, node: int) -> int:
    """Return the label with which a node has the longest border, -1 where no neighbour has any."""
    best, longest = -1, -1.0
    for entry in range(net.indptr[node], net.indptr[node + 1]):
        grid = label[net.indices[entry]]
        if grid < 0:
            continue
        metres = 0.0
        for again in range(net.indptr[node], net.indptr[node + 1]):
            if label[net.indices[again]] == grid:
                metres += net.borders[again, METRES]
        if metres > longest:
            best, longest = grid, metres
    return best


def joined_locks(net: Net, label: Int32s, lock: Int32s) -> Int32s | None:
    """Join the locked nodes of each label by the shortest ways over nodes that are not locked.

    Returns:
        The labels, or None where some cannot be joined.
    """
    label = label.copy()
    taken = lock.copy()
    for grid in np.unique(lock[lock >= 0]):
        members = np.flatnonzero(lock == grid)
        reached = {int(members[0])}
        for member in members[1:]:
            way = _way(net, label, taken, (int(grid), reached, int(member)))
            if way is None:
                return None
            reached.update(way)
            label[way] = grid
            taken[way] = grid
    return label


def _way(
    net: Net, label: Int32s, taken: Int32s, wanted: tuple[int, set[int], int]
) -> list[int] | None:
    """Walk from a node to any of those reached: over nodes of the same grid for nothing, over others for one."""
    grid, reached, start = wanted
    before = {start: start}
    queue = deque([start])
    settled = set()
    while queue:
        node = queue.popleft()
        if node in settled:
            continue
        settled.add(node)
        if node in reached:
            return _back(before, node)
        for other in net.indices[net.indptr[node] : net.indptr[node + 1]].tolist():
            if other in settled or taken[other] not in (-1, grid):
                continue
            if other not in before:
                before[other] = node
            (queue.appendleft if label[other] == grid else queue.append)(other)
    return None


def _back(before: dict[int, int], node: int) -> list[int]:
    way = [node]
    while before[node] != node:
        node = before[node]
        way.append(node)
    return way
