"""Schools and the vocational college: walled campuses with teaching wings and a running track."""

from __future__ import annotations

from shapely import LineString, Polygon, box

from geodata.demo import footprints
from geodata.demo.blocks import Block
from geodata.demo.dice import Dice
from geodata.demo.sites import Site, Structure
from geodata.demo.stage import Stage
from geodata.demo.terrain import Pair

KIND = "school"
_INSET = 9.0
_WING = 12.5
_THREE_WINGS = 84.0
"""From this depth a teaching building has three wings, metres."""


def school(block: Block, land: Polygon, dice: Dice) -> Site:
    """Build a school: a track to the north, teaching wings to the south, a dormitory, a canteen."""
    site = Site()
    stage = Stage(block, land, site)
    _, south, _, north = stage.bounds
    stage.spot(KIND, stage.land.buffer(-1.5, join_style="mitre"))
    low = _sports(stage, north - _INSET, dice)
    _teaching(stage, south + _INSET, low)
    west, east = stage.span(low - 1, low + 1, 4)
    stage.lane(LineString([(west, low), (east, low)]))
    return site


def _sports(stage: Stage, top: float, dice: Dice) -> float:
    """Lay out the track, dormitory and canteen beside it; return the line south of them."""
    _, south, _, north = stage.bounds
    height = min((north - south) * 0.4, 66.0)
    west, east = stage.span(top - height - 4, top, _INSET)
    length = min((east - west) * 0.64, 124.0)
    at_west = dice.chance(0.5)
    x = west + length / 2 if at_west else east - length / 2
    ground = footprints.track(x, top - height / 2, (length, height))
    stage.keep_free(ground)
    stage.spot("pitch", ground)
    near, far = (x + length / 2 + 8, east) if at_west else (west, x - length / 2 - 8)
    stage.hall(KIND, (near, top - 15, far, top - 1), 5, "宿舍楼")
    stage.hall(KIND, (near, top - 56, min(far, near + 36), top - 34), 2, "食堂")
    return top - height - 10


def _teaching(stage: Stage, low: float, high: float) -> None:
    west, east = stage.span(low, high - 4, _INSET)
    depth = high - low - 8
    length = min(66.0, (east - west) * 0.42)
    wings = 3 if depth > _THREE_WINGS else 2
    stage.put(
        Structure(KIND, footprints.comb(west, low, (length, depth), wings, _WING), 4, name="教学楼")
    )
    gate = west + length + 11
    near, far = gate + 11, min(gate + 63, east - 10)
    stage.hall(KIND, (near, low + 2, far, low + 15), 4, "综合楼")
    stage.hall(KIND, (near, low + 40, far - 4, low + 52), 4, "实验楼")
    stage.hall(KIND, (east - 8, low - 4, east - 1, low + 2), 1, "门卫室")
    stage.lane(LineString([(gate, low - 40), (gate, high)]))


def college(block: Block, land: Polygon) -> Site:
    """Build the vocational college (职教中心): halls about one axis, dormitories, a track."""
    site = Site()
    stage = Stage(block, land, site)
    _, south, _, north = stage.bounds
    stage.spot(KIND, stage.land.buffer(-1.5, join_style="mitre"))
    span = stage.span(south + 12, north - 12, 10)
    field = _college_sports(stage, span, north)
    _college_halls(stage, span, south)
    west, east = span
    x = (west + east) / 2
    for line in (
        [(x, south - 30), (x, south + 88)],
        [(west - 8, south + 85), (east + 8, south + 85)],
        [(west - 8, north - field - 34), (east + 8, north - field - 34)],
        [(x + 52, south + 85), (x + 52, north - 10)],
    ):
        stage.lane(LineString(line))
    return site


def _college_sports(stage: Stage, span: Pair, north: float) -> float:
    """Lay out track, canteen, dormitories in the northern half; return the track's width."""
    west, east = span
    x, width = (west + east) / 2, east - west
    field = (min(width * 0.46, 176.0), min(width * 0.24, 92.0))
    ground = footprints.track(west + field[0] / 2 + 4, north - field[1] / 2 - 22, field)
    stage.keep_free(ground)
    stage.spot("pitch", ground)
    stage.hall(KIND, (x + 2, north - 72, x + 44, north - 30), 2, "食堂")
    for k in range(4):
        low = north - 34 - k * 27
        stage.hall("dormitory", (east - 78, low, east - 8, low + 13), 6, f"学生公寓{k + 1}号楼")
    return field[1]


def _college_halls(stage: Stage, span: Pair, south: float) -> None:
    west, east = span
    x = (west + east) / 2
    stage.put(Structure(KIND, footprints.court(x - 46, south + 92, (92, 44), 17), 8, name="图书馆"))
    for start, name in ((x - 108, "教学楼A座"), (x + 30, "教学楼B座")):
        wings = footprints.comb(start, south + 22, (78, 56), 2, 14)
        stage.put(Structure(KIND, wings, 5, name=name))
    for k in range(2):
        low = south + 96 + k * 36
        stage.hall(KIND, (east - 62, low, east - 6, low + 20), 2, f"实训楼{k + 1}")
        stage.hall(KIND, (west + 6, low, west + 60, low + 18), 4, f"综合楼{k + 1}")
    stage.spot("grass", box(x - 24, south + 22, x + 24, south + 80))
