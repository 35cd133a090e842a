"""The sweep: what is late climbs once, twice is the same as once, nothing is left deserted."""

from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gridmap.dispatch import service
from gridmap.dispatch.catalogue import put_loop_limits
from gridmap.dispatch.categories import Limit, LimitUnit, LoopStep
from gridmap.dispatch.following import Following, follow
from gridmap.dispatch.ladder import Reason
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Answer
from gridmap.dispatch.sweeping import Swept, climb, remind, sweep
from gridmap.dispatch.tables import Report, Step
from gridmap.messaging.tables import ChannelSetting, Message
from gridmap.messaging.words import Event
from gridmap.store.audit import AuditEntry
from gridmap.terms import Outcome, PostKind, Rung, Satisfaction, Stage
from tests.dispatch.crowd import end, stand_in
from tests.dispatch.filings import DAY, NOW

WEEK = timedelta(days=7)
LATE = NOW + WEEK
SOON = NOW + timedelta(days=1, minutes=-30)
"""After the reminder of a limit of four working hours, before its end."""


@pytest.fixture
def whole_sweep(town):
    """Run the sweep with its batches as savepoints."""

    @contextmanager
    def open_transaction():
        with town.session.begin_nested():
            yield town.session

    def run(now, batch=500):
        return sweep(open_transaction, now, batch)

    return run


def told(session, number, event):
    """Who was told of an event of a report, and how often: person ids and addresses."""
    query = select(Message.person_id, Message.email).where(
        Message.report_number == number, Message.event == event
    )
    return Counter(person or email for person, email in session.execute(query))


def actions(town, number):
    query = select(Step.action).join(Report).where(Report.number == number).order_by(Step.sequence)
    return town.session.scalars(query).all()


def test_it_climbs_one_rung_a_sweep_however_late(town, whole_sweep):
    number = town.file()
    years = NOW + timedelta(days=700)
    assert whole_sweep(years) == Swept(moved=1, reminded=0, handed_over=0)
    assert town.stands(number) == (Stage.FILED, Rung.GRID_BRANCH, "worker")
    row = town.row(number)
    assert row.due_at > years
    assert row.acts_at == row.due_at
    assert row.promised_at < years
    assert town.reasons(number) == [Reason.OUT_OF_TIME]


def test_twice_is_the_same_as_once(town, whole_sweep):
    number = town.file()
    whole_sweep(LATE)
    assert whole_sweep(LATE) == Swept(0, 0, 0)
    assert actions(town, number) == [Action.FILED, Action.CLIMBED]
    assert told(town.session, number, Event.CLIMBED) == {town["worker"].person_id: 1}


def test_before_its_time_nothing_moves(town, whole_sweep):
    number = town.file()
    due = town.row(number).due_at
    assert whole_sweep(due - timedelta(seconds=1)).moved == 0
    assert whole_sweep(due).moved == 1


@pytest.mark.parametrize("stage", [Stage.ACCEPTED, Stage.HANDLING])
def test_what_was_taken_and_not_done_climbs_and_has_to_be_taken_anew(town, stage):
    number = town.file("RUBBISH")
    if stage is Stage.ACCEPTED:
        town.act(number, "worker", Action.ACCEPTED)
    else:
        town.act(number, "worker", Action.DISPATCHED, post_id=town["urban"].id)
    assert town.row(number).stage == stage
    climb(town.session, LATE)
    row = town.row(number)
    assert town.stands(number) == (Stage.FILED, Rung.COMMUNITY, "desk")
    assert (row.entrusted, row.agency_id) == (False, None)


def test_at_the_county_it_is_overdue_once_and_stays(town, whole_sweep):
    number = town.file(x=-300, y=50)
    for weeks in range(1, 5):
        whole_sweep(NOW + weeks * WEEK)
    row = town.row(number)
    assert actions(town, number) == [Action.FILED, Action.OVERDUE]
    assert town.stands(number) == (Stage.FILED, Rung.COUNTY, "county")
    assert (row.acts_at, row.remind_at) == (None, None)
    assert row.due_at < NOW + WEEK
    assert told(town.session, number, Event.OVERDUE_AT_COUNTY) == {town["county"].person_id: 1}


