"""Faces: what roads, water, and the edges of communities, compounds and drawn grids enclose.

Who gets ground that is drawn badly:

- Ground that several communities claim belongs to the one with the lowest code.
- Ground inside the county that none claims and that is nowhere wider than the drawing noise belongs to the
  neighbour with the longest common border. Wider ground that none claims is no part of the county.
- Ground in several compounds belongs to the smallest of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gridmap.geometry.arrangement import Arrangement, arrange, joined, totals
from gridmap.redistricting.atoms.ground import NONE, Flags, Geometries, Layers, Rows
from gridmap.redistricting.atoms.joining import Rule, is_noise, join, widths
from gridmap.redistricting.atoms.lookup import (
    ON_THE_LINE_M,
    classes_along,
    first_holding,
    flags_at,
    signatures,
)
from gridmap.redistricting.atoms.strips import cross_cuts
from gridmap.redistricting.graph import RoadClass

FINE: Final = 1e-5
"""Metres between the points to which the faces' edges are rounded: so close that they are still as drawn."""

SMALL_M2: Final = 200.0
NARROW_M: Final = 15.0
"""A face without buildings that is smaller or narrower joins a neighbour."""


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """The faces of a ground.

    Attributes:
        shapes: f polygons in metres, an exact coverage of the communities.
        community: f rows of communities.
        compound: f ids, `NONE` for none.
        water: f flags.
        edges: the lines between them and around them.
        open_to: pairs of faces (k x 2, both ways) with a border along which no road and no water runs.
        pieces, of_piece: polygons of which each lies in one face, and the rows of these.
    """

    shapes: Geometries
    community: Rows
    compound: Rows
    water: Flags
    edges: Geometries
    open_to: Rows
    pieces: Geometries
    of_piece: Rows


def faces(layers: Layers, drawn_grids: Geometries) -> Faces:
    """Cut the communities into faces.

    Args:
        layers: the ground.
        drawn_grids: grids whose edges cut faces, too.
    """
    arrangement = _arranged(layers, drawn_grids)
    rule = _rule(arrangement, layers, drawn_grids)
    start = np.where(rule.community != NONE, np.arange(len(arrangement.pieces)), NONE)
    of_piece, host = join(arrangement, start, rule).numbered()
    inside = np.flatnonzero(of_piece != NONE)
    padded = np.append(of_piece, NONE)
    left, right = padded[arrangement.left], padded[arrangement.right]
    open_ = (left != right) & (left != NONE) & (right != NONE) & (rule.road == RoadClass.NONE)
    pairs = np.column_stack([left[open_], right[open_]])
    return Faces(
        shapes=joined(arrangement, of_piece, len(host)),
        community=rule.community[host],
        compound=rule.compound[host],
        water=rule.water[host],
        edges=arrangement.arcs[left != right],
        open_to=np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0),
        pieces=arrangement.pieces[inside],
        of_piece=of_piece[inside],
    )


def _arranged(layers: Layers, drawn_grids: Geometries) -> Arrangement:
    areas = [layers.communities, drawn_grids, layers.compounds, layers.waters]
    lines = np.concatenate([*(shapely.boundary(shapes) for shapes in areas), layers.roads])
    arrangement = arrange(lines, FINE)
    area, length = shapely.area(arrangement.pieces), shapely.length(arrangement.pieces)
    strips = np.flatnonzero(widths(area, length) < NARROW_M)
    return arrange(np.concatenate([lines, cross_cuts(arrangement, strips)]), FINE)


def _rule(arrangement: Arrangement, layers: Layers, drawn_grids: Geometries) -> Rule:
    spots = arrangement.spots
    homes = first_holding(arrangement.pieces, shapely.get_coordinates(layers.spots))
    compound = first_holding(layers.compounds, spots)
    return Rule(
        community=_with_gaps(arrangement, first_holding(layers.communities, spots)),
        grids=signatures(drawn_grids, spots),
        compound=np.append(layers.compound_ids, NONE)[compound],
        water=first_holding(layers.waters, spots) != NONE,
        built=flags_at(len(spots), homes),
        road=classes_along(layers, arrangement.arcs, ON_THE_LINE_M),
        small_m2=SMALL_M2,
        narrow_m=NARROW_M,
    )


def _with_gaps(arrangement: Arrangement, community: Rows) -> Rows:
    """Give narrow pieces of no community, with nothing but communities around, to a neighbour."""
    area, perimeter = shapely.area(arrangement.pieces), shapely.length(arrangement.pieces)
    gap = np.append((community == NONE) & is_noise(area, perimeter), False)
    owner = np.append(community, NONE)
    one = np.concatenate([arrangement.left, arrangement.right])
    other = np.concatenate([arrangement.right, arrangement.left])
    gap[one[gap[one] & ~gap[other] & (owner[other] == NONE)]] = False  # at the edge of the county
    metres = np.tile(arrangement.length, 2)
    while True:
        known = np.flatnonzero(gap[one] & (owner[one] == NONE) & (owner[other] != NONE))
        if not len(known):
            return owner[:-1]
        pairs = np.column_stack([one[known], owner[other[known]]])
        keys, at = np.unique(pairs, axis=0, return_inverse=True)
        length = totals(at, metres[known], len(keys))
        order = np.lexsort((keys[:, 1], -length, keys[:, 0]))
        found, first = np.unique(keys[order, 0], return_index=True)
        owner[found] = keys[order[first], 1]
