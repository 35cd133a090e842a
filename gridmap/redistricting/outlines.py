"""Derived boundaries: the outline of any set of atoms, exact and fast.

A boundary is never stored beside a plan: it is the union of atoms, vertex for vertex. What is slow about
unions is finding out who borders on whom; for atoms that is known once for all. They are kept as directed
arcs: the stretches of their rings along which the neighbour is the same. The outline of a set consists of
the arcs whose left side is in the set and whose right side is not, put end to end.

No vertex is left out, so that the outlines of all grids are an exact coverage again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from gridmap.geometry.arrangement import looked_up, vertex_numbers
from gridmap.geometry.arrays import filled, rings_through
from gridmap.redistricting.graph import Assignment

Geometries = NDArray[np.object_]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]

NOBODY: Final = -1
"""The row of the neighbour where there is none, and of the twin of an arc that has none."""

_BEND: Final = 2
"""Edges that meet at a vertex where no outline can turn off."""


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """The directed edges of all atoms, ring by ring; the atom lies to the left.

    Attributes:
        xy: e x 2 coordinates of the start of each edge.
        atom: the atom of each edge.
        start: the number of the vertex at which it starts.
        ring: the number of its ring, ascending.
        twin: the row of the edge that runs back along the neighbour, `NOBODY` for none.
    """

    xy: Numbers
    atom: Rows
    start: Rows
    ring: Rows
    twin: Rows

    def turned(self, order: Rows) -> _Edges:
        """Return the edges in another order."""
        place = np.empty(len(order) + 1, dtype=np.int64)
        place[order], place[-1] = np.arange(len(order)), NOBODY
        return _Edges(
            self.xy[order],
            self.atom[order],
            self.start[order],
            self.ring[order],
            place[self.twin[order]],
        )


class Outlines:
    """Makes boundaries of one set of atoms; prepare it once and keep it.

    Args:
        shapes: n atoms: polygons in metres that are an exact coverage (`shapely.coverage_is_valid`).

    >>> atoms = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(2, 0, 3, 1)])
    >>> both = Outlines(atoms).polygons(np.array([0, 0, 1], dtype=np.int32))
    >>> both[0].equals(shapely.box(0, 0, 2, 1)), both[1].area
    (True, 1.0)
    """

    def __init__(self, shapes: Geometries) -> None:
        edges = _edges(shapes)
        edges = edges.turned(_turned_to_nodes(edges))
        begins = _begins_arc(edges)
        self._begin = np.flatnonzero(begins)
        self._size = np.diff(np.append(self._begin, len(begins)))
        self._xy = edges.xy
        self._node = edges.start[self._begin]
        self._left = edges.atom[self._begin]
        arc_of, last = np.cumsum(begins) - 1, self._begin + self._size - 1
        self._after = arc_of[_following(edges.ring)[last]]
        twin = edges.twin[last]  # is the first edge of the arc that runs back
        alone = twin == NOBODY
        self._twin = np.where(alone, NOBODY, arc_of[twin])
        self._right = np.where(alone, NOBODY, edges.atom[twin])

    def polygons(
        self, assignment: Assignment, rows: Iterable[int] | None = None
    ) -> dict[int, MultiPolygon]:
        """Return the outlines of rows of a plan: the unions of their atoms, with all their vertices.

        Args:
            assignment: n rows of a plan, -1 for atoms of none.
            rows: the rows wanted; None for all.

        Returns:
            Boundaries in metres by row; rows without atoms are left out.
        """
        owner = np.append(assignment, NOBODY)
        left = owner[self._left]
        edge = left != owner[self._right]
        wanted = np.zeros(int(owner.max()) + 2, dtype=bool)
        wanted[slice(None) if rows is None else [row for row in rows if row < len(wanted)]] = True
        wanted[NOBODY] = False  # atoms without a row
        chosen = np.flatnonzero(edge & wanted[left])
        rings = _rings(self._node[chosen].tolist(), self._next(chosen, edge).tolist())
        arcs = chosen[[arc for ring in rings for arc in ring]]
        sizes = np.array([len(ring) for ring in rings], dtype=np.int64)
        return _polygons(self._drawn(arcs, sizes), left[arcs[np.cumsum(sizes) - 1]])

    def simplified(self, assignment: Assignment, tolerance_m: float) -> dict[int, BaseGeometry]:
        """Return the outlines of all rows with fewer vertices, for display.

        A border is simplified once for both of its sides, so that it stays shared; the outer edge of the
        whole stays as it is. Source: M. Visvalingam, J. D. Whyatt, Line generalisation by repeated
        elimination of points, The Cartographic Journal 30 (1993) 46-51; as in GEOS, CoverageSimplifier.

        Args:
            assignment: n rows of a plan, -1 for atoms of none.
            tolerance_m: corners are cut whose triangle has about the area of a square of this side.
        """
        exact = self.polygons(assignment)
        shapes = np.array(list(exact.values()), dtype=object)
        drawn = shapely.coverage_simplify(shapes, tolerance_m, simplify_boundary=False)
        return dict(zip(exact, drawn.tolist(), strict=True))

    def _next(self, chosen: Rows, edge: Flags) -> Rows:
        """Return for each chosen arc the place among them of the one that goes on from its end.

        Where the atom's own next arc is none of the outline, the turn is about the vertex, from atom to
        atom of the same row, until there is one.
        """
        following = self._after[chosen]
        while len(inner := np.flatnonzero(~edge[following])):
            following[inner] = self._after[self._twin[following[inner]]]
        place = np.empty(len(edge), dtype=np.int64)
        place[chosen] = np.arange(len(chosen))
        onward: Rows = place[following]
        return onward

    def _drawn(self, arcs: Rows, sizes: Rows) -> Geometries:
        """Return rings of so many arcs each."""
        length = self._size[arcs]
        ends = np.cumsum(length)
        at = np.repeat(self._begin[arcs] - ends + length, length) + np.arange(length.sum())
        ring = np.repeat(np.repeat(np.arange(len(sizes)), sizes), length)
        return rings_through(self._xy[at], ring)


def _edges(shapes: Geometries) -> _Edges:
    """Return the edges of all rings; a vertex that is repeated makes none."""
    rings, atoms = shapely.get_rings(shapely.orient_polygons(shapes), return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    numbers = vertex_numbers(coordinates)
    within = np.flatnonzero((ring[1:] == ring[:-1]) & (numbers[1:] != numbers[:-1]))
    start, end = numbers[within], numbers[within + 1]
    span = int(numbers.max(initial=0)) + 1
    keys = start * span + end
    order = np.argsort(keys)
    known, wanted = keys[order], end * span + start
    twin = looked_up(known, order, wanted)
    return _Edges(coordinates[within], atoms[ring[within]], start, ring[within], twin)


def _turned_to_nodes(edges: _Edges) -> Rows:
    """Return the order in which each ring begins at a vertex where outlines may turn off."""
    begins = _begins_arc(edges)
    rows = np.flatnonzero(begins)
    _, first = np.unique(edges.ring[rows], return_index=True)
    sizes = np.bincount(edges.ring)
    starts = np.cumsum(sizes) - sizes
    turn = np.repeat(rows[first] - starts, sizes)
    begin = np.repeat(starts, sizes)
    order: Rows = begin + (np.arange(len(begin)) - begin + turn) % np.repeat(sizes, sizes)
    return order


def _begins_arc(edges: _Edges) -> Flags:
    """Tell which edges begin at a vertex of more than two edges, or at the first one of a ring without."""
    alone = edges.twin == NOBODY
    ends = edges.start[_following(edges.ring)]
    vertices, rings = int(edges.start.max(initial=-1)) + 1, int(edges.ring.max(initial=-1)) + 1
    degree = np.bincount(edges.start, minlength=vertices)
    degree += np.bincount(ends[alone], minlength=vertices)
    begins = degree[edges.start] != _BEND
    looped = np.bincount(edges.ring[begins], minlength=rings)[edges.ring] == 0
    lowest = np.full(rings, vertices)
    np.minimum.at(lowest, edges.ring, edges.start)
    flags: Flags = begins | (looped & (edges.start == lowest[edges.ring]))
    return flags


def _following(ring: Rows) -> Rows:
    """Return the row of the next edge of each edge's ring."""
    after = np.arange(1, len(ring) + 1)
    if not len(ring):
        return after
    last = np.append(np.flatnonzero(ring[1:] != ring[:-1]), len(ring) - 1)
    after[last] = np.concatenate([[0], last[:-1] + 1])
    return after


