"""The administrator's webhooks: the secret shown once, changed, tried, sent again, removed."""

import re

import pytest
from sqlalchemy import select

from gridmap.platform import outbox
from gridmap.platform.happenings import Sending
from gridmap.platform.outbox import Answered
from gridmap.platform.tables import Webhook, WebhookDelivery
from gridmap.store.audit import AuditEntry
from tests import worlds
from tests.messaging import people
from tests.web import signed
from tests.web.signed import post_form, sign_in
from web.params import now

PAGE = {"Accept": "text/html"}
ALL = "/settings/webhooks"
HOOK = {
    "name": "市城运平台",
    "url": "https://hooks.example.org/in?token=abc",
    "events": ["report.filed", "report.closed"],
    "active": "1",
}


@pytest.fixture
def administrator(session, client):
    worlds.draw(session, "A")
    signed.account(session, people.person(session, "管").id, "admin", roles=["administrator"])
    sign_in(client, "admin")


@pytest.fixture
def hook(client, administrator, session):
    """A webhook made on the page: its address there, and its secret."""
    page = post_form(client, f"{ALL}/new", **HOOK)
    assert page.status_code == 200
    row = session.scalars(select(Webhook)).one()
    return f"{ALL}/{row.id}", shown(page)


def shown(page):
    return re.search(r'id="secret">([^<]+)<', page.text)[1]


def press(client, path, action):
    """Press a button of a webhook's page."""
    data = {"csrf_token": signed.token(client.get(path, headers=PAGE))}
    return client.post(f"{path}/{action}", data=data, headers=PAGE)


def row(session):
    session.expire_all()
    return session.scalars(select(Webhook)).one()


def test_a_secret_is_shown_once(client, hook, session):
    path, secret = hook
    assert row(session).secret == secret
    for page in (path, ALL):
        assert secret not in client.get(page, headers=PAGE).text
    trail = session.scalars(select(AuditEntry.details)).all()
    assert secret not in str(trail)
    assert "token=abc" not in str(trail)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "请填写"),
        ({"url": "http://hooks.example.org/"}, "https:// 开头"),
        ({"url": "https://u:p@hooks.example.org/"}, "不带用户名和密码"),
        ({"events": []}, "至少选择一种事件"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_stays(
    client, administrator, session, changes, words
):
    answer = post_form(client, f"{ALL}/new", **(HOOK | changes))
    assert answer.status_code == 422
    assert words in answer.text
    assert changes.get("url", HOOK["url"]).replace("&", "&amp;") in answer.text
    assert session.scalars(select(Webhook)).all() == []


def test_it_is_changed_and_switched_off(client, hook, session):
    path, secret = hook
    sent = {**HOOK, "name": "新名字", "events": ["plan.published"]}
    del sent["active"]
    assert post_form(client, path, **sent).status_code == 303
    changed = row(session)
    assert (changed.name, changed.events, changed.active) == ("新名字", ["plan.published"], False)
    assert changed.secret == secret


def test_a_new_secret_leaves_the_old_one_for_a_day(client, hook, session):
    path, old = hook
    page = press(client, path, "secret")
    assert (row(session).secret, row(session).old_secret) == (shown(page), old)
    assert "新旧两个密钥都有效" in client.get(path, headers=PAGE).text


def test_a_test_message_waits_and_is_in_the_log(client, hook, session):
    path, _ = hook
    assert press(client, path, "try").status_code == 303
    claimed = outbox.claim(session, now())
    outbox.settle(
        session,
        claimed,
        Answered(delivered=False, status=503, words="HTTP 503 <忙>", took_ms=7),
        now(),
    )
    page = client.get(path, headers=PAGE).text
    for words in ("测试消息", "失败，会再试", "HTTP 503", "7 ms", "&lt;忙&gt;", claimed.message_id):
        assert words in page


def test_a_delivery_is_sent_again_by_hand(client, hook, session):
    path, _ = hook
    press(client, path, "try")
    claimed = outbox.claim(session, now())
    outbox.settle(
        session, claimed, Answered(delivered=True, status=200, words="", took_ms=7), now()
    )
    delivery = session.scalars(select(WebhookDelivery)).one()
    assert press(client, path, f"again/{delivery.id}").status_code == 303
    session.expire_all()
    assert session.scalars(select(WebhookDelivery.state)).one() == Sending.PENDING
    assert press(client, path, "again/999999").status_code == 404
    assert "webhook_sent_again" in session.scalars(select(AuditEntry.action)).all()


def test_it_is_removed(client, hook, session):
    path, _ = hook
    assert press(client, path, "remove").status_code == 303
    assert client.get(path, headers=PAGE).status_code == 404
    assert "还没有推送" in client.get(ALL, headers=PAGE).text


def test_the_hub_leads_to_both(client, administrator):
    page = client.get("/settings", headers=PAGE).text
    assert 'href="/settings/keys"' in page
    assert 'href="/settings/webhooks"' in page
