"""A published plan is taken back before its day: to the row, or not at all."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gridmap.errors import NotAllowed
from gridmap.ledger.areas import Grid, GridVersion
from gridmap.ledger.buildings import GridBuilding
from gridmap.ledger.posts import Post, StandIn
from gridmap.redistricting import adoption, tasks
from gridmap.redistricting.drafting import Origin
from gridmap.redistricting.editing import EditKind
from gridmap.redistricting.refusals import CodeTaken, NotPublishable, WrongPlanState
from gridmap.redistricting.states import PlanState
from gridmap.redistricting.tables import PlanTask
from gridmap.redistricting.tasks import TaskKind
from gridmap.store.base import from_day
from gridmap.terms import PostKind, Role
from tests.redistricting import publishing
from tests.redistricting.publishing import FIRST, NOW, SECOND, TODAY, check_ledger, later

DAY = TODAY + timedelta(days=7)


@pytest.fixture
def county(session):
    """A county whose boundaries are exact already: the first publication is behind it."""
    made = publishing.county(session)
    plan = made.begin()
    made.edit(plan, EditKind.RENAME, grid=made.row(plan, "C"), text="南苑网格")
    made.publish(plan, TODAY)
    return made


def everything(county):
    """A plan that does all that a plan can do at once."""
    plan = county.begin()
    county.renumber(plan, "C", f"{FIRST}009")
    county.merge(plan, "AB")
    county.carve(plan, "a01 a02", "西苑网格")
    return plan


def withdraw(county, plan, now=NOW, note=""):
    return adoption.withdraw(county.session, county.planner, plan.id, now, note)


def test_all_of_it_is_taken_back(county):
    before = county.ledger()
    plan = everything(county)
    made = county.publish(plan, DAY)
    assert all(len(county.ledger()[name]) >= len(before[name]) for name in before)
    check_ledger(county.session, DAY)
    withdraw(county, plan, later(3), "改期")
    after = county.ledger()
    grids = after.pop("grid")
    assert set(before.pop("grid")) < set(grids)
    assert after == before
    assert (plan.state, plan.day) == (PlanState.WITHDRAWN, DAY)
    assert made.withdrawn_at == later(3)
    assert adoption.carry_out(county.session, later(8)) == 0
    assert {one.outcome for one in county.session.scalars(select(PlanTask))} == {"withdrawn"}


def test_codes_of_grids_that_never_were_stay_used(county):
    plan = county.begin()
    county.carve(plan, "a01 a02", "西苑网格")
    county.publish(plan, DAY)
    withdraw(county, plan)
    assert "419901001001004" in county.session.scalars(select(Grid.code)).all()
    again = county.begin()
    county.carve(again, "a01 a02", "西苑网格")
    county.publish(again, DAY)
    codes = county.rows("SELECT code FROM grid WHERE code LIKE '419901001001%' ORDER BY 1")
    assert [row[0][-3:] for row in codes] == ["001", "002", "003", "004", "005"]
    copy = county.begin(origin=Origin(plan_id=plan.id))
    withdraw(county, again)
    county.approve(copy)
    with pytest.raises(CodeTaken):
        adoption.adopt(county.session, county.planner, copy.id, DAY, NOW)


def test_what_was_accepted_before_the_day_is_taken_back_too(county):
    before = county.ledger()
    plan = everything(county)
    made = county.publish(plan, DAY)
    order = [TaskKind.FOUND_BRANCH, TaskKind.FOLLOW_WORKER, TaskKind.FOLLOW_MEMBERS]
    for kind in [*order, TaskKind.PLACE_GROUPS]:
        for one in tasks.open_tasks(county.session, made.id):
            if one.kind is kind and (kind is not TaskKind.FOLLOW_WORKER or one.grid_id):
                try_to_accept(county, one)
    check_ledger(county.session, DAY)
    assert county.parents(DAY)["a01组"] == "西苑网格党支部"
    withdraw(county, plan)
    after = county.ledger()
    assert set(before.pop("grid")) < set(after.pop("grid"))
    assert after == before


def try_to_accept(county, task):
    """The worker's place in the heir is taken: that one is refused and left."""
    try:
        with county.session.begin_nested():
            tasks.accept(county.session, county.planner, task.id, NOW)
    except NotPublishable:
        assert task.kind is TaskKind.FOLLOW_WORKER


def test_plans_of_other_communities_are_taken_back_in_any_order(county):
    before = county.ledger()
    for turn in (1, -1):
        plans = [county.begin(), county.begin(SECOND)]
        county.merge(plans[0], "AB")
        county.merge(plans[1], "DE")
        for plan in plans:
            county.publish(plan, DAY)
        for plan in plans[::turn]:
            withdraw(county, plan)
        assert county.ledger() == before


def test_who_may_withdraw_what_and_until_when(county):
    plan = county.begin()
    county.merge(plan, "AB")
    with pytest.raises(WrongPlanState):
        withdraw(county, plan)
    county.publish(plan, DAY)
    reviewer = publishing.signed_in(county.session, "审计员", Role.AUDITOR)
    with pytest.raises(NotAllowed):
        adoption.withdraw(county.session, reviewer, plan.id, NOW)
    for days in (7, 8):
        with pytest.raises(NotPublishable, match="已经生效"):
            withdraw(county, plan, later(days))
    withdraw(county, plan, later(6))
    with pytest.raises(WrongPlanState):
        withdraw(county, plan, later(6))


def change_membership(county):
    member = select(GridBuilding.id).where(
        GridBuilding.building_id == county.world.buildings["b31"].id,
        GridBuilding.valid.contains(DAY),
    )
    number = county.session.scalars(member).one()
    row = update(GridBuilding).where(GridBuilding.id == number)
    county.session.execute(row.values(valid=from_day(DAY, DAY + timedelta(days=9))))


def resign(county):
    """B's worker leaves before the day on which her post ends with the grid."""
    post = county.posts["B格员"]
    county.session.refresh(post)
    post.valid = from_day(post.valid.lower, TODAY + timedelta(days=2))


def appoint(county):
    """Somebody is appointed for the grid that is to be."""
    grid = county.session.scalars(select(Grid).where(Grid.code == f"{FIRST}004")).one()
    county.world.post(PostKind.GRID_WORKER, grid, "新格员", since=DAY)


def take_the_place(county):
    """Grid B gets a version of its own on the days that it would get back."""
    boundary = select(GridVersion.boundary).where(GridVersion.grid_id == county.id("D")).limit(1)
    county.session.add(
        GridVersion(
            grid_id=county.id("B"),
            name="占位",
            boundary=county.session.scalar(boundary),
            valid=from_day(DAY + timedelta(days=1)),
        )
    )


@pytest.mark.parametrize("change", [change_membership, resign, appoint, take_the_place])
def test_what_was_changed_since_is_not_run_over(county, change):
    plan = county.begin()
    county.merge(plan, "AB")
    county.carve(plan, "a01 a02", "西苑网格")
    county.publish(plan, DAY)
    change(county)
    county.session.flush()
    before = county.ledger()
    with pytest.raises(NotPublishable, match="又有变动"):
        withdraw(county, plan)
    assert county.ledger() == before
    assert plan.state == PlanState.ADOPTED


def test_a_stand_in_for_a_post_that_is_to_be_keeps_it(county):
    plan = county.begin()
    county.renumber(plan, "B", f"{FIRST}009")
    county.publish(plan, DAY)
    query = select(Post).where(Post.kind == PostKind.GRID_WORKER, Post.valid.contains(DAY))
    known = {one.id for one in county.posts.values()}
    new = next(post for post in county.session.scalars(query) if post.id not in known)
    county.session.add(
        StandIn(
            post_id=new.id,
            person_id=county.posts["A格员"].person_id,
            named_by_id=new.person_id,
            valid=from_day(DAY, DAY + timedelta(days=2)),
        )
    )
    county.session.flush()
    with pytest.raises(NotPublishable, match="又有变动"):
        withdraw(county, plan)
