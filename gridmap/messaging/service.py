"""Telling people: `post` in the caller's own transaction, and the inbox.

Messages and their deliveries are rows of the transaction that made them (a transactional outbox):
what is rolled back was never told, what is committed is told once. The worker sends afterwards, see
`gridmap.messaging.outgoing`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.errors import InvalidInput, NotFound
from gridmap.messaging import queries
from gridmap.messaging.kinds import Channel
from gridmap.messaging.tables import ChannelSetting, Message, Robot
from gridmap.messaging.templates import digest, in_force, summary
from gridmap.messaging.words import Event, Notice, Place, Template, cut, for_robot, render

PAGE_ROWS: Final = 30
KEPT_FOR: Final = timedelta(days=365)
MOST_AT_ONCE: Final = 10
"""Of one event, to one group: more at once are told as a number, for a group takes 20 a minute."""
REPORTERS_KEPT_FOR: Final = timedelta(days=90)
"""Mails to reporters hold an address: they go earlier."""

WAKE: Final = queries.WAKE
"""PostgreSQL channel by which a commit wakes the worker."""

Cursor = tuple[bool, int]
"""Where a page of the inbox ended: whether that message was read, and its id."""


@dataclass(frozen=True, slots=True)
class Line:
    """A message in an inbox."""

    id: int
    event: Event
    subject: str
    body: str
    link: str | None
    number: str | None
    at: datetime
    read: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of an inbox; `after` leads to the next page, None at the end."""

    lines: tuple[Line, ...]
    after: Cursor | None


def post(session: Session, notices: Sequence[Notice], now: datetime) -> int:
    """Write what is to be told, in the caller's transaction; return how many messages are new.

    A notice with a person becomes a line in the inbox (a reporter's, too, who has an account); one
    with an address a mail (if a mail server is set up); one of a staff event also goes to the group
    robots of its community, its township and the county that are told of such events. The same key
    is told to the same recipient once, however often it is posted. A notice without any recipient
    is left out.

    Args:
        session: open session of the change that is told.
        notices: what happened; any number, in a fixed number of statements.
        now: this moment.

    Raises:
        InvalidInput: a staff event for an address, or a link that leads outside this site.
    """
    for notice in notices:
        _check(notice)
    if not notices:
        return 0
    found = queries.setting(session) or ChannelSetting(site_url="", mail_on=False)
    desk = _Desk(
        templates=queries.edited_templates(session),
        site=found.site_url,
        mail=found.mail_on,
        robots=tuple(queries.robots(session, active=True)),
        townships={},
        now=now,
    )
    if desk.robots:
        known = {notice.community_id for notice in notices if notice.community_id is not None}
        desk.townships.update(queries.townships_of(session, known) if known else {})
    rows = [row for notice in notices for row in desk.messages(notice)]
    rows += desk.to_robots(notices)
    made = queries.insert_messages(session, rows) if rows else ()
    leaving = [_delivery(row.id, row.robot_id, now) for row in made if row.email or row.robot_id]
    if leaving:
        queries.insert_deliveries(session, leaving)
        queries.wake(session)
    return len(made)


def told(session: Session, keys: Collection[str]) -> dict[str, frozenset[int]]:
    """Return which people have been told of happenings, by the key of their notices; one statement."""
    found: dict[str, set[int]] = {}
    for row in queries.told(session, keys) if keys else ():
        found.setdefault(row.key, set()).add(row.person_id)
    return {key: frozenset(people) for key, people in found.items()}


def _delivery(message_id: int, robot_id: int | None, now: datetime) -> dict[str, Any]:
    channel = Channel.ROBOT if robot_id is not None else Channel.EMAIL
    return {"message_id": message_id, "channel": channel, "next_at": now}


def _check(notice: Notice) -> None:
    if notice.email is not None and not notice.event.for_reporter:
        raise InvalidInput(
            reason_zh=f"消息“{notice.event.zh}”不能发给这类收件人。",
            reason_en=f"“{notice.event.en}” is not told to such a recipient.",
        )
    link = notice.values.get(Place.LINK, "")
    if link and (not link.startswith("/") or link.startswith(("//", "/\\"))):
        raise InvalidInput(
            reason_zh="消息里的网址必须是本站的路径。",
            reason_en="The link of a message is a path of this site.",
        )


