"""The checks of the red property net and of responsible units on the real database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from gridmap.ledger.meetings import JointMeeting
from gridmap.ledger.posts import Agency, Person, ResponsibleUnit, Visit
from gridmap.ledger.property import OwnersCommittee
from gridmap.ledger.red_property import (
    CompanyParty,
    MeetingAgency,
    MeetingTask,
    SelfManagement,
    UnitDeed,
)
from gridmap.store.base import from_day
from tests.coverage.sound import DAY, sound
from tests.worlds import START

HOME = "419901001001"
EVE = DAY - timedelta(days=1)
QUARTER = date(2026, 4, 1)


@pytest.fixture
def world(session):
    return sound(session)


def only(session, entity):
    return session.scalars(select(entity)).first()


def test_where_a_company_serves_it_or_the_owners_have_a_party_organisation(world, session):
    world.end(only(session, CompanyParty), DAY)
    assert world.warnings(EVE) == []
    assert world.warnings() == [("property_led", "served", "property_unled", DAY)]
    served = OwnersCommittee.compound_id == world.contract.compound_id
    committee = session.scalars(select(OwnersCommittee).where(served)).one()
    committee.party_form = "adviser"
    session.flush()
    assert world.warnings() == []
    session.execute(delete(CompanyParty))
    committee.party_form = None
    session.flush()
    assert world.warnings() == [("property_led", "served", "property_unled", START)]


def test_a_compound_that_is_served_no_more_is_not_asked_for_its_party(world, session):
    session.execute(delete(CompanyParty))
    world.end(world.contract, DAY)
    assert {one[0] for one in world.found()} == {"compound_property"}


def test_in_the_ledger_somebody_is_named(world, session):
    world.end(only(session, SelfManagement), DAY)
    assert world.warnings(EVE) == []
    assert world.warnings() == [("self_management", "self", "self_management_unnamed", DAY)]
    world.end(world.ledger_entry, DAY)
    assert "self_management" not in {one[0] for one in world.found()}


def task(session, due, done_on=None, title="划线"):
    person = only(session, Person)
    meeting = only(session, JointMeeting)
    made = MeetingTask(
        meeting_id=meeting.id,
        title=title,
        person_id=person.id,
        due=due,
        done_on=done_on,
        result="好了" if done_on else None,
    )
    session.add(made)
    session.flush()
    return made


def test_what_a_meeting_wants_is_overdue_on_the_day_after(world, session):
    task(session, EVE)
    assert world.warnings(EVE) == []
    assert world.warnings() == [("follow_up", HOME, "follow_up_overdue", DAY)]
    finding = world.audit().findings[0]
    assert finding.why("zh") == "联席会议议定的1件事过期未办结，最早的是“划线”。"
    assert (finding.gap.mend.register, finding.gap.mend.action) == ("meeting-tasks", "done")


def test_a_task_done_late_was_overdue_until_then(world, session):
    task(session, date(2026, 5, 10), done_on=DAY)
    task(session, date(2026, 5, 12), done_on=DAY, title="公示")
    assert world.warnings() == []
    assert world.warnings(EVE) == [("follow_up", HOME, "follow_up_overdue", date(2026, 5, 11))]


def test_a_unit_that_did_nothing_in_the_last_quarter(world, session):
    session.execute(delete(UnitDeed).where(UnitDeed.day == date(2026, 2, 3)))
    assert world.warnings() == [("unit_active", HOME, "responsible_unit_idle", QUARTER)]
    finding = world.audit().findings[0]
    assert "县财政局" in finding.why("zh")
    assert "2026年一季度" in finding.why("zh")


@pytest.mark.parametrize("how", ["visit", "meeting"])
def test_a_visit_and_a_meeting_count_as_work(world, session, how):
    session.execute(delete(UnitDeed).where(UnitDeed.day == date(2026, 2, 3)))
    agency = only(session, Agency)
    if how == "visit":
        leader = session.get(Person, world.posts["county"].person_id)
        leader.agency_id = agency.id
        assert session.scalars(select(Visit).where(Visit.day == date(2026, 2, 11))).one()
    else:
        home = world.world.community.id
        held = JointMeeting(community_id=home, day=date(2026, 3, 31), topic="灯", attended="各方")
        session.add(held)
        session.flush()
        session.add(MeetingAgency(meeting_id=held.id, agency_id=agency.id))
    session.flush()
    assert world.warnings() == []


def test_a_unit_that_came_within_the_quarter_is_not_blamed_for_it(world, session):
    session.execute(delete(UnitDeed))
    unit = only(session, ResponsibleUnit)
    unit.valid = from_day(date(2026, 1, 2))
    session.flush()
    assert "unit_active" not in {one[0] for one in world.found()}
    unit.valid = from_day(date(2026, 1, 1))
    session.flush()
    assert ("unit_active", HOME, "responsible_unit_idle", QUARTER) in world.found()
