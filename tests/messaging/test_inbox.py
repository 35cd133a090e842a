"""The inbox: unread first, page by page, one's own only; what is kept and what is erased."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from gridmap.errors import NotFound
from gridmap.messaging import service
from gridmap.messaging.tables import Delivery, Message
from tests.messaging.people import NOW, filed, held, mail_on, minutes, person, post


def test_unread_first_then_the_newest_page_by_page(session):
    who, other = person(session), person(session, "乙")
    for i in range(10):
        post(session, held(who.id, str(i)), held(other.id, str(i)), now=minutes(i))
    for line in service.inbox(session, who.id).lines[::2]:
        service.read(session, who.id, line.id, NOW)
    seen, after = [], None
    while True:
        page = service.inbox(session, who.id, after=after, limit=3)
        seen += page.lines
        after = page.after
        if after is None:
            break
    assert len({line.id for line in seen}) == len(seen) == 10
    assert [line.read for line in seen] == [False] * 5 + [True] * 5
    for half in (seen[:5], seen[5:]):
        assert [line.at for line in half] == sorted((line.at for line in half), reverse=True)
    assert service.unread(session, who.id) == 5
    assert service.unread(session, other.id) == 10


def test_one_statement_a_page(session, statements):
    who = person(session)
    post(session, *(held(who.id, str(i)) for i in range(50)))
    statements.clear()
    service.inbox(session, who.id)
    assert len(statements) == 1


def test_only_ones_own_is_read_and_marked(session):
    who, other = person(session), person(session, "乙")
    post(session, held(who.id), held(other.id))
    [line] = service.inbox(session, other.id).lines
    with pytest.raises(NotFound):
        service.read(session, who.id, line.id, NOW)
    assert service.mark_read(session, who.id, NOW) == 1
    assert service.mark_read(session, who.id, NOW) == 0
    assert service.unread(session, other.id) == 1


def test_the_first_reading_counts(session):
    who = person(session)
    post(session, held(who.id))
    [line] = service.inbox(session, who.id).lines
    service.read(session, who.id, line.id, NOW)
    service.read(session, who.id, line.id, minutes(60))
    assert session.scalar(select(Message.read_at)) == NOW


def test_a_reporter_is_forgotten_with_the_mails(session):
    mail_on(session)
    who = person(session)
    post(session, held(who.id), filed(), filed(key="2026-000318:2"))
    assert service.forget_reporter(session, "2026-000318") == 2
    assert session.scalar(select(func.count()).select_from(Delivery)) == 0
    assert service.unread(session, who.id) == 1


def test_old_messages_go_those_to_reporters_first(session):
    mail_on(session)
    who = person(session)
    post(session, held(who.id), filed())
    assert service.clean(session, NOW + timedelta(days=89)) == 0
    assert service.clean(session, NOW + timedelta(days=91)) == 1
    assert service.unread(session, who.id) == 1
    assert service.clean(session, NOW + timedelta(days=366)) == 1


def test_a_worker_is_seen_by_its_heartbeat(session):
    assert service.worker_seen_at(session) is None
    session.execute(text("SELECT procrastinate_register_worker_v1()"))
    assert service.worker_seen_at(session) is not None
