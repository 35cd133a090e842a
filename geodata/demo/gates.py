"""The gate of an estate: the way from its wall to the best street that it can reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shapely import LineString, Point, Polygon, prepare, union_all

from geodata.demo.blocks import Block
from geodata.demo.frontage import Door, is_left
from geodata.demo.streets import Street

REACH = 75.0
"""How far a street may be from the wall, metres."""
_RANK = {"secondary": 0, "residential": 1, "primary": 2, "trunk": 4}

Way = tuple[LineString, Street]


def gate(
    block: Block, wall: Polygon, rays: Iterable[LineString], others: Sequence[Polygon]
) -> tuple[Door, LineString]:
    """Return the door of an estate and the way from the inside of its wall to the middle of the street.

    Args:
        block: the block with its streets.
        wall: of the estate, on the land.
        rays: where a way could run, from inside to outside, on the land.
        others: walls of the neighbours, which no way may cross.
    """
    blocked = union_all(others)
    prepare(blocked)
    ways = [way for ray in rays if (way := _to_street(ray, block)) is not None]
    free = [way for way in ways if not way[0].intersects(blocked)]
    path, street = min(
        free or [_nearest(wall, block)], key=lambda way: (_RANK[way[1].kind], way[0].length)
    )
    start, end = Point(path.coords[0]), Point(path.coords[-1])
    return Door(street, street.line.project(end), is_left(street.line, start)), path


def _to_street(ray: LineString, block: Block) -> Way | None:
    """Return the way along a ray to the first street it meets."""
    start = Point(ray.coords[0])
    hits = []
    for street in block.streets:
        hit = ray.intersection(street.line)
        if not hit.is_empty:
            hits.append((start.distance(hit.centroid), hit.centroid, street))
    if not hits:
        return None
    _, spot, street = min(hits, key=lambda hit: hit[0])
    return LineString([start, spot]), street


def _nearest(wall: Polygon, block: Block) -> Way:
    middle = wall.centroid
    street = min(block.streets, key=lambda s: s.line.distance(middle))
    spot = street.line.interpolate(street.line.project(middle))
    edge = wall.exterior.interpolate(wall.exterior.project(spot))
    return LineString([edge, spot]), street
