"""The formats that a collection leaves in, and how each is written."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
import xlsxwriter

from geodata.exports.frames import columns_of, in_system
from geodata.report_files import plain_cell
from gridmap.errors import InvalidInput
from gridmap.geometry.crs import Crs
from gridmap.publishing.fields import Collection, FieldType, Shape

WGS84: Final = Crs("wgs84")
SPOT: Final = (("lon", "经度"), ("lat", "纬度"))
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "point": ("Point", "MultiPoint"),
    "line": ("LineString", "MultiLineString"),
    "area": ("Polygon", "MultiPolygon"),
}
_OGR_TYPES: Final = {
    Shape.POLYGON: "MultiPolygon",
    Shape.LINE: "MultiLineString",
    Shape.POINT: "Point",
    Shape.ANY: "Unknown",
}
SAME_DEGREES: Final = 1e-9
LONGEST_IN_DBF: Final = 254
"""Bytes of a text in a Shapefile."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its key and ending, its words, its media type, its writer; whether it takes any coordinate system."""

    key: str
    ending: str
    zh: str
    en: str
    media: str
    write: Callable[[gpd.GeoDataFrame, Collection, Path], None]
    any_crs: bool = False

    def written(
        self, frame: gpd.GeoDataFrame, collection: Collection, path: Path, crs: Crs = WGS84
    ) -> None:
        """Write a table of WGS 84 to a file, in a coordinate system.

        Raises:
            InvalidInput: the format is always WGS 84, or cannot hold a value; says which.
        """
        if crs == WGS84:
            self.write(frame, collection, path)
            return
        if not self.any_crs:
            raise InvalidInput(
                field="crs",
                reason_zh=f"{self.zh} 只有 WGS 84 经纬度；别的坐标系请用 GeoPackage 或 Shapefile。",
                reason_en=f"{self.en} is always WGS 84; use GeoPackage or Shapefile for other systems.",
            )
        self.write(in_system(frame, crs), collection, path)


def _ogr(
    frame: gpd.GeoDataFrame, collection: Collection, path: Path, driver: str, **options: object
) -> None:
    pyogrio.write_dataframe(
        frame,
        path,
        layer=collection.name,
        driver=driver,
        geometry_type=_OGR_TYPES[collection.shape],
        **options,
    )


def _dated(frame: gpd.GeoDataFrame, collection: Collection) -> gpd.GeoDataFrame:
    """Return the table with days as a type that GDAL writes as moments."""
    days = [one.name for one in columns_of(collection) if one.type is FieldType.DAY]
    moments = {name: pd.to_datetime(frame[name]).astype("datetime64[ms]") for name in days}
    return frame.assign(**moments)


def _written(frame: gpd.GeoDataFrame, collection: Collection) -> gpd.GeoDataFrame:
    """Return the table with days as text (2026-06-01), for formats without days of their own."""
    days = [one.name for one in columns_of(collection) if one.type is FieldType.DAY]
    return frame.assign(
        **{name: [None if day is None else day.isoformat() for day in frame[name]] for name in days}
    )


def _geopackage(frame: gpd.GeoDataFrame, collection: Collection, path: Path) -> None:
    _ogr(
        _dated(frame, collection),
        collection,
        path,
        "GPKG",
        layer_options={"IDENTIFIER": collection.zh},
    )


def _geojson(frame: gpd.GeoDataFrame, collection: Collection, path: Path) -> None:
    _ogr(
        _written(frame, collection),
        collection,
        path,
        "GeoJSON",
        layer_options={"RFC7946": "YES", "COORDINATE_PRECISION": "9"},
    )


def _kml(frame: gpd.GeoDataFrame, collection: Collection, path: Path) -> None:
    counts = [one.name for one in columns_of(collection) if one.type is FieldType.INTEGER]
    # KML knows 32 bits
    _ogr(
        _written(frame, collection).astype(dict.fromkeys(counts, "Int32")),
        collection,
        path,
        "LIBKML",
    )


def _shapefile(frame: gpd.GeoDataFrame, collection: Collection, path: Path) -> None:
    """Write a zip of Shapefiles in GBK, one for each kind of geometry, read again before it is offered.

    Raises:
        InvalidInput: a text that GBK or a field's width cannot hold; says which.
    """
    _refuse_what_does_not_fit(frame, collection)
    named = _written(frame, collection).rename(
        columns={one.name: one.brief for one in columns_of(collection)}
    )
    with TemporaryDirectory() as folder:
        parts = Path(folder)
        for kind, types in _KINDS.items():
            some = named[named.geometry.geom_type.isin(types)]
            if len(some) or (not len(named) and types[1] == _OGR_TYPES[collection.shape]):
                name = (
                    collection.name
                    if collection.shape is not Shape.ANY
                    else f"{collection.name}_{kind}"
                )
                file = parts / f"{name}.shp"
                pyogrio.write_dataframe(
                    some, file, driver="ESRI Shapefile", encoding="GBK",
                    geometry_type=None if len(some) else "Polygon",
                )  # fmt: skip
                _check_again(some, file)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in sorted(parts.iterdir()):
                packed.write(file, file.name)


