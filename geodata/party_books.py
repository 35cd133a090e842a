"""Dues of a year as a workbook: a line a member, a column a month, paid or not; out and in without loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from geodata import workbooks
from geodata.books import Cell, Row
from geodata.registers import opening
from geodata.registers.sheet_cells import is_blank, text_of
from geodata.workbooks import Fill
from gridmap.errors import InvalidInput
from gridmap.party_life.dues import Payer, Sheet

Said = dict[date, dict[int, bool | None]]
"""By month and person whether dues were paid; None takes a note away."""
MOST_ROWS: Final = 5_000
MONTHS: Final = 12
_PAID: Final = {"zh": ("已交", "未交"), "en": ("paid", "not paid")}
_MEANS: Final = {word: n == 0 for words in _PAID.values() for n, word in enumerate(words)}


def write(found: Sheet, language: str) -> bytes:
    """Return the year as a workbook.

    Args:
        found: a year of dues.
        language: ``zh`` or ``en``, for headers and words.
    """
    english = language == "en"
    heads = [
        workbooks.Column("Member's code" if english else "人员编号", 14, needed=True),
        workbooks.Column("Name" if english else "姓名", 12),
        *(
            workbooks.Column(
                f"{found.year}-{month:02d}", 10, fill=Fill.TEXT, choices=_PAID[language]
            )
            for month in range(1, MONTHS + 1)
        ),
    ]
    rows = (_cells(one, found.year, _PAID[language]) for one in found.payers)
    title = "Dues" if english else "党费"
    return workbooks.write([workbooks.Sheet(title, heads, rows)])


def _cells(one: Payer, year: int, words: tuple[str, str]) -> Sequence[workbooks.Cell]:
    months = (date(year, month, 1) for month in range(1, MONTHS + 1))
    said = {True: words[0], False: words[1], None: None}
    return (
        one.member.person_code,
        one.member.name,
        *(said[one.months.get(month)] for month in months),
    )


def read(path: Path, known: Sheet) -> Said:
    """Return what a workbook says that differs from what is noted, by month and person.

    Args:
        path: the workbook.
        known: the year as it stands; members are found by code, months by the header.

    Raises:
        InvalidInput: the first thing that cannot be read, with its line.
        TooLarge, UnreadableFile: see `geodata.registers.opening`.
    """
    sheet = opening.sheets(path)[0]
    months = {
        title.column - 1: month for title in sheet.row(1) if (month := _month(title, known.year))
    }
    if not months:
        raise _wrong(1, f"没有{known.year}年的月份列", f"no months of {known.year}")
    payers = {one.member.person_code: one for one in known.payers}
    found: Said = {}
    for row in sheet.rows[1:]:
        if row.number > MOST_ROWS + 1:
            raise _wrong(
                row.number, f"一次最多 {MOST_ROWS} 行", f"at most {MOST_ROWS} lines at once"
            )
        payer = payers.get(text_of(row.at(0)))
        if payer is None:
            raise _wrong(row.number, "没有这个人员编号", "nobody of this code is a member")
        for month, paid in _differing(row, months, payer):
            found.setdefault(month, {})[payer.member.person_id] = paid
    return found


def _differing(
    row: Row, months: Mapping[int, date], payer: Payer
) -> Iterator[tuple[date, bool | None]]:
    for place, month in months.items():
        paid = _paid(row.at(place), row.number)
        if month in payer.months and paid is not payer.months[month]:
            yield month, paid
        elif month not in payer.months and paid is not None:
            raise _wrong(row.number, f"{month:%Y-%m}不该有", f"nothing is due for {month:%Y-%m}")


def _month(title: Cell, year: int) -> date | None:
    if isinstance(title.value, date):  # what a spreadsheet makes of it
        made = date(title.value.year, title.value.month, 1)
        return made if made.year == year else None
    head, _dash, number = text_of(title).partition("-")
    if head != str(year) or not number.isdecimal() or not 1 <= int(number) <= MONTHS:
        return None
    return date(year, int(number), 1)


def _paid(cell: Cell, line: int) -> bool | None:
    if is_blank(cell):
        return None
    if (said := _MEANS.get(text_of(cell))) is None:
        raise _wrong(line, "只能写“已交”“未交”或留空", "only “paid”, “not paid” or nothing")
    return said


def _wrong(line: int, zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        field="file", reason_zh=f"第 {line} 行：{zh}。", reason_en=f"Line {line}: {en}."
    )
