"""What is known of atoms: compounds, borders and what runs along them."""

from __future__ import annotations

import numpy as np
import shapely

from gridmap.geometry.arrangement import Arrangement, Borders, borders, totals
from gridmap.redistricting.atoms.ground import NONE, Classes, Geometries, Layers, Numbers, Rows
from gridmap.redistricting.atoms.lookup import CLEARANCE_M, classes_along
from gridmap.redistricting.graph import AtomGraph, Int32s, RoadClass


def graph_of(
    arrangement: Arrangement, of_piece: Rows, shapes: Geometries, community: Rows, layers: Layers
) -> AtomGraph:
    """Describe atoms as arrays; their compounds are left open (see `compounds_of`).

    Args:
        arrangement: p pieces and the arcs between them.
        of_piece: p rows of atoms, `NONE` for a piece of none.
        shapes: n atoms.
        community: n rows of communities.
        layers: the ground.
    """
    neighbours = borders(arrangement, of_piece)
    within = np.flatnonzero(community[neighbours.first] == community[neighbours.second])
    x, y = shapely.get_coordinates(shapely.point_on_surface(shapes)).T
    return AtomGraph(
        communities=layers.community_ids,
        community=community.astype(np.int32),
        compound=np.full(len(shapes), NONE, dtype=np.int32),
        area_m2=shapely.area(shapes),
        outer_m=_outer(arrangement, of_piece, community),
        x=x,
        y=y,
        first=neighbours.first[within].astype(np.int32),
        second=neighbours.second[within].astype(np.int32),
        border_m=neighbours.length[within],
        road=_road_classes(arrangement, neighbours, layers)[within],
    )


def compounds_of(layers: Layers, atom_of_building: Rows, ground: Rows) -> Int32s:
    """Return the compound of each atom: that of most of its buildings, else that of its ground.

    Args:
        layers: the ground.
        atom_of_building: rows of atoms by building, `NONE` for none.
        ground: n ids of the compound in which each atom's face lies, `NONE` for none.
    """
    known = np.flatnonzero((atom_of_building != NONE) & (layers.building_compounds != NONE))
    votes, count = np.unique(
        np.column_stack([atom_of_building[known], layers.building_compounds[known]]),
        axis=0,
        return_counts=True,
    )
    compound = ground.astype(np.int32)
    order = np.lexsort(
        (-votes[:, 1], count)
    )  # the last one stays: most buildings, then the lowest id
    compound[votes[order, 0]] = votes[order, 1]
    return compound


def _outer(arrangement: Arrangement, of_piece: Rows, community: Rows) -> Numbers:
    """Return the metres of each atom's border that it shares with no atom of its community."""
    atom, home = np.append(of_piece, NONE), np.append(community, NONE)
    outer = np.zeros(len(community))
    for side, other in (
        (arrangement.left, arrangement.right),
        (arrangement.right, arrangement.left),
    ):
        mine, theirs = atom[side], home[atom[other]]
        edge = np.flatnonzero((mine != NONE) & (home[mine] != theirs))
        outer += totals(mine[edge], arrangement.length[edge], len(outer))
    return outer


def _road_classes(arrangement: Arrangement, found: Borders, layers: Layers) -> Classes:
    """Return what runs along each border: along half of it at least, and of that the longest part."""
    arcs = np.flatnonzero(found.of_arc != NONE)
    classes = classes_along(layers, arrangement.arcs[arcs], CLEARANCE_M)
    kinds = len(RoadClass)
    metres = totals(
        found.of_arc[arcs] * kinds + classes, arrangement.length[arcs], len(found.first) * kinds
    ).reshape(-1, kinds)
    along = metres[:, 1:]
    best = 1 + along.argmax(axis=1)
    return np.where(2 * along.sum(axis=1) >= found.length, best, 0).astype(np.int8)
