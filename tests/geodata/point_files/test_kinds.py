"""Every kind of file keeps its rows, their order and what they say; the verdicts are the same in each."""

import io
import json
import math
import zipfile

import geopandas
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata import point_tables, workbooks
from geodata.point_files import optional
from geodata.point_files.opening import Kind, kind_of
from geodata.point_tables import ADDED, PointColumns, Way, locate_table
from gridmap.errors import InvalidInput, UnreadableFile
from gridmap.geolocation.rules import Place
from gridmap.geolocation.service import locate_many
from gridmap.terms import PlaceSource
from tests import worlds
from tests.geodata.test_point_tables import DAY, read, table
from tests.worlds import lonlat


@pytest.fixture
def world(session):
    return make_world(session)


def make_world(session):
    world = worlds.draw(session, "AB")
    yard = world.compound("yard", 0, 0, 95, 95)
    house = world.house("h", 20, 20, grid="A", number="3", compound_id=yard.id)
    world.house("i", 44, 20, grid="A", number="4", compound_id=yard.id)
    world.organisation("building_group", "3号楼党小组", building_id=house.id)
    return world


def at(x, y):
    """To nine places: the writer of workbooks keeps 16 digits."""
    return tuple(round(value, 9) for value in lonlat(x, y))


ROWS = [
    ("z", *at(30, 30), "灯坏了", "pin", ""),
    ("a", *at(42.5, 22), "=1+1", "地图选点", ""),
    ("m", None, None, "没有", "", ""),
    ("b", *at(150, 50), '引号"，逗号,', "gps", 8),
    ("c", *at(500, 50), "外面", "GPS", 30),
    ("d", 113.9, 340.0, "不在地球上", "pin", ""),
    ("e", *at(30, 30), "谁", "uncle", ""),
    ("f", *at(30, 30), "负", "gps", -3),
]
HEADER = ("id", "x", "y", "备注", "来源", "精度")
COLUMNS = PointColumns("wgs84", "x", "y", accuracy="精度", source="来源")
STATUSES = ["accepted", "accepted", "none", "accepted", "none", "none", "none", "none"]


def as_csv(folder):
    rows = [["" if cell is None else cell for cell in row] for row in ROWS]
    return table(folder / "in.csv", rows, HEADER)


def as_parquet(folder):
    path = folder / "in.parquet"
    frame = pd.DataFrame(ROWS, columns=HEADER)
    frame["精度"] = pd.to_numeric(frame["精度"], errors="coerce")
    frame.to_parquet(path, index=False)
    return path


def as_workbook(folder):
    path = folder / "in.xlsx"
    columns = [workbooks.Column(title) for title in HEADER]
    path.write_bytes(workbooks.write([workbooks.Sheet("点", columns, ROWS)]))
    return path


def as_geojson(folder):
    features = [
        {
            "type": "Feature",
            "id": row[0],
            "geometry": row[1] and {"type": "Point", "coordinates": [row[1], row[2]]},
            "properties": dict(zip(HEADER, row, strict=True)),
        }
        for row in ROWS
    ]
    path = folder / "in.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "name": "点", "features": features}))
    return path


MAKERS = {"csv": as_csv, "parquet": as_parquet, "xlsx": as_workbook, "geojson": as_geojson}


def records(path):
    match kind_of(path):
        case Kind.CSV:
            return read(path)
        case Kind.PARQUET:
            return pq.read_table(path).to_pylist()
        case Kind.GEOJSON:
            return [one["properties"] for one in json.loads(path.read_text())["features"]]
        case Kind.WORKBOOK:
            header, *rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
            return [dict(zip(header, row, strict=True)) for row in rows]


def plain(record, names):
    """Values as text: kinds of files write numbers and nothing in their own ways."""
    made = []
    for name in names:
        value = record[name]
        nothing = value is None or (isinstance(value, float) and math.isnan(value))
        made.append("" if nothing else str(float(value)) if is_number(value) else str(value))
    return made


def is_number(value):
    try:
        float(value)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("made", MAKERS)
@pytest.mark.parametrize("wanted", MAKERS)
def test_every_kind_into_every_kind(session, world, tmp_path, made, wanted):
    target = tmp_path / f"out.{wanted}"
    assert locate_table(session, MAKERS[made](tmp_path), target, COLUMNS, DAY) == len(ROWS)
    found = records(target)
    assert [one["id"] for one in found] == [row[0] for row in ROWS]
    assert [one["grid_status"] for one in found] == STATUSES
    reference = tmp_path / "reference.csv"
    locate_table(session, as_csv(tmp_path), reference, COLUMNS, DAY)
    names = [name for name in (*HEADER, *ADDED) if name != "gazetteer"]
    for one, other in zip(found, read(reference), strict=True):
        assert plain(one, names) == plain(other, names)


