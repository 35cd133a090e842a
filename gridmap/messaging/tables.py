"""Messages, their way out (deliveries), the channels, and the county's own words."""

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

from gridmap.messaging.kinds import Channel, RobotKind, Security, State
from gridmap.messaging.words import Event
from gridmap.store.base import Base
from gridmap.terms import Term


def _one_of(column: str, words: type[Term]) -> str:
    return f"{column} IN ({', '.join(repr(word.value) for word in words)})"


class Robot(Base):
    """A robot in a group chat: told of some events of an area, or of the whole county.

    `ready_at`: not before then, so that its limit of messages a minute holds.
    """

    __tablename__ = "robot"
    __table_args__ = (CheckConstraint(_one_of("kind", RobotKind), name="kind"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16))
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str | None] = mapped_column(Text)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    events: Mapped[list[str]] = mapped_column(ARRAY(String(32)))
    language: Mapped[str] = mapped_column(String(2), server_default="zh")
    active: Mapped[bool] = mapped_column(server_default="true")
    ready_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Message(Base):
    """One text for one recipient: an inbox line, a reporter's mail, or a robot's message."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(_one_of("event", Event), name="event"),
        CheckConstraint("num_nonnulls(person_id, email, robot_id) = 1", name="recipient"),
        UniqueConstraint(
            "key",
            "person_id",
            "email",
            "robot_id",
            name="uq_message_key",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_message_person_id", "person_id", "id"),
        Index(
            "ix_message_unread",
            "person_id",
            postgresql_where=text("read_at IS NULL AND person_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    event: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(160))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    email: Mapped[str | None] = mapped_column(Text)
    robot_id: Mapped[int | None] = mapped_column(ForeignKey("robot.id"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    link: Mapped[str | None] = mapped_column(Text)
    report_number: Mapped[str | None] = mapped_column(String(32), index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Delivery(Base):
    """A message's way out by one channel. A claim is committed before the network is touched."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint(_one_of("channel", Channel), name="channel"),
        CheckConstraint(_one_of("state", State), name="state"),
        UniqueConstraint("message_id", "channel"),
        Index(
            "ix_delivery_waiting",
            "next_at",
            postgresql_where=text("state IN ('pending', 'failed')"),
        ),
        Index("ix_delivery_sending", "claimed_at", postgresql_where=text("state = 'sending'")),
        Index(
            "ix_delivery_trouble",
            "id",
            postgresql_where=text("state IN ('failed', 'given_up', 'uncertain')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12), server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    claimed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_error: Mapped[str | None] = mapped_column(Text)


class MessageTemplate(Base):
    """The county's own words for an event; the newest row holds. Append-only by trigger.

    No words mean: those that come with the program.
    """

    __tablename__ = "message_template"
    __table_args__ = (
        CheckConstraint(_one_of("event", Event), name="event"),
        CheckConstraint("language IN ('zh', 'en')", name="language"),
        CheckConstraint("(subject IS NULL) = (body IS NULL)", name="words"),
        Index("ix_message_template_event", "event", "language", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    event: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class ChannelSetting(Base):
    """One row: this site's address from outside, and the mail server."""

    __tablename__ = "channel_setting"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint(_one_of("security", Security), name="security"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    site_url: Mapped[str] = mapped_column(Text, server_default="")
    mail_on: Mapped[bool] = mapped_column(server_default="false")
    host: Mapped[str] = mapped_column(Text, server_default="")
    port: Mapped[int] = mapped_column(server_default="465")
    security: Mapped[str] = mapped_column(String(16), server_default="tls")
    login: Mapped[str] = mapped_column(Text, server_default="")
    password: Mapped[str] = mapped_column(Text, server_default="")
    from_address: Mapped[str] = mapped_column(Text, server_default="")
    from_name: Mapped[str] = mapped_column(Text, server_default="")
