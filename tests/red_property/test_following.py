"""Tasks of joint meetings: given, finished by their owners, reminded of once; idle units are told."""

from datetime import UTC, date, datetime, timedelta

import pytest
from geoalchemy2.shape import from_shape
from shapely import Point
from sqlalchemy import select

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotAllowed, NotFound
from gridmap.ledger.meetings import JointMeeting
from gridmap.ledger.posts import Agency, ResponsibleUnit
from gridmap.ledger.red_property import MeetingAgency, MeetingTask, UnitDeed
from gridmap.ledger.volunteering import Activity
from gridmap.messaging.tables import Message
from gridmap.red_property import following, meetings, units
from gridmap.red_property.following import Swept
from gridmap.red_property.units import DeedKind, Wanted
from gridmap.store.audit import AuditEntry
from gridmap.store.base import from_day
from gridmap.terms import PostKind, UnitDeedKind
from gridmap.timespan import quarter_of
from tests.dispatch.filings import holding, staffed
from tests.standing_in import stand_in
from tests.worlds import START, lonlat

NOW = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)
DAY = date(2026, 6, 1)
HOME = "419901001001"


@pytest.fixture
def world(session):
    """A meeting with a task of the community's desk; an agency that answers for the community."""
    made, people = staffed(session)
    agency = Agency(code="BM01", name="住建局", phone="0000-88")
    meeting = JointMeeting(
        community_id=made.community.id, day=date(2026, 5, 4), topic="停车", attended="各方"
    )
    session.add_all([agency, meeting])
    session.flush()
    session.add(
        ResponsibleUnit(community_id=made.community.id, agency_id=agency.id, valid=from_day(START))
    )
    handler = made.post(PostKind.AGENCY_HANDLER, agency, "承办员")
    handler.person.agency_id = agency.id
    task = MeetingTask(
        meeting_id=meeting.id,
        title="划线",
        person_id=people["community"].person_id,
        due=DAY + timedelta(days=3),
    )
    session.add(task)
    session.flush()
    made.people = people | {"handler": holding(handler)}
    made.agency, made.meeting, made.task = agency, meeting, task
    return made


def signed(world, name):
    who = world.people[name]
    return SignedIn(None, who.person_id, name, name, who.scope)


def told(session, event=None):
    query = select(Message.event, Message.person_id, Message.subject).order_by(Message.id)
    return [row for row in session.execute(query) if event in {None, row.event}]


def test_a_meeting_shows_its_task_until_it_is_done(session, world):
    whole = meetings.whole(session, signed(world, "community"), world.meeting.id, DAY)
    assert (whole.meeting.tasks, whole.meeting.done, whole.meeting.late) == (1, 0, 0)
    assert [one.overdue for one in meetings.tasks(session, DAY + timedelta(days=5))] == [2]
    done = following.finish(
        session, signed(world, "community"), world.task.id, " 已划线 ", DAY, NOW
    )
    assert (done.done_on, done.result, done.overdue) == (DAY, "已划线", 0)
    assert meetings.tasks(session, DAY) == ()
    (line,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "record_changed"))
    assert line.object_key == f"meeting-tasks:{world.task.id}"
    with pytest.raises(InvalidInput, match="办结"):
        following.finish(session, signed(world, "community"), world.task.id, "再来", DAY, NOW)


def test_only_the_owner_and_the_community_s_keeper_finish_a_task(session, world):
    world.task.person_id = world.people["handler"].person_id
    session.flush()
    for name in ("A", "a1"):
        with pytest.raises(NotAllowed):
            following.finish(session, signed(world, name), world.task.id, "好了", DAY, NOW)
    for name in ("handler", "township"):
        world.task.done_on = world.task.result = None
        session.flush()
        assert following.finish(
            session, signed(world, name), world.task.id, "好了", DAY, NOW
        ).done_on
    with pytest.raises(NotFound):
        following.finish(session, signed(world, "county"), 10**6, "好了", DAY, NOW)


@pytest.mark.parametrize(
    ("result", "done_on", "field"),
    [
        ("  ", DAY, "result"),
        ("长" * 501, DAY, "result"),
        ("好了", DAY + timedelta(days=1), "done_on"),
        ("好了", date(2026, 5, 3), "done_on"),
    ],
)
def test_a_result_and_a_day_between_the_meeting_and_today_are_needed(
    session, world, result, done_on, field
):
    with pytest.raises(InvalidInput) as refused:
        following.finish(session, signed(world, "community"), world.task.id, result, done_on, NOW)
    assert refused.value.field == field


def test_owners_are_told_before_and_after_the_day_once_each(session, world):
    following.tell(session, world.task.id, NOW)
    assert following.sweep(session, NOW - timedelta(days=1)) == Swept(0, 0)
    assert following.sweep(session, NOW) == Swept(1, 0)
    assert following.sweep(session, NOW) == Swept(0, 0)
    late = NOW + timedelta(days=4)
    assert following.sweep(session, late) == Swept(0, 1)
    assert following.sweep(session, late) == Swept(0, 0)
    owner = world.people["community"].person_id
    assert [(row.event, row.person_id) for row in told(session)] == [
        ("follow_up_named", owner),
        ("follow_up_due", owner),
        ("follow_up_late", owner),
    ]
    assert "划线" in told(session)[0].subject
    following.finish(session, signed(world, "community"), world.task.id, "好了", DAY, late)
    world.task.late_at = None
    session.flush()
    assert following.sweep(session, late) == Swept(0, 0)


