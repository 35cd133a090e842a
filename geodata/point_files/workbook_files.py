"""Workbooks (xlsx): the rows of the first sheet under its first row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl

from geodata import packed_files, workbooks
from geodata.point_files.chunks import Chunk, Points, Shape, Values, unreadable


class WorkbookSource:
    """The first sheet of a workbook; what formulas gave when it was saved.

    Raises:
        UnreadableFile: no whole workbook, no header, or a row that is wider than it.
    """

    has_geometry = False

    def __init__(self, path: Path) -> None:
        packed_files.members(path)  # refuses what unpacks to too much
        self._path = path
        self.header = [_title(cell) for cell in _trimmed(next(self._rows(), ()))]
        if not any(self.header):
            raise unreadable(path, "没有表头", "it has no header")

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield all rows, at most `size` at a time."""
        rows = enumerate(_to_the_last(islice(self._rows(), 1, None)), start=2)
        width = len(self.header)
        while some := list(islice(rows, size)):
            filled = []
            for number, row in some:
                cells = _trimmed(row)
                if len(cells) > width:
                    raise unreadable(
                        self._path,
                        f"第 {number} 行比表头宽",
                        f"row {number} is wider than the header",
                    )
                filled.append((*cells, *([None] * (width - len(cells)))))
            yield Chunk(list(zip(*filled, strict=True)), len(filled))

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        try:
            book = openpyxl.load_workbook(self._path, read_only=True, data_only=True)
            try:
                yield from book.worksheets[0].iter_rows(values_only=True)
            finally:
                book.close()
        except packed_files.BROKEN_WORKBOOK as broken:
            raise unreadable(self._path, "不是完整的工作簿", "it is no whole workbook") from broken


class WorkbookTarget:
    """A workbook that is written when all rows have come."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self._path = path
        self._columns = [workbooks.Column(title) for title in (*shape.header, *shape.added)]
        self._rows: list[tuple[workbooks.Cell, ...]] = []

    def write(self, chunk: Chunk, added: Sequence[Values], points: Points) -> None:
        """Write the rows of a chunk, each with its added values."""
        del points
        for row, more in zip(chunk.rows(), zip(*added, strict=True), strict=True):
            self._rows.append(tuple(_cell(value) for value in (*row, *more)))

    def close(self) -> None:
        """Write what is left."""
        sheet = workbooks.Sheet("位置", self._columns, self._rows)
        self._path.write_bytes(workbooks.write([sheet]))


def _to_the_last(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Leave out the empty rows behind the last row; sheets often have thousands that were only coloured."""
    empty = 0
    for row in rows:
        if not _trimmed(row):
            empty += 1
            continue
        yield from [()] * empty
        empty = 0
        yield row


def _title(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _trimmed(row: Sequence[Any]) -> tuple[Any, ...]:
    """A row without the empty cells at its end."""
    cells = list(row)
    while cells and cells[-1] is None:
        cells.pop()
    return tuple(cells)


def _cell(value: object) -> workbooks.Cell:
    """A value as a cell; what a sheet has no kind for becomes text."""
    if isinstance(value, str | int | float | dt.date | None):
        return value
    return str(value)
