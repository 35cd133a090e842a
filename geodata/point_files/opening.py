"""Which kind a file of points is: its ending says how it is written, its first bytes how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from geodata import datasets, given_files, packed_files
from geodata.point_files.chunks import Shape, Source, Target
from geodata.point_files.csv_files import CsvTarget
from geodata.point_files.geojson_files import GeoJsonSource, GeoJsonTarget
from geodata.point_files.handing import Handed, Kind, TableSource, handed
from geodata.point_files.optional import needed
from geodata.point_files.parquet_files import ParquetSource, ParquetTarget
from geodata.point_files.workbook_files import WorkbookTarget
from gridmap.errors import InvalidInput, UnknownFileType

__all__ = ["Kind", "kind_of", "open_source", "open_target"]

HEAD: Final = 4096
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
_TARGETS: Final[dict[Kind, Callable[[Path, Shape], Target]]] = {
    Kind.CSV: CsvTarget,
    Kind.PARQUET: ParquetTarget,
    Kind.GEOJSON: GeoJsonTarget,
    Kind.WORKBOOK: WorkbookTarget,
}
_MARKS: Final = ((b"PAR1", Kind.PARQUET), (b"PK\x03\x04", Kind.WORKBOOK))


def kind_of(path: Path) -> Kind:
    """Return the kind of a file by its first bytes, else by its ending, else CSV.

    Raises:
        UnreadableFile: no plain file, see `given_files.check`.
        UnknownFileType: it is something else, whatever it is called.
    """
    given_files.check(path, None)
    with path.open("rb") as file:
        first = file.read(HEAD)
    marked = next((kind for mark, kind in _MARKS if first.startswith(mark)), None)
    if marked:
        return marked
    if first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return Kind.GEOJSON
    found = datasets.foreign_in(first)
    if found is not None:
        zh, en = found
        raise UnknownFileType(
            name=path.name,
            reason_zh=f"内容是{zh}；可用 CSV、Parquet、GeoJSON、xlsx",
            reason_en=f"its content is {en}; CSV, Parquet, GeoJSON and xlsx are taken",
        )
    return ENDINGS.get(path.suffix.lower(), Kind.CSV)


@contextmanager
def open_source(path: Path, target: Path, rows: int) -> Iterator[Source]:
    """Open a file of points; it is read in a process of its own, which ends with the block.

    Args:
        path: the file.
        target: what the rows go into, by its name.
        rows: of a chunk at most.

    Raises:
        UnreadableFile: not what it says, or broken.
        InvalidInput: a library that its kind needs is missing.
    """
    kind = kind_of(path)
    if kind is Kind.PARQUET:
        needed("pyarrow.parquet")
    if kind is Kind.WORKBOOK:
        packed_files.members(path)  # refuses what says itself that it unpacks to too much
    keep = kind is _target_kind(target, path)
    with handed(path, kind, rows, keep=keep) as given:
        yield _source(kind, given, keep=keep)


def _source(kind: Kind, given: Handed, *, keep: bool) -> Source:
    if kind is Kind.GEOJSON:
        return GeoJsonSource(given)
    return ParquetSource(given) if kind is Kind.PARQUET and keep else TableSource(given)


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
    return _TARGETS[_target_kind(name, source)](path, shape)


def _target_kind(name: Path, source: Path) -> Kind:
    ending = name.suffix.lower()
    kind = ENDINGS.get(ending) if ending else kind_of(source)
    if kind is None:
        raise InvalidInput(
            reason_zh=f"不认识结果文件的后缀“{ending}”；可用：{'、'.join(ENDINGS)}",
            reason_en=f"The ending “{ending}” of the result is not known; use: {', '.join(ENDINGS)}",
            field="output",
        )
    return kind
