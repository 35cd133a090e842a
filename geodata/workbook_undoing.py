"""Rolling back any workbook by its number, for the command: each kind by its own rules."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from geodata import volunteer_imports, workbook_imports
from geodata.workbook_imports import ATTENDANCE, CALENDAR, DUES, NAMES, VOLUNTEERS
from gridmap.accounts.service import SignedIn
from gridmap.registers.catalogue import REGISTERS
from gridmap.volunteering.organising import Hand, Reach

_LABELS: Final = {
    NAMES: ("地名库", "gazetteer"),
    VOLUNTEERS: ("志愿者名册", "volunteers"),
    ATTENDANCE: ("活动签到", "attendance"),
    DUES: ("党费", "dues"),
    CALENDAR: ("放假安排", "holidays"),
}


def label(kind: str, subject: str | None, language: str) -> str:
    """Return what a workbook is of, in ``zh`` or ``en``.

    >>> label("dues", "o-1", "en"), label("persons", None, "zh")
    ('dues o-1', '人员')
    """
    if kind in _LABELS:
        said = _LABELS[kind][language == "en"]
        return f"{said} {subject}" if subject else said
    return REGISTERS[kind].label(language) if kind in REGISTERS else kind


def undo(session: Session, operator: SignedIn, number: int, now: datetime) -> None:
    """Roll a workbook back as a whole.

    Args:
        session: the caller's transaction.
        operator: who runs commands, with the county's desk.
        number: of the workbook's record.
        now: this moment.

    Raises:
        NotFound, NotUndone: see `workbook_imports.undo`.
    """
    kind, subject = workbook_imports.kind_of(session, number)
    if kind == VOLUNTEERS:
        volunteer_imports.undo_roll(session, operator, number, now)
    elif kind == ATTENDANCE:
        everywhere = Hand(Reach(county=True))
        volunteer_imports.undo_attendance(session, operator, everywhere, number, now)
    else:
        workbook_imports.undo(session, operator, kind, number, now, subject=subject)
