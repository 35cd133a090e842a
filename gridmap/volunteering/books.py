"""A workbook of volunteering against what is on record: each line new, changed or the same, or why it cannot be.

A line is tried as it will be taken, by the same rules: what is refused is told by its number, and one
refusal takes the whole workbook back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from gridmap.errors import GridmapError, InvalidInput, RefusedRows, RowFault

Value = str | int | float | bool | date | None


class Fate(StrEnum):
    """What becomes of a line."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a workbook: its number, and the values of the columns that are there."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that differs from what is on record."""

    key: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Line:
    """A line and what becomes of it; `name` tells people whom or what it is about."""

    number: int
    fate: Fate
    name: str
    differences: tuple[Difference, ...] = ()


@dataclass(slots=True)
class Compared:
    """What a workbook changes, and what is wrong with its lines."""

    lines: list[Line] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)

    def count(self, fate: Fate) -> int:
        """Return how many lines there are of a fate."""
        return sum(line.fate is fate for line in self.lines)

    def counts(self) -> dict[str, int]:
        """Return how many lines there are of each fate, by its word."""
        return {fate.value: self.count(fate) for fate in Fate}


Work = Callable[[], Compared]


def each(rows: Iterable[Row], work: Callable[[Row], Line]) -> Compared:
    """Do what each line says, or note why not by its number; what writes undoes itself when it is refused."""
    found = Compared()
    for row in rows:
        try:
            found.lines.append(work(row))
        except GridmapError as refusal:
            found.faults.append(RowFault(row.number, refusal.message("zh"), refusal.message("en")))
    return found


def tried(session: Session, work: Work) -> Compared:
    """Return what a workbook would change; nothing of it stays."""
    with session.begin_nested() as attempt:
        found = work()
        attempt.rollback()
    session.expire_all()
    return found


def taken(session: Session, work: Work) -> Compared:
    """Take a workbook in: all of it or nothing.

    Raises:
        RefusedRows: lines that are wrong, by number.
    """
    with session.begin_nested():
        found = work()
        if found.faults:
            raise RefusedRows(found.faults)
    return found


def refused(zh: str, en: str) -> InvalidInput:
    """Return why a line cannot be taken."""
    return InvalidInput(reason_zh=zh, reason_en=en)


def twice(number: int) -> InvalidInput:
    """Return the refusal of a line that means what another one means."""
    return refused(f"和第 {number} 行说的是同一个。", f"Line {number} means the same.")