def test_the_columns_say_what_the_service_says(session, world, tmp_path):
    target = tmp_path / "out.csv"
    locate_table(session, as_csv(tmp_path), target, COLUMNS, DAY)
    for row, record in zip(ROWS, read(target), strict=True):
        if row[0] in "mdef":
            continue
        phone = row[4].lower() == "gps"
        source = PlaceSource.GPS if phone else PlaceSource.PIN
        place = Place(row[1], row[2], "wgs84", row[5] or None, source)
        [location] = locate_many(session, [place], DAY)
        assert record["grid_status"] == location.grid.status.value
        assert record["building_status"] == location.building.status.value
        assert record["grid_code"] == (location.grid_named.code if location.grid_named else "")
        assert record["community"] == (location.community.name if location.community else "")
        facts = location.building_facts
        assert record["building"] == (facts.code if facts else "")
        assert record["building_name"] == (facts.title if facts else "")
        others = " ".join(one.code for one in location.building.alternatives)
        assert record["building_alternatives"] == others
        others = " ".join(one.code for one in location.grid.alternatives)
        assert record["grid_alternatives"] == others
        assert record["reasons"] == " ".join((*location.grid.faults, *location.building.faults))


def test_why_a_row_cannot_be_read(session, world, tmp_path):
    target = tmp_path / "out.csv"
    locate_table(
        session, as_csv(tmp_path), target, COLUMNS, DAY, Way(words=lambda code: f"<{code}>")
    )
    told = {one["id"]: (one["reasons"], one["reasons_text"]) for one in read(target)}
    assert told["m"] == told["d"] == ("bad_coordinates", "<bad_coordinates>")
    assert told["e"][0] == "bad_source"
    assert told["f"][0] == "bad_accuracy"
    assert told["c"] == ("outside no_building_near", "<outside>；<no_building_near>")


def test_a_geojson_keeps_all_that_it_has(session, world, tmp_path):
    line = {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}
    source = as_geojson(tmp_path)
    whole = json.loads(source.read_text())
    whole["features"].append({"type": "Feature", "geometry": line, "properties": None, "more": [1]})
    source.write_text(json.dumps(whole))
    target = tmp_path / "out.geojson"
    locate_table(session, source, target, PointColumns("wgs84"), DAY)
    found = json.loads(target.read_text())
    assert found["name"] == "点"
    for one, other in zip(found["features"], whole["features"], strict=True):
        kept = {name: one["properties"][name] for name in other["properties"] or {}}
        assert one | {"properties": kept or None} == other
        assert set(ADDED) <= set(one["properties"])


def test_numbers_that_json_has_not_become_null(session, world, tmp_path):
    target = tmp_path / "out.geojson"
    locate_table(session, as_parquet(tmp_path), target, COLUMNS, DAY)
    told = json.loads(target.read_text(), parse_constant=pytest.fail)["features"]
    assert [one["properties"]["精度"] for one in told[:4]] == [None, None, None, 8.0]


def test_a_geoparquet_keeps_types_geometry_and_system(session, world, tmp_path):
    frame = geopandas.GeoDataFrame(
        {"id": [1, 2, 3], "when": pd.to_datetime(["2026-01-01"] * 3)},
        geometry=[shapely.Point(lonlat(30, 30)), None, shapely.box(0, 0, 1, 1)],
        crs=4326,
    )
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    frame.to_parquet(source)
    locate_table(session, source, target, PointColumns("wgs84"), DAY)
    found = geopandas.read_parquet(target)
    assert found.crs == frame.crs
    assert found["building"].tolist() == ["h", "", ""]
    assert found["reasons"].tolist() == ["", "bad_coordinates", "bad_coordinates"]
    assert pd.DataFrame(found[["id", "when"]]).equals(pd.DataFrame(frame[["id", "when"]]))
    assert found.geometry[2].equals(frame.geometry[2])
    as_text = tmp_path / "out.csv"
    locate_table(session, source, as_text, PointColumns("wgs84"), DAY)
    assert read(as_text)[2]["geometry"].startswith("POLYGON")


def test_geoparquet_of_separated_points(session, world, tmp_path):
    lon, lat = lonlat(30, 30)
    points = pa.array([{"x": lon, "y": lat}, None], pa.struct([("x", "float64"), ("y", "float64")]))
    geo = {"primary_column": "where", "columns": {"where": {"encoding": "point"}}}
    made = pa.table({"where": points}).replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(made, tmp_path / "in.parquet")
    target = tmp_path / "out.csv"
    locate_table(session, tmp_path / "in.parquet", target, PointColumns("wgs84"), DAY)
    assert [one["building"] for one in read(target)] == ["h", ""]


