"""Webhooks as an administrator keeps them: made, changed, tried, their secrets changed; the log."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from gridmap.errors import InvalidInput, NotFound
from gridmap.platform import payloads
from gridmap.platform import webhook_queries as queries
from gridmap.platform.happenings import (
    OLD_SECRET_FOR,
    TEST,
    Happening,
    Sending,
    fresh_secret,
)
from gridmap.platform.tables import Webhook, WebhookDelivery
from gridmap.store import audit

MOST_SHOWN: Final = 50
HOSTS: Final = "GRIDMAP_WEBHOOK_HOSTS"
"""Hosts of the county's own network that may be called although their addresses are private."""


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """A webhook as a page sends it."""

    name: str
    url: str
    events: tuple[Happening, ...]
    active: bool = True


@dataclass(frozen=True, slots=True)
class WebhookView:
    """A webhook as a page shows it: never its secret."""

    id: int
    name: str
    url: str
    events: tuple[Happening, ...]
    active: bool
    failures: int
    made_at: datetime
    old_until: datetime | None
    stopped_at: datetime | None
    stopped_why: str | None
    waiting: int
    sent: int
    given_up: int


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A line of the log."""

    id: int
    message_id: str
    kind: str
    at: datetime
    state: Sending
    attempts: int
    next_at: datetime | None
    settled_at: datetime | None
    http_status: int | None
    took_ms: int | None
    error: str | None
    body: str


def own_hosts() -> frozenset[str]:
    """Return the hosts of the county's own network that the operator has listed."""
    written = os.environ.get(HOSTS, "")
    return frozenset(one.strip().lower() for one in written.split(",") if one.strip())


