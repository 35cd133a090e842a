"""Points spread evenly over a polygon, so that their cells are of one size and about as wide as long."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gridmap.geometry.arrays import points_at

Geometries = NDArray[np.object_]
Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

SAMPLES = 16
"""Places of a lattice for each point that is to be spread."""

ROUNDS = 12


def spread(
    polygon: BaseGeometry, area: float, taken: Geometries | None = None, reach: float = 0.0
) -> Numbers:
    """Spread points so that each has about so much of the polygon around it.

    A lattice of places is divided among points by Lloyd's method: each place goes to the nearest point,
    each point to the middle of its places. Source: S. P. Lloyd, Least squares quantization in PCM, IEEE
    Transactions on Information Theory 28 (1982) 129-137.

    Args:
        polygon: in metres.
        area: square metres for each point.
        taken: shapes that have ground already; places within `reach` metres of one are left out.
        reach: metres.

    Returns:
        Coordinates (n x 2), rounded to 0.1 m; n may be 0.

    >>> spread(shapely.box(0, 0, 200, 100), 10_000)
    array([[ 50., 50.],
           [150., 50.]])
    """
    step = float(np.sqrt(area / SAMPLES))
    if not len(_free(polygon, 2 * step, taken, reach)[0]):  # a coarse look: most ground is built on
        return np.zeros((0, 2))
    places, each = _free(polygon, step, taken, reach)
    count = round(len(places) * each / area)
    if count == 0:
        return np.zeros((0, 2))
    points = _far_apart(places, count)
    for _ in range(ROUNDS):
        nearest = _nearest(places, points)
        points = (
            np.column_stack(
                [np.bincount(nearest, places[:, axis], minlength=count) for axis in (0, 1)]
            )
            / np.bincount(nearest, minlength=count).clip(1)[:, None]
        )
    result: Numbers = np.round(points[np.lexsort(points.T[::-1])], 1)
    return result


def _free(
    polygon: BaseGeometry, step: float, taken: Geometries | None, reach: float
) -> tuple[Numbers, float]:
    """Return the places of a lattice that are not taken, and the area around each."""
    places, each = _places(polygon, step)
    if taken is None or not len(taken):
        return places, each
    near = shapely.STRtree(points_at(places)).query(taken, predicate="dwithin", distance=reach)[1]
    return np.delete(places, np.unique(near), axis=0), each


def _places(polygon: BaseGeometry, step: float) -> tuple[Numbers, float]:
    """Return the points of a lattice inside a polygon, which fits its box, and the area around each."""
    west, south, east, north = polygon.bounds
    across, up = max(round((east - west) / step), 1), max(round((north - south) / step), 1)
    x = west + (np.arange(across) + 0.5) * (east - west) / across
    y = south + (np.arange(up) + 0.5) * (north - south) / up
    lattice = np.column_stack([np.repeat(x, up), np.tile(y, across)])
    shapely.prepare(polygon)
    inside: Numbers = lattice[shapely.contains_xy(polygon, lattice)]
    return inside, (east - west) * (north - south) / (across * up)


def _far_apart(places: Numbers, count: int) -> Numbers:
    """Choose places one by one, each the farthest from those before."""
    chosen = [int(np.lexsort(places.T[::-1])[0])]
    away = _squared(places, places[chosen[0]])
    while len(chosen) < count:
        chosen.append(int(away.argmax()))
        np.minimum(away, _squared(places, places[chosen[-1]]), out=away)
    return places[chosen]


def _nearest(places: Numbers, points: Numbers) -> Rows:
    best: Rows = ((places[:, None, :] - points[None]) ** 2).sum(axis=2).argmin(axis=1)
    return best


def _squared(places: Numbers, point: Numbers) -> Numbers:
    squared: Numbers = ((places - point) ** 2).sum(axis=1)
    return squared
