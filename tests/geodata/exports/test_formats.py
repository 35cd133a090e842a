"""Every format of every collection over the demo county, read back: geometry within a centimetre, Chinese whole."""

from __future__ import annotations

import csv
import zipfile
from datetime import date

import geopandas
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

from geodata import vector_files
from geodata.exports import frames
from geodata.exports.formats import FORMATS, format_of
from geodata.report_files import plain_cell
from gridmap.errors import InvalidInput
from gridmap.geometry.crs import geometries_to_wgs84, parse
from gridmap.publishing.collections import BUILDINGS, COLLECTIONS, GRIDS, PLACES
from gridmap.publishing.fields import FieldType
from gridmap.store.session import transaction
from tests import worlds
from web.params import today

CENTIMETRE = 1e-7
"""Degrees."""


@pytest.fixture(scope="module")
def county(demo_engine):
    """All collections of the demo county as tables, made once."""
    with transaction(demo_engine) as session:
        return {one.name: frames.frame_of(session, one, today()) for one in COLLECTIONS}


def plain(value):
    """A value as every format can give it back."""
    if (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float) and np.isnan(value))
    ):
        return None
    if isinstance(value, (pd.Timestamp, date)):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, (bool, np.bool_)):
        return int(value)
    return int(value) if isinstance(value, (int, float, np.number)) else str(value)


def rows_of(frame, names):
    return {
        str(row[0]): [plain(cell) for cell in row] for row in frame[names].itertuples(index=False)
    }


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda one: one.name)
@pytest.mark.parametrize("key", ["gpkg", "geojson", "kml"])
def test_one_file_read_again_is_the_same(county, tmp_path, collection, key):
    frame, path = county[collection.name], tmp_path / f"out{FORMATS[key].ending}"
    FORMATS[key].write(frame, collection, path)
    read = geopandas.read_file(path)
    if key == "kml":  # a feature's own name, as KML has it
        read = read.rename(columns={"Name": "name"})
    names = [one.name for one in frames.columns_of(collection)]
    assert rows_of(read, names) == rows_of(frame, names)
    compare_shapes(frame, read, "code")


def compare_shapes(frame, read, code):
    ours = dict(zip(frame["code"], frame.geometry, strict=True))
    theirs = dict(zip(read[code], read.geometry, strict=True))
    assert ours.keys() == theirs.keys()
    for name, shape in ours.items():
        assert shapely.hausdorff_distance(shape, shapely.force_2d(theirs[name])) < CENTIMETRE, name


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda one: one.name)
def test_a_shapefile_is_gbk_with_short_names_and_the_same(county, tmp_path, collection):
    frame, path = county[collection.name], tmp_path / "out.zip"
    FORMATS["shp"].write(frame, collection, path)
    with zipfile.ZipFile(path) as packed:
        endings = {name.rpartition(".")[2] for name in packed.namelist()}
        assert {"shp", "shx", "dbf", "prj", "cpg"} <= endings
        for name in packed.namelist():
            if name.endswith(".cpg"):
                assert packed.read(name).strip().upper() in {b"GBK", b"936", b"CP936"}
        packed.extractall(tmp_path)
    parts = [pyogrio.read_dataframe(file) for file in sorted(tmp_path.glob("*.shp"))]
    read = pd.concat(parts)
    names = frames.columns_of(collection)
    assert rows_of(read, [one.brief for one in names]) == rows_of(
        frame, [one.name for one in names]
    )
    compare_shapes(frame, read, "code")


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda one: one.name)
def test_a_csv_has_chinese_headings_and_all_geometry(county, tmp_path, collection):
    frame, path = county[collection.name], tmp_path / "out.csv"
    FORMATS["csv"].write(frame, collection, path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = frames.columns_of(collection)
    assert list(rows[0])[: len(names)] == [one.zh for one in names]
    for row, ours in zip(rows, frame.itertuples(), strict=True):
        assert shapely.hausdorff_distance(shapely.from_wkt(row["WKT"]), ours.geometry) < CENTIMETRE
        assert (
            shapely.distance(shapely.Point(float(row["经度"]), float(row["纬度"])), ours.geometry)
            < CENTIMETRE
        )
        for field in names:
            value = getattr(ours, field.name)
            value = None if value is pd.NA or value is None else value
            assert row[field.zh] == ("" if value is None else str(plain_cell(value)))


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda one: one.name)
def test_a_workbook_keeps_numbers_numbers_and_days_days(county, tmp_path, collection):
    frame, path = county[collection.name], tmp_path / "out.xlsx"
    FORMATS["xlsx"].write(frame, collection, path)
    sheet = openpyxl.load_workbook(path).active
    heads, *rows = list(sheet.iter_rows(values_only=True))
    names = frames.columns_of(collection)
    assert list(heads[: len(names)]) == [one.zh for one in names]
    read = {row[0]: [plain(cell) for cell in row[: len(names)]] for row in rows}
    assert read == rows_of(frame, [one.name for one in names])
    for field, cell in zip(names, rows[0], strict=False):
        if field.type is FieldType.INTEGER and cell is not None:
            assert isinstance(cell, int)


