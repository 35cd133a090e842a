"""Plans of grids as files: polygons (GeoJSON, GeoPackage, Shapefile), or a workbook of building to grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import shapely

from geodata import books, confined, packed_files, vector_files
from geodata.columns import Column
from gridmap.errors import InvalidInput
from gridmap.geometry.crs import geometries_to_wgs84
from gridmap.geometry.repair import made_valid
from gridmap.redistricting.filling import GridShape, Listed

CODE: Final = ("网格编码", "网格代码", "grid_code", "code", "编码", "代码")
NAME: Final = ("网格名称", "网格", "grid_name", "name", "名称")
BUILDING: Final = ("楼栋编码", "楼栋代码", "building_code", "building", "楼栋")
MOST_ROWS: Final = 200_000
BOUNDS: Final = books.Bounds(unpacked=200 * 1024**2, tags=6_000_000, memory=3 * 1024**3)
"""For a workbook of that many rows of three cells."""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What a file says: shapes with names, or buildings with the grid of each."""

    name: str
    shapes: tuple[GridShape, ...] = ()
    buildings: tuple[Listed, ...] = ()


def read(
    path: Path, *, crs: str | None = None, bounds: vector_files.Bounds | None = None
) -> PlanFile:
    """Read a plan from a file.

    Args:
        path: GeoJSON, GeoPackage, a zip with a Shapefile, or an xlsx workbook.
        crs: coordinate system of the shapes; wins over what the file says.
        bounds: what reading shapes may take; as commands may where it is None.

    Raises:
        UnreadableFile: broken, or not what its name says.
        InvalidInput: a column or the name of a grid is missing.
        GridmapError: see `geodata.vector_files.read`.
    """
    if path.suffix.lower() == ".xlsx":
        return PlanFile(path.name, buildings=tuple(_listed(path)))
    return PlanFile(path.name, shapes=tuple(_shapes(path, crs, bounds)))


def _shapes(path: Path, crs: str | None, bounds: vector_files.Bounds | None) -> Iterable[GridShape]:
    with confined.turn():
        layer = vector_files.read(path, crs=crs, bounds=bounds)
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
    sheet = books.sheets(path, BOUNDS, values=True)[0]
    if len(sheet.rows) > MOST_ROWS + 1:
        raise packed_files.refused(path, "行数太多", "it has too many rows")
    titles = {cell.column - 1: _text(cell.value) for cell in sheet.row(1)}
    header = [titles.get(place, "") for place in range(max(titles, default=-1) + 1)]
    building = _column(header, BUILDING)
    code, name = _column(header, CODE, needed=False), _column(header, NAME, needed=False)
    if building is None or (code is None and name is None):
        raise _no_column(BUILDING if building is None else NAME, header)
    for row in sheet.rows:
        if row.number > 1:
            yield Listed(
                row.number,
                _text(row.at(building).value),
                _text(row.at(code).value) if code is not None else "",
                _text(row.at(name).value) if name is not None else "",
            )


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
