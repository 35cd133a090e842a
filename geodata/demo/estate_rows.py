"""Rows of houses on a site: slab blocks facing south, spaced by their height; point blocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from shapely import LineString, Polygon, box, get_parts, intersection, prepare

from geodata.demo import footprints
from geodata.demo.dice import Dice
from geodata.demo.terrain import Pair

STOREY = 2.9
"""Height of a floor in metres."""
AISLE = 11.0
"""Width kept free for the main lane between the two halves of a site."""
SHORTEST_LANE = 12.0
_NARROW = 78.0
_MANY_ROWS, _MANY_SLOTS = 4, 14


class Shape(Enum):
    """What the houses of a site look like from above."""

    PLAIN = "plain"
    BAYS = "bays"
    STEPPED = "stepped"
    TOWER = "tower"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a site is built.

    Attributes:
        shape: outline of the houses.
        units: fewest and most units (单元) of a house; for towers always one.
        unit: narrowest and widest unit, metres.
        depth: of a house, metres.
        floors: what the rows may have, south to north when `rising`, else one draw for all.
        spacing: distance between rows by height of the southern one (日照间距).
        flats: households a floor and unit.
        gap: between two houses of a row, metres.
        margin: between wall and houses, metres.
    """

    shape: Shape
    units: tuple[int, int]
    unit: Pair
    depth: Pair
    floors: tuple[int, ...]
    spacing: float
    flats: int
    gap: float = 7.0
    margin: float = 6.0
    rising: bool = False
    garden: bool = False


@dataclass(frozen=True, slots=True)
class House:
    """A house in the frame of its site: outline, row from the south, place from the west."""

    outline: Polygon
    row: int
    column: int
    units: int
    floors: int
    flats: int


@dataclass(slots=True)
class Layout:
    """What a site holds, all in its frame: houses, lanes, gardens; where the main lane runs."""

    aisle: float
    houses: list[House] = field(default_factory=list)
    lanes: list[LineString] = field(default_factory=list)
    gardens: list[Polygon] = field(default_factory=list)
    cleared: list[Polygon] = field(default_factory=list)


def lay_out(site: Polygon, recipe: Recipe, dice: Dice) -> Layout:
    """Fill a site with rows of houses.

    Args:
        site: inside of the wall, in its frame (metres).
        recipe: how it is built.
        dice: chance.
    """
    prepare(site)
    west, south, east, north = site.bounds
    layout = Layout(aisle=(west + east) / 2 + dice.between(-0.06, 0.06) * (east - west))
    narrow = east - west < _NARROW
    if narrow:
        layout.aisle = dice.pick((west, east))
    plan = _row_plan(recipe, (south + recipe.margin, north - recipe.margin), dice)
    for row, (low, depth, floors) in enumerate(plan):
        span = free_span(site, low, low + depth, recipe.margin)
        if span is None:
            continue
        sides = _sides(span, layout.aisle)
        houses = [
            house for side in sides for house in _fill(side, (low, depth, floors), recipe, dice)
        ]
        kept = [h for h in houses if site.contains(h.outline)]
        layout.houses += [
            House(h.outline, row, k, h.units, h.floors, h.flats) for k, h in enumerate(kept)
        ]
    if recipe.garden:
        _open_garden(layout, dice)
    _draw_lanes(site, layout, narrow=narrow)
    return layout


def _row_plan(recipe: Recipe, span: Pair, dice: Dice) -> list[tuple[float, float, int]]:
    """Return (southern wall, depth, floors) of each row, spread over the whole span."""
    low, high = span
    depth = dice.between(*recipe.depth)
    common = dice.pick(recipe.floors)
    rows: list[tuple[float, float, int]] = []
    at = low
    while at + depth <= high:
        share = (at - low) / max(1.0, high - low)
        floors = recipe.floors[int(share * len(recipe.floors))] if recipe.rising else common
        rows.append((at, depth, floors))
        at += depth + max(9.0, recipe.spacing * floors * STOREY)
    if len(rows) <= 1:
        return rows
    spare = high - (rows[-1][0] + depth)
    return [(y + spare * k / (len(rows) - 1), d, f) for k, (y, d, f) in enumerate(rows)]


def free_span(site: Polygon, low: float, high: float, margin: float) -> Pair | None:
    """Return west and east end of what is free of the wall between two lines."""
    west, _, east, _ = site.bounds
    spans = []
    for y in (low, (low + high) / 2, high):
        cut = intersection(site, LineString([(west - 1, y), (east + 1, y)]))
        parts = [part.bounds for part in get_parts(cut) if part.length > 1]
        if not parts:
            return None
        longest = max(parts, key=lambda b: b[2] - b[0])
        spans.append((longest[0], longest[2]))
    start, end = max(s for s, _ in spans) + margin, min(e for _, e in spans) - margin
    return (start, end) if end - start > margin else None


