"""Duties of a year, planning, recording who was there, and who may."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gridmap.accounts.authority import RIGHTS, Right
from gridmap.errors import InvalidInput, NotAllowed, NotFound
from gridmap.ledger.party_life import PartyMeeting
from gridmap.messaging import service as messaging
from gridmap.messaging.words import Event
from gridmap.party_life import looking, meetings, members, reminders, ruling
from gridmap.party_life.bodies import READERS
from gridmap.party_life.calendars import PeriodState
from gridmap.party_life.meetings import Held, Seat, Wanted
from gridmap.party_life.members import Incomer
from gridmap.terms import DutyKind, MeetingState, PartyMove, PartyStanding, PostKind
from tests.party_life.branches import BRANCH, DAY, GENERAL, GROUP, NOW, OTHER, branches, ruled
from tests.standing_in import stand_in

THEME = Wanted(DutyKind.THEME_DAY, date(2026, 6, 5), "学习")


@pytest.fixture
def made(session):
    return ruled(branches(session))


def year(made, code=BRANCH, who="secretary", day=DAY):
    body = looking.body(made.session, made.keepers[who].scope, code, day)
    return looking.year(made.session, body, day.year, day)


def states(made, kind, code=BRANCH, who="secretary", day=DAY):
    return [one.state for one in year(made, code, who, day).periods if one.kind is kind]


def held(made, wanted=THEME, code=BRANCH, who="secretary", **facts):
    keeper = made.keepers[who]
    number = meetings.plan(made.session, keeper, code, wanted, NOW)
    how = Held(**({"day": wanted.day, "minutes": "记录", "expected": 8, "present": 6} | facts))
    meetings.hold(made.session, keeper, number, how, NOW)
    return number


def test_a_year_shows_what_was_missed_what_is_due_and_what_comes(made):
    held(made)
    months = states(made, DutyKind.THEME_DAY)
    assert months == [PeriodState.MISSED] * 5 + [PeriodState.DONE] + [PeriodState.AHEAD] * 6
    quarters = states(made, DutyKind.MEMBERS)
    assert quarters == [PeriodState.MISSED, PeriodState.DUE, PeriodState.AHEAD, PeriodState.AHEAD]


def test_without_a_rule_of_the_county_nothing_is_owed(session):
    assert year(branches(session)).periods == ()


def test_a_branch_of_few_owes_no_committee_and_a_group_only_its_meeting(made):
    assert states(made, DutyKind.COMMITTEE, OTHER, "other") == []
    assert states(made, DutyKind.COMMITTEE) != []
    assert {one.kind for one in year(made, GROUP, "leader").periods} == {DutyKind.GROUP}
    assert {one.kind for one in year(made, GENERAL, "desk").periods} == {DutyKind.COMMITTEE}


def test_a_rule_counts_from_its_day_and_a_half_period_is_owed_by_nobody(session):
    made = ruled(branches(session), date(2026, 2, 10))
    assert len(states(made, DutyKind.THEME_DAY)) == 10
    assert len(states(made, DutyKind.MEMBERS)) == 3
    wanted = ruling.Wanted(DutyKind.THEME_DAY, 3, date(2026, 7, 1))
    ruling.set_duty(session, wanted, account_id=None, now=NOW)
    assert len(states(made, DutyKind.THEME_DAY)) == 4 + 2  # March to June, then quarters


def test_planning_a_year_fills_what_is_open_once(made):
    keeper = made.keepers["secretary"]
    days = {DutyKind.THEME_DAY: (31, 1), DutyKind.LESSON: (20, 3)}
    assert meetings.plan_year(made.session, keeper, BRANCH, 2026, days, NOW) == 7 + 3
    assert meetings.plan_year(made.session, keeper, BRANCH, 2026, days, NOW) == 0
    planned = {one.day for one in year(made).meetings if one.kind is DutyKind.THEME_DAY}
    assert {date(2026, 6, 30), date(2026, 7, 31), date(2026, 9, 30)} <= planned
    assert states(made, DutyKind.LESSON)[1:] == [PeriodState.PLANNED] * 3


def test_attendance_by_name_counts_itself(made):
    session, keeper = made.session, made.keepers["secretary"]
    for name in ("甲一", "甲二", "甲三"):
        comer = Incomer(name, "", PartyStanding.FULL, date(2026, 1, 5), PartyMove.TRANSFERRED)
        members.admit(session, keeper, BRANCH, comer, NOW)
    people = [one.person_id for one in members.listed(session, year(made).body, DAY)]
    seats = {person: Seat(n > 0, "" if n else "在外地") for n, person in enumerate(people)}
    number = held(made, seats=seats)
    row = session.get_one(PartyMeeting, number)
    assert (row.expected, row.present, row.state) == (3, 2, MeetingState.HELD)
    assert sorted(
        (one.present, one.reason) for one in meetings.seats(session, number).values()
    ) == [
        (False, "在外地"),
        (True, ""),
        (True, ""),
    ]
    assert year(made).percent == 67


def test_what_cannot_be_is_refused_and_nothing_is_written(made):
    session, keeper = made.session, made.keepers["secretary"]
    number = held(made)
    with pytest.raises(InvalidInput, match="同类"):
        meetings.plan(session, keeper, BRANCH, THEME, NOW)
    for wrong in (
        Held(DAY + timedelta(days=1), "记录", 8, 6),
        Held(DAY, "  ", 8, 6),
        Held(DAY, "记录", 8, 9),
        Held(DAY, "记录", 0, 0),
    ):
        with pytest.raises(InvalidInput):
            meetings.hold(session, keeper, number, wrong, NOW)
    with pytest.raises(InvalidInput):
        meetings.cancel(session, keeper, number, NOW)
    with pytest.raises(InvalidInput):
        meetings.change(session, keeper, number, replace(THEME, topic="改"), NOW)
    row = session.get_one(PartyMeeting, number)
    assert (row.day, row.topic, row.present) == (THEME.day, "学习", 6)


def test_everybody_keeps_her_own(made):
    session, number = made.session, held(made)
    with pytest.raises(NotFound):
        meetings.plan(session, made.keepers["other"], BRANCH, THEME, NOW)
    with pytest.raises(NotFound):
        meetings.shown(session, made.keepers["leader"], number, DAY)
    with pytest.raises(NotFound):
        meetings.shown(session, made.keepers["steward"], number, DAY)
    assert meetings.shown(session, made.keepers["desk"], number, DAY)[1].id == number
    member = made.employ("member", "committee_member", made.world.community)
    with pytest.raises(NotAllowed):  # she reads and does not write
        meetings.cancel(session, member, number, NOW)


def test_the_right_and_the_table_of_readers_agree():
    assert set(READERS) == RIGHTS[Right.PARTY_LIFE]


def test_reminders_come_once_before_and_after(made):
    session, keeper = made.session, made.keepers["secretary"]
    meetings.plan(session, keeper, BRANCH, replace(THEME, day=date(2026, 6, 12)), NOW)
    assert reminders.sweep(session, NOW) > 0
    assert reminders.sweep(session, NOW) == 0

    def told(person_id):
        return [(one.event, one.subject) for one in messaging.inbox(session, person_id).lines]

    mine = told(keeper.person_id)
    assert (Event.PARTY_DUE, f"提醒：甲支部 主题党日（{BRANCH}）") in mine
    assert (Event.PARTY_MISSED, f"未登记：甲支部 支委会（{BRANCH}）") in mine
    assert not any("主题党日" in words for _event, words in told(made.keepers["leader"].person_id))
    later = NOW + timedelta(days=5)
    assert reminders.sweep(session, later) > 0  # the planned day has passed without a record
    late = set(told(keeper.person_id)) - set(mine)
    assert (Event.PARTY_MISSED, f"未登记：甲支部 主题党日（{BRANCH}）") in late | set(mine)


def test_whoever_stands_in_is_reminded_on_her_days(made):
    session, secretary = made.session, made.keepers["secretary"]
    post = next(one for one in secretary.scope.posts if one.kind is PostKind.BRANCH_SECRETARY)
    reminders.sweep(session, NOW)
    substitute = stand_in(session, post.post_id, "代书记", DAY + timedelta(days=1))

    def told(person_id):
        return {(one.event, one.subject) for one in messaging.inbox(session, person_id).lines}

    reminders.sweep(session, NOW)
    assert told(substitute.id) == set()
    reminders.sweep(session, NOW + timedelta(days=1))
    mine = told(substitute.id)
    assert mine
    assert mine <= told(secretary.person_id)
    assert reminders.sweep(session, NOW + timedelta(days=1)) == 0
