"""Workbooks (xlsx), written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from geodata import workbooks
from geodata.point_files.chunks import Chunk, Points, Shape, Values


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


def _cell(value: object) -> workbooks.Cell:
    """A value as a cell; what a sheet has no kind for becomes text."""
    if isinstance(value, str | int | float | dt.date | None):
        return value
    return str(value)
