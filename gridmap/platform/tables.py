"""Keys of other systems, what they have filed, webhooks with their events and deliveries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.platform.happenings import Happening, Sending
from gridmap.store.base import Base


class ApiKey(Base):
    """A key of another system: its hash, what it opens, where, how often, until when."""

    __tablename__ = "api_key"
    __table_args__ = (CheckConstraint("per_minute BETWEEN 1 AND 100000", name="per_minute"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    prefix: Mapped[str] = mapped_column(String(16))
    key_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String(32)))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    per_minute: Mapped[int] = mapped_column()
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ApiFiling(Base):
    """A report that another system has filed; `token` is what its sending can be asked for by."""

    __tablename__ = "api_filing"
    __table_args__ = (
        UniqueConstraint("key_id", "token"),
        Index("ix_api_filing_again", "key_id", "body_sha256", "at"),
    )

    report_id: Mapped[int] = mapped_column(
        ForeignKey("report.id"), primary_key=True, autoincrement=False
    )
    key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id"))
    token: Mapped[str] = mapped_column(String(64))
    body_sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Webhook(Base):
    """An address of another system that is told of events.

    `old_secret` signs, too, until `old_until`. `failures` are the failed tries since the last
    success; `ready_at`: nothing is sent before. A stopped one says when and why.
    """

    __tablename__ = "webhook"
    __table_args__ = (
        CheckConstraint("(old_secret IS NULL) = (old_until IS NULL)", name="old_secret"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str]] = mapped_column(ARRAY(String(32)))
    secret: Mapped[str] = mapped_column(Text)
    old_secret: Mapped[str | None] = mapped_column(Text)
    old_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    active: Mapped[bool] = mapped_column(server_default="true")
    failures: Mapped[int] = mapped_column(server_default="0")
    ready_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    stopped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    stopped_why: Mapped[str | None] = mapped_column(Text)
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class WebhookEvent(Base):
    """Something to tell, written by triggers in the transaction in which it happened."""

    __tablename__ = "webhook_event"
    __table_args__ = (
        CheckConstraint(
            f"kind IN ({', '.join(repr(one.value) for one in Happening)})", name="kind"
        ),
        CheckConstraint("(step_id IS NULL) <> (adoption_id IS NULL)", name="subject"),
        Index("ix_webhook_event_waiting", "id", postgresql_where=text("spread_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    uid: Mapped[str] = mapped_column(
        Text, server_default=text("'evt_' || replace(gen_random_uuid()::text, '-', '')")
    )
    kind: Mapped[str] = mapped_column(String(32))
    step_id: Mapped[int | None] = mapped_column(ForeignKey("step.id", ondelete="CASCADE"))
    adoption_id: Mapped[int | None] = mapped_column(
        ForeignKey("plan_adoption.id", ondelete="CASCADE")
    )
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    spread_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class WebhookDelivery(Base):
    """One message on its way to one webhook: the very text that is signed and sent at every try."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint(
            f"state IN ({', '.join(repr(one.value) for one in Sending)})", name="state"
        ),
        UniqueConstraint("webhook_id", "message_id"),
        Index(
            "ix_webhook_delivery_waiting",
            "next_at",
            postgresql_where=text("state IN ('pending', 'failed')"),
        ),
        Index(
            "ix_webhook_delivery_sending",
            "claimed_at",
            postgresql_where=text("state = 'sending'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    message_id: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(32))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    state: Mapped[str] = mapped_column(String(12), server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    claimed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    http_status: Mapped[int | None] = mapped_column()
    took_ms: Mapped[int | None] = mapped_column()
    last_error: Mapped[str | None] = mapped_column(Text)
