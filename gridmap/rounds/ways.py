"""The way of a round: distances between buildings along the roads, straight where no road leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.geometry.crs import metres_per_degree
from gridmap.geometry.walking import Spots, WalkingNet
from gridmap.geometry.wayfinding import Ways, ways_from
from gridmap.rounds import door_queries
from gridmap.rounds.ordering import tour
from gridmap.rounds.views import Leg

Numbers = NDArray[np.float64]
Point = tuple[float, float]

ACROSS_M: Final = 60.0
"""Buildings so near each other, or of one compound, are reached across the yard."""
AROUND_M: Final = 800.0
"""Roads so far around the buildings are looked at."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a building stands (WGS 84), and its compound, inside which one walks across."""

    lon: float
    lat: float
    compound_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Plane:
    """Degrees to metres around a place, and back."""

    lon: float
    lat: float

    @property
    def _scale(self) -> Numbers:
        return np.array(metres_per_degree(self.lat))

    def metres(self, degrees: Numbers) -> Numbers:
        found: Numbers = (degrees - np.array([self.lon, self.lat])) * self._scale
        return found

    def degrees(self, metres: Numbers) -> list[Point]:
        back = metres / self._scale + np.array([self.lon, self.lat])
        return [(round(float(x), 6), round(float(y), 6)) for x, y in back]


def route(session: Session, day: date, spots: Sequence[Spot]) -> tuple[list[int], list[Leg]]:
    """Return a short order of places that begins with the first, and the legs between them.

    Args:
        session: any session; nothing is written.
        day: whose roads.
        spots: the places.
    """
    if not spots:
        return [], []
    degrees = np.array([(spot.lon, spot.lat) for spot in spots], dtype=float)
    west, south = degrees.min(axis=0)
    east, north = degrees.max(axis=0)
    plane = _Plane(float((west + east) / 2), float((south + north) / 2))
    points = plane.metres(degrees)
    wide, high = (AROUND_M / float(one) for one in metres_per_degree(plane.lat))
    box = (float(west) - wide, float(south) - high, float(east) + wide, float(north) + high)
    lines = door_queries.roads(session, day, box)
    ground = _Ground(
        plane, points, [spot.compound_id for spot in spots], _ways(plane, lines, points)
    )
    order = tour(ground.distances().tolist())
    return order, [ground.leg(one, other) for one, other in pairwise(order)]


@dataclass(frozen=True, slots=True)
class _Found:
    """The places on the net, and the ways from each."""

    spots: Spots
    ways: tuple[Ways, ...]


def _ways(plane: _Plane, lines: Sequence[bytes], points: Numbers) -> _Found | None:
    if not lines:
        return None
    planar = shapely.transform(shapely.from_wkb(lines), plane.metres)
    net = WalkingNet(list(planar))
    if not net.size:
        return None
    spots = net.place(points)
    ways = tuple(ways_from(net, _one(spots, at)) for at in range(len(points)))
    return _Found(spots, ways)


def _one(spots: Spots, at: int) -> Spots:
    return Spots(spots.segments[at : at + 1], spots.along[at : at + 1], spots.off[at : at + 1])


@dataclass(frozen=True, slots=True)
class _Ground:
    """The places in metres with their compounds, and the ways between them where there are roads."""

    plane: _Plane
    points: Numbers
    compounds: Sequence[int | None]
    found: _Found | None

    def straight(self, one: int, other: int) -> float:
        """Metres in a straight line."""
        return float(np.hypot(*(self.points[one] - self.points[other])))

    def road(self, one: int, other: int) -> tuple[float, Numbers] | None:
        """The way along roads; None across a yard, and where no road leads."""
        near = self.straight(one, other) <= ACROSS_M
        yard = self.compounds[one] is not None and self.compounds[one] == self.compounds[other]
        if self.found is None or near or yard:
            return None
        along, line = self.found.ways[one].to(self.found.spots, other)
        return (along, line) if np.isfinite(along) else None

    def distances(self) -> Numbers:
        """Metres from each place to each other."""
        count = len(self.points)
        metres: Numbers = np.zeros((count, count))
        for one in range(count):
            for other in range(one + 1, count):
                road = self.road(one, other)
                metres[one, other] = road[0] if road else self.straight(one, other)
        return metres + metres.T

    def leg(self, one: int, other: int) -> Leg:
        """The way from one place to another."""
        ends, road = self.points[[one, other]], self.road(one, other)
        if road is None:
            line = tuple(self.plane.degrees(ends))
            return Leg(round(self.straight(one, other), 1), by_road=False, line=line)
        line = tuple(self.plane.degrees(np.concatenate([ends[:1], road[1], ends[1:]])))
        return Leg(round(road[0], 1), by_road=True, line=line)
