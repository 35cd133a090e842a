"""Measure an assignment for comparison."""

from __future__ import annotations

import numpy as np

from gridmap.redistricting.graph import Assignment, AtomGraph, Bools, Floats, RoadClass, Weights
from gridmap.redistricting.search.contraction import joined, summed_by
from gridmap.redistricting.search.wishes import Figures, Wish

TOLERANCE = 0.1
"""Deviation from the mean that counts as balanced where only the number of grids was asked for."""


def figures(
    graph: AtomGraph, weights: Weights, today: Assignment, wish: Wish, assignment: Assignment
) -> Figures:
    """Measure an assignment of all atoms; `today` is what households and reports move from."""
    rows = int(assignment.max()) + 1
    cut = assignment[graph.first] != assignment[graph.second]
    present = np.bincount(assignment, minlength=rows) > 0
    households = summed_by(assignment, weights.households.astype(np.float64), rows)
    members = summed_by(assignment, weights.members.astype(np.float64), rows)
    mean = _means(graph, assignment, households, present)
    off = np.divide(abs(households - mean), mean, out=np.zeros(rows), where=mean > 0)
    low, high = wish.households or (1 - TOLERANCE, 1 + TOLERANCE)
    scale = np.ones(rows) if wish.households else mean
    within = (households >= low * scale - 1e-9) & (households <= high * scale + 1e-9)
    round_ = _polsby_popper(graph, assignment, cut, rows)[present]
    metres = graph.border_m[cut]
    roads = metres[graph.road[cut] >= RoadClass.STREET]
    moved = (today >= 0) & (assignment != today)
    return Figures(
        grids=int(present.sum()),
        deviation=float(off[present].max()),
        in_band=float(within[present].mean()),
        cut_m=float(metres.sum()),
        polsby_mean=float(round_.mean()),
        polsby_min=float(round_.min()),
        split_compounds=_split_compounds(graph, assignment),
        road_share=float(roads.sum() / metres.sum()) if metres.size else 0.0,
        small_branches=int((members[present] < wish.min_members).sum()),
        households_moved=int(weights.households[moved].sum()),
        reports_moved=int(weights.reports[moved].sum()),
        stray_parts=_parts(graph, cut) - int(present.sum()),
    )


def _means(graph: AtomGraph, assignment: Assignment, households: Floats, present: Bools) -> Floats:
    """Return for each grid the mean of the grids of its community."""
    home = np.zeros(len(households), np.int32)
    home[assignment] = graph.community
    count = summed_by(home[present], np.ones(int(present.sum())), len(graph.communities))
    whole = summed_by(home, households, len(graph.communities))
    means: Floats = (whole / np.maximum(count, 1))[home]
    return means


def _polsby_popper(graph: AtomGraph, assignment: Assignment, cut: Bools, rows: int) -> Floats:
    area = summed_by(assignment, graph.area_m2, rows)
    around = summed_by(assignment, graph.outer_m, rows)
    for side in (graph.first, graph.second):
        around += summed_by(assignment[side[cut]], graph.border_m[cut], rows)
    out = np.zeros(rows)
    np.divide(4 * np.pi * area, around**2, out=out, where=around > 0)
    return out


def _split_compounds(graph: AtomGraph, assignment: Assignment) -> int:
    inside = graph.compound >= 0
    pairs = np.unique(np.stack([graph.compound[inside], assignment[inside]]), axis=1)
    _, pieces = np.unique(pairs[0], return_counts=True)
    return int((pieces > 1).sum())


def _parts(graph: AtomGraph, cut: Bools) -> int:
    """Count the contiguous parts of all grids."""
    return len(np.unique(joined(len(graph), graph.first[~cut], graph.second[~cut])))
