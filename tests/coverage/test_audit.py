"""Coverage on the real database: a sound community, and what each way of breaking it shows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from gridmap.coverage import service
from gridmap.coverage.audits import Rule
from gridmap.coverage.checks import CHECKS
from gridmap.coverage.service import audit, set_rule
from gridmap.ledger.areas import AreaVersion, GridVersion
from gridmap.ledger.party import PartyVersion
from gridmap.ledger.posts import Post, Visit
from gridmap.store.base import from_day
from gridmap.terms import PostKind
from gridmap.timespan import start_of
from tests.coverage.sound import DAY, MUST, STATEMENTS, also, sound
from tests.worlds import START, draw, multi, square

HOME = "419901001001"
EVE = DAY - timedelta(days=1)


@pytest.fixture
def world(session):
    return sound(session)


def test_a_sound_community_lacks_nothing(world):
    (community,) = world.audit().communities
    assert (community.code, community.name, community.township) == (HOME, "书香苑社区", "测试街道")
    assert community.findings == ()
    assert set(community.held) == {check.key for check in CHECKS} - {
        "municipal_leader",
        "doors_visited",
    }
    assert all(community.held.values())
    assert (world.audit().complete, world.audit().missing, world.audit().warnings) == (1, 0, 0)


def test_before_the_ledger_begins_there_is_no_community(world):
    assert world.audit(START - timedelta(days=1)).communities == ()


def test_as_many_statements_whatever_the_size(world, statements):
    for number in range(30):
        world.world.house(f"more {number}", number * 3, 60, size=2.0, grid="A", households=8)
    statements.clear()
    assert len(world.gaps()) == 30
    assert 9 < len(statements) <= STATEMENTS
    statements.clear()
    service.series(world.session, DAY - timedelta(days=700), DAY)
    assert len(statements) <= STATEMENTS


def test_a_day_of_a_series_is_answered_from_memory_until_something_changes(world, statements):
    service.series(world.session, DAY - timedelta(days=700), DAY)
    statements.clear()
    assert world.found() == []
    assert len(statements) <= 2
    world.end(world.posts["police"], DAY)
    statements.clear()
    assert [gap[0] for gap in world.found()] == ["police"]
    assert len(statements) > 2


def test_what_was_undone_is_not_remembered(world):
    nested = world.session.begin_nested()
    world.end(world.posts["police"], DAY)
    service.series(world.session, EVE, DAY)
    assert [gap[0] for gap in world.found()] == ["police"]
    nested.rollback()
    world.session.expire_all()
    assert world.found() == []
    desk = world.posts["desk"]
    world.end(desk, DAY)  # the same number of changes as before
    assert [gap[0] for gap in world.found()] == ["community_desk"]


# ---------------------------------------------------------------- ending a post, restoring it

GRID_A, GRID_B = f"{HOME}001", f"{HOME}002"
NAMED_BY = {
    "county": {("county_leader", HOME)},
    "township": {("township_leader", HOME)},
    "first": {("first_secretary", HOME)},
    "secretary": {("one_shoulder", HOME), ("committee", HOME)},
    "director": {("one_shoulder", HOME)},
    "desk": {("community_desk", HOME)},
    "worker A": {("grid_worker", GRID_A)},
    "worker B": {("grid_worker", GRID_B)},
    "police": {("police", HOME)},
    "member 1": {("committee", HOME)},
    "part-time A": {("part_time", GRID_A)},
    "part-time B": {("part_time", GRID_B)},
    "steward A": {("steward", "house A")},
    "steward B": {("steward", "house B")},
}


def test_every_post_of_the_world_is_ended_below(world):
    assert set(NAMED_BY) == set(world.posts) - {"member 2"}


@pytest.mark.parametrize("name", NAMED_BY)
def test_ending_a_post_makes_exactly_the_findings_that_name_it(world, name):
    post = world.posts[name]
    was = post.valid
    world.end(post, DAY)
    assert world.found(EVE) == []
    assert {(check, subject) for check, subject, _, _ in world.found(DAY)} == NAMED_BY[name]
    assert all(since == DAY for *_, since in world.found(DAY + timedelta(days=30)))
    # the record itself is behind what it has left; a number of people has no single one
    behind = {record.id for one in world.audit().findings for record in one.gap.records}
    assert post.id in behind or {check for check, _ in NAMED_BY[name]} <= {"part_time", "committee"}
    post.valid = was
    world.session.flush()
    assert world.found() == []


@pytest.mark.parametrize(
    ("name", "check", "subject"),
    [
        ("书香苑党总支", "general_branch", HOME),
        ("A支部", "grid_branch", f"{HOME}001"),
        ("B支部", "grid_branch", f"{HOME}002"),
        ("A小组", "building_group", "house A"),
        ("B小组", "building_group", "house B"),
    ],
)
def test_ending_a_party_organisation_is_found_from_that_day(world, name, check, subject):
    world.end(world.party(name), DAY)
    assert world.gaps(EVE) == []
    assert world.gaps() == [(check, subject, f"{check}_ended", DAY)]


@pytest.mark.parametrize(
    ("name", "check", "subject"),
    [
        ("书香苑党总支", "general_branch", HOME),
        ("A支部", "grid_branch", f"{HOME}001"),
        ("A小组", "building_group", "house A"),
    ],
)
def test_an_organisation_that_never_was_is_missing_since_its_place_stands(
    world, name, check, subject
):
    world.session.execute(delete(PartyVersion).where(PartyVersion.name == name))
    assert world.gaps() == [(check, subject, f"{check}_never", START)]


def test_an_organisation_that_was_renamed_still_stands(world):
    version = world.party("A小组")
    world.end(version, DAY)
    world.session.add(
        PartyVersion(
            organisation_id=version.organisation_id,
            kind="building_group",
            name="新名小组",
            building_id=version.building_id,
            valid=from_day(DAY),
        )
    )
    world.session.flush()
    assert world.gaps(EVE) == world.gaps(DAY) == []


# ---------------------------------------------------------------- visits


def test_the_quarter_turns_at_midnight_and_the_visit_is_due_again(world):
    assert world.gaps(date(2026, 6, 30)) == []
    assert world.gaps(date(2026, 7, 1)) == [
        ("county_visit", HOME, "visit_missed", date(2026, 7, 1))
    ]


def test_before_the_visit_of_the_quarter_it_is_missing(world):
    assert world.gaps(date(2026, 4, 8)) == [
        ("county_visit", HOME, "visit_missed", date(2026, 4, 1))
    ]
    assert world.gaps(date(2026, 4, 9)) == []


def test_a_visit_outside_the_link_does_not_count(world):
    link = world.posts["county"]
    world.end(link, date(2026, 3, 1))
    heir = world.world.post(
        PostKind.LEADER_COUNTY, world.world.community, "县庚", since=date(2026, 3, 1)
    )
    assert [gap[:3] for gap in world.gaps()] == [("county_visit", HOME, "visit_missed")]
    world.session.add(Visit(post_id=heir.id, day=date(2026, 5, 1)))
    world.session.flush()
    assert world.gaps() == []


def test_a_visit_of_a_township_leader_does_not_count(world):
    world.session.execute(delete(Visit))
    world.session.add(Visit(post_id=world.posts["township"].id, day=date(2026, 4, 9)))
    world.session.flush()
    assert world.gaps() == [("county_visit", HOME, "visit_never", date(2026, 4, 1))]


# ---------------------------------------------------------------- terms, two people


def test_a_term_that_ran_out_is_not_a_vacancy(world):
    assert world.gaps(date(2027, 6, 30)) == [
        ("county_visit", HOME, "visit_missed", date(2027, 4, 1))
    ]
    assert ("first_secretary", HOME, "first_secretary_term_over", date(2027, 7, 1)) in world.gaps(
        date(2027, 7, 1)
    )


def test_two_people_in_the_two_posts(world):
    world.end(world.posts["director"], DAY)
    world.world.post(PostKind.DIRECTOR, world.world.community, "主辛", since=DAY)
    (community,) = world.audit().communities
    (finding,) = community.findings
    assert finding.why("zh") == "书记书丁与主任主辛不是同一人。"
    assert finding.gap.since == DAY


def test_a_successor_who_takes_both_posts_on_one_day_leaves_no_gap(world):
    for name in ("secretary", "director"):
        world.end(world.posts[name], DAY)
    heir = world.world.post(PostKind.SECRETARY, world.world.community, "书壬", since=DAY)
    also(world.session, heir, PostKind.DIRECTOR)
    assert world.gaps(EVE) == world.gaps(DAY) == []


# ---------------------------------------------------------------- grids


def test_a_new_grid_needs_its_branch_and_its_worker_from_its_first_day(world, session):
    session.execute(
        update(GridVersion)
        .where(GridVersion.grid_id == world.world.grids["B"].id)
        .values(valid=from_day(date(2026, 3, 1)))
    )
    session.execute(delete(Post).where(Post.grid_id == world.world.grids["B"].id))
    session.execute(delete(PartyVersion).where(PartyVersion.name == "B支部"))
    assert world.gaps(date(2026, 2, 28)) == []
    assert world.gaps() == [
        ("grid_branch", f"{HOME}002", "grid_branch_never", date(2026, 3, 1)),
        ("grid_worker", f"{HOME}002", "grid_worker_never", date(2026, 3, 1)),
    ]


def test_a_grid_that_was_dissolved_needs_nothing(world, session):
    for row in (world.posts["worker B"], world.party("B支部")):
        world.end(row, DAY)
    assert len(world.gaps()) == 2
    version = session.scalars(
        select(GridVersion).where(GridVersion.grid_id == world.world.grids["B"].id)
    ).one()
    world.end(version, DAY)
    assert world.gaps() == []


# ---------------------------------------------------------------- the municipal link


def named(session, *codes, day=date(2026, 1, 1)):
    """From a day on the county names communities that a municipal leader is to be linked to."""
    moment = start_of(day)
    rule = Rule(limits={"communities": codes})
    set_rule(session, "municipal_leader", rule, day, account_id=None, now=moment)


def test_a_municipal_link_is_asked_only_where_the_county_names_the_community(world, session):
    assert "municipal_leader" not in world.audit().communities[0].held
    named(session, HOME)
    assert "municipal_leader" not in world.audit(START).communities[0].held
    assert world.gaps() == [("municipal_leader", HOME, "municipal_leader_never", START)]
    world.world.post(PostKind.LEADER_MUNICIPAL, world.world.community, "市癸", until=DAY)
    assert world.gaps(EVE) == []
    assert world.gaps() == [("municipal_leader", HOME, "municipal_leader_left", DAY)]


# ---------------------------------------------------------------- communities


def test_names_are_those_of_the_day(world, session):
    version = session.scalars(
        select(AreaVersion).where(AreaVersion.area_id == world.world.community.id)
    ).one()
    world.end(version, DAY)
    session.add(
        AreaVersion(
            area_id=world.world.community.id,
            name="新名社区",
            boundary=multi(square(0, 0, 300, 200)),
            valid=from_day(DAY),
        )
    )
    session.flush()
    assert world.audit(EVE).communities[0].name == "书香苑社区"
    assert world.audit(DAY).communities[0].name == "新名社区"


def test_an_empty_ledger_is_red_and_an_empty_database_is_empty(session):
    assert audit(session, DAY).communities == ()
    draw(session, "A")
    (community,) = audit(session, DAY).communities
    assert {key for key, held in community.held.items() if held and key in MUST} == {
        "building_group",
        "compound_property",
    }
    assert all(
        one.gap.since in (START, date(2026, 4, 1))
        for one in community.findings
        if one.check in MUST
    )
