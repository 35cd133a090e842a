"""Workbooks in: from a filled-in sheet to rows of values, with every fault by row and column."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from openpyxl.utils import get_column_letter

from geodata.books import Cell, Sheet
from geodata.registers import layout, opening, sheet_cells
from gridmap.errors import InvalidInput, TooLarge
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.cells import Unfit, Value
from gridmap.registers.changes import Fault
from gridmap.registers.columns import Column, Register

MOST_ROWS: Final = 20_000
HEADER_WITHIN: Final = 20
"""Rows among which the header stands: titles may come first."""
FEWEST_LABELS: Final = 2
"""Labels of the register by which a row is taken for the header."""
MOST_FAULTS: Final = 1_000
"""Faults after which a sheet is read no further."""

_ACROSS: Final = (
    "有几列的单元格合并在一起，请取消合并。",
    "Cells of several columns are merged; unmerge them.",
)
_STILL_EXAMPLE: Final = (
    "还是示例：请改成实际内容，或删掉这一行。",
    "This is still the example: write what is the case, or delete the row.",
)
_HELPED: Final = frozenset({"person", "code", "begins", "unit"})
"""Columns that tell records apart and may be left out: others help."""
_EXAMPLES: Final = tuple(layout.EXAMPLE.values())
_TWICE: Final = ("表头“{label}”出现了两次。", "The header “{label}” occurs twice.")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: its number, its values, and the names that stand beside its codes."""

    number: int
    values: Mapping[str, Value]
    beside: Mapping[str, str]


@dataclass(slots=True)
class Filled:
    """What a sheet says.

    Attributes:
        rows: rows that hold something, without notes and example.
        columns: columns of the register that the sheet has and that are read.
        unknown: headers that the register does not have, with their letters.
        faults: what cannot be read, by row and column.
    """

    rows: list[Row] = field(default_factory=list)
    columns: tuple[Column, ...] = ()
    unknown: tuple[str, ...] = ()
    faults: list[Fault] = field(default_factory=list)


def read(path: Path, register: Register) -> Filled:
    """Read a register's sheet out of a workbook.

    The sheet that is called like the register counts, else the first one with its headers.

    Raises:
        InvalidInput: no xlsx, or no sheet has the headers.
        TooLarge: over `MOST_ROWS` rows, or a file that is too large.
        UnreadableFile: broken, or a bomb.
    """
    sheet, header = _sheet(opening.sheets(path), register)
    reading = _Reading(register, sheet, header)
    reading.read()
    _refuse_nameless(reading.filled, register)
    return reading.filled


def _refuse_nameless(filled: Filled, register: Register) -> None:
    """Without the columns that tell records apart nobody knows what a row means."""
    keys = {column.key for column in filled.columns}
    needed = [key for key in register.natural_key if key not in _HELPED]
    needed += ["person_name"] if "person" in register.natural_key and "person" not in keys else []
    needed += ["name"] if "code" in register.natural_key and "code" not in keys else []
    missing = [column for column in register.columns if column.key in {*needed} - keys]
    if missing:
        raise InvalidInput(
            field="file",
            reason_zh=f"表里缺少列“{'、'.join(column.zh for column in missing)}”，认不出每行是哪条记录。",
            reason_en=f"The sheet lacks the columns {', '.join(column.en for column in missing)}: "
            "nobody can tell which records its rows mean.",
        )


def _sheet(sheets: list[Sheet], register: Register) -> tuple[Sheet, int]:
    named = [sheet for sheet in sheets if sheet.title in {register.zh[:31], register.en[:31]}]
    for sheet in [*named, *sheets]:
        header = _header(sheet, register)
        if header:
            _refuse_another(sheet, register)
            return sheet, header
    wanted = register.columns[:4]
    zh, en = ("、".join(c.zh for c in wanted), ", ".join(c.en for c in wanted))
    raise InvalidInput(
        field="file",
        reason_zh=f"没有找到“{register.zh}”的表头：前 {HEADER_WITHIN} 行里应有“{zh}”等列。请用下载的模板。",
        reason_en=f"The headers of “{register.en}” ({en} …) were not found in the first "
        f"{HEADER_WITHIN} rows. Use the template.",
    )


def _refuse_another(sheet: Sheet, register: Register) -> None:
    """Registers may share all their headers: a sheet that is called like another one is that one's."""
    for other in REGISTERS.values():
        if other is not register and sheet.title in {other.zh[:31], other.en[:31]}:
            raise InvalidInput(
                field="file",
                reason_zh=f"这张表是“{other.zh}”，不是“{register.zh}”。",
                reason_en=f"This is a sheet of “{other.en}”, not of “{register.en}”.",
            )


