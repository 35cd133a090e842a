"""Atoms from ground: faces, their cells, the grids' own edges; then what is too small joins a neighbour."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geometry.arrangement import Arrangement, arrange, joined, numbered
from gridmap.redistricting.atoms.bordering import compounds_of, graph_of
from gridmap.redistricting.atoms.division import cell_lines
from gridmap.redistricting.atoms.faces import Faces, faces
from gridmap.redistricting.atoms.grid_edges import ATOM_GRID, is_drawn, new_edges
from gridmap.redistricting.atoms.ground import (
    NONE,
    Geometries,
    Ground,
    Layers,
    Rows,
    layers,
)
from gridmap.redistricting.atoms.joining import Rule, join
from gridmap.redistricting.atoms.lookup import (
    ON_THE_LINE_M,
    classes_along,
    first_holding,
    flags_at,
    signatures,
)
from gridmap.redistricting.graph import AtomGraph

RULES: Final = 1
"""Number of the rules by which atoms are cut: goes up when the same ground would give other atoms."""

SMALL_M2: Final = 150.0
NARROW_M: Final = 15.0
"""A piece without buildings that is smaller or narrower joins a neighbour."""


@dataclass(frozen=True, slots=True, eq=False)
class AtomSet:
    """The atoms of a ground, by their communities' codes and from west to east within a community.

    Attributes:
        shapes: n polygons in metres, an exact coverage, all vertices on the grid of 1 mm.
        graph: what is known of them, and the borders between them.
        face: n numbers of the face (of roads, water, compounds) of which each atom is a part.
        building_atom: by building id, the atom that holds the building's spot; on a border the lower row.
            Buildings outside of all communities are left out.
    """

    shapes: Geometries
    graph: AtomGraph
    face: NDArray[np.int32]
    building_atom: dict[int, int]

    def digest(self, community: int) -> str:
        """Return a word for the content of one community: same word, same atoms.

        It covers shapes, faces, compounds, roads and the buildings' atoms, whatever the other communities
        are like.

        Args:
            community: row into `graph.communities`.
        """
        graph = self.graph
        rows = graph.rows_of(community)
        first = int(rows[0]) if len(rows) else 0
        own = np.flatnonzero(graph.community[graph.first] == community)
        homes = [
            (building, atom - first)
            for building, atom in sorted(self.building_atom.items())
            if graph.community[atom] == community
        ]
        word = blake2b(digest_size=16)
        for binary in shapely.to_wkb(self.shapes[rows], byte_order=1).tolist():
            word.update(binary)
        for numbers in (
            numbered(self.face[rows].astype(np.int64))[0],
            graph.compound[rows],
            graph.first[own] - first,
            graph.second[own] - first,
            graph.road[own],
            homes,
        ):
            word.update(np.asarray(numbers, dtype="<i8").tobytes() + b"|")
        return word.hexdigest()


def build(ground: Ground) -> AtomSet:
    """Cut a ground into atoms: the same ones for the same ground, in whatever order it comes.

    Every atom is one polygon in one community, and in one grid of each day. Atoms of the communities cover
    them to within 1 mm of their edges (see `faces` for ground that two claim or none). Grids that are unions
    of these atoms change nothing when they come back as input (see `grid_edges`).

    Args:
        ground: in metres, valid polygons.
    """
    layer = layers(ground)
    drawn = is_drawn(layer.grids)
    face = faces(layer, layer.grids[drawn])
    lines = np.concatenate([face.edges, cell_lines(face, layer)])
    arrangement = arrange(lines, ATOM_GRID)
    more = new_edges(layer.grids[~drawn], arrangement.pieces, lines)
    if len(more):
        arrangement = arrange(np.concatenate([lines, more]), ATOM_GRID)
    return _atoms(arrangement, face, layer)


def _atoms(arrangement: Arrangement, face: Faces, layer: Layers) -> AtomSet:
    of_face = np.append(face.of_piece, NONE)[first_holding(face.pieces, arrangement.spots)]
    rule = _rule(arrangement, face, layer, of_face)
    start = np.where(of_face != NONE, np.arange(len(of_face)), NONE)
    of_piece, host = join(arrangement, start, rule).numbered()
    shapes = shapely.normalize(joined(arrangement, of_piece, len(host)))
    spots = shapely.get_coordinates(shapely.point_on_surface(shapes))
    order = np.lexsort((spots[:, 1], spots[:, 0], rule.community[host]))
    of_piece, shapes, host = (
        np.append(np.argsort(order), NONE)[of_piece],
        shapes[order],
        host[order],
    )
    graph = graph_of(arrangement, of_piece, shapes, rule.community[host], layer)
    homes = first_holding(shapes, shapely.get_coordinates(layer.spots))
    compound = compounds_of(layer, homes, rule.compound[host])
    placed = np.flatnonzero(homes != NONE)
    return AtomSet(
        shapes=shapes,
        graph=replace(graph, compound=compound),
        face=numbered(of_face[host])[0].astype(np.int32),
        building_atom=dict(
            zip(layer.building_ids[placed].tolist(), homes[placed].tolist(), strict=True)
        ),
    )


def _rule(arrangement: Arrangement, face: Faces, layer: Layers, of_face: Rows) -> Rule:
    homes = first_holding(arrangement.pieces, shapely.get_coordinates(layer.spots))
    return Rule(
        community=np.append(face.community, NONE)[of_face],
        grids=signatures(layer.grids, arrangement.spots),
        compound=np.append(face.compound, NONE)[of_face],
        water=np.append(face.water, False)[of_face],
        built=flags_at(len(of_face), homes),
        road=classes_along(layer, arrangement.arcs, ON_THE_LINE_M),
        small_m2=SMALL_M2,
        narrow_m=NARROW_M,
    )
