"""Workbooks that were taken into a register or the gazetteer: on record, and rolled back as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from geodata import workbook_queries as queries
from geodata.loading import undo_words as words
from geodata.loading.undo_words import Resting
from geodata.loading.undoing import NotUndone, stands
from gridmap.accounts.service import SignedIn
from gridmap.errors import NotFound
from gridmap.ledger.imports import WorkbookImport
from gridmap.registers.reach import reach_of
from gridmap.store import audit

NAMES: Final = "names"
"""Kind of a workbook of the gazetteer; others are keys of registers."""
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
        file_name: its name.
        at, who: when, and by whom; None for the command.
        counts: lines by what became of them.
        undone: whether it was rolled back.
    """

    number: int
    file_name: str
    at: datetime
    who: str | None
    counts: dict[str, int]
    undone: bool


@contextmanager
def kept(
    session: Session, keeper: SignedIn, kind: str, path: Path, day: date, now: datetime
) -> Iterator[WorkbookImport]:
    """Keep on record what is done meanwhile, all of it or nothing; fill in `counts`.

    Args:
        session: the caller's transaction.
        keeper: who takes the workbook.
        kind: a register's key, or `NAMES`.
        path: the workbook.
        day: from which day on its changes hold.
        now: this moment.
    """
    with session.begin_nested():
        record = WorkbookImport(
            kind=kind,
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


def latest(session: Session, keeper: SignedIn, kind: str, now: datetime) -> list[Taken]:
    """Return the last workbooks of a kind that the keeper can roll back, or could: the county's desk, everybody's."""
    own = None if reach_of(keeper.scope).county else keeper.account_id
    return [
        Taken(one.id, one.file_name, one.at, who, one.counts, one.undone_at is not None)
        for one, who in queries.taken(session, kind, own, now - KEPT, MOST_LISTED)
    ]


def undo(session: Session, keeper: SignedIn, kind: str, number: int, now: datetime) -> None:
    """Roll a workbook back: all that it changed is as it was, or nothing where something rests on it.

    Corrections that it made stay on record, as does the audit log.

    Args:
        session: the caller's transaction.
        keeper: who rolls it back: whoever took it, or the county's desk.
        kind: a register's key, or `NAMES`.
        number: of its record.
        now: this moment.

    Raises:
        NotFound: there is no such workbook of the keeper's.
        NotUndone: it was rolled back before, is too old, or something rests on it; says what and what to do.
    """
    record = queries.locked(session, number)
    mine = record is not None and (
        record.account_id == keeper.account_id or reach_of(keeper.scope).county
    )
    if record is None or record.kind != kind or not mine:
        raise NotFound(what_zh="这次导入", what_en="This import")
    _refuse_others(session, record, now)
    try:
        with session.begin_nested():
            queries.undo(session, number)
    except IntegrityError as refused:
        table = getattr(getattr(refused.orig, "diag", None), "table_name", None) or ""
        raise stands([words.resting(words.words_of(table), 1, (), table)]) from refused
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


def _refuse_others(session: Session, record: WorkbookImport, now: datetime) -> None:
    if record.undone_at is not None:
        raise NotUndone(reason_zh="已经撤销过", reason_en="it was rolled back before")
    changed = any(count for fate, count in record.counts.items() if fate not in _NOTHING)
    if record.at < now - KEPT:
        raise NotUndone(reason_zh=_TOO_LATE[0], reason_en=_TOO_LATE[1])
    if changed and not queries.has_steps(session, record.id):
        raise NotUndone(reason_zh=_ERASED[0], reason_en=_ERASED[1])
    found = words.merged(_changed(session, record))
    if found:
        raise stands(found)


_NOTHING: Final = frozenset({"same", "unchanged"})
_AFTERWARDS: Final = (
    "这些记录后来又改过，请在各自的页面上更正",
    "these records were changed again later; correct them on their own pages",
)


def _changed(session: Session, record: WorkbookImport) -> Sequence[Resting]:
    found = []
    for table, count, later in queries.changed_since(session, record.id):
        zh, en = words.words_of(table)
        said = (f"后来改过的{zh}", f"{en} that were changed later")
        one = words.resting(said, count, later, table)
        found.append(one if later else Resting(*said, count, (), (_AFTERWARDS,)))
    return found


def forget(session: Session, now: datetime) -> int:
    """Drop what was kept of workbooks that can no longer be rolled back; returns how many rows."""
    return queries.forget(session, now - KEPT)
