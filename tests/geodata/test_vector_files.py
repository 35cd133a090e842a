"""Files are judged by content and extension, read in a confined process, and refused by name."""

import json
import os
import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pyogrio
import pytest
import shapely

from geodata import vector_files
from geodata.vector_files import read
from gridmap.errors import (
    GridmapError,
    InvalidInput,
    MissingCrs,
    TooLarge,
    UnknownCrs,
    UnreadableFile,
)
from gridmap.geometry.crs import geometries_to_wgs84
from tests.geodata.mapfiles import COMMUNITIES, GRIDS, cells, shapefile, write

VRT = """<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>
</OGRVRTLayer></OGRVRTDataSource>"""


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp"])
def test_each_format_gives_the_same_layer(tmp_path, suffix):
    layer = read(write(tmp_path / f"areas{suffix}", COMMUNITIES, encoding="UTF-8"))
    assert cells(layer, "name") == ["书香苑社区", "东关社区"]
    assert layer.crs.name == "wgs84"
    assert len(layer.sha256) == 64
    shapes = shapely.from_wkb(layer.wkb)
    assert all(
        shape.equals_exact(drawn, 1e-9, normalize=True)
        for shape, (_, drawn) in zip(shapes, COMMUNITIES, strict=True)
    )


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4549", "EPSG:4547"])
def test_a_stated_system_is_read_from_the_file(tmp_path, crs):
    layer = read(write(tmp_path / "areas.gpkg", COMMUNITIES, crs))
    shapes = geometries_to_wgs84(shapely.from_wkb(layer.wkb), layer.crs)
    drawn = [shape for _, shape in COMMUNITIES]
    assert shapely.hausdorff_distance(shapes, drawn).max() < 1e-7


def test_the_callers_system_wins(tmp_path):
    assert read(write(tmp_path / "a.gpkg", GRIDS), crs="gcj02").crs.name == "gcj02"


@pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
def test_no_system_is_refused_never_guessed(tmp_path, suffix):
    path = write(tmp_path / f"a{suffix}", GRIDS, crs=None, encoding="UTF-8")
    with pytest.raises(MissingCrs):
        read(path)
    assert read(path, crs="EPSG:4326").crs.name == "wgs84"


def geojson(path, **members):
    path.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                **members,
                "features": [
                    {
                        "type": "Feature",
                        "properties": {"code": "1", "crs": None},
                        "geometry": {"type": "Point", "coordinates": [121.5, 31.2]},
                    }
                ],
            }
        ),
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ({}, "wgs84"),
        ({"crs": {"type": "name", "properties": {"name": "EPSG:4490"}}}, "cgcs2000"),
        (
            {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4549"}}},
            "EPSG:4549",
        ),
        ({"crs": {"type": "EPSG", "properties": {"code": 4550}}}, "EPSG:4550"),
    ],
)
def test_geojson_is_wgs84_unless_it_says_otherwise(tmp_path, member, name):
    assert read(geojson(tmp_path / "x.geojson", **member)).crs.name == name


def test_a_geojson_crs_that_nobody_knows_is_refused_and_not_taken_for_wgs84(tmp_path):
    member = {"type": "name", "properties": {"name": "county-local-grid"}}
    with pytest.raises(UnknownCrs):
        read(geojson(tmp_path / "x.geojson", crs=member))


def test_a_geojson_crs_of_null_means_unknown(tmp_path):
    with pytest.raises(MissingCrs):
        read(geojson(tmp_path / "x.geojson", crs=None))


@pytest.mark.parametrize("key", ['"crs"', '"\\u0063rs"', '"c\\u0072S"'])
@pytest.mark.parametrize("where", ["head", "tail"])
def test_a_linked_crs_is_refused_however_it_is_written(tmp_path, key, where):
    link = '{"type": "link", "properties": {"href": "http://127.0.0.1:9/crs"}}'
    key = key.lower()
    plain = geojson(tmp_path / "x.geojson").read_text()
    if where == "head":
        text = plain.replace('"features"', f'{key}: {link}, "features"', 1)
    else:
        text = f"{plain[:-1]}, {key} : {link}}}"
    path = tmp_path / "linked.geojson"
    path.write_text(text)
    for crs in (None, "EPSG:4326"):
        with pytest.raises(UnreadableFile, match="链接"):
            read(path, crs=crs)


