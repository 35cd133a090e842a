"""Workbooks in: what the cells of its sheets say, read in a process of its own."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from geodata import confined, given_files, packed_files
from gridmap.errors import UnreadableFile

READING: Final = Path(__file__).with_name("book_reading.py")
Area = tuple[int, int, int, int]
"""First column, first row, last column, last row, from 1."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the reading of a workbook may take.

    Attributes:
        unpacked: bytes of all its parts together.
        tags: beginnings and ends of elements in all parts.
        memory: bytes.
        cpu_s: seconds of processor time.
        patience_s: seconds after which it is given up.
    """

    unpacked: int = 100 * 1024**2
    tags: int = 3_000_000
    memory: int = 2 * 1024**3
    cpu_s: int = 20
    patience_s: int = 30

    def limits(self) -> dict[str, int]:
        """Return them as the program takes them."""
        return {
            "unpacked": self.unpacked,
            "tags": self.tags,
            "RLIMIT_AS": self.memory,
            "RLIMIT_CPU": self.cpu_s,
            "RLIMIT_FSIZE": 2 * self.unpacked,
        }


class Cell(NamedTuple):
    """A cell as its file has it.

    Attributes:
        row, column: from 1.
        value: text, number, truth, day or time; None where nothing is written.
        data_type: ``f`` for a formula, ``e`` for an error, else what it holds.
        number_format: how a number is shown.
    """

    row: int
    column: int
    value: Any = None
    data_type: str = "n"
    number_format: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row in which something is written."""

    number: int
    written: Mapping[int, Cell]

    def __iter__(self) -> Iterator[Cell]:
        """Yield the cells in which something is written, from the left."""
        return iter(self.written.values())

    def at(self, place: int) -> Cell:
        """Return the cell of a column, counted from 0; a blank one where nothing is written."""
        found = self.written.get(place + 1)
        return Cell(self.number, place + 1) if found is None else found


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its rows in which something is written, and the areas whose cells are merged."""

    title: str
    rows: Sequence[Row] = ()
    merged: Sequence[Area] = ()
    by_number: Mapping[int, Row] = field(default_factory=dict)

    def row(self, number: int) -> Row:
        """Return a row by its number, from 1; an empty one where nothing is written."""
        return self.by_number.get(number) or Row(number, {})


def sheets(path: Path, bounds: Bounds | None = None, *, values: bool = False) -> list[Sheet]:
    """Return the sheets of a workbook, at least one; formulas are not computed, links are not followed.

    Args:
        path: an xlsx file.
        bounds: what its reading may take.
        values: what formulas gave when it was saved, instead of the formulas.

    Raises:
        UnreadableFile: broken, a bomb, or too much inside.
        ReadersBusy: other files are being read.
    """
    given_files.check(path)
    packed_files.members(path)  # refuses what says itself that it unpacks to too much
    given = bounds or Bounds()
    with tempfile.TemporaryDirectory(prefix="gridmap-book-") as scratch, confined.turn():
        request = {"path": str(path.resolve()), "values": values, "limits": given.limits()}
        environment = confined.environment_in(Path(scratch))
        try:
            told = confined.ask(READING, Path(scratch), request, environment, given.patience_s)
        except confined.Failed as failed:
            raise _refusal(path, failed.answer["code"]) from failed
        except confined.GaveUp as heavy:
            raise _refusal(path, "too_heavy") from heavy
    made = _sheets(told)
    if not made:
        raise _refusal(path, "no_sheet")
    return made


_HEAVY: Final = (
    "读取所需的时间或内存超出限制，请检查是否有合并了整张表的单元格，或把数据复制到新的工作簿",
    "reading it takes more time or memory than allowed; unmerge cells of a whole sheet, or copy the data",
)
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "too_heavy": _HEAVY,
    "too_much_memory": _HEAVY,
    "broken_archive": ("压缩包已损坏", "the archive is broken"),
    "too_much": ("解压后太大", "it unpacks to too much"),
    "too_many_cells": ("单元格太多", "it has too many cells"),
    "declarations": (
        "里面有不该有的声明",
        "it holds declarations that do not belong there",
    ),
    "no_sheet": ("里面没有表格", "it has no sheet with cells"),
}


def _refusal(path: Path, code: str) -> UnreadableFile:
    zh, en = _WORDS.get(code, ("不是完整的工作簿", "it is no whole workbook"))
    return packed_files.refused(path, zh, en)


_MADE: Final[Mapping[str, Callable[[Any], Any]]] = {
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": lambda seconds: dt.timedelta(seconds=seconds),
}


def _sheets(told: Mapping[str, Any]) -> list[Sheet]:
    texts, formats = told["texts"], told["formats"]
    made = []
    for sheet in told["sheets"]:
        rows = [_row(parts, texts, formats) for parts in sheet["rows"]]
        merged = [(left, top, right, bottom) for left, top, right, bottom in sheet["merged"]]
        made.append(Sheet(sheet["title"], rows, merged, {row.number: row for row in rows}))
    return made


def _row(parts: Sequence[Any], texts: Sequence[str], formats: Sequence[str]) -> Row:
    number = parts[0]
    written: dict[int, Cell] = {}
    for at in range(1, len(parts), 4):
        column, kind, value, shown = parts[at : at + 4]
        if kind == "n":
            written[column] = Cell(number, column, value, "n", formats[shown])
        elif kind in _MADE:
            written[column] = Cell(number, column, _MADE[kind](value), "d")
        else:
            text = value if kind == "b" else texts[value]
            written[column] = Cell(number, column, text, kind)
    return Row(number, written)
