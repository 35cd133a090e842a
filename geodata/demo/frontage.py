"""Where a block meets its streets: the strip for shops, the sides, the doors."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2

from shapely import LineString, MultiPolygon, Point, Polygon, box, prepare, union_all

from geodata.demo.blocks import polygons
from geodata.demo.dice import Dice
from geodata.demo.frame import Frame
from geodata.demo.streets import Street, cut, tangent
from geodata.demo.terrain import Pair

SHOP_DEPTH = (10.0, 13.0)
SETBACK, BACKYARD = 1.5, 5.0
_SHORTEST_SIDE = 40.0
_NARROW = 5.0


@dataclass(frozen=True, slots=True)
class Side:
    """A block's side along a street: from where to where along its line, and left or right of it."""

    street: Street
    start: float
    end: float
    left: bool


@dataclass(frozen=True, slots=True)
class Door:
    """Where a house opens to a street: metres along its line, and on which side."""

    street: Street
    distance: float
    left: bool


@dataclass(frozen=True, slots=True)
class Shop:
    """A house of the frontage, on the land."""

    outline: Polygon
    floors: int
    door: Door


def sides(land: Polygon, streets: tuple[Street, ...]) -> list[Side]:
    """Return the sides of a block's land along its streets."""
    found = []
    middle = land.centroid
    for street in streets:
        along = [
            street.line.project(Point(corner))
            for corner in land.exterior.segmentize(12).coords
            if street.line.distance(Point(corner)) < street.half + 2.5
        ]
        if not along or max(along) - min(along) < _SHORTEST_SIDE:
            continue
        found.append(Side(street, min(along), max(along), is_left(street.line, middle)))
    return found


def is_left(line: LineString, spot: Point) -> bool:
    """Tell whether a point lies to the left of a line's direction."""
    (x, y), (dx, dy) = tangent(line, line.project(spot))
    return dx * (spot.y - y) - dy * (spot.x - x) > 0


def behind(land: Polygon, fronts: list[Side], least: float) -> list[Polygon]:
    """Return the land behind the shops of some sides, without its narrow corners.

    Args:
        land: of the block.
        fronts: sides that will have shops.
        least: square metres of a piece that is worth building on.
    """
    rest = land.difference(union_all([_strip(side) for side in fronts]))
    opened = rest.buffer(-_NARROW, join_style="mitre").buffer(_NARROW, join_style="mitre")
    return polygons(opened.intersection(rest), least)


def _strip(side: Side) -> Polygon:
    """Return the band along a side that shops need, from the street's middle to their backyard."""
    depth = side.street.half + SETBACK + SHOP_DEPTH[1] + BACKYARD
    line = cut(side.street.line, side.start, side.end)
    band = line.buffer(depth if side.left else -depth, single_sided=True, join_style="mitre")
    return band if isinstance(band, Polygon) else Polygon(band.convex_hull.exterior)


def shops(land: Polygon | MultiPolygon, side: Side, taken: list[Polygon], dice: Dice) -> list[Shop]:
    """Stand shops along a side, one after the other.

    Args:
        land: the block's land.
        side: along which street.
        taken: what they must leave free: gates, other shops.
        dice: chance.
    """
    prepare(land)
    blocked = union_all(taken)
    prepare(blocked)
    at, found = side.start + dice.between(2, 8), []
    floors = dice.pick((2, 2, 3))
    while at < side.end - 14:
        length = dice.between(34, 82)
        depth = dice.between(*SHOP_DEPTH)
        for size in (length, length * 0.6, 14.0):
            outline = _shop(side, at, (size, depth))
            if land.contains(outline) and not blocked.intersects(outline):
                door = Door(side.street, at + size / 2, side.left)
                found.append(Shop(outline, dice.pick((floors, floors, floors + 1)), door))
                at += size + dice.between(3, 8)
                break
        else:
            at += 5
    return found


def _shop(side: Side, at: float, size: Pair) -> Polygon:
    length, depth = size
    (x, y), (dx, dy) = tangent(side.street.line, at + length / 2)
    near = side.street.half + SETBACK
    low = near if side.left else -near - depth
    return Frame(x, y, atan2(dy, dx)).outward(box(-length / 2, low, length / 2, low + depth))
