"""Main roads, the ring, bridges, and the streets that part a superblock into quarters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import cos, hypot, radians, sin

from shapely import LineString
from shapely.ops import substring

from geodata.demo import terrain
from geodata.demo.dice import Dice
from geodata.demo.plan import (
    BRIDGED,
    MAIN_EAST_WEST,
    MAIN_NORTH_SOUTH,
    MERGED,
    OUT_OF_TOWN,
    STREET_NAMES,
    USES,
    rows,
)
from geodata.demo.terrain import Pair

Curve = Callable[[float], float]
Inner = tuple[bool, LineString, tuple[int, ...]]

WIDTH = {
    "trunk": 30.0,
    "primary": 26.0,
    "secondary": 19.0,
    "residential": 11.0,
    "service": 5.0,
    "footway": 3.0,
}
"""Carriageway in metres by kind."""
PAVEMENT = {
    "trunk": 7.0,
    "primary": 6.0,
    "secondary": 4.0,
    "residential": 2.5,
    "service": 0.5,
    "footway": 0.0,
}
"""Pavement and verge on each side, metres."""
RING_CORNER = 190.0
COLUMNS = 7
_STEP = 40.0
BEYOND = 600.0
"""How far roads out of town run on before the county's edge cuts them, metres."""


_MAIN_NAMES = tuple(name for name, *_ in MAIN_NORTH_SOUTH)
_WEST_NAMES = (*_MAIN_NAMES[:4], "滨河西路")
_EAST_NAMES = ("滨河东路", *_MAIN_NAMES[4:])
_EDGE_NAMES = (
    *pairwise(_WEST_NAMES),
    *pairwise(_EAST_NAMES),
)


@dataclass(frozen=True, slots=True)
class Street:
    """A named street with its centre line on the land (metres), from west to east or north to south."""

    name: str
    kind: str
    line: LineString

    @property
    def half(self) -> float:
        """Return half the street's land: carriageway and pavement, metres."""
        return WIDTH[self.kind] / 2 + PAVEMENT[self.kind]


@dataclass(frozen=True, slots=True)
class Superblock:
    """A cell between main roads: row and column, its edges, and where its inner streets run."""

    row: int
    column: int
    north: float
    south: float
    west: Curve
    east: Curve
    split: float
    split_west: float
    split_east: float

    def u(self, share: float, v: float) -> float:
        """Return the plan u at a share of the way from the western to the eastern edge."""
        return self.west(v) + share * (self.east(v) - self.west(v))

    def v(self, share: float) -> float:
        """Return the plan v at a share of the way from the northern to the southern edge."""
        return self.north + share * (self.south - self.north)

    def quarter(self, u: float, v: float) -> tuple[int, int]:
        """Return row and column of the quarter-block that holds a place of the plan."""
        west = u < self.u(self.split, v)
        north = v > self.v(self.split_west if west else self.split_east)
        return 2 * self.row + (not north), 2 * self.column + (not west)


def _leaning(u: float, share: float) -> Curve:
    return lambda v: terrain.lean(u, v, share)


def _edges() -> list[tuple[Curve, Curve]]:
    main = [_leaning(u, share) for _, u, share, _ in MAIN_NORTH_SOUTH]
    west = [*main[:4], terrain.west_bank]
    east = [terrain.east_bank, *main[4:]]
    return [*pairwise(west), *pairwise(east)]


def _undivided(uses: tuple[tuple[str, ...], ...], row: int, column: int) -> bool:
    """Tell whether no street runs north to south in a superblock: one level street must cross it."""
    top, left = 2 * row, 2 * column
    return all(_one(uses, (y, left), (y, left + 1)) for y in (top, top + 1))


