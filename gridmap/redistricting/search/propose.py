"""Propose plans: the public face of the search.

Pure: no database, no clock. The same question, seed and effort give the same proposals, bit for bit; how long that
takes is decided beforehand by the effort.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from gridmap.redistricting.graph import Assignment, AtomGraph, Bools, Int32s, Weights
from gridmap.redistricting.search.figures import figures
from gridmap.redistricting.search.naming import named
from gridmap.redistricting.search.parts import parts_of
from gridmap.redistricting.search.questions import Question
from gridmap.redistricting.search.solving import Solver
from gridmap.redistricting.search.splitting import split
from gridmap.redistricting.search.wishes import Figures, Kind, Progress, Proposal, Wish

__all__ = [
    "Figures",
    "Kind",
    "Progress",
    "Proposal",
    "Wish",
    "effort_for",
    "propose",
    "split",
]

OnProgress = Callable[[Progress], bool]

FLIPS_A_SECOND = 4_500_000
"""On a core of 2026; where it is slower, a search takes longer than asked for, and can be stopped."""

SECONDS_AN_ATOM = 0.00002
"""What it costs to begin."""

BASE = 0.5
"""Share of the effort for the plan from which all proposals begin."""


def effort_for(graph: AtomGraph, seconds: float) -> int:
    """Return the effort (single moves to try) that takes about so many seconds."""
    return max(1, int((seconds - SECONDS_AN_ATOM * len(graph)) * FLIPS_A_SECOND))


def propose(  # noqa: PLR0913, PLR0917 - one argument a part of the question
    graph: AtomGraph,
    weights: Weights,
    today: Assignment,
    locked_atoms: Bools,
    locked_grids: Collection[int],
    wish: Wish,
    seed: int,
    effort: int,
    on_progress: OnProgress,
) -> list[Proposal]:
    """Search for several proposals that differ.

    Args:
        graph: the atoms of one or more communities.
        weights: what lies in each atom.
        today: row of today's grid of each atom, -1 for none.
        locked_atoms: atoms that stay in their grid.
        locked_grids: rows of today's grids that stay as they are.
        wish: what is wanted.
        seed: of all random numbers.
        effort: how much to try; see `effort_for`.
        on_progress: is told several times a second how far the search is; False stops it.

    Returns:
        One proposal for each kind that was wished for, without those that equal another. Each gives every atom a
        grid of its community; a grid is contiguous wherever the ground is. Rows of today's grids go on where most
        of their households stay; new grids have rows beyond.

    Raises:
        NotPlannable: the number of grids or the locks leave no plan.
    """
    question = Question(graph, weights, today, locked_atoms, locked_grids, wish)
    return _Search(question, seed, effort, on_progress).run()


class _Search:
    """One search: its parts in turn, first for the wish as it is, then for each kind of proposal."""

    def __init__(self, question: Question, seed: int, effort: int, heard: OnProgress) -> None:
        self.question, self.effort, self.heard = question, effort, heard
        self.parts = parts_of(question)
        self.kinds = [Kind(kind) for kind in dict.fromkeys(question.wish.kinds)] or list(Kind)
        self.solvers = [
            Solver(part, question.wish, seed + 7919 * i) for i, part in enumerate(self.parts)
        ]
        self.labels = [solver.by_atom() for solver in self.solvers]
        self.kind = self.kinds[0]
        self.spent = 0
        self.going = True

    def run(self) -> list[Proposal]:
        self.going = self._tell()
        base = self._base_share()
        for number, solver in enumerate(self.solvers):
            if self.going and base > 0:
                solver.search(self._flips(number, base), self._ticking(number))
                self.labels[number] = solver.by_atom()
        found = [self._proposal(kind, (1 - base) / len(self.kinds)) for kind in self.kinds]
        unique: list[Proposal] = []
        for proposal in found:
            if not any(np.array_equal(proposal.assignment, one.assignment) for one in unique):
                unique.append(proposal)
        return unique

    def _base_share(self) -> float:
        """Return the share of the first search: none where today's plan is only to be mended."""
        same = all(len(part.names) == part.grids for part in self.parts)
        return 0.0 if same and self.kinds == [Kind.LEAST_CHANGE] else BASE

    def _flips(self, number: int, share: float) -> int:
        """Return the flips of a part: by its atoms among all that are divided at all."""
        sizes = [len(part.rows) if part.grids > 1 else 0 for part in self.parts]
        return int(self.effort * share * sizes[number] / max(sum(sizes), 1))

    def _proposal(self, kind: Kind, share: float) -> Proposal:
        self.kind = kind
        self.labels = [solver.by_atom() for solver in self.solvers]
        for number, solver in enumerate(self.solvers):
            if self.going and self.parts[number].grids > 1:
                flips = self._flips(number, share)
                self.labels[number], _ = solver.propose(kind, flips, self._ticking(number))
        assignment = self._assignment()
        return Proposal(kind, assignment, self._figures(assignment))

    def _ticking(self, number: int) -> Callable[[int, Int32s], bool]:
        def tick(flips: int, label: Int32s) -> bool:
            self.spent += flips
            self.labels[number] = label
            self.going = self._tell()
            return self.going

        return tick

    def _tell(self) -> bool:
        assignment = self._assignment()
        fraction = min(1.0, self.spent / max(self.effort, 1))
        return bool(
            self.heard(Progress(fraction, self.kind, assignment, self._figures(assignment)))
        )

    def _figures(self, assignment: Assignment) -> Figures:
        asked = self.question
        return figures(asked.graph, asked.weights, asked.today, asked.wish, assignment)

    def _assignment(self) -> Assignment:
        """Put the parts together and give each grid its row."""
        asked = self.question
        held = ~asked.free()
        plan = np.full(len(asked.graph), -1, np.int32)
        grids = 0
        for part, label in zip(self.parts, self.labels, strict=True):
            plan[part.rows] = label + grids
            grids += part.grids
        if held.any():
            plan[held] = grids + np.unique(asked.today[held], return_inverse=True)[1]
        lock = np.where(held, asked.today, asked.lock()).astype(np.int32)
        return named(plan, asked.today, asked.weights.households.astype(np.float64), lock)
