"""Boundaries made simple for small drawings: neighbours keep one common border."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.handouts.county import Area
from gridmap.geometry.crs import metres_per_degree

TOLERANCE_M: Final = 8.0
"""Metres that a simplified border may leave the true one by, about: less than a pixel of a whole county."""

Geometries = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane in metres about the middle of a county; true within a thousandth over 50 km."""

    lon: float
    lat: float
    east_m: float
    north_m: float

    def flat(self, shapes: Geometries) -> Geometries:
        """Return degrees as metres."""
        scale = np.array([self.east_m, self.north_m])
        middle = np.array([self.lon, self.lat])
        flat: Geometries = shapely.transform(shapes, lambda xy: (xy - middle) * scale)
        return flat

    def degrees(self, shapes: Geometries) -> Geometries:
        """Return metres as degrees."""
        scale = np.array([self.east_m, self.north_m])
        middle = np.array([self.lon, self.lat])
        round_: Geometries = shapely.transform(shapes, lambda xy: xy / scale + middle)
        return round_


def plane_of(areas: Sequence[Area]) -> Plane:
    """Return the plane of some areas."""
    west, south, east, north = shapely.total_bounds([area.shape for area in areas])
    lat = float(south + north) / 2
    east_m, north_m = metres_per_degree(lat)
    return Plane(float(west + east) / 2, lat, east_m, north_m)


def simplified(areas: Sequence[Area], plane: Plane, tolerance_m: float = TOLERANCE_M) -> Geometries:
    """Return the areas' shapes in the plane, simplified together.

    A border between two areas is simplified once, so that no gap and no overlap comes between them.
    Source: Visvalingam and Whyatt, Line generalisation by repeated elimination of points (1993),
    on shared edges, as in GEOS CoverageSimplifier.
    """
    flat = plane.flat(np.array([area.shape for area in areas], dtype=object))
    found: Geometries = shapely.coverage_simplify(flat, tolerance_m)
    return found