def test_whoever_stands_in_is_reminded_and_may_finish(session, world):
    worker = world.people["A"]
    world.task.person_id = worker.person_id
    session.flush()
    substitute = stand_in(session, worker.scope.posts[0].post_id, "代格员", DAY)
    by = SignedIn(None, substitute.id, "s", "s", worker.scope)
    following.tell(session, world.task.id, NOW - timedelta(days=1))
    assert following.sweep(session, NOW) == Swept(1, 0)
    assert [(row.event, row.person_id) for row in told(session)] == [
        ("follow_up_named", worker.person_id),
        ("follow_up_due", worker.person_id),
        ("follow_up_due", substitute.id),
    ]
    with pytest.raises(NotAllowed):
        following.finish(session, by, world.task.id, "好了", DAY, NOW - timedelta(days=1))
    assert following.finish(session, by, world.task.id, "好了", DAY, NOW).done_on == DAY


def test_an_idle_unit_is_told_to_stand_ins_too(session, world):
    handler = world.people["handler"]
    near = quarter_of(DAY).end - timedelta(days=5)
    substitute = stand_in(session, handler.scope.posts[0].post_id, "代承办员", near)
    assert units.remind(session, datetime(near.year, near.month, near.day, tzinfo=UTC)) == 3
    people = {handler.person_id, world.people["community"].person_id, substitute.id}
    assert {row.person_id for row in told(session, "unit_idle")} == people


def activity(world, starts_at, title):
    """An activity of the unit in the community."""
    return Activity(
        community_id=world.community.id,
        agency_id=world.agency.id,
        title=title,
        body="",
        place="门口",
        spot=from_shape(Point(*lonlat(10, 10)), 4326),
        radius_m=100,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        secret="x" * 32,
        made_at=starts_at,
    )


def test_what_a_unit_did_is_gathered_from_all_records(session, world):
    home = world.community.id
    session.add_all(
        [
            MeetingAgency(meeting_id=world.meeting.id, agency_id=world.agency.id),
            UnitDeed(
                community_id=home,
                agency_id=world.agency.id,
                day=DAY,
                kind="project",
                note="充电桩",
            ),
            UnitDeed(
                community_id=home,
                agency_id=world.agency.id,
                day=date(2026, 3, 31),
                kind="visit",
                note="上季度",
            ),
            activity(world, datetime(2026, 5, 20, 1, tzinfo=UTC), "义诊"),
            activity(world, NOW + timedelta(days=9), "还没有开"),
        ]
    )
    world.task.person_id = world.people["handler"].person_id
    world.task.done_on, world.task.result = DAY, "好了"
    session.flush()
    (unit,) = units.listed(session, quarter_of(DAY), DAY)
    assert [(one.kind, one.note) for one in unit.deeds] == [
        (DeedKind.ENTRY, "充电桩"),
        (DeedKind.TASK, "划线"),
        (DeedKind.ACTIVITY, "义诊"),
        (DeedKind.MEETING, "停车"),
    ]
    assert (len(unit.counted), unit.last) == (3, DAY)
    assert units.listed(session, quarter_of(DAY), DAY, community="419901001009") == ()


def wanted(**changed):
    return Wanted(
        **({"community": HOME, "day": DAY, "kind": UnitDeedKind.HELP, "note": "帮扶"} | changed)
    )


def test_a_unit_writes_down_its_own_deeds(session, world):
    handler = signed(world, "handler")
    units.record(session, handler, "BM01", wanted(), NOW)
    units.record(session, signed(world, "community"), "BM01", wanted(kind=UnitDeedKind.VISIT), NOW)
    for name in ("A", "a1"):
        with pytest.raises(NotAllowed):
            units.record(session, signed(world, name), "BM01", wanted(note="别的"), NOW)
    with pytest.raises(NotFound):
        units.record(session, handler, "BM09", wanted(), NOW)
    refusals = {
        "day": [
            wanted(),
            wanted(day=DAY + timedelta(days=1)),
            wanted(day=DAY - timedelta(days=401)),
        ],
        "note": [wanted(note=" "), wanted(note="长" * 501)],
        "community": [wanted(community="419901001009"), wanted(community="")],
    }
    for field, several in refusals.items():
        for one in several:
            with pytest.raises(InvalidInput) as refused:
                units.record(session, handler, "BM01", one, NOW)
            assert refused.value.field == field
    (unit,) = units.listed(session, quarter_of(DAY), DAY)
    assert len(unit.deeds) == 2


def test_an_idle_unit_is_told_three_weeks_before_the_quarter_ends(session, world):
    assert units.remind(session, datetime(2026, 6, 9, 8, tzinfo=UTC)) == 0
    near = datetime(2026, 6, 10, 8, tzinfo=UTC)
    assert units.remind(session, near) == 2
    assert units.remind(session, near + timedelta(days=5)) == 0
    asked = {world.people[name].person_id for name in ("handler", "community")}
    assert {row.person_id for row in told(session, "unit_idle")} == asked
    units.record(
        session,
        signed(world, "handler"),
        "BM01",
        wanted(day=date(2026, 7, 2)),
        near.replace(month=7),
    )
    assert units.remind(session, datetime(2026, 9, 20, 8, tzinfo=UTC)) == 0
