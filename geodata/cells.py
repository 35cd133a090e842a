"""How a cell of a file becomes a value: text, count, list of words. Strict; nothing is guessed."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from functools import partial

from geodata.quality import Finding, Problem, Severity, problem

Cell = str | int | float | bool | None
"""What a file can hold in one cell; NaN and null both arrive as None."""

Value = str | int | tuple[str, ...] | None
"""What a field can hold: text, a count, words; None is no value."""

Reader = Callable[[Cell], Value]

LARGEST_COUNT = 2_147_483_647
"""What a 4-byte integer of PostgreSQL holds."""

DIGITS_OF_A_FLOAT = 15
"""Decimal digits that every double keeps (DBL_DIG): a 15-digit code survives in a numeric column."""

_UNSAFE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_BETWEEN_WORDS = re.compile(r"[、,，;；/|]")
_COUNT = re.compile(r"[0-9]{1,10}\Z", re.ASCII)


class Unfit(ValueError):
    """A cell that its field cannot take; carries the finding and its parameters."""

    def __init__(self, finding: Finding, **params: object) -> None:
        super().__init__(finding.value)
        self.finding = finding
        self.params = params

    def problem(self, row: int, column: str) -> Problem:
        """Return the problem of a feature whose cell this is."""
        return problem(
            self.finding, row, None, severity=Severity.ERROR, field=column, **self.params
        )


_LANE = re.compile(r"(?:.*[路街道巷])?([0-9A-Za-z-]+)弄\Z")


def text(longest: int | None = None) -> Reader:
    """Return a reader of text of at most so many characters (None: any length).

    Whole numbers lose their ``.0``; blank text is no value; control characters and direction
    overrides are refused.

    >>> text()(3.0), text()("  "), text(8)(" 书香苑 ")
    ('3', None, '书香苑')
    """
    return partial(_text, longest=longest)


def lane(longest: int) -> Reader:
    """Return a reader of the number of a lane, also where a cell has it with its road, as our own files do.

    What stands before the number and is no road belongs to it.

    >>> lane(32)("滨河东路15弄"), lane(32)("15弄"), lane(32)(15.0), lane(32)("甲15弄"), lane(32)(None)
    ('15', '15', '15', '甲15弄', None)
    """

    def read(cell: Cell) -> Value:
        value = _text(cell, longest=longest)
        found = _LANE.match(value) if isinstance(value, str) else None
        return found[1] if found else value

    return read


def count(cell: Cell) -> Value:
    """Read a count: a whole number of at least 0, also where a file keeps it as 3.0 or "3".

    Raises:
        Unfit: negative, fractional, not finite, too large or no number.

    >>> count(3.0), count("12"), count(None)
    (3, 12, None)
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    number = _whole(cell)
    if number < 0:
        raise Unfit(Finding.NEGATIVE, value=cell)
    if number > LARGEST_COUNT:
        raise Unfit(Finding.NOT_A_COUNT, value=cell)
    return number


def words(cell: Cell) -> Value:
    """Read a list of words separated by 、 , ; / or |, in their order, each once.

    >>> words("浦江、浦江家园,浦江"), words(None)
    (('浦江', '浦江家园'), ())
    """
    whole = _text(cell, longest=None)
    if whole is None:
        return ()
    parts = (part.strip() for part in _BETWEEN_WORDS.split(str(whole)))
    return tuple(dict.fromkeys(part for part in parts if part))


def _text(cell: Cell, longest: int | None) -> str | None:
    if cell is None:
        return None
    plain = _shown(cell).strip()
    if not plain:
        return None
    if _UNSAFE.search(plain):
        raise Unfit(Finding.UNSAFE_TEXT, value=_UNSAFE.sub("�", plain))
    plain = unicodedata.normalize("NFC", plain)
    if longest is not None and len(plain) > longest:
        raise Unfit(Finding.TOO_LONG, value=plain, longest=longest)
    return plain


def _shown(cell: str | float) -> str:
    if not isinstance(cell, float):
        return str(cell)
    if not math.isfinite(cell):
        raise Unfit(Finding.NOT_FINITE_NUMBER, value=cell)
    return str(int(cell)) if cell.is_integer() else f"{cell:.{DIGITS_OF_A_FLOAT}g}"


def _whole(cell: str | float) -> int:
    if isinstance(cell, bool):
        raise Unfit(Finding.NOT_A_COUNT, value=cell)
    if isinstance(cell, str):
        if _COUNT.match(cell.strip()) is None:
            raise Unfit(Finding.NOT_A_COUNT, value=_UNSAFE.sub("�", cell))
        return int(cell)
    if not math.isfinite(cell):
        raise Unfit(Finding.NOT_FINITE_NUMBER, value=cell)
    if cell != int(cell):
        raise Unfit(Finding.NOT_A_COUNT, value=cell)
    return int(cell)
