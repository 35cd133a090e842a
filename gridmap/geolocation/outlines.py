"""Outlines as plain numbers, for one point after another.

A handful of sides is measured faster here than a call to GEOS takes, and no call lets another thread in
between: under a server's threads that costs more than the geometry itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot, inf, sqrt
from typing import Final

import numpy as np
import shapely

Side = tuple[float, float, float, float]
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""
Scale = tuple[float, float]
"""Metres in a degree east and north; see `gridmap.geometry.crs.metres_per_degree`."""
MOST_SIDES: Final = 64
"""More are GEOS's to judge."""
ROUNDING: Final = 3.3306690738754716e-16
"""The sign of a cross product that is larger than so much of its terms is certain: (3 + 16 e) e with e = 2^-53.
Source: J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic, 1997, ccwerrboundA."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A polygon's box and sides (x1, y1, x2, y2) in degrees, and its area in square degrees."""

    shape: shapely.Geometry
    box: Box
    sides: tuple[Side, ...]
    area: float

    @classmethod
    def of(cls, shape: shapely.Geometry) -> Outline:
        """Return the outline of a polygon or of several, holes included."""
        west, south, east, north = shapely.bounds(shape).tolist()
        area = float(shapely.area(shape))
        return cls(shape, (west, south, east, north), sides_of(shape), area)

    def holds(self, lon: float, lat: float) -> bool:
        """Tell whether a point lies in the polygon or on its edge."""
        west, south, east, north = self.box
        if not (west <= lon <= east and south <= lat <= north):
            return False
        inside = _inside(self.sides, lon, lat) if len(self.sides) <= MOST_SIDES else None
        return bool(shapely.intersects_xy(self.shape, lon, lat)) if inside is None else inside


def distance_m(sides: Iterable[Side], lon: float, lat: float, scale: Scale) -> float:
    """Return how far the nearest side is from a point, in metres of the point's plane; infinite without sides."""
    x_m, y_m = scale
    nearest = inf
    for x1, y1, x2, y2 in sides:
        east, north = (x1 - lon) * x_m, (y1 - lat) * y_m
        along, up = (x2 - x1) * x_m, (y2 - y1) * y_m
        length = along * along + up * up
        if length > 0.0:
            part = -(east * along + north * up) / length
            if part >= 1.0:
                east, north = east + along, north + up
            elif part > 0.0:
                east, north = east + part * along, north + part * up
        squared = east * east + north * north
        nearest = min(nearest, squared)
    return sqrt(nearest)


def nearest(
    outlines: Sequence[Outline], lon: float, lat: float, scale: Scale, apart_m: float
) -> list[tuple[float, int]]:
    """Return which outlines are less than so much farther from a point than the nearest, or little more.

    Args:
        outlines: none of them holds the point.
        lon: degrees (WGS 84).
        lat: degrees.
        scale: at the point.
        apart_m: metres.

    Returns:
        Distance in metres and place in `outlines` of each, the nearest box first.
    """
    x_m, y_m = scale
    bounds: list[tuple[float, int]] = []
    for at, outline in enumerate(outlines):
        west, south, east, north = outline.box
        aside = west - lon if lon < west else lon - east if lon > east else 0.0
        above = south - lat if lat < south else lat - north if lat > north else 0.0
        bounds.append((hypot(aside * x_m, above * y_m), at))
    bounds.sort()
    found: list[tuple[float, int]] = []
    best = inf
    for bound, at in bounds:
        if bound > best + apart_m:
            break  # the box is that far: the outline in it is no nearer
        away = distance_m(outlines[at].sides, lon, lat, scale)
        found.append((away, at))
        best = min(best, away)
    return found


def sides_of(shape: shapely.Geometry) -> tuple[Side, ...]:
    """Return the straight sides of all rings of a polygon or of several."""
    rings = shapely.get_parts(shapely.boundary(shape))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    return tuple(map(tuple, np.hstack((points[:-1][joined], points[1:][joined])).tolist()))


def _inside(sides: Iterable[Side], x: float, y: float) -> bool | None:
    """Whether a point is inside, by the crossings of a ray to the east; None too near an edge to be sure.

    The same test as `cell_kernels._side`, there for many points.
    """
    inside = False
    for x1, y1, x2, y2 in sides:
        if y1 == y and (x1 == x or (y2 == y and min(x1, x2) <= x <= max(x1, x2))):
            return None
        if (y1 > y) != (y2 > y):
            if x < x1 and x < x2:
                inside = not inside
            elif x <= x1 or x <= x2:
                one, other = (x2 - x1) * (y - y1), (x - x1) * (y2 - y1)
                if abs(one - other) <= ROUNDING * (abs(one) + abs(other)):
                    return None
                if (one > other) == (y2 > y1):
                    inside = not inside
    return inside
