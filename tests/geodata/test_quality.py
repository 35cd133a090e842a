"""What is wrong with a file is said by feature, reason and spot; fields are found by their names."""

import json
import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata import cells
from geodata.addresses import lane, standard_address
from geodata.batches import make_batch, open_batch
from geodata.cells import Unfit
from geodata.columns import Column, read_fields
from geodata.quality import KEPT_PER_CODE, Finding, Severity, errors, in_order, kept, problem
from geodata.report_files import write_report
from geodata.sources import BUILDINGS, SOURCES, Layer
from geodata.vector_files import VectorLayer
from gridmap.errors import InvalidInput
from gridmap.geometry import crs
from tests.geodata.mapfiles import COMMUNITIES, GRIDS, WEST, write
from tests.worlds import lonlat, square

pytestmark = pytest.mark.usefixtures("read_here")

BOW_TIE = shapely.Polygon([lonlat(0, 0), lonlat(50, 50), lonlat(50, 0), lonlat(0, 50)])


def found(batch, severity=Severity.ERROR):
    return [(p.row, p.code) for p in batch.problems if p.severity is severity]


def column(name, *values):
    different = list(dict.fromkeys(value for value in values if value is not None))
    codes = [-1 if value is None else different.index(value) for value in values]
    return Column(name, np.array(codes, dtype=np.int32), different)


def fields(source, *columns, cut_in=None, **overrides):
    return read_fields(source, columns, overrides, cut_in=cut_in)


# Cells


@given(st.integers(0, cells.LARGEST_COUNT))
def test_a_count_reads_the_same_from_every_form(number):
    assert cells.count(number) == cells.count(float(number)) == cells.count(f" {number} ") == number


@pytest.mark.parametrize(
    ("cell", "finding"),
    [
        (-1, Finding.NEGATIVE),
        (2.5, Finding.NOT_A_COUNT),
        (True, Finding.NOT_A_COUNT),
        ("6层", Finding.NOT_A_COUNT),
        ("-3", Finding.NOT_A_COUNT),
        ("1e3", Finding.NOT_A_COUNT),
        (math.inf, Finding.NOT_FINITE_NUMBER),
        (2**31, Finding.NOT_A_COUNT),
    ],
)
def test_what_is_no_count_is_refused(cell, finding):
    with pytest.raises(Unfit) as refusal:
        cells.count(cell)
    assert refusal.value.finding is finding


@given(st.integers(0, 10**15 - 1))
def test_a_code_in_a_numeric_column_keeps_its_digits(number):
    assert cells.text()(float(number)) == cells.text()(number) == str(number)


@pytest.mark.parametrize("bad", ["a\x00b", "a\ud800b", "a\u202eb", "a\x07b", "a\u2066b"])
def test_unsafe_text_is_refused(bad):
    with pytest.raises(Unfit) as refusal:
        cells.text()(bad)
    assert refusal.value.finding is Finding.UNSAFE_TEXT
    assert bad not in refusal.value.problem(1, "name").zh


def test_text_has_a_length():
    assert cells.text(3)("书香苑") == "书香苑"
    with pytest.raises(Unfit):
        cells.text(2)("书香苑")


# Columns


@pytest.mark.parametrize(
    "name", ["code", "CODE", "社区代码", "社区编码", "区划代码", "ＩＤ", "Community_Code"]
)
def test_a_field_is_found_by_any_of_its_names(name):
    read = fields(SOURCES[Layer.COMMUNITIES], column(name, WEST), column("名称", "书香苑"))
    assert read.values["code"].tolist() == [WEST]
    assert read.values["name"].tolist() == ["书香苑"]
    assert not read.problems


def test_the_most_telling_name_wins_and_the_other_is_told():
    read = fields(BUILDINGS, column("osm_id", 7), column("id", "b1"))
    assert read.values["code"].tolist() == ["b1"]
    assert [p.code for p in read.problems] == ["ignored_columns"]
    assert "osm_id" in read.problems[0].zh
    assert read.problems[0].severity is Severity.WARNING


def test_an_override_wins():
    columns = column("id", "b1"), column("房号", "x9")
    assert fields(BUILDINGS, *columns, code="房号").values["code"].tolist() == ["x9"]


def test_an_override_may_use_any_name_of_the_field():
    columns = column("楼栋", "b1"), column("弄", 3)
    read = fields(SOURCES[Layer.COMPOUNDS], *columns, **{"小区编号": "楼栋", "lane_no": "弄"})
    assert read.values["code"].tolist() == ["b1"]
    assert read.values["lane_number"].tolist() == ["3"]


def test_an_override_of_a_missing_column_names_those_present():
    with pytest.raises(InvalidInput, match="甲、乙"):
        fields(BUILDINGS, column("甲", 1), column("乙", 2), code="丙")


