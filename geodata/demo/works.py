"""Factories and wholesale: long halls in rows, an office block by the gate."""

from __future__ import annotations

from shapely import LineString, Polygon, box

from geodata.demo import parcels
from geodata.demo.blocks import Block
from geodata.demo.dice import Dice
from geodata.demo.sites import Site, Structure
from geodata.demo.stage import Stage

_PLANT = {"i": 190.0, "w": 200.0}
_HALL = {"i": ((26.0, 40.0), (58.0, 96.0), 16.0), "w": ((15.0, 18.0), (60.0, 84.0), 13.0)}
"""Depth and length of halls and the way between them, metres."""


def build(block: Block, land: Polygon, dice: Dice) -> Site:
    """Build plants (or a wholesale yard) on a piece of land."""
    site = Site()
    stage = Stage(block, land, site)
    kind, use = ("industrial", "industrial") if block.use == "i" else ("warehouse", "commercial")
    for parcel in parcels.part(stage.land, _PLANT[block.use], dice):
        wall = parcels.walled(parcel)
        if wall is None:
            continue
        stage.spot(use, wall)
        _halls(stage, wall, kind, dice)
    return site


def _halls(stage: Stage, wall: Polygon, kind: str, dice: Dice) -> None:
    west, south, east, north = wall.bounds
    depths, lengths, way = _HALL[stage.block.use]
    middle = (west + east) / 2 + dice.between(-15, 15)
    office = box(west + 9, south + 9, west + 9 + dice.between(34, 46), south + 22)
    stage.put(Structure("office", office, dice.whole(3, 5), name="办公楼"))
    stage.lane(LineString([(middle, south - 40), (middle, north - 8)]))
    y = south + 34
    while y + depths[0] < north - 8:
        depth = min(dice.between(*depths), north - 8 - y)
        if dice.chance(0.9):
            for start, end in ((west + 9, middle - 7), (middle + 7, east - 9)):
                length = min(end - start, dice.between(*lengths))
                first = start if dice.chance(0.5) else end - length
                stage.put(
                    Structure(kind, box(first, y, first + length, y + depth), dice.pick((1, 1, 2))),
                    apart=5,
                )
        y += depth + way
    if dice.chance(0.6):
        stage.put(
            Structure(
                "dormitory", box(east - 52, south + 9, east - 9, south + 21), 4, name="宿舍楼"
            )
        )
