"""Split one grid along the best line."""

from __future__ import annotations

import numpy as np

from gridmap.redistricting.graph import AtomGraph, Int32s, Weights
from gridmap.redistricting.search.parts import parts_of
from gridmap.redistricting.search.questions import Question
from gridmap.redistricting.search.solving import Solver
from gridmap.redistricting.search.wishes import Kind, Wish

FLIPS = 1_500_000
"""Most flips for two parts; a third and each further one cost as much again."""

FLIPS_AN_ATOM = 15_000


def split(graph: AtomGraph, weights: Weights, members: Int32s, parts: int, seed: int = 0) -> Int32s:
    """Cut a grid into parts of nearly equal households, contiguous, along roads, compounds whole.

    Args:
        graph: the atoms.
        weights: what lies in each.
        members: rows of the grid's atoms, in any order.
        parts: how many.
        seed: of the random numbers.

    Returns:
        The part 0..parts-1 of each member.

    Raises:
        NotPlannable: more parts than atoms, or members of several communities and too few parts.
    """
    order = np.argsort(members, kind="stable")
    rows = members[order].astype(np.int32)
    inner = graph.taken(rows)
    nothing = np.zeros(len(rows), np.bool_)
    today = np.full(len(rows), -1, np.int32)
    wish = Wish(grids=parts, balance=1.0, kinds=(Kind.SHAPE,))
    question = Question(inner, weights.taken(rows), today, nothing, (), wish)
    label = np.zeros(len(rows), np.int32)
    first = 0
    for part in parts_of(question):
        flips = min(FLIPS, FLIPS_AN_ATOM * len(part.rows)) * max(part.grids - 1, 0)
        label[part.rows] = first + _divided(Solver(part, wish, seed), flips)
        first += part.grids
    result = np.empty(len(rows), np.int32)
    result[order] = label
    return result


def _divided(solver: Solver, flips: int) -> Int32s:
    if flips == 0:
        return solver.by_atom()
    label, _ = solver.propose(Kind.SHAPE, flips, _go_on)
    return label


def _go_on(_flips: int, _label: Int32s) -> bool:
    return True
