"""Planes in metres around single shapes: to measure and to cut without a zone.

Each plane touches the WGS 84 ellipsoid at the middle of a shape's box and is scaled there by
`gridmap.geometry.crs.metres_per_degree`; across 5 km, lengths and areas are right to a hundred-thousandth.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gridmap.geometry.crs import metres_per_degree

Geometries = NDArray[np.object_]
Numbers = NDArray[np.float64]


def local_planes(geometries: Sequence[BaseGeometry | None] | Geometries) -> Geometries:
    """Put each WGS 84 shape into metres around the middle of its own box.

    Args:
        geometries: shapes in degrees, lon first, or None.

    Returns:
        A new array: x metres east, y metres north. Two shapes of it have no common origin.
    """
    array = np.asarray(geometries, dtype=object)
    middles, scales = _planes(array)
    coordinates, rows = shapely.get_coordinates(array, return_index=True)
    return shapely.set_coordinates(
        shapely.force_2d(array), (coordinates - middles[rows]) * scales[rows]
    )


def from_local_planes(planar: Geometries, geometries: Geometries) -> Geometries:
    """Put shapes made in the planes of `local_planes` back into degrees.

    Args:
        planar: shapes in metres, one in the plane of each of the geometries.
        geometries: the shapes around which the planes lie, in degrees.

    Returns:
        A new array: lon, lat in degrees.
    """
    middles, scales = _planes(geometries)
    coordinates, rows = shapely.get_coordinates(planar, return_index=True)
    return shapely.set_coordinates(planar.copy(), coordinates / scales[rows] + middles[rows])


def _planes(array: Geometries) -> tuple[Numbers, Numbers]:
    """Return the middle (lon, lat) of each shape and the metres in a degree there (of lon, of lat)."""
    bounds = shapely.bounds(array)
    middles = (bounds[:, :2] + bounds[:, 2:]) / 2
    return middles, np.column_stack(metres_per_degree(middles[:, 1]))


def metres_apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the metres between two points (lon, lat in WGS 84) that lie near each other.

    >>> round(metres_apart((113.9, 34.7), (113.9, 34.701)))
    111
    """
    east, north = metres_per_degree(one[1])
    return hypot((one[0] - other[0]) * east, (one[1] - other[1]) * north)
