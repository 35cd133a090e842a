"""The demo county: every community is divided, then all is as it was before; told by random points.

`GRIDMAP_POINTS` sets how many points are located before and after (10,000 is the full size).
"""

import os
from collections import deque
from datetime import timedelta

import numpy as np
import shapely
from sqlalchemy import text

from gridmap.geolocation.rules import Place
from gridmap.geolocation.service import locate_many
from gridmap.redistricting import adoption, drafting, edits, reviewing
from gridmap.redistricting.drafting import Origin
from gridmap.redistricting.editing import Edit, EditKind
from gridmap.redistricting.plan import UNASSIGNED, GridDraft
from gridmap.redistricting.queries import facts
from gridmap.redistricting.states import PlanAction
from gridmap.terms import PlaceSource, Role
from gridmap.timespan import local_day
from tests.redistricting.publishing import BROKEN, boundaries, signed_in
from web.params import now as the_time

POINTS = int(os.environ.get("GRIDMAP_POINTS", "1000"))
PARTS = 12
BATCH = 2_000


def answers(session, day):
    """Grid and building of points all over the county and a little beyond, on a day."""
    rng = np.random.default_rng(11)
    shapes = np.array(list(boundaries(session, day).values()))
    west, south, east, north = shapely.total_bounds(shapes)
    lons = rng.uniform(west - 0.002, east + 0.002, POINTS)
    lats = rng.uniform(south - 0.002, north + 0.002, POINTS)
    places = [
        Place(lon, lat, "wgs84", source=PlaceSource.PIN, accuracy_m=None)
        for lon, lat in zip(lons.tolist(), lats.tolist(), strict=True)
    ]
    found = [
        one
        for start in range(0, POINTS, BATCH)
        for one in locate_many(session, places[start : start + BATCH], day)
    ]
    return [
        (one.grid.status, one.grid.id, one.building.status, one.building.id, one.grid_named)
        for one in found
    ]


def members(session, day):
    query = text("SELECT building_id, grid_id FROM grid_building WHERE valid @> CAST(:day AS date)")
    return dict(session.execute(query, {"day": day}).all())


def whole(session, day):
    """The grids of a day are an exact coverage; return how many there are."""
    found = np.array(list(boundaries(session, day).values()))
    assert shapely.coverage_is_valid(found)
    for what, query in list(BROKEN.items())[2:5]:
        assert session.execute(text(query), {"day": day}).all() == [], what
    return len(found)


def divided(at):
    """Divide every grid into `PARTS`: atoms go to the seed that is fewest borders away."""
    graph, rng = at.terrain.graph, np.random.default_rng(3)
    near, homes = graph.neighbours(), at.plan.assignment
    assignment = np.full(len(graph), UNASSIGNED, dtype=np.int32)
    grids = list(at.plan.grids)
    queue = deque()
    for row in at.plan.present():
        head = grids[row].code[:12]
        for part, seed in enumerate(rng.choice(at.plan.atoms_of(row), PARTS, replace=False)):
            if part:
                name = f"{grids[row].name}之{part + 1}"
                grids.append(GridDraft(grids[row].community_id, f"{head}{101 + part}", name))
            assignment[seed] = len(grids) - 1 if part else row
            queue.append(int(seed))
    while queue:
        atom = queue.popleft()
        for other in near.indices[near.indptr[atom] : near.indptr[atom + 1]].tolist():
            if assignment[other] == UNASSIGNED and homes[other] == homes[atom]:
                assignment[other] = assignment[atom]
                queue.append(other)
    return edits.take(at.plan, graph, tuple(grids), assignment)


def test_the_county_is_divided_and_restored(demo_session):
    session, now = demo_session, the_time()
    today = local_day(now)
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    planner, approver = (signed_in(session, name, Role.PLANNER) for name in ("规划员", "审核人"))
    county = next(row.code for row in facts.areas_on(session, today) if row.kind == "county")

    def publish(plan, day):
        for who, action in ((planner, PlanAction.SUBMIT), (approver, PlanAction.APPROVE)):
            reviewing.act(session, who, plan.id, action, plan.head, now)
        return adoption.adopt(session, planner, plan.id, day, now)

    before, housed = answers(session, yesterday), members(session, yesterday)
    plan = drafting.begin(session, planner, "细分", county, Origin(), now)
    at = drafting.held(session, planner, plan.id, plan.head, now)
    drafting.save(session, planner, at, Edit(EditKind.FILE), divided(at), now)
    publish(plan, today)
    assert whole(session, today) == PARTS * len(set(housed.values()))
    middle = answers(session, today)
    assert middle != before
    plan = drafting.begin(session, planner, "恢复", county, Origin(day=yesterday), now)
    publish(plan, tomorrow)
    assert whole(session, tomorrow) == len(set(housed.values()))
    assert answers(session, tomorrow) == before
    assert members(session, tomorrow) == housed
    assert answers(session, today) == middle
    assert answers(session, yesterday) == before
