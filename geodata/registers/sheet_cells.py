"""A cell of somebody's sheet as a value: codes keep their zeros, days are read as people write them. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any, Final

from openpyxl.utils.datetime import from_excel
from openpyxl.utils.escape import unescape

from geodata.books import Cell
from gridmap.registers.cells import Unfit, Value, value_of
from gridmap.registers.columns import Column, ColumnType

EXACT_DIGITS: Final = 15
"""Digits of a number that spreadsheets keep; further ones become zeros."""

_ZEROS: Final = re.compile(r"0{2,40}\Z")
_PLAIN_DAY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_MIDNIGHT: Final = re.compile(r"[ T]0{1,2}:00(:00(\.0+)?)?\Z")
_SERIALS: Final = range(18_264, 109_575)
"""Excel's numbers of the days from 1950 to 2199."""
_FORMULA: Final = (
    "这里是公式：请复制这一列，再“选择性粘贴 → 数值”。",
    "This is a formula: copy the column and paste it as values.",
)
_ERROR: Final = ("这里是错误值 {text}。", "This is the error {text}.")
_ROUNDED: Final = (
    "编码被当成数，后面几位已经丢了：请把这一列设成文本格式，再重新填写。",
    "The code was taken for a number and lost its last digits: make the column text, write it again.",
)


def is_blank(cell: Cell) -> bool:
    """Tell whether nothing is written in a cell."""
    return cell.value is None or (isinstance(cell.value, str) and not cell.value.strip())


def text_of(cell: Cell) -> str:
    """Return what is written in a header or a note."""
    return "" if is_blank(cell) else unescape(str(cell.value)).strip()


def value_in(column: Column, cell: Cell) -> Value:
    """Return the value of a cell; None where it is blank, also in columns that are needed.

    Raises:
        Unfit: a formula, an error, or nothing that the column takes.
    """
    if is_blank(cell):
        return None
    if cell.data_type == "f":
        raise Unfit(*_FORMULA)
    if cell.data_type == "e":
        raise Unfit(*(text.format(text=cell.value) for text in _ERROR))
    return value_of(column, _plain(column, cell))


def _plain(column: Column, cell: Cell) -> object:
    value = cell.value
    if isinstance(value, str):
        value = unescape(value)
    if column.type is ColumnType.DAY:
        return _day(value)
    if isinstance(value, date | time):
        return _written(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and _is_text(column):
        return _digits(value, cell.number_format)
    return value


def _is_text(column: Column) -> bool:
    return column.type in {ColumnType.CODE, ColumnType.PHONE, ColumnType.TEXT}


def _written(value: date | time) -> str:
    """What a spreadsheet has made a day of, in a column that holds none."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()


def _digits(value: int | float, number_format: str) -> str:
    """The digits of a code that a spreadsheet holds as a number.

    >>> _digits(7, "000"), _digits(13800000000.0, "General")
    ('007', '13800000000')
    """
    text = str(int(value)) if float(value).is_integer() else repr(value)
    if len(text.lstrip("-")) > EXACT_DIGITS and text.isdigit():
        raise Unfit(*_ROUNDED)
    return text.zfill(len(number_format)) if _ZEROS.match(number_format) else text


def _day(value: object) -> object:
    """A day that was written without separators, with a midnight, or as Excel's number.

    >>> _day(46082), _day("20260301"), _day("2026-03-01 00:00:00")
    (datetime.date(2026, 3, 1), '2026-03-01', '2026-03-01')
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value in _SERIALS:
        counted: Any = from_excel(value)
        return counted.date()
    text = _MIDNIGHT.sub("", str(value).strip()) if isinstance(value, str | int) else value
    parts = _PLAIN_DAY.match(text) if isinstance(text, str) else None
    return "-".join(parts.groups()) if parts else text
