"""Workbooks of a branch's dues: taken on record, and rolled back as a whole by whoever keeps the branch's dues."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from geodata import party_books, workbook_imports
from geodata.workbook_imports import DUES
from gridmap.accounts.service import SignedIn
from gridmap.party_life import dues
from gridmap.party_life.dues import Sheet
from gridmap.timespan import local_day

FATES: Final = ("new", "changed", "cleared")


def take(
    session: Session, keeper: SignedIn, path: Path, code: str, year: int, now: datetime
) -> dict[str, int]:
    """Take a year's dues in, all of it or nothing, on record; return how many notes are new, changed, cleared.

    Args:
        session: the caller's transaction.
        keeper: the branch's secretary, or its desk.
        path: the workbook.
        code: the organisation's.
        year: of the months in it.
        now: this moment.

    Raises:
        NotFound, NotAllowed: see `dues.sheet`.
        InvalidInput: the first line that is wrong.
        TooLarge, UnreadableFile: see `geodata.registers.opening`.
    """
    day = local_day(now)
    found = dues.sheet(session, keeper.scope, code, year, day)
    said = party_books.read(path, found)
    with workbook_imports.kept(session, keeper, DUES, path, day, now, subject=code) as record:
        for month, paid in said.items():
            dues.note(session, keeper, code, month, paid, now)
        record.counts = counts = _counts(found, said)
    return counts


def _counts(found: Sheet, said: party_books.Said) -> dict[str, int]:
    before = {one.member.person_id: one.months for one in found.payers}
    counts = Counter(
        "cleared" if after is None else "new" if before[person].get(month) is None else "changed"
        for month, paid in said.items()
        for person, after in paid.items()
    )
    return {fate: counts[fate] for fate in FATES}


def undo(session: Session, keeper: SignedIn, code: str, number: int, now: datetime) -> None:
    """Roll a workbook of a branch's dues back; see `workbook_imports.undo`.

    Raises:
        NotFound, NotAllowed: see `dues.sheet`; also there is no such workbook of this organisation.
        NotUndone: see `workbook_imports.undo`.
    """
    day = local_day(now)
    dues.sheet(session, keeper.scope, code, day.year, day)
    workbook_imports.undo(session, keeper, DUES, number, now, subject=code)
