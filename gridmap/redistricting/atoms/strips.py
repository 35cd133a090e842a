"""Strips: pieces so narrow that they join a neighbour, cut across wherever the neighbour changes.

A strip along a street passes several compounds, and a sliver between two drawings of one border passes
many pieces. Whole, it could only join one of them, and would run on as its tail. Cut, each part joins
what it lies beside.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from gridmap.geometry.arrangement import (
    NONE,
    Arrangement,
    directed_edges,
    looked_up,
    vertex_numbers,
)
from gridmap.geometry.arrays import points_at, segments_between
from gridmap.redistricting.atoms.ground import Geometries, Numbers, Rows
from gridmap.redistricting.atoms.joining import widths

REACH: Final = 3.0
LEAST_REACH_M: Final = 0.05
"""A cut ends after so many widths of the strip, or metres, if it has not met the other side."""

FLAT: Final = np.radians(135)
"""Only where the strip goes straight on is it cut: at its ends there is no other side."""

STEP_IN_M: Final = 2e-5
"""Metres from the edge at which a cut begins to look for the other side."""

OVERSHOOT_M: Final = 0.001
"""Metres by which a cut goes on, so that noding surely makes it meet the other side."""


def cross_cuts(arrangement: Arrangement, strips: Rows) -> Geometries:
    """Return lines across strips, from each vertex where the neighbour changes to the other side.

    Args:
        arrangement: pieces, each to the left of its edges.
        strips: rows of the pieces to be cut.
    """
    edges, ring, piece, beside = _edges_of(arrangement, strips)
    before = np.arange(len(edges)) - 1
    first = np.flatnonzero(np.diff(ring, prepend=NONE))
    before[first] = np.append(first[1:], len(edges)) - 1
    turn = np.flatnonzero(beside != beside[before])
    onward, back = edges[turn, 2:] - edges[turn, :2], edges[before[turn], :2] - edges[turn, :2]
    start = np.arctan2(onward[:, 1], onward[:, 0])
    angle = np.mod(np.arctan2(back[:, 1], back[:, 0]) - start, 2 * np.pi)
    flat = angle > FLAT
    inward = (start + angle / 2)[flat]
    way = np.column_stack([np.cos(inward), np.sin(inward)])
    return _cuts(edges[turn[flat], :2], way, arrangement.pieces[piece[turn[flat]]])


def _edges_of(arrangement: Arrangement, strips: Rows) -> tuple[Numbers, Rows, Rows, Rows]:
    """Return the edges of strips (x, y, x, y), their rings, their pieces, and the pieces beside them."""
    rings, owner = shapely.get_rings(arrangement.pieces[strips], return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    within = np.flatnonzero(ring[1:] == ring[:-1])
    edges = np.hstack([coordinates[within], coordinates[within + 1]])
    ring = ring[within]
    all_edges, pieces = directed_edges(arrangement.pieces)
    numbers = vertex_numbers(np.concatenate([all_edges, edges]).reshape(-1, 2)).reshape(-1, 2)
    span = int(numbers.max(initial=0)) + 1
    keys = numbers[: len(all_edges), 0] * span + numbers[: len(all_edges), 1]
    backward = numbers[len(all_edges) :, 1] * span + numbers[len(all_edges) :, 0]
    order = np.argsort(keys)
    return edges, ring, strips[owner[ring]], looked_up(keys[order], pieces[order], backward)


def _cuts(start: Numbers, way: Numbers, strips: Geometries) -> Geometries:
    """Return the lines from points on the edge of strips in a way to the other side, if it is near."""
    width = widths(shapely.area(strips), shapely.length(strips))
    reach = np.maximum(REACH * width, LEAST_REACH_M)[:, None]
    inside = start + STEP_IN_M * way
    rays = segments_between(np.stack([inside, start + reach * way], axis=1))
    far = shapely.distance(points_at(inside), shapely.intersection(rays, shapely.boundary(strips)))
    hits = np.flatnonzero(np.isfinite(far))
    length = (STEP_IN_M + far[hits] + OVERSHOOT_M)[:, None]
    return segments_between(np.stack([start[hits], start[hits] + length * way[hits]], axis=1))
