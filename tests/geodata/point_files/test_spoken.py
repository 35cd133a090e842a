"""Rows with words get what POST /api/v1/locate says of each, from the database and from memory."""

import csv
import json

import pytest
from geoalchemy2.shape import from_shape
from shapely.geometry import LineString, MultiLineString

from geodata import point_tables
from geodata.point_tables import SAID, PointColumns, Way, dask_engine, locate_table
from gridmap.geometry import crs
from gridmap.ledger.geography import Place as PointOfInterest
from gridmap.ledger.geography import Road
from gridmap.store.base import from_day
from tests import worlds
from tests.geodata.test_point_tables import DAY, read
from tests.worlds import START, lonlat, square


@pytest.fixture
def world(session):
    world = worlds.draw(session, "AAB\nAAB")
    estate = world.compound("estate", 0, 0, 95, 95, name="书香苑")
    astride = world.compound("astride", 120, 10, 280, 90, name="望江府", zones=["一期", "二期"])
    world.house("3", 20, 20, grid="A", number="3", compound_id=estate.id)
    world.house("5", 60, 60, grid="A", number="5", compound_id=estate.id)
    world.house("w1", 130, 20, grid="A", number="1", zone="一期", compound_id=astride.id)
    world.house("w2", 240, 20, grid="B", number="1", zone="二期", compound_id=astride.id)
    world.house("edge", 175, 120, grid="A", name="望江大厦")
    line = from_shape(MultiLineString([LineString([lonlat(200, 0), lonlat(200, 200)])]), 4326)
    session.add(Road(code="r1", name="解放路", kind="primary", line=line, valid=from_day(START)))
    shape = from_shape(square(40, 150, 50, 160), 4326)
    session.add(
        PointOfInterest(
            code="m1", name="东门菜市场", kind="market", shape=shape, valid=from_day(START)
        )
    )
    session.flush()
    return world


HEADER = ["lon", "lat", "text", "source", "accuracy"]
COLUMNS = {"source": "source", "accuracy": "accuracy", "text": "text"}


def written(path, rows):
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        writer.writerows(rows)
    return path


def row(x, y, text, by="gps", accuracy=20):
    """A row at x, y metres (None for no point)."""
    return [*(lonlat(x, y) if x is not None else ("", "")), text, by, accuracy]


def located(session, tmp_path, *rows, system="wgs84", way=None):
    source, target = written(tmp_path / "in.csv", rows), tmp_path / "out.csv"
    locate_table(session, source, target, PointColumns(system, **COLUMNS), DAY, way)
    return read(target)


TEXTS = (
    "",
    "书香苑3号楼2单元501室漏水",
    "书香苑3号楼对面",
    "书香苑里面积水",
    "书香苑9号楼",
    "书乡苑3号楼漏水",
    "望江府",
    "望江府1号楼",
    "望江府一期1号楼旁边",
    "望江大厦门口",
    "解放路路面坏了",
    "东门菜市场旁边",
    "3号楼电梯停了",
    "书香苑社区",
    "灯坏了，请处理",
)
POINTS = (None, (30, 30), (52, 52), (110, 50), (199, 130), (290, 190), (-40, 50))
MIXED = [
    row(*(point or (None, None)), text, by, accuracy)
    for text in TEXTS
    for point in POINTS
    for by, accuracy in (("pin", ""), ("gps", 20), ("gps", 4), ("gps", 90))
    if text or point
    if point or by == "pin"
]


def said_by_api(client, given, system):
    lon, lat, text, by, accuracy = given
    body = {"text": text, "day": DAY.isoformat()}
    if lon != "":
        point = {"lon": lon, "lat": lat, "crs": system, "source": by}
        body["point"] = point if accuracy == "" else point | {"accuracy": accuracy}
    return client.post("/api/v1/locate", json=body).json


def as_columns(answer, text):
    """What the API says as a file has it."""
    words = [one["code"] for one in answer["faults"]]
    place = answer["location"]
    told = dict.fromkeys(SAID, "")
    if text:
        told = {
            "text_status": answer["status"],
            "text_place": (answer["understood"] or {}).get("title", ""),
            **{name: answer[name] or "" for name in ("unit", "floor", "room")},
            "text_reasons": " ".join(words),
            "crs_suspected": answer["suspect"] or "",
        }
    if place is None:
        nothing = dict.fromkeys(("grid_status", "building_status"), "none")
        return told | nothing | {"grid_code": "", "building": "", "reasons": " ".join(words)}
    grid, building = place["grid"], place["building"]
    faults = [one["code"] for one in (*grid["faults"], *building["faults"])]
    return told | {
        "grid_status": grid["status"],
        "grid_code": grid["code"] or "",
        "grid_alternatives": " ".join(one["code"] for one in grid["alternatives"]),
        "community_code": (place["community"] or {}).get("code", "") if grid["code"] else "",
        "building_status": building["status"],
        "building": building["code"] or "",
        "building_alternatives": " ".join(one["code"] for one in building["alternatives"]),
        "compound": (place["compound"] or {}).get("code", ""),
        "reasons": " ".join(dict.fromkeys(faults)),
    }


