"""Which edges of grids are lines of their own, and which run along what is there anyway.

Grids come in two kinds. Drawn ones have corners anywhere: their edges cut faces like roads do. Derived ones
are unions of atoms: all their corners lie on the grid of points that atoms have (`ATOM_GRID`), to within what
a way through degrees and back does, and their edges are edges of atoms. When they come back as input they must
change nothing: so an edge counts only if no longer line runs along it already.

Why this is exact: snap rounding bends a line only to centres of pixels (squares of one grid size) that it
passes. So each edge of an atom has both ends in pixels that one line of the first build passes. An edge of a
derived grid whose ends lie in pixels of a line that is there already adds nothing, and is left out; what is
noded is the same as the first time, and so is the result.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from gridmap.geometry.arrangement import directed_edges, segments_of, vertex_numbers
from gridmap.geometry.arrays import segments_between, squares_around
from gridmap.redistricting.atoms.ground import Flags, Geometries, Numbers, Rows

ATOM_GRID: Final = 0.001
"""Metres between the points on which atoms have their vertices."""

ON_GRID_M: Final = 1e-6
"""Metres by which a corner of a derived grid may miss such a point (a way through degrees: 1e-8)."""

_HALF_PIXEL: Final = ATOM_GRID / 2 + 1e-9


def on_atom_grid(coordinates: Numbers) -> Flags:
    """Tell which points (n x 2) are points of the atoms' grid."""
    off = np.abs(coordinates - rounded(coordinates)).max(axis=1)
    flags: Flags = off < ON_GRID_M
    return flags


def rounded(coordinates: Numbers) -> Numbers:
    """Return the nearest points of the atoms' grid, as GEOS computes them."""
    scale = 1 / ATOM_GRID
    points: Numbers = np.round(coordinates * scale) / scale
    return points


def is_drawn(grids: Geometries) -> Flags:
    """Tell which grids have a corner that no atom can have."""
    coordinates, row = shapely.get_coordinates(grids, return_index=True)
    off: Flags = np.bincount(row, ~on_atom_grid(coordinates), minlength=len(grids)) > 0
    return off


def new_edges(derived: Geometries, pieces: Geometries, lines: Geometries) -> Geometries:
    """Return what must be noded, too, so that derived grids are made of pieces; usually nothing.

    Edges that are an edge of a piece already are passed over. Of the others, those that run along a line
    only need it to bend to their ends: a tick there, shorter than a pixel, makes noding do so.

    Args:
        derived: grids with all corners on the atoms' grid.
        pieces: what the lines enclose, noded on the atoms' grid.
        lines: all lines that were noded.
    """
    edges = _unknown(derived, pieces)
    if not len(edges):
        return np.zeros(0, dtype=object)
    segments = segments_between(edges.reshape(-1, 2, 2))
    order = np.lexsort((*edges.T, -shapely.length(segments)))
    segments = segments[order]
    there = segments_of(lines)
    near = shapely.STRtree(there).query(segments, predicate="dwithin", distance=ATOM_GRID)[1]
    along = np.zeros(len(segments), dtype=bool)
    along[_pairs_along(segments, there[np.unique(near)])[0]] = True
    own = np.flatnonzero(~along)
    along[own] = ~_longest(segments[own])
    return np.concatenate([segments[~along], _ticks(segments[along])])


def _unknown(derived: Geometries, pieces: Geometries) -> Numbers:
    """Return the edges (x, y, x, y) of derived grids that are no edge of a piece, each once."""
    wanted = rounded(directed_edges(shapely.get_parts(derived))[0])
    known, _ = directed_edges(pieces)
    edges = np.concatenate([known, wanted])
    ends = np.sort(vertex_numbers(edges.reshape(-1, 2)).reshape(-1, 2), axis=1)
    keys = ends[:, 0] * (ends.max(initial=0) + 1) + ends[:, 1]
    _, first = np.unique(keys, return_index=True)
    new = first[first >= len(known)]
    unknown: Numbers = edges[new[(ends[new, 0] != ends[new, 1])]]
    return unknown


def _pairs_along(segments: Geometries, others: Geometries) -> tuple[Rows, Rows]:
    at, other = shapely.STRtree(others).query(segments, "dwithin", distance=ATOM_GRID)
    passes = np.ones(len(at), dtype=bool)
    for end in (0, 1):
        points = shapely.get_coordinates(shapely.get_point(segments, end))
        pixels = squares_around(points, _HALF_PIXEL)
        passes &= shapely.intersects(pixels[at], others[other])
    return at[passes], other[passes]


def _longest(segments: Geometries) -> Flags:
    """Tell which segments do not run along one that stands before them and is kept itself."""
    kept = np.ones(len(segments), dtype=bool)
    at, other = _pairs_along(segments, segments)
    before = other < at
    order = np.lexsort((other[before], at[before]))
    for row, longer in zip(at[before][order].tolist(), other[before][order].tolist(), strict=True):
        kept[row] &= not kept[longer]
    return kept


def _ticks(segments: Geometries) -> Geometries:
    """Return lines within the pixels of the ends of segments."""
    ends = np.unique(shapely.get_coordinates(segments), axis=0)
    tick = (ATOM_GRID / 5, 0.0)
    return segments_between(np.stack([ends - tick, ends + tick], axis=1))
