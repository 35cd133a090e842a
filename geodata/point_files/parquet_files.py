"""Parquet, GeoParquet too: row groups as they come, types and metadata kept.

pyarrow is optional (`pip install "gridmap[archive]"`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from geodata.point_files.chunks import Chunk, Points, Shape, Values, unreadable
from geodata.point_files.handing import Handed
from geodata.point_files.optional import needed
from gridmap.errors import UnreadableFile


class ParquetSource:
    """Rows of a Parquet file as Arrow, with the x and y of its geometry behind the columns.

    What comes is checked: offsets and texts that lead out of a batch are none of a file.
    """

    def __init__(self, given: Handed) -> None:
        self._given = given
        self.header = given.header
        self.has_geometry = bool(given.head["geometry"])
        self.schema = self._opened(next(given.pieces, b"")).schema

    def chunks(self) -> Iterator[Chunk]:
        """Yield all rows."""
        width = len(self.header)
        for piece in self._given.pieces:
            batch = self._checked(piece)
            own = batch.select(range(width))
            columns = _Columns(own, self._given.path)
            x, y = (batch.column(place).to_pylist() for place in (width, width + 1))
            if not self.has_geometry:
                x = y = None
            yield Chunk(columns, len(batch), x, y, own)

    def _opened(self, piece: bytes) -> Any:  # noqa: ANN401 - of pyarrow
        try:
            return needed("pyarrow").ipc.open_stream(piece)
        except (needed("pyarrow").ArrowException, OSError, ValueError) as failure:
            raise _broken(self._given.path) from failure

    def _checked(self, piece: bytes) -> Any:  # noqa: ANN401 - of pyarrow
        arrow, width = needed("pyarrow"), len(self.header)
        try:
            batch = self._opened(piece).read_next_batch()
            batch.validate(full=True)
        except (arrow.ArrowException, OSError, ValueError, StopIteration) as failure:
            raise _broken(self._given.path) from failure
        own = arrow.schema([batch.schema.field(place) for place in range(width)])
        if batch.num_columns != width + 2 or not own.equals(self.schema):
            raise _broken(self._given.path)
        return batch


class _Columns(Sequence[Values]):
    """The columns of a batch, turned into Python's values only where they are looked at."""

    def __init__(self, batch: Any, path: Path) -> None:  # noqa: ANN401 - of pyarrow
        self._batch, self._path = batch, path

    def __len__(self) -> int:
        return int(self._batch.num_columns)

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - an index
        try:
            return self._batch.column(place).to_pylist()
        except (ValueError, OverflowError, LookupError) as failure:  # days that Python has not
            raise _broken(self._path) from failure


class ParquetTarget:
    """A Parquet file that is being written; its schema is that of the first chunk."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self._arrow, self._parquet = needed("pyarrow"), needed("pyarrow.parquet")
        self._path, self._shape = path, shape
        self._kept = shape.source.schema if isinstance(shape.source, ParquetSource) else None
        self._schema, self._writer = self._described(), None

    def write(self, chunk: Chunk, added: Sequence[Values], points: Points) -> None:
        """Write the rows of a chunk, each with its added values."""
        del points
        if self._kept is None:
            own = [self._arrow.array(_as_text(values), "string") for values in chunk.columns]
        else:
            own = chunk.native.columns
        more = [
            self._arrow.array(values, field.type)
            for values, field in zip(added, list(self._schema)[-len(added) :], strict=True)
        ]
        table = self._arrow.Table.from_arrays([*own, *more], schema=self._schema)
        self._open().write_table(table)

    def close(self) -> None:
        """Write what is left."""
        self._open().close()

    def _open(self) -> Any:  # noqa: ANN401 - of pyarrow
        if self._writer is None:
            self._writer = self._parquet.ParquetWriter(self._path, self._schema)
        return self._writer

    def _described(self) -> Any:  # noqa: ANN401 - of pyarrow
        arrow, own = self._arrow, self._kept
        fields = (
            [arrow.field(name, "string") for name in self._shape.header] if own is None else own
        )
        more = [
            arrow.field(name, "float64" if name.endswith("_m") else "string")
            for name in self._shape.added
        ]
        return arrow.schema(chain(fields, more), metadata=own.metadata if own else None)


def _broken(path: Path) -> UnreadableFile:
    return unreadable(path, "不是完整的 Parquet", "it is no whole Parquet")


def _as_text(values: Values) -> list[str | None]:
    return [None if value is None else str(value) for value in values]
