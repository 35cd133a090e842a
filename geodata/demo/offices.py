"""Offices: agencies in their yards, the county government, the civic square."""

from __future__ import annotations

from shapely import LineString, Point, Polygon, box

from geodata.demo import footprints, parcels
from geodata.demo.blocks import Block
from geodata.demo.dice import Dice
from geodata.demo.sites import Site, Structure
from geodata.demo.stage import Stage
from geodata.demo.streets import cut

_YARD = 116.0
_WINGS = ("人大办公楼", "政协办公楼", "政务服务中心", "县网格化服务管理中心")


def agencies(block: Block, land: Polygon, dice: Dice) -> Site:
    """Build agencies (县直机关): each a yard with an office block to the south and a lower one behind."""
    site = Site()
    stage = Stage(block, land, site)
    for parcel in parcels.part(stage.land, _YARD, dice):
        wall = parcels.walled(parcel)
        if wall is not None:
            stage.spot("government", wall)
            _yard(stage, wall, dice)
    return site


def _yard(stage: Stage, wall: Polygon, dice: Dice) -> None:
    west, south, east, north = wall.buffer(-5).bounds
    width, depth = min(east - west, dice.between(44, 62)), dice.between(14, 17)
    x, half = (west + east) / 2, width / 2
    body = footprints.court(x - half, south + 22, (width, depth + 9), 13)
    if dice.chance(0.6):
        body = box(x - half, south + 20, x + half, south + 20 + depth)
    stage.put(Structure("office", body, dice.whole(4, 7)))
    stage.hall("office", (west + 2, north - 13, west + 2 + width * 0.6, north - 1), 3, apart=6)
    if dice.chance(0.35):
        stage.hall("office", (east - 13, south + 46, east - 2, north - 18), 2, apart=6)
    stage.spot("grass", box(x - half, south + 1, x - 6, south + 16))
    stage.spot("grass", box(x + 6, south + 1, x + half, south + 16))
    stage.lane(LineString([(x, south - 40), (x, south + 19)]))


def government(block: Block, land: Polygon) -> Site:
    """Build the county government: one axis, symmetrical wings."""
    site = Site()
    stage = Stage(block, land, site)
    west, south, east, north = stage.bounds
    x = (west + east) / 2
    stage.spot("government", stage.land.buffer(-2, join_style="mitre"))
    main = footprints.court(x - 62, north - 66, (124, 44), 24)
    stage.put(Structure("government", main, 7, name="综合楼"))
    wings = iter(_WINGS)
    for y in (south + 62, south + 22):
        stage.hall("government", (x - 118, y, x - 46, y + 16), 5, next(wings))
        stage.hall("government", (x + 46, y, x + 118, y + 16), 5, next(wings))
    stage.hall("government", (x - 159, south + 30, x - 141, north - 40), 4, "西附楼")
    stage.hall("government", (x + 141, south + 30, x + 159, north - 40), 4, "东附楼")
    stage.spot("grass", box(x - 40, south + 12, x - 10, south + 78))
    stage.spot("grass", box(x + 10, south + 12, x + 40, south + 78))
    stage.lane(LineString([(x, south - 20), (x, north - 70)]))
    stage.lane(LineString([(west, south + 49), (east, south + 49)]))
    stage.lane(LineString([(west + 12, north - 14), (east - 12, north - 14)]))
    return site


def square(block: Block, land: Polygon) -> Site:
    """Lay out the civic square: paving, a round pond, lawns, museum and culture hall at its sides."""
    site = Site()
    stage = Stage(block, land, site)
    west, south, east, north = stage.bounds
    x, y = (west + east) / 2, (south + north) / 2
    stage.spot("park", stage.land.buffer(-2, join_style="mitre"), "人民广场")
    culture = footprints.court(west + 16, south + 30, (58, north - south - 62), 18)
    stage.put(Structure("culture", culture, 3, name="文化馆"))
    museum = box(east - 72, y - 34, east - 18, y + 34).buffer(-8).buffer(8, quad_segs=3)
    stage.put(Structure("culture", museum, 3, name="博物馆"))
    stage.spot("plaza", box(x - 72, south + 14, x + 72, north - 8))
    centre = Point(x, y + 6)
    stage.pond(centre.buffer(17, quad_segs=6))
    corners = ((x - 72, south + 14), (x + 72, south + 14), (x - 72, north - 8), (x + 72, north - 8))
    ends = (*corners, (x, south - 10), (x, north + 10))
    for end in ends:
        way = LineString([end, (centre.x, centre.y)])
        stage.lane(cut(way, 0, way.length - 20), "footway")
    return site
