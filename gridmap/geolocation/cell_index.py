"""Which polygon a point lies in, for very many points: a raster of cells over the polygons of one layer.

A cell lists the polygons that it may meet. One that is large beside the cells is drawn cell by cell, so that
almost all of its points need no test at all; of a small one the cells of its box are listed, which costs next
to nothing to make. The side of an edge is taken from a cross product that is larger than its rounding; a point
for which it is not, or on an edge, goes to shapely, which is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from os import sched_getaffinity
from typing import Any, Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

Predicate = Literal["intersects", "contains"]
"""`intersects`: a point on an edge lies in the polygon; `contains`: it does not (`within`, seen from the point)."""

NONE: Final = -1
FEWEST_CELLS: Final = 2**16
MOST_CELLS: Final = 2**24
MOST_ENTRIES: Final = 2**25
"""Of all cells together: 384 MB while the index is made, a third of it afterwards."""
DRAWN_FROM: Final = 64
"""A polygon whose box has so many cells is drawn cell by cell."""
BLOCK: Final = 2**15
"""Points that a thread takes at a time."""
ORDERED_FROM: Final = 2**19
"""An index of so many edges is larger than a processor's cache: points are brought into order first."""
TILES: Final = 256
"""Tiles of that order on a side."""

Numbers = NDArray[np.float64]
Rows = NDArray[np.int32]
States = NDArray[np.int8]
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Held:
    """What points lie in.

    Attributes:
        row: n, the row of the one polygon; `NONE` for none or several.
        several: pairs of a point and a polygon, by point, for those that lie in several.
    """

    row: Rows
    several: tuple[Counts, Counts]


@dataclass(frozen=True, eq=False)
class Clear:
    """What points lie in, as far as no edge is near.

    Attributes:
        row: n, the row of the first polygon, `NONE` for none.
        held: n; 0 in none, 1 in one, 2 in several; 3 where an edge is within the distance that was asked for.
    """

    row: Rows
    held: States


@dataclass(frozen=True, eq=False)
class Plane:
    """Points with the metres of a degree at each; all n."""

    lon: Numbers
    lat: Numbers
    east: Numbers
    north: Numbers


