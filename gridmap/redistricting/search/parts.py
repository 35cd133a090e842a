"""Divide a question into parts that are searched one by one: a piece of ground and its number of grids."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gridmap.redistricting.graph import AtomGraph, Floats, Int32s
from gridmap.redistricting.refusals import NotPlannable
from gridmap.redistricting.search.contraction import Band, summed_by
from gridmap.redistricting.search.figures import TOLERANCE
from gridmap.redistricting.search.pieces import (
    ISLAND,
    Piece,
    fewer_pieces,
    piece_of_atoms,
    pieces_of,
    weigh,
)
from gridmap.redistricting.search.questions import Question

INNER = 0.09
"""Deviation that a search keeps where only the number of grids was asked for: within `TOLERANCE`."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A piece of ground to be divided into so many grids.

    Attributes:
        rows: its atoms in the whole graph, ascending.
        graph: of these alone.
        load, members: of each atom; `load` is what is balanced.
        grids: how many to make.
        band: load that a grid should have.
        names: rows of today's grids that have ground here, ascending.
        today: place in `names` of each atom, -1 for none.
        lock: the same for locked atoms, -1 for those that may move.
    """

    rows: Int32s
    graph: AtomGraph
    load: Floats
    members: Floats
    grids: int
    band: Band
    names: Int32s
    today: Int32s
    lock: Int32s


def parts_of(question: Question) -> list[Part]:
    """Divide a question, by community and by ground that lies apart.

    Raises:
        NotPlannable: more grids than atoms, fewer than communities, or locks that leave no plan.
    """
    load = question.load()
    if question.wish.grids is None and question.wish.households is not None:
        pieces, counts = _by_band(question, load, question.wish.households)
    else:
        pieces, counts = _by_number(question, load)
    _refuse_torn_locks(question, pieces)
    return [_part(question, load, p, count) for p, count in zip(pieces, counts, strict=True)]


def _part(question: Question, load: Floats, piece: Piece, grids: int) -> Part:
    rows = piece.rows
    names = np.unique(question.today[rows])
    names = names[names >= 0].astype(np.int32)
    lock = question.lock()[rows]
    weights = question.weights
    band = _band(load[rows], grids, question.wish.households if weights.households.any() else None)
    return Part(
        rows=rows,
        graph=piece.graph,
        load=load[rows],
        members=weights.members[rows].astype(np.float64),
        grids=grids,
        band=band,
        names=names,
        today=_places(names, question.today[rows]),
        lock=_places(names, lock),
    )


def _places(names: Int32s, rows: Int32s) -> Int32s:
    return np.where(rows >= 0, np.searchsorted(names, rows), -1).astype(np.int32)


def _band(load: Floats, grids: int, asked: tuple[int, int] | None) -> Band:
    """Return the load that each grid should have; atoms too heavy for it are counted out."""
    target = float(load.sum()) / grids
    for _ in range(grids - 1):
        heavy = load > (asked[1] if asked else target * (1 + TOLERANCE))
        rest = grids - int(heavy.sum())
        if rest <= 0:
            break
        lighter = float(load[~heavy].sum()) / rest
        if lighter >= target * (1 - 1e-9):
            break
        target = lighter
    target = max(target, 1e-9)
    low, high = asked or (target * (1 - INNER), target * (1 + INNER))
    if not low <= target <= high:
        low, high = min(low, target * (1 - TOLERANCE)), max(high, target * (1 + TOLERANCE))
    return Band(float(low), target, float(high))


def _by_band(
    question: Question, load: Floats, band: tuple[int, int]
) -> tuple[list[Piece], list[int]]:
    """Find the pieces, and for each the number of grids that brings it nearest the middle of the band."""
    pieces = [
        piece
        for community in range(len(question.graph.communities))
        for piece in pieces_of(question, load, community, band[0])
    ]
    least = _least(question, pieces)
    return pieces, [
        max(count, min(len(piece.rows), grids_for(load[piece.rows], band)))
        for piece, count in zip(pieces, least, strict=True)
    ]


def grids_for(load: Floats, band: tuple[int, int]) -> int:
    """Return how many grids within a band of loads some atoms make; where none fits, the least misfit.

    >>> grids_for(np.full(100, 42.0), (300, 500)), grids_for(np.full(55, 10.0), (300, 500))
    (10, 2)
    """
    low, high = max(band[0], 1), max(band[1], 1)
    heavy = load > high
    rest = float(load[~heavy].sum())
    if heavy.any() and rest < ISLAND * low:
        return int(heavy.sum())
    fewest, most = math.ceil(rest / high), math.floor(rest / low)
    if fewest <= most:
        count = min(max(round(2 * rest / (low + high)), fewest), most)
    else:
        too_full = rest / (most * high) if most else math.inf
        count = most if too_full <= low * fewest / rest else fewest
    return max(1, count + int(heavy.sum()))


def _by_number(question: Question, load: Floats) -> tuple[list[Piece], list[int]]:
    """Find the pieces, and share out the number of grids asked for, or that of today, among them."""
    graph, wish = question.graph, question.wish
    if wish.grids is not None:
        return _shared(question, load, list(range(len(graph.communities))), wish.grids)
    pieces: list[Piece] = []
    counts: list[int] = []
    for community in range(len(graph.communities)):
        today = np.unique(question.today[graph.community == community])
        grids = max(1, int((today >= 0).sum()))
        found, shares = _shared(question, load, [community], grids)
        pieces += found
        counts += shares
    return pieces, counts


def _shared(
    question: Question, load: Floats, communities: list[int], grids: int
) -> tuple[list[Piece], list[int]]:
    inside = np.isin(question.graph.community, communities)
    if grids > int(inside.sum()):
        raise NotPlannable(
            field="grids",
            reason_zh=f"要 {grids} 个网格，但这里只有 {int(inside.sum())} 个地块。",
            reason_en=f"{grids} grids were asked for, but there are only {int(inside.sum())} pieces of ground.",
        )
    kept = len(np.intersect1d(np.unique(question.today[inside]), sorted(question.locked_grids)))
    fewest = (1 - TOLERANCE) * float(load[inside].sum()) / grids
    pieces = [p for c in communities for p in pieces_of(question, load, c, fewest)]
    least = _least(question, pieces)
    if sum(least) > grids - kept:
        pieces = [p for c in communities for p in fewer_pieces(question, load, c, 1)]
        least = _least(question, pieces)
    most = [len(piece.rows) for piece in pieces]
    if not sum(least) <= grids - kept <= sum(most):
        raise _no_share(question, communities, grids, kept + sum(least))
    return pieces, shared_out(weigh(pieces, load), grids - kept, least, most)


def _no_share(question: Question, communities: list[int], grids: int, needed: int) -> NotPlannable:
    if not question.locked_grids and not question.locked_atoms.any():
        return NotPlannable(
            field="grids",
            reason_zh=f"{len(communities)} 个社区各至少要一个网格，{grids} 个不够。",
            reason_en=f"{len(communities)} communities need one grid each; {grids} are too few.",
        )
    return NotPlannable(
        field="grids",
        reason_zh=f"锁定之后至少要 {needed} 个网格，其余地块也要有网格可归；要求的 {grids} 个做不到。",
        reason_en=f"With these locks {needed} grids at least are needed, and what is not locked must find a grid; "
        f"{grids} cannot be made.",
    )


def _least(question: Question, pieces: list[Piece]) -> list[int]:
    """Return the fewest grids of each piece: one, or as many as have locked atoms in it."""
    lock = question.lock()
    return [max(1, len(np.unique(lock[piece.rows][lock[piece.rows] >= 0]))) for piece in pieces]


def shared_out(load: Floats, grids: int, least: list[int], most: list[int]) -> list[int]:
    """Share out grids by load, each with no fewer and no more than it may have.

    The next grid goes where the load a grid is greatest by the divisors 1, 3, 5, ... (A. Sainte-Laguë, La
    représentation proportionnelle et la méthode des moindres carrés, 1910).

    >>> shared_out(np.array([700.0, 200.0, 0.0]), 9, [1, 1, 1], [50, 50, 50])
    [6, 2, 1]
    """
    counts = np.array(least)
    limit = np.array(most)
    while counts.sum() < grids:
        claim = np.where(counts < limit, (load + 1e-9) / (2 * counts + 1), -1.0)
        counts[int(np.argmax(claim))] += 1
    return [int(count) for count in counts]


def _refuse_torn_locks(question: Question, pieces: list[Piece]) -> None:
    """Refuse locked atoms of one grid on ground that can never be one grid."""
    lock = question.lock()
    piece = piece_of_atoms(pieces, len(lock))
    locked = (lock >= 0) & (piece >= 0)
    pairs = np.unique(np.stack([lock[locked], piece[locked]]), axis=1)
    if len(np.unique(pairs[0])) < pairs.shape[1]:
        raise torn()


def torn() -> NotPlannable:
    """Return the refusal of locks that no contiguous grids can keep."""
    return NotPlannable(
        field="locked",
        reason_zh="锁定的地块互相隔断，同一网格的锁定地块连不到一起，请先放开一部分。",
        reason_en="The locked pieces cut each other off: those of one grid cannot be joined. Unlock some first.",
    )


def grids_today(part: Part) -> Floats:
    """Return the load of each of today's grids in a part."""
    known = part.today >= 0
    return summed_by(part.today[known], part.load[known], len(part.names))
