"""Faces of the street network: the land between the streets, and the communities they make up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from shapely import (
    MultiPolygon,
    Polygon,
    STRtree,
    coverage_union_all,
    get_parts,
    node,
    polygonize,
    union_all,
)
from shapely.geometry.base import BaseGeometry

from geodata.demo import terrain
from geodata.demo.plan import COMMUNITIES, MAIN_EAST_WEST, MAIN_NORTH_SOUTH, MOVED, USES, rows
from geodata.demo.streets import COLUMNS, Street, Superblock, streets, superblocks

BANK_USE, FRINGE_USE = "bank", "fringe"
MOAT_BANK = 11.0
CORNER = 6.0
_LEAST = 400.0


@dataclass(frozen=True, slots=True)
class Block:
    """A face of the network.

    Attributes:
        row, column: quarter-block of the drawn town that decides its use and its community.
        use: letter of the drawing, or the river's bank, or the fringe outside the ring.
        face: from middle of street to middle of street; all faces tile the county.
        land: what is left beside pavements and water.
        waterside: the moat's green banks on it.
        streets: streets along its edge.
        angle: direction of the plan's east here, radians.
    """

    row: int
    column: int
    use: str
    face: Polygon
    land: MultiPolygon
    waterside: MultiPolygon
    streets: tuple[Street, ...]
    angle: float

    @property
    def community(self) -> str:
        """Return the letter of its community today."""
        return rows(COMMUNITIES)[self.row][self.column]

    @property
    def former_community(self) -> str:
        """Return the letter of its community before the last change of boundaries."""
        for letter, places in MOVED.items():
            if (self.row, self.column) in places:
                return letter
        return self.community


def polygons(shape: BaseGeometry, least: float = _LEAST) -> list[Polygon]:
    """Return the polygons of a shape that have at least `least` square metres."""
    parts = get_parts(shape)
    return [part for part in parts if isinstance(part, Polygon) and part.area >= least]


def _cell_at(u: float, v: float, seed: int) -> Superblock:
    lines = [v for _, v, _ in MAIN_EAST_WEST]
    row = sum(v < line for line in lines[1:-1])
    cells = superblocks(seed)[row * COLUMNS : (row + 1) * COLUMNS]
    return next((cell for cell in cells if u < cell.east(v)), cells[-1])


def _quarter(face: Polygon, seed: int) -> tuple[int, int, str]:
    """Return row, column and use of a face."""
    spot = face.point_on_surface()
    u, v = terrain.plan_of(spot.x, spot.y)
    north, south = MAIN_EAST_WEST[0][1], MAIN_EAST_WEST[-1][1]
    west, east = MAIN_NORTH_SOUTH[0][1], MAIN_NORTH_SOUTH[-1][1]
    outside = not (south < v < north and west < u < east) or _in_corner(face)
    inner_v = min(max(v, south + 1), north - 1)
    inner_u = min(max(u, west + 1), east - 1)
    if terrain.west_bank(inner_v) < inner_u < terrain.east_bank(inner_v):
        column = COLUMNS if inner_u < terrain.river_u(inner_v) else COLUMNS + 1
        cell = _cell_at(terrain.west_bank(inner_v) - 1, inner_v, seed)
        row, _ = cell.quarter(inner_u, inner_v)
        return row, column, FRINGE_USE if outside else BANK_USE
    row, column = _cell_at(inner_u, inner_v, seed).quarter(inner_u, inner_v)
    return row, column, FRINGE_USE if outside else rows(USES)[row][column]


def _in_corner(face: Polygon) -> bool:
    """Tell whether a face reaches the county's edge, though its middle lies in the ring's corner."""
    return face.exterior.intersects(terrain.outline().exterior)


@cache
def faces(seed: int) -> tuple[Polygon, ...]:
    """Return the faces of the network of streets, river and county edge: an exact coverage."""
    lines = [street.line for street in streets(seed)]
    lines += [terrain.river_line(), terrain.outline().exterior]
    noded = node(union_all(lines))
    found = polygons(polygonize(get_parts(noded).tolist()), 0)
    middles = [face.representative_point() for face in found]
    order = sorted(range(len(found)), key=lambda k: (-round(middles[k].y), round(middles[k].x)))
    return tuple(found[k] for k in order)


@cache
def blocks(seed: int) -> tuple[Block, ...]:
    """Return the blocks of the county, north to south."""
    town = streets(seed)
    casings = [street.line.buffer(street.half, quad_segs=3) for street in town]
    tree = STRtree(casings)
    moat = terrain.moat().buffer(MOAT_BANK, quad_segs=2)
    found = []
    for face in faces(seed):
        beside = sorted(tree.query(face, predicate="intersects").tolist())
        row, column, use = _quarter(face, seed)
        shape = face.difference(union_all([casings[k] for k in beside]))
        waterside = MultiPolygon(polygons(shape.intersection(moat).difference(terrain.moat()), 30))
        shape = shape.difference(terrain.river() if use in {BANK_USE, FRINGE_USE} else moat)
        land = shape.buffer(-CORNER, join_style="mitre").buffer(CORNER, quad_segs=2)
        spot = face.representative_point()
        angle = terrain.heading(*terrain.plan_of(spot.x, spot.y))
        kept = polygons(land)
        found.append(
            Block(
                row,
                column,
                use,
                face,
                MultiPolygon(kept),
                waterside,
                tuple(town[k] for k in beside),
                angle,
            )
        )
    return tuple(found)


def communities(seed: int, *, former: bool = False) -> dict[str, Polygon]:
    """Return each community's area on the land by its letter, today or before the last change.

    All areas are unions of the same faces: they tile the county, and neighbours share every vertex.
    """
    members: dict[str, list[Polygon]] = defaultdict(list)
    for block in blocks(seed):
        members[block.former_community if former else block.community].append(block.face)
    return {letter: joined(members[letter]) for letter in sorted(members)}


def joined(parts: Sequence[Polygon]) -> Polygon:
    """Return the union of pieces of the coverage; it must be of one piece."""
    return terrain.as_polygon(coverage_union_all(parts))
