"""SQL: writing messages and deliveries, the inbox, claims, channels, the county's own words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Row,
    and_,
    column,
    delete,
    false,
    func,
    literal,
    or_,
    select,
    table,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area, AreaVersion
from gridmap.messaging.kinds import Channel, State
from gridmap.messaging.tables import ChannelSetting, Delivery, Message, MessageTemplate, Robot
from gridmap.messaging.words import Template
from gridmap.store.base import Base, as_of
from gridmap.terms import AreaKind

Found = Row[*tuple[Any, ...]]

WAKE: str = "gridmap_messages"
"""Channel by which a commit wakes the worker."""
WAITING = (State.PENDING, State.FAILED)
TROUBLE = (State.FAILED, State.GIVEN_UP, State.UNCERTAIN)
_MESSAGES, _DELIVERIES = Base.metadata.tables["message"], Base.metadata.tables["delivery"]
_WORKERS = table("procrastinate_workers", column("last_heartbeat", DateTime(timezone=True)))


def edited_templates(session: Session) -> dict[tuple[str, str], Template]:
    """Return the county's own words now in force, by event and language."""
    newest = (
        select(MessageTemplate)
        .ext(distinct_on(MessageTemplate.event, MessageTemplate.language))
        .order_by(MessageTemplate.event, MessageTemplate.language, MessageTemplate.id.desc())
    )
    return {
        (row.event, row.language): Template(row.subject, row.body)
        for row in session.scalars(newest)
        if row.subject is not None and row.body is not None
    }


def setting(session: Session) -> ChannelSetting | None:
    """Return the one row of settings, if it was ever saved."""
    return session.get(ChannelSetting, 1, populate_existing=True)


def robots(session: Session, *, active: bool) -> Sequence[Robot]:
    """Return the robots by name; only the active ones where asked."""
    query = select(Robot).order_by(Robot.name, Robot.id)
    return session.scalars(query.where(Robot.active) if active else query).all()


def townships_of(session: Session, community_ids: Collection[int]) -> dict[int, int | None]:
    """Return the area above each community."""
    query = select(Area.id, Area.parent_id).where(Area.id.in_(community_ids))
    return {row.id: row.parent_id for row in session.execute(query)}


def insert_messages(session: Session, rows: Sequence[Mapping[str, Any]]) -> Sequence[Found]:
    """Insert messages that nobody was told yet; return id, email and robot_id of the new ones."""
    columns = _MESSAGES.c
    query = (
        insert(_MESSAGES)  # the table, not the class: a thousand rows a statement
        .on_conflict_do_nothing(constraint="uq_message_key")
        .returning(columns.id, columns.email, columns.robot_id)
    )
    return session.execute(query, list(rows)).all()


def told(session: Session, keys: Collection[str]) -> Sequence[Found]:
    """Return key and person of what people were told under some keys."""
    query = select(Message.key, Message.person_id)
    return session.execute(query.where(Message.key.in_(keys), Message.person_id.is_not(None))).all()