@pytest.fixture(params=["asked", "held"])
def way_to_look(request, monkeypatch):
    """By the database, or in memory and in several chunks."""
    held = request.param == "held"
    monkeypatch.setattr(point_tables, "FEW_TEXTS", 0 if held else len(MIXED))
    monkeypatch.setattr(point_tables, "CHUNK_OF_TEXTS", 100 if held else len(MIXED))


@pytest.mark.usefixtures("world", "way_to_look")
@pytest.mark.parametrize("system", ["wgs84", "gcj02"])
def test_every_row_is_what_the_api_says(session, client, tmp_path, system):
    """In another system than the points are in, they lie some 500 m away: contradictions, suspicions, outside."""
    found = located(session, tmp_path, *MIXED, system=system)
    kinds = set()
    for given, one in zip(MIXED, found, strict=True):
        told = as_columns(said_by_api(client, given, system), given[2])
        assert one | told == one, given
        kinds.add((one["grid_status"], one["building_status"], one["reasons"]))
    assert len(kinds) > 15


def test_a_point_in_another_system_is_suspected(session, world, tmp_path):
    lon, lat = crs.from_wgs84(*lonlat(30, 30), "gcj02")
    [one] = located(session, tmp_path, [lon, lat, "书香苑3号楼", "gps", 20])
    assert (one["building"], one["reasons"], one["crs_suspected"]) == ("3", "crs_suspect", "gcj02")


def test_dask_reads_the_same(session, world, tmp_path, monkeypatch):
    pytest.importorskip("distributed", reason="dask is not installed")
    monkeypatch.setattr(point_tables, "FEW_TEXTS", 0)
    monkeypatch.setattr(point_tables, "CHUNK_OF_TEXTS", 100)
    here = located(session, tmp_path, *MIXED)
    assert located(session, tmp_path, *MIXED, way=Way(dask_engine(workers=2))) == here


def test_a_text_without_a_point(session, world, tmp_path):
    [one] = located(session, tmp_path, row(None, None, "书香苑3号楼2单元501室漏水"))
    assert (one["grid_status"], one["grid_code"]) == ("accepted", world.grids["A"].code)
    assert (one["building_status"], one["building"]) == ("accepted", "3")
    assert (one["text_status"], one["text_place"]) == ("accepted", "书香苑3号楼")
    assert (one["unit"], one["room"], one["reasons"]) == ("2", "501", "")


def test_words_decide_over_the_phone_and_a_person_over_words(session, world, tmp_path):
    near_5 = (70, 70)
    phone, pin = located(
        session, tmp_path, row(*near_5, "书香苑3号楼"), row(*near_5, "书香苑3号楼", "pin")
    )
    assert (phone["building"], pin["building"]) == ("3", "5")


def test_a_row_lies_where_its_words_say(session, world, tmp_path):
    rows = [row(None, None, "书香苑3号楼"), row(70, 70, "灯坏了"), row(None, None, "灯坏了")]
    source, target = written(tmp_path / "in.csv", rows), tmp_path / "out.geojson"
    locate_table(session, source, target, PointColumns("wgs84", **COLUMNS), DAY)
    places = [one["geometry"] for one in json.loads(target.read_text("utf-8"))["features"]]
    assert places[0]["coordinates"] == pytest.approx(lonlat(30, 30), abs=1e-6)
    assert places[1]["coordinates"] == pytest.approx(lonlat(70, 70))
    assert places[2] is None


def test_a_point_that_cannot_be_read_is_told_beside_what_the_words_say(session, world, tmp_path):
    clear, none, blank, half = located(
        session,
        tmp_path,
        ["没有", 34, "书香苑3号楼", "gps", 20],
        ["?", "?", "灯坏了", "gps", 20],
        ["", "", "灯坏了", "gps", 20],
        ["", 34, "书香苑3号楼", "gps", 20],
    )
    assert (clear["building"], clear["reasons"]) == ("3", "bad_coordinates")
    assert none["reasons"] == "no_place bad_coordinates"
    assert blank["reasons"] == "no_place"
    assert (half["building"], half["reasons"]) == ("3", "bad_coordinates")


def test_a_row_that_is_wrong_otherwise_is_not_read(session, world, tmp_path):
    accuracy, source = located(
        session, tmp_path, row(30, 30, "书香苑3号楼", "gps", "?"), row(30, 30, "书香苑3号楼", "me")
    )
    assert (accuracy["reasons"], accuracy["text_status"]) == ("bad_accuracy", "")
    assert (source["reasons"], source["building"]) == ("bad_source", "")


def test_three_statements_more_than_without_texts(
    session, world, tmp_path, statements, monkeypatch
):
    """However many texts: the version of the names, which are held already, roads and communities."""
    monkeypatch.setattr(point_tables, "FEW_TEXTS", 0)
    located(session, tmp_path, *MIXED)
    statements.clear()
    located(session, tmp_path, *MIXED)
    few = len(statements)
    statements.clear()
    located(session, tmp_path, *MIXED, *MIXED)
    assert few == len(statements) <= 4 + 1 + 2 + 1 + 4
