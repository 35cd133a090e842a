"""Shopping blocks: a mall or a covered market, with shops all around."""

from __future__ import annotations

from shapely import LineString, Polygon, box

from geodata.demo import frontage
from geodata.demo.blocks import Block
from geodata.demo.dice import Dice
from geodata.demo.estates import shop_sides
from geodata.demo.sites import Site, Spot, Structure
from geodata.demo.stage import Stage

_LEAST = 1500.0
_HALL, _WAY = 18.0, 8.0
_FORECOURT = 18.0


def build(block: Block, land: Polygon, dice: Dice) -> Site:
    """Build shops along the streets, and a mall or market halls behind them."""
    site = Site(spots=[Spot("marketplace", land.buffer(-1, join_style="mitre"))])
    fronts = shop_sides(block, land, dice)
    taken: list[Polygon] = []
    for side in fronts:
        for shop in frontage.shops(land, side, taken, dice):
            site.structures.append(Structure("shop", shop.outline, shop.floors + 1, door=shop.door))
            taken.append(shop.outline.buffer(2.0, join_style="mitre"))
    for piece in frontage.behind(land, fronts, _LEAST):
        stage = Stage(block, piece, site)
        if dice.chance(0.4):
            _mall(stage)
        else:
            _halls(stage)
    return site


def _mall(stage: Stage) -> None:
    _, south, _, north = stage.bounds
    top = south + (north - south) * 0.58
    low = south + _FORECOURT
    west, east = stage.span(low, top, 9)
    hall = box(west, low, east, top).buffer(-7).buffer(7, quad_segs=2)
    stage.put(Structure("mall", hall, 5, name="百货大楼"))
    stage.spot("plaza", box(west, top + 9, east, north - 5))


def _halls(stage: Stage) -> None:
    """Stand the halls of a covered market in rows."""
    _, south, _, north = stage.bounds
    low = south + 6
    while low + _HALL < north - 4:
        west, east = stage.span(low, low + _HALL, 7)
        middle = (west + east) / 2
        stage.hall("market", (west, low, middle - 3.5, low + _HALL), 1)
        stage.hall("market", (middle + 3.5, low, east, low + _HALL), 1)
        y = low + _HALL + _WAY / 2
        stage.lane(LineString([(west - 6, y), (east + 6, y)]))
        low += _HALL + _WAY
