"""Doors that are due, the round through them, a visit written once, what it raises, who sees what."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from gridmap.dispatch.tables import Report
from gridmap.errors import IdempotencyConflict, InvalidInput, NotFound
from gridmap.ledger.imports import WorkbookImport, WorkbookStep
from gridmap.ledger.rounds import DoorMatter, DoorVisit, Household
from gridmap.rounds import service, visiting
from gridmap.rounds.views import DoorState, Matter
from gridmap.terms import DoorOutcome, HouseholdKind, PostKind
from tests.dispatch.filings import DAY, NOW, Someone, holding, staffed, town
from tests.rounds.doors import LISTED, entry, household, visited
from tests.standing_in import stand_in

KIND = HouseholdKind.NEEDY  # due every 30 days


@pytest.fixture
def staff(session):
    return staffed(session)


@pytest.fixture
def world(staff):
    return staff[0]


@pytest.fixture
def people(staff):
    return staff[1]


def codes(found):
    return {door.code for stop in found.stops for door in stop.doors}


def state(world, people, code="D1"):
    door, _visits = service.door(world.session, people["A"], code, DAY)
    return door.state, door.due_on, door.tries


def test_a_door_is_due_so_many_days_after_somebody_was_let_in(world, people):
    household(world, "D1", "a1")
    assert state(world, people) == (DoorState.OVERDUE, LISTED + timedelta(days=30), 0)
    visited(world, "D1", "a1", 31)
    assert state(world, people)[:2] == (DoorState.OVERDUE, DAY - timedelta(days=1))
    visited(world, "D1", "a1", 5, DoorOutcome.NOT_HOME)
    assert state(world, people) == (DoorState.OVERDUE, DAY - timedelta(days=1), 1)
    visited(world, "D1", "a1", 0)
    assert state(world, people) == (DoorState.FINE, DAY + timedelta(days=30), 0)


def test_a_new_interval_counts_from_its_day_on(world, people):
    household(world, "D1", "a1")
    visited(world, "D1", "a1", 20)
    assert state(world, people)[0] is DoorState.FINE
    service.put_rule(world.session, people["A"], KIND, 10, NOW, DAY + timedelta(days=1))
    assert state(world, people)[0] is DoorState.FINE
    service.put_rule(world.session, people["A"], KIND, 10, NOW, DAY)
    assert state(world, people)[:2] == (DoorState.OVERDUE, DAY - timedelta(days=10))
    rule = next(one for one in service.rules(world.session, DAY) if one.kind is KIND)
    assert (rule.days, rule.since, rule.coming) == (10, DAY, None)
    with pytest.raises(InvalidInput):
        service.put_rule(world.session, people["A"], KIND, 0, NOW, DAY)


def test_a_round_is_ones_own_doors_the_most_overdue_first(world, people):
    mine = people["A"]
    household(world, "D1", "a1")
    household(world, "D2", "a2", since=LISTED - timedelta(days=40))
    household(world, "D3", "a2", visitor_id=people["community"].person_id)
    household(world, "D4", "a2", HouseholdKind.BUILDING, since=DAY)
    household(world, "B1", "b1")
    found = service.round_of(world.session, mine, DAY)
    assert [stop.building_id for stop in found.stops] == [
        world.buildings["a2"].id,
        world.buildings["a1"].id,
    ]
    assert codes(found) == {"D1", "D2"}
    assert codes(service.round_of(world.session, mine, DAY, everybody=True)) == {"D1", "D2", "D3"}
    assert codes(service.round_of(world.session, people["community"], DAY)) == {"D3"}
    assert found.stops[0].leg is None
    leg = found.stops[1].leg
    assert (leg.by_road, leg.metres) == (False, pytest.approx(50, abs=1))
    assert (found.by_road, found.straight, found.doors) == (0, leg.metres, 2)


def test_a_building_steward_sees_her_building_only(world, people):
    household(world, "D1", "a1")
    household(world, "D2", "a2")
    assert codes(service.round_of(world.session, people["a1"], DAY)) == {"D1"}
    with pytest.raises(NotFound):
        service.door(world.session, people["a1"], "D2", DAY)


def test_whoever_stands_in_walks_to_the_doors_of_the_holder(world, people):
    household(world, "D1", "a1", KIND, visitor_id=people["a1"].person_id)
    household(world, "D2", "b1", KIND, visitor_id=people["b1"].person_id)
    steward = people["a1"]
    who = stand_in(world.session, steward.scope.posts[0].post_id, "代楼长", DAY)
    substitute = Someone(None, who.id, steward.scope)
    assert codes(service.round_of(world.session, substitute, DAY)) == {"D1"}
    assert codes(service.round_of(world.session, substitute, DAY + timedelta(days=2))) == set()


def test_desks_above_count_doors_and_learn_no_names(world, people):
    household(world, "D1", "a1")
    grid = world.grids["A"].code
    (seen,) = service.listed(world.session, people["A"], DAY, grid)
    (counted,) = service.listed(world.session, people["county"], DAY, grid)
    assert (seen.name, seen.phone, seen.note) == ("李示安", "13800001234", "先打电话")
    assert (counted.name, counted.phone, counted.note) == (None, None, None)
    with pytest.raises(NotFound):
        service.listed(world.session, people["B"], DAY, grid)
    with pytest.raises(NotFound):
        service.door(world.session, people["county"], "D1", DAY)
    nobody = holding(world.post(PostKind.POLICE_OFFICER, world.community, "民警"))
    assert service.board(world.session, nobody, DAY).grids == ()


def test_a_visit_is_written_once_with_its_reports(world, people):
    household(world, "D1", "a1")
    said = entry(
        satisfaction=3,
        note="身体好",
        matters=(Matter("need", "RELIEF", "想申请送餐"), Matter("dispute", "NOISE", "楼上太吵")),
    )
    first = visiting.record(world.session, people["A"], said, NOW)
    again = visiting.record(world.session, people["A"], said, NOW + timedelta(hours=1))
    assert (first.replayed, again.replayed) == (False, True)
    assert first.numbers == again.numbers
    assert first.next_due == DAY + timedelta(days=30)
    assert world.session.scalar(select(func.count()).select_from(DoorVisit)) == 1
    reports = world.session.scalars(select(Report).order_by(Report.id)).all()
    assert [one.number for one in reports] == list(first.numbers)
    assert {one.building_id for one in reports} == {world.buildings["a1"].id}
    assert {one.filed_by_id for one in reports} == {people["A"].person_id}
    owners = world.session.scalars(select(DoorMatter.owner_post_id)).all()
    assert owners == [people["A"].scope.posts[0].post_id] * 2
    _door, (visit,) = service.door(world.session, people["A"], "D1", DAY)
    assert {(one.kind, one.owner) for one in visit.raised} == {
        ("need", "甲格员"),
        ("dispute", "甲格员"),
    }
    origin, door = service.origin(world.session, people["A"], first.numbers[0], DAY)
    assert (origin.kind, door.code) == ("need", "D1")
    assert service.origin(world.session, people["county"], first.numbers[0], DAY)[1] is None
    followed = service.followed(world.session, people["A"].person_id)
    assert [one.number for one in followed] == list(reversed(first.numbers))


def test_a_key_is_of_one_visit_and_one_visitor(world, people):
    household(world, "D1", "a1")
    said = entry()
    visiting.record(world.session, people["A"], said, NOW)
    for other in (replace(said, body_sha256="1" * 64), said):
        who = people["A"] if other is not said else people["a1"]
        with pytest.raises(IdempotencyConflict):
            visiting.record(world.session, who, other, NOW)
    with pytest.raises(InvalidInput):  # another visit in the same minute
        visiting.record(world.session, people["A"], entry("key-0002"), NOW)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"day": DAY + timedelta(days=1)}, InvalidInput),
        ({"day": DAY - timedelta(days=31)}, InvalidInput),
        ({"outcome": DoorOutcome.NOT_HOME, "satisfaction": 3}, InvalidInput),
        (
            {"outcome": DoorOutcome.NOT_HOME, "matters": (Matter("need", "RELIEF", "x"),)},
            InvalidInput,
        ),
        ({"satisfaction": 5}, InvalidInput),
        ({"matters": (Matter("need", "RELIEF", "x"),) * 4}, InvalidInput),
        ({"matters": (Matter("need", "NONE", "没有这一类"),)}, InvalidInput),
        ({"code": "D9"}, NotFound),
        ({"code": "B1"}, NotFound),
    ],
)
def test_what_cannot_be_is_refused(world, people, facts, refusal):
    household(world, "D1", "a1")
    household(world, "B1", "b1")
    with pytest.raises(refusal):
        visiting.record(world.session, people["A"], entry(**facts), NOW)


def test_the_board_agrees_with_a_plain_count(world, people):
    household(world, "D1", "a1")
    household(world, "D2", "a2", HouseholdKind.ELDERLY_ALONE)
    household(world, "D3", "a2", HouseholdKind.ORDINARY, since=DAY)
    household(world, "B1", "b1", until=DAY)
    visited(world, "D2", "a2", 3, satisfaction=4)
    visited(world, "D1", "a1", 40, satisfaction=1)
    visited(world, "D1", "a1", 2, DoorOutcome.NOT_HOME)
    board = service.board(world.session, people["township"], DAY)
    (row,) = board.grids
    assert (row.code, row.worker) == (world.grids["A"].code, "甲格员")
    counts = row.counts
    assert (counts.doors, counts.overdue, counts.due, counts.never) == (3, 1, 1, 1)
    assert (counts.visited, counts.not_home, counts.satisfaction) == (1, 1, 4.0)
    assert board.whole == counts
    (worker,) = board.workers
    assert (worker.name, worker.doors, worker.overdue, worker.visited) == ("甲格员", 3, 1, 0)
    assert {kind: (doors, late) for kind, doors, late in board.kinds} == {
        HouseholdKind.ELDERLY_ALONE: (1, 0),
        HouseholdKind.NEEDY: (1, 1),
        HouseholdKind.ORDINARY: (1, 0),
    }
    spots = service.due_buildings(world.session, people["A"], DAY)
    assert [(one.overdue, one.due) for one in spots] == [(1, 0), (0, 1)]


def test_erasing_takes_the_person_and_keeps_the_counts(world, people):
    household(world, "D1", "a1")
    visited(world, "D1", "a1", 3, note="家里有难处")
    service.erase(world.session, people["A"], "D1", NOW, DAY)
    world.session.expire_all()
    row = world.session.scalars(select(Household)).one()
    assert (row.name, row.contact_phone, row.note) == (None, None, None)
    assert world.session.scalars(select(DoorVisit)).one().note is None
    with pytest.raises(NotFound):
        service.erase(world.session, people["B"], "D1", NOW, DAY)


def by_a_workbook(session):
    """What is written from here on comes by a workbook; it can be rolled back while its steps are kept."""
    book = WorkbookImport(
        kind="households", file_name="名单.xlsx", file_sha256="0" * 64, day=DAY, at=NOW, counts={}
    )
    session.add(book)
    session.flush()
    session.execute(text("SELECT set_config('gridmap.workbook', :id, true)"), {"id": str(book.id)})
    return book.id


def kept_steps(session):
    """The workbooks that can still be rolled back; from here on nothing is kept."""
    session.execute(text("SELECT set_config('gridmap.workbook', '', true)"))
    return set(session.scalars(select(WorkbookStep.import_id)))


def test_what_was_erased_does_not_come_back_by_rolling_a_workbook_back(world, people):
    first = by_a_workbook(world.session)
    household(world, "D1", "a1")
    second = by_a_workbook(world.session)
    visited(world, "D1", "a1", 3, note="家里有难处")
    third = by_a_workbook(world.session)
    household(world, "D2", "a1")
    assert kept_steps(world.session) == {first, second, third}
    service.erase(world.session, people["A"], "D1", NOW, DAY)
    assert kept_steps(world.session) == {third}
    by_a_workbook(world.session)
    household(world, "D3", "a1", until=DAY - timedelta(days=200), since=LISTED - timedelta(days=99))
    kept_steps(world.session)
    service.erase_ended(world.session, DAY)
    assert kept_steps(world.session) == {third}


def test_who_left_the_list_long_ago_is_erased_and_nobody_else(world, people):
    household(world, "D1", "a1", until=DAY - timedelta(days=200), since=LISTED - timedelta(days=99))
    household(world, "D2", "a1", until=DAY - timedelta(days=20))
    household(world, "D3", "a2")
    visited(world, "D1", "a1", 230, note="旧事")
    visited(world, "D2", "a1", 30, note="近事")
    assert service.erase_ended(world.session, DAY) == 1
    assert service.erase_ended(world.session, DAY) == 0
    world.session.expire_all()
    named = world.session.scalars(select(Household.code).where(Household.name.is_not(None)))
    assert set(named) == {"D2", "D3"}
    notes = world.session.scalars(select(DoorVisit.note).order_by(DoorVisit.day)).all()
    assert notes == [None, "近事"]


def test_nobody_in_post_still_files_for_the_community(session):
    world = town(session)
    secretary = holding(world.post(PostKind.SECRETARY, world.community, "书记"))
    household(world, "D1", "a1")
    said = entry(matters=(Matter("need", "LIGHT", "灯不亮"),))
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    found = visiting.record(session, secretary, said, at)
    assert len(found.numbers) == 1
