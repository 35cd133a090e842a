"""Joint meetings (党建联席会议): agenda, decisions, who came, and what became of what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from gridmap.accounts.authority import RIGHTS, Right, Scope, scope_of
from gridmap.accounts.service import SignedIn
from gridmap.errors import NotFound
from gridmap.red_property import attending, withholding
from gridmap.red_property import meeting_queries as queries
from gridmap.red_property.attending import Seat
from gridmap.red_property.meeting_queries import Found
from gridmap.red_property.withholding import AboutReport
from gridmap.terms import PostKind


@dataclass(frozen=True, slots=True)
class Meeting:
    """A joint meeting, and how many tasks it has, how many are done and how many overdue."""

    id: int
    code: str
    day: date
    topic: str
    attended: str
    decisions: str | None
    community_id: int
    community_code: str
    community: str
    tasks: int
    done: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Point(AboutReport):
    """A point of the agenda, and what was decided; the report (number) or compound that it was proposed for."""

    id: int
    position: int
    decision: str | None
    compound_code: str | None = None
    compound: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """What a meeting wants done; `overdue`: days since its day passed, 0 for those done or still in time."""

    id: int
    title: str
    due: date
    done_on: date | None
    result: str | None
    owner_id: int
    owner_code: str
    owner: str
    meeting_id: int
    meeting_day: date
    topic: str
    community_id: int
    community_code: str
    community: str
    overdue: int


@dataclass(frozen=True, slots=True)
class Whole:
    """A meeting with all that belongs to it."""

    meeting: Meeting
    points: tuple[Point, ...]
    agencies: tuple[tuple[str, str], ...]
    tasks: tuple[Task, ...]
    seats: tuple[Seat, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be given a task."""

    code: str
    name: str
    posts: tuple[PostKind, ...]


def listed(session: Session, day: date, community: str | None = None) -> tuple[Meeting, ...]:
    """Return meetings up to a day, the latest first; of one community where its code is given."""
    return tuple(_meeting(row) for row in queries.meetings(session, day, community=community))


def whole(session: Session, reader: SignedIn, meeting_id: int, day: date) -> Whole:
    """Return a meeting with agenda, agencies and tasks; of its reports those that the reader may read.

    Raises:
        NotFound: there is none up to the day.
    """
    rows = queries.meetings(session, day, meeting_id=meeting_id)
    if not rows:
        raise NotFound(what_zh="这次会议", what_en="This meeting")
    return Whole(
        _meeting(rows[0]),
        withholding.shown(session, reader, _points(queries.items(session, meeting_id, day))),
        tuple((row.code, row.name) for row in queries.agencies(session, meeting_id)),
        _tasks(queries.tasks(session, day, meeting=meeting_id), day),
        attending.seats(session, meeting_id),
    )


def _points(rows: Sequence[Found]) -> list[Point]:
    return [Point(**row._asdict()) for row in rows]


def tasks(
    session: Session,
    day: date,
    *,
    only_open: bool = True,
    owner_id: int | None = None,
    community: str | None = None,
) -> tuple[Task, ...]:
    """Return tasks, the most urgent first, of one owner or community where given."""
    rows = queries.tasks(session, day, only_open=only_open, owner=owner_id, community=community)
    return _tasks(rows, day)


def task(session: Session, task_id: int, day: date) -> Task:
    """Return a task.

    Raises:
        NotFound: there is none.
    """
    found = _tasks(queries.tasks(session, day, id=task_id), day)
    if not found:
        raise NotFound(what_zh="这件事项", what_en="This task")
    return found[0]


def candidates(session: Session, community_id: int, day: date) -> tuple[Candidate, ...]:
    """Return who may be given a task of a community's meeting."""
    return tuple(
        Candidate(row.code, row.name, tuple(PostKind(kind) for kind in row.kinds))
        for row in queries.owners(session, community_id, day)
    )


def may_keep(session: Session, reader: SignedIn, community_id: int) -> bool:
    """Tell whether somebody keeps the registers of a community."""
    scope = reader.scope
    return scope.may(Right.KEEP_REGISTERS) and queries.within(session, keeping(scope), community_id)


def keeping(scope: Scope) -> Scope:
    """Return what the posts that keep registers reach: another post's reading is no keeping."""
    kinds = RIGHTS[Right.KEEP_REGISTERS]
    return scope_of((post for post in scope.posts if post.kind in kinds), ())


def kept_communities(session: Session, reader: SignedIn, day: date) -> tuple[tuple[str, str], ...]:
    """Return code and name of the communities of a day whose registers somebody keeps."""
    if not reader.scope.may(Right.KEEP_REGISTERS):
        return ()
    found = queries.communities(session, keeping(reader.scope), day)
    return tuple((row.code, row.name) for row in found)


def kept_ids(session: Session, reader: SignedIn, day: date) -> dict[str, int]:
    """Return ids by code of the communities of a day whose registers somebody keeps."""
    if not reader.scope.may(Right.KEEP_REGISTERS):
        return {}
    found = queries.communities(session, keeping(reader.scope), day)
    return {row.code: row.id for row in found}


def _meeting(row: Found) -> Meeting:
    return Meeting(
        row.id,
        row.code,
        row.day,
        row.topic,
        row.attended,
        row.decisions,
        row.community_id,
        row.community_code,
        row.community,
        row.tasks,
        row.done,
        row.late,
    )


def _tasks(rows: Sequence[Found], day: date) -> tuple[Task, ...]:
    return tuple(
        Task(
            id=row.id,
            title=row.title,
            due=row.due,
            done_on=row.done_on,
            result=row.result,
            owner_id=row.owner_id,
            owner_code=row.owner_code,
            owner=row.owner,
            meeting_id=row.meeting_id,
            meeting_day=row.meeting_day,
            topic=row.topic,
            community_id=row.community_id,
            community_code=row.community_code,
            community=row.community,
            overdue=max((day - row.due).days, 0) if row.done_on is None else 0,
        )
        for row in rows
    )
