"""A table of points keeps its rows and gains its places."""

import csv
from datetime import date

import pytest

from geodata import point_tables
from geodata.point_tables import ADDED, PointColumns, Way, locate_table
from gridmap.errors import InvalidInput, UnknownCrs, UnreadableFile
from gridmap.geometry import crs
from tests import worlds
from tests.worlds import lonlat

DAY = date(2026, 6, 1)


@pytest.fixture
def world(session):
    world = worlds.draw(session, "AB")
    yard = world.compound("yard", 0, 0, 95, 95)
    house = world.house("h", 20, 20, grid="A", number="3", compound_id=yard.id)
    world.organisation("building_group", "3号楼党小组", building_id=house.id)
    return world


def table(path, rows, header=("id", "lon", "lat", "备注"), encoding="utf-8"):
    with path.open("w", newline="", encoding=encoding) as out:
        writer = csv.writer(out)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as incoming:
        return list(csv.DictReader(incoming))


def locate(session, source, system="wgs84", *, progress=lambda _rows: None, **columns):
    target = source.with_name("out.csv")
    count = locate_table(
        session, source, target, PointColumns(system, **columns), DAY, Way(progress=progress)
    )
    return count, read(target)


def test_rows_stay_in_order_and_gain_their_places(session, world, tmp_path):
    rows = [
        ("z", *lonlat(30, 30), "灯坏了"),
        ("a", *lonlat(80, 80), "=1+1"),
        ("m", "没有", "", ""),
        ("b", *lonlat(150, 50), '引号"，逗号,'),
        ("c", *lonlat(500, 50), "外面"),
        ("d", "nan", "34", ""),
    ]
    count, found = locate(session, table(tmp_path / "in.csv", rows))
    assert count == len(rows)
    assert [(row["id"], row["备注"]) for row in found] == [(row[0], row[3]) for row in rows]
    a, b = world.grids["A"].code, world.grids["B"].code
    assert [row["grid_code"] for row in found] == [a, a, "", b, "", ""]
    assert (
        found[0] | {"building": "h", "building_group": "3号楼党小组", "compound": "yard"}
        == found[0]
    )
    assert found[0]["community_code"] == world.community.code
    assert [row["reasons"] for row in found] == [
        "",
        "courtyard",
        "bad_coordinates",
        "no_building_near",
        "outside no_building_near",
        "bad_coordinates",
    ]


def test_gbk_and_another_system(session, world, tmp_path):
    lon, lat = crs.from_wgs84(*lonlat(30, 30), "bd09")
    source = table(
        tmp_path / "in.csv", [(1, lon, lat, "路灯")], ("编号", "经度", "纬度", "备注"), "gb18030"
    )
    _, found = locate(session, source, "bd09", lon="经度", lat="纬度")
    assert (found[0]["building"], found[0]["备注"]) == ("h", "路灯")


def test_chunks_do_not_show(session, world, tmp_path, monkeypatch):
    rows = [(i, *lonlat(i % 200, 20 + i % 7), "") for i in range(50)]
    source = table(tmp_path / "in.csv", rows)
    _, whole = locate(session, source)
    monkeypatch.setattr(point_tables, "CHUNK", 7)
    seen = []
    count, chunked = locate(session, source, progress=seen.append)
    assert (count, chunked) == (50, whole)
    assert sum(seen) == 50
    assert len(seen) == 8
    monkeypatch.setattr(point_tables, "FEW", 0)
    assert locate(session, source) == (50, whole)


def test_what_cannot_be_read_is_refused_and_leaves_no_file(session, world, tmp_path):
    good = [(1, *lonlat(30, 30), "")]
    target = tmp_path / "out.csv"

    def refused(error, source, system="wgs84", **columns):
        with pytest.raises(error):
            locate_table(session, source, target, PointColumns(system, **columns), DAY)
        assert list(tmp_path.glob("out.csv*")) == []

    refused(UnknownCrs, table(tmp_path / "a.csv", good), "mars")
    refused(InvalidInput, table(tmp_path / "b.csv", good), lon="x")
    refused(InvalidInput, table(tmp_path / "c.csv", good, ("id", "lon", "lat", ADDED[0])))
    refused(UnreadableFile, table(tmp_path / "d.csv", [*good, (1, 2, 3, 4, 5)]))
    binary = tmp_path / "e.csv"
    binary.write_bytes(bytes(range(128, 256)) * 3)
    refused(UnreadableFile, binary)
    empty = tmp_path / "f.csv"
    empty.write_text("")
    refused(UnreadableFile, empty)


def test_three_statements_a_file(session, world, tmp_path, statements, monkeypatch):
    """The version, what is near, the names: further chunks of the same places need one each."""
    source = table(tmp_path / "in.csv", [(i, *lonlat(i, 30), "") for i in range(100)])
    statements.clear()
    locate(session, source)
    assert len(statements) == 3
    monkeypatch.setattr(point_tables, "CHUNK", 50)
    monkeypatch.setattr(point_tables, "FEW", 0)
    statements.clear()
    locate(session, source)
    assert len(statements) <= 4 + 3 + 2
