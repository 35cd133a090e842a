"""The advised clauses on the real database: each way of breaking a sound community."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from gridmap.coverage.reach_queries import NOT_ON_FOOT
from gridmap.ledger.areas import Area, AreaVersion
from gridmap.ledger.buildings import GridBuilding
from gridmap.ledger.geography import Road
from gridmap.ledger.meetings import JointMeeting
from gridmap.ledger.party import PartyVersion
from gridmap.ledger.posts import Post, ResponsibleUnit, Visit
from gridmap.ledger.property import OwnersCommittee, ServiceCentreArea
from gridmap.store.base import from_day
from gridmap.terms import PostKind
from tests.coverage.sound import DAY, centre, road, sound
from tests.worlds import START, multi, square

HOME = "419901001001"
GRID_A, GRID_B = f"{HOME}001", f"{HOME}002"
EVE = DAY - timedelta(days=1)


@pytest.fixture
def world(session):
    return sound(session)


def one(session, entity, **values):
    return session.scalars(select(entity).filter_by(**values)).one()


def test_a_term_that_comes_near(world):
    world.posts["first"].term_end = DAY + timedelta(days=60)
    world.session.flush()
    assert world.found(EVE) == []
    assert world.found() == [("term_ends", HOME, "term_soon", DAY)]


def test_two_posts_of_one_person_in_different_kinds_of_places(world, session):
    worker = world.posts["worker A"]
    session.add(
        Post(
            kind=PostKind.PROPERTY_MANAGER,
            person_id=worker.person_id,
            compound_id=world.contract.compound_id,
            valid=from_day(DAY),
        )
    )
    session.flush()
    assert world.found(EVE) == []
    assert world.found() == [("posts_apart", HOME, "incompatible_posts", DAY)]
    finding = world.audit().findings[0]
    assert finding.why("zh") == "网戊同时任专职网格员和物业项目经理，县里规定不宜兼任。"
    assert {record.register for record in finding.gap.records} == {"grid-workers", "property-posts"}


def test_a_post_that_follows_another_is_not_held_at_once(world, session):
    worker = world.posts["worker A"]
    session.add(
        Post(
            kind=PostKind.PART_TIME_WORKER,
            person_id=worker.person_id,
            grid_id=worker.grid_id,
            valid=from_day(START - timedelta(days=90), START),
        )
    )
    session.flush()
    assert world.found() == []


def neighbours(session, world, count):
    """More communities, to which the county leader is linked from DAY on."""
    for n in range(count):
        area = Area(
            kind="community",
            code=f"4199010010{n + 20}",
            parent_id=world.world.community.parent_id,
        )
        session.add(area)
        session.flush()
        east = 1000 + 200 * n
        boundary = multi(square(east, 0, east + 100, 100))
        session.add(
            AreaVersion(area_id=area.id, name=f"邻{n}", boundary=boundary, valid=from_day(START))
        )
        session.add(
            Post(
                kind=PostKind.LEADER_COUNTY,
                person_id=world.posts["county"].person_id,
                area_id=area.id,
                valid=from_day(DAY),
            )
        )
    session.flush()


@pytest.mark.parametrize(("more", "many"), [(2, False), (3, True)])
def test_a_leader_with_more_than_three_links(world, session, more, many):
    neighbours(session, world, more)
    found = [gap for gap in world.found() if gap[0] == "leader_links"]
    assert "leader_links" not in {gap[0] for gap in world.found(EVE)}
    codes = [HOME, *(f"4199010010{n + 20}" for n in range(more))]
    assert found == (
        [("leader_links", code, "leader_links_many", DAY) for code in codes] if many else []
    )


def test_a_quarter_that_went_without_a_visit(world, session):
    session.execute(delete(Visit).where(Visit.day < date(2026, 4, 1)))
    (gap,) = world.found()
    assert gap == ("visit_gap", HOME, "visit_quarter_skipped", date(2024, 4, 1))  # and since then
    assert "2026年一季度" in world.audit().findings[0].why("zh")
    session.add(Visit(post_id=world.posts["county"].id, day=date(2026, 3, 31)))
    session.flush()
    assert world.found() == []


def test_the_worker_of_one_grid_takes_another(world, session):
    world.end(world.posts["worker B"], DAY)
    worker = world.posts["worker A"]
    session.add(
        Post(
            kind=PostKind.GRID_WORKER,
            person_id=worker.person_id,
            grid_id=world.world.grids["B"].id,
            valid=from_day(DAY),
        )
    )
    session.flush()
    assert world.found(EVE) == []
    assert world.found() == [
        ("worker_shared", GRID_A, "worker_shared", DAY),
        ("worker_shared", GRID_B, "worker_shared", DAY),
    ]


def test_households_that_move_in_want_more_part_time_workers(world):
    world.world.house("tower", 60, 60, grid="A", households=90, since=DAY)
    warnings = [gap for gap in world.warnings() if gap[0] == "part_time"]
    assert "part_time" not in {gap[0] for gap in world.warnings(EVE)}
    assert warnings == [("part_time", GRID_A, "part_time_few", DAY)]
    (finding,) = [one for one in world.audit().findings if one.check == "part_time"]
    assert (finding.gap.params["households"], finding.gap.params["workers"]) == (114, 1)


def test_a_building_that_leaves_the_grid_takes_its_households_along(world, session):
    world.end(world.posts["part-time B"], DAY)
    assert [gap[0] for gap in world.found()] == ["part_time"]
    session.execute(update(GridBuilding).values(grid_id=world.world.grids["A"].id))
    assert world.found() == []


@pytest.mark.parametrize(
    ("members", "reason"), [(3, None), (2, "branch_small"), (50, None), (51, "branch_large")]
)
def test_the_members_of_a_branch(world, session, members, reason):
    session.execute(
        update(PartyVersion).where(PartyVersion.name == "A支部").values(full_members=members)
    )
    expected = [("branch_members", GRID_A, reason, START)] if reason else []
    assert world.found() == expected


def test_a_building_without_a_steward(world, session):
    session.execute(delete(Post).where(Post.kind == "steward"))
    assert world.found() == [
        ("steward", "house A", "steward_never", START),
        ("steward", "house B", "steward_never", START),
    ]
    assert {one.gap.subject.grid for one in world.audit().findings} == {GRID_A, GRID_B}


def test_one_steward_of_two_entrances_is_enough(world):
    world.world.post(PostKind.STEWARD, world.world.buildings["house A"], "二单元", unit=2)
    world.end(world.posts["steward A"], DAY)
    assert world.found() == []


def test_an_owners_committee_that_ended(world, session):
    committee = one(session, OwnersCommittee, name="A业委会")
    world.end(committee, DAY)
    assert world.found(EVE) == []
    assert world.found() == [("owners_committee", "served", "owners_committee_ended", DAY)]
    assert world.audit().findings[0].gap.records[0].id == committee.id


def test_a_unit_that_no_longer_answers(world, session):
    world.end(session.scalars(select(ResponsibleUnit)).one(), DAY)
    assert world.found(EVE) == []
    assert world.found() == [("responsible_unit", HOME, "responsible_unit_ended", DAY)]


def test_a_meeting_is_due_every_three_months(world, session):
    assert "joint_meeting" not in {gap[0] for gap in world.found(date(2026, 7, 19))}
    due = ("joint_meeting", HOME, "joint_meeting_long_ago", date(2026, 7, 20))
    assert due in world.found(date(2026, 7, 20))
    session.execute(delete(JointMeeting))
    assert world.found() == [("joint_meeting", HOME, "joint_meeting_never", date(2024, 4, 1))]


# ---------------------------------------------------------------- walking


def unserved(world, day: date = DAY) -> list[tuple[str, date]]:
    return [gap[2:] for gap in world.found(day) if gap[0] == "service_centre"]


def test_no_centre_serves_the_community(world, session):
    served = session.scalars(select(ServiceCentreArea)).one()
    world.end(served, DAY)
    assert unserved(world, EVE) == []
    assert unserved(world) == [("service_centre_none", DAY)]


def test_the_way_along_the_road_counts_and_not_the_circle(world, session):
    """The road goes round: 30 m apart as the crow flies, over a kilometre on foot."""
    session.execute(delete(Road))
    road(world.world, "round", (0, 110), (-600, 110), (-600, 700), (0, 700), (300, 700))
    session.execute(delete(ServiceCentreArea))
    centre(world.world, "far side", 0, 110)
    world.world.house("near", 20, 100, grid="A", households=10)
    assert unserved(world) == []
    centre_at = session.scalars(select(ServiceCentreArea)).one()
    session.delete(centre_at)
    session.flush()
    centre(world.world, "across", 300, 700)
    assert unserved(world) == [("service_centre_far", START)]


def test_a_road_that_is_built_brings_the_centre_near_from_that_day(world, session):
    session.execute(delete(ServiceCentreArea))
    centre(world.world, "hill", 150, 900)
    session.execute(delete(Road))
    road(world.world, "detour", (0, 110), (-900, 110), (-900, 900), (150, 900))
    assert unserved(world) == [("service_centre_far", START)]
    road(world.world, "direct", (150, 110), (150, 900), since=DAY)
    road(world.world, "street", (0, 110), (300, 110), since=DAY)
    assert unserved(world, EVE) == [("service_centre_far", START)]
    assert unserved(world) == []


def test_without_any_road_no_centre_is_near(world, session):
    session.execute(delete(Road))
    assert unserved(world) == [("service_centre_far", START)]
    road(world.world, "motorway", (0, 110), (300, 110))
    session.execute(update(Road).values(kind=NOT_ON_FOOT[0]))
    assert unserved(world) == [("service_centre_far", START)]


def test_a_fifth_of_the_households_may_be_beyond(world):
    for n in range(2):
        world.world.house(f"far {n}", 5000, 110 + 50 * n, grid="B", households=6)
    world.world.house("far 3", 5000, 300, grid="B", households=1, since=DAY)
    assert unserved(world, EVE) == []  # 12 of 60
    assert unserved(world) == [("service_centre_far", DAY)]  # 13 of 61


def test_the_memory_of_ways_does_not_survive_a_change_that_was_undone(world, session):
    assert unserved(world) == []
    nested = session.begin_nested()
    session.execute(delete(Road))
    assert unserved(world) == [("service_centre_far", START)]
    nested.rollback()
    assert unserved(world) == []