def test_an_override_of_an_unknown_field_names_the_fields():
    with pytest.raises(InvalidInput, match="households"):
        fields(BUILDINGS, column("id", 1), colour="id")


def test_names_cut_by_a_shapefile_are_found():
    read = fields(
        BUILDINGS,
        column("id", "b1"),
        column("house_numb", "8"),
        column("楼栋编", "x"),
        cut_in="utf-8",
    )
    assert read.values["house_number"].tolist() == ["8"]
    read = fields(BUILDINGS, column("id", "b1"), column("house_numb", "8"))
    assert "house_number" not in read.values


def test_a_kind_is_taken_from_the_next_column_where_the_first_is_silent():
    read = fields(
        SOURCES[Layer.ROADS], column("kind", "path", "ferry"), column("kind_detail", "steps", None)
    )
    assert read.values["kind"].tolist() == ["steps", "ferry"]


def test_a_required_field_without_a_column_or_a_value_is_an_error():
    read = fields(SOURCES[Layer.COMMUNITIES], column("code", WEST, None))
    told = [(p.row, p.code) for p in read.problems]
    assert (2, "missing_value") in told
    assert (None, "missing_column") in told


def test_a_bad_cell_names_its_row_and_column():
    read = fields(BUILDINGS, column("id", "a", "b", "c"), column("户数", 3, -1, -1))
    assert [(p.row, p.code) for p in read.problems] == [(2, "negative"), (3, "negative")]
    assert "户数" in read.problems[0].zh
    assert read.values["households"].tolist() == [3, None, None]


# Batches


def test_a_bow_tie_is_refused_with_row_reason_and_spot(tmp_path):
    path = write(
        tmp_path / "a.gpkg", [COMMUNITIES[0], ({"code": WEST[:-1] + "9", "name": "x"}, BOW_TIE)]
    )
    batch = open_batch(Layer.COMMUNITIES, path)
    (bad,) = [p for p in batch.problems if p.severity is Severity.ERROR]
    assert (bad.row, bad.code) == (2, "self_intersection")
    assert bad.spot == pytest.approx(lonlat(25, 25), abs=1e-7)
    assert batch.shapes[1] is None


def test_a_repair_is_made_only_when_asked_for_and_is_told(tmp_path):
    path = write(tmp_path / "a.gpkg", [({"code": "1", "name": "x"}, BOW_TIE)])
    batch = open_batch(Layer.COMPOUNDS, path, repair=True)
    assert not found(batch)
    assert found(batch, Severity.WARNING) == [(1, "repaired")]
    assert batch.shapes[0].is_valid
    assert batch.shapes[0].geom_type == "MultiPolygon"


def test_every_unusable_shape_is_named(tmp_path):
    shapes = [
        square(0, 0, 9, 9),
        None,
        shapely.Polygon(),
        shapely.Point(lonlat(1, 1)),
        shapely.LineString([lonlat(0, 0), lonlat(5, 5)]),
    ]
    path = write(
        tmp_path / "a.gpkg", [({"id": f"c{n}", "name": "x"}, s) for n, s in enumerate(shapes)]
    )
    told = found(open_batch(Layer.COMPOUNDS, path))
    assert told == [(2, "missing"), (3, "empty"), (4, "wrong_kind"), (5, "wrong_kind")]


