"""Workbooks (xlsx) out: rows as they come, text that stays text, moments of Asia/Shanghai.

Nothing that people wrote can become a formula or a link: every text is written as text, and one
that a spreadsheet could take for a formula carries the mark that keeps it text when it is edited.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import isfinite
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from gridmap.errors import TooLarge
from gridmap.timespan import LOCAL_ZONE

Cell = str | int | float | date | datetime | None

MOST_ROWS: Final = 1_048_575
"""Rows of a sheet under its header, by the format (ECMA-376)."""
LONGEST_TEXT: Final = 32_767
"""Characters of a cell, by the format; what is longer is cut and ends in an ellipsis."""
LARGEST_WHOLE: Final = 2**53
"""Larger whole numbers lose digits in a spreadsheet: they are written as text."""
LONGEST_TITLE: Final = 31
DEFAULT_WIDTH: Final = 14
NOTE_HEIGHT: Final = 62
"""Points of a row of notes: five lines."""
GUIDED_ROWS: Final = 20_000
"""Rows of a sheet to fill in that have drop-downs."""
A4: Final = 9
"""The paper's number in the format."""
FIRST_DAY: Final = date(1949, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)

_FORMULA_LIKE: Final = re.compile(r"[\s]*[=+\-@\t\r\n＝＋－＠﹢﹣﹦﹫]")
_NOT_IN_TITLES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_END: Final = re.compile(r"\r\n?")


class Fill(StrEnum):
    """What people will write into a column's empty cells."""

    TEXT = "text"
    DAY = "day"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, its width in characters, and how it is filled in.

    Attributes:
        title: the header.
        width: characters.
        needed: the header says by its colour that no row can be without it.
        note: what to write, in a row below the header.
        example: a cell as somebody would write it, in the row below the notes.
        fill: what people will write here; None where nobody writes.
        choices: the only words that can be written here, as a drop-down.
    """

    title: str
    width: float = DEFAULT_WIDTH
    needed: bool = False
    note: str = ""
    example: str = ""
    fill: Fill | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, its columns, and its rows, which are read once and as they come."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]

    @property
    def heads(self) -> int:
        """Rows that stand still: the header, and the notes where there are any."""
        return 2 if any(column.note for column in self.columns) else 1


@dataclass(frozen=True)
class _Formats:
    """The looks of a workbook's cells."""

    head: Format
    needed: Format
    note: Format
    example: Format
    text: Format
    marked: Format
    day: Format
    moment: Format


def write(sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook; its memory does not grow with the rows.

    Numbers are numbers (what is not finite stays empty), days are days, aware moments are those of
    Asia/Shanghai. The header row stands still and can be filtered by.

    Raises:
        TooLarge: more than `MOST_ROWS` rows.
    """
    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        formats = _formats(book)
        taken: set[str] = set()
        for sheet in sheets:
            page = book.add_worksheet(_title(sheet.title, taken))
            _write_sheet(page, sheet, formats)
    return out.getvalue()


def _formats(book: xlsxwriter.Workbook) -> _Formats:
    top = {"valign": "top"}
    head = {"bold": True, "bg_color": "#EEF1F4", "bottom": 1, **top}
    small = {"num_format": "@", "font_size": 9, "text_wrap": True, **top}
    return _Formats(
        head=book.add_format(head),
        needed=book.add_format({**head, "font_color": "#B42318"}),
        note=book.add_format({**small, "font_color": "#4A5565", "bg_color": "#F7F8FA"}),
        example=book.add_format({**small, "font_color": "#7A8699", "italic": True}),
        text=book.add_format({"num_format": "@", **top}),
        marked=book.add_format({"num_format": "@", "quote_prefix": True, **top}),
        day=book.add_format({"num_format": "yyyy-mm-dd", **top}),
        moment=book.add_format({"num_format": "yyyy-mm-dd hh:mm", **top}),
    )


def _title(wanted: str, taken: set[str]) -> str:
    """A sheet's name: at most 31 characters, none of the forbidden ones, no two alike."""
    plain = _NOT_IN_TITLES.sub(" ", wanted).strip().strip("'") or "Sheet"
    title, count = plain[:LONGEST_TITLE], 1
    while title.casefold() in taken:
        count += 1
        ending = f" {count}"
        title = plain[: LONGEST_TITLE - len(ending)] + ending
    taken.add(title.casefold())
    return title


def _write_sheet(page: Worksheet, sheet: Sheet, formats: _Formats) -> None:
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width, _usual(column, formats))
    page.freeze_panes(sheet.heads, 0)
    _lay_out(page, sheet.heads)
    last = _write_head(page, sheet, formats)
    for number, row in enumerate(sheet.rows, start=last + 1):
        if number > MOST_ROWS:
            raise TooLarge(what_zh="表格", what_en="The table", limit=f"{MOST_ROWS} 行 rows")
        for place, cell in enumerate(row):
            _write_cell(page, (number, place), cell, formats)
        last = number
    if sheet.columns:
        page.autofilter(sheet.heads - 1, 0, max(last, sheet.heads - 1), len(sheet.columns) - 1)
    _guide(page, sheet)