def test_overdue_at_the_county_it_climbs_again_once_it_was_handed_down(town, whole_sweep):
    number = town.file("WAGES")
    for weeks in (1, 2):
        whole_sweep(NOW + weeks * WEEK)
    then = NOW + 2 * WEEK
    town.act(number, "county", Action.ACCEPTED, now=then)
    whole_sweep(then + WEEK)
    assert town.row(number).acts_at is None
    then += WEEK
    town.act(number, "county", Action.DISPATCHED, now=then, post_id=town["worker"].id)
    assert town.row(number).acts_at > then
    whole_sweep(then + WEEK)
    assert town.stands(number) == (Stage.FILED, Rung.COMMUNITY, "desk")


def test_it_climbs_only_to_somebody(town, whole_sweep):
    number = town.file("RELIEF")
    for name in ("township", "county", "county 2"):
        end(town.session, town[name], DAY)
    whole_sweep(LATE)
    assert town.stands(number) == (Stage.FILED, Rung.COMMUNITY, "desk")
    assert actions(town, number) == [Action.FILED, Action.OVERDUE]
    assert town.reasons(number) == [
        Reason.OUT_OF_TIME,
        Reason.VACANT_TOWNSHIP,
        Reason.VACANT_COUNTY,
    ]
    assert {Action.ACCEPTED, Action.DISPATCHED} <= set(
        service.detail(town.session, number, town.who("desk", LATE), LATE).actions
    )


def test_a_check_climbs_to_another_checker_and_stays_a_check(town):
    number = town.file()
    town.handled(number)
    climb(town.session, LATE)
    assert town.stands(number) == (Stage.CHECKING, Rung.COMMUNITY, "desk")
    assert town.row(number).outcome == Outcome.SOLVED


def test_an_unanswered_question_closes(town, whole_sweep):
    number = town.file(phone="13800001234")
    town.handled(number)
    town.act(number, "worker", Action.CHECKED)
    due = town.row(number).due_at
    assert whole_sweep(due).moved == 1
    row = town.row(number)
    assert (row.stage, row.closed_at, row.due_at, row.acts_at) == (Stage.CLOSED, due, None, None)
    assert actions(town, number)[-1] == Action.LAPSED
    assert whole_sweep(due + WEEK) == Swept(0, 0, 0)


def test_what_was_agreed_to_is_left_alone(town, whole_sweep):
    """A closed report has no clock: the sweep of a later day has nothing to do with it."""
    number = town.file()
    town.handled(number)
    town.act(number, "worker", Action.CHECKED)
    content = Answer(contacted=True, solved=True, satisfaction=Satisfaction.SATISFIED)
    town.act(number, "worker", Action.AGREED, answer=content)
    assert whole_sweep(LATE) == Swept(0, 0, 0)
    assert town.row(number).stage == Stage.CLOSED


def test_a_hard_case_goes_on_on_its_day(town, whole_sweep):
    number = town.file("RELIEF")
    town.act(number, "desk", Action.ACCEPTED)
    until = DAY + timedelta(days=10)
    facts = {"note": "等批复", "post_id": town["police"].id, "until": until}
    town.act(number, "desk", Action.SUSPENDED, **facts)
    due = town.row(number).due_at
    assert whole_sweep(due - timedelta(seconds=1)).moved == 0
    assert whole_sweep(due).moved == 1
    row = town.row(number)
    assert town.stands(number) == (Stage.HANDLING, Rung.COMMUNITY, "police")
    assert (row.owner_post_id, row.entrusted) == (None, True)
    assert row.acts_at > due
    assert told(town.session, number, Event.RESUMED) == {town["police"].person_id: 1}


def test_a_hard_case_without_its_owner_goes_on_with_the_rung(town):
    number = town.file("RELIEF")
    town.act(number, "desk", Action.ACCEPTED)
    facts = {"note": "等", "post_id": town["police"].id, "until": DAY + timedelta(days=1)}
    town.act(number, "desk", Action.SUSPENDED, **facts)
    end(town.session, town["police"], DAY)
    climb(town.session, LATE)
    assert town.stands(number) == (Stage.HANDLING, Rung.COMMUNITY, "desk")