@cache
def superblocks(seed: int) -> tuple[Superblock, ...]:
    """Return the 49 cells between the main roads, north to south and west to east."""
    lines = [v for _, v, _ in MAIN_EAST_WEST]
    uses, edges = rows(USES), _edges()
    cells = []
    for row, (north, south) in enumerate(pairwise(lines)):
        for column, (west, east) in enumerate(edges):
            shared = Dice(seed, "split", column, row // 2)
            dice = Dice(seed, "superblock", row, column)
            west_share = dice.between(0.42, 0.58)
            stagger = 0.0 if dice.chance(0.45) else dice.pick((-0.13, -0.1, 0.1, 0.13))
            if _undivided(uses, row, column):
                stagger = 0.0
            east_share = min(0.62, max(0.38, west_share + stagger))
            cells.append(
                Superblock(
                    row,
                    column,
                    north,
                    south,
                    west,
                    east,
                    shared.between(0.42, 0.58),
                    west_share,
                    east_share,
                )
            )
    return tuple(cells)


class _Junctions:
    """Where streets end on others: both lines get the same vertex, so that the network is noded."""

    def __init__(self, cells: tuple[Superblock, ...]) -> None:
        self._on_row: dict[float, set[float]] = defaultdict(set)
        self._on_column: dict[str, set[float]] = defaultdict(set)
        main = [v for _, v, _ in MAIN_EAST_WEST]
        for cell in cells:
            for v in (cell.north, cell.south):
                self._on_row[v] |= {cell.west(v), cell.u(cell.split, v), cell.east(v)}
            west_v, east_v = cell.v(cell.split_west), cell.v(cell.split_east)
            self._on_column[edge_name(cell.column, east=False)] |= {*main, west_v}
            self._on_column[edge_name(cell.column, east=True)] |= {*main, east_v}
            self._on_column[f"{cell.row}-{cell.column}"] |= {cell.north, west_v, east_v, cell.south}

    def upright(self, name: str, curve: Curve, north: float, south: float) -> LineString:
        """Return a north-south line with vertices at its junctions."""
        inside = [v for v in self._on_column[name] if south <= v <= north]
        stations = sorted(_stations(sorted({north, south, *inside})), reverse=True)
        return LineString([terrain.land(curve(v), v) for v in stations])

    def level(self, v: float, west: float, east: float) -> LineString:
        """Return an east-west line with vertices at its junctions."""
        inside = [u for u in self._on_row[v] if west <= u <= east]
        return LineString([terrain.land(u, v) for u in _stations(sorted({west, east, *inside}))])


def _stations(marks: list[float]) -> list[float]:
    """Return the marks and evenly spaced places between them, about every `_STEP` metres."""
    found = []
    for low, high in pairwise(marks):
        pieces = max(1, round((high - low) / _STEP))
        found += [low + (high - low) * k / pieces for k in range(pieces)]
    return [*found, marks[-1]]


def edge_name(column: int, *, east: bool) -> str:
    """Return the name of the main road on one side of a column of superblocks."""
    return _EDGE_NAMES[column][east]


def _arc(u: float, v: float, start: int, end: int) -> list[Pair]:
    """Return a quarter of the ring's corner: plan points around (u, v), degrees from east."""
    turns = (radians(start + (end - start) * k / 5) for k in range(6))
    return [(u + RING_CORNER * cos(turn), v + RING_CORNER * sin(turn)) for turn in turns]


def _ring(junctions: _Junctions) -> list[Street]:
    """Return west, south and east ring as three streets with round corners at the south."""
    (_, west, _, _), (_, east, _, _) = MAIN_NORTH_SOUTH[0], MAIN_NORTH_SOUTH[-1]
    north, south = MAIN_EAST_WEST[0][1], float(MAIN_EAST_WEST[-1][1])
    left, right, low = west + RING_CORNER, east - RING_CORNER, south + RING_CORNER
    corners = [
        terrain.bent(_arc(u, low, start, start + 45), _STEP)
        for u, start in ((left, 180), (left, 225), (right, 270), (right, 315))
    ]
    sides = [
        list(junctions.upright(name, _leaning(u, 0), north, low).coords)
        for name, u in ((_WEST_NAMES[0], west), (_EAST_NAMES[-1], east))
    ]
    bottom = list(junctions.level(south, left, right).coords)
    lines = (
        [*sides[0], *corners[0][1:]],
        [*corners[1], *bottom[1:], *corners[2][1:]],
        [*sides[1], *corners[3][::-1][1:]],
    )
    names = (MAIN_NORTH_SOUTH[0][0], MAIN_EAST_WEST[-1][0], MAIN_NORTH_SOUTH[-1][0])
    return [
        Street(name, "primary", LineString(line)) for name, line in zip(names, lines, strict=True)
    ]


def cut(line: LineString, start: float, end: float) -> LineString:
    """Return the part of a line between two distances along it (metres)."""
    part = substring(line, start, end)
    if not isinstance(part, LineString):
        raise TypeError(part.geom_type)
    return part


def _main_roads(junctions: _Junctions) -> list[Street]:
    north, south = MAIN_EAST_WEST[0][1], MAIN_EAST_WEST[-1][1]
    streets = _ring(junctions)
    for name, u, share, kind in MAIN_NORTH_SOUTH[1:-1]:
        out = BEYOND if name in OUT_OF_TOWN else 0
        streets.append(
            Street(
                name, kind, junctions.upright(name, _leaning(u, share), north + out, south - out)
            )
        )
    for curve, name in ((terrain.west_bank, "滨河西路"), (terrain.east_bank, "滨河东路")):
        streets.append(Street(name, "secondary", junctions.upright(name, curve, north, south)))
    for name, v, kind in MAIN_EAST_WEST[:-1]:
        out = BEYOND if name in OUT_OF_TOWN else 0
        west, east = MAIN_NORTH_SOUTH[0][1] - out, MAIN_NORTH_SOUTH[-1][1] + out
        if name in BRIDGED:
            streets.append(Street(name, kind, junctions.level(v, west, east)))
            continue
        streets.append(Street(name, kind, junctions.level(v, west, terrain.west_bank(v))))
        streets.append(Street(name, kind, junctions.level(v, terrain.east_bank(v), east)))
    return streets


def _one(uses: tuple[tuple[str, ...], ...], a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Tell whether two quarter-blocks are one piece of land with no street between."""
    return uses[a[0]][a[1]] == uses[b[0]][b[1]] and uses[a[0]][a[1]] in MERGED


def _inner(
    cell: Superblock, uses: tuple[tuple[str, ...], ...], junctions: _Junctions
) -> list[Inner]:
    """Return a superblock's own streets: (runs north-south, line, key of the name)."""
    top, left = 2 * cell.row, 2 * cell.column
    nw, ne, sw, se = (top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)
    found: list[Inner] = []
    levels: list[float] = []
    if not _one(uses, nw, sw):
        levels.append(v := cell.v(cell.split_west))
        line = junctions.level(v, cell.west(v), cell.u(cell.split, v))
        found.append((False, line, (0, top, left)))
    if not _one(uses, ne, se):
        levels.append(v := cell.v(cell.split_east))
        line = junctions.level(v, cell.u(cell.split, v), cell.east(v))
        staggered = cell.split_west != cell.split_east
        found.append((False, line, (0, top, left + staggered)))
    north_open, south_open = not _one(uses, nw, ne), not _one(uses, sw, se)
    start = cell.north if north_open else max(levels, default=cell.north)
    end = cell.south if south_open else min(levels, default=cell.south)
    if north_open or south_open:
        name = f"{cell.row}-{cell.column}"
        line = junctions.upright(name, lambda v: cell.u(cell.split, v), start, end)
        found.append((True, line, (1, cell.row // 2, left)))
    return found


@cache
def streets(seed: int) -> tuple[Street, ...]:
    """Return every named street of the town, main roads first."""
    uses = rows(USES)
    cells = superblocks(seed)
    junctions = _Junctions(cells)
    found = _main_roads(junctions)
    names = {
        True: Dice(seed, "north-south").shuffled(STREET_NAMES),
        False: Dice(seed, "east-west").shuffled(STREET_NAMES),
    }
    given: dict[tuple[int, ...], str] = {}
    for cell in cells:
        for upright, line, key in _inner(cell, uses, junctions):
            if key not in given:
                given[key] = names[upright].pop(0) + ("路" if upright else "街")
            found.append(Street(given[key], "residential", line))
    return tuple(found)


def tangent(line: LineString, distance: float) -> tuple[Pair, Pair]:
    """Return the point at a distance along a line and the unit direction there."""
    distance = min(max(distance, 0), line.length)
    before, after = (
        line.interpolate(max(0, distance - 1)),
        line.interpolate(min(line.length, distance + 1)),
    )
    length = hypot(after.x - before.x, after.y - before.y)
    middle = line.interpolate(distance)
    return (middle.x, middle.y), ((after.x - before.x) / length, (after.y - before.y) / length)
