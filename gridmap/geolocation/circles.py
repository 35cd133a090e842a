"""How likely each grid or building is, when a phone only knows a circle.

A phone's position is a round normal distribution: its 95 % radius is sigma times sqrt(-2 ln 0.05) = 2.4477.
A fixed lattice of equally likely points is spread over it, and the share of points in a shape is the
probability that the phone is there. Lattice: H. Vogel, A better way to construct the sunflower head,
Mathematical Biosciences 44 (1979), its radii drawn to the quantiles of the Rayleigh distribution.
All coordinates are metres in the plane of the position, with the position at (0, 0).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log, pi, sqrt
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

POINTS: Final = 400
SURE: Final = 0.9
"""A grid or building this likely is taken."""
POSSIBLE: Final = 0.1
"""One this likely is asked about."""
WIDEST_M: Final = 500.0
"""A wider 95 % circle says nothing more: nothing is taken from it, and the search goes no farther."""
_OF_95: Final = 1 / sqrt(-2 * log(0.05))
_GOLDEN_ANGLE: Final = pi * (3 - sqrt(5))


def _lattice() -> NDArray[np.float64]:
    number = np.arange(POINTS)
    radius = np.sqrt(-2 * np.log1p(-(number + 0.5) / POINTS)) * _OF_95
    angle = number * _GOLDEN_ANGLE
    return np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))


_LATTICE: Final = _lattice()
REACH_OF_95: Final = float(np.hypot(*_LATTICE[-1]))
"""The farthest point of the lattice, as a part of the 95 % radius."""


def radius_95(radius_m: float, percent: float) -> float:
    """Return the 95 % radius of a position that lies within a radius with another probability.

    A browser's accuracy is a 95 % radius (W3C Geolocation), Android's own a 68 % one (Location.getAccuracy).

    >>> round(radius_95(10.0, 68.0), 1), radius_95(10.0, 95.0)
    (16.2, 10.0)
    """
    return radius_m * sqrt(log(1 - 0.95) / log(1 - percent / 100))


def reach_m(radius_95_m: float) -> float:
    """Return how far from a position its lattice reaches, in metres.

    >>> round(reach_m(50.0)), round(reach_m(9_999.0))
    (75, 747)
    """
    return min(radius_95_m, WIDEST_M) * REACH_OF_95


def lattice(radius_95_m: float) -> NDArray[np.float64]:
    """Return equally likely points of a position: `POINTS` x 2, in metres.

    >>> points = lattice(100.0)
    >>> within = float((np.hypot(*points.T) <= 100.0).mean())
    >>> points.shape, within
    ((400, 2), 0.95)
    """
    return _LATTICE * min(radius_95_m, WIDEST_M)


def shares(shapes: Sequence[shapely.Geometry], radius_95_m: float) -> list[float]:
    """Return how likely a position lies in each shape.

    >>> [half] = shares([shapely.box(0, -1e3, 1e3, 1e3)], 30.0)
    >>> abs(half - 0.5) < 0.01
    True
    """
    east, north = lattice(radius_95_m).T
    found = []
    for shape in shapes:
        shapely.prepare(shape)
        found.append(float(shapely.intersects_xy(shape, east, north).mean()))
    return found


def house_shares(
    houses: Sequence[tuple[shapely.Geometry, float]],
    radius_95_m: float,
    *,
    within_m: float,
    apart_m: float,
) -> list[float]:
    """Return how likely each building is the one that a pin at the true position would give.

    A pin in buildings gives the smallest; beside them the nearest within `within_m`, unless the second is
    less than `apart_m` farther away.

    Args:
        houses: shape and area in m² of each.
        radius_95_m: of the position.
        within_m: a building this near may stand for a point beside it.
        apart_m: the second must be this much farther.

    >>> left, right = shapely.box(-20, 0, -5, 9), shapely.box(5, 0, 20, 9)
    >>> house_shares([(left, 135.0), (right, 135.0)], 2.0, within_m=25.0, apart_m=5.0)
    [0.0, 0.0]
    """
    if not houses:
        return []
    points = shapely.points(lattice(radius_95_m))
    away = np.array([shapely.distance(shape, points) for shape, _area in houses])
    areas = np.array([area for _shape, area in houses])[:, None]
    inside = away == 0
    smallest = np.argmin(np.where(inside, areas, np.inf), axis=0)
    order = np.sort(away, axis=0)
    second = order[1] if len(houses) > 1 else np.full(POINTS, np.inf)
    clear = (order[0] <= within_m) & (second - order[0] >= apart_m)
    given = np.where(inside.any(axis=0), smallest, np.where(clear, np.argmin(away, axis=0), -1))
    return [float((given == row).mean()) for row in range(len(houses))]
