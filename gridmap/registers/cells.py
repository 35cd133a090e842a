"""Cells: from what a form or a sheet holds to a value, and back to words. Pure.

Values: text, code, choice and phone are `str` (a choice is its term's code), a day is a `date`, a
number `int` or `float`, yes or no `bool`, a time of day `str` ('08:30'); an empty cell is None.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Final

from gridmap.registers.columns import Column, ColumnType

Value = str | int | float | bool | date | None

_DAY: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\Z")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 \-()]{4,24}[0-9]\Z")
_CLOCK: Final = re.compile(r"([01]?\d|2[0-4])[:：时点]([0-5]\d)?分?(?::00)?\Z")
_MIDNIGHT: Final = "24:00"
_BETWEEN: Final = re.compile(r"[、,，;；\s]+")
_YES: Final = frozenset({"是", "yes", "y", "true", "1", "√"})
_NO: Final = frozenset({"否", "no", "n", "false", "0"})
_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_EARLIEST, _LATEST = date(1949, 1, 1), date(2200, 1, 1)


class Unfit(Exception):
    """A cell that its column cannot take, with why in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(zh)


def value_of(column: Column, raw: object) -> Value:
    """Return the value of a cell as a form or a sheet holds it.

    Args:
        column: what the cell must be.
        raw: text, or what a sheet's reader gives (number, date, boolean, None).

    Raises:
        Unfit: it is none of that type, too long, out of bounds, or missing.

    >>> from gridmap.registers.columns import BEGINS
    >>> value_of(BEGINS, "2026年3月5日")
    datetime.date(2026, 3, 5)
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        if column.required:
            raise Unfit("必须填写。", "This is needed.")
        return None
    return _READERS[column.type](column, raw)


def _plain(raw: object) -> str:
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = unicodedata.normalize("NFC", str(raw).strip())
    for character in text:
        control = unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\r\t"
        if control or character in _BIDI:
            raise Unfit("含有不允许的控制字符。", "It holds control characters.")
    return text


def _text(column: Column, raw: object) -> Value:
    text = _plain(raw)
    if len(text) > column.longest:
        raise Unfit(
            f"最多 {column.longest} 个字，现有 {len(text)} 个。",
            f"At most {column.longest} characters; there are {len(text)}.",
        )
    return text


def _code(column: Column, raw: object) -> Value:
    text = _text(column, raw)
    if column.many and isinstance(text, str):
        return "、".join(dict.fromkeys(codes_in(text)))
    return text


def codes_in(text: str) -> list[str]:
    """Return the codes of a cell that holds several.

    >>> codes_in("A1、A2, A3")
    ['A1', 'A2', 'A3']
    """
    return [code for code in _BETWEEN.split(text) if code]


def _day(_column: Column, raw: object) -> Value:
    if isinstance(raw, datetime):
        raw = raw.date()
    found = raw if isinstance(raw, date) else _written_day(_plain(raw))
    if found is None or not _EARLIEST <= found < _LATEST:
        raise Unfit("不是日期，请写成 2026-11-24。", "This is no day; write it like 2026-11-24.")
    return found


def _written_day(text: str) -> date | None:
    parts = _DAY.match(text)
    try:
        return date(*(int(part) for part in parts.groups())) if parts else None
    except ValueError:
        return None


def _choice(column: Column, raw: object) -> Value:
    text = _plain(raw)
    for term in column.terms:
        if text in {term.value, term.zh, term.en}:
            return term.value
    zh, en = "、".join(t.zh for t in column.terms), ", ".join(t.en for t in column.terms)
    raise Unfit(f"请从这些里选一个：{zh}。", f"Choose one of: {en}.")


def _number(column: Column, raw: object) -> Value:
    try:
        number = float(_plain(raw).replace(",", "")) if not isinstance(raw, bool) else float("nan")
    except ValueError:
        number = float("nan")
    whole = column.fraction or number.is_integer()
    if not (column.least <= number <= column.most and whole):
        zh, en = ("数", "number") if column.fraction else ("整数", "whole number")
        raise Unfit(
            f"请填 {column.least:g} 到 {column.most:g} 的{zh}。",
            f"A {en} from {column.least:g} to {column.most:g} is needed.",
        )
    return number if column.fraction else int(number)


def _phone(column: Column, raw: object) -> Value:
    text = _plain(raw)
    if len(text) > column.longest or not _PHONE.match(text):
        raise Unfit(
            "不是电话号码：请填手机号，或带区号的座机号。",
            "This is no phone number: give a mobile, or a landline with its area code.",
        )
    return text


def _clock(_column: Column, raw: object) -> Value:
    """A sheet's reader gives a time of day, or the written text."""
    written = raw.isoformat("minutes") if isinstance(raw, time) else _plain(raw)
    parts = _CLOCK.match(written)
    found = f"{int(parts[1]):02d}:{parts[2] or '00'}" if parts else ""
    if not found or found > _MIDNIGHT:
        raise Unfit("不是钟点，请写成 08:30。", "This is no time of day; write it like 08:30.")
    return found


def _yes_no(_column: Column, raw: object) -> Value:
    if isinstance(raw, bool):
        return raw
    text = _plain(raw).lower()
    if text in _YES or text in _NO:
        return text in _YES
    raise Unfit("请填“是”或“否”。", "Write yes or no.")


_READERS: Final[Mapping[ColumnType, Callable[[Column, object], Value]]] = {
    ColumnType.TEXT: _text,
    ColumnType.CODE: _code,
    ColumnType.DAY: _day,
    ColumnType.CHOICE: _choice,
    ColumnType.NUMBER: _number,
    ColumnType.PHONE: _phone,
    ColumnType.YES_NO: _yes_no,
    ColumnType.CLOCK: _clock,
}


def words_of(column: Column, value: Value, language: str) -> str:
    """Return a value as people read it, in ``zh`` or ``en``; empty for no value.

    `value_of` reads it back to the same value.

    >>> from gridmap.registers.columns import BEGINS
    >>> words_of(BEGINS, date(2026, 3, 5), "zh")
    '2026-03-05'
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return ("Yes" if value else "No") if language == "en" else ("是" if value else "否")
    if column.terms:
        known = next((term for term in column.terms if term.value == value), None)
        return known.label(language) if known else str(value)
    return value.isoformat() if isinstance(value, date) else str(value)
