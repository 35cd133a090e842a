"""Polygons that must tile an area, as grids tile a community: overlaps, gaps, neighbours.

Input is valid polygonal WGS 84 geometry in degrees, lon first, as it is stored: reprojecting first would
move vertices that two polygons share by some millimetres (inspect with `gridmap.geometry.repair` before).
Every tolerance, width and length is in metres and every area in square metres, measured on the ellipsoid
around the spot itself. None and empty shapes tile nothing and are passed over.

Borders drawn twice never agree to the last digit. So ground counts only when it is larger than `min_area`
and somewhere wider than `min_width`; the defaults let pass what rounding to 8 decimals of a
degree (1 mm) and a round trip through another system (6 mm) do, and nothing that a planner can see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gridmap.geometry.crs import metres_per_degree
from gridmap.geometry.planes import from_local_planes, local_planes

Geometries = NDArray[np.object_]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]
Spot = tuple[float, float]

MIN_AREA = 0.1
MIN_WIDTH = 0.02
"""Square metres and metres: what is smaller or narrower is drawing noise."""

TOLERANCE = 0.01
"""Metres by which two borders may miss each other and still be one."""

MIN_SHARED = 0.1
"""Metres of common border from which two polygons are neighbours; a shared corner is none."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Ground that two polygons claim.

    Attributes:
        first, second: rows of the polygons, first < second.
        area_m2: square metres claimed by both.
        spot: (lon, lat) inside the largest piece.
    """

    first: int
    second: int
    area_m2: float
    spot: Spot


@dataclass(frozen=True, slots=True)
class Gap:
    """Ground that no polygon covers.

    Attributes:
        area_m2: square metres.
        spot: (lon, lat) inside it.
        beside: rows of the polygons that touch it (to within `TOLERANCE`), ascending.
    """

    area_m2: float
    spot: Spot
    beside: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Border:
    """What two neighbours share.

    Attributes:
        first, second: rows of the polygons, first < second.
        length_m: metres of common border; up to some tolerances too long where it is not exact.
    """

    first: int
    second: int
    length_m: float


def is_exact(
    geometries: Sequence[BaseGeometry | None] | Geometries, gap_width: float = 0.0
) -> bool:
    """Tell whether polygons meet without overlap, vertex by vertex (an exact coverage).

    Ground that no polygon covers is no fault here, unless it is a gap between neighbours of at most
    `gap_width`: see `gaps`.

    Args:
        geometries: valid polygons in WGS 84.
        gap_width: metres up to which a gap between two borders is a fault; 0 allows every gap.

    >>> is_exact([shapely.box(121, 31, 122, 32), shapely.box(122, 31, 123, 32)])
    True
    """
    _, shapes = _present(geometries)
    return bool(shapely.coverage_is_valid(shapes, gap_width=_in_degrees(shapes, gap_width)))


def overlaps(
    geometries: Sequence[BaseGeometry | None] | Geometries,
    *,
    min_area: float = MIN_AREA,
    min_width: float = MIN_WIDTH,
) -> list[Overlap]:
    """Find the pairs of polygons that claim the same ground.

    Args:
        geometries: valid polygons in WGS 84.
        min_area: square metres; smaller overlaps are drawing noise.
        min_width: metres; pieces that are nowhere wider are drawing noise.

    Returns:
        By rows.

    >>> overlaps([shapely.box(0, 0, 0.002, 0.001), shapely.box(0.001, 0, 0.003, 0.001)])
    [Overlap(first=0, second=1, area_m2=12309.07, spot=(0.0015, 0.0005))]
    """
    rows, shapes = _present(geometries)
    pairs = _pairs(shapes, shapely.STRtree(shapes), np.flatnonzero(_inexact(shapes)))
    first, second = shapes[pairs.T]
    pieces = _Pieces.of(shapely.intersection(first, second), min_width)
    areas = np.bincount(pieces.source, pieces.areas, minlength=len(pairs))
    return [
        Overlap(
            int(rows[pairs[at, 0]]),
            int(rows[pairs[at, 1]]),
            float(areas[at]),
            pieces.largest_spot(at),
        )
        for at in np.flatnonzero(areas > min_area).tolist()
    ]


def gaps(
    geometries: Sequence[BaseGeometry | None] | Geometries,
    within: BaseGeometry | None = None,
    *,
    min_area: float = MIN_AREA,
    min_width: float = MIN_WIDTH,
) -> list[Gap]:
    """Find the ground that no polygon covers.

    Args:
        geometries: valid polygons in WGS 84.
        within: the area that must be covered; without it only holes count, that is ground wholly
            enclosed by the polygons: a slit that is open to the outside is none.
        min_area: square metres; smaller gaps are drawing noise.
        min_width: metres; gaps that are nowhere wider are drawing noise.

    Returns:
        Each connected gap, the largest first.
    """
    rows, shapes = _present(geometries)
    covered = shapely.union_all(shapes)
    ground = _filled(covered) if within is None else within
    pieces = _Pieces.of(np.array([shapely.difference(ground, covered)]), min_width)
    near = _in_degrees(shapes, TOLERANCE)
    at, touching = shapely.STRtree(shapes).query(pieces.shapes, predicate="dwithin", distance=near)
    found = [
        Gap(float(area), pieces.spot(number), tuple(sorted(rows[touching[at == number]].tolist())))
        for number, area in enumerate(pieces.areas)
        if area > min_area
    ]
    return sorted(found, key=lambda gap: -gap.area_m2)


def rook_neighbours(
    geometries: Sequence[BaseGeometry | None] | Geometries,
    *,
    tolerance: float = TOLERANCE,
    min_length: float = MIN_SHARED,
) -> list[Border]:
    """Find the pairs of polygons that share a stretch of border (a rook's move; a corner is none).

    Args:
        geometries: valid polygons in WGS 84.
        tolerance: metres by which the two borders may miss each other.
        min_length: metres of common border below which polygons are no neighbours.

    Returns:
        By rows.

    >>> rook_neighbours([shapely.box(0, 0, 0.001, 0.001), shapely.box(0.001, 0, 0.002, 0.001)])
    [Border(first=0, second=1, length_m=110.6)]
    """
    rows, shapes = _present(geometries)
    near = _in_degrees(shapes, tolerance)
    pairs = _pairs(shapes, shapely.STRtree(shapes), np.arange(len(shapes)), near)
    lengths = _shared_lengths(shapes, pairs, near)
    return [
        Border(int(rows[first]), int(rows[second]), float(length))
        for (first, second), length in zip(pairs, lengths, strict=True)
        if length >= min_length
    ]


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Polygons that were cut out and are somewhere wider than the drawing noise.

    `source` is the row of what a piece came from; the spots lie where a piece is wide.
    """

    shapes: Geometries
    source: Rows
    areas: Numbers
    spots: Numbers

    @classmethod
    def of(cls, geometries: Geometries, min_width: float) -> _Pieces:
        shapes, source = shapely.get_parts(geometries, return_index=True)
        planar = local_planes(shapes)
        cores = shapely.buffer(planar, -min_width / 2, join_style="mitre")  # of a line: nothing
        wide = ~shapely.is_empty(cores)
        spots = from_local_planes(shapely.point_on_surface(cores[wide]), shapes[wide])
        return cls(
            shapes[wide], source[wide], shapely.area(planar[wide]), shapely.get_coordinates(spots)
        )

    def spot(self, piece: int) -> Spot:
        lon, lat = self.spots[piece]
        return float(lon), float(lat)

    def largest_spot(self, source: int) -> Spot:
        own = np.flatnonzero(self.source == source)
        return self.spot(int(own[self.areas[own].argmax()]))


def _present(geometries: Sequence[BaseGeometry | None] | Geometries) -> tuple[Rows, Geometries]:
    array = np.asarray(geometries, dtype=object)
    rows = np.flatnonzero(~(shapely.is_missing(array) | shapely.is_empty(array)))
    return rows, array[rows]


def _in_degrees(shapes: Geometries, metres: float) -> float:
    """Return at least so many metres as degrees: a degree is shortest along the parallel nearest a pole."""
    farthest = float(np.abs(shapely.bounds(shapes)[:, [1, 3]]).max(initial=0.0))
    return metres / metres_per_degree(farthest)[0]


def _inexact(shapes: Geometries, gap_width: float = 0.0) -> Flags:
    """Tell which polygons have an edge that overlaps a neighbour or misses it by at most a gap's width.

    Where two insides overlap, an edge of at least one runs through the other or the two are equal, and
    both are flagged by GEOS; so only pairs with a flagged member need the costly look.
    """
    flags: Flags = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes, gap_width=gap_width))
    return flags


def _pairs(shapes: Geometries, tree: shapely.STRtree, chosen: Rows, near: float = 0.0) -> Rows:
    """Return the pairs (first < second) of a chosen shape and another within `near` degrees of it."""
    found = tree.query(shapes[chosen], predicate="dwithin", distance=near)
    pairs = np.sort(np.column_stack([chosen[found[0]], found[1]]), axis=1)
    return np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0)


def _shared_lengths(shapes: Geometries, pairs: Rows, near: float) -> Numbers:
    first, second = shapely.boundary(shapes)[pairs.T]
    shared = shapely.intersection(first, second)
    inexact = _inexact(shapes, near)[pairs].any(axis=1)
    # Borders that miss each other by a hair have no line in common: take what runs beside the other.
    shared[inexact] = shapely.intersection(first[inexact], shapely.buffer(second[inexact], near))
    lengths: Numbers = shapely.length(local_planes(shared))
    return lengths


def _filled(covered: BaseGeometry) -> BaseGeometry:
    return shapely.union_all(
        shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(covered)))
    )