def _refuse_what_does_not_fit(frame: gpd.GeoDataFrame, collection: Collection) -> None:
    for field in columns_of(collection):
        if field.type is not FieldType.TEXT:
            continue
        for code, value in zip(frame["code"], frame[field.name], strict=True):
            if value is not None and not _fits(value):
                raise InvalidInput(
                    field=field.name,
                    reason_zh=f"“{code}”的{field.zh}“{value[:40]}”放不进 Shapefile（GBK，最多 {LONGEST_IN_DBF} 字节），"
                    "请用 GeoPackage。",
                    reason_en=f"{field.en} “{value[:40]}” of “{code}” does not fit into a Shapefile (GBK, at most "
                    f"{LONGEST_IN_DBF} bytes); use GeoPackage.",
                )


def _fits(value: str) -> bool:
    try:
        return len(value.encode("gbk")) <= LONGEST_IN_DBF
    except UnicodeEncodeError:
        return False


def _check_again(frame: gpd.GeoDataFrame, file: Path) -> None:
    """Read a Shapefile as whoever gets it will; a difference is our fault, and nothing is offered."""
    read = pyogrio.read_dataframe(file)
    same = list(read["code"].fillna("")) == list(frame["code"].fillna(""))
    away = (
        shapely.hausdorff_distance(read.geometry.values, frame.geometry.values) if same else [1.0]
    )
    if len(away) and max(away) > SAME_DEGREES:
        raise OSError(f"the Shapefile {file.name} does not read as it was written")


def _table(frame: gpd.GeoDataFrame, collection: Collection) -> tuple[list[str], list[list[Any]]]:
    """Return headings in Chinese and rows: the columns, and an interior point in degrees (WGS 84)."""
    fields = columns_of(collection)
    spots = frame.geometry.representative_point()
    heads = [*(one.zh for one in fields), *(words for _, words in SPOT)]
    columns = [
        frame[one.name].astype(object).where(frame[one.name].notna(), None).tolist()
        for one in fields
    ]
    rows = [list(row) for row in zip(*columns, spots.x.tolist(), spots.y.tolist(), strict=True)]
    return heads, rows


def _csv(frame: gpd.GeoDataFrame, collection: Collection, path: Path) -> None:
    heads, rows = _table(frame, collection)
    shapes = shapely.to_wkt(frame.geometry.values, rounding_precision=9, trim=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*heads, "WKT"])
        for row, shape in zip(rows, shapes, strict=True):
            writer.writerow([*("" if cell is None else plain_cell(cell) for cell in row), shape])


def _workbook(frame: gpd.GeoDataFrame, collection: Collection, path: Path) -> None:
    heads, rows = _table(frame, collection)
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(collection.zh)
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.freeze_panes(1, 1)
        sheet.write_row(0, 0, heads, bold)
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                elif hasattr(cell, "isoformat"):
                    sheet.write_datetime(number, place, cell, day)
                elif cell is not None:
                    sheet.write(number, place, cell)
        sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)


FORMATS: Final[Mapping[str, Format]] = {
    one.key: one
    for one in (
        Format(
            "gpkg", ".gpkg", "GeoPackage", "GeoPackage",
            "application/geopackage+sqlite3", _geopackage, any_crs=True,
        ),
        Format("shp", ".zip", "Shapefile（GBK）", "Shapefile (GBK)", "application/zip", _shapefile, any_crs=True),
        Format("geojson", ".geojson", "GeoJSON", "GeoJSON", "application/geo+json", _geojson),
        Format("kml", ".kml", "KML", "KML", "application/vnd.google-earth.kml+xml", _kml),
        Format("csv", ".csv", "CSV", "CSV", "text/csv", _csv),
        Format(
            "xlsx", ".xlsx", "Excel 表格", "Workbook",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _workbook,
        ),
    )
}  # fmt: skip


def format_of(path: Path, key: str | None = None) -> Format:
    """Return the format of a key, else of a file's ending.

    Raises:
        InvalidInput: neither is known.
    """
    wanted = key or {".zip": "shp", ".json": "geojson"}.get(
        path.suffix.lower(), path.suffix.lower()[1:]
    )
    if wanted not in FORMATS:
        known = "、".join(FORMATS)
        raise InvalidInput(
            field="format",
            reason_zh=f"不认识格式“{wanted}”，可用：{known}。",
            reason_en=f"The format “{wanted}” is not known; use one of {json.dumps(list(FORMATS))}.",
        )
    return FORMATS[wanted]
