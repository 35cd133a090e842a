"""Division of faces: into the cells of their buildings, and of points spread over open ground."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from gridmap.geometry.arrangement import totals
from gridmap.geometry.arrays import filled, segments_between
from gridmap.geometry.cells import OVERSHOOT, Sites, dividing_lines
from gridmap.geometry.components import components
from gridmap.geometry.spreading import spread
from gridmap.geometry.tessellation import MIN_AREA
from gridmap.redistricting.atoms.faces import Faces
from gridmap.redistricting.atoms.ground import NONE, Flags, Geometries, Layers, Numbers, Rows
from gridmap.redistricting.atoms.joining import widths
from gridmap.redistricting.atoms.lookup import first_holding, flags_at

STEP_M: Final = 3.0
CLOSE_STEP_M: Final = 1.5
CLOSE_M: Final = 4.0
"""Metres between the points of a footprint's outline; of footprints closer than `CLOSE_M` to another
building they stand more densely, or the line between the two would run zigzag."""

INSET_M: Final = 0.4
"""Outlines are drawn in by so much: between two that touch, the line then runs along the wall."""

STRAIGHT_M: Final = 0.4
"""Metres by which lines between cells are straightened."""

SAME_GROUND: Final = 0.5
"""Buildings of which one covers more than this share of the other stand on the same ground: one cell."""

STRIP_M: Final = 30.0
"""Faces narrower than this may have ground that belongs to what is behind the wall."""

PIECES: Final = 100
LEAST_PIECE_M2: Final = 2000.0
MOST_PIECE_M2: Final = 60_000.0
"""Open ground is divided into pieces of a hundredth of its community, within limits."""

REACH: Final = 0.8
"""Open ground begins so many widths of such a piece from a building."""

DIVIDED_FROM: Final = 1.8
"""Faces with less open ground than so many pieces are left whole."""

_UPWARD: Final = np.array([0.0, 1e6])


def cell_lines(faces: Faces, layers: Layers) -> Geometries:
    """Return the lines by which the faces are divided further.

    Args:
        faces: of the ground.
        layers: the same ground.
    """
    home = first_holding(faces.shapes, shapely.get_coordinates(layers.spots))
    label, close = _labels(layers.footprints, home)
    built = _outlines(layers.footprints, home, label, close)
    guests = _guests(faces, layers.footprints, home, label, built)
    parts = [built, guests, _open_ground(faces, layers, home)]
    sites = Sites(
        points=np.concatenate([part.points for part in parts]),
        face=np.concatenate([part.face for part in parts]),
        label=np.concatenate([part.label for part in parts]),
    )
    lines = dividing_lines(faces.shapes, sites, STRAIGHT_M)
    return np.concatenate([lines, _through_holes(faces)])


def piece_m2(community_m2: Numbers) -> Numbers:
    """Return the size of the pieces that open ground is divided into, by the communities' areas.

    >>> piece_m2(np.array([40_000.0, 500_000.0]))
    array([2000., 5000.])
    """
    sizes: Numbers = np.clip(community_m2 / PIECES, LEAST_PIECE_M2, MOST_PIECE_M2)
    return sizes


def _labels(footprints: Geometries, home: Rows) -> tuple[Rows, Flags]:
    """Return the building whose cell each has (its own, or that of one on the same ground); who is close."""
    tree = shapely.STRtree(footprints)
    first, second = tree.query(footprints, predicate="dwithin", distance=CLOSE_M)
    pairs = (first < second) & (home[first] == home[second]) & (home[first] != NONE)
    first, second = first[pairs], second[pairs]
    close = np.zeros(len(home), dtype=bool)
    close[first] = close[second] = True
    shared = shapely.area(shapely.intersection(footprints[first], footprints[second]))
    areas = shapely.area(footprints)
    same = shared > SAME_GROUND * np.minimum(areas[first], areas[second])
    return components(len(home), first[same], second[same]), close


def _outlines(footprints: Geometries, home: Rows, label: Rows, close: Flags) -> Sites:
    """Return the outlines of the buildings as points of the face that each stands in."""
    inside = np.flatnonzero(home != NONE)
    inset = shapely.buffer(footprints[inside], -INSET_M, join_style="mitre")
    drawn = np.where(shapely.is_empty(inset), footprints[inside], inset)
    step = np.where(close[inside], CLOSE_STEP_M, STEP_M)
    points, row = shapely.get_coordinates(shapely.segmentize(drawn, step), return_index=True)
    return Sites(np.round(points, 3), home[inside[row]], label[inside[row]])


def _guests(faces: Faces, footprints: Geometries, home: Rows, label: Rows, built: Sites) -> Sites:
    """Return buildings beside narrow faces, as sites of these.

    Around a compound there may be a strip with shops on one side only. What is nearer to a house behind
    the wall is cut off from the shops, and can join that house.
    """
    occupied = flags_at(len(faces.shapes), home)
    narrow = widths(shapely.area(faces.shapes), shapely.length(faces.shapes)) < STRIP_M
    strips = np.flatnonzero(narrow & occupied)
    at, building = shapely.STRtree(footprints).query(
        faces.shapes[strips], predicate="dwithin", distance=STRIP_M
    )
    pairs = strips[at] * len(faces.shapes) + home[building]
    known = faces.open_to[:, 0] * len(faces.shapes) + faces.open_to[:, 1]
    beside = np.isin(pairs, known) & (home[building] != NONE)
    visits = np.unique(np.column_stack([strips[at], label[building]])[beside], axis=0)
    order = np.argsort(built.label, kind="stable")
    sizes = np.bincount(built.label, minlength=len(home))
    starts, counts = (np.cumsum(sizes) - sizes)[visits[:, 1]], sizes[visits[:, 1]]
    skipped = np.repeat(starts - np.cumsum(counts) + counts, counts)
    taken = order[skipped + np.arange(counts.sum())]
    face, points = np.repeat(visits[:, 0], counts), built.points[taken]
    box = shapely.bounds(faces.shapes[face]) + STRIP_M * np.array([-1, -1, 1, 1])
    near = ((points >= box[:, :2]) & (points <= box[:, 2:])).all(axis=1)
    return Sites(points[near], face[near], built.label[taken[near]])


def _open_ground(faces: Faces, layers: Layers, home: Rows) -> Sites:
    """Return points spread over what is open in large faces; their labels follow those of the buildings."""
    size = piece_m2(shapely.area(layers.communities))[faces.community]
    standing = np.flatnonzero(home != NONE)
    built = totals(home[standing], shapely.area(layers.footprints[standing]), len(size))
    reach = REACH * np.sqrt(size)
    large = np.flatnonzero(shapely.area(faces.shapes) - built > DIVIDED_FROM * size)
    points = [
        spread(faces.shapes[face], size[face], layers.footprints[home == face], reach[face])
        for face in large.tolist()
    ]
    counts = [len(one) for one in points]
    return Sites(
        points=np.concatenate([np.zeros((0, 2)), *points]),
        face=np.repeat(large, counts),
        label=len(home) + np.arange(sum(counts)),
    )


def _through_holes(faces: Faces) -> Geometries:
    """Return lines through holes that no other face fills, so that no atom has such a hole."""
    ringed = np.flatnonzero(shapely.get_num_interior_rings(faces.shapes) > 0)
    rings, at = shapely.get_rings(faces.shapes[ringed], return_index=True)
    inner = np.ones(len(rings), dtype=bool)
    inner[np.unique(at, return_index=True)[1]] = False
    holes, face = filled(rings[inner]), ringed[at[inner]]
    spots = shapely.point_on_surface(faces.pieces)
    holder, piece = shapely.STRtree(spots).query(holes, predicate="contains")
    covered = totals(holder, shapely.area(faces.pieces[piece]), len(holes))
    empty = np.flatnonzero(shapely.area(holes) - covered > MIN_AREA)
    cuts = shapely.get_parts(
        shapely.intersection(_uprights(holes[empty]), faces.shapes[face[empty]])
    )
    west, south, _, north = shapely.bounds(cuts[shapely.get_type_id(cuts) == 1]).T
    ends = np.column_stack([west, south - OVERSHOOT, west, north + OVERSHOOT])
    return segments_between(ends.reshape(-1, 2, 2))


def _uprights(holes: Geometries) -> Geometries:
    """Return an upright line through each hole, longer than any county."""
    spots = shapely.get_coordinates(shapely.point_on_surface(holes))
    ends = np.stack([spots - _UPWARD, spots + _UPWARD], axis=1)
    return segments_between(ends)
