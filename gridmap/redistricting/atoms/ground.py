"""The ground that atoms are cut from, and the same in an order of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gridmap.redistricting.graph import RoadClass

Geometries = NDArray[np.object_]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]
Classes = NDArray[np.int8]

NONE: Final = -1
"""The row or id of what is not there."""

ROAD_CLASSES: Final = {
    RoadClass.LANE: (
        "living_street", "service", "pedestrian", "footway", "path", "track", "cycleway", "steps",
        "bridleway", "corridor", "alley",
    ),
    RoadClass.MAIN: (
        "motorway", "trunk", "primary", "secondary", "motorway_link", "trunk_link", "primary_link",
        "secondary_link", "rail", "light_rail", "narrow_gauge", "tram", "funicular",
    ),
}  # fmt: skip
"""OpenStreetMap's words for roads and rails; every other word is a street."""

_CLASS_OF: Final = {kind: road for road, kinds in ROAD_CLASSES.items() for kind in kinds}


@dataclass(frozen=True, slots=True)
class Ground:
    """A county, or the communities asked for; all geometry in metres of the county's Gauss-Krueger zone.

    Attributes:
        communities: id, 12-digit code and boundary of each.
        grids: the community's id and the boundary of every grid of today and of the past.
        compounds: id and boundary.
        buildings: id, id of the compound or None, footprint, and a point inside it.
        roads: kind in OpenStreetMap's words (see `ROAD_CLASSES`) and centre line.
        waters: surfaces.
    """

    communities: Sequence[tuple[int, str, BaseGeometry]]
    grids: Sequence[tuple[int, BaseGeometry]] = ()
    compounds: Sequence[tuple[int, BaseGeometry]] = ()
    buildings: Sequence[tuple[int, int | None, BaseGeometry, BaseGeometry]] = ()
    roads: Sequence[tuple[str, BaseGeometry]] = ()
    waters: Sequence[BaseGeometry] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """A ground as arrays, ordered by codes and ids: the same in whatever order it came.

    Attributes:
        community_ids: ascending by code.
        communities: their boundaries.
        grids: boundaries, in no order.
        compound_ids, compounds: the smallest first, so that one inside another goes before it.
        building_ids, building_compounds, footprints, spots: by id; `NONE` for no compound.
        roads, road_class: centre lines, and a `RoadClass` each.
        waters: surfaces.
    """

    community_ids: tuple[int, ...]
    communities: Geometries
    grids: Geometries
    compound_ids: Rows
    compounds: Geometries
    building_ids: Rows
    building_compounds: Rows
    footprints: Geometries
    spots: Geometries
    roads: Geometries
    road_class: Classes
    waters: Geometries


def layers(ground: Ground) -> Layers:
    """Put a ground in order; what has no shape is left out."""
    communities = sorted(_present(ground.communities, 2), key=lambda row: row[1])
    compounds = sorted(_present(ground.compounds, 1), key=lambda row: (row[1].area, row[0]))
    buildings = sorted(_present(ground.buildings, 2), key=lambda row: row[0])
    roads = _present(ground.roads, 1)
    return Layers(
        community_ids=tuple(row[0] for row in communities),
        communities=_shapes(communities, 2),
        grids=_shapes(_present(ground.grids, 1), 1),
        compound_ids=_numbers([row[0] for row in compounds]),
        compounds=_shapes(compounds, 1),
        building_ids=_numbers([row[0] for row in buildings]),
        building_compounds=_numbers([NONE if row[1] is None else row[1] for row in buildings]),
        footprints=_shapes(buildings, 2),
        spots=_shapes(buildings, 3),
        roads=_shapes(roads, 1),
        road_class=np.array([class_of(row[0]) for row in roads], dtype=np.int8),
        waters=_shapes(_present([(shape,) for shape in ground.waters], 0), 0),
    )


def class_of(kind: str) -> RoadClass:
    """Return the class of a road by its kind.

    >>> class_of("primary").name, class_of("footway").name, class_of("residential").name
    ('MAIN', 'LANE', 'STREET')
    """
    return _CLASS_OF.get(kind, RoadClass.STREET)


def _present(rows: Sequence[Any], at: int) -> list[Any]:
    return [row for row in rows if row[at] is not None and not row[at].is_empty]


def _shapes(rows: Sequence[Any], at: int) -> Geometries:
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [row[at] for row in rows]
    return shapely.force_2d(shapes)


def _numbers(values: Sequence[int]) -> Rows:
    return np.array(values, dtype=np.int64)
