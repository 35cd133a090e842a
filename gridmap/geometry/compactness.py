"""How compact a shape is: three measures from 0 (a thread) to 1 (a disc, or a shape without dents).

All take an array of polygons in a plane in metres (the county's Gauss-Krueger zone: see
`gridmap.geometry.crs.geometries_from_wgs84`); in degrees a square is no square. They return one number a
polygon, NaN for None and for a shape without area.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Geometries = NDArray[np.object_]
Numbers = NDArray[np.float64]


def polsby_popper(geometries: Sequence[BaseGeometry | None] | Geometries) -> Numbers:
    """Compare the area with that of the disc of the same perimeter: 4 pi A / P².

    Source: D. D. Polsby, R. D. Popper, The Third Criterion: Compactness as a Procedural Safeguard Against
    Partisan Gerrymandering, Yale Law & Policy Review 9 (1991) 301-353. Falls with every dent and ripple of
    the border, so that the same shape drawn in more detail scores less.

    Args:
        geometries: polygons in metres; holes add to the perimeter.

    Returns:
        Array of 0..1; 1 for a disc, pi / 4 for a square.

    >>> polsby_popper([shapely.box(0, 0, 10, 10), shapely.box(0, 0, 1, 100)]).tolist()
    [0.785, 0.0308]
    """
    array = np.asarray(geometries, dtype=object)
    return _ratio(4 * np.pi * shapely.area(array), shapely.length(array) ** 2)


def reock(geometries: Sequence[BaseGeometry | None] | Geometries) -> Numbers:
    """Compare the area with that of the smallest disc around the shape: A / (pi r²).

    Source: E. C. Reock, A Note: Measuring Compactness as a Requirement of Legislative Apportionment,
    Midwest Journal of Political Science 5 (1961) 70-74. Falls with length, blind to ripples.

    Args:
        geometries: polygons in metres.

    Returns:
        Array of 0..1; 1 for a disc, 2 / pi for a square.

    >>> reock([shapely.box(0, 0, 10, 10), shapely.box(0, 0, 1, 100)]).tolist()
    [0.637, 0.0127]
    """
    array = np.asarray(geometries, dtype=object)
    return _ratio(shapely.area(array), np.pi * shapely.minimum_bounding_radius(array) ** 2)


def convex_hull_ratio(geometries: Sequence[BaseGeometry | None] | Geometries) -> Numbers:
    """Compare the area with that of the convex hull: A / A(hull).

    Source: R. G. Niemi, B. Grofman, C. Carlucci, T. Hofeller, Measuring Compactness and the Role of a
    Compactness Standard in a Test for Partisan and Racial Gerrymandering, Journal of Politics 52 (1990)
    1155-1181. Falls with dents, blind to length.

    Args:
        geometries: polygons in metres.

    Returns:
        Array of 0..1; 1 for every convex shape.

    >>> corner = shapely.difference(shapely.box(0, 0, 2, 2), shapely.box(1, 1, 2, 2))
    >>> convex_hull_ratio([shapely.box(0, 0, 1, 100), corner]).tolist()
    [1.0, 0.857]
    """
    array = np.asarray(geometries, dtype=object)
    return _ratio(shapely.area(array), shapely.area(shapely.convex_hull(array)))


def _ratio(part: Numbers, whole: Numbers) -> Numbers:
    ratio = np.full(part.shape, np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio
