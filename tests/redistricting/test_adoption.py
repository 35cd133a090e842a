"""Publication: what is written from the day on, what stays, and what is refused."""

from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, select, text, update

from geodata.loading import LOCK
from gridmap.dispatch import service as dispatch
from gridmap.errors import NotAllowed
from gridmap.ledger.areas import Grid, GridLineage, GridVersion
from gridmap.ledger.buildings import BuildingVersion, GridBuilding
from gridmap.ledger.posts import Post, StandIn
from gridmap.redistricting import adoption, drafting
from gridmap.redistricting.editing import EditKind
from gridmap.redistricting.queries import adoption as queries
from gridmap.redistricting.refusals import (
    CodeTaken,
    NotPublishable,
    PlanFaulty,
    PlanMovedOn,
    PlanOutdated,
    WrongPlanState,
)
from gridmap.redistricting.states import PlanState
from gridmap.redistricting.tables import GridChange, PlanEvent, PlanVersion
from gridmap.store.audit import AuditEntry
from gridmap.store.base import from_day
from gridmap.terms import PostKind, Role
from tests.dispatch import filings
from tests.redistricting import publishing
from tests.redistricting.publishing import FIRST, NOW, SECOND, TODAY, TOMORROW, check_ledger, later
from tests.worlds import START

YESTERDAY = TODAY - timedelta(days=1)
NEXT_WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def county(session):
    return publishing.county(session)


def lineage(county):
    """Code of the grid, of its predecessor, kind, day; all on record with a publication."""
    rows = county.session.execute(
        select(GridLineage, GridChange).outerjoin(
            GridChange, GridChange.lineage_id == GridLineage.id
        )
    ).all()
    codes = {row.id: row.code[-3:] for row in county.session.scalars(select(Grid))}
    assert all(change is not None for _, change in rows)
    return {(codes[one.grid_id], codes[one.predecessor_id], one.kind, one.day) for one, _ in rows}


def test_a_merge_from_tomorrow(county):
    plan = county.begin()
    county.merge(plan, "AB")
    made = county.publish(plan)
    for day in (YESTERDAY, TODAY, TOMORROW, NEXT_WEEK):
        check_ledger(county.session, day, exact=day >= TODAY)
    assert set(publishing.boundaries(county.session, TODAY)) == {county.id(one) for one in "ABCDE"}
    assert set(publishing.boundaries(county.session, TOMORROW)) == {
        county.id(one) for one in "ACDE"
    }
    assert county.versions("B") == [(START, TODAY), (TODAY, TOMORROW)]
    assert county.members(TOMORROW)["A网格"] == "a01 a02 a11 a12 a21 a22 b31 b32"
    assert county.members(TODAY)["B网格"] == "b31 b32"
    assert lineage(county) == {("001", "002", "merged", TOMORROW)}
    assert ("002", "grid_worker", "B格员") in county.holders(TODAY)
    assert {one for one in county.holders(TOMORROW) if one[2].startswith("B")} == set()
    assert county.parents(TODAY)["b31组"] == "B支部"
    assert county.parents(TOMORROW)["b31组"] == "A支部"
    assert (plan.state, plan.day, made.day) == (PlanState.ADOPTED, TOMORROW, TOMORROW)
    assert (made.communities, made.carried_out_at) == ([county.world.community.id], None)
    events = county.session.scalars(select(PlanEvent.kind).order_by(PlanEvent.id)).all()
    assert events == ["begun", "submit", "approve", "adopt"]
    logged = county.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "plan_adopt")
    ).one()
    assert logged.details == {"version": plan.head, "day": TOMORROW.isoformat()}


def test_only_what_changes_is_written(county):
    plan = county.begin()
    county.edit(plan, EditKind.RENAME, grid=county.row(plan, "C"), text="南苑网格")
    county.publish(plan, TODAY)
    first = county.ledger()
    plan = county.begin()
    county.edit(plan, EditKind.RENAME, grid=county.row(plan, "B"), text="东苑网格")
    county.publish(plan, NEXT_WEEK)
    after = county.ledger()
    changed = {name for name in after if after[name] != first[name]}
    assert changed == {"grid_version"}
    assert len(after["grid_version"]) == len(first["grid_version"]) + 1
    assert len(set(first["grid_version"]) - set(after["grid_version"])) == 1
    assert county.versions("B")[-2:] == [(TODAY, NEXT_WEEK), (NEXT_WEEK, None)]
    assert county.members(NEXT_WEEK)["东苑网格"] == "b31 b32"


def test_the_same_from_today_at_once(county):
    plan = county.begin()
    county.merge(plan, "AB")
    made = county.publish(plan, TODAY)
    assert made.carried_out_at == NOW
    for day in (YESTERDAY, TODAY, TOMORROW):
        check_ledger(county.session, day, exact=day >= TODAY)
    assert county.versions("A") == [(START, TODAY), (TODAY, None)]
    assert county.versions("B") == [(START, TODAY)]


def test_a_new_grid_gets_a_code_of_its_own(county):
    plan = county.begin()
    county.carve(plan, "a21 a22", "A东网格")
    county.publish(plan)
    check_ledger(county.session, TOMORROW)
    assert county.members(TOMORROW)["A东网格"] == "a21 a22"
    assert county.members(TODAY)["A网格"] == "a01 a02 a11 a12 a21 a22"
    assert lineage(county) == {("004", "001", "split", TOMORROW)}
    assert county.parents(TOMORROW)["a21组"] is None
    assert county.parents(TOMORROW)["a11组"] == "A支部"


def test_another_code_takes_branch_posts_and_stand_ins_along(county):
    post = county.posts["B格员"]
    county.session.add(
        StandIn(
            post_id=post.id,
            person_id=county.posts["A兼职"].person_id,
            named_by_id=post.person_id,
            valid=from_day(TODAY, NEXT_WEEK),
        )
    )
    plan = county.begin()
    county.renumber(plan, "B", f"{FIRST}009")
    county.publish(plan)
    check_ledger(county.session, TOMORROW)
    check_ledger(county.session, TODAY)
    before, after = (
        {(code, kind, name) for code, kind, name in county.holders(day) if name.startswith("B")}
        for day in (TODAY, TOMORROW)
    )
    assert {code for code, _, _ in before} == {"002"}
    assert after == {("009", kind, name) for _, kind, name in before}
    assert lineage(county) == {("009", "002", "redrawn", TOMORROW)}
    assert county.parents(TOMORROW)["b31组"] == "B支部"
    terms = county.session.scalars(select(Post.term_end).where(Post.kind == "grid_worker"))
    assert set(terms) == {date(2027, 1, 1)}
    held = county.rows("""
        SELECT g.code, lower(s.valid), upper(s.valid) FROM stand_in s JOIN post p ON p.id = s.post_id
        JOIN grid g ON g.id = p.grid_id ORDER BY 2""")
    assert [(row[0][-3:], row[1], row[2]) for row in held] == [
        ("002", TODAY, TOMORROW),
        ("009", TOMORROW, NEXT_WEEK),
    ]


def test_roads_of_an_ended_grid_go_to_the_heir_beside_them(county):
    """C ends: its houses go to A and B; its road runs along A."""
    plan = county.begin()
    county.move(plan, "c00 c10 c20", "A")
    county.move(plan, "c30", "B")
    county.publish(plan)
    check_ledger(county.session, TOMORROW)
    roads = county.rows(
        """
        SELECT r.road_code, g.code FROM road_grid r JOIN grid g ON g.id = r.grid_id
        WHERE r.valid @> CAST(:day AS date) ORDER BY 1""",
        day=TOMORROW,
    )
    assert [(row[0], row[1][-3:]) for row in roads] == [("r1", "001"), ("r2", "002")]
    assert lineage(county) == {
        ("001", "003", "merged", TOMORROW),
        ("002", "003", "merged", TOMORROW),
    }


def test_a_building_stays_where_it_was_put_while_its_ground_stays(county):
    """a21 was given to B by hand: it follows B, not its atom, until its own ground moves."""
    county.session.execute(
        update(GridBuilding)
        .where(GridBuilding.building_id == county.world.buildings["a21"].id)
        .values(grid_id=county.id("B"))
    )
    plan = county.begin()
    county.move(plan, "a01", "C")
    county.publish(plan)
    assert county.members(TOMORROW)["B网格"] == "a21 b31 b32"
    plan = county.begin(now=later(2))
    county.merge(plan, "CB", now=later(2))
    county.publish(plan, TODAY + timedelta(days=3), later(2))
    assert county.members(TODAY + timedelta(days=3)) == {
        "A网格": "a02 a11 a12 a21 a22",
        "C网格": "a01 b31 b32 c00 c10 c20 c30",
        "D网格": "d4",
        "E网格": "e5",
    }


def test_a_membership_with_an_end_keeps_it(county):
    ends = TODAY + timedelta(days=30)
    for entity in (GridBuilding, BuildingVersion):
        county.session.execute(
            update(entity)
            .where(entity.building_id == county.world.buildings["b31"].id)
            .values(valid=from_day(START, ends))
        )
    plan = county.begin()
    county.merge(plan, "AB")
    county.publish(plan)
    spans = county.rows("""
        SELECT lower(m.valid), upper(m.valid) FROM grid_building m JOIN building b ON b.id = m.building_id
        WHERE b.code = 'b31' ORDER BY 1""")
    assert [tuple(row) for row in spans] == [(START, TOMORROW), (TOMORROW, ends)]
    check_ledger(county.session, TOMORROW)
    check_ledger(county.session, ends)


def test_who_may_publish_what(county):
    plan = county.begin()
    county.merge(plan, "AB")

    def adopt(who=county.planner, day=TOMORROW, base=None):
        return adoption.adopt(county.session, who, plan.id, day, NOW, base)

    with pytest.raises(WrongPlanState):
        adopt()
    county.approve(plan)
    with pytest.raises(NotAllowed):
        adopt(publishing.signed_in(county.session, "审计员", Role.AUDITOR))
    with pytest.raises(NotPublishable) as refusal:
        adopt(day=YESTERDAY)
    assert refusal.value.field == "day"
    with pytest.raises(PlanMovedOn):
        adopt(base=plan.head - 1)
    adopt(base=plan.head)
    with pytest.raises(WrongPlanState):
        adopt()


def test_nothing_to_publish(county):
    plan = county.begin()
    with pytest.raises(NotPublishable, match="相同"):
        county.publish(plan)


def test_faults_are_looked_for_again(county):
    plan = county.begin()
    county.move(plan, "a01", "B")
    plan.state = PlanState.APPROVED
    county.session.flush()
    with pytest.raises(PlanFaulty):
        adoption.adopt(county.session, county.planner, plan.id, TOMORROW, NOW)


def outdated(county, plan, day=TOMORROW, now=NOW):
    with pytest.raises(PlanOutdated) as refusal:
        adoption.adopt(county.session, county.planner, plan.id, day, now)
    return refusal.value.params["communities"]


def test_a_plan_over_other_names_is_outdated(county):
    plan = county.begin()
    county.merge(plan, "AB")
    county.approve(plan)
    county.session.execute(
        update(GridVersion).where(GridVersion.grid_id == county.id("C")).values(name="改了名")
    )
    assert outdated(county, plan) == "书香苑社区"


def test_a_name_that_changes_between_is_seen_behind_redrawn_boundaries(county):
    first, second = county.begin(), county.begin(SECOND)
    county.merge(first, "AB")
    county.merge(second, "DE")
    for plan in (first, second):
        county.approve(plan)
    adoption.adopt(county.session, county.planner, first.id, TOMORROW, NOW)
    county.session.execute(
        update(GridVersion)
        .where(GridVersion.grid_id == county.id("D"), GridVersion.valid.contains(TODAY))
        .values(name="改了名")
    )
    assert outdated(county, second) == "锦绣社区"


def test_a_plan_over_other_borders_is_outdated(county):
    plan = county.begin()
    county.merge(plan, "AB")
    county.approve(plan)
    before = county.ledger()
    other = county.begin()
    county.move(other, "c00", "A")
    county.publish(other, TODAY)
    assert outdated(county, plan) == "书香苑社区"
    assert outdated(county, plan, NEXT_WEEK) == "书香苑社区"
    assert county.ledger() != before
    plan.state = PlanState.DRAFT
    drafting.rebase(county.session, county.planner, plan.id, plan.head, NOW)
    county.publish(plan)
    check_ledger(county.session, TOMORROW)
    assert county.members(TOMORROW)["A网格"].startswith("a01")
    assert "c00" in county.members(TOMORROW)["A网格"]


def test_what_is_in_store_for_a_community_blocks_another_plan(county):
    first, second = county.begin(), county.begin()
    county.merge(first, "AB")
    county.move(second, "c00", "A")
    county.publish(first, NEXT_WEEK)
    county.approve(second)
    for day in (TODAY, TOMORROW, NEXT_WEEK, NEXT_WEEK + timedelta(days=1)):
        assert outdated(county, second, day) == "书香苑社区"


def test_new_ground_under_a_plan_makes_it_outdated(county):
    plan = county.begin()
    county.merge(plan, "AB")
    county.approve(plan)
    county.world.house("a99", 10, 110, grid="A", households=3)
    assert outdated(county, plan) == "书香苑社区"


def test_a_code_that_was_used_meanwhile_is_refused(county):
    plan = county.begin()
    county.carve(plan, "a21 a22")
    county.approve(plan)
    county.session.add(Grid(code=f"{FIRST}004", community_id=county.world.community.id))
    county.session.flush()
    with pytest.raises(CodeTaken):
        adoption.adopt(county.session, county.planner, plan.id, TOMORROW, NOW)


def test_whoever_comes_on_the_day_is_not_passed_over(county):
    post = county.posts["B格员"]
    post.valid = from_day(START, TODAY)
    county.world.post(PostKind.GRID_WORKER, county.world.grids["B"], "新格员", since=TOMORROW)
    plan = county.begin()
    county.merge(plan, "AB")
    county.approve(plan)
    with pytest.raises(NotPublishable, match="新格员"), county.session.begin_nested():
        adoption.adopt(county.session, county.planner, plan.id, TOMORROW, NOW)
    adoption.adopt(county.session, county.planner, plan.id, NEXT_WEEK, NOW)
    check_ledger(county.session, NEXT_WEEK)