def test_a_reminder_goes_out_once_to_the_holder_and_her_stand_in(town, whole_sweep):
    number = town.file()
    substitute = town["steward b1"].person_id
    stand_in(town.session, town["steward"], substitute, DAY, DAY + timedelta(days=9))
    remind_at, version = town.row(number).remind_at, town.row(number).version
    assert whole_sweep(remind_at - timedelta(seconds=1)).reminded == 0
    assert whole_sweep(remind_at) == Swept(moved=0, reminded=1, handed_over=0)
    assert whole_sweep(remind_at).reminded == 0
    assert remind(town.session, remind_at) == 0
    people = {town["steward"].person_id: 1, substitute: 1}
    assert told(town.session, number, Event.REMINDED) == people
    assert town.row(number).version == version


def test_after_an_outage_what_has_climbed_is_not_announced_for_the_rung_below(town, whole_sweep):
    number = town.file()
    assert whole_sweep(LATE) == Swept(moved=1, reminded=0, handed_over=0)
    assert told(town.session, number, Event.REMINDED) == {}


def test_when_a_post_ends_the_next_one_of_the_rung_takes_over(town, whole_sweep):
    number = town.file()
    substitute = town["steward b1"].person_id
    stand_in(town.session, town["leader of a1"], substitute, DAY, DAY + timedelta(days=9))
    end(town.session, town["steward"], DAY)
    due = town.row(number).due_at
    assert whole_sweep(NOW) == Swept(moved=0, reminded=0, handed_over=1)
    assert town.stands(number) == (Stage.FILED, Rung.BUILDING_GROUP, "leader of a1")
    row = town.row(number)
    assert (row.due_at, row.acts_at) == (due, due)
    assert town.reasons(number) == [Reason.POST_ENDED]
    people = {town["leader of a1"].person_id: 1, substitute: 1}
    assert told(town.session, number, Event.HANDED_OVER) == people
    assert whole_sweep(NOW).handed_over == 0


def test_when_a_whole_rung_is_empty_it_goes_up(town, whole_sweep):
    number = town.file()
    for name in ("steward", "leader of a1", "worker"):
        end(town.session, town[name], DAY)
    whole_sweep(NOW)
    assert town.stands(number) == (Stage.FILED, Rung.GRID_BRANCH, "branch")
    assert town.reasons(number) == [Reason.POST_ENDED, Reason.VACANT_BUILDING_GROUP]


def test_an_agencys_report_stays_with_the_agency(town, whole_sweep):
    number = town.file("RUBBISH")
    town.act(number, "worker", Action.DISPATCHED, post_id=town["urban"].id)
    end(town.session, town["urban"], DAY)
    whole_sweep(NOW)
    assert town.stands(number) == (Stage.HANDLING, Rung.GRID_BRANCH, "urban 2")
    end(town.session, town["urban 2"], DAY)
    whole_sweep(NOW)
    assert town.stands(number) == (Stage.HANDLING, Rung.GRID_BRANCH, "worker")
    assert not town.row(number).entrusted


def test_a_hard_case_has_an_owner_again(town, whole_sweep):
    number = town.file("RELIEF")
    town.act(number, "desk", Action.ACCEPTED)
    facts = {"note": "等", "post_id": town["police"].id, "until": DAY + timedelta(days=60)}
    town.act(number, "desk", Action.SUSPENDED, **facts)
    end(town.session, town["police"], DAY)
    whole_sweep(NOW)
    assert town.stands(number) == (Stage.SUSPENDED, Rung.COMMUNITY, "desk")
    assert town.row(number).owner_post_id == town["desk"].id


def test_a_check_is_not_handed_to_who_handled_it(town, whole_sweep):
    number = town.file("RELIEF")
    town.act(number, "township", Action.DISPATCHED, post_id=town["police"].id)
    town.act(number, "police", Action.HANDLED, note="已办", outcome=Outcome.SOLVED)
    town.act(number, "township", Action.REJECTED, note="没办好")
    town.act(number, "township", Action.DISPATCHED, post_id=town["desk"].id)
    town.act(number, "desk", Action.HANDLED, note="已办", outcome=Outcome.SOLVED)
    for name in ("township", "county", "county 2"):
        end(town.session, town[name], DAY)
    whole_sweep(NOW)
    assert town.stands(number) == (Stage.CHECKING, Rung.COMMUNITY, "desk 2")


