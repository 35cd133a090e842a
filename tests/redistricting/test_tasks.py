"""What a publication leaves to people: which tasks, what they say, what happens when one is accepted."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from gridmap.errors import NotAllowed, NotFound
from gridmap.ledger.party import PartyVersion
from gridmap.redistricting import adoption, tasks
from gridmap.redistricting.drafting import Origin
from gridmap.redistricting.refusals import NotPublishable
from gridmap.redistricting.tasks import TaskKind
from gridmap.store.audit import AuditEntry
from gridmap.store.base import from_day
from gridmap.terms import PostKind, Role
from tests.redistricting import publishing
from tests.redistricting.publishing import NOW, TODAY, TOMORROW, check_ledger, later
from tests.worlds import START


@pytest.fixture
def county(session):
    return publishing.county(session)


def merged(county, day=TOMORROW):
    plan = county.begin()
    county.merge(plan, "AB")
    return plan, county.publish(plan, day)


def carved(county, day=TOMORROW):
    plan = county.begin()
    county.carve(plan, "a01 a02", "西苑网格")
    return plan, county.publish(plan, day)


def open_of(county, made):
    """The open tasks by kind; of one kind there is one here."""
    found = tasks.open_tasks(county.session, made.id)
    by_kind = {one.kind: one for one in found}
    assert len(by_kind) == len(found)
    return by_kind


def accept(county, task, now=NOW):
    return tasks.accept(county.session, county.planner, task.id, now)


def test_a_merge_leaves_the_people_and_members_of_the_grid_that_ends(county):
    _, made = merged(county)
    found = open_of(county, made)
    assert {kind: one.text("zh") for kind, one in found.items()} == {
        TaskKind.FOLLOW_WORKER: "B网格的专职网格员B格员可转到A网格任职。",
        TaskKind.FOLLOW_SECRETARY: "B网格的党支部书记B书记可转到A网格任职。",
        TaskKind.FOLLOW_HELPERS: "B网格的 1 名兼职网格员可转到A网格：B兼职。",
        TaskKind.FOLLOW_MEMBERS: "“B支部”撤销，正式党员 5 名、预备党员 0 名可转入A网格的党支部。",
    }
    assert all(one.grid_id == county.id("A") for one in found.values())


def test_a_new_grid_needs_a_branch_a_worker_and_a_parent_for_its_groups(county):
    _, made = carved(county)
    found = open_of(county, made)
    assert {kind: one.text("zh") for kind, one in found.items()} == {
        TaskKind.FOUND_BRANCH: "西苑网格还没有党支部，可成立“西苑网格党支部”。",
        TaskKind.NAME_WORKER: "西苑网格还没有专职网格员。",
        TaskKind.PLACE_GROUPS: "西苑网格有 2 个楼栋党小组没有上级党支部：a01组、a02组。",
    }
    assert all(one.text("en") for one in found.values())


def test_another_code_or_another_border_leaves_nothing(county):
    plan = county.begin()
    county.renumber(plan, "B", f"{publishing.FIRST}009")
    county.move(plan, "a01", "C")
    made = county.publish(plan)
    assert tasks.open_tasks(county.session, made.id) == []


def test_the_worker_goes_to_the_first_heir_without_one(county):
    """C goes to A (three houses) and B (one), whose worker has just left."""
    county.posts["B格员"].valid = from_day(START, TODAY)
    plan = county.begin()
    county.move(plan, "c00 c10 c20", "A")
    county.move(plan, "c30", "B")
    found = open_of(county, county.publish(plan))
    assert found[TaskKind.FOLLOW_WORKER].grid_id == county.id("B")
    assert found[TaskKind.FOLLOW_SECRETARY].grid_id == county.id("A")
    assert found[TaskKind.FOLLOW_HELPERS].grid_id == county.id("A")
    accept(county, found[TaskKind.FOLLOW_WORKER])
    assert ("002", "grid_worker", "C格员") in county.holders(TOMORROW)
    with pytest.raises(NotPublishable, match="已有"):
        accept(county, found[TaskKind.FOLLOW_SECRETARY])


def test_people_follow_with_their_terms(county):
    _, made = merged(county)
    accept(county, open_of(county, made)[TaskKind.FOLLOW_HELPERS])
    assert ("001", "part_time_worker", "B兼职") in county.holders(TOMORROW)
    assert ("001", "part_time_worker", "B兼职") not in county.holders(TODAY)
    terms = county.rows("""
        SELECT term_end, lower(p.valid) FROM post p JOIN person n ON n.id = p.person_id
        WHERE n.name = 'B兼职' ORDER BY 2""")
    assert {row[0].year for row in terms} == {2027}
    assert [row[1] for row in terms] == [START, TOMORROW]
    assert TaskKind.FOLLOW_HELPERS not in open_of(county, made)


def test_members_go_to_the_branch_of_the_heir(county):
    _, made = merged(county)
    branch = open_of(county, made)[TaskKind.FOLLOW_MEMBERS]
    accept(county, branch)
    spans = county.rows(
        """SELECT lower(valid), upper(valid), full_members FROM party_version
           WHERE grid_id = :id ORDER BY 1""",
        id=county.id("A"),
    )
    assert [tuple(row) for row in spans] == [(START, TOMORROW, 5), (TOMORROW, None, 10)]


def test_a_branch_is_founded_then_groups_come_under_it(county):
    _, made = carved(county)
    found = open_of(county, made)
    with pytest.raises(NotPublishable, match="请先成立"):
        accept(county, found[TaskKind.PLACE_GROUPS])
    accept(county, found[TaskKind.FOUND_BRANCH])
    accept(county, found[TaskKind.PLACE_GROUPS], later(4))
    late = TODAY + timedelta(days=4)
    assert county.parents(TOMORROW)["a01组"] is None
    assert county.parents(late)["a01组"] == "西苑网格党支部"
    branch = county.session.scalars(
        select(PartyVersion).where(PartyVersion.name == "西苑网格党支部")
    ).one()
    assert branch.parent_id == county.organisations["general"].id
    assert branch.valid.lower == TOMORROW
    check_ledger(county.session, late)


def test_a_worker_is_named_elsewhere(county):
    plan, made = carved(county)
    task = open_of(county, made)[TaskKind.NAME_WORKER]
    with pytest.raises(NotPublishable, match="请先办理"):
        accept(county, task)
    grid = next(one for one in county.rows("SELECT id FROM grid ORDER BY id DESC LIMIT 1"))
    county.world.post(PostKind.GRID_WORKER, grid, "新格员", since=TOMORROW)
    accept(county, task)
    assert TaskKind.NAME_WORKER not in open_of(county, made)
    assert len(tasks.of_plan(county.session, county.planner, plan.id)) == 3


def test_a_task_is_decided_once(county):
    plan, made = merged(county)
    task = open_of(county, made)[TaskKind.FOLLOW_HELPERS]
    before = county.ledger()
    tasks.decline(county.session, county.planner, task.id, later(0, 1))
    assert county.ledger() == before
    for decide in (tasks.accept, tasks.decline):
        with pytest.raises(NotPublishable, match="已有结论"):
            decide(county.session, county.planner, task.id, later(0, 2))
    shown = {one.id: one for one in tasks.of_plan(county.session, county.approver, plan.id)}
    assert (shown[task.id].done, shown[task.id].outcome) == (True, "declined")
    logged = county.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "plan_task_declined")
    ).one()
    assert (logged.object_key, logged.details["task"]) == (str(plan.id), task.id)


def test_who_decides(county):
    _, made = merged(county)
    task = open_of(county, made)[TaskKind.FOLLOW_HELPERS]
    nobody = publishing.signed_in(county.session, "无关的人", Role.AUDITOR)
    with pytest.raises(NotAllowed):
        tasks.accept(county.session, nobody, task.id, NOW)
    with pytest.raises(NotAllowed):
        tasks.of_plan(county.session, nobody, made.plan_id)
    with pytest.raises(NotFound):
        tasks.accept(county.session, county.planner, 10**6, NOW)
    tasks.refuse_others(county.session, county.planner, made.plan_id, task.id)
    with pytest.raises(NotFound, match="待办"):
        tasks.refuse_others(county.session, county.planner, made.plan_id, 10**6)
    with pytest.raises(NotFound, match="方案"):
        tasks.of_plan(county.session, county.planner, 10**6)


def test_nothing_follows_into_a_grid_that_has_gone_meanwhile(county):
    _, made = merged(county, TODAY)
    task = open_of(county, made)[TaskKind.FOLLOW_HELPERS]
    plan = county.begin()
    county.merge(plan, "CA")
    county.publish(plan)
    with pytest.raises(NotPublishable, match="后来的方案取代"):
        accept(county, task, later(2))
    # as if somebody had been deciding it while the plan was published
    reopened = "done_at = NULL, outcome = NULL, superseded_by_id = NULL, reason = NULL"
    county.session.execute(text(f"UPDATE plan_task SET {reopened} WHERE id = {task.id}"))
    with pytest.raises(NotPublishable, match="不存在"):
        accept(county, task, later(2))


def test_a_grid_that_comes_back_is_offered_its_branch_and_people(county):
    merged(county, TODAY)
    plan = county.begin(now=later(3), origin=Origin(day=TODAY - timedelta(days=1)))
    county.approve(plan, later(3))
    day = TODAY + timedelta(days=4)
    made = adoption.adopt(county.session, county.planner, plan.id, day, later(3))
    found = open_of(county, made)
    branch = found[TaskKind.FOUND_BRANCH]
    assert branch.text("zh") == "B网格还没有党支部，可成立“B支部”。"
    for kind in (TaskKind.FOUND_BRANCH, TaskKind.FOLLOW_WORKER, TaskKind.FOLLOW_SECRETARY):
        accept(county, found[kind], later(3))
    accept(county, found[TaskKind.PLACE_GROUPS], later(3))
    before = TODAY - timedelta(days=1)
    assert county.parents(day) == county.parents(before)
    missing = county.holders(before) - county.holders(day)
    assert missing == {("002", "part_time_worker", "B兼职")}
    assert TaskKind.NAME_WORKER not in open_of(county, made)
    check_ledger(county.session, day)
