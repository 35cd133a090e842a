"""Workbooks of the volunteers' list and of attendance: taken on record, and rolled back as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from geodata import workbook_imports
from geodata.loading.undo_words import Resting
from geodata.workbook_imports import ATTENDANCE, VOLUNTEERS, Rules
from geodata.workbook_queries import MOST_NAMED
from gridmap.accounts.service import SignedIn
from gridmap.timespan import local_day
from gridmap.volunteering import attendance, reverting, roll
from gridmap.volunteering.books import Compared, Row
from gridmap.volunteering.organising import Hand
from gridmap.volunteering.reverting import Obstacle


def take_roll(
    session: Session, path: Path, rows: Sequence[Row], keeper: SignedIn, now: datetime
) -> Compared:
    """Take a volunteers' list in, all of it or nothing, on record.

    Raises:
        RefusedRows: lines that are wrong, by number.
    """
    day = local_day(now)
    with workbook_imports.kept(session, keeper, VOLUNTEERS, path, day, now) as record:
        found = roll.take(session, rows, keeper, now)
        record.counts = found.counts()
    return found


def take_attendance(
    session: Session,
    path: Path,
    rows: Sequence[Row],
    keeper: SignedIn,
    hand: Hand,
    now: datetime,
) -> Compared:
    """Take an attendance in, all of it or nothing, on record.

    Raises:
        RefusedRows: lines that are wrong, by number.
    """
    day = local_day(now)
    with workbook_imports.kept(session, keeper, ATTENDANCE, path, day, now) as record:
        found = attendance.take(session, rows, hand, now)
        record.counts = found.counts()
    return found


def undo_roll(session: Session, keeper: SignedIn, number: int, now: datetime) -> None:
    """Roll a volunteers' list back; see `workbook_imports.undo`. Who was erased since does not come back.

    Raises:
        NotFound, NotUndone: see `workbook_imports.undo`.
    """
    rules = Rules(
        lambda of: _resting(reverting.before_roll(session, of, keeper, now)),
        lambda of: _resting(reverting.after_roll(session, of)),
    )
    workbook_imports.undo(session, keeper, VOLUNTEERS, number, now, rules=rules)


def undo_attendance(
    session: Session, keeper: SignedIn, hand: Hand, number: int, now: datetime
) -> None:
    """Roll an attendance back; see `workbook_imports.undo`.

    Raises:
        NotFound, NotUndone: see `workbook_imports.undo`.
        OwnHours: there are minutes of who rolls it back.
    """
    rules = Rules(
        lambda of: _resting(reverting.before_attendance(session, of, hand, now)),
        lambda of: _resting(reverting.after_attendance(session, of)),
    )
    workbook_imports.undo(session, keeper, ATTENDANCE, number, now, rules=rules)


def _resting(found: Iterable[Obstacle]) -> Iterator[Resting]:
    for one in found:
        rows = tuple(one.rows[:MOST_NAMED])
        yield Resting(*one.what, len(one.rows), ways=(one.way,), rows=rows)
