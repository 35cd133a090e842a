"""Events on their way to webhooks: spread, claim, settle; a webhook that always fails is stopped.

Triggers write events in the transaction in which they happened. The worker makes one delivery a webhook
of each, claims one at a time, commits, sends, settles. A sender that is gone leaves its delivery to be sent
again under the same id: at least once, and the receiver knows an id that it has seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.messaging import service as messaging
from gridmap.messaging.words import Event, Notice, Place
from gridmap.platform import payloads
from gridmap.platform import webhook_queries as queries
from gridmap.platform.happenings import (
    KEPT_FOR,
    LOST_AFTER,
    MOST_FAILURES,
    PAUSE,
    Sending,
    next_try,
)
from gridmap.platform.tables import Webhook
from gridmap.store import audit

WAKE: Final = queries.WAKE
AT_ONCE: Final = 200
LONGEST_ERROR: Final = 300
GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this caller, and nobody else, sends now; `secrets` sign it, the newest first."""

    delivery_id: int
    webhook_id: int
    claimed_at: datetime
    attempts: int
    url: str
    message_id: str
    body: str
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What the other side said: `status` is None where no answer came."""

    delivered: bool
    status: int | None
    words: str
    took_ms: int


def spread(session: Session, now: datetime) -> int:
    """Make deliveries of the events that wait; return how many events there were."""
    events = queries.waiting_events(session, AT_ONCE)
    hooks = queries.webhooks(session, active=True) if events else ()
    rows: list[dict[str, Any]] = []
    for event in events:
        told = [hook for hook in hooks if event.kind in hook.events]
        body = payloads.of_event(session, event) if told else ""
        rows += [
            {
                "webhook_id": hook.id,
                "message_id": event.uid,
                "kind": event.kind,
                "body": body,
                "at": event.at,
                "next_at": now,
            }
            for hook in told
        ]
        event.spread_at = now
    session.flush()
    if rows:
        queries.insert_deliveries(session, rows)
    return len(events)


def claim(session: Session, now: datetime) -> Claimed | None:
    """Take the next delivery that is due, or None; commit before you send it."""
    queries.give_up_lost(session, now - LOST_AFTER, now)
    row = queries.due(session, now)
    if row is None:
        return None
    delivery, hook = row
    delivery.state, delivery.claimed_at = Sending.SENDING, now
    delivery.attempts += 1
    session.flush()
    secrets = [hook.secret]
    if hook.old_secret and hook.old_until and hook.old_until > now:
        secrets.append(hook.old_secret)
    return Claimed(
        delivery_id=delivery.id,
        webhook_id=hook.id,
        claimed_at=now,
        attempts=delivery.attempts,
        url=hook.url,
        message_id=delivery.message_id,
        body=delivery.body,
        secrets=tuple(secrets),
    )


def settle(session: Session, claimed: Claimed, answer: Answered, now: datetime) -> bool:
    """Write what became of a claim; False if somebody has claimed the delivery anew since."""
    values: dict[str, object] = {
        "settled_at": now,
        "http_status": answer.status,
        "took_ms": answer.took_ms,
        "last_error": None if answer.delivered else answer.words[:LONGEST_ERROR],
        "state": Sending.SENT,
    }
    if not answer.delivered:
        again = None if answer.status == GONE else next_try(claimed.attempts, now)
        values |= {"state": Sending.FAILED, "next_at": again}
        if again is None:
            values |= {"state": Sending.GIVEN_UP, "next_at": now}
    if not queries.settle(session, claimed.delivery_id, claimed.claimed_at, values):
        return False
    hook = queries.webhook(session, claimed.webhook_id)
    if hook is not None:
        _count(session, hook, answer, now)
    return True


def _count(session: Session, hook: Webhook, answer: Answered, now: datetime) -> None:
    """Count failures in a row; too many, or `410 Gone`, stop the webhook and tell the administrators."""
    if answer.delivered:
        hook.failures, hook.ready_at = 0, None
        return
    hook.failures += 1
    hook.ready_at = now + PAUSE
    if hook.active and (hook.failures >= MOST_FAILURES or answer.status == GONE):
        hook.active, hook.stopped_at = False, now
        hook.stopped_why = answer.words[:LONGEST_ERROR]
        _tell_of_stop(session, hook, now)
    session.flush()


def _tell_of_stop(session: Session, hook: Webhook, now: datetime) -> None:
    audit.record(
        session,
        "webhook_stopped",
        "webhook",
        str(hook.id),
        now=now,
        name=hook.name,
        failures=hook.failures,
        why=hook.stopped_why,
    )
    values: dict[str, str] = {
        Place.NUMBER: str(hook.id),
        Place.PLAN: hook.name,
        Place.REASON: hook.stopped_why or "",
        Place.LINK: f"/settings/webhooks/{hook.id}",
    }
    key = f"webhook:{hook.id}:{int(now.timestamp())}"
    people = queries.administrators(session)
    notices = [Notice(Event.WEBHOOK_STOPPED, key, values, person_id=one) for one in people]
    messaging.post(session, notices, now)


def clean(session: Session, now: datetime) -> None:
    """Delete what has ended and is old."""
    queries.clean(session, now - KEPT_FOR)
