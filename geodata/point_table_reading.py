"""Reads a workbook or a Parquet file of points in a process of its own: this file is the program that runs there.

It hands over what it reads as `geodata.point_reading` does, and is confined by the same functions. Cells that
JSON has no kind for (days, times, lists) are pairs of a kind and how it is written. Parquet that goes into Parquet
is handed over as Arrow: each piece is a whole stream of one batch, with the x and y of its geometry at the end.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from geodata import book_reading as books
from geodata import point_reading as points
from geodata import reading

PLAIN = (str, int, float, bool, type(None))
DAYS = (dt.datetime, dt.date, dt.time)

Refusal = reading.Refusal
Row = tuple[Any, ...]


def of_workbook(request: dict[str, Any]) -> Iterator[bytes]:
    """Yield the head and the rows of the first sheet; what formulas gave when it was saved."""
    books.measure(request["path"], request["limits"])
    rows = _rows(request["path"])
    header = [_title(cell) for cell in _trimmed(next(rows, ()))]
    if not any(header):
        raise Refusal("no_header")
    step, width, number = points.steps(len(header), request), len(header), 2
    yield points.head(request, header=header)
    filled = _filled(_to_the_last(rows), width)
    while some := list(islice(filled, step)):
        columns, made = _told(list(zip(*some, strict=True)))
        yield from points.columns_told(columns, number, request, made)
        number += len(some)


def _rows(path: str) -> Iterator[Row]:
    """Yield the rows as they come: the size that a sheet says it has is not believed."""
    import openpyxl  # noqa: PLC0415 - after the limits

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
                if number > books.LAST_ROW or len(row) > books.LAST_COLUMN:
                    raise Refusal("no_workbook")
                yield row
            book.close()
    except books.BROKEN as broken:
        raise Refusal("no_workbook") from broken


def _to_the_last(rows: Iterator[Row]) -> Iterator[Row]:
    """Leave out the empty rows behind the last row; sheets often have thousands that were only coloured."""
    empty = 0
    for row in rows:
        cells = _trimmed(row)
        if not cells:
            empty += 1
            continue
        yield from ([()] * empty)
        empty = 0
        yield cells


def _filled(rows: Iterator[Row], width: int) -> Iterator[Row]:
    for number, cells in enumerate(rows, start=2):
        if len(cells) > width:
            raise Refusal("wider_row", row=number)
        yield (*cells, *([None] * (width - len(cells))))


def _title(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _trimmed(row: Sequence[Any]) -> Row:
    """A row without the empty cells at its end."""
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return tuple(row[:end])


def _told(columns: Sequence[Sequence[Any]]) -> tuple[list[Sequence[Any]], list[int]]:
    """Columns as JSON has them, and which of them have values of other kinds."""
    made = [place for place, column in enumerate(columns) if not set(map(type, column)) <= {*PLAIN}]
    told = list(columns)
    for place in made:
        told[place] = [_cell(value) for value in columns[place]]
    return told, made


def _cell(value: Any) -> Any:  # noqa: ANN401 - of any kind
    if type(value) in PLAIN:
        return value
    for kind in DAYS:
        if isinstance(value, kind):
            return [kind.__name__, value.isoformat()]
    if isinstance(value, dt.timedelta):
        return ["timedelta", value.total_seconds()]
    return ["nested", value] if isinstance(value, list | dict) else str(value)


def _arrow(part: str = "") -> Any:  # noqa: ANN401 - a module
    """Load pyarrow, or a part of it: after the limits, and where it is installed."""
    return importlib.import_module(f"pyarrow{part}")


def of_parquet(request: dict[str, Any]) -> Iterator[bytes]:
    """Yield the head and the rows of a Parquet file; with GeoParquet's metadata its points, too."""
    pa, parquet = _arrow(), _arrow(".parquet")
    try:
        file = parquet.ParquetFile(request["path"], pre_buffer=False)
        names = list(file.schema_arrow.names)
        step, place = points.steps(len(names), request), _geometry_in(file.schema_arrow)
        yield points.head(request, header=names, geometry=place is not None)
        if request["keep"]:
            yield _stream(file.schema_arrow.empty_table().to_batches(), file.schema_arrow)
        number = 2
        for batch in file.iter_batches(batch_size=step, use_threads=False):
            if len(batch):
                one = _Batch(batch, place, number, request)
                yield from one.kept() if request["keep"] else one.told()
                number += len(batch)
    except (pa.ArrowException, OSError, ValueError, TypeError, LookupError) as failure:
        raise Refusal("no_parquet") from failure


def _geometry_in(schema: Any) -> tuple[int, str] | None:  # noqa: ANN401 - of pyarrow
    """The place of the primary geometry column and its encoding (GeoParquet 1.1); None without."""
    try:
        geo = json.loads((schema.metadata or {})[b"geo"])
        column = str(geo["primary_column"])
        encoding = str(geo["columns"][column]["encoding"]).lower()
        return schema.names.index(column), encoding
    except (LookupError, ValueError, TypeError, RecursionError):
        return None


