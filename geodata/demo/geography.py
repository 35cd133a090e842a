"""The county's own base map: roads, water, places; which grid answers for a road on an edge."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from math import hypot

from shapely import LineString, Point, Polygon, STRtree, get_parts

from geodata.demo import naming, terrain
from geodata.demo.almanac import Almanac
from geodata.demo.blocks import Block, blocks
from geodata.demo.changes import Changes
from geodata.demo.county import Place, Road, RoadGrid, Water
from geodata.demo.dice import Dice
from geodata.demo.districts import Codes
from geodata.demo.ground import placed
from geodata.demo.register import Register
from geodata.demo.sites import Lane, Spot
from geodata.demo.streets import Street, streets
from gridmap.timespan import Span

Owners = tuple[str, str, str, str]
"""Letters to the left and right of a road today, then to its left and right before the change."""

_BESIDE = 2.0
_MAIN = frozenset({"trunk", "primary", "secondary"})


@dataclass(frozen=True, slots=True)
class Geography:
    """Roads, their grids, waters and places."""

    roads: list[Road]
    road_grids: list[RoadGrid]
    waters: list[Water]
    places: list[Place]


def geography(
    register: Register, almanac: Almanac, what: Changes, code: Codes, seed: int
) -> Geography:
    """Return the base map of the county."""
    roads, grids = _roads(register, almanac, code, seed)
    waters = _waters(register, almanac)
    places = _places(register, almanac, what, seed)
    return Geography(roads, grids, waters, places)


def _roads(
    register: Register, almanac: Almanac, code: Codes, seed: int
) -> tuple[list[Road], list[RoadGrid]]:
    pieces: list[tuple[str | None, str, LineString, Owners | None]] = []
    owners = _Owners(blocks(seed))
    for street in streets(seed):
        pieces += [(street.name, street.kind, line, who) for line, who in owners.parted(street)]
    for one in register.built:
        pieces += [(lane.name, _kind(lane), lane.line, None) for lane in one.site.lanes]
    lines = placed([line for _, _, line, _ in pieces])
    roads, grids = [], []
    for number, ((name, kind, _, who), line) in enumerate(zip(pieces, lines, strict=True), start=1):
        road = Road(f"DL{number:04d}", name, kind, line, almanac.always)
        roads.append(road)
        if who is not None and kind in _MAIN:
            grids += _answering(road.code, who, almanac, code, Dice(seed, "owner", number))
    return roads, grids


def _kind(lane: Lane) -> str:
    return "living_street" if lane.name else lane.kind


class _Owners:
    """Finds the communities on both sides of a street."""

    def __init__(self, found: tuple[Block, ...]) -> None:
        self._blocks = found
        self._tree = STRtree([block.face for block in found])
        self._county = terrain.outline()

    def parted(self, street: Street) -> list[tuple[LineString, Owners | None]]:
        """Return the street cut where the owners of its two sides change, and cut at the county's edge."""
        found: list[tuple[LineString, Owners | None]] = []
        for part in get_parts(street.line.intersection(self._county)):
            corners = list(part.coords)
            runs = groupby(pairwise(corners), key=lambda ab: self._beside(*ab))
            for who, pairs in runs:
                steps = list(pairs)
                found.append((LineString([steps[0][0], *(b for _, b in steps)]), who))
        return found

    def _beside(self, a: tuple[float, ...], b: tuple[float, ...]) -> Owners | None:
        length = hypot(b[0] - a[0], b[1] - a[1])
        x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
        dx, dy = (b[0] - a[0]) / length * _BESIDE, (b[1] - a[1]) / length * _BESIDE
        left, right = self._at(x - dy, y + dx), self._at(x + dy, y - dx)
        if left is None or right is None:
            return None
        return left.community, right.community, left.former_community, right.former_community

    def _at(self, x: float, y: float) -> Block | None:
        hits = self._tree.query(Point(x, y), predicate="within")
        return self._blocks[int(hits[0])] if len(hits) else None