def test_imports_and_publications_keep_out_of_each_others_way(county, engine):
    assert queries.IMPORTS == LOCK
    plan = county.begin()
    county.merge(plan, "AB")
    county.approve(plan)
    other = create_engine(engine.url)
    with other.connect() as importer:
        importer.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        with pytest.raises(NotPublishable, match="导入"):
            adoption.adopt(county.session, county.planner, plan.id, TOMORROW, NOW)
        importer.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        adoption.adopt(county.session, county.planner, plan.id, TOMORROW, NOW)
        taken = text("SELECT pg_try_advisory_lock(:lock)")
        assert importer.scalar(taken, {"lock": LOCK}) is False
    other.dispose()


@pytest.mark.parametrize("days", [0, 1])
def test_plans_of_two_communities_for_one_day(county, days):
    """The second was drawn before the first was published, whose boundaries are redrawn exactly."""
    first, second = county.begin(), county.begin(SECOND)
    county.merge(first, "AB")
    county.merge(second, "DE")
    for plan in (first, second):
        county.approve(plan)
    when, exact = later(days), TODAY + timedelta(days=days)
    day = TODAY + timedelta(days=5)
    adoption.adopt(county.session, county.planner, first.id, day, when)
    adoption.adopt(county.session, county.planner, second.id, day, when)
    for one in (TODAY, TOMORROW, day):
        check_ledger(county.session, one, exact=one >= exact)
    assert set(publishing.boundaries(county.session, day)) == {county.id(one) for one in "ACD"}


def test_a_county_plan_publishes_only_what_it_changes(county):
    plan = county.begin("419901000000")
    county.merge(plan, "DE")
    made = county.publish(plan)
    assert county.versions("A") == [(START, TODAY), (TODAY, None)]
    assert county.versions("E") == [(START, TODAY), (TODAY, TOMORROW)]
    assert made.communities == [county.world.grids["D"].community_id]


def test_boundaries_are_the_unions_of_their_atoms_to_the_bit(county):
    plan = county.begin()
    county.move(plan, "a21", "B")
    county.publish(plan, TODAY)
    at = county.opened(county.begin())
    shapes = at.terrain.outlines.polygons(at.plan.assignment, at.plan.present())
    stored = publishing.boundaries(county.session, TODAY)
    for row, shape in shapes.items():
        degrees = at.terrain.in_degrees([shape])[0]
        assert stored[at.plan.grids[row].grid_id].equals_exact(degrees, 0.0, normalize=True)


def test_publishing_what_was_published_leaves_atoms_and_boundaries(county):
    plan = county.begin()
    county.move(plan, "a21", "B")
    county.publish(plan, TODAY)
    first = county.opened(county.begin())
    plan = county.begin()
    county.move(plan, "c00", "A")
    county.publish(plan, TODAY)
    assert county.opened(county.begin()).terrain.layer_ids == first.terrain.layer_ids
    assert county.versions("D") == [(START, TODAY), (TODAY, None)]


def test_reports_of_the_day_are_carried_out_once(county):
    plan = county.begin()
    county.merge(plan, "AB")
    made = county.publish(plan, NEXT_WEEK)
    assert adoption.carry_out(county.session, later(6)) == 0
    assert made.carried_out_at is None
    assert adoption.carry_out(county.session, later(7)) == 1
    assert made.carried_out_at == later(7)
    assert adoption.carry_out(county.session, later(7)) == 0


@pytest.mark.parametrize("ahead", [0, 2])
def test_open_reports_follow_the_grids_on_the_day(county, ahead):
    filings.put_entries(county.session, filings.CATEGORIES, START)
    sent = filings.filing("k-1", 350, 150, code="RUBBISH")
    number = dispatch.file(county.session, sent, NOW).number

    def holder():
        query = "SELECT n.name FROM report r JOIN post p ON p.id = r.holder_post_id JOIN person n ON n.id = p.person_id"
        return county.rows(f"{query} WHERE r.number = :number", number=number)[0].name

    assert holder() == "B格员"
    plan = county.begin()
    county.merge(plan, "AB")
    county.publish(plan, TODAY + timedelta(days=ahead))
    assert holder() == ("B格员" if ahead else "A格员")
    assert adoption.carry_out(county.session, later(ahead)) == (1 if ahead else 0)
    assert holder() == "A格员"


def test_a_plan_that_was_drawn_keeps_its_base(county):
    """What the planner saw is what is compared; a version's base never changes."""
    plan = county.begin()
    county.merge(plan, "AB")
    bases = county.session.scalars(select(PlanVersion.base)).all()
    assert bases[0] == bases[1]