def insert_deliveries(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert what has to leave the house."""
    session.execute(insert(_DELIVERIES), list(rows))


def wake(session: Session) -> None:
    """Let the worker know when this transaction commits; nothing is sent if it does not."""
    session.execute(select(func.pg_notify(WAKE, "")))


def inbox_rows(
    session: Session, person_id: int, *, after: tuple[bool, int] | None, limit: int
) -> Sequence[Message]:
    """Return a page of a person's messages: unread first, then the newest."""
    was_read = Message.read_at.is_not(None)
    query = select(Message).where(Message.person_id == person_id)
    if after is not None:
        read, last = after
        query = query.where(
            tuple_(was_read, -Message.id) > tuple_(true() if read else false(), literal(-last))
        )
    return session.scalars(query.order_by(was_read, Message.id.desc()).limit(limit)).all()


def unread(session: Session, person_id: int) -> int:
    """Return how many messages a person has not read."""
    query = select(func.count()).where(Message.person_id == person_id, Message.read_at.is_(None))
    return session.scalar(query) or 0


def own_message(session: Session, person_id: int, message_id: int) -> Message | None:
    """Return a message if it is the person's own."""
    query = select(Message).where(Message.id == message_id, Message.person_id == person_id)
    return session.scalar(query)


def mark_read(session: Session, person_id: int, message_id: int | None, now: datetime) -> int:
    """Mark one message of a person, or all, as read; return how many were not."""
    query = (
        update(Message)
        .where(Message.person_id == person_id, Message.read_at.is_(None))
        .values(read_at=now)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    if message_id is not None:
        query = query.where(Message.id == message_id)
    return len(session.execute(query).all())


def give_up_lost(session: Session, claimed_before: datetime) -> None:
    """Mark as uncertain what was claimed so long ago that its sender must be gone."""
    session.execute(
        update(Delivery)
        .where(Delivery.state == State.SENDING, Delivery.claimed_at < claimed_before)
        .values(state=State.UNCERTAIN, last_error="发送进程中断 / the sender died")
        .execution_options(synchronize_session=False)
    )


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(Delivery.state.in_(WAITING), Delivery.next_at <= now)


def due_mail(session: Session, now: datetime) -> Found | None:
    """Lock one mail that is due and that nobody else is sending."""
    query = (
        select(Delivery, Message)
        .join(Message, Message.id == Delivery.message_id)
        .join(ChannelSetting, true())
        .where(_due(now), Delivery.channel == Channel.EMAIL, ChannelSetting.mail_on)
        .order_by(Delivery.next_at, Delivery.id)
        .limit(1)
        .with_for_update(of=Delivery, skip_locked=True)
    )
    return session.execute(query).first()


def due_robot_message(session: Session, now: datetime) -> Found | None:
    """Lock one robot's message that is due, with its robot: a robot has one sender at a time."""
    query = (
        select(Delivery, Message, Robot)
        .join(Message, Message.id == Delivery.message_id)
        .join(Robot, Robot.id == Message.robot_id)
        .where(
            _due(now),
            Delivery.channel == Channel.ROBOT,
            Robot.active,
            or_(Robot.ready_at.is_(None), Robot.ready_at <= now),
        )
        .order_by(Delivery.next_at, Delivery.id)
        .limit(1)
        .with_for_update(of=(Delivery, Robot), skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.execute(query).first()


def earliest_robot(session: Session, now: datetime) -> datetime | None:
    """Return when the first robot that has something due is ready again."""
    query = (
        select(func.min(func.coalesce(Robot.ready_at, now)))
        .select_from(Delivery)
        .join(Message, Message.id == Delivery.message_id)
        .join(Robot, Robot.id == Message.robot_id)
        .where(_due(now), Robot.active)
    )
    return session.scalar(query)


def settle(
    session: Session, delivery_id: int, claimed_at: datetime, values: Mapping[str, Any]
) -> bool:
    """Write what became of a claim; nothing if the delivery was claimed again since."""
    query = (
        update(Delivery)
        .where(
            Delivery.id == delivery_id,
            Delivery.claimed_at == claimed_at,
            Delivery.state.in_((State.SENDING, State.UNCERTAIN)),
        )
        .values(values)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(query) is not None


def troubles(session: Session, *, since: datetime, limit: int) -> Sequence[Found]:
    """Return deliveries that failed or are uncertain, newest first."""
    query = (
        select(Delivery, Message, Robot.name.label("robot"))
        .join(Message, Message.id == Delivery.message_id)
        .outerjoin(Robot, Robot.id == Message.robot_id)
        .where(Delivery.state.in_(TROUBLE), Message.at > since)
        .order_by(Delivery.id.desc())
        .limit(limit)
    )
    return session.execute(query).all()


def waiting(session: Session) -> int:
    """Return how many deliveries wait to be sent."""
    query = select(func.count()).where(Delivery.state.in_(WAITING))
    return session.scalar(query) or 0


def send_again(session: Session, delivery_id: int, now: datetime) -> bool:
    """Let a delivery in trouble start anew; False if it is in none."""
    query = (
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state.in_(TROUBLE))
        .values(state=State.PENDING, attempts=0, next_at=now)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(query) is not None


def give_up_waiting(session: Session, words: str, *, robot_id: int | None) -> None:
    """Give up what waits for a robot (or for the mail server) that is switched off."""
    theirs = select(Message.id).where(
        Message.robot_id == robot_id if robot_id is not None else Message.email.is_not(None)
    )
    session.execute(
        update(Delivery)
        .where(Delivery.state.in_(WAITING), Delivery.message_id.in_(theirs))
        .values(state=State.GIVEN_UP, last_error=words)
        .execution_options(synchronize_session=False)
    )


def delete_messages(session: Session, criterion: ColumnElement[bool]) -> int:
    """Delete messages with their deliveries; return how many."""
    query = delete(Message).where(criterion).returning(Message.id)
    return len(session.execute(query.execution_options(synchronize_session=False)).all())


def written_before(moment: datetime, *, to_reporters: bool) -> ColumnElement[bool]:
    """Return the predicate of messages older than a moment, to reporters only or to all."""
    older = Message.at < moment
    return and_(older, Message.email.is_not(None)) if to_reporters else older


def to_reporter_of(number: str) -> ColumnElement[bool]:
    """Return the predicate of the mails to the reporter of a report."""
    return and_(Message.report_number == number, Message.email.is_not(None))


def worker_seen_at(session: Session) -> datetime | None:
    """Return when a worker last gave a sign of life; None if there is none."""
    seen: datetime | None = session.scalar(select(func.max(_WORKERS.c.last_heartbeat)))
    return seen


def areas_on(session: Session, day: date) -> Sequence[Found]:
    """Return id, kind and name of the townships and communities of a day, for choosing."""
    query = (
        select(Area.id, Area.kind, AreaVersion.name)
        .join(AreaVersion, AreaVersion.area_id == Area.id)
        .where(as_of(AreaVersion, day), Area.kind != AreaKind.COUNTY)
        .order_by(Area.code)
    )
    return session.execute(query).all()


def is_area(session: Session, area_id: int) -> bool:
    """Tell whether there is an area of that id."""
    return session.get(Area, area_id) is not None
