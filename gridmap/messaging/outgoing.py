"""What leaves the house: claim, settle, and what an administrator does about trouble.

A claim is committed before the network is touched, one delivery at a time. Whoever dies while
sending leaves it in `sending`; after `LOST_AFTER` it becomes `uncertain`, and only a person sends
it again. So nothing is sent twice, and what may not have arrived is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from gridmap.errors import NotFound
from gridmap.messaging import queries
from gridmap.messaging.kinds import Channel, State
from gridmap.messaging.tables import ChannelSetting, Delivery, Message, Robot
from gridmap.messaging.words import Event, masked
from gridmap.store import audit

RETRY_AFTER: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
"""Waits between tries; after the last one a delivery is given up."""
LOST_AFTER: Final = timedelta(minutes=10)
ROBOT_PAUSE: Final = timedelta(seconds=3)
"""Between two messages of one robot: group robots take at most 20 a minute."""
SHOWN_FOR: Final = timedelta(days=30)
MOST_SHOWN: Final = 50
LONGEST_ERROR: Final = 300


class Result(StrEnum):
    """What became of a try."""

    SENT = "sent"
    FAILED = "failed"
    """Surely not delivered; another try may help."""
    REFUSED = "refused"
    """Surely not delivered; no other try will help."""
    UNCERTAIN = "uncertain"
    """The line broke after the message was handed over."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try, with the other side's words where it failed."""

    result: Result
    words: str = ""


@dataclass(frozen=True, slots=True)
class MailServer:
    """How mail leaves: `security` is tls, starttls or none."""

    host: str
    port: int
    security: str
    login: str
    password: str
    from_address: str
    from_name: str


@dataclass(frozen=True, slots=True)
class RobotTarget:
    """A group robot: `kind` is wecom or dingtalk; `secret` signs where the robot asks for it."""

    id: int
    name: str
    kind: str
    url: str
    secret: str | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this caller, and nobody else, sends now. Either `mail` or `robot` is set."""

    delivery_id: int
    claimed_at: datetime
    attempts: int
    message_id: int
    written_at: datetime
    email: str | None
    subject: str
    body: str
    mail: MailServer | None
    robot: RobotTarget | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A delivery that failed or is uncertain; the address of a reporter stays masked."""

    id: int
    state: State
    channel: Channel
    target: str
    event: Event
    subject: str
    number: str | None
    at: datetime
    attempts: int
    next_at: datetime | None
    error: str


def claim(session: Session, now: datetime) -> Claimed | None:
    """Take the next delivery that is due, or None; commit before you send it.

    Two workers never get the same one. Deliveries whose sender is gone become uncertain.
    """
    queries.give_up_lost(session, now - LOST_AFTER)
    row = queries.due_mail(session, now) or queries.due_robot_message(session, now)
    if row is None:
        return None
    delivery, message, robot = (*row, None)[:3]
    delivery.state, delivery.claimed_at = State.SENDING, now
    delivery.attempts += 1
    if robot is not None:
        robot.ready_at = now + ROBOT_PAUSE
    session.flush()
    return _claimed(delivery, message, robot, None if robot else queries.setting(session))


def _claimed(
    delivery: Delivery, message: Message, robot: Robot | None, setting: ChannelSetting | None
) -> Claimed:
    return Claimed(
        delivery_id=delivery.id,
        claimed_at=delivery.claimed_at or message.at,
        attempts=delivery.attempts,
        message_id=message.id,
        written_at=message.at,
        email=message.email,
        subject=message.subject,
        body=message.body,
        mail=mail_server(setting) if setting else None,
        robot=target_of(robot) if robot else None,
    )


def mail_server(setting: ChannelSetting) -> MailServer:
    """Return how mail leaves by these settings."""
    return MailServer(
        host=setting.host,
        port=setting.port,
        security=setting.security,
        login=setting.login,
        password=setting.password,
        from_address=setting.from_address,
        from_name=setting.from_name,
    )


def target_of(robot: Robot) -> RobotTarget:
    """Return what a sender needs to know of a robot."""
    return RobotTarget(robot.id, robot.name, robot.kind, robot.url, robot.secret)


def ready_at(session: Session, now: datetime) -> datetime | None:
    """Return when the next due message of a robot may go; None if none is due."""
    return queries.earliest_robot(session, now)


def settle(session: Session, claimed: Claimed, outcome: Outcome, now: datetime) -> bool:
    """Write what became of a claim; False if somebody has claimed the delivery anew since."""
    state = State(outcome.result.value) if outcome.result is not Result.REFUSED else State.GIVEN_UP
    values: dict[str, object] = {
        "state": state,
        "settled_at": now,
        "last_error": outcome.words[:LONGEST_ERROR] or None,
    }
    if state is State.FAILED and claimed.attempts > len(RETRY_AFTER):
        values["state"] = State.GIVEN_UP
    elif state is State.FAILED:
        values["next_at"] = now + RETRY_AFTER[claimed.attempts - 1]
    return queries.settle(session, claimed.delivery_id, claimed.claimed_at, values)


def troubles(session: Session, now: datetime) -> tuple[Trouble, ...]:
    """Return the deliveries of the last days that failed or are uncertain, newest first."""
    rows = queries.troubles(session, since=now - SHOWN_FOR, limit=MOST_SHOWN)
    return tuple(_trouble(delivery, message, robot) for delivery, message, robot in rows)


def _trouble(delivery: Delivery, message: Message, robot: str | None) -> Trouble:
    return Trouble(
        id=delivery.id,
        state=State(delivery.state),
        channel=Channel(delivery.channel),
        target=robot or masked(message.email or ""),
        event=Event(message.event),
        subject=message.subject,
        number=message.report_number,
        at=message.at,
        attempts=delivery.attempts,
        next_at=delivery.next_at if delivery.state == State.FAILED else None,
        error=delivery.last_error or "",
    )


def waiting(session: Session) -> int:
    """Return how many deliveries wait to be sent."""
    return queries.waiting(session)


def send_again(
    session: Session, delivery_id: int, now: datetime, *, account_id: int | None
) -> None:
    """Let a delivery that failed or is uncertain start anew; on record.

    Raises:
        NotFound: there is no such delivery, or it is not in trouble (any more).
    """
    if not queries.send_again(session, delivery_id, now):
        raise NotFound(what_zh="这条未送达的消息", what_en="This failed delivery")
    audit.record(
        session, "delivery_sent_again", "delivery", str(delivery_id), now=now, account_id=account_id
    )
    queries.wake(session)
