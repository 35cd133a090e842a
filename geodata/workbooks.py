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

_FORMULA_LIKE: Final = re.compile(r"[\s]*[=+\-@\t\r\n＝＋－＠﹢﹣﹦﹫]")
_NOT_IN_TITLES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_END: Final = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, and its width in characters."""

    title: str
    width: float = DEFAULT_WIDTH


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, its columns, and its rows, which are read once and as they come."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]


@dataclass(frozen=True)
class _Formats:
    """The looks of a workbook's cells."""

    head: Format
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
    return _Formats(
        head=book.add_format({"bold": True, "bg_color": "#EEF1F4", "bottom": 1, **top}),
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
        page.set_column(place, place, column.width)
    page.freeze_panes(1, 0)
    for place, column in enumerate(sheet.columns):
        page.write_string(0, place, _text(column.title), formats.head)
    last = 0
    for number, row in enumerate(sheet.rows, start=1):
        if number > MOST_ROWS:
            raise TooLarge(what_zh="表格", what_en="The table", limit=f"{MOST_ROWS} 行 rows")
        for place, cell in enumerate(row):
            _write_cell(page, (number, place), cell, formats)
        last = number
    if sheet.columns:
        page.autofilter(0, 0, last, len(sheet.columns) - 1)


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