def _answering(road: str, who: Owners, almanac: Almanac, code: Codes, dice: Dice) -> list[RoadGrid]:
    """Return which grid answers for a road between two grids: mostly the one with the lower code."""
    choice = 0 if dice.chance(0.7) else 1
    today, former = (
        sorted(code.grids[letter] for letter in pair)[choice]
        if len(set(pair)) == len(pair)
        else None
        for pair in (who[:2], who[2:])
    )
    if today == former:
        return [] if today is None else [RoadGrid(road, today, almanac.always)]
    spans = ((former, Span(almanac.opening, almanac.moved)), (today, Span(almanac.moved)))
    return [RoadGrid(road, grid, span) for grid, span in spans if grid is not None]


def _waters(register: Register, almanac: Almanac) -> list[Water]:
    county = terrain.outline()
    surfaces: list[tuple[str | None, str, Polygon]] = [
        (naming.RIVER, "river", part) for part in get_parts(terrain.river().intersection(county))
    ]
    surfaces += [(naming.MOAT, "moat", terrain.moat()), (naming.LAKE, "lake", terrain.lake())]
    surfaces += [(None, "pond", pond) for one in register.built for pond in one.site.ponds]
    shapes = placed([surface for _, _, surface in surfaces])
    return [
        Water(f"SY{number:03d}", name, kind, shape, almanac.always)
        for number, ((name, kind, _), shape) in enumerate(
            zip(surfaces, shapes, strict=True), start=1
        )
    ]


def _places(register: Register, almanac: Almanac, what: Changes, seed: int) -> list[Place]:
    found = [(spot, almanac.always) for spot in [*_land_use(register), *_shops(register, seed)]]
    found += [(spot, almanac.always) for spot in _stops(seed)]
    for compound in register.compounds:
        if compound.code in what.opened:
            site = Spot("construction", compound.parts[0][2].wall, f"{compound.name}建设工地")
            found.append((site, Span(almanac.opening, what.opened[compound.code])))
    shapes = placed([spot.shape for spot, _ in found])
    return [
        Place(f"DD{number:04d}", spot.name, spot.kind, shape, span)
        for number, ((spot, span), shape) in enumerate(zip(found, shapes, strict=True), start=1)
    ]


def _land_use(register: Register) -> list[Spot]:
    """Return pieces of land use, the large ones first, with the names of those who have them."""
    named = {premise.shape.wkb: premise.name for premise in register.premises}
    found = []
    for one in register.built:
        for spot in one.site.spots:
            name = spot.name or named.get(spot.shape.wkb)
            found.append(Spot(spot.kind, spot.shape, name))
    found += [
        Spot("kindergarten", entry.structure.outline.representative_point(), entry.name)
        for entry in register.entries
        if entry.kind == "kindergarten"
    ]
    return sorted(found, key=lambda spot: -spot.shape.area)


def _shops(register: Register, seed: int) -> list[Spot]:
    """Return shops, restaurants, banks: one in every second house of the frontage."""
    dice, found = Dice(seed, "shops"), []
    taken: set[str] = set()
    for entry in register.entries:
        if entry.kind != "shop" or not dice.chance(0.62):
            continue
        kind, ending = dice.pick(naming.SHOP_TYPES)
        name = dice.pick(naming.SHOP_STEMS) + ending
        if name in taken:
            name = f"{name}（{entry.road}店）"
        if name in taken:
            continue
        taken.add(name)
        found.append(Spot(kind, entry.structure.outline.representative_point(), name))
    return found


def _stops(seed: int) -> list[Spot]:
    """Return bus stops at the crossings of main roads, beside the carriageway."""
    main = [s for s in streets(seed) if s.kind in {"primary", "secondary"}]
    level = [
        s
        for s in main
        if abs(s.line.coords[-1][0] - s.line.coords[0][0])
        > abs(s.line.coords[-1][1] - s.line.coords[0][1])
    ]
    upright = [s for s in main if s not in level]
    found, seen = [], set()
    for across in level:
        for along in upright:
            crossing = across.line.intersection(along.line)
            name = f"{across.name}{along.name}口站"
            if not isinstance(crossing, Point) or name in seen:
                continue
            seen.add(name)
            spot = across.line.parallel_offset(across.half - 3, "right").interpolate(
                across.line.project(crossing) + along.half + 22
            )
            if terrain.outline().contains(spot):
                found.append(Spot("bus_stop", spot, name))
    return found
