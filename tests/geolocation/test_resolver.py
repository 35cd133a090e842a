"""Words and point together: two verdicts that agree, contradict, or ask."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from geoalchemy2.shape import from_shape
from shapely.geometry import LineString, MultiLineString

from gridmap.geolocation.resolver import SHIFT_M, resolve
from gridmap.geolocation.rules import Place
from gridmap.geometry import crs
from gridmap.ledger.geography import Place as PointOfInterest
from gridmap.ledger.geography import Road
from gridmap.store.base import from_day
from gridmap.terms import PlaceSource, Verdict
from tests.worlds import START, draw, lonlat, square

DAY = date(2026, 5, 20)


@pytest.fixture
def world(session):
    """Grids A and B, 300 m each; compounds in one grid and across both; a road along their edge; a market."""
    world = draw(session, "AAABBB\nAAABBB\nAAABBB")
    world.compound("c1", 0, 0, 140, 140, name="书香苑小区", aliases=["书香苑"])
    world.compound("c2", 400, 0, 560, 140, name="世纪公寓")
    world.compound("c3", 220, 200, 380, 280, name="和平新村", zones=["一期", "二期"])
    for compound, x, grid in (("c1", 20, "A"), ("c2", 420, "B")):
        for number in (1, 3):
            world.house(
                f"{compound}-{number}", x + 30 * number, 40, grid=grid,
                compound_id=world.compounds[compound].id, number=str(number),
            )  # fmt: skip
    for zone, x, grid in (("一期", 230, "A"), ("二期", 340, "B")):
        world.house(
            f"c3-{zone}-2", x, 220, grid=grid,
            compound_id=world.compounds["c3"].id, zone=zone, number="2",
        )  # fmt: skip
        world.house(
            f"c3-{zone}-5", x, 250, grid="A",
            compound_id=world.compounds["c3"].id, zone=zone, number="5",
        )  # fmt: skip
    world.house("edge", 270, 20, grid="A", name="望江大厦")
    line = from_shape(MultiLineString([LineString([lonlat(300, 0), lonlat(300, 300)])]), 4326)
    world.session.add(
        Road(code="r1", name="解放路", kind="primary", line=line, valid=from_day(START))
    )
    shape = from_shape(square(200, 150, 210, 160), 4326)
    world.session.add(
        PointOfInterest(
            code="m1", name="东门菜市场", kind="market", shape=shape, valid=from_day(START)
        )
    )
    world.session.flush()
    return world


def at(x, y, accuracy=20.0, source=PlaceSource.GPS, system="wgs84"):
    lon, lat = crs.from_wgs84(*lonlat(x, y), system)
    return Place(lon, lat, system, accuracy, source)


def found(world, text, place=None):
    return resolve(world.session, text, place, DAY)


def grid(world, resolved):
    letters = {row.id: letter for letter, row in world.grids.items()}
    verdict = resolved.location.grid
    return (
        verdict.status,
        letters.get(verdict.id),
        [letters[one.id] for one in verdict.alternatives],
    )


def house(world, resolved):
    codes = {row.id: code for code, row in world.buildings.items()}
    verdict = resolved.location.building
    return verdict.status, codes.get(verdict.id), [one.code for one in verdict.alternatives]


ACCEPTED, ASK, NONE = Verdict.ACCEPTED, Verdict.ASK, Verdict.NONE


def test_words_alone_give_building_and_its_grid(world):
    resolved = found(world, "书香苑3号楼2单元门口路灯坏了")
    assert grid(world, resolved) == (ACCEPTED, "A", [])
    assert house(world, resolved) == (ACCEPTED, "c1-3", [])
    assert resolved.location.place.source is PlaceSource.WORDS
    assert (resolved.location.lon, resolved.location.lat) == pytest.approx(
        lonlat(120, 50), abs=1e-6
    )
    assert resolved.record()["unit"] == "2"
    assert resolved.record()["title"] == "书香苑小区3号楼"


def test_a_compound_in_one_grid_needs_no_building(world):
    resolved = found(world, "书香苑里面路灯都不亮")
    assert grid(world, resolved) == (ACCEPTED, "A", [])
    assert (house(world, resolved), resolved.location.building.faults) == (
        (NONE, None, []),
        ("no_number",),
    )
    assert resolved.location.compound.code == "c1"


def test_a_compound_in_two_grids_is_asked_about(world):
    assert grid(world, found(world, "和平新村里面有积水")) == (ASK, None, ["A", "B"])


def test_a_missing_zone_asks_between_buildings_and_between_grids_where_they_differ(world):
    resolved = found(world, "和平新村2号楼漏水")
    assert house(world, resolved) == (ASK, None, ["c3-一期-2", "c3-二期-2"])
    assert grid(world, resolved) == (ASK, None, ["A", "B"])


def test_buildings_that_lie_in_one_grid_leave_no_doubt_about_it(world):
    resolved = found(world, "和平新村5号楼漏水")
    assert house(world, resolved)[0] is ASK
    assert grid(world, resolved) == (ACCEPTED, "A", [])


def test_beside_a_building_the_grid_is_kept_only_where_all_around_it_lies_in_it(world):
    inside = found(world, "书香苑1号楼旁边有垃圾")
    assert (grid(world, inside), house(world, inside)) == (
        (ACCEPTED, "A", []),
        (ACCEPTED, "c1-1", []),
    )
    at_edge = found(world, "望江大厦对面有人违停")
    assert grid(world, at_edge) == (ASK, None, ["A", "B"])


def test_a_road_along_an_edge_is_asked_about(world):
    assert grid(world, found(world, "解放路路面坏了")) == (ASK, None, ["A", "B"])


def test_a_place_of_interest_is_a_point(world):
    resolved = found(world, "东门菜市场里污水横流")
    assert grid(world, resolved) == (ACCEPTED, "A", [])
    assert house(world, resolved)[0] is NONE


def test_a_crossing_is_no_building_however_near_one_stands(world):
    line = from_shape(MultiLineString([LineString([lonlat(0, 50), lonlat(600, 50)])]), 4326)
    world.session.add(
        Road(code="r2", name="人民路", kind="primary", line=line, valid=from_day(START))
    )
    world.house("corner", 310, 52, grid="B", name="转角楼")
    resolved = found(world, "人民路和解放路路口红绿灯坏了")
    assert resolved.said.best.candidate.level == "crossing"
    assert house(world, resolved)[:2] == (NONE, None)
    assert grid(world, resolved)[0] is ACCEPTED


def test_a_number_that_the_table_does_not_have_is_asked(world):
    resolved = found(world, "书香苑9号楼漏水")
    assert grid(world, resolved) == (ASK, None, ["A"])
    assert house(world, resolved)[1] is None


def test_nothing_said_and_nothing_pointed_at_is_nowhere(world):
    resolved = found(world, "电梯又坏了，请处理")
    assert (resolved.location, resolved.record()) == (None, None)


def test_an_unsure_phone_is_settled_by_clear_words(world):
    phone = at(290, 40, 60.0)
    assert grid(world, found(world, "路灯坏了", phone))[0] is ASK
    resolved = found(world, "望江大厦门厅漏水", phone)
    assert (grid(world, resolved), house(world, resolved)) == (
        (ACCEPTED, "A", []),
        (ACCEPTED, "edge", []),
    )


def test_a_phone_knows_the_grid_where_words_leave_it_open(world):
    resolved = found(world, "和平新村里面有积水", at(240, 240, 15.0))
    assert grid(world, resolved) == (ACCEPTED, "A", [])
    assert resolved.location.place.source is PlaceSource.GPS


def test_words_ask_about_buildings_that_the_phone_does_not_know(world):
    resolved = found(world, "和平新村5号楼漏水", at(300, 260, 80.0))
    assert house(world, resolved) == (ASK, None, ["c3-一期-5", "c3-二期-5"])


def test_a_far_phone_does_not_overrule_clear_words_but_is_told(world):
    resolved = found(world, "书香苑3号楼漏水", at(550, 250))
    assert house(world, resolved) == (ACCEPTED, "c1-3", [])
    assert "phone_elsewhere" in resolved.location.grid.faults
    assert resolved.suspect is None
    assert resolved.record()["apart_m"] > 300


def test_a_far_phone_makes_doubtful_words_a_question(world):
    doubtful = found(world, "书乡苑3号楼漏水")
    assert house(world, doubtful) == (ACCEPTED, "c1-3", [])
    resolved = found(world, "书乡苑3号楼漏水", at(550, 250))
    assert grid(world, resolved) == (ASK, None, ["A", "B"])
    assert house(world, resolved)[:2] == (ASK, None)


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_a_point_in_another_system_than_it_says_is_found_out(world, system):
    lon, lat = crs.from_wgs84(*lonlat(118, 52), system)
    resolved = found(world, "书香苑3号楼漏水", Place(lon, lat, "wgs84", 20.0, PlaceSource.GPS))
    assert resolved.suspect == system
    assert "crs_suspect" in resolved.location.grid.faults
    assert house(world, resolved)[1] == "c1-3"
    right = found(world, "书香苑3号楼漏水", at(118, 52, system=system))
    assert (right.suspect, right.location.grid.faults) == (None, ())


def test_no_two_systems_are_farther_apart_than_is_looked_for():
    lon, lat = (
        axis.ravel() for axis in np.meshgrid(np.arange(72, 138, 0.5), np.arange(3, 56, 0.5))
    )
    east, north = crs.metres_per_degree(lat)
    read = [crs.to_wgs84(lon, lat, system) for system in ("wgs84", "gcj02", "bd09")]
    apart = [
        np.hypot((x - other_x) * east, (y - other_y) * north).max()
        for x, y in read
        for other_x, other_y in read
    ]
    assert 1_000 < max(apart) < SHIFT_M / 1.5


def test_who_points_at_the_map_means_it(world):
    resolved = found(world, "书香苑3号楼漏水", at(480, 50, None, PlaceSource.PIN))
    assert grid(world, resolved)[:2] == (ACCEPTED, "B")
    assert "words_elsewhere" in resolved.location.grid.faults


def test_words_choose_between_buildings_that_a_pin_leaves_open(world):
    pin = at(90, 50, None, PlaceSource.PIN)
    assert house(world, found(world, "楼道灯不亮", pin))[0] is ASK
    resolved = found(world, "书香苑3号楼楼道灯不亮", pin)
    assert house(world, resolved)[:2] == (ACCEPTED, "c1-3")
    assert "said" in resolved.location.building.faults
    assert resolved.location.place.source is PlaceSource.PIN