CELLS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
    st.sampled_from(
        ["", "nan", "inf", "-181", "113.9", "34.7", "1e400", "１１３", '"', "\r\n", "，"]
    ),
    st.floats(113.899, 113.904).map(repr),
    st.floats(34.699, 34.703).map(repr),
)
TABLES = st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), max_size=40)


@pytest.mark.parametrize("wanted", ["csv", "parquet", "geojson"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=TABLES, chunk=st.sampled_from([1, 7, 50_000]), few=st.sampled_from([0, 2_000]))
def test_no_row_is_lost_or_moved(session, tmp_path, wanted, rows, chunk, few):
    if not world_is_there(session):
        make_world(session)
    source = table(tmp_path / "in.csv", rows, ("note", "lon", "lat", "accuracy"))
    target = tmp_path / f"out.{wanted}"
    columns = PointColumns("wgs84", accuracy="accuracy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(point_tables, "CHUNK", chunk)
        patch.setattr(point_tables, "FEW", few)
        assert locate_table(session, source, target, columns, DAY) == len(rows)
    found = records(target)
    kept = [tuple(one[name] for name in ("note", "lon", "lat", "accuracy")) for one in found]
    assert kept == rows
    for one in found:
        read_well = one["grid_status"] == "accepted" or one["reasons"]
        assert read_well
        assert (one["grid_status"] == "accepted") == bool(one["grid_code"])


def world_is_there(session):
    return bool(session.connection().exec_driver_sql("SELECT 1 FROM grid LIMIT 1").all())


def test_what_is_not_of_its_kind_is_refused(session, world, tmp_path):
    def refused(error, name, content):
        source = tmp_path / name
        source.write_bytes(content)
        with pytest.raises(error):
            locate_table(session, source, tmp_path / "out.csv", PointColumns("wgs84"), DAY)
        assert list(tmp_path.glob("out*")) == []

    refused(UnreadableFile, "a.geojson", b'{"type": "FeatureCollection"')
    refused(UnreadableFile, "b.geojson", b'{"type": "Point", "coordinates": [1, 2]}')
    refused(UnreadableFile, "c.parquet", b"PAR1 and nothing more")
    refused(UnreadableFile, "d.xlsx", b"PK\x03\x04 broken")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "no workbook")
    refused(UnreadableFile, "e.xlsx", packed.getvalue())
    refused(InvalidInput, "f.csv", b"a,b\n1,2\n")
    whole = as_workbook(tmp_path).read_bytes()
    sheet = whole.index(b"xl/worksheets/sheet1.xml") + 60
    refused(UnreadableFile, "g.xlsx", whole[:sheet] + b"\x00\xff" * 40 + whole[sheet + 80 :])


def test_an_ending_that_nobody_knows(session, world, tmp_path):
    source = as_csv(tmp_path)
    with pytest.raises(InvalidInput, match="dbf"):
        locate_table(session, source, tmp_path / "out.dbf", COLUMNS, DAY)
    locate_table(session, source, tmp_path / "out", COLUMNS, DAY)
    assert len(read(tmp_path / "out")) == len(ROWS)


def test_a_missing_library_is_asked_for(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(optional, "import_module", missing)
    with pytest.raises(InvalidInput) as refusal:
        optional.needed("pyarrow.parquet")
    assert 'pip install "gridmap[archive]"' in refusal.value.message("en")
    assert "pyarrow" in refusal.value.message("zh")


def test_rows_behind_the_last_are_no_rows(session, world, tmp_path):
    book = openpyxl.Workbook()
    for row in (["lon", "lat", None], [*lonlat(30, 30), None], [], [None, None], lonlat(30, 30)):
        book.active.append(row)
    book.active.cell(90, 1).number_format = "0.00"
    book.save(tmp_path / "in.xlsx")
    target = tmp_path / "out.csv"
    assert locate_table(session, tmp_path / "in.xlsx", target, PointColumns("wgs84"), DAY) == 4
    assert [one["building"] for one in read(target)] == ["h", "", "", "h"]


def test_the_file_may_take_its_own_place(session, world, tmp_path):
    source = as_csv(tmp_path)
    before = read(source)
    locate_table(session, source, source, COLUMNS, DAY)
    assert [{name: row[name] for name in HEADER} for row in read(source)] == before