class CellIndex:
    """An index of polygons.

    Args:
        shapes: polygons and multipolygons in degrees; others hold nothing.
        margin: degrees in longitude and latitude by which polygons are found from outside.
    """

    def __init__(
        self, shapes: NDArray[np.object_], *, margin: tuple[float, float] = (0.0, 0.0)
    ) -> None:
        self.shapes = shapes
        self.margin = np.array(margin)
        self.edges, self.first, self.boxes = _edges(shapes)

    @cached_property
    def cells(self) -> tuple[Numbers, Counts, Counts, Rows]:
        """Frame, columns and rows, where each cell's entries begin, entries; see `cell_kernels`."""
        frame, size, many = _layout(self.boxes, self.margin)
        layout = (size, self.margin, DRAWN_FROM, many)
        things = (self.edges, self.first, self.boxes)
        at, found = _kernels().entries_of(things, frame, layout)
        return (frame, size, *_lists().by_cell(int(size.prod()), at, found))

    @cached_property
    def tree(self) -> shapely.STRtree:
        """What answers exactly, for the few points that need it."""
        return shapely.STRtree(self.shapes)

    def hold(self, lon: Numbers, lat: Numbers, predicate: Predicate = "intersects") -> Held:
        """Find the polygons that points lie in; exact, also on edges."""
        row, state = _answer(len(lon))
        work = partial(_kernels().hold, (self.edges, self.first, self.boxes), self.cells)
        self._run(work, (lon, lat), (row, state))
        odd = np.flatnonzero(state >= _SEVERAL)
        row[odd] = NONE
        point, thing = self._exactly(odd, (lon, lat), predicate)
        only = np.bincount(point, minlength=len(lon))[point] == 1 if len(point) else point > 0
        row[point[only]] = thing[only]
        return Held(row, (point[~only], thing[~only]))

    def hold_clear(self, plane: Plane, clear_m: float) -> Clear:
        """Find the polygons that points lie in, and whether an edge is within so many metres of them."""
        row, state = _answer(len(plane.lon))
        things = (self.edges, self.first, self.boxes)
        kernel = _kernels().hold_clear

        def work(points: tuple[Numbers, ...], answer: tuple[Any, ...]) -> None:
            kernel(things, self.cells, points, clear_m, answer)

        self._run(work, (plane.lon, plane.lat, plane.east, plane.north), (row, state))
        return Clear(row, state)

    def nearest(
        self,
        plane: Plane,
        groups: tuple[Counts, Counts],
        reach_m: tuple[float, float],
        most: int,
    ) -> tuple[Rows, Numbers]:
        """Find the polygons around points that lie in none of their group.

        Args:
            plane: n points.
            groups: of the polygons, and of the points; only those of a point's own group are found.
            reach_m: metres that are searched, at most the margin; and how much farther than the nearest they may be.
            most: how many are told.

        Returns:
            Rows of polygons, `NONE` for none, and metres, infinity for none; both n x most, the nearest first.
        """
        things = (self.edges, self.first, self.boxes, groups[0])
        row = np.full((len(plane.lon), most), NONE, dtype=np.int32)
        metres = np.full((len(plane.lon), most), np.inf)
        kernel = _kernels().nearest

        def work(points: tuple[Numbers, ...], answer: tuple[Any, ...]) -> None:
            kernel(things, self.cells, points, reach_m, answer)

        points = (plane.lon, plane.lat, plane.east, plane.north, groups[1])
        self._run(work, points, (row, metres))
        return row, metres

    def count_inside(self, plane: Plane, stretch: Numbers, rows: Rows, lattice: Numbers) -> Rows:
        """Count how many points of a lattice around each point lie in one polygon.

        Args:
            plane: n points.
            stretch: n, what the lattice is multiplied by.
            rows: n, each point's polygon.
            lattice: k x 2, metres.

        Returns:
            Numbers; -1 where a point of the lattice is too near an edge to be sure.
        """
        counts = np.zeros(len(rows), dtype=np.int32)
        things, kernel = (self.edges, self.first, self.boxes), _kernels().count_inside

        def work(points: tuple[Numbers, ...], answer: tuple[Any, ...]) -> None:
            kernel(things, self.cells, points, lattice, answer)

        points = (plane.lon, plane.lat, plane.east, plane.north, stretch, rows)
        self._run(work, points, (counts,))
        return counts

    def _run(
        self,
        work: Callable[[tuple[Any, ...], tuple[Any, ...]], object],
        points: tuple[NDArray[Any], ...],
        answer: tuple[NDArray[Any], ...],
    ) -> None:
        """Let a compiled loop answer for all points: neighbours one after the other where the index is large."""
        if len(self.edges) < ORDERED_FROM or len(points[0]) < BLOCK:
            _in_blocks(work, points, answer)
            return
        order = self._order(points[0], points[1])
        found = tuple(values[order] for values in answer)
        _in_blocks(work, tuple(values[order] for values in points), found)
        for values, ordered in zip(answer, found, strict=True):
            values[order] = ordered

    def _order(self, lon: Numbers, lat: Numbers) -> Counts:
        """Points by tile, so that what one needs is still at hand for the next."""
        frame, size, *_ = self.cells
        tiles = []
        for values, low, scale, many in ((lat, 1, 3, 1), (lon, 0, 2, 0)):
            tile = (values - frame[low]) * (frame[scale] * TILES / size[many])
            tiles.append(np.clip(tile, 0, TILES - 1).astype(np.uint16))
        order: Counts = np.argsort(tiles[0] * np.uint16(TILES) + tiles[1], kind="stable")
        return order

    def _exactly(
        self, odd: Counts, points: tuple[Numbers, Numbers], predicate: Predicate
    ) -> tuple[Counts, Counts]:
        """Pairs of these points and the polygons that hold them, by shapely."""
        if not len(odd):
            return odd, odd
        spots = shapely.points(points[0][odd], points[1][odd])
        at, thing = self.tree.query(spots, "within" if predicate == "contains" else predicate)
        return odd[at], thing