def test_a_nul_in_a_text_is_refused(tmp_path):
    path = tmp_path / "x.geojson"
    path.write_text(geojson(path).read_text().replace('"1"', '"1\\u0000"'))
    with pytest.raises(UnreadableFile, match="NUL"):
        read(path)


# Judged by content and extension


@pytest.mark.parametrize("name", ["x.geojson", "x.gpkg", "x.shp", "x.json", "x.zip", "x.vrt"])
def test_a_vrt_is_refused_whatever_it_is_called(tmp_path, name):
    path = tmp_path / name
    path.write_text(VRT)
    with pytest.raises(UnreadableFile, match="VRT"):
        read(path)


def test_a_vrt_is_refused_by_the_reading_process_too(tmp_path, monkeypatch):
    path = tmp_path / "x.geojson"
    path.write_text(VRT)
    monkeypatch.setattr("geodata.datasets._kind_of", lambda _path: vector_files.Format.GEOJSON)
    with pytest.raises(UnreadableFile, match="not recognized"):
        read(path)


def test_a_geopackage_named_geojson_is_refused_by_name(tmp_path):
    path = tmp_path / "x.geojson"
    shutil.copy(write(tmp_path / "x.gpkg", GRIDS), path)
    with pytest.raises(UnreadableFile, match="GeoPackage"):
        read(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UnreadableFile):
        read(tmp_path / "none.gpkg")


@pytest.mark.parametrize("part", [".dbf", ".shx"])
def test_the_missing_part_of_a_shapefile_is_named(tmp_path, part):
    path = write(tmp_path / "a.shp", GRIDS, encoding="UTF-8")
    path.with_suffix(part).unlink()
    with pytest.raises(UnreadableFile, match=part):
        read(path)


def test_a_shapefile_without_prj_has_no_system(tmp_path):
    path = write(tmp_path / "a.shp", GRIDS, encoding="UTF-8")
    path.with_suffix(".prj").unlink()
    with pytest.raises(MissingCrs, match="prj"):
        read(path)


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp", ".shx", ".dbf"])
@pytest.mark.parametrize("left", [0.3, 0.8, 0.99])
def test_a_cut_off_file_is_refused(tmp_path, suffix, left):
    main = suffix if suffix in {".geojson", ".gpkg"} else ".shp"
    path = write(tmp_path / f"a{main}", GRIDS * 40, encoding="UTF-8")
    part = path.with_suffix(suffix)
    os.truncate(part, int(part.stat().st_size * left))
    with pytest.raises(UnreadableFile):
        read(path)


def test_an_empty_file_is_refused(tmp_path):
    for suffix in (".geojson", ".gpkg", ".zip"):
        (tmp_path / f"a{suffix}").touch()
        with pytest.raises(UnreadableFile):
            read(tmp_path / f"a{suffix}")


def test_a_geopackage_with_a_virtual_table_is_refused(tmp_path):
    path = write(tmp_path / "a.gpkg", GRIDS)
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE VIRTUAL TABLE other USING fts5(text)")
        database.commit()
    with pytest.raises(UnreadableFile, match="虚拟表"):
        read(path)


def test_of_several_layers_one_must_be_named(tmp_path):
    path = write(tmp_path / "a.gpkg", GRIDS, layer="grids")
    write(path, COMMUNITIES, layer="areas", append=False)
    with pytest.raises(InvalidInput, match="areas"):
        read(path)
    assert len(read(path, layer="areas").wkb) == len(COMMUNITIES)
    with pytest.raises(InvalidInput):
        read(path, layer="none")


# Encodings


@pytest.mark.parametrize("encoding", ["GBK", "GB18030", "UTF-8"])
def test_a_declared_encoding_is_used(tmp_path, encoding):
    layer = read(shapefile(tmp_path, encoding))
    assert cells(layer, "name") == ["书香苑社区", "东关社区"]


def test_gbk_without_a_declaration_is_shown_and_asked_about(tmp_path):
    path = shapefile(tmp_path, "GBK")
    path.with_suffix(".cpg").unlink()
    with pytest.raises(InvalidInput, match=r"书香苑社区.*--encoding gb18030"):
        read(path)
    assert cells(read(path, encoding="gb18030"), "name") == ["书香苑社区", "东关社区"]


