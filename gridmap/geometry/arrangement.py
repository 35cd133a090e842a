"""Arrangements: lines noded on one precision grid, the pieces between them, and who lies beside whom.

A piece is a face of the arrangement. An arc is a stretch of line between two nodes; it has at most one
piece to its left and one to its right. Everything that is asked of pieces (who borders on whom, how long,
what becomes of them when some are joined) is then a matter of arrays over arcs, without any overlay.

Everything is in a plane in metres. Results do not depend on the order of the lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geometry.arrays import segments_between

Geometries = NDArray[np.object_]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]

NONE = -1
"""The row of what is not there."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrangement:
    """Pieces and the arcs between them.

    Attributes:
        pieces: p polygons, an exact coverage, by the place of their interior point (`spots`).
        spots: p x 2 coordinates of a point inside each.
        arcs: a lines from node to node. Dangling ones and those with one piece on both sides are left out.
        left, right: a rows of the pieces beside each arc, seen in its direction; `NONE` for no piece.
        length: a lengths in metres.
    """

    pieces: Geometries
    spots: Numbers
    arcs: Geometries
    left: Rows
    right: Rows
    length: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Borders:
    """The pairs of neighbours among numbered regions, each once.

    Attributes:
        first, second: b numbers, first < second, sorted by both.
        length: b lengths of common border.
        of_arc: a rows of borders, `NONE` for an arc inside a region or towards no region.
    """

    first: Rows
    second: Rows
    length: Numbers
    of_arc: Rows


def arrange(lines: Geometries, grid_size: float) -> Arrangement:
    """Node lines by snap rounding and find the pieces that they enclose.

    Snap rounding moves no line by more than 0.71 grid sizes, and its result has every vertex on the grid
    and no crossing between vertices. Source: J. D. Hobby, Practical segment intersection with finite
    precision output, Computational Geometry 13 (1999) 199-214; as in GEOS, OverlayNG.

    Args:
        lines: lines or multilines.
        grid_size: metres between the points that vertices may lie on.

    >>> lines = np.array([shapely.box(0, 0, 3, 2).boundary, shapely.LineString([(1, -1), (1, 2)])])
    >>> found = arrange(lines, 0.001)
    >>> shapely.area(found.pieces), found.length[(found.left >= 0) & (found.right >= 0)]
    (array([2., 4.]), array([2.]))
    """
    noded = shapely.get_parts(shapely.union_all(lines, grid_size=grid_size))
    # rings counter-clockwise, holes clockwise: the piece lies to the left of each of its edges
    pieces = shapely.orient_polygons(shapely.get_parts(shapely.polygonize(noded)))
    spots = shapely.get_coordinates(shapely.point_on_surface(pieces))
    order = np.lexsort((spots[:, 1], spots[:, 0]))
    pieces, spots = pieces[order], spots[order]
    left, right = _sides(pieces, noded)
    between = np.flatnonzero(left != right)
    arcs, left, right = noded[between], left[between], right[between]
    starts = shapely.get_coordinates(shapely.get_point(arcs, 0))
    order = np.lexsort((starts[:, 1], starts[:, 0], right, left))
    arcs = arcs[order]
    return Arrangement(pieces, spots, arcs, left[order], right[order], shapely.length(arcs))


