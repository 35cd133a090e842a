"""CSV: read as UTF-8, else as GB18030; written as UTF-8 with a byte-order mark, which Excel needs."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from geodata.point_files.chunks import Chunk, Points, Shape, Values, unreadable

ENCODINGS = ("utf-8-sig", "gb18030")


class CsvSource:
    """A CSV with a header.

    Raises:
        UnreadableFile: no text in a known encoding, no header, or (on the way) a broken row.
    """

    has_geometry = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._encoding = _encoding(path)
        with self._open() as file:
            try:
                self.header = next(csv.reader(file, strict=True), [])
            except csv.Error as failure:
                raise _broken(path, failure) from failure
        if not self.header:
            raise unreadable(path, "没有表头", "it has no header")

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield all rows, at most `size` at a time; short rows are filled up with blanks."""
        with self._open() as file:
            rows = csv.reader(file, strict=True)
            number = 2
            try:
                next(rows)
                while some := list(islice(rows, size)):
                    self._fill(some, number)
                    number += len(some)
                    yield Chunk(list(zip(*some, strict=True)), len(some), native=some)
            except csv.Error as failure:
                raise _broken(self._path, failure) from failure

    def _open(self) -> TextIO:
        return self._path.open(encoding=self._encoding, newline="")

    def _fill(self, rows: list[list[str]], first: int) -> None:
        width = len(self.header)
        for number, row in enumerate(rows, start=first):
            if len(row) > width:
                raise unreadable(
                    self._path,
                    f"第 {number} 行有 {len(row)} 列，表头只有 {width} 列",
                    f"row {number} has {len(row)} columns, the header {width}",
                )
            if len(row) < width:
                row.extend([""] * (width - len(row)))


class CsvTarget:
    """A CSV that is being written."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow([*shape.header, *shape.added])

    def write(self, chunk: Chunk, added: Sequence[Values], points: Points) -> None:
        """Write the rows of a chunk, each with its added values."""
        del points
        more = zip(*added, strict=True)
        rows = chunk.rows()
        self._writer.writerows((*row, *extra) for row, extra in zip(rows, more, strict=True))

    def close(self) -> None:
        """Write what is left."""
        self._file.close()


def _encoding(path: Path) -> str:
    for encoding in ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as trial:
                while trial.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise unreadable(path, "不是文本表格", "it is no text table")


def _broken(path: Path, failure: Any) -> Exception:  # noqa: ANN401 - the csv module's error
    return unreadable(path, f"表格损坏（{failure}）", f"it is broken ({failure})")
