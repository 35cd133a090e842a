"""A block's land in its own axes, on which a builder puts houses, lanes and greens that fit."""

from __future__ import annotations

from shapely import LineString, Point, Polygon, box, get_parts, prepare
from shapely.geometry.base import BaseGeometry

from geodata.demo.blocks import Block, polygons
from geodata.demo.estate_rows import free_span
from geodata.demo.frame import Frame
from geodata.demo.frontage import Door, is_left
from geodata.demo.sites import Lane, Site, Spot, Structure
from geodata.demo.streets import Street
from geodata.demo.terrain import Pair

Ends = tuple[float, float, float, float]

_APART = 1.5
_LEAST_SIDE = 5.0


class Stage:
    """Collects what stands on a piece of land; refuses what sticks out or stands in the way.

    All shapes are given in the frame of the block: metres east and north of the land's middle.
    """

    def __init__(self, block: Block, land: Polygon, site: Site) -> None:
        middle = land.centroid
        self.block = block
        self.frame = Frame(middle.x, middle.y, block.angle)
        self.land = self.frame.inward(land)
        self.site = site
        self._stands: list[Polygon] = []
        prepare(self.land)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north of the land."""
        west, south, east, north = self.land.bounds
        return west, south, east, north

    def keep_free(self, shape: Polygon) -> None:
        """Let nothing be built on a shape from now on."""
        self._stands.append(shape)

    def fits(self, outline: Polygon, apart: float = _APART) -> bool:
        """Tell whether a house may stand here, `apart` metres from every other one."""
        if not self.land.contains(outline):
            return False
        return all(outline.distance(other) >= apart for other in self._stands)

    def put(self, structure: Structure, apart: float = _APART) -> bool:
        """Put a house (outline in the frame) where it fits; tell whether it did."""
        if not self.fits(structure.outline, apart):
            return False
        self._stands.append(structure.outline)
        structure.outline = self.frame.outward(structure.outline)
        self.site.structures.append(structure)
        return True

    def hall(
        self, kind: str, ends: Ends, floors: int, name: str | None = None, apart: float = _APART
    ) -> bool:
        """Put a rectangular house (west, south, east, north) where it fits; tell whether it did."""
        west, south, east, north = ends
        if east - west < _LEAST_SIDE or north - south < _LEAST_SIDE:
            return False
        return self.put(Structure(kind, box(west, south, east, north), floors, name=name), apart)

    def span(self, low: float, high: float, margin: float) -> Pair:
        """Return the west and east end of what is free between two lines, `margin` from the edge.

        Where nothing is free, both ends are the land's middle.
        """
        return free_span(self.land, low, high, margin) or (0.0, 0.0)

    def lane(
        self, line: LineString, kind: str = "service", name: str | None = None
    ) -> Street | None:
        """Draw a lane as far as it lies on the land; return it as a street that houses can open to."""
        inside = [
            part for part in get_parts(line.intersection(self.land)) if isinstance(part, LineString)
        ]
        if not inside:
            return None
        longest = self.frame.outward(max(inside, key=lambda part: part.length))
        self.site.lanes.append(Lane(name, kind, longest))
        return Street(name or "", kind, longest)

    def spot(self, kind: str, shape: BaseGeometry, name: str | None = None) -> None:
        """Mark a piece of land use, as far as it lies on the land."""
        if isinstance(shape, Point):
            self.site.spots.append(Spot(kind, self.frame.outward(shape), name))
            return
        for part in polygons(shape.intersection(self.land), 60):
            self.site.spots.append(Spot(kind, self.frame.outward(part), name))

    def pond(self, shape: Polygon) -> None:
        """Dig a pond."""
        self._stands.append(shape)
        self.site.ponds.append(self.frame.outward(shape))

    def door(self, spot: Point, street: Street) -> Door:
        """Return the door from a place in the frame to a street."""
        outside = self.frame.outward(spot)
        return Door(street, street.line.project(outside), is_left(street.line, outside))
