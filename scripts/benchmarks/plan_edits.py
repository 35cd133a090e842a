"""What one edit costs at the size of a county: its numbers, its new boundaries, the whole answer.

A made-up county (22 communities, some 11,900 atoms, 44 or 462 grids) is edited as by a brush: a few atoms
of one grid go to its neighbour. Three times are taken, each over many edits: the measures of all grids; the
two new polygons; everything that the page shows after an edit. The peer in the same run is shapely's
unary_union of the same atoms.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).parents[2]))

from gridmap.geometry.crs import geometries_to_wgs84
from gridmap.redistricting import edits
from gridmap.redistricting.facts import Facts
from gridmap.redistricting.faults import Surroundings
from gridmap.redistricting.metrics import Band, measure
from gridmap.redistricting.opening import Opened, Over
from gridmap.redistricting.outlines import Outlines
from gridmap.redistricting.picture import picture
from gridmap.redistricting.plan import GridDraft, Plan
from gridmap.redistricting.tables import Plan as PlanRow
from gridmap.redistricting.terrain import Terrain
from scripts.benchmarks import made_atoms

EPSG = 4547
EASTING, NORTHING = 500_000.0, 3_840_000.0


def main() -> None:
    """Make the county, edit it, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", help="not used: nothing is stored")
    parser.add_argument("--atoms", type=int, default=11_888)
    parser.add_argument("--edits", type=int, default=200)
    asked = parser.parse_args()
    made = made_atoms.make(22, asked.atoms, 1)
    print(
        f"{len(made.graph)} atoms, {int(made.weights.buildings.sum())} buildings, {asked.edits} edits"
    )
    print(f"{'grids':>6}{'':22}{'median ms':>10}{'p95 ms':>10}")
    for per_community in (2, 21):
        at = _opened(made, per_community)
        for name, times in _measured(at, asked.edits).items():
            ordered = sorted(times)
            p95 = ordered[int(len(ordered) * 0.95)]
            print(
                f"{len(at.plan.grids):>6}  {name:20}{statistics.median(times):>10.2f}{p95:>10.2f}"
            )


def _opened(made: made_atoms.MadeUp, per_community: int) -> Opened:
    graph = made.graph
    shapes = shapely.transform(made.shapes, lambda points: points + np.array([EASTING, NORTHING]))
    degrees = geometries_to_wgs84(shapes, f"EPSG:{EPSG}")
    assignment, drafts = np.zeros(len(graph), dtype=np.int32), []
    for number, community in enumerate(graph.communities):
        rows = graph.rows_of(number)
        order = rows[np.lexsort((graph.y[rows], graph.x[rows]))]
        for part in np.array_split(order, per_community):
            assignment[part] = len(drafts)
            drafts.append(
                GridDraft(community, f"{len(drafts):015d}", f"网格{len(drafts)}", len(drafts))
            )
    plan = Plan(tuple(drafts), assignment)
    ground = Terrain(
        key="made",
        layer_ids=(),
        epsg=EPSG,
        graph=graph,
        shapes=shapes,
        outlines=Outlines(shapes),
        tree=shapely.STRtree(shapes),
        degrees=degrees,
        boxes=shapely.bounds(degrees),
        face=np.arange(len(graph), dtype=np.int32),
        building_ids=np.zeros(0, dtype=np.int64),
        building_codes=np.zeros(0, dtype=object),
        building_atoms=np.zeros(0, dtype=np.int32),
    )
    around = Surroundings(Band(300, 500))
    known = Facts(made.weights, plan, around, {})
    return Opened(PlanRow(), 1, plan, Over((), {}, plan.assignment), ground, known)


def _measured(at: Opened, count: int) -> dict[str, list[float]]:
    rng = np.random.default_rng(3)
    graph, weights, length = at.terrain.graph, at.facts.weights, len(at.plan.grids)
    times: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], object]) -> object:
        begin = time.perf_counter()
        result = work()
        times.setdefault(name, []).append((time.perf_counter() - begin) * 1000)
        return result

    plan = at.plan
    cut = np.flatnonzero(plan.assignment[graph.first] != plan.assignment[graph.second])
    for border in rng.choice(cut, count).tolist():
        atom, row = int(graph.first[border]), int(plan.assignment[graph.second[border]])
        rows = [int(plan.assignment[atom]), row]
        plan = edits.move(plan, graph, [atom], row)
        now = Opened(at.row, 2, plan, at.over, at.terrain, at.facts)
        timed("measures", lambda p=plan: measure(graph, weights, p.assignment, length))
        timed("two polygons", lambda p=plan, r=rows: at.terrain.outlines.polygons(p.assignment, r))
        timed(
            "unary_union (peer)",
            lambda p=plan, r=rows: [
                shapely.union_all(at.terrain.shapes[p.assignment == one]) for one in r
            ],
        )
        timed("all that is shown", lambda n=now, r=rows: picture(n, r))
    return times


if __name__ == "__main__":
    main()
