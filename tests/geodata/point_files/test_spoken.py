"""Rows with words: they give the place where nothing surer does, and never more than they say."""

import csv

import pytest

from geodata.point_tables import SAID, PointColumns, locate_table
from gridmap.geolocation.rules import Place
from gridmap.geolocation.service import locate_many
from gridmap.terms import PlaceSource
from tests import worlds
from tests.geodata.test_point_tables import DAY, read
from tests.worlds import lonlat


@pytest.fixture
def world(session):
    world = worlds.draw(session, "AAB\nAAB")
    estate = world.compound("estate", 0, 0, 95, 95, name="书香苑")
    astride = world.compound("astride", 120, 10, 280, 90, name="望江府")
    world.house("3", 20, 20, grid="A", number="3", compound_id=estate.id)
    world.house("5", 60, 60, grid="A", number="5", compound_id=estate.id)
    world.house("w1", 130, 20, grid="A", number="1", compound_id=astride.id)
    world.house("w2", 240, 20, grid="B", number="2", compound_id=astride.id)
    return world


def located(session, tmp_path, *rows, **columns):
    """Rows of x, y (None for no point), text and source."""
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    with source.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["lon", "lat", "text", "source", "accuracy"])
        for x, y, text, by in rows:
            writer.writerow([*(lonlat(x, y) if x is not None else ("", "")), text, by, 20])
    asked = PointColumns("wgs84", source="source", accuracy="accuracy", text="text")
    locate_table(session, source, target, asked, DAY)
    return read(target)


def test_a_text_without_a_point(session, world, tmp_path):
    [row] = located(session, tmp_path, (None, None, "书香苑3号楼2单元501室漏水", "gps"))
    assert (row["grid_status"], row["grid_code"]) == ("accepted", world.grids["A"].code)
    assert (row["building_status"], row["building"]) == ("accepted", "3")
    assert [row[name] for name in SAID] == ["accepted", "书香苑3号楼", "2", row["floor"], "501"]
    assert "bad_coordinates" not in row["reasons"]


def test_words_decide_over_the_phone_and_a_person_over_words(session, world, tmp_path):
    near_5 = (70, 70)
    phone, pin = located(
        session, tmp_path, (*near_5, "书香苑3号楼", "gps"), (*near_5, "书香苑3号楼", "pin")
    )
    assert (phone["building"], pin["building"]) == ("3", "5")


def test_a_compound_gives_its_grid_where_it_has_one(session, world, tmp_path):
    one, two = located(
        session, tmp_path, (None, None, "书香苑里面", ""), (None, None, "书香苑", "gps")
    )
    assert one["grid_code"] == two["grid_code"]
    assert one["reasons"] == "no_building_named"
    assert (two["grid_code"], two["building_status"], two["building"]) == (
        world.grids["A"].code,
        "ask",
        "",
    )
    [astride] = located(session, tmp_path, (None, None, "望江府", "gps"))
    assert (astride["grid_status"], astride["grid_code"]) == ("ask", "")
    codes = {world.grids["A"].code, world.grids["B"].code}
    assert set(astride["grid_alternatives"].split()) == codes


def test_beside_a_building_is_not_in_it(session, world, tmp_path):
    [row] = located(session, tmp_path, (None, None, "书香苑3号楼对面", "gps"))
    assert (row["building_status"], row["building"]) == ("ask", "")
    assert row["building_alternatives"].split()[0] == "3"
    assert row["grid_code"] == world.grids["A"].code
    [edge] = located(session, tmp_path, (None, None, "望江府1号楼旁边", "gps"))
    assert edge["grid_code"] == world.grids["A"].code


def test_where_phone_and_words_are_far_apart_the_desk_is_asked(session, world, tmp_path):
    [row] = located(session, tmp_path, (290, 190, "书香苑3号楼", "gps"))
    assert (row["grid_status"], row["building_status"]) == ("ask", "ask")
    assert "contradicts" in row["reasons"]
    assert (row["building"], row["building_alternatives"]) == ("", "3")


def test_a_text_that_says_no_place(session, world, tmp_path):
    with_point, without = located(
        session, tmp_path, (70, 70, "灯坏了", "pin"), (None, None, "灯坏了", "gps")
    )
    assert (with_point["building"], with_point["text_status"]) == ("5", "none")
    assert (without["grid_status"], without["building_status"]) == ("none", "none")
    assert without["reasons"] == "no_place"


def test_a_phone_beside_a_text_that_says_too_little(session, world, tmp_path):
    """As the phone alone: a compound's name does not move it."""
    [row] = located(session, tmp_path, (70, 70, "书香苑", "gps"))
    [alone] = locate_many(session, [Place(*lonlat(70, 70), "wgs84", 20.0, PlaceSource.GPS)], DAY)
    assert row["building_status"] == alone.building.status.value
    assert row["grid_code"] == world.grids["A"].code
