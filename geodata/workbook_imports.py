"""Workbooks that were taken: on record, and rolled back as a whole.

Registers, the gazetteer, the volunteers' list, attendance, dues and the calendar share it; what a kind asks besides
stands in its `Rules`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from geodata import workbook_queries as queries
from geodata.loading import undo_words as words
from geodata.loading.undo_words import Resting
from geodata.loading.undoing import RESTS, NotUndone, stands
from gridmap.accounts.service import SignedIn
from gridmap.errors import NotFound
from gridmap.ledger.imports import WorkbookImport
from gridmap.registers.reach import reach_of
from gridmap.store import audit

NAMES: Final = "names"
VOLUNTEERS: Final = "volunteers"
ATTENDANCE: Final = "attendance"
DUES: Final = "dues"
CALENDAR: Final = "calendar"
"""Kinds of workbooks besides those of registers, whose kinds are the registers' keys."""
SHARED: Final = frozenset({DUES, CALENDAR})
"""Kinds of which everybody who may take a workbook may roll back all: of one organisation, or of the administrators."""
KEPT: Final = timedelta(days=30)
"""For how long a workbook can be rolled back: its steps may hold personal data."""
MOST_LISTED: Final = 10
OBJECT_KIND: Final = "workbook"
_TOO_LATE: Final = (f"超过 {KEPT.days} 天，已不能撤销", f"it is older than {KEPT.days} days")
_ERASED: Final = (
    "其中有人的资料后来清除了，撤销会把它带回来",
    "somebody in it was erased since, and rolling back would bring that back",
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A workbook that was taken.

    Attributes:
        number: of its record.
        kind: a register's key, or one of the kinds above.
        subject: the organisation that it is of; None for most kinds.
        file_name: its name.
        at, who: when, and by whom; None for the command.
        counts: lines by what became of them.
        undone: whether it was rolled back.
    """

    number: int
    kind: str
    subject: str | None
    file_name: str
    at: datetime
    who: str | None
    counts: dict[str, int]
    undone: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What stands in the way of rolling a kind of workbook back, besides rows that changed or refer to its rows.

    Attributes:
        before: looks before anything is undone, and takes the locks that it needs; given the record's number.
        after: looks at what the undone steps would leave behind.
    """

    before: Callable[[int], Iterable[Resting]]
    after: Callable[[int], Iterable[Resting]]


NO_RULES: Final = Rules(lambda _number: (), lambda _number: ())


@contextmanager
def kept(  # noqa: PLR0913 - what is on record of a workbook
    session: Session,
    keeper: SignedIn,
    kind: str,
    path: Path,
    day: date,
    now: datetime,
    *,
    subject: str | None = None,
) -> Iterator[WorkbookImport]:
    """Keep on record what is done meanwhile, all of it or nothing; fill in `counts`.

    A workbook that changes nothing leaves no record.

    Args:
        session: the caller's transaction.
        keeper: who takes the workbook.
        kind: a register's key, or one of the kinds above.
        path: the workbook.
        day: from which day on its changes hold.
        now: this moment.
        subject: the organisation that it is of.
    """
    with session.begin_nested():
        record = WorkbookImport(
            kind=kind,
            subject=subject,
            file_name=path.name,
            file_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            day=day,
            at=now,
            counts={},
            account_id=keeper.account_id,
        )
        session.add(record)
        session.flush()
        queries.keep_steps(session, record.id)
        yield record
        session.flush()
        queries.keep_steps(session, None)
        if not queries.has_steps(session, record.id):
            session.delete(record)
            session.flush()


def latest(
    session: Session, keeper: SignedIn, kind: str, now: datetime, subject: str | None = None
) -> list[Taken]:
    """Return the last workbooks of a kind that the keeper can roll back, or could: the county's desk, everybody's."""
    own = None if _has_all(keeper, kind) else keeper.account_id
    return _taken(queries.taken(session, kind, subject, own, now - KEPT, MOST_LISTED))


def every(session: Session, now: datetime, most: int) -> list[Taken]:
    """Return the last workbooks of all kinds that can be rolled back, or could; for the command."""
    return _taken(queries.taken(session, None, None, None, now - KEPT, most))


def _taken(found: Iterable[queries.Listed]) -> list[Taken]:
    return [
        Taken(
            one.id, one.kind, one.subject, one.file_name, one.at, who, one.counts,
            undone=one.undone_at is not None,
        )
        for one, who in found
    ]  # fmt: skip


def _has_all(keeper: SignedIn, kind: str) -> bool:
    return kind in SHARED or reach_of(keeper.scope).county


def kind_of(session: Session, number: int) -> tuple[str, str | None]:
    """Return kind and subject of a workbook.

    Raises:
        NotFound: there is no such workbook.
    """
    record = session.get(WorkbookImport, number)
    if record is None:
        raise no_import()
    return record.kind, record.subject


def no_import() -> NotFound:
    """Return the refusal of an import that is not there, or not this keeper's."""
    return NotFound(what_zh="这次导入", what_en="This import")


def undo(  # noqa: PLR0913 - which workbook, and by what rules
    session: Session,
    keeper: SignedIn,
    kind: str,
    number: int,
    now: datetime,
    *,
    subject: str | None = None,
    rules: Rules = NO_RULES,
) -> None:
    """Roll a workbook back: all that it changed is as it was, or nothing where something rests on it.

    Corrections that it made in registers stay on record, as does the audit log.

    Args:
        session: the caller's transaction.
        keeper: who rolls it back: whoever took it, the county's desk, or of shared kinds whoever may take one.
        kind: a register's key, or one of the kinds above.
        number: of its record.
        now: this moment.
        subject: the organisation that it is of.
        rules: what the kind asks besides.

    Raises:
        NotFound: there is no such workbook of the keeper's.
        NotUndone: it was rolled back before, is too old, or something rests on it; says what and what to do.
    """
    record = queries.locked(session, number)
    if record is None or (record.kind, record.subject) != (kind, subject):
        raise no_import()
    if record.account_id != keeper.account_id and not _has_all(keeper, kind):
        raise no_import()
    _refuse_others(record, now)
    try:
        with session.begin_nested():
            _refuse(rules.before(number), _IN_THE_WAY)
            queries.lock_rows(session, number)
            _refuse_erased(session, record)
            _refuse(_rests(session, number), RESTS)
            queries.undo(session, number)
            _refuse(rules.after(number), _IN_THE_WAY)
    except IntegrityError as refused:
        table = getattr(getattr(refused.orig, "diag", None), "table_name", None) or ""
        raise stands([_resting(words.words_of(table), table)]) from refused
    except DataError as older:
        raise NotUndone(
            reason_zh="它早于现在的版本", reason_en="it was taken by an older version"
        ) from older
    record.undone_at, record.undone_by_id = now, keeper.account_id
    audit.record(
        session,
        "workbook_undone",
        OBJECT_KIND,
        f"{kind}:{number}",
        now=now,
        account_id=keeper.account_id,
        file=record.file_name,
    )
    session.flush()


def _refuse_others(record: WorkbookImport, now: datetime) -> None:
    if record.undone_at is not None:
        raise NotUndone(reason_zh="已经撤销过", reason_en="it was rolled back before")
    if record.at < now - KEPT:
        raise NotUndone(reason_zh=_TOO_LATE[0], reason_en=_TOO_LATE[1])


def _refuse_erased(session: Session, record: WorkbookImport) -> None:
    changed = any(count for fate, count in record.counts.items() if fate not in _NOTHING)
    if changed and not queries.has_steps(session, record.id):
        raise NotUndone(reason_zh=_ERASED[0], reason_en=_ERASED[1])


_NOTHING: Final = frozenset({"same", "unchanged"})
_AFTERWARDS: Final = (
    "这些记录后来又改过，请在各自的页面上更正",
    "these records were changed again later; correct them on their own pages",
)


_IN_THE_WAY: Final = ("有以下情形", "this stands in the way")


def _refuse(found: Iterable[Resting], because: words.Words) -> None:
    listed = words.merged(found)
    if listed:
        raise stands(listed, because)


def _rests(session: Session, number: int) -> Iterator[Resting]:
    for one in queries.changed_since(session, number):
        zh, en = words.words_of(one.table)
        said = (f"后来改过的{zh}", f"{en} that were changed later")
        ways = () if one.later else (_AFTERWARDS,)
        found = _resting(said, one.table, one.count, one.later, one.rows)
        yield replace(found, ways=ways) if ways else found
    for one in queries.referring(session, number):
        yield _resting(words.words_of(one.table), one.table, one.count, one.later, one.rows)


def _resting(
    said: words.Words,
    table: str,
    count: int = 1,
    later: Sequence[int] = (),
    rows: tuple[str, ...] = (),
) -> Resting:
    return words.resting(said, count, later, table, rows=rows, again=words.BOOK_AGAIN)


def forget(session: Session, now: datetime) -> int:
    """Drop what was kept of workbooks that can no longer be rolled back; returns how many rows."""
    return queries.forget(session, now - KEPT)
