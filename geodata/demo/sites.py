"""What a block holds once it is built, on the land: houses, estates, lanes, greens, named places."""

from __future__ import annotations

from dataclasses import dataclass, field

from shapely import LineString, Point, Polygon

from geodata.demo.frontage import Door


@dataclass(eq=False, slots=True)
class Structure:
    """A building before it has its number and address.

    Attributes:
        kind: residential, house, shop, school, hospital, office, industrial, ...
        outline: footprint on the land, metres.
        units, flats: of a residential building; flats a floor and unit.
        door: where it opens to a street, unless it stands in an estate or campus.
        lane: name of the lane it opens to, for houses of the old town and the villages.
        order: (row, place in the row), by which an estate numbers its buildings.
    """

    kind: str
    outline: Polygon
    floors: int
    units: int = 0
    flats: int = 0
    name: str | None = None
    door: Door | None = None
    lane: str | None = None
    order: tuple[int, int] = (0, 0)


@dataclass(eq=False, slots=True)
class Estate:
    """A walled estate (小区): its wall, its gate, its buildings; `style` is the letter of the drawing."""

    style: str
    wall: Polygon
    gate: Door
    structures: list[Structure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane or path: name (or None), kind as of a street, line on the land."""

    name: str | None
    kind: str
    line: LineString


@dataclass(frozen=True, slots=True)
class Spot:
    """A named place or a piece of land use: kind, shape on the land, name (or None)."""

    kind: str
    shape: Polygon | Point
    name: str | None = None


@dataclass(eq=False, slots=True)
class Site:
    """Everything on one block."""

    estates: list[Estate] = field(default_factory=list)
    structures: list[Structure] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    ponds: list[Polygon] = field(default_factory=list)
