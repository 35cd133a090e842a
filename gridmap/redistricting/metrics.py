"""What the planner sees of each grid and of all: counts, area, shape, balance.

Everything is an array with one number a row of the plan; rows without atoms have zeros (shapes: NaN).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gridmap.redistricting.graph import Assignment, AtomGraph, Floats, Int64s, Weights
from gridmap.redistricting.plan import UNASSIGNED

COUNTED: Final = ("households", "residents", "buildings", "members", "reports")
"""The counts of `Weights`, in the order in which they are shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """One number a grid: `counts` by name of `COUNTED`, area and perimeter in metres, shape."""

    atoms: Int64s
    counts: dict[str, Int64s]
    area_m2: Floats
    perimeter_m: Floats
    polsby_popper: Floats


def measure(graph: AtomGraph, weights: Weights, assignment: Assignment, rows: int) -> Measures:
    """Measure all grids of a plan.

    The perimeter is what a grid shares with other grids and with the outside of its community;
    Polsby-Popper (see `gridmap.geometry.compactness`) follows from area and perimeter.

    Args:
        graph: the atoms, with their borders.
        weights: what lies in each atom.
        assignment: the row of each atom.
        rows: how many rows there are.
    """
    area = _sums(assignment, graph.area_m2, rows)
    perimeter = perimeters(graph, assignment, rows)
    shape = np.full(rows, np.nan)
    np.divide(4 * np.pi * area, perimeter**2, out=shape, where=perimeter > 0)
    return Measures(
        atoms=_sums(assignment, np.ones(len(graph)), rows).astype(np.int64),
        counts={
            name: np.rint(_sums(assignment, getattr(weights, name), rows)).astype(np.int64)
            for name in COUNTED
        },
        area_m2=area,
        perimeter_m=perimeter,
        polsby_popper=shape,
    )


def perimeters(graph: AtomGraph, assignment: Assignment, rows: int) -> Floats:
    """Return the metres of border of each grid: towards other grids and to the outside."""
    here, there = assignment[graph.first], assignment[graph.second]
    cut = here != there
    return (
        _sums(assignment, graph.outer_m, rows)
        + _sums(here[cut], graph.border_m[cut], rows)
        + _sums(there[cut], graph.border_m[cut], rows)
    )


def _sums(assignment: Assignment, values: Floats | Int64s, rows: int) -> Floats:
    """Add up by row; the shift by one puts what has no grid into a bin of its own."""
    summed = np.bincount(assignment - UNASSIGNED, values, minlength=rows + 1)
    return summed[1:].astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True)
class Band:
    """The households that a grid should have: county data."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Balance:
    """How even the grids are.

    Attributes:
        grids: how many have ground.
        mean: households a grid.
        least, most: the smallest and the largest.
        worst: the largest deviation from the mean of its own community, as a share of that mean.
        in_band: how many lie within the band.
        roads: share of the inner border length that runs along roads or water.
    """

    grids: int
    mean: float
    least: int
    most: int
    worst: float
    in_band: int
    roads: float


def balance(
    measures: Measures, homes: Sequence[int], band: Band, roads: float = float("nan")
) -> Balance:
    """Sum up how even the grids are.

    Args:
        measures: of all rows.
        homes: the community of each row.
        band: households a grid should have.
        roads: share of inner borders along roads, from `road_share`.
    """
    present = measures.atoms > 0
    households = measures.counts["households"][present]
    if not households.size:
        return Balance(0, 0.0, 0, 0, 0.0, 0, roads)
    _, place = np.unique(np.asarray(homes)[present], return_inverse=True)
    means = (np.bincount(place, households) / np.bincount(place))[place]
    off = np.divide(np.abs(households - means), means, out=np.zeros(len(means)), where=means > 0)
    fits = (households >= band.least) & (households <= band.most)
    return Balance(
        grids=int(present.sum()),
        mean=float(households.mean()),
        least=int(households.min()),
        most=int(households.max()),
        worst=float(off.max()),
        in_band=int(fits.sum()),
        roads=roads,
    )


def road_share(graph: AtomGraph, assignment: Assignment) -> float:
    """Return the share of the length between grids that runs along roads or water; NaN without any."""
    cut = assignment[graph.first] != assignment[graph.second]
    length = float(graph.border_m[cut].sum())
    along = float(graph.border_m[cut & (graph.road > 0)].sum())
    return along / length if length else float("nan")