def _sides(span: Pair, aisle: float) -> list[Pair]:
    """Part a row's span at the main lane."""
    west, east = span
    parts = [(west, min(east, aisle - AISLE / 2)), (max(west, aisle + AISLE / 2), east)]
    return [(a, b) for a, b in parts if b - a > AISLE]


def _fill(side: Pair, line: tuple[float, float, int], recipe: Recipe, dice: Dice) -> list[House]:
    """Stand houses side by side from west to east."""
    west, east = side
    low, depth, floors = line
    width = east - west
    narrowest, widest = recipe.unit
    target = (recipe.units[0] + recipe.units[1]) / 2 * (narrowest + widest) / 2
    count = max(1, round((width + recipe.gap) / (target + recipe.gap)))
    length = (width - recipe.gap * (count - 1)) / count
    if recipe.shape is Shape.TOWER:
        fitting = int((width + recipe.gap) / (narrowest * 0.9 + recipe.gap))
        return _towers(side, max(1, fitting), line, recipe, dice)
    units = min(recipe.units[1] + 1, max(1, round(length * 2 / (narrowest + widest))))
    length = min(length, units * widest)
    step = (width - length) / (count - 1) if count > 1 else 0
    found = []
    for k in range(count):
        start = west + k * step
        outline = _outline(recipe.shape, start, low, (length, depth), units)
        found.append(House(outline, 0, 0, units, floors, recipe.flats))
    return found


def _outline(shape: Shape, west: float, south: float, size: Pair, units: int) -> Polygon:
    if shape is Shape.STEPPED and units > 1:
        return footprints.stepped(west, south, size, units)
    return footprints.slab(west, south, size, units, bays=shape is Shape.BAYS)


def _towers(
    side: Pair, count: int, line: tuple[float, float, int], recipe: Recipe, dice: Dice
) -> list[House]:
    west, east = side
    low, depth, floors = line
    step = (east - west + recipe.gap) / count
    width = min(step - recipe.gap, recipe.unit[1])
    if width < recipe.unit[0] * 0.7:
        return []
    taller = floors + dice.pick((0, 0, 2))
    middles = [west + k * step + (step - recipe.gap) / 2 for k in range(count)]
    return [
        House(footprints.tower(x, low, (width, depth)), 0, 0, 1, taller, recipe.flats)
        for x in middles
    ]


def _open_garden(layout: Layout, dice: Dice) -> None:
    """Clear a few houses around the middle for a garden or a kindergarten."""
    houses = layout.houses
    rows = {house.row for house in houses}
    if len(rows) < _MANY_ROWS or len(houses) < _MANY_SLOTS:
        return
    row = sorted(rows)[len(rows) // 2]
    in_row = [h for h in houses if h.row == row]
    nearest = sorted(in_row, key=lambda h: abs(h.outline.centroid.x - layout.aisle))
    sides: list[House] = []
    for house in nearest:
        east = house.outline.centroid.x > layout.aisle
        if all((other.outline.centroid.x > layout.aisle) != east for other in sides):
            sides.append(house)
    gone = sides[: dice.whole(1, 2)]
    layout.houses = [h for h in houses if h not in gone]
    for house in gone:
        west, south, east_end, north = house.outline.bounds
        layout.cleared.append(box(west - 1, south - 5, east_end + 1, north + 2))


def _draw_lanes(site: Polygon, layout: Layout, *, narrow: bool) -> None:
    """Draw the main lane and a lane along every second row."""
    inside = site.buffer(-2.5, join_style="mitre")
    west, south, east, north = site.bounds
    if narrow:
        layout.aisle += 2.8 if layout.aisle == west else -2.8
    lines = [LineString([(layout.aisle, south - 1), (layout.aisle, north + 1)])]
    rows = sorted({house.row for house in layout.houses})
    for row in rows[: -1 if len(rows) > 1 else None : 2]:
        tops = [h.outline.bounds[3] for h in layout.houses if h.row == row]
        lines.append(LineString([(west, max(tops) + 4.0), (east, max(tops) + 4.0)]))
    for line in lines:
        layout.lanes += [
            part
            for part in get_parts(intersection(line, inside))
            if isinstance(part, LineString) and part.length > SHORTEST_LANE
        ]
