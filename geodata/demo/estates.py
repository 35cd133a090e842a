"""Estates (小区): parcels with walls, rows of houses, a gate to a street."""

from __future__ import annotations

from dataclasses import dataclass

from shapely import LineString, Polygon, box

from geodata.demo import frontage, parcels
from geodata.demo.blocks import Block
from geodata.demo.dice import Dice
from geodata.demo.estate_rows import Layout, Recipe, Shape, lay_out
from geodata.demo.frame import Frame
from geodata.demo.frontage import Side
from geodata.demo.gates import REACH, gate
from geodata.demo.sites import Estate, Lane, Site, Spot, Structure

RECIPES: dict[str, tuple[Recipe, ...]] = {
    "y": (
        Recipe(Shape.PLAIN, (3, 4), (10, 12.5), (9.5, 11), (3, 4, 5), 1.2, 2, gap=7, margin=4),
        Recipe(Shape.BAYS, (2, 3), (12, 14.5), (10.5, 12), (4, 5, 5), 1.2, 2, gap=7, margin=5),
    ),
    "e": (
        Recipe(Shape.BAYS, (3, 4), (13, 16), (11.5, 13), (5, 5, 6), 1.32, 2, gap=9),
        Recipe(Shape.BAYS, (4, 5), (12.5, 15), (11.5, 12.5), (5, 5, 6), 1.35, 2, gap=10, margin=7),
        Recipe(Shape.PLAIN, (3, 4), (13, 16), (11, 12.5), (4, 5), 1.35, 2, gap=9),
    ),
    "m": (
        Recipe(Shape.STEPPED, (2, 3), (15, 18), (13.5, 15), (6, 6, 7), 1.25, 2, gap=11, margin=9, garden=True),
        Recipe(Shape.BAYS, (2, 3), (15.5, 18.5), (13.5, 15), (6, 6, 11), 1.2, 2, gap=12, margin=9, rising=True,
               garden=True),
        Recipe(Shape.STEPPED, (2, 2), (17, 20), (14, 15.5), (8, 9, 11), 1.15, 2, gap=14, margin=10, garden=True),
    ),
    "t": (
        Recipe(Shape.TOWER, (1, 1), (25, 30), (17, 19), (17, 18), 0.74, 4, gap=17, margin=9, garden=True),
        Recipe(Shape.STEPPED, (2, 2), (18, 22), (14.5, 16), (15, 17), 0.82, 2, gap=18, margin=10, garden=True),
        Recipe(Shape.TOWER, (1, 1), (26, 31), (18, 20), (11, 17, 20), 0.8, 4, gap=18, margin=9, rising=True,
               garden=True),
    ),
}  # fmt: skip
"""How estates are built by the letter of the drawing."""

PARCEL = {"y": 104.0, "e": 150.0, "m": 260.0, "t": 270.0}
"""Longest side of a parcel by the letter of the drawing, metres."""
SHOPS = {
    "y": {"primary": 1.0, "secondary": 0.65, "residential": 0.08},
    "e": {"primary": 0.7, "secondary": 0.4, "residential": 0.03},
    "m": {"primary": 0.4, "secondary": 0.3},
    "t": {"primary": 0.45, "secondary": 0.4},
    "o": {"primary": 1.0, "secondary": 1.0, "residential": 0.25},
    "v": {"primary": 0.8, "secondary": 0.6},
    "k": {"primary": 1.0, "secondary": 0.7},
}
"""How likely a side has shops, by the letter of the drawing and the kind of street."""
_LEAST = 1500.0
_GATE, _GATE_HALF = "gate", 5.0
_KINDERGARTEN, _WITH_KINDERGARTEN = 30.0, 0.3
_LAST = (99, 0)


def shop_sides(block: Block, land: Polygon, dice: Dice) -> list[Side]:
    """Return the sides of the land along which shops will stand."""
    return [
        side
        for side in frontage.sides(land, block.streets)
        if dice.chance(SHOPS[block.use].get(side.street.kind, 0.0))
    ]


