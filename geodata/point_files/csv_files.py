"""CSV, written: UTF-8 with a byte-order mark, which Excel needs."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from geodata.point_files.chunks import Chunk, Points, Shape, Values


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