def _rings(node: list[int], following: list[int]) -> list[list[int]]:
    """Walk along arcs to rings; a ring that comes to a vertex again is closed there.

    Args:
        node: the vertex at which each arc begins.
        following: the arc that goes on from its end.
    """
    seen, rings = [False] * len(node), []
    for start in range(len(node)):
        path: list[int] = []
        place: dict[int, int] = {}
        arc = start
        while not seen[arc]:
            seen[arc] = True
            if node[arc] in place:
                closed = path[place[node[arc]] :]
                rings.append(closed)
                del path[-len(closed) :]
                for one in closed:
                    del place[node[one]]
            place[node[arc]] = len(path)
            path.append(arc)
            arc = following[arc]
        if path:
            rings.append(path)
    return rings


def _polygons(rings: Geometries, owner: Rows) -> dict[int, MultiPolygon]:
    """Put rings together: shells run counter-clockwise, holes clockwise."""
    shell = shapely.is_ccw(rings)
    found: dict[int, MultiPolygon] = {}
    for row in np.unique(owner).tolist():
        shells, holes = rings[(owner == row) & shell], rings[(owner == row) & ~shell]
        found[row] = shapely.MultiPolygon(list(_with_holes(shells, holes)))
    return found


def _with_holes(shells: Geometries, holes: Geometries) -> Geometries:
    """Return polygons: each hole in the smallest shell around it."""
    if not len(holes):
        return filled(shells)
    around = np.zeros(len(holes), dtype=np.int64)
    if len(shells) > 1:
        whole, missing = filled(shells), filled(holes)
        areas = shapely.area(whole)
        spots = shapely.point_on_surface(missing)
        hole, shell = shapely.STRtree(whole).query(spots, predicate="within")
        around_it = areas[shell] > shapely.area(missing)[hole]  # others lie in the hole
        hole, shell = hole[around_it], shell[around_it]
        order = np.lexsort((-areas[shell], hole))
        around[hole[order]] = shell[order]  # the last one stays
    return np.array(
        [shapely.Polygon(shell, list(holes[around == row])) for row, shell in enumerate(shells)]
    )
