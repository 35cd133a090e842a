"""Which thing stands where: points in polygons, points along roads and water."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import shapely

from gridmap.geometry.arrangement import segments_of
from gridmap.geometry.arrays import points_at
from gridmap.redistricting.atoms.ground import (
    NONE,
    Classes,
    Flags,
    Geometries,
    Layers,
    Numbers,
    Rows,
)
from gridmap.redistricting.graph import RoadClass

CLEARANCE_M: Final = {RoadClass.LANE: 2.0, RoadClass.STREET: 4.0, RoadClass.MAIN: 8.0}
"""Half the width of a road in metres: a border that runs this close to its centre line runs along it."""

ON_THE_LINE_M: Final = dict.fromkeys(CLEARANCE_M, 0.02)
"""The same for borders that are the centre line itself, to within the drawing noise."""

WATER_EDGE_M: Final = 1.0
"""Metres by which a border may miss the edge of a water and still run along it."""

ALONG: Final = np.array([[0.25, 0.5, 0.75]])
"""Where along an arc it is looked what runs there; two of three decide."""


def first_holding(polygons: Geometries, spots: Numbers) -> Rows:
    """Return for each spot (n x 2) the lowest row of the polygons that hold or touch it, else `NONE`."""
    rows = np.full(len(spots), len(polygons), dtype=np.int64)
    holder, at = shapely.STRtree(points_at(spots)).query(polygons, predicate="intersects")
    np.minimum.at(rows, at, holder)
    rows[rows == len(polygons)] = NONE
    return rows


def signatures(polygons: Geometries, spots: Numbers) -> Rows:
    """Number spots (n x 2) so that two have the same number if the same polygons hold them."""
    holder, at = shapely.STRtree(points_at(spots)).query(polygons, predicate="intersects")
    order = np.lexsort((holder, at))
    ends = np.cumsum(np.bincount(at, minlength=len(spots)))
    held, known = holder[order], dict[bytes, int]()
    numbers = [
        known.setdefault(held[start:end].tobytes(), len(known))
        for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=False)
    ]
    return np.array(numbers, dtype=np.int64)


def classes_along(layers: Layers, arcs: Geometries, reach: Mapping[RoadClass, float]) -> Classes:
    """Return what runs along each arc: the class of a road, or of the water, `RoadClass.NONE` for nothing.

    Args:
        layers: the ground.
        arcs: lines.
        reach: metres by which they may miss the centre line, by class.
    """
    points = shapely.line_interpolate_point(arcs[:, None], ALONG, normalized=True)
    found = np.full(points.size, RoadClass.NONE, dtype=np.int8)
    tree = shapely.STRtree(points.ravel())
    for road, metres in reach.items():
        lines = segments_of(layers.roads[layers.road_class == road])
        found[_near(tree, lines, metres)] = road
    found[_near(tree, layers.waters, WATER_EDGE_M)] = RoadClass.MAIN
    middle: Classes = np.sort(found.reshape(points.shape), axis=1)[:, 1]
    return middle


def flags_at(count: int, rows: Rows) -> Flags:
    """Return so many flags, set at some rows; `NONE` among them is passed over."""
    flags = np.zeros(count, dtype=bool)
    flags[rows[rows != NONE]] = True
    return flags


def _near(tree: shapely.STRtree, things: Geometries, reach: float) -> Rows:
    near: Rows = tree.query(things, predicate="dwithin", distance=reach)[1]
    return near
