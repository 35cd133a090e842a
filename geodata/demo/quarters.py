"""Old town and villages: lanes with courtyards and self-built houses, irregular and dense."""

from __future__ import annotations

from shapely import LineString, Point, Polygon, affinity, box

from geodata.demo import footprints, frontage
from geodata.demo.blocks import Block
from geodata.demo.dice import Dice
from geodata.demo.estates import shop_sides
from geodata.demo.sites import Site, Spot, Structure
from geodata.demo.stage import Stage
from geodata.demo.streets import Street

PITCH = {"o": 39.0, "v": 45.0}
"""Distance between lanes by the letter of the drawing, metres."""
ORDINALS = "一二三四五六七八九"
_LEAST = 800.0
_LANE_HALF = 2.6
_WING = (3.0, 11.0)
"""Least depth of yard and width of house for a wing, metres."""
_PLOTS = {"o": (14.0, 31.0), "v": (15.0, 27.0)}


def build(block: Block, land: Polygon, root: str, dice: Dice) -> Site:
    """Build a quarter of lanes: shops along its streets, houses along its lanes.

    Args:
        block: where.
        land: the piece of the block to build on.
        root: first part of the lanes' names (城隍庙 for 城隍庙一巷, 城隍庙二巷...).
        dice: chance.
    """
    site = Site()
    fronts = shop_sides(block, land, dice)
    taken: list[Polygon] = []
    for piece in frontage.behind(land, fronts, _LEAST):
        _lanes(Stage(block, piece, site), root, dice)
    if block.use == "v":
        site.spots.append(Spot("locality", land.representative_point(), root))
    for side in fronts:
        for shop in frontage.shops(land, side, taken, dice):
            site.structures.append(Structure("shop", shop.outline, shop.floors, door=shop.door))
            taken.append(shop.outline.buffer(2.0, join_style="mitre"))
    return site


def _lanes(stage: Stage, root: str, dice: Dice) -> None:
    west, south, east, north = stage.bounds
    pitch = PITCH[stage.block.use]
    count = max(1, round((north - south) / pitch))
    pitch = (north - south) / count
    alley = west + (east - west) * dice.between(0.35, 0.65)
    bend = dice.between(-4, 4)
    stage.keep_free(box(alley - 2.2 - abs(bend), south, alley + 2.2 + abs(bend), north))
    stage.lane(LineString([(alley - bend, south - 30), (alley + bend, north + 30)]))
    for k in range(count):
        y = south + (k + 0.5) * pitch + dice.between(-2, 2)
        tilt = dice.between(-2.5, 2.5)
        middle = (west + (east - west) * dice.between(0.3, 0.7), y + dice.between(-1.5, 1.5))
        line = LineString([(west - 30, y - tilt), middle, (east + 30, y + tilt)])
        name = f"{root}{ORDINALS[count - 1 - k]}巷"
        lane = stage.lane(line, name=name)
        if lane is not None:
            _houses(stage, lane, line, pitch, dice)


def _houses(stage: Stage, lane: Street, line: LineString, pitch: float, dice: Dice) -> None:
    """Stand houses on both sides of a lane."""
    west, _, east, _ = stage.bounds
    for north in (True, False):
        at = west + dice.between(1, 4)
        while at < east - 8:
            width = dice.between(*_PLOTS[stage.block.use])
            if not dice.chance(0.08):
                _house(stage, lane, line, (at, width, pitch / 2 - _LANE_HALF - 0.7, north), dice)
            at += width + (dice.between(0.9, 1.6) if dice.chance(0.75) else dice.between(3, 5))


def _house(
    stage: Stage, lane: Street, line: LineString, plot: tuple[float, float, float, bool], dice: Dice
) -> None:
    """Build on a plot (west end, width, depth, north of the lane) if anything fits."""
    at, width, depth, north = plot
    y = line.interpolate(line.project(Point(at + width / 2, line.centroid.y))).y
    near, far = (
        (y + _LANE_HALF, y + _LANE_HALF + depth)
        if north
        else (y - _LANE_HALF - depth, y - _LANE_HALF)
    )
    body = dice.between(8, 10.5)
    low = (
        far - body - dice.between(0, 1.0)
        if north or dice.chance(0.6)
        else near + dice.between(0.3, 1.5)
    )
    reach = max(0.0, low - near - 0.4)
    outline = box(at, low, at + width, low + body)
    wing = dice.between(3.6, 5.0)
    if reach > _WING[0] and width > _WING[1] and dice.chance(0.5):
        outline = footprints.angled(
            at, low, (width, body), (wing, min(reach, dice.between(4, 8))), east=dice.chance(0.5)
        )
    outline = affinity.rotate(outline, dice.between(-1.6, 1.6), origin="center")
    floors = dice.pick((1, 2, 2, 3) if stage.block.use == "o" else (2, 2, 3, 3, 4))
    homes = max(1, round(width / 10))
    door = stage.door(Point(at + width / 2, (near + far) / 2), lane)
    stage.put(Structure("house", outline, floors, units=1, flats=homes, door=door), apart=0.7)