def test_the_dbfs_own_language_byte_is_a_declaration(tmp_path):
    path = shapefile(tmp_path, "GBK")
    path.with_suffix(".cpg").unlink()
    with path.with_suffix(".dbf").open("r+b") as dbf:
        dbf.seek(29)
        dbf.write(b"\x4d")
    assert cells(read(path), "name") == ["书香苑社区", "东关社区"]


def test_utf8_needs_no_declaration(tmp_path):
    path = shapefile(tmp_path, "UTF-8")
    path.with_suffix(".cpg").unlink()
    assert cells(read(path), "name") == ["书香苑社区", "东关社区"]


def test_a_false_declaration_is_refused_and_nothing_garbled_comes_through(tmp_path):
    path = shapefile(tmp_path, "GBK")
    path.with_suffix(".cpg").write_text("UTF-8")
    with pytest.raises(InvalidInput, match="书香苑社区"):
        read(path)


def test_an_unknown_encoding_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="klingon"):
        read(shapefile(tmp_path, "GBK"), encoding="klingon")


def test_names_cut_in_the_middle_of_a_character_are_read(tmp_path):
    features = [({"社区代码": "1", "name": "书香苑"}, GRIDS[0][1])]
    layer = read(write(tmp_path / "a.shp", features, encoding="UTF-8"))
    assert [column.name for column in layer.columns] == ["社区代", "name"]
    assert layer.cut_in == "utf-8"


# Limits and confinement


@pytest.mark.parametrize(
    ("limit", "most"),
    [("features", 1), ("columns", 1), ("text", 3), ("vertices", 6), ("vertices_each", 3)],
)
def test_each_limit_refuses_with_the_count(tmp_path, monkeypatch, limit, most):
    path = write(tmp_path / "a.gpkg", COMMUNITIES)
    monkeypatch.setitem(vector_files.LIMITS, limit, most)
    with pytest.raises(TooLarge) as refusal:
        read(path)
    assert refusal.value.params["limit"] == most
    assert any(figure.isdigit() for figure in refusal.value.message("en"))


def test_reading_that_takes_too_much_memory_is_given_up(tmp_path, monkeypatch):
    path = write(tmp_path / "a.gpkg", COMMUNITIES)
    monkeypatch.setitem(vector_files.LIMITS, "RLIMIT_AS", 200 * 1024**2)
    with pytest.raises(UnreadableFile):
        read(path)


def test_the_reading_process_gets_no_secrets_and_only_one_driver(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    environment = vector_files.reading_environment(vector_files.Format.GEOPACKAGE, tmp_path)
    assert not any("secret" in value for value in environment.values())
    skipped = set(environment["OGR_SKIP"].split(","))
    assert skipped == set(pyogrio.list_drivers()) - {"GPKG"}


def test_an_unconfined_reading_process_refuses_to_read(tmp_path, monkeypatch):
    path = write(tmp_path / "a.gpkg", COMMUNITIES)
    monkeypatch.setattr(vector_files, "_drivers", lambda: ("CSV",))
    with pytest.raises(UnreadableFile, match="unconfined"):
        read(path)


def test_null_geometries_keep_their_place(tmp_path):
    path = write(tmp_path / "a.gpkg", [COMMUNITIES[0], ({"code": "x"}, None), COMMUNITIES[1]])
    layer = read(path)
    assert [wkb is None for wkb in layer.wkb] == [False, True, False]


def test_every_refusal_speaks_both_languages(tmp_path):
    path = tmp_path / "x.geojson"
    path.write_text(VRT)
    with pytest.raises(GridmapError) as refusal:
        read(path)
    zh, en = refusal.value.message("zh"), refusal.value.message("en")
    assert zh != en
    assert en.isascii() or "“" in en


def test_codes_of_a_column_follow_the_rows(tmp_path):
    features = [
        ({"n": n % 3, "t": f"路{n % 2}"}, shape) for n in range(6) for _, shape in GRIDS[:1]
    ]
    layer = read(write(tmp_path / "a.gpkg", features))
    assert cells(layer, "n") == [0, 1, 2, 0, 1, 2]
    assert cells(layer, "t") == ["路0", "路1"] * 3
    assert layer.columns[0].codes.dtype == np.int32