_SEVERAL: Final = 2
"""From here on a compiled loop does not say which one it is."""


def _kernels() -> Any:  # noqa: ANN401 - a module
    from gridmap.geolocation import cell_kernels  # noqa: PLC0415 - loads numba: a second

    return cell_kernels


def _lists() -> Any:  # noqa: ANN401 - a module
    from gridmap.geolocation import cell_lists  # noqa: PLC0415 - loads numba: a second

    return cell_lists


def _answer(count: int) -> tuple[Rows, States]:
    return np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int8)


def _in_blocks(
    work: Callable[[tuple[Any, ...], tuple[Any, ...]], object],
    points: tuple[NDArray[Any], ...],
    answer: tuple[NDArray[Any], ...],
) -> None:
    """Let all processors work: the compiled loops do not hold the interpreter's lock."""
    count = len(points[0])
    points = tuple(np.ascontiguousarray(values) for values in points)

    def block(begin: int) -> None:
        here = slice(begin, begin + BLOCK)
        work(tuple(values[here] for values in points), tuple(values[here] for values in answer))

    threads = min(len(sched_getaffinity(0)), -(-count // BLOCK))
    if threads <= 1:
        for begin in range(0, count, BLOCK):
            block(begin)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(block, range(0, count, BLOCK)))


def _edges(shapes: NDArray[np.object_]) -> tuple[Numbers, Counts, Numbers]:
    """All edges, where each polygon's begin, and boxes."""
    points = shapely.get_coordinates(shapes)
    starts = np.zeros(len(shapes) + 1, dtype=np.int64)
    np.cumsum(shapely.get_num_coordinates(shapes), out=starts[1:])
    edges, first, boxes, closed = _lists().edges_of(points, starts)
    return (edges, first, boxes) if closed else _edges_by_ring(shapes)


def _edges_by_ring(shapes: NDArray[np.object_]) -> tuple[Numbers, Counts, Numbers]:
    """The same, slowly, for rings that pass through their own first point."""
    parts, of_part = shapely.get_parts(shapes, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    edges = np.column_stack((points[:-1][joined], points[1:][joined]))
    thing = of_part[of_ring[ring[1:][joined]]]
    first = np.searchsorted(thing, np.arange(len(shapes) + 1)).astype(np.int64)
    return edges, first, shapely.bounds(shapes)


def _layout(boxes: Numbers, margin: Numbers) -> tuple[Numbers, Counts, int]:
    """Choose the cells: west, south, columns and rows a degree; columns and rows; the most entries.

    About as many as polygons of the mean size would fill, and never so many that the lists outgrow their bound.
    """
    there = boxes[~np.isnan(boxes[:, 0])]
    if not len(there):
        return np.array([0.0, 0.0, 1.0, 1.0]), np.array([1, 1]), 0
    low, high = there[:, :2] - margin, there[:, 2:] + margin
    west, south = low.min(axis=0)
    extent = np.maximum(high.max(axis=0) - (west, south), 1e-9)
    mean = np.maximum((high - low).mean(axis=0), extent / np.sqrt(MOST_CELLS))
    size = np.maximum(extent / mean, 1.0)
    size = np.maximum(size * np.sqrt(max(FEWEST_CELLS / size.prod(), 1.0)), 1.0)
    while True:
        whole = np.ceil(size).astype(np.int64)
        scale = whole / extent
        corners = [np.floor((side - (west, south)) * scale) for side in (low, high)]
        most = int((np.minimum(corners[1], whole - 1) - corners[0] + 1).prod(axis=1).sum())
        if whole.prod() <= MOST_CELLS and (most <= MOST_ENTRIES or whole.max() == 1):
            return np.array([west, south, *scale]), whole, most
        size = np.maximum(size / 2, 1.0)
