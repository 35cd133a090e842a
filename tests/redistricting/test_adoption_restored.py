"""After its day a plan is undone by another one; and any sequence of publications keeps the county whole."""

import os
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.errors import GridmapError
from gridmap.geolocation.rules import Place
from gridmap.geolocation.service import locate_many
from gridmap.redistricting import adoption
from gridmap.redistricting.drafting import Origin
from gridmap.redistricting.editing import EditKind
from gridmap.redistricting.refusals import NotPlannable, PlanFaulty, PlanOutdated
from gridmap.redistricting.tables import Plan
from gridmap.terms import PlaceSource
from tests.redistricting import publishing
from tests.redistricting.publishing import FIRST, TODAY, check_ledger, later
from tests.worlds import lonlat

YESTERDAY = TODAY - timedelta(days=1)
POINTS = 400


@pytest.fixture
def county(session):
    return publishing.county(session)


def answers(session, day, points=POINTS):
    """Where points are on a day: verdict and grid, verdict and building; by pin and by phone."""
    rng = np.random.default_rng(7)
    places = []
    for number, (x, y) in enumerate(rng.uniform((-5, -5), (605, 305), (points, 2))):
        lon, lat = lonlat(x, y)
        phone = number % 4 == 0
        source, radius = (PlaceSource.GPS, 15.0) if phone else (PlaceSource.PIN, None)
        places.append(Place(lon, lat, "wgs84", source=source, accuracy_m=radius))
    return [
        (
            one.grid.status,
            one.grid.id,
            one.grid_named and (one.grid_named.code, one.grid_named.name),
            one.building.status,
            one.building.id,
        )
        for one in locate_many(session, places, day)
    ]


def upset(county):
    """Merge, carve and move borders, all in one plan; from today."""
    plan = county.begin("419901000000")
    county.merge(plan, "AB")
    county.carve(plan, "a01 a02", "西苑网格")
    county.move(plan, "c30", "A")
    county.merge(plan, "DE")
    county.publish(plan, TODAY)


@pytest.mark.parametrize("days", [0, 1])
def test_a_new_plan_restores_what_was_the_day_before(county, days):
    before = answers(county.session, YESTERDAY)
    upset(county)
    assert answers(county.session, TODAY) != before
    now, day = later(days), TODAY + timedelta(days=days)
    plan = county.begin("419901000000", now=now, origin=Origin(day=YESTERDAY))
    county.publish(plan, day, now)
    assert answers(county.session, YESTERDAY) == before
    assert answers(county.session, day) == before
    assert county.members(day) == county.members(YESTERDAY)
    for one in (YESTERDAY, TODAY, day, day + timedelta(days=400)):
        check_ledger(county.session, one, exact=one >= TODAY)
    kinds = county.rows("SELECT kind, day FROM grid_lineage ORDER BY day, kind")
    assert {row.day for row in kinds} == {TODAY, day}
    assert county.session.scalars(select(Plan.state)).all() == ["adopted", "adopted"]


def test_the_middle_of_the_story_can_be_read_as_of_its_day(county):
    upset(county)
    middle = answers(county.session, TODAY)
    plan = county.begin("419901000000", now=later(1), origin=Origin(day=YESTERDAY))
    county.publish(plan, TODAY + timedelta(days=1), later(1))
    assert answers(county.session, TODAY) == middle


def test_what_came_back_can_go_and_come_again_on_one_day(county):
    """Each publication of a day is laid over the one before; spans without a day are never left."""
    before = county.members(YESTERDAY)
    for _ in range(2):
        plan = county.begin()
        county.carve(plan, "a01 a02", "西苑网格")
        county.merge(plan, "AB")
        county.publish(plan, TODAY)
        check_ledger(county.session, TODAY)
        assert county.members(TODAY) != before
        plan = county.begin(origin=Origin(day=YESTERDAY))
        county.publish(plan, TODAY)
        check_ledger(county.session, TODAY)
        assert county.members(TODAY) == before
    spans = county.rows("SELECT count(*) FROM grid_version WHERE isempty(valid)")
    assert spans[0][0] == 0


HOUSES = "a01 a11 a21 a02 a12 a22 b31 b32 c00 c10 c20 c30"
STEP = st.tuples(
    st.sampled_from(["move", "move", "merge", "carve", "rename", "renumber"]),
    st.sets(st.sampled_from(HOUSES.split()), min_size=1, max_size=3),
    st.lists(st.integers(0, 9), min_size=2, max_size=2, unique=True),
)
STORY = st.lists(
    st.tuples(
        st.lists(STEP, min_size=1, max_size=3),
        st.integers(0, 2),  # days until it takes effect
        st.booleans(),  # withdrawn if it is not in force yet
        st.integers(0, 2),  # days until the next plan is drawn
    ),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=int(os.environ.get("GRIDMAP_MACHINE_RUNS", "5")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(story=STORY)
def test_any_sequence_of_publications_keeps_the_county_whole(engine, story):
    with engine.connect() as connection, connection.begin() as outer:
        mode = {"join_transaction_mode": "create_savepoint", "expire_on_commit": False}
        with Session(connection, **mode) as session:
            tell(publishing.county(session), story)
        outer.rollback()


def tell(county, story):
    day, exact_from = 0, TODAY + timedelta(days=999)
    days = {TODAY}
    for steps, ahead, back, pause in story:
        now = later(day)
        plan = county.begin(now=now)
        for step in steps:
            take(county, plan, step, now)
        effect = TODAY + timedelta(days=day + ahead)
        try:
            with county.session.begin_nested():
                county.publish(plan, effect, now)
        except (PlanFaulty, PlanOutdated, NotPlannable):
            pass  # in parts; something else is in store; nothing changed, or somebody comes that day
        else:
            days.add(effect)
            exact_from = min(exact_from, TODAY + timedelta(days=day))
            if ahead and back:
                adoption.withdraw(county.session, county.planner, plan.id, now)
        for one in sorted(days):
            check_ledger(county.session, one, exact=one >= exact_from)
        day += pause
    last = max(days)
    seen = [county.members(one) for one in (YESTERDAY, last)]
    assert sum(len(houses.split()) for houses in seen[0].values()) == 14
    assert sum(len(houses.split()) for houses in seen[1].values()) == 14


def take(county, plan, step, now):
    kind, houses, numbers = step
    at = county.opened(plan, now)
    present = at.plan.present()
    rows = [present[number % len(present)] for number in numbers]
    atoms = county.atoms(plan, " ".join(sorted(houses)), now)
    facts = {
        "move": {"kind": EditKind.MOVE, "atoms": atoms, "grid": rows[0]},
        "merge": {"kind": EditKind.MERGE, "grids": tuple(rows), "grid": rows[0]},
        "carve": {"kind": EditKind.NEW, "atoms": atoms},
        "rename": {"kind": EditKind.RENAME, "grid": rows[0], "text": f"网格{numbers[0]}"},
        "renumber": {
            "kind": EditKind.RENUMBER,
            "grid": rows[0],
            "text": f"{FIRST}{100 + plan.id % 800:03d}",
        },
    }[kind]
    try:
        county.edit(plan, now=now, **facts)
    except GridmapError:
        return  # nothing to merge, a name or a code that is taken
