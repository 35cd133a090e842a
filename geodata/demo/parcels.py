"""A block's land parted by straight walls."""

from __future__ import annotations

from shapely import Polygon, box

from geodata.demo.blocks import polygons
from geodata.demo.dice import Dice

WALL = 1.2
"""Distance between a wall and the parcel's edge, metres."""
_LEAST = 900.0


def part(land: Polygon, longest: float, dice: Dice) -> list[Polygon]:
    """Part a piece of land until no side of a parcel is much longer than `longest`.

    Args:
        land: in the frame of the block, metres.
        longest: of a parcel's sides, metres.
        dice: chance.
    """
    west, south, east, north = land.bounds
    width, height = east - west, north - south
    if max(width, height) <= longest * 1.25:
        return [land]
    share = dice.between(0.4, 0.6)
    if width >= height:
        middle = west + share * width
        halves = (
            box(west - 1, south - 1, middle, north + 1),
            box(middle, south - 1, east + 1, north + 1),
        )
    else:
        middle = south + share * height
        halves = (
            box(west - 1, south - 1, east + 1, middle),
            box(west - 1, middle, east + 1, north + 1),
        )
    pieces = [piece for half in halves for piece in polygons(land.intersection(half), _LEAST)]
    return [parcel for piece in pieces for parcel in part(piece, longest, dice)]


def walled(parcel: Polygon) -> Polygon | None:
    """Return the parcel inside its wall, or None where nothing is left."""
    inside = polygons(parcel.buffer(-WALL, join_style="mitre").simplify(0.4), _LEAST)
    return max(inside, key=lambda piece: piece.area) if inside else None