def _lay_out(page: Worksheet, heads: int) -> None:
    """On paper: A4 across, all columns on a page, the header on every page."""
    page.set_paper(A4)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, heads - 1)


def _usual(column: Column, formats: _Formats) -> Format | None:
    """What is written into an empty cell later: codes keep their leading zeros as text."""
    return (
        {Fill.TEXT: formats.text, Fill.DAY: formats.day}.get(column.fill) if column.fill else None
    )


def _write_head(page: Worksheet, sheet: Sheet, formats: _Formats) -> int:
    """Write header, notes and example; return the last row that was written."""
    for place, column in enumerate(sheet.columns):
        look = formats.needed if column.needed else formats.head
        page.write_string(0, place, _text(column.title), look)
    if sheet.heads == 1:
        return 0
    page.set_row(1, NOTE_HEIGHT)
    for place, column in enumerate(sheet.columns):
        page.write_string(1, place, _text(column.note), formats.note)
    if not any(column.example for column in sheet.columns):
        return 1
    for place, column in enumerate(sheet.columns):
        page.write_string(2, place, _text(column.example), formats.example)
    return 2


def _guide(page: Worksheet, sheet: Sheet) -> None:
    """Offer a column's choices; warn of what is no day."""
    for place, column in enumerate(sheet.columns):
        area = (sheet.heads, place, GUIDED_ROWS, place)
        if column.choices:
            page.data_validation(*area, {"validate": "list", "source": [*column.choices]})
        elif column.fill is Fill.DAY:
            bounds = {"minimum": FIRST_DAY, "maximum": LAST_DAY}
            page.data_validation(
                *area,
                {"validate": "date", "criteria": "between", "error_type": "warning", **bounds},
            )


def _write_cell(page: Worksheet, at: tuple[int, int], cell: Cell, formats: _Formats) -> None:
    if isinstance(cell, datetime):
        page.write_datetime(*at, _local(cell), formats.moment)
    elif isinstance(cell, date):
        page.write_datetime(*at, cell, formats.day)
    elif isinstance(cell, bool | str):
        text = _text(str(cell))
        page.write_string(*at, text, formats.marked if _looks_active(text) else formats.text)
    elif cell is not None:
        _write_number(page, at, cell, formats)


def _write_number(
    page: Worksheet, at: tuple[int, int], cell: int | float, formats: _Formats
) -> None:
    if isinstance(cell, int) and abs(cell) > LARGEST_WHOLE:
        page.write_string(*at, str(cell), formats.text)
    elif isfinite(cell):
        page.write_number(*at, cell)


def _local(moment: datetime) -> datetime:
    """Spreadsheets know no zones: the moment as clocks in the county show it."""
    aware: Any = moment.astimezone(LOCAL_ZONE) if moment.tzinfo else moment
    local: datetime = aware.replace(tzinfo=None)
    return local


def _text(written: str) -> str:
    """What XML cannot hold becomes a mark; what is too long is cut."""
    text = _NOT_IN_XML.sub("\ufffd", _LINE_END.sub("\n", written))
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _looks_active(text: str) -> bool:
    """Tell whether a spreadsheet, or one it is copied to, might take the text for a formula.

    >>> [_looks_active(text) for text in ("=1+1", "＝1+1", " @SUM(A1)", "3号楼")]
    [True, True, True, False]
    """
    return _FORMULA_LIKE.match(text) is not None