def test_a_ring_that_cannot_be_built_is_named(tmp_path):
    path = tmp_path / "a.geojson"
    ring = [lonlat(0, 0), lonlat(9, 0), lonlat(9, 9)]
    feature = {
        "type": "Feature",
        "properties": {"id": "c1", "name": "x"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert found(open_batch(Layer.COMPOUNDS, path)) == [(1, "unclosed")]


def test_coordinates_off_the_globe_are_named(tmp_path):
    far = shapely.box(500000, 3400000, 500010, 3400010)
    path = write(tmp_path / "a.gpkg", [({"id": "c1", "name": "x"}, far)])
    assert found(open_batch(Layer.COMPOUNDS, path)) == [(1, "off_globe")]


@pytest.mark.parametrize(
    "wkt", ["POLYGON Z ((0 0 5, 1 0 5, 1 1 5, 0 0 5))", "POLYGON M ((0 0 5, 1 0 5, 1 1 5, 0 0 5))"]
)
def test_heights_and_measures_are_dropped(wkt):
    wkb = np.array([shapely.to_wkb(shapely.from_wkt(wkt), flavor="iso")], dtype=object)
    file = VectorLayer("a.gpkg", "", crs.parse("wgs84"), [column("id", "w1")], wkb, None)
    (shape,) = make_batch(SOURCES[Layer.WATER], file, {}).shapes
    assert not shapely.has_z(shape)
    assert not shapely.has_m(shape)
    assert shape.area == 0.5


def test_a_duplicate_code_names_both_features(tmp_path):
    path = write(tmp_path / "a.gpkg", [GRIDS[0], GRIDS[1], GRIDS[0]])
    (bad,) = [p for p in open_batch(Layer.GRIDS, path).problems if p.code == "duplicate_code"]
    assert bad.row == 3
    assert "第 1 个要素" in bad.zh
    assert bad.spot is not None


def test_an_empty_layer_is_an_error(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}')
    assert (None, "no_features") in found(open_batch(Layer.ROADS, path))


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_shifted_files_land_within_a_centimetre(tmp_path, system):
    plain = open_batch(Layer.GRIDS, write(tmp_path / "a.gpkg", GRIDS))
    moved = open_batch(Layer.GRIDS, write(tmp_path / "b.gpkg", GRIDS, system), crs=system)
    centimetre = 0.01 / 111_000
    assert shapely.hausdorff_distance(plain.shapes, moved.shapes).max() < centimetre
    raw = open_batch(Layer.GRIDS, tmp_path / "b.gpkg", crs="wgs84")
    assert shapely.hausdorff_distance(plain.shapes, raw.shapes).min() > 100 / 111_000


def road(name, y, **facts):
    return {"name": name, **facts}, shapely.LineString([lonlat(0, y), lonlat(90, y)])


def test_features_without_a_code_get_one_that_stays(tmp_path):
    roads = [road("人民路", 0), road(None, 10), road("人民路", 0)]
    first = open_batch(Layer.ROADS, write(tmp_path / "a.gpkg", roads)).values["code"].tolist()
    again = open_batch(Layer.ROADS, write(tmp_path / "b.geojson", roads[::-1])).values["code"]
    assert len(set(first)) == 3
    assert set(first) == set(again.tolist())
    assert first[2] == f"{first[0]}-2"


def test_a_code_is_taken_from_the_osm_id(tmp_path):
    path = write(tmp_path / "a.gpkg", [road("x", 0, osm_id=-42.0)])
    assert open_batch(Layer.ROADS, path).values["code"].tolist() == ["-42"]


# Addresses


@pytest.mark.parametrize(
    ("street", "compound", "number", "name", "address"),
    [
        (("人民路", "88"), ("书香苑", "二期"), "3", None, "人民路88号书香苑二期3号楼"),
        (("人民路", "88号"), ("书香苑", None), "3栋", None, "人民路88号书香苑3栋"),
        (lane("东昌路", "37"), ("明珠花园", "东区"), "12", "x", "东昌路37弄明珠花园东区12号楼"),
        (("人民路", "10-12"), (None, None), None, "大厦", "人民路10-12号大厦"),
        (lane(None, "37"), ("明珠花园", None), "A3", None, "明珠花园A3号楼"),
        ((None, None), (None, None), None, None, None),
    ],
)
def test_addresses_are_composed_from_the_street_inwards(street, compound, number, name, address):
    assert standard_address(street, compound, number, name) == address


# Reports


def test_errors_come_first_and_are_counted():
    problems = [
        problem(Finding.NO_GRID_HERE, 1),
        problem(Finding.UNKNOWN_GRID, 9, code="x"),
        problem(Finding.UNKNOWN_GRID, 2, code="x"),
    ]
    assert [p.row for p in in_order(problems)] == [2, 9, 1]
    assert errors(problems) == 2


def test_a_record_keeps_a_bounded_number_of_each_code():
    problems = [problem(Finding.NO_GRID_HERE, row) for row in range(1, KEPT_PER_CODE + 500)]
    problems.append(problem(Finding.UNKNOWN_GRID, 1, code="x"))
    records = kept(problems)
    assert len(records) == KEPT_PER_CODE + 1
    json.dumps(records)


@pytest.mark.parametrize("finding", list(Finding))
def test_every_finding_speaks_both_languages(finding):
    assert finding.zh
    assert finding.en
    assert set("{}") & set(finding.zh) == set("{}") & set(finding.en)


def test_a_report_shows_formulas_and_never_runs_them(tmp_path):
    problems = [
        problem(Finding.UNREADABLE_FILE, 1, (121.5, 31.2), zh='=cmd|"/c calc"!A0', en="＝1+1"),
        problem(Finding.UNREADABLE_FILE, 2, zh="书香苑", en="-3"),
    ]
    write_report(problems, tmp_path / "r.csv")
    text = (tmp_path / "r.csv").read_text(encoding="utf-8-sig")
    assert "'=cmd" in text
    assert "'＝1" in text
    assert "'-3" in text
    assert "121.5" in text
    write_report(problems, tmp_path / "r.json")
    assert json.loads((tmp_path / "r.json").read_text())[1]["zh"] == "书香苑"
    with pytest.raises(InvalidInput):
        write_report(problems, tmp_path / "r.xlsx")
