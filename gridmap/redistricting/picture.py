"""Everything that the planner sees beside the map: each grid's numbers, balance, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np

from gridmap.geometry.compactness import reock
from gridmap.redistricting import faults as inspection
from gridmap.redistricting.faults import Case, Fault
from gridmap.redistricting.graph import Assignment, Weights
from gridmap.redistricting.metrics import COUNTED, Balance, Measures, balance, measure, road_share
from gridmap.redistricting.opening import Opened
from gridmap.redistricting.terrain import Terrain

Box = tuple[float, float, float, float]
SHOWN: Final = (*COUNTED, "area_m2")
"""What is shown of a grid with its change against today."""


@dataclass(frozen=True, slots=True)
class GridFigures:
    """A grid of the plan: its numbers and their change against today.

    Attributes:
        row: its row in the plan.
        figures, change: by name of `SHOWN`; square metres for the area.
        atoms: how many.
        polsby_popper, reock: shape, 0 to 1.
        is_new: no grid of today goes on in it, and it does not come from an earlier day either.
        bounds: west, south, east, north in degrees.
    """

    row: int
    figures: dict[str, float]
    change: dict[str, float]
    atoms: int
    polsby_popper: float
    reock: float
    is_new: bool
    bounds: Box


@dataclass(frozen=True, slots=True)
class Changed:
    """What is in another grid than today."""

    buildings: int
    households: int
    residents: int
    reports: int


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A plan as it is shown.

    Attributes:
        grids: those with ground (or only the ones asked for).
        gone: rows of today's grids that have no ground any more.
        balance, balance_today: of the plan and of today's grids.
        faults: what is wrong, the gravest first.
        fault_bounds: where each fault is, in degrees.
        changed: against today.
    """

    grids: tuple[GridFigures, ...]
    gone: tuple[int, ...]
    balance: Balance
    balance_today: Balance
    faults: tuple[Fault, ...]
    fault_bounds: tuple[Box | None, ...]
    changed: Changed


def inspected(at: Opened) -> tuple[Fault, ...]:
    """Return what is wrong with a plan, the gravest first."""
    return inspection.inspect(_case(at, _measures(at, at.plan.assignment)))


def picture(at: Opened, rows: Sequence[int] | None = None) -> Picture:
    """Return a plan as it is shown.

    Args:
        at: the plan.
        rows: grids that are wanted; all without it.
    """
    before = at.today
    measures, today = _measures(at, at.plan.assignment), _measures(at, before)
    case = _case(at, measures)
    found = inspection.inspect(case)
    present = set(case.present())
    wanted = sorted(present if rows is None else present.intersection(rows))
    homes = [grid.community_id for grid in at.plan.grids]
    band, graph = at.facts.around.band, at.terrain.graph
    return Picture(
        grids=_figures(at, case, today, wanted),
        gone=tuple(row for row in np.flatnonzero(today.atoms > 0).tolist() if row not in present),
        balance=balance(measures, homes, band, road_share(graph, at.plan.assignment)),
        balance_today=balance(today, homes, band, road_share(graph, before)),
        faults=found,
        fault_bounds=_boxes(at.terrain, [fault.atoms for fault in found]),
        changed=changed(at.facts.weights, before, at.plan.assignment),
    )


def changed(weights: Weights, before: Assignment, after: Assignment) -> Changed:
    """Count what lies in another grid than before."""
    moved = before != after
    return Changed(
        buildings=int(weights.buildings[moved].sum()),
        households=int(weights.households[moved].sum()),
        residents=int(weights.residents[moved].sum()),
        reports=int(weights.reports[moved].sum()),
    )


def _measures(at: Opened, assignment: Assignment) -> Measures:
    return measure(at.terrain.graph, at.facts.weights, assignment, len(at.plan.grids))


def _case(at: Opened, measures: Measures) -> Case:
    return Case.of(at.plan, at.terrain.graph, at.facts.weights, measures, at.facts.around)


def _figures(
    at: Opened, case: Case, today: Measures, rows: Sequence[int]
) -> tuple[GridFigures, ...]:
    shapes = at.terrain.outlines.polygons(at.plan.assignment, rows)
    round_ = dict(zip(rows, reock([shapes[row] for row in rows]).tolist(), strict=True))
    boxes = _boxes(at.terrain, [case.atoms_of(row) for row in rows])
    measures = case.measures
    known = {grid.grid_id for grid in at.facts.today.grids}
    made = []
    for row, box in zip(rows, boxes, strict=True):
        now_, then = _numbers(measures, row), _numbers(today, row)
        made.append(
            GridFigures(
                row=row,
                figures=now_,
                change={name: now_[name] - then[name] for name in SHOWN},
                atoms=int(measures.atoms[row]),
                polsby_popper=float(measures.polsby_popper[row]),
                reock=round_[row],
                is_new=not at.in_force and at.plan.grids[row].grid_id not in known,
                bounds=box or (0.0, 0.0, 0.0, 0.0),
            )
        )
    return tuple(made)


def _numbers(measures: Measures, row: int) -> dict[str, float]:
    counted = {name: int(measures.counts[name][row]) for name in COUNTED}
    return {**counted, "area_m2": float(measures.area_m2[row])}


def _boxes(terrain: Terrain, groups: Sequence[tuple[int, ...]]) -> tuple[Box | None, ...]:
    """Return the box around each group of atoms; None around nothing."""
    distinct = [group for group in dict.fromkeys(groups) if group]
    if not distinct:
        return (None,) * len(groups)
    ends = np.cumsum([len(group) for group in distinct])
    starts = np.concatenate([[0], ends[:-1]])
    own = terrain.boxes[np.fromiter(chain.from_iterable(distinct), np.intp, ends[-1])]
    low = np.minimum.reduceat(own[:, :2], starts, axis=0)
    high = np.maximum.reduceat(own[:, 2:], starts, axis=0)
    found = dict(zip(distinct, map(tuple, np.hstack([low, high]).tolist()), strict=True))
    return tuple(found.get(group) for group in groups)
