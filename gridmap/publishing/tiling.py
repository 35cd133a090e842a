"""Vector tiles of the collections: from which zoom to which, made of which tables, where a tile lies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gridmap.errors import InvalidInput
from gridmap.publishing.collections import (
    BUILDINGS,
    COMMUNITIES,
    COMPOUNDS,
    COVERAGE,
    GRIDS,
    PLACES,
    RED_PROPERTY,
    REPORTS,
    ROADS,
    WATER,
)
from gridmap.publishing.fields import Collection, Field
from gridmap.publishing.serving import ACTIVITIES, CENTRES, NEEDS

EXTENT: Final = 4096
"""Units along the edge of a tile."""
BUFFER: Final = 64
"""Units beyond the edge that a tile holds, too, so that no line is cut where two tiles meet."""
LAST_ZOOM: Final = 16
"""Of tiles that are made; a unit is 15 cm there, and clients enlarge them for closer looks."""
PLANE_FROM: Final = 13
"""From this zoom on a tile is so small that degrees are a plane: the error is a third of a unit at most."""
BLOCK_FROM: Final = 15
"""From this zoom on most of the work is to read and join the features of a tile: that is done for four at once."""

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees (WGS 84)."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a collection is cut into tiles.

    Attributes:
        first: the first zoom that has tiles.
        tables: what is drawn or written on tiles comes from these; a change elsewhere leaves them as they are.
    """

    first: int
    tables: frozenset[str]


_AREAS: Final = frozenset({"area", "area_version"})
TILINGS: Final[Mapping[str, Tiling]] = {
    COMMUNITIES.name: Tiling(7, _AREAS),
    GRIDS.name: Tiling(9, frozenset({"area", "grid", "grid_version"})),
    COMPOUNDS.name: Tiling(11, frozenset({"area", "compound", "compound_version"})),
    RED_PROPERTY.name: Tiling(
        11,
        frozenset(
            {
                "area",
                "compound",
                "compound_version",
                "property_company",
                "property_contract",
                "company_party",
                "owners_committee",
                "unserved_compound",
            }
        ),
    ),
    BUILDINGS.name: Tiling(
        13, frozenset({"building", "building_version", "grid_building", "compound", "grid"})
    ),
    ROADS.name: Tiling(10, frozenset({"road"})),
    WATER.name: Tiling(8, frozenset({"water"})),
    PLACES.name: Tiling(12, frozenset({"place"})),
    CENTRES.name: Tiling(8, frozenset({"service_centre", "centre_opening", "centre_closure"})),
    ACTIVITIES.name: Tiling(9, frozenset({"area", "activity", "sign_up"})),
    NEEDS.name: Tiling(9, frozenset({"area", "area_version", "need"})),
    REPORTS.name: Tiling(9, frozenset({"area", "grid", "grid_version"})),
    COVERAGE.name: Tiling(7, _AREAS),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """A Web Mercator XYZ tile."""

    z: int
    x: int
    y: int

    @property
    def bounds(self) -> Bounds:
        """Return its edges.

        >>> Tile(0, 0, 0).bounds[0], round(Tile(0, 0, 0).bounds[3], 4)
        (-180.0, 85.0511)
        """
        count = 2**self.z

        def latitude(row: int) -> float:
            return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / count))))

        west, east = self.x / count * 360 - 180, (self.x + 1) / count * 360 - 180
        return west, latitude(self.y + 1), east, latitude(self.y)

    @property
    def reach(self) -> Bounds:
        """Return the edges of all that it holds: its own and the buffer, a unit more for rounding."""
        west, south, east, north = self.bounds
        part = (BUFFER + 1) / EXTENT
        more_x, more_y = (east - west) * part, (north - south) * part
        return west - more_x, south - more_y, east + more_x, north + more_y

    @property
    def block(self) -> tuple[Tile, ...]:
        """Return the tiles that are made together where they are missing: four of one parent, if they are small.

        >>> [(one.x, one.y) for one in Tile(15, 7, 4).block]
        [(6, 4), (7, 4), (6, 5), (7, 5)]
        """
        if self.z < BLOCK_FROM:
            return (self,)
        x, y = self.x // 2 * 2, self.y // 2 * 2
        return tuple(Tile(self.z, x + dx, y + dy) for dy in (0, 1) for dx in (0, 1))


def tile(collection: Collection, z: int, x: int, y: int) -> Tile:
    """Return a tile of a collection.

    Raises:
        InvalidInput: the collection has no tiles at this zoom, or x or y is out of range.
    """
    first = TILINGS[collection.name].first
    if not first <= z <= LAST_ZOOM:
        raise InvalidInput(
            reason_zh=f"“{collection.zh}”只有 {first} 到 {LAST_ZOOM} 级的瓦片。",
            reason_en=f"“{collection.en}” has tiles from zoom {first} to {LAST_ZOOM}.",
            field="z",
        )
    if not (0 <= x < 2**z and 0 <= y < 2**z):
        raise InvalidInput(
            reason_zh=f"第 {z} 级瓦片的行列号须在 0 到 {2**z - 1} 之间。",
            reason_en=f"At zoom {z}, x and y lie between 0 and {2**z - 1}.",
            field="y" if 0 <= x < 2**z else "x",
        )
    return Tile(z, x, y)


def shown(collection: Collection) -> tuple[Field, ...]:
    """Return the fields that stand on tiles beside `code`: those for maps, and what is counted for the day."""
    return tuple(one for one in collection.fields if one.on_map or one.name in collection.computed)
