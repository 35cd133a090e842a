"""Claims and what becomes of them: retried with patience, never twice, never lost from sight."""

import pytest
from sqlalchemy import select

from gridmap.errors import NotFound
from gridmap.messaging import outgoing
from gridmap.messaging.kinds import State
from gridmap.messaging.outgoing import RETRY_AFTER, Outcome, Result
from gridmap.messaging.tables import Delivery
from gridmap.store.audit import AuditEntry
from tests.messaging.people import NOW, filed, held, mail_on, minutes, person, post, robot

SENT, FAILED = Outcome(Result.SENT), Outcome(Result.FAILED, "451 try later")


@pytest.fixture
def mailed(session):
    """One mail that waits."""
    mail_on(session)
    post(session, filed())
    return session


def state(session):
    session.expire_all()
    return session.scalars(select(Delivery)).one()


def test_a_claim_is_for_one_alone_and_says_how(mailed):
    claimed = outgoing.claim(mailed, NOW)
    assert claimed.email == "li@example.org"
    assert (claimed.mail.host, claimed.mail.port) == ("127.0.0.1", 2525)
    assert state(mailed).state == State.SENDING
    assert outgoing.claim(mailed, NOW) is None
    assert outgoing.settle(mailed, claimed, SENT, NOW)
    assert state(mailed).state == State.SENT
    assert outgoing.claim(mailed, minutes(10_000)) is None


def test_failures_are_tried_again_ever_later_and_then_given_up(mailed):
    now, waits = NOW, []
    while state(mailed).state != State.GIVEN_UP:
        claimed = outgoing.claim(mailed, now)
        outgoing.settle(mailed, claimed, FAILED, now)
        if state(mailed).state == State.FAILED:
            waits.append(state(mailed).next_at - now)
            assert outgoing.claim(mailed, now) is None
            now = state(mailed).next_at
    assert tuple(waits) == RETRY_AFTER
    assert state(mailed).attempts == len(RETRY_AFTER) + 1
    [trouble] = outgoing.troubles(mailed, now)
    assert (trouble.state, trouble.error) == (State.GIVEN_UP, "451 try later")
    assert trouble.target == "l***@example.org"


def test_what_no_try_will_help_is_given_up_at_once(mailed):
    outgoing.settle(mailed, outgoing.claim(mailed, NOW), Outcome(Result.REFUSED, "550"), NOW)
    assert state(mailed).state == State.GIVEN_UP


def test_whoever_dies_while_sending_leaves_it_uncertain_and_unsent(mailed):
    lost = outgoing.claim(mailed, NOW)
    assert outgoing.claim(mailed, minutes(9)) is None
    assert state(mailed).state == State.SENDING
    assert outgoing.claim(mailed, minutes(11)) is None
    assert state(mailed).state == State.UNCERTAIN
    assert outgoing.claim(mailed, minutes(100_000)) is None
    assert [trouble.state for trouble in outgoing.troubles(mailed, minutes(11))] == [
        State.UNCERTAIN
    ]
    assert outgoing.settle(mailed, lost, SENT, minutes(12))
    assert state(mailed).state == State.SENT


def test_only_a_person_sends_an_uncertain_one_again_on_record(mailed):
    lost = outgoing.claim(mailed, NOW)
    outgoing.claim(mailed, minutes(11))
    outgoing.send_again(mailed, lost.delivery_id, minutes(12), account_id=None)
    again = outgoing.claim(mailed, minutes(12))
    assert again.delivery_id == lost.delivery_id
    assert not outgoing.settle(mailed, lost, FAILED, minutes(13))
    assert outgoing.settle(mailed, again, SENT, minutes(13))
    assert "delivery_sent_again" in set(mailed.scalars(select(AuditEntry.action)))
    with pytest.raises(NotFound):
        outgoing.send_again(mailed, lost.delivery_id, minutes(14), account_id=None)


def test_switching_a_channel_off_gives_up_what_waits(session):
    mail_on(session)
    number = robot(session)
    post(session, filed(), held(person(session).id))
    assert outgoing.waiting(session) == 2
    mail_on(session, on=False)
    robot(session, robot_id=number, active=False)
    assert outgoing.waiting(session) == 0
    assert outgoing.claim(session, NOW) is None
    assert {t.error for t in outgoing.troubles(session, NOW)} == {"通道已停用 / switched off"}


def test_a_robot_gets_twenty_messages_a_minute_at_most(session):
    robot(session, name="甲群")
    robot(session, name="乙群")
    for number in range(30):
        post(session, held(None, str(number)))
    seconds, sent = 0.0, []
    while seconds < 60:
        now = minutes(seconds / 60)
        claimed = outgoing.claim(session, now)
        if claimed is None:
            seconds += 0.5
            continue
        sent.append(claimed.robot.name)
        outgoing.settle(session, claimed, SENT, now)
    assert sent.count("甲群") == sent.count("乙群") == 20
    assert outgoing.ready_at(session, minutes(1)) == minutes(1)


def test_no_robot_waits_when_none_has_anything(session):
    robot(session)
    assert outgoing.ready_at(session, NOW) is None
