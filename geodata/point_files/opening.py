"""Which kind a file of points is: its ending says how it is written, its first bytes how it is read."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Final

from geodata.point_files.chunks import Shape, Source, Target
from geodata.point_files.csv_files import CsvSource, CsvTarget
from geodata.point_files.geojson_files import GeoJsonSource, GeoJsonTarget
from geodata.point_files.parquet_files import ParquetSource, ParquetTarget
from geodata.point_files.workbook_files import WorkbookSource, WorkbookTarget
from gridmap.errors import InvalidInput


class Kind(StrEnum):
    """Kinds of files of points."""

    CSV = "csv"
    PARQUET = "parquet"
    GEOJSON = "geojson"
    WORKBOOK = "workbook"


ENDINGS: Final = {
    ".csv": Kind.CSV,
    ".txt": Kind.CSV,
    ".parquet": Kind.PARQUET,
    ".geoparquet": Kind.PARQUET,
    ".pq": Kind.PARQUET,
    ".geojson": Kind.GEOJSON,
    ".json": Kind.GEOJSON,
    ".xlsx": Kind.WORKBOOK,
}
_SOURCES: Final[dict[Kind, Callable[[Path], Source]]] = {
    Kind.CSV: CsvSource,
    Kind.PARQUET: ParquetSource,
    Kind.GEOJSON: GeoJsonSource,
    Kind.WORKBOOK: WorkbookSource,
}
_TARGETS: Final[dict[Kind, Callable[[Path, Shape], Target]]] = {
    Kind.CSV: CsvTarget,
    Kind.PARQUET: ParquetTarget,
    Kind.GEOJSON: GeoJsonTarget,
    Kind.WORKBOOK: WorkbookTarget,
}
_MARKS: Final = ((b"PAR1", Kind.PARQUET), (b"PK\x03\x04", Kind.WORKBOOK))


def kind_of(path: Path) -> Kind:
    """Return the kind of a file by its first bytes, else by its ending, else CSV."""
    with path.open("rb") as file:
        first = file.read(1024)
    marked = next((kind for mark, kind in _MARKS if first.startswith(mark)), None)
    if marked:
        return marked
    if first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return Kind.GEOJSON
    return ENDINGS.get(path.suffix.lower(), Kind.CSV)


def open_source(path: Path) -> Source:
    """Open a file of points.

    Raises:
        UnreadableFile: not what it says, or broken.
        InvalidInput: a library that its kind needs is missing.
    """
    return _SOURCES[kind_of(path)](path)


def open_target(path: Path, name: Path, shape: Shape, source: Path) -> Target:
    """Begin a file of points.

    Args:
        path: where it is written.
        name: what it will be called: its ending says the kind; without any it is of the source's kind.
        shape: header and added columns.
        source: the file that the rows come from.

    Raises:
        InvalidInput: an ending that is none of `ENDINGS`, or a library that the kind needs is missing.
    """
    ending = name.suffix.lower()
    kind = ENDINGS.get(ending) if ending else kind_of(source)
    if kind is None:
        raise InvalidInput(
            reason_zh=f"不认识结果文件的后缀“{ending}”；可用：{'、'.join(ENDINGS)}",
            reason_en=f"The ending “{ending}” of the result is not known; use: {', '.join(ENDINGS)}",
            field="output",
        )
    return _TARGETS[kind](path, shape)
