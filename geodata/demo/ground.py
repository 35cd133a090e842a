"""From the land's metres to WGS 84: where on earth the made-up county lies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon, transform
from shapely.geometry.base import BaseGeometry

from gridmap.geometry import crs

Shape = TypeVar("Shape", bound=BaseGeometry)

METRIC_EPSG = 4547
"""CGCS2000 / 3-degree Gauss-Krueger zone of 114 degrees east."""
CENTRE = (557_000.0, 3_769_000.0)
"""Easting and northing of the county's centre: plain country near 114.62 E, 34.05 N."""
DECIMALS = 8


def placed(shapes: Sequence[Shape]) -> list[Shape]:
    """Put shapes of the land onto the globe; equal points stay equal.

    Args:
        shapes: in metres east and north of the county's centre.

    Returns:
        The shapes in WGS 84, rounded to 1e-8 degrees.
    """
    return list(transform(np.array(shapes, dtype=object), _globe))


def _globe(points: NDArray[np.float64]) -> NDArray[np.float64]:
    lon, lat = crs.to_wgs84(
        points[:, 0] + CENTRE[0], points[:, 1] + CENTRE[1], f"EPSG:{METRIC_EPSG}"
    )
    return np.column_stack([lon, lat]).round(DECIMALS)


def many(parts: Polygon | MultiPolygon | Iterable[Polygon]) -> MultiPolygon:
    """Return polygons as one multipolygon."""
    if isinstance(parts, MultiPolygon):
        return parts
    return MultiPolygon([parts] if isinstance(parts, Polygon) else list(parts))
