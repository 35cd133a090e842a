"""SQL: webhooks, their events and their deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap.accounts.tables import Account
from gridmap.ledger.areas import AreaVersion
from gridmap.platform.happenings import Sending
from gridmap.platform.tables import Webhook, WebhookDelivery, WebhookEvent
from gridmap.redistricting.tables import Adoption, Plan
from gridmap.store.base import as_of
from gridmap.terms import Role

WAKE: Final = "gridmap_webhooks"
"""PostgreSQL channel by which a commit wakes the worker; the triggers know it, too."""
WAITING: Final = (Sending.PENDING.value, Sending.FAILED.value)


def webhooks(session: Session, *, active: bool = False) -> Sequence[Webhook]:
    """Return the webhooks that were not removed, in the order in which they were made."""
    query = select(Webhook).where(Webhook.removed_at.is_(None)).order_by(Webhook.id)
    return session.scalars(query.where(Webhook.active) if active else query).all()


def webhook(session: Session, webhook_id: int) -> Webhook | None:
    """Return a webhook, locked; None where there is none."""
    query = select(Webhook).where(Webhook.id == webhook_id, Webhook.removed_at.is_(None))
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def waiting_events(session: Session, limit: int) -> Sequence[WebhookEvent]:
    """Return events that nobody has spread yet, the oldest first, locked; what others hold is left."""
    query = (
        select(WebhookEvent)
        .where(WebhookEvent.spread_at.is_(None))
        .order_by(WebhookEvent.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query).all()


def insert_deliveries(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert deliveries; of one message to one webhook there is one."""
    session.execute(insert(WebhookDelivery).on_conflict_do_nothing(), list(rows))


def adopted_plan(session: Session, adoption_id: int) -> tuple[Plan, Adoption]:
    """Return a plan with its publication."""
    query = select(Plan, Adoption).join(Adoption, Adoption.plan_id == Plan.id)
    plan, adoption = session.execute(query.where(Adoption.id == adoption_id)).one()
    return plan, adoption


def names_of(session: Session, ids: Sequence[int], adoption: Adoption) -> Sequence[str]:
    """Return the names of areas on the day of a publication."""
    query = (
        select(AreaVersion.name)
        .where(AreaVersion.area_id.in_(ids), as_of(AreaVersion, adoption.day))
        .order_by(AreaVersion.area_id)
    )
    return session.scalars(query).all()


def give_up_lost(session: Session, before: datetime, now: datetime) -> None:
    """Let what was being sent by somebody who is gone be sent again."""
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.state == Sending.SENDING, WebhookDelivery.claimed_at < before)
        .values(state=Sending.FAILED, next_at=now)
        .execution_options(synchronize_session=False)
    )


def due(session: Session, now: datetime) -> Row[WebhookDelivery, Webhook] | None:
    """Return the next delivery that is due, locked, with its webhook."""
    query = (
        select(WebhookDelivery, Webhook)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(
            WebhookDelivery.state.in_(WAITING),
            WebhookDelivery.next_at <= now,
            Webhook.active,
            or_(Webhook.ready_at.is_(None), Webhook.ready_at <= now),
        )
        .order_by(WebhookDelivery.next_at, WebhookDelivery.id)
        .limit(1)
        .with_for_update(of=WebhookDelivery, skip_locked=True)
    )
    return session.execute(query).one_or_none()


def settle(
    session: Session, delivery_id: int, claimed_at: datetime, values: Mapping[str, object]
) -> bool:
    """Write what became of a claim; False if somebody has claimed the delivery anew since."""
    query = (
        update(WebhookDelivery)
        .where(
            WebhookDelivery.id == delivery_id,
            WebhookDelivery.state == Sending.SENDING,
            WebhookDelivery.claimed_at == claimed_at,
        )
        .values(**values)
        .returning(WebhookDelivery.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(query) is not None


def deliveries(session: Session, webhook_id: int, limit: int) -> Sequence[WebhookDelivery]:
    """Return the newest deliveries of a webhook."""
    query = (
        select(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id)
        .order_by(WebhookDelivery.id.desc())
        .limit(limit)
    )
    return session.scalars(query).all()


def counts(session: Session) -> Sequence[Row[int, str, int]]:
    """Return for each webhook how many deliveries are in which state."""
    query = select(WebhookDelivery.webhook_id, WebhookDelivery.state, func.count()).group_by(
        WebhookDelivery.webhook_id, WebhookDelivery.state
    )
    return session.execute(query).all()


def send_again(session: Session, webhook_id: int, delivery_id: int, now: datetime) -> bool:
    """Let a delivery start anew that is not on its way; False where there is none."""
    query = (
        update(WebhookDelivery)
        .where(
            WebhookDelivery.id == delivery_id,
            WebhookDelivery.webhook_id == webhook_id,
            WebhookDelivery.state.in_([Sending.FAILED, Sending.GIVEN_UP, Sending.SENT]),
        )
        .values(state=Sending.PENDING, attempts=0, next_at=now)
        .returning(WebhookDelivery.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(query) is not None


def administrators(session: Session) -> Sequence[int]:
    """Return the persons who keep the system."""
    query = select(Account.person_id).where(
        Account.active, Account.roles.contains([Role.ADMINISTRATOR.value])
    )
    return session.scalars(query.order_by(Account.person_id)).all()


def clean(session: Session, before: datetime) -> None:
    """Delete deliveries that have ended and events that were spread before a moment."""
    ended = [Sending.SENT, Sending.GIVEN_UP]
    for query in (
        delete(WebhookDelivery).where(
            WebhookDelivery.at < before, WebhookDelivery.state.in_(ended)
        ),
        delete(WebhookEvent).where(WebhookEvent.at < before, WebhookEvent.spread_at.is_not(None)),
    ):
        session.execute(query.execution_options(synchronize_session=False))


def wake(session: Session) -> None:
    """Wake the worker when this transaction commits."""
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": WAKE})
