"""Following up joint meetings: tasks are told, finished by their owners, and reminded of in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotAllowed, NotFound
from gridmap.messaging import service as messaging
from gridmap.messaging.words import Event, Notice, Place
from gridmap.red_property import meeting_queries as queries
from gridmap.red_property.meetings import Task, may_keep, task
from gridmap.store import audit
from gridmap.timespan import local_day

LONGEST_RESULT: Final = 500
WARNED_BEFORE: Final = timedelta(days=3)
_RECORD: Final = "record"
"""What the audit log calls records of registers: a task is one of `meeting-tasks`."""


@dataclass(frozen=True, slots=True)
class Swept:
    """How many owners were told that the day is near, and that it has passed."""

    near: int
    late: int


def finish(
    session: Session, reader: SignedIn, task_id: int, result: str, done_on: date, now: datetime
) -> Task:
    """Write down that a task is done; see `may_finish` for who does.

    Raises:
        NotFound: there is no such task.
        NotAllowed: it is not the reader's.
        InvalidInput: it is done already, no result is given, or the day lies ahead or before the meeting.
    """
    day = local_day(now)
    known = task(session, task_id, day)
    if not may_finish(session, reader, known, day):
        raise NotAllowed
    row = queries.held(session, task_id)
    if row is None:
        raise NotFound(what_zh="这件事项", what_en="This task")
    if row.done_on is not None:
        raise InvalidInput(
            reason_zh="这件事项已经办结，请刷新。", reason_en="It is done already; please reload."
        )
    _check(result, done_on, known, day)
    row.done_on, row.result = done_on, result.strip()
    session.flush()
    audit.record(
        session,
        "record_changed",
        _RECORD,
        f"meeting-tasks:{task_id}",
        now=now,
        account_id=reader.account_id,
        done_on={"before": None, "after": done_on.isoformat()},
        result={"before": None, "after": row.result},
    )
    return task(session, task_id, day)


def may_finish(session: Session, reader: SignedIn, known: Task, day: date) -> bool:
    """Tell whether a task is somebody's to finish: its owner's, her stand-in's, or the registers' keeper's."""
    return (
        reader.person_id == known.owner_id
        or may_keep(session, reader, known.community_id)
        or reader.person_id in queries.stand_ins(session, known.owner_id, known.community_id, day)
    )


def _check(result: str, done_on: date, known: Task, day: date) -> None:
    if not result.strip() or len(result.strip()) > LONGEST_RESULT:
        raise InvalidInput(
            field="result",
            reason_zh=f"请写明办理结果，最多 {LONGEST_RESULT} 个字。",
            reason_en=f"Say what came of it, in at most {LONGEST_RESULT} characters.",
        )
    if not known.meeting_day <= done_on <= day:
        raise InvalidInput(
            field="done_on",
            reason_zh=f"完成日应在 {known.meeting_day} 到 {day} 之间。",
            reason_en=f"The day must lie between {known.meeting_day} and {day}.",
        )


def tell(session: Session, task_id: int, now: datetime) -> None:
    """Tell the owner of a new task, and whoever stands in for her."""
    day = local_day(now)
    known = task(session, task_id, day)
    messaging.post(session, _notices(session, known, Event.FOLLOW_UP_NAMED, day), now)


def sweep(session: Session, now: datetime) -> Swept:
    """Tell owners whose day is near, and those whose day has passed, once each; safe to repeat.

    Whoever stands in for an owner's post of the community is told the same; owners alone are counted.
    """
    day = local_day(now)
    notices, near, late = [], 0, 0
    for row in queries.open_held(session, day + WARNED_BEFORE):
        if row.due < day and row.late_at is None:
            row.late_at, late, event = now, late + 1, Event.FOLLOW_UP_LATE
        elif row.due >= day and row.reminded_at is None:
            row.reminded_at, near, event = now, near + 1, Event.FOLLOW_UP_DUE
        else:
            continue
        notices += _notices(session, task(session, row.id, day), event, day)
    messaging.post(session, notices, now)
    session.flush()
    return Swept(near, late)


def _notices(session: Session, known: Task, event: Event, day: date) -> list[Notice]:
    values: dict[str, str] = {
        Place.CATEGORY: known.title,
        Place.PLACE: known.community,
        Place.DUE: known.due.isoformat(),
        Place.REASON: known.topic,
        Place.LINK: f"/red-property/meetings/{known.meeting_id}#task-{known.id}",
    }
    key = f"meeting_task:{known.id}:{event}:{known.due}"
    standing_in = queries.stand_ins(session, known.owner_id, known.community_id, day)
    return [
        Notice(event, key, values, person_id=person)
        for person in dict.fromkeys([known.owner_id, *standing_in])
    ]
