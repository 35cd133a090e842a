"""Two publishers at once: one wins, the other is told, and the county has no gap and no overlap.

`GRIDMAP_RACES` sets how often (1,000 is the full size).
"""

import os
import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from gridmap.errors import GridmapError
from gridmap.ledger.areas import GridVersion
from gridmap.redistricting import adoption
from gridmap.redistricting.editing import EditKind
from gridmap.redistricting.refusals import PlanOutdated, WrongPlanState
from gridmap.redistricting.tables import Adoption, Plan
from gridmap.store.session import make_engine, transaction
from tests.redistricting import publishing
from tests.redistricting.publishing import TODAY, check_ledger, later

RACES = int(os.environ.get("GRIDMAP_RACES", "4"))


@pytest.fixture
def committed(make_migrated):
    """A database of its own where transactions really commit, with the county in it."""
    engine = make_engine(make_migrated(), statement_timeout_s=0)
    with transaction(engine) as session:
        county = publishing.county(session)
    yield engine, county
    engine.dispose()


def at_once(works):
    """Start all of these at the same moment; return what each gave or raised."""
    barrier = threading.Barrier(len(works))
    outcomes = [None] * len(works)

    def run(place, work):
        barrier.wait()
        try:
            outcomes[place] = work()
        except GridmapError as refusal:
            outcomes[place] = refusal

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return outcomes


def approved(engine, county, draw, now):
    """Draw a plan and have it approved, committed; return its id."""
    with transaction(engine) as session:
        here = replace(county, session=session)
        plan = here.begin(now=now)
        draw(here, plan, now)
        return here.approve(plan, now).id


def publish(engine, county, plan_id, day, now):
    with transaction(engine) as session:
        return adoption.adopt(session, county.planner, plan_id, day, now).id


def carve(houses, county, plan, now):
    county.carve(plan, houses, now=now)


def merge_all(place, county, plan, now):
    """One grid is left: the first or the last."""
    rows = county.opened(plan, now).plan.present()
    county.edit(plan, EditKind.MERGE, now, grids=tuple(rows), grid=rows[place])


def test_one_of_two_publishers_wins(committed):
    engine, county = committed
    winners = Counter()
    for race in range(RACES):
        now, today = later(race), TODAY + timedelta(days=race)
        day = today + timedelta(days=race // 2 % 2)
        apart = (partial(carve, "a01 a02"), partial(carve, "a21 a22"))
        together = (partial(merge_all, 0), partial(merge_all, -1))
        draws = apart if race % 2 == 0 else together
        plans = [approved(engine, county, draw, now) for draw in draws]
        works = [partial(publish, engine, county, plan, day, now) for plan in plans]
        outcomes = at_once(works)
        won = [place for place, one in enumerate(outcomes) if isinstance(one, int)]
        assert len(won) == 1, outcomes
        assert isinstance(outcomes[1 - won[0]], PlanOutdated)
        winners[won[0]] += 1
        with transaction(engine) as session:
            for one in {today, day, day + timedelta(days=1)}:
                check_ledger(session, one)
            adopted = session.scalar(select(func.count()).select_from(Adoption))
            assert adopted == race + 1
            states = [session.get_one(Plan, plan).state for plan in plans]
            assert sorted(states) == ["adopted", "approved"]
    assert winners.total() == RACES


def test_a_plan_that_two_publish_is_published_once(committed):
    engine, county = committed
    plan = approved(engine, county, partial(carve, "a01 a02"), later(0))
    works = [partial(publish, engine, county, plan, TODAY, later(0))] * 4
    outcomes = at_once(works)
    assert sum(isinstance(one, int) for one in outcomes) == 1
    assert sum(isinstance(one, WrongPlanState) for one in outcomes) == 3
    with transaction(engine) as session:
        check_ledger(session, TODAY)
        standing = select(func.count()).where(GridVersion.valid.contains(TODAY))
        assert session.scalar(standing) == 6


def test_whoever_publishes_while_another_withdraws_waits_and_sees(committed):
    engine, county = committed
    day = TODAY + timedelta(days=3)
    first = approved(engine, county, partial(carve, "a01 a02"), later(0))
    second = approved(engine, county, partial(merge_all, 0), later(0))
    publish(engine, county, first, day, later(0))

    def withdraw():
        with transaction(engine) as session:
            adoption.withdraw(session, county.planner, first, later(1))

    outcomes = at_once([withdraw, partial(publish, engine, county, second, day, later(1))])
    assert outcomes[0] is None
    assert isinstance(outcomes[1], int | PlanOutdated)
    with transaction(engine) as session:
        check_ledger(session, day)
        standing = select(func.count()).where(GridVersion.valid.contains(day))
        assert session.scalar(standing) == (3 if isinstance(outcomes[1], int) else 5)
