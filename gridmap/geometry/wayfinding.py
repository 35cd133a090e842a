"""Ways on foot from one place to others through a net of roads: how long each is, and where it leads."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridmap.geometry.walking import Spots, WalkingNet

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways from one spot to every node of a net.

    Attributes:
        net: the roads.
        source: the one spot where they begin.
        metres: to each node; infinite where no road leads.
        before: the node before each on the way; itself where the way comes straight from the source.
    """

    net: WalkingNet
    source: Spots
    metres: tuple[float, ...]
    before: tuple[int, ...]

    def to(self, spots: Spots, at: int) -> tuple[float, Numbers]:
        """Return the way to one of some spots: metres along the road, and the points (x, y) of the road.

        The stretch beside the road, at both ends, counts in the metres and is no point.
        """
        segment, along = int(spots.segments[at]), float(spots.along[at])
        first, second = int(self.net.first[segment]), int(self.net.second[segment])
        rest = float(self.net.lengths[segment]) - along
        by_first, by_second = self.metres[first] + along, self.metres[second] + rest
        goal = self._on(segment, along)
        off = float(spots.off[at])
        if int(self.source.segments[0]) == segment:
            straight = abs(float(self.source.along[0]) - along) + float(self.source.off[0])
            if straight <= min(by_first, by_second):
                return straight + off, np.array([self._begin(), goal])
        node = first if by_first <= by_second else second
        if not np.isfinite(self.metres[node]):
            return float("inf"), np.empty((0, 2))
        return min(by_first, by_second) + off, np.array([*self._chain(node), goal])

    def _chain(self, node: int) -> list[Numbers]:
        chain = [node]
        while self.before[chain[-1]] != chain[-1]:
            chain.append(self.before[chain[-1]])
        return [self._begin(), *(self.net.points[one] for one in reversed(chain))]

    def _begin(self) -> Numbers:
        return self._on(int(self.source.segments[0]), float(self.source.along[0]))

    def _on(self, segment: int, along: float) -> Numbers:
        """The point so many metres along a segment."""
        start, end = (self.net.points[side[segment]] for side in (self.net.first, self.net.second))
        point: Numbers = start + (end - start) * (along / float(self.net.lengths[segment]))
        return point


def ways_from(net: WalkingNet, source: Spots) -> Ways:
    """Return the shortest ways from one spot to every node of a net."""
    segment, along, off = int(source.segments[0]), float(source.along[0]), float(source.off[0])
    metres, before = [float("inf")] * net.size, list(range(net.size))
    rest = float(net.lengths[segment]) - along
    queue = [
        (off + along, int(net.first[segment]), int(net.first[segment])),
        (off + rest, int(net.second[segment]), int(net.second[segment])),
    ]
    heapq.heapify(queue)
    while queue:
        far, node, came_from = heapq.heappop(queue)
        if far >= metres[node]:
            continue
        metres[node], before[node] = far, came_from
        for other, length in net.neighbours[node]:
            if far + length < metres[other]:
                heapq.heappush(queue, (far + length, other, node))
    return Ways(net, source, tuple(metres), tuple(before))
