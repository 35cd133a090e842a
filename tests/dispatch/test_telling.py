"""Who is told of a step: whoever holds it then, her stand-in, the reporter; and what is not told."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from gridmap.dispatch import following
from gridmap.dispatch.following import Following, Proof
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Instruction
from gridmap.messaging.tables import ChannelSetting, Message
from gridmap.messaging.words import Event
from gridmap.terms import Outcome
from tests.dispatch.crowd import stand_in
from tests.dispatch.filings import DAY, NOW

EMAIL = "li@example.org"


@pytest.fixture
def mailing(town):
    """A town whose mail server is set up."""
    town.session.add(ChannelSetting(id=1, site_url="https://grid.example", mail_on=True))
    return town


def told(town, number):
    """Event and recipient of every message about a report."""
    query = select(Message.event, Message.person_id, Message.email)
    rows = town.session.execute(query.where(Message.report_number == number))
    names = {post.person_id: name for name, post in town.crowd.posts.items()}
    return Counter((row.event, names.get(row.person_id, row.email)) for row in rows)


def test_every_step_of_the_loop_is_told_once_to_whoever_it_concerns(mailing):
    town = mailing
    number = town.file(email=EMAIL)
    town.handled(number)
    town.act(number, "worker", Action.REJECTED, note="灯还是不亮")
    town.act(number, "steward", Action.HANDLED, note="又修了", outcome=Outcome.SOLVED)
    town.act(number, "worker", Action.CHECKED)
    proof = Proof(track_key=town.row(number).track_key)
    answer = following.not_solved("没有亮", contacted=True)
    said = Instruction(Action.REOPENED, town.row(number).version, answer=answer)
    following.answer(town.session, number, proof, said, NOW)
    assert told(town, number) == {
        (Event.HELD, "steward"): 1,
        (Event.HELD, "worker"): 2,
        (Event.RETURNED, "steward"): 1,
        (Event.REOPENED, "worker"): 1,
        (Event.REPORTER_FILED, EMAIL): 1,
        (Event.REPORTER_ACCEPTED, EMAIL): 1,
        (Event.REPORTER_ASKED, EMAIL): 1,
        (Event.REPORTER_REOPENED, EMAIL): 1,
    }


def test_a_stand_in_is_told_too_and_nobody_of_what_she_did_herself(town):
    substitute = town["steward b1"].person_id
    stand_in(town.session, town["worker"], substitute, DAY, DAY + timedelta(days=2))
    number = town.file("RUBBISH")
    town.act(number, "worker", Action.DISPATCHED, post_id=town["branch"].id)
    town.act(number, "branch", Action.DISPATCHED, post_id=town["worker"].id)
    town.act(number, "steward b1", Action.DISPATCHED, post_id=town["worker"].id)
    assert told(town, number) == {
        (Event.HELD, "worker"): 2,
        (Event.HELD, "steward b1"): 2,
        (Event.HELD, "branch"): 1,
    }


def test_a_replay_tells_nobody_again(town):
    number = town.file()
    for _ in range(2):
        facts = {"version": 1, "note": "解决不了", "key": "step-1"}
        town.act(number, "steward", Action.SENT_UP, **facts)
    assert told(town, number)[Event.HELD, "worker"] == 1


def test_words_among_colleagues_do_not_leave_the_house(mailing):
    town = mailing
    number = town.file("RUBBISH", email=EMAIL, description="隔壁老张在楼道堆煤")
    following.follow(town.session, number, Following("f-1", email="wang@example.org"), NOW)
    note = "此人经常投诉"
    town.act(number, "worker", Action.DISPATCHED, note=note, post_id=town["police"].id)
    bodies = town.session.execute(select(Message.email, Message.person_id, Message.body)).all()
    assert {row.email for row in bodies if row.email} == {EMAIL, "wang@example.org"}
    assert all(note not in row.body for row in bodies if row.email)
    assert [row.person_id for row in bodies if note in row.body] == [town["police"].person_id]
    assert all("老张" not in row.body for row in bodies)


def test_a_reporter_on_the_staff_is_told_in_the_inbox(town):
    number = town.file(filed_by=town["police"].person_id)
    town.act(number, "steward", Action.ACCEPTED)
    assert told(town, number)[Event.REPORTER_ACCEPTED, "police"] == 1


def test_an_agency_is_told_of_its_part(town):
    number = town.file("RELIEF")
    town.act(number, "desk", Action.ACCEPTED)
    posts = (town["urban"].id, town["civil"].id)
    town.act(number, "desk", Action.PARTED, note="请尽快", agency_post_ids=posts)
    assert told(town, f"{number}-1") == {(Event.HELD, "urban"): 1}
    assert told(town, f"{number}-2") == {(Event.HELD, "civil"): 1}
