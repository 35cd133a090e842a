"""The table of categories (categories.csv): read, checked row by row, put into force from a day."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from gridmap.dispatch.catalogue import put_entries
from gridmap.dispatch.categories import (
    LONGEST_LIMIT,
    CategoryEntry,
    Limit,
    LimitedStep,
    LimitUnit,
    Topic,
)
from gridmap.errors import UnreadableFile
from gridmap.terms import Line, Rung, Term

TABLE: Final = Path(__file__).parent / "categories.csv"
COLUMNS: Final = (
    *("code", "line", "topic", "name", "name_en", "first_rung"),
    *LimitedStep,
    "position",
)
LONGEST_CODE: Final = 16
MOST_DIGITS: Final = 6

Word = TypeVar("Word", bound=Term)


def load(session: Session, day: date, path: Path = TABLE) -> int:
    """Put a table of categories into force from a day; return how many changed.

    Rows that did not change stay untouched; changed ones end and begin anew; missing ones end.

    Raises:
        UnreadableFile: names the row and the cell that is wrong.
        InvalidInput: the database already holds a newer version.
    """
    return put_entries(session, read(path), day)


def read(path: Path = TABLE) -> tuple[CategoryEntry, ...]:
    """Return the categories of a table: UTF-8, one row each, the columns `COLUMNS` in any order.

    Raises:
        UnreadableFile: names the row and the cell that is wrong.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file, strict=True)
        try:
            missing = [column for column in COLUMNS if column not in (table.fieldnames or ())]
            if missing:
                raise _refused(path, 1, f"缺少列 {missing[0]}", f"column {missing[0]} is missing")
            entries = tuple(_Row(path, number, row).entry() for number, row in enumerate(table, 2))
        except (UnicodeDecodeError, csv.Error) as failure:
            raise _refused(path, 1, "不是 UTF-8 的 CSV", "it is no CSV in UTF-8") from failure
    _check_once(path, entries)
    return entries


def _check_once(path: Path, entries: tuple[CategoryEntry, ...]) -> None:
    counts = Counter(entry.code for entry in entries)
    for number, entry in enumerate(entries, 2):
        if counts[entry.code] > 1:
            raise _refused(path, number, f"编码 {entry.code} 重复", f"{entry.code} stands twice")


class _Row:
    """One row of the table, with its number for the refusals."""

    def __init__(self, path: Path, number: int, cells: Mapping[str, str | None]) -> None:
        self.path = path
        self.number = number
        self.cells = cells

    def entry(self) -> CategoryEntry:
        """Return the row as a category."""
        return CategoryEntry(
            code=self.text("code", LONGEST_CODE),
            line=self.word("line", Line),
            topic=self.word("topic", Topic),
            name=self.text("name"),
            name_en=self.text("name_en"),
            first_rung=self.word("first_rung", Rung),
            limits={step: self.limit(step) for step in LimitedStep},
            position=self.whole_number("position", self.text("position")),
        )

    def text(self, column: str, longest: int = 100) -> str:
        """Return a cell that must say something."""
        written = (self.cells[column] or "").strip()
        if not written or len(written) > longest or not written.isprintable():
            raise self.refused(column, written)
        return written

    def word(self, column: str, words: type[Word]) -> Word:
        """Return a cell that holds one of a closed list of words."""
        written = self.text(column)
        try:
            return words(written)
        except ValueError as unknown:
            raise self.refused(column, written) from unknown

    def limit(self, step: LimitedStep) -> Limit:
        """Return a limit written as ``4 working_hours``."""
        written = self.text(step)
        value, _, unit = written.partition(" ")
        if unit not in set(LimitUnit):
            raise self.refused(step, written)
        number = self.whole_number(step, value)
        if not 1 <= number <= LONGEST_LIMIT:
            raise self.refused(step, written)
        return Limit(number, LimitUnit(unit))

    def whole_number(self, column: str, written: str) -> int:
        """Return a whole number of at most `MOST_DIGITS` digits."""
        if not (written.isascii() and written.isdigit() and len(written) <= MOST_DIGITS):
            raise self.refused(column, written)
        return int(written)

    def refused(self, column: str, written: str) -> UnreadableFile:
        """Return the refusal that names this row and the cell."""
        return _refused(
            self.path, self.number, f"{column} 不能是“{written}”", f"{column} cannot be “{written}”"
        )


def _refused(path: Path, number: int, zh: str, en: str) -> UnreadableFile:
    return UnreadableFile(
        name=path.name, reason_zh=f"第 {number} 行：{zh}", reason_en=f"row {number}: {en}"
    )
