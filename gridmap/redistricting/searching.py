"""One search over the atoms of a plan: what is wanted, what may change, what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from gridmap.redistricting.editing import Bench
from gridmap.redistricting.faults import LEAST_MEMBERS, split_compounds
from gridmap.redistricting.graph import Assignment, Bools, Int32s
from gridmap.redistricting.metrics import balance, measure, road_share
from gridmap.redistricting.opening import Opened
from gridmap.redistricting.picture import changed
from gridmap.redistricting.plan import UNASSIGNED, GridDraft, packed
from gridmap.redistricting.search.wishes import Progress, Wish


@dataclass(frozen=True, slots=True)
class Asked:
    """What a planner wants: the wish, where, for how long, from which seed."""

    wish: Wish
    community: int | None = None
    seconds: int = 8
    seed: int = 1

    def record(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "wish": asdict(self.wish),
            "community": self.community,
            "seconds": self.seconds,
            "seed": self.seed,
        }

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Asked:
        """Return what was stored."""
        wish = dict(stored["wish"])
        if wish.get("households") is not None:
            wish["households"] = tuple(wish["households"])
        return cls(Wish(**wish), stored["community"], stored["seconds"], stored["seed"])


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A search about to run: the plan it is for, and the part of its atoms that it may change."""

    at: Opened
    asked: Asked
    rows: Int32s

    @classmethod
    def of(cls, at: Opened, asked: Asked) -> Task:
        """Return a search in a plan, or in the one community of it that is asked for."""
        graph = at.terrain.graph
        rows = np.arange(len(graph), dtype=np.int32)
        if asked.community is not None:
            rows = graph.rows_of(graph.communities.index(asked.community))
        return cls(at, asked, rows)

    @property
    def whole(self) -> bool:
        """Tell whether all atoms of the plan may change."""
        return len(self.rows) == len(self.at.terrain.graph)


def proposed(task: Task, heard: Callable[[float, str, Assignment], bool]) -> dict[str, Assignment]:
    """Search, and return the proposals by kind, each an assignment of all atoms of the plan.

    Args:
        task: what is wanted.
        heard: is told how much is done (0..1), which proposal is being improved, and the best of it so
            far; returns whether to go on.

    Raises:
        GridmapError: nothing fits the wish and the locks.
    """
    from gridmap.redistricting.search import propose as search  # noqa: PLC0415 - loads numba: a second

    at, rows = task.at, task.rows
    graph = at.terrain.graph if task.whole else at.terrain.graph.taken(rows)
    weights = at.facts.weights if task.whole else at.facts.weights.taken(rows)
    locked: Bools = np.zeros(len(at.terrain.graph), dtype=np.bool_)
    locked[list(at.plan.locked_atoms)] = True
    frame = _Rows.of(at.plan.assignment[rows], len(at.plan.grids))

    def on_progress(progress: Progress) -> bool:
        best = frame.whole(at, rows, progress.assignment)
        return heard(progress.fraction, str(progress.kind), best)

    found = search.propose(
        graph,
        weights,
        frame.assignment,
        locked[rows],
        frame.locked(at),
        task.asked.wish,
        task.asked.seed,
        search.effort_for(graph, task.asked.seconds),
        on_progress,
    )
    return {str(one.kind): frame.whole(at, rows, one.assignment) for one in found}


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The plan's rows that lie in the searched part, numbered anew; further ones are new grids."""

    assignment: Assignment
    rows: tuple[int, ...]
    first_new: int

    @classmethod
    def of(cls, assignment: Assignment, first_new: int) -> _Rows:
        present = [int(row) for row in np.unique(assignment) if row != UNASSIGNED]
        table = np.full(first_new + 1, UNASSIGNED, dtype=np.int32)
        table[present] = np.arange(len(present), dtype=np.int32)
        return cls(table[assignment], tuple(present), first_new)

    def locked(self, at: Opened) -> frozenset[int]:
        return frozenset(
            number for number, row in enumerate(self.rows) if at.plan.grids[row].locked
        )

    def whole(self, at: Opened, rows: Int32s, assignment: Assignment) -> Assignment:
        new = max(int(assignment.max(initial=-1)) + 1 - len(self.rows), 0)
        table = np.array(
            [*self.rows, *range(self.first_new, self.first_new + new), UNASSIGNED], dtype=np.int32
        )
        result = at.plan.assignment.copy()
        result[rows] = table[assignment]
        return result


def stored(task: Task, used: Bench, assignment: Assignment) -> dict[str, Any]:
    """Return a proposal as it is kept: its grids with codes and names, its figures."""
    grids = _named(task, used, assignment)
    return {
        "grids": [grid.as_json() for grid in grids],
        "assignment": packed(assignment),
        "figures": figures(task.at, assignment, grids),
    }


def _named(task: Task, used: Bench, assignment: Assignment) -> tuple[GridDraft, ...]:
    """Give code and name to the grids that a proposal adds."""
    graph, plan = task.at.terrain.graph, task.at.plan
    work = replace(used, plan=plan)
    for row in range(len(plan.grids), int(assignment.max(initial=-1)) + 1):
        atoms = np.flatnonzero(assignment == row)
        community = graph.communities[int(graph.community[atoms[0]])]
        code = next(work.free_codes(community))
        own = work.facts.around.communities.get(community, "")
        draft = GridDraft(community, code, f"{own}新网格{int(code[12:])}")
        work = replace(work, plan=work.plan.added(draft))
    return work.plan.grids


def figures(
    at: Opened, assignment: Assignment, grids: tuple[GridDraft, ...]
) -> dict[str, float | int | None]:
    """Return what proposals are compared by: the same measures that the planner sees of a plan."""
    graph, weights = at.terrain.graph, at.facts.weights
    measures = measure(graph, weights, assignment, len(grids))
    present = measures.atoms > 0
    even = balance(measures, [grid.community_id for grid in grids], at.facts.around.band)
    cut = assignment[graph.first] != assignment[graph.second]
    before = np.where(at.today == UNASSIGNED, at.plan.assignment, at.today)
    moved = changed(weights, before, assignment)
    roads = road_share(graph, assignment)
    return {
        "grids": even.grids,
        "worst": round(even.worst, 4),
        "least": even.least,
        "most": even.most,
        "in_band": even.in_band,
        "cut_m": round(float(graph.border_m[cut].sum())),
        "polsby_mean": round(float(measures.polsby_popper[present].mean()), 4),
        "polsby_min": round(float(measures.polsby_popper[present].min()), 4),
        "split_compounds": len(split_compounds(graph, weights, assignment)),
        "small_branches": int((measures.counts["members"][present] < LEAST_MEMBERS).sum()),
        "roads": None if np.isnan(roads) else round(roads, 4),
        "households_moved": moved.households,
        "reports_moved": moved.reports,
    }
