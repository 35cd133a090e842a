"""Tasks of an earlier publication close when a later one leaves nothing to decide; what is taken back opens them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gridmap.redistricting import adoption, tasks
from gridmap.redistricting.drafting import Origin
from gridmap.redistricting.refusals import NotPublishable
from gridmap.redistricting.states import Superseded
from gridmap.redistricting.tables import PlanTask
from gridmap.redistricting.tasks import TaskKind
from gridmap.store.audit import AuditEntry
from tests.redistricting import publishing
from tests.redistricting.publishing import FIRST, TODAY, TOMORROW, check_ledger, later

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def county(session):
    return publishing.county(session)


def carved(county, day=TODAY):
    plan = county.begin(name="西苑试点")
    county.carve(plan, "a01 a02", "西苑网格")
    return county.publish(plan, day)


def merged(county, day=TODAY):
    plan = county.begin()
    county.merge(plan, "AB")
    return county.publish(plan, day)


def restored(county, day=TOMORROW, now=None):
    plan = county.begin(now=now or later(0), origin=Origin(day=YESTERDAY), name="恢复原状")
    return county.publish(plan, day, now or later(0))


def shown(county, made):
    found = tasks.of_plan(county.session, county.planner, made.plan_id)
    return {one.kind: one for one in found}


def test_tasks_about_a_grid_that_is_undone_close_with_the_reason(county):
    first = carved(county)
    assert len(tasks.open_tasks(county.session, first.id)) == 3
    later_one = restored(county)
    assert tasks.open_tasks(county.session, first.id) == []
    found = shown(county, first)
    assert {one.outcome for one in found.values()} == {"superseded"}
    closed = found[TaskKind.FOUND_BRANCH].later
    assert (closed.plan_id, closed.reason) == (later_one.plan_id, Superseded.GRID_ENDED)
    assert closed.text("zh") == f"由“恢复原状”取代（{TOMORROW} 起施行）：这个网格不再保留。"
    assert "this grid is not kept" in closed.text("en")
    lines = county.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "plan_task_superseded")
    ).all()
    assert [line.details["reason"] for line in lines] == ["grid_ended"] * 3


def test_people_of_a_grid_that_comes_back_are_not_offered_another_one(county):
    first = merged(county)
    assert shown(county, first)[TaskKind.FOLLOW_WORKER].grid_id == county.id("A")
    second = restored(county)
    reasons = {one.later.reason for one in shown(county, first).values()}
    assert reasons == {Superseded.GRID_RETURNED}
    assert TaskKind.FOLLOW_WORKER in shown(county, second)


def test_what_is_decided_and_what_is_about_other_grids_stays(county):
    first = carved(county)
    declined = shown(county, first)[TaskKind.NAME_WORKER]
    tasks.decline(county.session, county.planner, declined.id, later(0))
    plan = county.begin()
    county.move(plan, "c30", "B")
    county.publish(plan)
    assert len(tasks.open_tasks(county.session, first.id)) == 2
    restored(county, TODAY + timedelta(days=2), later(1))
    assert shown(county, first)[TaskKind.NAME_WORKER].outcome == "declined"


def test_a_publication_that_is_withdrawn_opens_again_what_it_closed(county):
    first = carved(county)
    second = restored(county)
    adoption.withdraw(county.session, county.planner, second.plan_id, later(0))
    assert len(tasks.open_tasks(county.session, first.id)) == 3
    branch = shown(county, first)[TaskKind.FOUND_BRANCH]
    assert (branch.later, branch.outcome) == (None, None)
    tasks.accept(county.session, county.planner, branch.id, later(0))
    check_ledger(county.session, TODAY)


def test_a_task_goes_on_under_the_new_code_of_its_grid(county):
    first = merged(county)
    plan = county.begin()
    county.renumber(plan, "A", f"{FIRST}009")
    second = county.publish(plan)
    assert {one.later.reason for one in shown(county, first).values()} == {Superseded.RENUMBERED}
    going_on = shown(county, second)
    assert set(going_on) == set(shown(county, first))
    rows = county.session.scalars(select(PlanTask).where(PlanTask.adoption_id == second.id)).all()
    assert {
        county.rows("SELECT code FROM grid WHERE id = :id", id=row.grid_id)[0].code for row in rows
    } == {f"{FIRST}009"}
    tasks.accept(county.session, county.planner, going_on[TaskKind.FOLLOW_HELPERS].id, later(0))
    assert ("009", "part_time_worker", "B兼职") in county.holders(TOMORROW)
    check_ledger(county.session, TOMORROW)


def test_a_renumbering_is_restored_from_the_day_after_and_the_refusal_says_so(county):
    plan = county.begin()
    county.renumber(plan, "B", f"{FIRST}009")
    county.publish(plan, TODAY)
    with (
        pytest.raises(NotPublishable, match=f"生效日最早可选 {TOMORROW}") as refused,
        county.session.begin_nested(),
    ):
        restored(county, TODAY)
    assert f"earliest possible day is {TOMORROW}" in refused.value.message("en")
    restored(county, TOMORROW)
    check_ledger(county.session, TOMORROW)
    assert county.members(TOMORROW) == county.members(YESTERDAY)