def check_url(url: str) -> None:
    """Refuse an address that is not called.

    Raises:
        InvalidInput: it is not https (a listed host may be http, for trials), names no host, or
            carries a name and password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", 0
    plain = bool(host) and url.isascii() and url.isprintable() and " " not in url
    secure = plain and (parts.scheme == "https" or (parts.scheme == "http" and host in own_hosts()))
    if not secure or port == 0 or parts.username is not None or "\\" in url:
        raise InvalidInput(
            field="url",
            reason_zh="请填 https:// 开头的网址，不带用户名和密码。",
            reason_en="Give an address that begins with https://, without name and password.",
        )


def save(
    session: Session,
    webhook_id: int | None,
    wanted: WebhookSettings,
    now: datetime,
    *,
    account_id: int | None,
) -> tuple[int, str | None]:
    """Save a webhook; return its id, and the secret of a new one: the only time that it can be seen.

    Switching one on again forgets its failures.

    Raises:
        InvalidInput: an address that is not called, or no event.
        NotFound: there is no such webhook.
    """
    check_url(wanted.url)
    if not wanted.events:
        raise InvalidInput(
            field="events", reason_zh="请至少选择一种事件。", reason_en="Choose at least one event."
        )
    secret = None if webhook_id is not None else fresh_secret()
    row = _made(session, secret, now) if secret else require(session, webhook_id)
    if wanted.active and not row.active:
        row.failures, row.ready_at, row.stopped_at, row.stopped_why = 0, None, None, None
    row.name, row.url, row.active = wanted.name, wanted.url, wanted.active
    row.events = [one.value for one in wanted.events]
    session.flush()
    _record(session, "webhook_saved", row, now, account_id)
    queries.wake(session)
    return row.id, secret


def _made(session: Session, secret: str, now: datetime) -> Webhook:
    row = Webhook(name="", url="", events=[], secret=secret, made_at=now, active=True)
    session.add(row)
    return row


def require(session: Session, webhook_id: int | None) -> Webhook:
    """Return a webhook, locked.

    Raises:
        NotFound: there is no such webhook.
    """
    row = queries.webhook(session, webhook_id) if webhook_id is not None else None
    if row is None:
        raise NotFound(what_zh="这个推送", what_en="This webhook")
    return row


def rotate(session: Session, webhook_id: int, now: datetime, *, account_id: int | None) -> str:
    """Give a webhook a new secret and return it; the old one signs, too, for a day; on record.

    Raises:
        NotFound: there is no such webhook.
    """
    row = require(session, webhook_id)
    row.old_secret, row.old_until = row.secret, now + OLD_SECRET_FOR
    row.secret = fresh_secret()
    session.flush()
    _record(session, "webhook_secret_changed", row, now, account_id)
    return row.secret


def remove(session: Session, webhook_id: int, now: datetime, *, account_id: int | None) -> None:
    """Take a webhook away; its log stays until it is old; on record.

    Raises:
        NotFound: there is no such webhook.
    """
    row = require(session, webhook_id)
    row.active, row.removed_at = False, now
    session.flush()
    _record(session, "webhook_removed", row, now, account_id)


def _record(
    session: Session, action: str, row: Webhook, now: datetime, account_id: int | None
) -> None:
    audit.record(
        session,
        action,
        "webhook",
        str(row.id),
        now=now,
        account_id=account_id,
        name=row.name,
        host=urlsplit(row.url).hostname or "",
        events=row.events,
        active=row.active,
    )


def try_one(session: Session, webhook_id: int, now: datetime) -> None:
    """Put a test message on its way, as any other.

    Raises:
        NotFound: there is no such webhook.
    """
    row = require(session, webhook_id)
    message = f"test_{row.id}_{int(now.timestamp() * 1000)}"
    values = {
        "webhook_id": row.id,
        "message_id": message,
        "kind": TEST,
        "body": payloads.of_test(now),
        "at": now,
        "next_at": now,
    }
    row.ready_at = None
    session.flush()
    queries.insert_deliveries(session, [values])
    queries.wake(session)


def send_again(
    session: Session, webhook_id: int, delivery_id: int, now: datetime, *, account_id: int | None
) -> None:
    """Let a delivery be sent anew under its own id; on record.

    Raises:
        NotFound: there is no such delivery.
    """
    row = require(session, webhook_id)
    if not queries.send_again(session, row.id, delivery_id, now):
        raise NotFound(what_zh="这条推送记录", what_en="This delivery")
    _record(session, "webhook_sent_again", row, now, account_id)
    queries.wake(session)


def listed(session: Session) -> tuple[WebhookView, ...]:
    """Return the webhooks with how their deliveries stand."""
    counted: dict[int, Counter[str]] = {}
    for webhook_id, state, number in queries.counts(session):
        counted.setdefault(webhook_id, Counter())[state] = number
    return tuple(_view(row, counted.get(row.id, Counter())) for row in queries.webhooks(session))


def one(session: Session, webhook_id: int) -> WebhookView:
    """Return a webhook.

    Raises:
        NotFound: there is no such webhook.
    """
    found = next((view for view in listed(session) if view.id == webhook_id), None)
    if found is None:
        raise NotFound(what_zh="这个推送", what_en="This webhook")
    return found


def _view(row: Webhook, counted: Counter[str]) -> WebhookView:
    return WebhookView(
        id=row.id,
        name=row.name,
        url=row.url,
        events=tuple(one for one in Happening if one in row.events),
        active=row.active,
        failures=row.failures,
        made_at=row.made_at,
        old_until=row.old_until,
        stopped_at=row.stopped_at,
        stopped_why=row.stopped_why,
        waiting=counted[Sending.PENDING] + counted[Sending.FAILED] + counted[Sending.SENDING],
        sent=counted[Sending.SENT],
        given_up=counted[Sending.GIVEN_UP],
    )


def log(session: Session, webhook_id: int) -> tuple[DeliveryView, ...]:
    """Return the newest deliveries of a webhook."""
    return tuple(_line(row) for row in queries.deliveries(session, webhook_id, MOST_SHOWN))


def _line(row: WebhookDelivery) -> DeliveryView:
    state = Sending(row.state)
    return DeliveryView(
        id=row.id,
        message_id=row.message_id,
        kind=row.kind,
        at=row.at,
        state=state,
        attempts=row.attempts,
        next_at=row.next_at if state is Sending.FAILED else None,
        settled_at=row.settled_at,
        http_status=row.http_status,
        took_ms=row.took_ms,
        error=row.last_error,
        body=row.body,
    )
