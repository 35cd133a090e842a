"""Arrays of geometries from arrays of coordinates: shapely's constructors, which give arrays for arrays."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

Geometries = NDArray[np.object_]
Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]


def points_at(coordinates: Numbers) -> Geometries:
    """Return a point for each row.

    Args:
        coordinates: n x 2, or n x 3 with heights.
    """
    return np.asarray(shapely.points(coordinates), dtype=object)


def segments_between(ends: Numbers) -> Geometries:
    """Return a line for each pair of ends.

    Args:
        ends: n x 2 x 2: start and end, x and y.
    """
    return np.asarray(shapely.linestrings(ends), dtype=object)


def lines_through(coordinates: Numbers, line: Rows) -> Geometries:
    """Return the lines through vertices.

    Args:
        coordinates: n x 2, line by line.
        line: n numbers of the line to which each vertex belongs, from 0 without gaps.
    """
    return np.asarray(shapely.linestrings(coordinates, indices=line), dtype=object)


def rings_through(coordinates: Numbers, ring: Rows) -> Geometries:
    """Return the closed rings through vertices; the first one need not be repeated.

    Args:
        coordinates: n x 2, ring by ring.
        ring: n numbers of the ring to which each vertex belongs, from 0 without gaps.
    """
    return np.asarray(shapely.linearrings(coordinates, indices=ring), dtype=object)


def filled(rings: Geometries) -> Geometries:
    """Return the polygon inside each ring.

    Args:
        rings: closed rings.

    >>> filled(rings_through(np.array([(0.0, 0), (2, 0), (2, 2)]), np.zeros(3, int)))[0].area
    2.0
    """
    return np.asarray(shapely.polygons(rings), dtype=object)


def squares_around(coordinates: Numbers, reach: float) -> Geometries:
    """Return a square around each point.

    Args:
        coordinates: n x 2.
        reach: from the middle to the sides.
    """
    low, high = coordinates - reach, coordinates + reach
    return np.asarray(shapely.box(*low.T, *high.T), dtype=object)
