"""Where a search is free to draw: contiguous ground of one community outside locked grids.

An island too small for a grid of its own is bridged to the nearest ground, as if they touched; that is the only
way in which a proposed grid can have two parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridmap.redistricting.graph import AtomGraph, Bools, Floats, Int32s
from gridmap.redistricting.search.contraction import dense, joined
from gridmap.redistricting.search.questions import Question

ISLAND = 0.5
"""Share of the fewest households below which ground that lies apart gets no grid of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Contiguous free ground.

    Attributes:
        rows: its atoms in the whole graph, ascending.
        graph: of these alone, bridges among its borders.
    """

    rows: Int32s
    graph: AtomGraph


def pieces_of(question: Question, load: Floats, community: int, fewest: float) -> list[Piece]:
    """Find the pieces of a community, islands lighter than a share of `fewest` bridged."""
    islands = _islands(question, load, community)
    bridged = [rows for rows in islands if load[rows].sum() < ISLAND * fewest]
    return _pieces(question, community, bridged)


def fewer_pieces(question: Question, load: Floats, community: int, most: int) -> list[Piece]:
    """Find the pieces of a community, as many islands bridged as needed to have at most `most`."""
    islands = _islands(question, load, community)
    found = _pieces(question, community, [])
    for count in range(1, len(islands) + 1):
        if len(found) <= most:
            break
        found = _pieces(question, community, islands[:count])
    return found


def _islands(question: Question, load: Floats, community: int) -> list[Int32s]:
    """List the ground that lies apart by nature and is wholly free, the lightest first, the mainland left out."""
    graph, free = question.graph, question.free()
    rows = graph.rows_of(community)
    inside = graph.community[graph.first] == community
    parts = _components(rows, graph.first[inside], graph.second[inside])
    free_parts = [part for part in parts if free[part].all()]
    ordered = sorted(free_parts, key=lambda part: (float(load[part].sum()), len(part)))
    apart = [part for part in ordered if len(part) < free[rows].sum()]
    return apart[:-1] if len(free_parts) == len(parts) else apart


def _components(rows: Int32s, first: Int32s, second: Int32s) -> list[Int32s]:
    """Return the connected parts of some atoms, given all borders among them."""
    place = np.searchsorted(rows, first), np.searchsorted(rows, second)
    part = dense(joined(len(rows), place[0].astype(np.int32), place[1].astype(np.int32)))
    return [rows[part == number] for number in range(int(part.max(initial=-1)) + 1)]


def _pieces(question: Question, community: int, bridged: list[Int32s]) -> list[Piece]:
    graph, free = question.graph, question.free()
    within = free & (graph.community == community)
    bridges = _bridges(graph, within, bridged)
    kept = within[graph.first] & within[graph.second]
    first = np.concatenate([graph.first[kept], bridges[:, 0]]).astype(np.int32)
    second = np.concatenate([graph.second[kept], bridges[:, 1]]).astype(np.int32)
    parts = _components(np.flatnonzero(within).astype(np.int32), first, second)
    return [Piece(rows, _with_bridges(graph, rows, bridges)) for rows in parts]


def _bridges(graph: AtomGraph, within: Bools, islands: list[Int32s]) -> Int32s:
    """Find for each island its atom and the atom outside that are nearest; rows (first, second)."""
    found = []
    reached = within.copy()
    for island in islands:
        reached[island] = False
    for island in reversed(islands):  # the heaviest first: others may hang on it
        outside = np.flatnonzero(reached)
        reached[island] = True
        if not outside.size:
            continue
        away = np.hypot(
            graph.x[island][:, None] - graph.x[outside], graph.y[island][:, None] - graph.y[outside]
        )
        here, there = np.unravel_index(int(np.argmin(away)), away.shape)
        found.append(sorted((int(island[here]), int(outside[there]))))
    return np.unique(np.array(found, np.int32).reshape(-1, 2), axis=0)


def _with_bridges(graph: AtomGraph, rows: Int32s, bridges: Int32s) -> AtomGraph:
    """Cut out some atoms, with bridges as borders of no length."""
    part = graph.taken(rows)
    inside = bridges[np.isin(bridges[:, 0], rows)]
    if not len(inside):
        return part
    first = np.concatenate([part.first, np.searchsorted(rows, inside[:, 0])]).astype(np.int32)
    second = np.concatenate([part.second, np.searchsorted(rows, inside[:, 1])]).astype(np.int32)
    order = np.lexsort((second, first))
    nothing = np.zeros(len(inside))
    return AtomGraph(
        communities=part.communities,
        community=part.community,
        compound=part.compound,
        area_m2=part.area_m2,
        outer_m=part.outer_m,
        x=part.x,
        y=part.y,
        first=first[order],
        second=second[order],
        border_m=np.concatenate([part.border_m, nothing])[order],
        road=np.concatenate([part.road, nothing.astype(np.int8)])[order],
    )


def weigh(pieces: list[Piece], load: Floats) -> Floats:
    """Return the load of each piece."""
    return np.array([float(load[piece.rows].sum()) for piece in pieces])


def piece_of_atoms(pieces: list[Piece], atoms: int) -> Int32s:
    """Return for each atom of the whole graph the piece that it is in, -1 for none."""
    found = np.full(atoms, -1, np.int32)
    for number, piece in enumerate(pieces):
        found[piece.rows] = number
    return found