def _stream(batches: Sequence[Any], schema: Any) -> bytes:  # noqa: ANN401 - of pyarrow
    pa = _arrow()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        for batch in batches:
            stream.write_batch(batch)
    content: bytes = sink.getvalue().to_pybytes()
    return content


class _Batch:
    """Some rows of a Parquet file."""

    def __init__(
        self,
        batch: Any,  # noqa: ANN401 - of pyarrow
        place: tuple[int, str] | None,
        first: int,
        request: dict[str, Any],
    ) -> None:
        self._batch, self._place, self._first, self._request = batch, place, first, request

    def kept(self) -> Iterator[bytes]:
        """Yield the rows as Arrow, x and y behind the columns."""
        pa = _arrow()
        x, y = self._points()
        own, none = self._batch, [None] * len(self._batch)
        axes = [pa.array(none if axis is None else axis, "float64") for axis in (x, y)]
        fields = [pa.field(name, "float64") for name in ("x", "y")]
        schema = pa.schema([*own.schema, *fields], metadata=own.schema.metadata)
        yield from self._halved(pa.record_batch([*own.columns, *axes], schema=schema), self._first)

    def _halved(self, batch: Any, first: int) -> Iterator[bytes]:  # noqa: ANN401 - of pyarrow
        content, most = _stream([batch], batch.schema), self._request["limits"]["piece"]
        if len(content) <= most:
            yield content
        elif len(batch) == 1:
            raise Refusal("long_row", row=first, limit=most)
        else:
            half = len(batch) // 2
            yield from self._halved(batch.slice(0, half), first)
            yield from self._halved(batch.slice(half), first + half)

    def told(self) -> Iterator[bytes]:
        """Yield the rows as JSON, x and y behind the columns where there is a geometry."""
        own = [
            self._words(column) if self._place and self._place[0] == place else self._values(column)
            for place, column in enumerate(self._batch.columns)
        ]
        columns, made = _told([*own, *(axis for axis in self._points() if axis is not None)])
        yield from points.columns_told(columns, self._first, self._request, made)

    def _values(self, column: Any) -> list[Any]:  # noqa: ANN401 - of pyarrow
        """Python's values; as text where Python has no such day or time."""
        pa = _arrow()
        try:
            values: list[Any] = column.to_pylist()
        except (ValueError, OverflowError, LookupError, pa.ArrowException):
            values = column.cast("string").to_pylist()
        return values

    def _words(self, column: Any) -> list[Any]:  # noqa: ANN401 - of pyarrow
        """Geometries as text (WKT); bytes that are none stay hexadecimal."""
        import shapely  # noqa: PLC0415

        words: list[Any] = []
        for value in column.to_pylist():
            if not isinstance(value, bytes):
                words.append(None if value is None else str(value))
                continue
            shape = shapely.from_wkb(value, on_invalid="ignore")
            words.append(
                value.hex() if shape is None else shapely.to_wkt(shape, rounding_precision=-1)
            )
        return words

    def _points(self) -> tuple[list[Any] | None, list[Any] | None]:
        """The x and y of the geometries; None for what is no point, and without a geometry column."""
        if self._place is None:
            return None, None
        place, encoding = self._place
        column = self._batch.column(place)
        if encoding == "point":
            x, y = (_axis(column, name) for name in ("x", "y"))
            return x, y
        import shapely  # noqa: PLC0415

        shapes = shapely.from_wkb(column.to_numpy(zero_copy_only=False), on_invalid="ignore")
        known = (shapely.get_type_id(shapes) == shapely.GeometryType.POINT).tolist()
        x, y = (
            [value if is_point else None for value, is_point in zip(axis, known, strict=True)]
            for axis in (shapely.get_x(shapes).tolist(), shapely.get_y(shapes).tolist())
        )
        return x, y


def _axis(column: Any, name: str) -> list[Any]:  # noqa: ANN401 - of pyarrow
    """A part of separated points, as numbers."""
    values: list[Any] = _arrow(".compute").struct_field(column, name).cast("float64").to_pylist()
    return values


READERS = {"workbook": of_workbook, "parquet": of_parquet}
NOT_NEEDED = {
    "workbook": books.NOT_NEEDED,
    "parquet": ("pandas", "geopandas"),
}
"""Packages that the libraries load where they find them."""


class Absent:
    """Finds no package of some names. Compiled code takes a None among the modules for the package itself."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        """Refuse a package of these names; others may know the rest."""
        if name.partition(".")[0] in self._names:
            raise ModuleNotFoundError(name)


if __name__ == "__main__":
    wanted = json.loads(Path(sys.argv[1], "request.json").read_text(encoding="ascii"))["kind"]
    sys.meta_path.insert(0, Absent(NOT_NEEDED[wanted]))
    sys.exit(points.main(Path(sys.argv[1]), READERS))
