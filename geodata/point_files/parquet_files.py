"""Parquet, GeoParquet too: row groups as they come, types and metadata kept.

pyarrow is optional (`pip install "gridmap[archive]"`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.point_files.chunks import Chunk, Points, Shape, Values, unreadable
from geodata.point_files.optional import needed


class ParquetSource:
    """A Parquet file; with GeoParquet's metadata its points are those of the primary column.

    Raises:
        UnreadableFile: no Parquet.
        InvalidInput: pyarrow is not installed.
    """

    def __init__(self, path: Path) -> None:
        parquet = needed("pyarrow.parquet")
        try:
            self._file = parquet.ParquetFile(path)
        except (needed("pyarrow").ArrowInvalid, OSError) as failure:
            raise unreadable(path, "不是 Parquet", "it is no Parquet") from failure
        self.schema = self._file.schema_arrow
        self.header: list[str] = list(self.schema.names)
        self._column, self._encoding = _geometry(self.schema.metadata or {})
        self.has_geometry = self._column in self.header

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield all rows, at most `size` at a time."""
        for batch in self._file.iter_batches(batch_size=size):
            if not len(batch):
                continue
            columns = _Columns(batch, self._column if self.has_geometry else None)
            x, y = self._points(batch)
            yield Chunk(columns, len(batch), x, y, batch)

    def _points(self, batch: Any) -> tuple[Values | None, Values | None]:  # noqa: ANN401 - of pyarrow
        if not self.has_geometry:
            return None, None
        column = batch.column(self._column)
        if self._encoding == "point":
            at = [value or {"x": None, "y": None} for value in column.to_pylist()]
            return [one["x"] for one in at], [one["y"] for one in at]
        shapes = shapely.from_wkb(column.to_numpy(zero_copy_only=False), on_invalid="ignore")
        points = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
        return [_known(get(shapes), points) for get in (shapely.get_x, shapely.get_y)]  # type: ignore[return-value]


class _Columns(Sequence[Values]):
    """The columns of a batch, turned into Python's values only where they are looked at."""

    def __init__(self, batch: Any, geometry: str | None) -> None:  # noqa: ANN401 - of pyarrow
        self._batch, self._geometry = batch, geometry

    def __len__(self) -> int:
        return int(self._batch.num_columns)

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - an index
        column = self._batch.column(place)
        if self._batch.schema.names[place] == self._geometry:
            return [_words(value) for value in column.to_pylist()]
        return column.to_pylist()


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


def _geometry(metadata: dict[bytes, bytes]) -> tuple[str, str]:
    """The primary geometry column and its encoding (GeoParquet 1.1); none where there is no such metadata."""
    try:
        geo = json.loads(metadata[b"geo"])
        column = str(geo["primary_column"])
        return column, str(geo["columns"][column]["encoding"]).lower()
    except (KeyError, ValueError, TypeError):
        return "", ""


def _known(values: NDArray[np.float64], points: NDArray[np.bool_]) -> list[float | None]:
    return [value if known else None for value, known in zip(values.tolist(), points, strict=True)]


def _words(value: object) -> str | None:
    """A geometry as text (WKT) for files of another kind; bytes that are none stay hexadecimal."""
    if not isinstance(value, bytes):
        return None if value is None else str(value)
    shape = shapely.from_wkb(value, on_invalid="ignore")
    return value.hex() if shape is None else shapely.to_wkt(shape, rounding_precision=-1)


def _as_text(values: Values) -> list[str | None]:
    return [None if value is None else str(value) for value in values]