def _header(sheet: Sheet, register: Register) -> int:
    """The number of the row with most labels of the register; 0 where none has enough."""
    labels = set(_labels(register))
    best, most = 0, FEWEST_LABELS - 1
    for row in sheet.rows:
        if row.number > HEADER_WITHIN:
            break
        known = len({_key(sheet_cells.text_of(cell)) for cell in row} & labels)
        if known > most:
            best, most = row.number, known
    return best


def _labels(register: Register) -> dict[str, Column]:
    return {_key(text): column for column in register.columns for text in (column.zh, column.en)}


def _key(header: str) -> str:
    """A header without spaces, marks of need and case.

    >>> _key(" 开始日 * "), _key("姓　名（必填）")
    ('开始日', '姓名')
    """
    text = "".join(unicodedata.normalize("NFKC", header).split()).casefold()
    return text.removesuffix("(必填)").rstrip("*:")


class _Reading:
    """Reads one sheet."""

    def __init__(self, register: Register, sheet: Sheet, header: int) -> None:
        self.register, self.sheet, self.header = register, sheet, header
        self.filled = Filled()
        self.places: dict[int, Column] = {}
        self.merged: dict[tuple[int, int], tuple[int, int]] = {}

    def read(self) -> None:
        """Fill `filled`."""
        self._place_columns()
        self._find_merged()
        begun = False
        for cells in self.sheet.rows:
            written = (cells.at(place) for place in self.places)
            if cells.number <= self.header or all(map(sheet_cells.is_blank, written)):
                continue
            row = {place: self._cell(cells.at(place)) for place in self.places}
            if not begun and self._is_note(row):
                continue
            begun = True
            self._take(cells.number, row)
            if len(self.filled.faults) > MOST_FAULTS:
                return

    def _fault(self, row: int, column: str | None, words: tuple[str, str]) -> None:
        self.filled.faults.append(Fault(row, column, *words))

    def _place_columns(self) -> None:
        labels, unknown = _labels(self.register), []
        for cell in self.sheet.row(self.header):
            text = sheet_cells.text_of(cell)
            column = labels.get(_key(text))
            if column is None:
                unknown += [f"{get_column_letter(cell.column)} {text[:40]}"]
            elif column in self.places.values():
                twice = tuple(words.format(label=text) for words in _TWICE)
                self._fault(self.header, column.key, (twice[0], twice[1]))
            else:
                self.places[cell.column - 1] = column
        self.filled.unknown = tuple(unknown)
        self.filled.columns = tuple(c for c in self.places.values() if not c.derived)

    def _find_merged(self) -> None:
        """Cells merged downwards all mean the first one's value; merged across they mean nothing."""
        for left, top, right, bottom in self.sheet.merged:
            columns = [
                self.places.get(place - 1) for place in range(left, min(right, left + 99) + 1)
            ]
            if bottom <= self.header or not any(columns):
                continue
            if right > left:
                first = next(column for column in columns if column)
                self._fault(max(top, self.header), first.key, _ACROSS)
            elif top > self.header:
                rows = range(top + 1, min(bottom, self.header + MOST_ROWS) + 1)
                self.merged |= {(row, left): (top, left) for row in rows}

    def _cell(self, cell: Cell) -> Cell:
        first = self.merged.get((cell.row, cell.column))
        return self.sheet.row(first[0]).at(first[1] - 1) if first else cell

    def _is_note(self, row: Mapping[int, Cell]) -> bool:
        """Whether a row below the header is what the template says there."""
        written = [(self.places[place], sheet_cells.text_of(cell)) for place, cell in row.items()]
        written = [(column, text) for column, text in written if text]
        notes = sum(_says(column, text, layout.note) for column, text in written)
        return 2 * notes > len(written) or all(
            _says(column, text, layout.example) for column, text in written
        )

    def _take(self, number: int, row: Mapping[int, Cell]) -> None:
        if len(self.filled.rows) >= MOST_ROWS:
            raise TooLarge(what_zh="表格", what_en="The table", limit=f"{MOST_ROWS} 行 rows")
        values: dict[str, Value] = {}
        beside: dict[str, str] = {}
        for place, cell in row.items():
            column = self.places[place]
            if column.derived:
                beside[column.key] = sheet_cells.text_of(cell)
                continue
            try:
                values[column.key] = _value(column, cell)
            except Unfit as unfit:
                self._fault(number, column.key, (unfit.zh, unfit.en))
        self.filled.rows.append(Row(number, values, beside))


def _value(column: Column, cell: Cell) -> Value:
    text = sheet_cells.text_of(cell)
    if text.startswith(_EXAMPLES) and _says(column, text, layout.example):
        raise Unfit(*_STILL_EXAMPLE)
    return sheet_cells.value_in(column, cell)


def _says(column: Column, text: str, words: Any) -> bool:  # noqa: ANN401 - note or example
    return bool(text) and text in set(_in_all(column, words))


def _in_all(column: Column, words: Any) -> Iterator[str]:  # noqa: ANN401 - note or example
    return (words(column, language) for language in layout.LANGUAGES)