def test_it_waits_for_nobody_above_while_somebody_below_could_take_it(town, whole_sweep):
    number = town.file("RELIEF")
    names = ("desk", "desk 2", "secretary", "township", "county", "county 2")
    for name in names:
        end(town.session, town[name], DAY)
    whole_sweep(NOW)
    assert town.stands(number) == (Stage.FILED, Rung.COUNTY, None)
    assert Reason.VACANT_COUNTY in town.reasons(number)
    assert whole_sweep(NOW) == Swept(0, 0, 0)
    tomorrow = NOW + timedelta(hours=1)
    town.crowd.hold("new desk", PostKind.COMMUNITY_DESK, town.crowd.world.community, since=DAY)
    assert whole_sweep(tomorrow).handed_over == 1
    assert town.stands(number) == (Stage.FILED, Rung.COMMUNITY, "new desk")


def test_the_reporter_and_followers_are_told_that_it_lapsed(town, whole_sweep):
    town.session.add(ChannelSetting(id=1, site_url="https://grid.example", mail_on=True))
    number = town.file("RUBBISH", email="li@example.org")
    follow(town.session, number, Following("f-1", email="wang@example.org"), NOW)
    town.handled(number, "worker")
    town.act(number, "desk", Action.CHECKED)
    whole_sweep(LATE)
    whole_sweep(LATE)
    mails = {"li@example.org": 1, "wang@example.org": 1}
    assert told(town.session, number, Event.REPORTER_CLOSED) == mails


def test_the_countys_own_limit_ends_the_question(town):
    limit = Limit(2, LimitUnit.NATURAL_HOURS)
    put_loop_limits(town.session, {LoopStep.ASK: limit}, account_id=None, now=NOW)
    number = town.file()
    town.handled(number)
    town.act(number, "worker", Action.CHECKED)
    assert town.row(number).due_at == NOW + timedelta(hours=2)


def test_a_batch_is_one_line_of_the_audit_log(town):
    for _ in range(3):
        town.file()
    climb(town.session, LATE)
    lines = town.session.scalars(select(AuditEntry).where(AuditEntry.action == "swept")).all()
    assert [(line.at, line.details) for line in lines] == [(LATE, {"climbed": 3})]


def prepare(town, count):
    """Reports of every kind that the sweep moves: filed, asked about, suspended, deserted."""
    town.session.merge(ChannelSetting(id=1, site_url="https://grid.example", mail_on=True))
    for _ in range(count):
        town.file("RUBBISH")
        asked = town.file(email="li@example.org")
        town.handled(asked)
        town.act(asked, "worker", Action.CHECKED)
        hard = town.file("RELIEF")
        town.act(hard, "desk", Action.ACCEPTED)
        facts = {"note": "等", "post_id": town["police"].id, "until": DAY + timedelta(days=1)}
        town.act(hard, "desk", Action.SUSPENDED, **facts)


def test_the_statements_of_a_batch_do_not_grow_with_it(town, statements):
    counts = []
    for size in (1, 4):
        prepare(town, size)
        town.session.flush()
        statements.clear()
        assert climb(town.session, LATE) == 3 * size
        counts.append(len(statements))
        town.session.execute(update(Report).values(acts_at=None))
    assert counts[0] == counts[1] <= 25


def test_the_statements_of_reminders_and_hand_overs_do_not_grow(town, statements, whole_sweep):
    counts = []
    for size, name in ((1, "steward"), (4, "leader of a1")):
        for _ in range(size):
            town.file("LIGHT")
        statements.clear()
        assert remind(town.session, SOON) == size
        reminded = len(statements)
        end(town.session, town[name], DAY)
        statements.clear()
        assert whole_sweep(NOW).handed_over >= size
        counts.append((reminded, len(statements)))
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 30