def test_a_text_that_begins_a_formula_stays_text(session, tmp_path):
    world = worlds.draw(session, "A")
    world.house("h1", 20, 20, grid="A", name="=cmd|' /C calc'!A0", address="＋1")
    frame = frames.frame_of(session, BUILDINGS, date(2026, 6, 1))
    FORMATS["csv"].write(frame, BUILDINGS, tmp_path / "o.csv")
    assert "'=cmd|" in (tmp_path / "o.csv").read_text("utf-8-sig")
    FORMATS["xlsx"].write(frame, BUILDINGS, tmp_path / "o.xlsx")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "o.xlsx").active for cell in row]
    assert any(cell.value == "=cmd|' /C calc'!A0" and cell.data_type == "s" for cell in cells)


@pytest.mark.parametrize("name", ["𠮷祥苑", "长" * 128, "café ñ"])
def test_what_a_shapefile_cannot_hold_is_refused_by_name(session, tmp_path, name):
    world = worlds.draw(session, "A")
    world.house("h1", 20, 20, grid="A", name=name)
    frame = frames.frame_of(session, BUILDINGS, date(2026, 6, 1))
    if name == "café ñ":  # GBK has é but no ñ
        assert "é".encode("gbk")
    with pytest.raises(InvalidInput) as refused:
        FORMATS["shp"].write(frame, BUILDINGS, tmp_path / "o.zip")
    assert (refused.value.field, "h1" in refused.value.message("zh")) == ("name", True)
    assert not (tmp_path / "o.zip").exists()
    FORMATS["gpkg"].write(frame, BUILDINGS, tmp_path / "o.gpkg")
    assert geopandas.read_file(tmp_path / "o.gpkg")["name"][0] == name


def test_an_empty_collection_is_a_file_with_its_columns(session, tmp_path):
    worlds.draw(session, "A")
    for collection in (BUILDINGS, PLACES):
        frame = frames.frame_of(session, collection, date(2026, 6, 1))
        for format_ in FORMATS.values():
            format_.write(frame, collection, tmp_path / f"{collection.name}{format_.ending}")
    assert "number" in pyogrio.read_info(tmp_path / "buildings.gpkg")["fields"]


def test_the_format_is_told_by_key_or_by_ending(tmp_path):
    assert format_of(tmp_path / "a.GPKG").key == "gpkg"
    assert format_of(tmp_path / "a.zip").key == "shp"
    assert format_of(tmp_path / "a.json").key == "geojson"
    assert format_of(tmp_path / "a.dat", "kml").key == "kml"
    with pytest.raises(InvalidInput):
        format_of(tmp_path / "a.dat")


def test_the_past_leaves_as_it_was(session, tmp_path):
    world = worlds.draw(session, "A")
    world.house("h1", 20, 20, grid="A", until=date(2026, 3, 1))
    assert len(frames.frame_of(session, BUILDINGS, date(2026, 2, 1))) == 1
    assert len(frames.frame_of(session, BUILDINGS, date(2026, 3, 1))) == 0
    assert frames.frame_of(session, GRIDS, date(2026, 2, 1))["buildings"].tolist() == [1]


@pytest.mark.parametrize("name", ["cgcs2000", "EPSG:4547", "EPSG:4526"])
@pytest.mark.parametrize("key", ["gpkg", "shp"])
def test_in_the_national_system_a_file_lies_where_it_should(county, tmp_path, key, name):
    """As PROJ has it, and as our own import reads it again."""
    frame, path = county["grids"], tmp_path / f"out{FORMATS[key].ending}"
    FORMATS[key].written(frame, GRIDS, path, parse(name))
    read = geopandas.read_file(path)
    assert read.crs.to_epsg() == int(parse(name).authority.removeprefix("EPSG:"))
    if name != "cgcs2000":
        metres = shapely.area(read.geometry.values).sum()
        assert metres == pytest.approx(frame.geometry.to_crs("EPSG:6933").area.sum(), rel=1e-3)
    compare_shapes(frame, read.to_crs("EPSG:4490"), "code")
    layer = vector_files.read(path)
    assert layer.crs == parse(name)
    ours = geometries_to_wgs84(shapely.from_wkb(layer.wkb), layer.crs)
    for shape, known in zip(ours, frame.geometry, strict=True):
        assert shapely.hausdorff_distance(shape, known) < CENTIMETRE


def test_a_system_that_files_do_not_know_is_refused(county, tmp_path):
    frame, path = county["grids"], tmp_path / "out"
    for key in ("geojson", "kml", "csv", "xlsx"):
        with pytest.raises(InvalidInput, match="WGS 84"):
            FORMATS[key].written(frame, GRIDS, path, parse("cgcs2000"))
    with pytest.raises(InvalidInput, match="gcj02"):
        FORMATS["gpkg"].written(frame, GRIDS, path, parse("gcj02"))
    with pytest.raises(InvalidInput, match="EPSG:32601"):
        FORMATS["gpkg"].written(frame, GRIDS, path, parse("EPSG:32601"))
    assert not path.exists()
