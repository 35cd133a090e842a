"""The reporter's side: asked, he agrees or not; for fifteen days he may take it up again; followers."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gridmap.dispatch import following
from gridmap.dispatch.following import Following, Proof
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Answer, Instruction
from gridmap.dispatch.tables import Feedback, Follower
from gridmap.errors import (
    GridmapError,
    IdempotencyConflict,
    InvalidInput,
    MissingIdempotencyKey,
    NotAllowed,
    NotFound,
)
from gridmap.terms import Outcome, Rung, Satisfaction, Stage
from tests.dispatch.crowd import end
from tests.dispatch.filings import DAY, NOW

PHONE = "13800001234"
BY_PHONE = Proof(phone_tail="1234")
CONTENT = Answer(contacted=True, solved=True, satisfaction=Satisfaction.SATISFIED)
NOT_YET = following.not_solved("还是不亮", contacted=True)


@pytest.fixture
def asked(town):
    """A report whose reporter is asked whether it is solved."""
    number = town.file(phone=PHONE)
    town.handled(number)
    town.act(number, "worker", Action.CHECKED)
    return number


def answer(town, number, action, said=None, *, now=NOW, proof=BY_PHONE, **facts):
    version = facts.pop("version", town.row(number).version)
    instruction = Instruction(action, version, answer=said, **facts)
    return following.answer(town.session, number, proof, instruction, now)


def closed(town, number, now=NOW):
    return answer(town, number, Action.AGREED, CONTENT, now=now)


def test_content_he_closes_it(town, asked):
    seen = closed(town, asked)
    row = town.row(asked)
    assert (seen.stage, row.closed_at, row.outcome) == (Stage.CLOSED, NOW, Outcome.SOLVED)
    assert (row.due_at, row.acts_at, row.remind_at) == (None, None, None)
    kept = town.session.scalars(select(Feedback)).one()
    assert (kept.reached, kept.solved, kept.satisfaction, kept.caller_id) == (
        True,
        True,
        "satisfied",
        None,
    )


def test_not_content_it_starts_anew_with_whoever_checked_it(town, asked):
    seen = answer(town, asked, Action.REOPENED, NOT_YET)
    row = town.row(asked)
    assert town.stands(asked) == (Stage.FILED, Rung.GRID_BRANCH, "worker")
    assert (row.rounds, row.outcome, row.handled_at) == (1, None, None)
    assert seen.stage is Stage.FILED


def test_what_is_not_solved_is_not_closed_and_what_is_solved_not_reopened(town, asked):
    for action, said in ((Action.AGREED, NOT_YET), (Action.REOPENED, CONTENT)):
        with pytest.raises(InvalidInput) as refusal:
            answer(town, asked, action, said)
        assert refusal.value.field == "solved"


def test_what_was_said_to_be_not_solved_can_be_agreed_to(town):
    number = town.file(phone=PHONE)
    town.handled(number, outcome=Outcome.NOT_OURS)
    town.act(number, "worker", Action.CHECKED)
    seen = answer(town, number, Action.AGREED, NOT_YET)
    assert (seen.stage, seen.outcome) == (Stage.CLOSED, Outcome.NOT_OURS)


@pytest.mark.parametrize(("days", "late"), [(0, False), (15, False), (16, True)])
def test_for_fifteen_days_he_may_take_it_up_again(town, asked, days, late):
    closed(town, asked)
    then = NOW + timedelta(days=days)
    seen = following.track(town.session, asked, BY_PHONE, then)
    assert seen.answers == (() if late else (Action.REOPENED,))
    if late:
        with pytest.raises(NotAllowed):
            answer(town, asked, Action.REOPENED, NOT_YET, now=then)
        return
    answer(town, asked, Action.REOPENED, NOT_YET, now=then)
    row = town.row(asked)
    assert (row.stage, row.closed_at, row.rounds) == (Stage.FILED, None, 1)


def test_the_fifteen_days_hold_for_staff_who_filed_it_too(town):
    filer = town["foreign worker"].person_id
    number = town.file(phone=PHONE, filed_by=filer)
    town.handled(number)
    town.act(number, "worker", Action.CHECKED)
    town.act(number, "foreign worker", Action.AGREED, answer=CONTENT)
    late = NOW + timedelta(days=16)
    assert town.may(number, Action.REOPENED) == {"foreign worker"}
    assert town.may(number, Action.REOPENED, late) == set()
    with pytest.raises(NotAllowed):
        town.act(number, "foreign worker", Action.REOPENED, answer=NOT_YET, now=late)


def test_staff_call_him_and_write_down_what_he_says(town, asked):
    town.act(asked, "worker", Action.UNREACHED, note="无人接听")
    town.act(asked, "worker", Action.AGREED, answer=CONTENT)
    tries = town.session.scalars(select(Feedback).order_by(Feedback.step_sequence)).all()
    assert [(one.reached, one.remark) for one in tries] == [(False, "无人接听"), (True, None)]
    assert {one.caller_id for one in tries} == {town["worker"].person_id}


@pytest.mark.parametrize(
    "action",
    [Action.CHECKED, Action.UNREACHED, Action.SUPERVISED, Action.DISPATCHED, Action.LAPSED],
)
def test_moves_that_are_not_his(town, asked, action):
    with pytest.raises(GridmapError):
        answer(town, asked, action, CONTENT, note="x")
    assert town.row(asked).stage == Stage.ASKING


def test_a_word_of_his_goes_on_record(town):
    number = town.file(phone=PHONE)
    answer(town, number, Action.NOTED, note="下雨更严重")
    assert town.row(number).version == 2
    with pytest.raises(InvalidInput):
        answer(town, number, Action.NOTED, note="长" * 501)


def test_an_answer_that_is_sent_twice_is_one(town, asked):
    version = town.row(asked).version
    first = answer(town, asked, Action.AGREED, CONTENT, key="answer-1", version=version)
    again = answer(town, asked, Action.AGREED, CONTENT, key="answer-1", version=version)
    assert first == again
    assert len(town.session.scalars(select(Feedback)).all()) == 1
    with pytest.raises(IdempotencyConflict):
        answer(town, asked, Action.REOPENED, NOT_YET, key="answer-1")


def test_an_answer_to_an_older_state_is_refused(town, asked):
    version = town.row(asked).version
    town.act(asked, "worker", Action.UNREACHED, note="无人接听")
    with pytest.raises(GridmapError):
        answer(town, asked, Action.AGREED, CONTENT, version=version)


def test_he_takes_his_report_out_again(town):
    main, number = town.file("RUBBISH"), town.file("RUBBISH", phone=PHONE)
    town.act(number, "worker", Action.JOINED, main_number=main)
    seen = following.track(town.session, number, BY_PHONE, NOW)
    assert (seen.main_number, seen.answers) == (main, (Action.SEPARATED,))
    assert answer(town, number, Action.SEPARATED).stage is Stage.FILED


def test_reopened_where_nobody_is_in_post_it_waits_with_its_reason(town, asked):
    for name in ("worker", "branch", "desk", "desk 2", "secretary", "township", "county"):
        end(town.session, town[name], DAY)
    end(town.session, town["county 2"], DAY)
    answer(town, asked, Action.REOPENED, NOT_YET)
    assert town.stands(asked) == (Stage.FILED, Rung.COUNTY, None)


def test_a_neighbour_follows_but_does_not_decide(town):
    number = town.file("RUBBISH", phone=PHONE)
    _, key = following.follow(town.session, number, Following("f-1", phone="13900005678"), NOW)
    for proof in (Proof(track_key=key), Proof(phone_tail="5678")):
        seen = following.track(town.session, number, proof, NOW)
        assert (seen.follows, seen.answers, seen.photos) == (True, (), ())
        with pytest.raises(NotAllowed):
            answer(town, number, Action.NOTED, proof=proof, note="我也看见了")


def test_following_is_once_a_key_and_one_report(town):
    number, other = town.file("RUBBISH"), town.file("RUBBISH")
    first = following.follow(town.session, number, Following("f-1"), NOW)
    assert following.follow(town.session, number, Following("f-1"), NOW) == first
    assert len(town.session.scalars(select(Follower)).all()) == 1
    with pytest.raises(IdempotencyConflict):
        following.follow(town.session, other, Following("f-1"), NOW)
    with pytest.raises(MissingIdempotencyKey):
        following.follow(town.session, number, Following(""), NOW)


def test_what_is_about_people_closed_or_unknown_cannot_be_followed(town, asked):
    closed(town, asked)
    for number in (asked, town.file("NOISE"), town.file("RELIEF"), "2026-999999"):
        with pytest.raises(NotFound):
            following.follow(town.session, number, Following("f-9"), NOW)