def build(block: Block, land: Polygon, dice: Dice) -> Site:
    """Build estates on a piece of land: shops along the streets, walled parcels behind them."""
    site = Site()
    fronts = shop_sides(block, land, dice)
    middle = land.centroid
    frame = Frame(middle.x, middle.y, block.angle)
    taken: list[Polygon] = []
    for piece in frontage.behind(land, fronts, _LEAST):
        _build_piece(block, frame, piece, site, dice)
    taken += [
        lane.line.buffer(_GATE_HALF, quad_segs=1) for lane in site.lanes if lane.kind == _GATE
    ]
    site.lanes = [Lane(None, "service", lane.line) for lane in site.lanes]
    for side in fronts:
        for shop in frontage.shops(land, side, taken, dice):
            site.structures.append(Structure("shop", shop.outline, shop.floors, door=shop.door))
            taken.append(shop.outline.buffer(2.5, join_style="mitre"))
    return site


@dataclass(frozen=True, slots=True)
class _Plot:
    """A walled parcel in the frame of its block, what stands on it, and its neighbours' walls."""

    frame: Frame
    wall: Polygon
    layout: Layout
    others: list[Polygon]


def _build_piece(block: Block, frame: Frame, piece: Polygon, site: Site, dice: Dice) -> None:
    pieces = parcels.part(frame.inward(piece), PARCEL[block.use], dice)
    walls = [wall for parcel in pieces if (wall := parcels.walled(parcel)) is not None]
    for wall in walls:
        layout = lay_out(wall, dice.pick(RECIPES[block.use]), dice)
        if layout.houses:
            others = [frame.outward(other) for other in walls if other is not wall]
            _settle(block, _Plot(frame, wall, layout, others), site, dice)
        else:
            site.spots.append(Spot("grass", frame.outward(wall)))


def _settle(block: Block, plot: _Plot, site: Site, dice: Dice) -> None:
    """Make an estate of a plot: its gate, houses, lanes, garden."""
    outward, layout = plot.frame.outward, plot.layout
    boundary = outward(plot.wall)
    door, path = gate(block, boundary, [outward(ray) for ray in _rays(plot)], plot.others)
    estate = Estate(block.use, boundary, door)
    estate.structures += [
        Structure(
            "residential",
            outward(house.outline),
            house.floors,
            house.units,
            house.flats,
            order=(house.row, house.column),
        )
        for house in layout.houses
    ]
    site.estates.append(estate)
    site.lanes += [Lane(None, "service", outward(lane)) for lane in layout.lanes]
    site.lanes.append(Lane(None, _GATE, path))
    for cleared in layout.cleared:
        _furnish(plot.frame, cleared, estate, site, dice)


def _rays(plot: _Plot) -> list[LineString]:
    """Return where a way out could run: along the main lane, and along the middle one of the others."""
    west, south, east, north = plot.wall.bounds
    levels = sorted({round(lane.coords[0][1], 2) for lane in plot.layout.lanes if _is_level(lane)})
    x, y = plot.layout.aisle, levels[len(levels) // 2] if levels else (south + north) / 2
    return [
        LineString([(x, south + 4), (x, south - REACH)]),
        LineString([(x, north - 4), (x, north + REACH)]),
        LineString([(west + 4, y), (west - REACH, y)]),
        LineString([(east - 4, y), (east + REACH, y)]),
    ]


def _is_level(lane: LineString) -> bool:
    (x0, y0), (x1, y1) = lane.coords[0], lane.coords[-1]
    return abs(y1 - y0) < abs(x1 - x0)


def _furnish(frame: Frame, cleared: Polygon, estate: Estate, site: Site, dice: Dice) -> None:
    """Make a garden, with a kindergarten in some estates, where houses were left out."""
    west, south, east, north = cleared.bounds
    has_one = any(structure.kind == "kindergarten" for structure in estate.structures)
    if east - west < _KINDERGARTEN or has_one or not dice.chance(_WITH_KINDERGARTEN):
        garden = cleared.buffer(-2).buffer(2, quad_segs=2)
        site.spots.append(Spot("garden", frame.outward(garden)))
        return
    hall = box(west + 4, north - 12, west + 4 + min(28, (east - west) * 0.6), north - 1)
    estate.structures.append(Structure("kindergarten", frame.outward(hall), 3, order=_LAST))
    ground = box(west + 4, south + 1, east - 4, north - 14)
    site.spots.append(Spot("playground", frame.outward(ground)))
