"""Plans of grids as files: polygons (GeoJSON, GeoPackage, Shapefile), or a workbook of building to grid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import openpyxl
import shapely

from geodata import packed_files, vector_files
from geodata.columns import Column
from gridmap.errors import InvalidInput, UnreadableFile
from gridmap.geometry.crs import geometries_to_wgs84
from gridmap.geometry.repair import made_valid
from gridmap.redistricting.filling import GridShape, Listed

CODE: Final = ("网格编码", "网格代码", "grid_code", "code", "编码", "代码")
NAME: Final = ("网格名称", "网格", "grid_name", "name", "名称")
BUILDING: Final = ("楼栋编码", "楼栋代码", "building_code", "building", "楼栋")
MOST_ROWS: Final = 200_000


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What a file says: shapes with names, or buildings with the grid of each."""

    name: str
    shapes: tuple[GridShape, ...] = ()
    buildings: tuple[Listed, ...] = ()


def read(path: Path, *, crs: str | None = None) -> PlanFile:
    """Read a plan from a file.

    Args:
        path: GeoJSON, GeoPackage, a zip with a Shapefile, or an xlsx workbook.
        crs: coordinate system of the shapes; wins over what the file says.

    Raises:
        UnreadableFile: broken, or not what its name says.
        InvalidInput: a column or the name of a grid is missing.
        GridmapError: see `geodata.vector_files.read`.
    """
    if path.suffix.lower() == ".xlsx":
        return PlanFile(path.name, buildings=tuple(_listed(path)))
    return PlanFile(path.name, shapes=tuple(_shapes(path, crs)))


def _shapes(path: Path, crs: str | None) -> Iterable[GridShape]:
    layer = vector_files.read(path, crs=crs)
    codes, names = _cells(layer.columns, CODE), _cells(layer.columns, NAME)
    if codes is None and names is None:
        raise _no_column(NAME, [column.name for column in layer.columns])
    degrees = geometries_to_wgs84(shapely.from_wkb(layer.wkb), str(layer.crs))
    for row, shape in enumerate(degrees):
        if shape is None or shape.is_empty:
            continue
        code = _text(codes[row]) if codes is not None else ""
        name = _text(names[row]) if names is not None else ""
        if not code and not name:
            raise InvalidInput(
                reason_zh=f"第 {row + 1} 个图形没有网格名称或编码。",
                reason_en=f"Shape {row + 1} has neither a grid's name nor its code.",
                field="name",
            )
        yield GridShape(code, name, made_valid(shape).geometry)


def _listed(path: Path) -> Iterable[Listed]:
    rows = _rows(path)
    header = [_text(cell) for cell in next(rows, ())]
    building = _column(header, BUILDING)
    code, name = _column(header, CODE, needed=False), _column(header, NAME, needed=False)
    if building is None or (code is None and name is None):
        raise _no_column(BUILDING if building is None else NAME, header)
    for number, cells in enumerate(rows, start=2):
        values = [_text(cell) for cell in cells]
        if not any(values):
            continue
        padded = values + [""] * (len(header) - len(values))
        yield Listed(
            number,
            padded[building],
            padded[code] if code is not None else "",
            padded[name] if name is not None else "",
        )


def _rows(path: Path) -> Iterator[tuple[object, ...]]:
    """The rows of the first sheet, read whole: a workbook that breaks off gives none."""
    packed_files.members(path)  # refuses what unpacks to too much
    with path.open("rb") as file:
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            sheet = book.worksheets[0]
            rows = list(islice(sheet.iter_rows(values_only=True), MOST_ROWS + 2))
        except packed_files.BROKEN_WORKBOOK as broken:
            raise UnreadableFile(
                name=path.name, reason_zh="不是完整的工作簿", reason_en="it is no whole workbook"
            ) from broken
    if len(rows) > MOST_ROWS + 1:
        raise packed_files.refused(path, "行数太多", "it has too many rows")
    return iter(rows)


def _cells(columns: Sequence[Column], wanted: Sequence[str]) -> Sequence[Any] | None:
    by_name = {column.name.strip().lower(): column for column in columns}
    found = next((by_name[name.lower()] for name in wanted if name.lower() in by_name), None)
    if found is None:
        return None
    return [None if code < 0 else found.cells[code] for code in found.codes.tolist()]


def _column(header: Sequence[str], wanted: Sequence[str], *, needed: bool = True) -> int | None:
    plain = [title.lower() for title in header]
    found = next((plain.index(name.lower()) for name in wanted if name.lower() in plain), None)
    if found is None and needed:
        raise _no_column(wanted, header)
    return found


def _no_column(wanted: Sequence[str], header: Sequence[str]) -> InvalidInput:
    return InvalidInput(
        reason_zh=f"没有列“{wanted[0]}”；文件里有：{'、'.join(header) or '无'}。",
        reason_en=f"There is no column “{wanted[0]}”; the file has: {', '.join(header) or 'none'}.",
        field=wanted[0],
    )


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()
