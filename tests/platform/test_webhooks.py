"""Events are rows of their own transaction; deliveries are claimed once, retried, given up, stopped."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from gridmap.dispatch import service
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Answer
from gridmap.errors import InvalidInput, NotFound
from gridmap.messaging.tables import Message
from gridmap.platform import outbox, webhooks
from gridmap.platform.happenings import (
    LOST_AFTER,
    MOST_FAILURES,
    OLD_SECRET_FOR,
    PAUSE,
    RETRY_AFTER,
    Happening,
    Sending,
)
from gridmap.platform.outbox import Answered
from gridmap.platform.tables import Webhook, WebhookDelivery, WebhookEvent
from gridmap.redistricting.tables import Adoption, Plan
from gridmap.store.audit import AuditEntry
from gridmap.terms import Outcome, Satisfaction
from tests.dispatch.filings import DAY, NOW, act, filing, staffed
from tests.messaging import people
from tests.platform import givers
from tests.web import signed

GOOD = Answered(delivered=True, status=204, words="HTTP 204", took_ms=12)
BAD = Answered(delivered=False, status=500, words="HTTP 500 oops", took_ms=12)


def spread(session, now=NOW):
    return outbox.spread(session, now)


def bodies(session):
    rows = session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id))
    return [json.loads(row.body) for row in rows]


def row(session):
    session.expire_all()
    return session.scalars(select(WebhookDelivery)).one()


def test_a_report_is_told_from_filing_to_closing(session):
    _, staff = staffed(session)
    givers.webhook(session)
    filed = filing(phone="13800001234", description="李明家灯不亮")
    number = service.file(session, filed, NOW).number
    act(session, number, staff["a1"], Action.ACCEPTED)
    act(session, number, staff["a1"], Action.NOTED, note="打过电话")
    act(session, number, staff["a1"], Action.HANDLED, outcome=Outcome.SOLVED, note="换灯")
    act(session, number, staff["A"], Action.CHECKED)
    said = Answer(contacted=True, solved=True, satisfaction=Satisfaction.SATISFIED)
    act(session, number, staff["A"], Action.AGREED, answer=said)
    assert spread(session) == 5
    told = bodies(session)
    assert [one["type"] for one in told] == [
        "report.filed",
        "report.moved",
        "report.moved",
        "report.moved",
        "report.closed",
    ]
    assert [one["data"]["stage"] for one in told] == [
        "filed",
        "accepted",
        "checking",
        "asking",
        "closed",
    ]
    assert {one["data"]["service_request_id"] for one in told} == {number}
    assert told[-1]["data"]["status"] == "closed"
    assert told[0]["timestamp"] == "2026-06-01T16:30:00+08:00"
    written = json.dumps(told, ensure_ascii=False)
    for secret in ("李明", "13800001234", "甲楼长", "甲格员", "换灯", "打过电话"):
        assert secret not in written
    assert spread(session) == 0


def test_what_is_about_people_is_told_by_number_and_stage_alone(session):
    staffed(session)
    givers.webhook(session)
    service.file(session, filing(code="NOISE"), NOW)
    spread(session)
    (told,) = bodies(session)
    assert set(told["data"]) == {
        "service_request_id",
        "sequence",
        "action",
        "stage",
        "status",
        "rung",
        "outcome",
    }


def test_what_is_rolled_back_was_never_told(session):
    staffed(session)
    givers.webhook(session)
    with session.begin_nested() as undone:
        service.file(session, filing(), NOW)
        assert session.scalar(select(func.count()).select_from(WebhookEvent)) == 1
        undone.rollback()
    assert spread(session) == 0


def test_nothing_is_written_while_nobody_listens(session):
    staffed(session)
    service.file(session, filing(), NOW)
    assert session.scalar(select(func.count()).select_from(WebhookEvent)) == 0


def test_a_webhook_is_told_of_its_own_events_alone(session):
    _, staff = staffed(session)
    givers.webhook(session, name="全部")
    givers.webhook(session, name="登记", events=(Happening.REPORT_FILED,))
    number = service.file(session, filing(), NOW).number
    act(session, number, staff["a1"], Action.ACCEPTED)
    spread(session)
    kinds = session.execute(
        select(Webhook.name, WebhookDelivery.kind)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .order_by(WebhookDelivery.id)
    ).all()
    assert [tuple(one) for one in kinds] == [
        ("全部", "report.filed"),
        ("登记", "report.filed"),
        ("全部", "report.moved"),
    ]


def test_a_published_plan_is_told_and_its_withdrawal(session):
    world, _ = staffed(session)
    givers.webhook(session)
    author = people.person(session).id
    plan = Plan(
        name="某人的方案",
        state="adopted",
        area_id=world.community.id,
        origin={},
        author_id=author,
        made_at=NOW,
        day=DAY,
    )
    session.add(plan)
    session.flush()
    adoption = Adoption(
        plan_id=plan.id,
        day=DAY,
        at=NOW,
        person_id=author,
        communities=[world.community.id],
        journal={},
    )
    session.add(adoption)
    session.flush()
    adoption.carried_out_at = NOW
    session.flush()
    adoption.withdrawn_at = NOW + timedelta(hours=1)
    session.flush()
    assert spread(session) == 2
    told = bodies(session)
    assert [one["type"] for one in told] == ["plan.published", "plan.withdrawn"]
    data = told[0]["data"]
    assert (data["plan_id"], data["day"]) == (plan.id, DAY.isoformat())
    assert len(data["communities"]) == 1
    assert "某人" not in json.dumps(told, ensure_ascii=False)


@pytest.fixture
def waiting(session):
    """One delivery that is due; the id of its webhook."""
    staffed(session)
    hook, _ = givers.webhook(session)
    service.file(session, filing(), NOW)
    spread(session)
    return hook


def test_a_delivery_is_claimed_once_and_settled_once(session, waiting):
    claimed = outbox.claim(session, NOW)
    assert outbox.claim(session, NOW) is None
    assert outbox.settle(session, claimed, GOOD, NOW)
    assert not outbox.settle(session, claimed, BAD, NOW)
    done = row(session)
    assert (done.state, done.http_status, done.took_ms) == (Sending.SENT, 204, 12)
    assert outbox.claim(session, NOW) is None


def test_a_failure_is_tried_again_later_and_later_and_given_up(session, waiting):
    now, ids = NOW, set()
    for wait in RETRY_AFTER:
        claimed = outbox.claim(session, now)
        ids.add(claimed.message_id)
        outbox.settle(session, claimed, BAD, now)
        assert row(session).state == Sending.FAILED
        assert outbox.claim(session, now + wait - timedelta(seconds=1)) is None
        now += wait
    outbox.settle(session, outbox.claim(session, now), BAD, now)
    assert row(session).state == Sending.GIVEN_UP
    assert row(session).last_error == "HTTP 500 oops"
    assert len(ids) == 1
    webhooks.send_again(session, waiting, row(session).id, now, account_id=None)
    later = now + PAUSE
    assert outbox.claim(session, later).message_id in ids


def test_a_sender_that_died_is_sent_again_under_the_same_id(session, waiting):
    lost = outbox.claim(session, NOW)
    later = NOW + LOST_AFTER + timedelta(seconds=1)
    again = outbox.claim(session, later)
    assert (again.message_id, again.body) == (lost.message_id, lost.body)
    assert not outbox.settle(session, lost, GOOD, later)
    assert outbox.settle(session, again, GOOD, later)


def test_after_a_failure_the_address_has_a_pause(session, waiting):
    service.file(session, filing("k-2"), NOW)
    spread(session)
    outbox.settle(session, outbox.claim(session, NOW), BAD, NOW)
    assert outbox.claim(session, NOW) is None
    assert outbox.claim(session, NOW + PAUSE) is not None


def test_too_many_failures_stop_it_and_tell_the_administrators(session, waiting):
    boss = people.person(session, "管").id
    signed.account(session, boss, "admin", roles=["administrator"])
    session.execute(text("UPDATE webhook SET failures = :n"), {"n": MOST_FAILURES - 1})
    session.expire_all()
    outbox.settle(session, outbox.claim(session, NOW), BAD, NOW)
    session.expire_all()
    view = webhooks.one(session, waiting)
    assert (view.active, view.stopped_why) == (False, "HTTP 500 oops")
    (message,) = session.scalars(select(Message).where(Message.person_id == boss))
    assert message.subject == f"推送已停用：市平台（编号 {waiting}）"
    assert message.link == f"/settings/webhooks/{waiting}"
    assert "webhook_stopped" in session.scalars(select(AuditEntry.action)).all()
    assert outbox.claim(session, NOW + timedelta(days=1)) is None
    # what waited is kept, and goes on when it is switched on again
    wanted = webhooks.WebhookSettings("市平台", givers.URL, (Happening.REPORT_FILED,))
    webhooks.save(session, waiting, wanted, NOW, account_id=None)
    assert outbox.claim(session, NOW + timedelta(days=1)) is not None


def test_gone_stops_it_at_once(session, waiting):
    gone = Answered(delivered=False, status=410, words="HTTP 410", took_ms=1)
    outbox.settle(session, outbox.claim(session, NOW), gone, NOW)
    assert not webhooks.one(session, waiting).active
    assert row(session).state == Sending.GIVEN_UP


def test_one_success_forgets_the_failures(session, waiting):
    outbox.settle(session, outbox.claim(session, NOW), BAD, NOW)
    assert webhooks.one(session, waiting).failures == 1
    later = NOW + RETRY_AFTER[0]
    outbox.settle(session, outbox.claim(session, later), GOOD, later)
    assert webhooks.one(session, waiting).failures == 0


def test_the_old_secret_signs_for_a_day_more(session, waiting):
    (first,) = outbox.claim(session, NOW).secrets
    second = webhooks.rotate(session, waiting, NOW, account_id=None)
    webhooks.try_one(session, waiting, NOW)
    assert outbox.claim(session, NOW).secrets == (second, first)
    late = NOW + OLD_SECRET_FOR + timedelta(minutes=1)
    webhooks.try_one(session, waiting, late)
    assert outbox.claim(session, late).secrets == (second,)


def test_a_removed_one_is_told_nothing(session, waiting):
    webhooks.remove(session, waiting, NOW, account_id=None)
    assert webhooks.listed(session) == ()
    assert outbox.claim(session, NOW) is None
    with pytest.raises(NotFound):
        webhooks.try_one(session, waiting, NOW)


def test_old_lines_are_cleaned_and_what_waits_is_kept(session, waiting):
    late = NOW + timedelta(days=31)
    outbox.clean(session, late)
    assert session.scalar(select(func.count()).select_from(WebhookDelivery)) == 1
    outbox.settle(session, outbox.claim(session, NOW), GOOD, NOW)
    outbox.clean(session, late)
    assert session.scalar(select(func.count()).select_from(WebhookDelivery)) == 0


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "https://user:pass@example.org/",
        "https://user@example.org/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://例子.中国/",
        "https://exa mple.org/",
        "https://example.org/\r\nX: y",
        "https://example.org\\@evil.org/",
        "https://[::1/",
        "gopher://example.org/",
    ],
)
def test_an_address_that_is_none_is_refused(session, url):
    with pytest.raises(InvalidInput) as refusal:
        givers.webhook(session, url=url)
    assert refusal.value.field == "url"


def test_a_webhook_without_events_is_none(session):
    with pytest.raises(InvalidInput) as refusal:
        givers.webhook(session, events=())
    assert refusal.value.field == "events"