def borders(arrangement: Arrangement, region: Rows) -> Borders:
    """Return who borders on whom when pieces belong to regions.

    Args:
        arrangement: pieces and arcs.
        region: p numbers of the regions of the pieces, `NONE` for a piece of no region.
    """
    left, right = _beside(arrangement, region)
    between = np.flatnonzero((left != right) & (left != NONE) & (right != NONE))
    low = np.minimum(left[between], right[between])
    high = np.maximum(left[between], right[between])
    span = int(high.max(initial=0)) + 1
    keys, border = np.unique(low * span + high, return_inverse=True)
    of_arc = np.full(len(left), NONE, dtype=np.int64)
    of_arc[between] = border
    length = totals(border, arrangement.length[between], len(keys))
    return Borders(keys // span, keys % span, length, of_arc)


def joined(arrangement: Arrangement, region: Rows, regions: int) -> Geometries:
    """Join pieces to regions; every vertex stays, so that regions are an exact coverage, too.

    Args:
        arrangement: pieces and arcs.
        region: p numbers of regions, `NONE` for a piece of none. The pieces of a region must be connected
            over arcs.
        regions: how many there are; each has a piece.

    Returns:
        A polygon a region, its rings as they come.
    """
    inside = np.flatnonzero(region != NONE)
    order = inside[np.argsort(region[inside], kind="stable")]
    sizes = np.bincount(region[order], minlength=regions)
    starts = np.cumsum(sizes) - sizes
    shapes: Geometries = arrangement.pieces[order[starts]]
    for number in np.flatnonzero(sizes > 1):
        own = order[starts[number] : starts[number] + sizes[number]]
        shapes[number] = shapely.coverage_union_all(arrangement.pieces[own])
    return shapes


def totals(rows: Rows, values: Numbers, count: int) -> Numbers:
    """Add up values by row.

    Args:
        rows: the row that each value counts for, none of them `NONE`.
        values: numbers.
        count: how many rows there are.

    >>> totals(np.array([0, 2, 0]), np.array([1.5, 2.0, 3.0]), 4)
    array([4.5, 0. , 2. , 0. ])
    """
    # of nothing, bincount makes whole numbers
    return np.bincount(rows, values, minlength=count).astype(np.float64, copy=False)


def numbered(region: Rows) -> tuple[Rows, int]:
    """Number the regions anew without gaps, in the order of their first piece; `NONE` stays.

    >>> numbered(np.array([7, -1, 3, 7]))
    (array([ 0, -1,  1,  0]), 2)
    """
    inside = region != NONE
    _, first, inverse = np.unique(region[inside], return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    result = np.full(len(region), NONE, dtype=np.int64)
    result[inside] = rank[inverse]
    return result, len(first)


def _beside(arrangement: Arrangement, region: Rows) -> tuple[Rows, Rows]:
    padded = np.append(region, NONE)  # so that row -1 is no region
    return padded[arrangement.left], padded[arrangement.right]


def _sides(pieces: Geometries, lines: Geometries) -> tuple[Rows, Rows]:
    """Return the rows of the pieces to the left and to the right of each line's first segment."""
    edges, owners = directed_edges(pieces)
    ends = shapely.get_coordinates(
        np.stack([shapely.get_point(lines, 0), shapely.get_point(lines, 1)], axis=1).ravel()
    ).reshape(-1, 4)
    numbers = vertex_numbers(np.concatenate([edges, ends]).reshape(-1, 2)).reshape(-1, 2)
    span = int(numbers.max(initial=0)) + 1
    keys = numbers[:, 0] * span + numbers[:, 1]
    backward = numbers[len(edges) :, 1] * span + numbers[len(edges) :, 0]
    order = np.argsort(keys[: len(edges)])
    known = keys[order]
    return (
        looked_up(known, owners[order], keys[len(edges) :]),
        looked_up(known, owners[order], backward),
    )


def directed_edges(polygons: Geometries) -> tuple[Numbers, Rows]:
    """Return the edges of polygons in the direction of their rings.

    Args:
        polygons: n polygons.

    Returns:
        Arrays of x, y of start and end (e x 4), and of the polygon's row (e).
    """
    rings, owners = shapely.get_rings(polygons, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    within = np.flatnonzero(ring[1:] == ring[:-1])
    return np.hstack([coordinates[within], coordinates[within + 1]]), owners[ring[within]]


def segments_of(lines: Geometries) -> Geometries:
    """Return the stretches between the vertices of lines, each as a line."""
    coordinates, row = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    within = np.flatnonzero(row[1:] == row[:-1])
    return segments_between(np.stack([coordinates[within], coordinates[within + 1]], axis=1))


def vertex_numbers(coordinates: Numbers) -> Rows:
    """Number points so that equal ones have one number, ascending by x, then y.

    Args:
        coordinates: n x 2.
    """
    # a complex number sorts by its real part first; adding 0.0 makes -0.0 the same point as 0.0
    points = np.ascontiguousarray(coordinates + 0.0).view(np.complex128).ravel()
    return np.unique(points, return_inverse=True)[1].astype(np.int64)


def looked_up(known: Rows, values: Rows, wanted: Rows) -> Rows:
    """Return the value that goes with each key, `NONE` for an unknown one.

    Args:
        known: k keys, ascending.
        values: k values.
        wanted: w keys.

    >>> looked_up(np.array([3, 5]), np.array([30, 50]), np.array([5, 4]))
    array([50, -1])
    """
    place = np.searchsorted(known, wanted)
    place[place == len(known)] = 0
    if not len(known):
        return np.full(len(wanted), NONE, dtype=np.int64)
    return np.where(known[place] == wanted, values[place], NONE)
