"""A gap becomes a task: named to somebody by a day, and closed by itself when the fact is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.coverage import service as coverage
from gridmap.coverage.checks import CHECKS
from gridmap.coverage.tasks import queries
from gridmap.coverage.tasks.looking import (
    Task,
    finding_of,
    findings_of,
    home_of,
    may_name,
    require,
    shown_one,
)
from gridmap.coverage.tasks.tables import CoverageTask, TaskEnd
from gridmap.errors import InvalidInput, NotAllowed, NotFound
from gridmap.ledger.posts import Person
from gridmap.messaging import service as messaging
from gridmap.messaging.words import Event, Notice, Place
from gridmap.store import audit as trail
from gridmap.timespan import local_day

LONGEST_NOTE: Final = 300
LATEST: Final = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A gap, and who is to mend it by when.

    Attributes:
        check: key of the check.
        kind, code: the subject of the finding.
        owner: code of the person.
        due: last day.
        note: what else she should know.
    """

    check: str
    kind: str
    code: str
    owner: str
    due: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one look at the open tasks did."""

    mended: int
    reminded: int


def begin(session: Session, keeper: SignedIn, wanted: Wanted, now: datetime) -> Task:
    """Name somebody who mends a gap of today by a day; she is told.

    Raises:
        NotAllowed: the keeper keeps no registers of that community.
        NotFound: there is no such person.
        InvalidInput: there is no such gap today, it has a task already, or the day is past or too far.
    """
    require(keeper)
    day = local_day(now)
    _check_due(wanted.due, day)
    audited = coverage.audit(session, day)
    found = finding_of(audited, wanted.check, wanted.kind, wanted.code)
    home = home_of(session, keeper, found)
    owner = _owner(session, wanted.owner)
    row = CoverageTask(
        check=wanted.check,
        subject_kind=found.gap.subject.kind,
        subject_code=found.gap.subject.code,
        subject_name=found.gap.subject.name,
        community_id=home.id,
        owner_id=owner.id,
        due=wanted.due,
        note=_note(wanted.note),
        opened_at=now,
        opened_by_id=keeper.person_id,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as clash:
        raise InvalidInput(
            reason_zh="这个缺项已经有人负责了，请刷新后查看。",
            reason_en="Somebody answers for this gap already; please reload.",
        ) from clash
    _record(session, keeper, "coverage_task_begun", row, now, owner=owner.code)
    _tell(session, row, Event.GAP_NAMED, owner.id, row.note, now)
    return shown_one(session, row.id, day)


def change(  # noqa: PLR0913, PLR0917 - what a form holds
    session: Session,
    keeper: SignedIn,
    task_id: int,
    owner: str,
    due: date,
    note: str,
    now: datetime,
) -> Task:
    """Give an open task to somebody else, or another day or note; a new owner is told.

    Raises:
        NotAllowed, NotFound, InvalidInput: as for `begin`; or the task is closed.
    """
    row = _held(session, keeper, task_id)
    day = local_day(now)
    if due != row.due:
        _check_due(due, day)
    named = _owner(session, owner)
    before = {"owner": row.owner_id, "due": row.due.isoformat(), "note": row.note}
    is_new = named.id != row.owner_id
    if due != row.due or is_new:
        row.reminded_at = None
    row.owner_id, row.due, row.note = named.id, due, _note(note)
    session.flush()
    _record(session, keeper, "coverage_task_changed", row, now, before=before, owner=named.code)
    if is_new:
        _tell(session, row, Event.GAP_NAMED, named.id, row.note, now)
    return shown_one(session, row.id, day)


def drop(session: Session, keeper: SignedIn, task_id: int, reason: str, now: datetime) -> Task:
    """Close a task though its gap is still there, with a reason; its owner is told.

    Raises:
        NotAllowed, NotFound: as for `begin`.
        InvalidInput: the task is closed, or no reason is given.
    """
    row = _held(session, keeper, task_id)
    why = _note(reason)
    if not why:
        raise InvalidInput(
            reason_zh="请写明撤销的原因。", reason_en="Please say why.", field="reason"
        )
    _close(row, TaskEnd.DROPPED, now, why)
    row.closed_by_id = keeper.person_id
    session.flush()
    _record(session, keeper, "coverage_task_dropped", row, now, reason=why)
    _tell(session, row, Event.GAP_DROPPED, row.owner_id, why, now)
    return shown_one(session, row.id, local_day(now))


def sweep(session: Session, now: datetime) -> Swept:
    """Close the tasks whose gap is gone and remind of those whose day has passed; safe to repeat.

    A gap counts as gone when today's audit does not find it, whatever the reason: the fact was recorded, the
    subject is no more, or the county asks for it no longer.
    """
    rows = queries.all_open_held(session)
    if not rows:
        return Swept(0, 0)
    day = local_day(now)
    standing = {
        (one.check, str(one.gap.subject.kind), one.gap.subject.code)
        for one in findings_of(coverage.audit(session, day))
    }
    mended = [
        one for one in rows if (one.check, one.subject_kind, one.subject_code) not in standing
    ]
    for row in mended:
        _close(row, TaskEnd.MENDED, now, None)
        for person in {row.owner_id, row.opened_by_id}:
            _tell(session, row, Event.GAP_MENDED, person, "", now)
    late = [one for one in rows if one.closed_at is None and one.due < day and not one.reminded_at]
    for row in late:
        row.reminded_at = now
        for person in {row.owner_id, row.opened_by_id}:
            _tell(session, row, Event.GAP_OVERDUE, person, row.note, now)
    session.flush()
    return Swept(len(mended), len(late))


def _held(session: Session, keeper: SignedIn, task_id: int) -> CoverageTask:
    require(keeper)
    row = queries.held(session, task_id)
    if row is None:
        raise NotFound(what_zh="这件任务", what_en="This task")
    if not may_name(session, keeper, row.community_id):
        raise NotAllowed
    if row.closed_at is not None:
        raise InvalidInput(reason_zh="这件任务已经办结。", reason_en="This task is closed.")
    return row


def _owner(session: Session, code: str) -> Person:
    found = queries.person(session, code)
    if found is None:
        raise InvalidInput(
            reason_zh="请从名单里选择负责人。",
            reason_en="Choose a person of the list.",
            field="owner",
        )
    return found


def _check_due(due: date, day: date) -> None:
    if day <= due <= day + LATEST:
        return
    raise InvalidInput(
        reason_zh=f"期限应在 {day} 到 {day + LATEST} 之间。",
        reason_en=f"The day must lie between {day} and {day + LATEST}.",
        field="due",
    )


def _note(text: str) -> str:
    note = text.strip()
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(
            reason_zh=f"说明最多 {LONGEST_NOTE} 个字。",
            reason_en=f"The note has at most {LONGEST_NOTE} characters.",
            field="note",
        )
    return note


def _close(row: CoverageTask, ended: TaskEnd, now: datetime, reason: str | None) -> None:
    row.closed_at, row.ended, row.reason = now, ended, reason


def _record(
    session: Session,
    keeper: SignedIn,
    action: str,
    row: CoverageTask,
    now: datetime,
    **details: object,
) -> None:
    by = keeper.account_id
    trail.record(session, action, "coverage_task", str(row.id), now=now, account_id=by, **details)


def _tell(
    session: Session, row: CoverageTask, event: Event, person_id: int, note: str, now: datetime
) -> None:
    label = next((check.label.zh for check in CHECKS if check.key == row.check), row.check)
    notice = Notice(
        event,
        f"coverage_task:{row.id}:{event}:{now.isoformat()}",
        {
            Place.NUMBER: str(row.id),
            Place.CATEGORY: label,
            Place.PLACE: row.subject_name,
            Place.DUE: row.due.isoformat(),
            Place.REASON: note,
            Place.LINK: f"/coverage/tasks#task-{row.id}",
        },
        person_id=person_id,
    )
    messaging.post(session, [notice], now)