def _is_for_groups(notice: Notice) -> bool:
    """A summary for one person is no news for her group."""
    personal = notice.count is not None and notice.person_id is not None
    return not (notice.event.for_reporter or personal)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What turns notices into messages: words, channels and addresses in force."""

    templates: Mapping[tuple[str, str], Template]
    site: str
    mail: bool
    robots: tuple[Robot, ...]
    townships: dict[int, int | None]
    now: datetime

    def messages(self, notice: Notice) -> Iterator[dict[str, Any]]:
        """Return the rows of the messages that a notice becomes."""
        if notice.person_id is not None:
            values = {**notice.values, Place.LINK: ""}
            yield self._row(notice, notice.language, values, person_id=notice.person_id)
        if notice.email and self.mail:
            values = {**notice.values, Place.LINK: self._address(notice)}
            yield self._row(notice, notice.language, values, email=notice.email)

    def to_robots(self, notices: Sequence[Notice]) -> Iterator[dict[str, Any]]:
        """Return the rows for group robots; many of one event at once become one message."""
        heard: dict[tuple[int, Event], dict[str, Notice]] = {}
        for notice in notices:
            for robot in self.robots if _is_for_groups(notice) else ():
                if notice.event in robot.events and self._covers(robot, notice):
                    same = heard.setdefault((robot.id, notice.event), {})
                    same.setdefault(notice.key, notice)
        languages = {robot.id: robot.language for robot in self.robots}
        for (robot_id, event), found in heard.items():
            language, known = languages[robot_id], list(found.values())
            if len(known) > MOST_AT_ONCE:
                words = digest(event, language, sum(notice.count or 1 for notice in known))
                whole = replace(
                    known[0], key=f"{known[0].key}+{len(known)}", values={}, number=None
                )
                yield self._written(whole, language, words, robot_id=robot_id)
                continue
            for notice in known:
                values = for_robot(notice.values, self._address(notice), language)
                yield self._row(notice, language, values, robot_id=robot_id)

    def _address(self, notice: Notice) -> str:
        """Return the full address of the report; nothing where this site's own is not known."""
        link = notice.values.get(Place.LINK, "")
        return f"{self.site}{link}" if self.site and link else ""

    def _covers(self, robot: Robot, notice: Notice) -> bool:
        if robot.area_id is None:
            return True
        community = notice.community_id
        return community is not None and robot.area_id in {
            community,
            self.townships.get(community),
        }

    def _row(
        self, notice: Notice, language: str, values: Mapping[str, str], **recipient: int | str
    ) -> dict[str, Any]:
        if notice.count is None:
            words = render(in_force(notice.event, language, self.templates), values)
        else:
            to_group = "robot_id" in recipient
            words = summary(notice.event, language, notice.count, to_group=to_group)
        return self._written(notice, language, words, **recipient)

    def _written(
        self, notice: Notice, language: str, words: Template, **recipient: int | str
    ) -> dict[str, Any]:
        nobody = {"person_id": None, "email": None, "robot_id": None}
        return {
            "event": notice.event,
            "key": notice.key,
            "language": language,
            "subject": words.subject,
            "body": cut(words.body),
            "link": notice.values.get(Place.LINK) or None,
            "report_number": notice.number,
            "at": self.now,
            **nobody,
            **recipient,
        }


def inbox(
    session: Session, person_id: int, *, after: Cursor | None = None, limit: int = PAGE_ROWS
) -> Inbox:
    """Return a page of a person's messages: unread first, then the newest; one statement."""
    rows = queries.inbox_rows(session, person_id, after=after, limit=limit + 1)
    lines = tuple(_line(row) for row in rows[:limit])
    last = lines[-1] if len(rows) > limit else None
    return Inbox(lines, (last.read, last.id) if last else None)


def _line(row: Message) -> Line:
    return Line(
        id=row.id,
        event=Event(row.event),
        subject=row.subject,
        body=row.body,
        link=row.link,
        number=row.report_number,
        at=row.at,
        read=row.read_at is not None,
    )


def unread(session: Session, person_id: int) -> int:
    """Return how many messages a person has not read."""
    return queries.unread(session, person_id)


def read(session: Session, person_id: int, message_id: int, now: datetime) -> Line:
    """Return one message of a person and mark it as read.

    Raises:
        NotFound: there is no such message, or it is somebody else's.
    """
    row = queries.own_message(session, person_id, message_id)
    if row is None:
        raise NotFound(what_zh="这条消息", what_en="This message")
    queries.mark_read(session, person_id, message_id, now)
    return _line(row)


def mark_read(session: Session, person_id: int, now: datetime) -> int:
    """Mark all messages of a person as read; return how many were not."""
    return queries.mark_read(session, person_id, None, now)


def forget_reporter(session: Session, number: str) -> int:
    """Delete the mails to the reporter of a report, with the address; return how many."""
    return queries.delete_messages(session, queries.to_reporter_of(number))


def clean(session: Session, now: datetime) -> int:
    """Delete old messages, those to reporters first; return how many."""
    reporters = queries.written_before(now - REPORTERS_KEPT_FOR, to_reporters=True)
    others = queries.written_before(now - KEPT_FOR, to_reporters=False)
    return queries.delete_messages(session, reporters) + queries.delete_messages(session, others)


def worker_seen_at(session: Session) -> datetime | None:
    """Return when a worker last gave a sign of life; None if none is registered."""
    return queries.worker_seen_at(session)
