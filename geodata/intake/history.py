"""Imports that were tried: who, when, which file, what came of it; and what rests on one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from geodata.loading import LOADED, undoing
from geodata.loading.undo_words import Resting, sentence
from geodata.sources import Layer
from gridmap.accounts.tables import Account
from gridmap.errors import NotFound
from gridmap.ledger.posts import Person
from gridmap.ledger.settings import ImportRecord

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Import:
    """One import on record.

    Attributes:
        number: of its record.
        layer: what was imported.
        file_name, file_sha256, crs: the file.
        day: from which it holds.
        at: when it was tried.
        outcome: ``loaded``, ``checked`` or ``refused``.
        counts, problems: what it did and what was wrong.
        who: name of who brought it; None for the command.
        undone_at, undone_by: when and by whom it was rolled back.
    """

    number: int
    layer: Layer
    file_name: str
    file_sha256: str
    crs: str
    day: date
    at: datetime
    outcome: str
    counts: dict[str, int]
    problems: list[dict[str, Any]]
    who: str | None
    undone_at: datetime | None
    undone_by: str | None


def listed(session: Session, *, everything: bool = False) -> list[Import]:
    """Return the last imports, the newest first; those that were only tried on demand."""
    query = _rows().order_by(ImportRecord.id.desc()).limit(MOST_LISTED)
    if not everything:
        query = query.where(ImportRecord.outcome == LOADED)
    return [_import(*row) for row in session.execute(query)]


def one(session: Session, number: int) -> Import:
    """Return one import.

    Raises:
        NotFound: there is none of that number.
    """
    row = session.execute(_rows().where(ImportRecord.id == number)).one_or_none()
    if row is None:
        raise NotFound(what_zh="这次导入", what_en="This import")
    return _import(*row)


def resting(session: Session, number: int) -> list[Resting]:
    """Return what rests on an import; empty where it can be rolled back."""
    record = session.get_one(ImportRecord, number)
    return undoing.resting(session, record)


def ways(found: Sequence[Resting], language: str) -> str:
    """Return how to mend what rests on an import, as a sentence; empty where nothing does."""
    return sentence(found, language)


def undo(session: Session, number: int, now: datetime, *, account_id: int | None) -> None:
    """Roll an import back as a whole; see `geodata.loading.undoing.undo`."""
    undoing.undo(session, number, now, account_id=account_id)


def _rows() -> Select[ImportRecord, str, str]:
    undoer, undoer_person = aliased(Account), aliased(Person)
    return (
        select(ImportRecord, Person.name, undoer_person.name)
        .outerjoin(Account, Account.id == ImportRecord.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .outerjoin(undoer, undoer.id == ImportRecord.undone_by_id)
        .outerjoin(undoer_person, undoer_person.id == undoer.person_id)
    )


def _import(record: ImportRecord, who: str | None, undone_by: str | None) -> Import:
    return Import(
        record.id,
        Layer(record.kind),
        record.file_name,
        record.file_sha256,
        record.crs,
        record.from_day,
        record.at,
        record.outcome,
        record.counts,
        record.problems,
        who,
        record.undone_at,
        undone_by,
    )
