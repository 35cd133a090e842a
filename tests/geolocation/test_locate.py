"""Locating on real PostGIS: edges, corners, courtyards, days, statements."""

from datetime import date, timedelta

import pytest
from geoalchemy2.shape import from_shape
from shapely.geometry import LineString, MultiLineString
from sqlalchemy import text

from gridmap.errors import BadCoordinates, OutsideCounty, UnknownCrs
from gridmap.geolocation.rules import Place
from gridmap.geolocation.service import locate, locate_many
from gridmap.geometry import crs
from gridmap.ledger.areas import GridVersion
from gridmap.ledger.geography import Road, RoadGrid
from gridmap.ledger.property import PropertyCompany, PropertyContract
from gridmap.store.base import from_day
from gridmap.terms import PartyKind, PostKind, Verdict
from tests import worlds
from tests.worlds import lonlat

DAY = date(2026, 6, 1)
TWO_BY_TWO = """
    CD
    AB
"""


@pytest.fixture
def world(session):
    return worlds.draw(session, TWO_BY_TWO)


def at(session, x, y, day=DAY, **place):
    lon, lat = lonlat(x, y)
    return locate(session, Place(lon, lat, place.pop("crs", "wgs84"), **place), day)


def code(world, letter):
    return world.grids[letter].code


def test_inside_a_grid(session, world):
    found = at(session, 150, 50)
    assert found.grid_named.code == code(world, "B")
    assert found.grid.faults == ()
    assert (found.community.name, found.township.name, found.county.name) == (
        "书香苑社区",
        "测试街道",
        "测试县",
    )


@pytest.mark.parametrize(
    ("x", "y", "letter"),
    [(100, 50, "A"), (100, 100, "A"), (100.1, 150, "C"), (50, 100.15, "A"), (150, 100, "B")],
)
def test_edges_and_corners_go_to_the_lowest_code_each_time(session, world, x, y, letter):
    answers = {(at(session, x, y).grid.id, at(session, x, y).grid.faults) for _ in range(3)}
    assert answers == {(world.grids[letter].id, ("edge",))}


def test_an_outer_corner_still_belongs_to_its_grid(session, world):
    found = at(session, 0, 0)
    assert (found.grid.id, found.grid.faults) == (world.grids["A"].id, ())


def test_the_owner_of_the_road_takes_its_edge(session, world):
    line = MultiLineString([LineString([lonlat(100, 0), lonlat(100, 200)])])
    session.add(
        Road(code="r", kind="primary", line=from_shape(line, 4326), valid=from_day(worlds.START))
    )
    session.add(RoadGrid(road_code="r", grid_id=world.grids["B"].id, valid=from_day(worlds.START)))
    session.flush()
    assert at(session, 100, 50).grid.faults == ("edge", "road_owner")
    assert at(session, 100, 50).grid.id == world.grids["B"].id
    assert at(session, 100, 150).grid.id == world.grids["C"].id, "B does not touch that edge"


def test_outside_says_how_far_and_never_snaps(session, world):
    found = at(session, 250, 50)
    assert (found.grid.status, found.grid.id, found.grid.faults) == (
        Verdict.NONE,
        None,
        ("outside",),
    )
    nearest = found.grid.alternatives[0]
    assert (nearest.code, nearest.distance_m) == (code(world, "B"), pytest.approx(50, abs=0.01))
    assert found.community is None
    with pytest.raises(OutsideCounty):
        at(session, 9000, 50)


def test_nonsense_is_refused(session, world):
    with pytest.raises(UnknownCrs):
        locate(session, Place(113.9, 34.7, "nowhere"), DAY)
    with pytest.raises(BadCoordinates):
        locate(session, Place(float("nan"), 34.7, "wgs84"), DAY)


def test_the_same_place_in_every_system(session, world):
    world.house("h", 20, 20, grid="A", number="3")
    lon, lat = lonlat(30, 30)
    for system in ("cgcs2000", "gcj02", "bd09", "EPSG:4547", "EPSG:4526"):
        x, y = crs.from_wgs84(lon, lat, system)
        found = locate(session, Place(x, y, system), DAY)
        assert found.building_facts.code == "h", system
        assert (found.place.lon, found.place.lat, found.place.crs) == (x, y, system)


def test_a_point_in_a_building_knows_all_who_answer(session, world):
    compound = world.compound("yard", 0, 0, 90, 90, name="书香苑小区")
    house = world.house(
        "h", 20, 20, grid="A", number="3", compound_id=compound.id, address="人民路1号"
    )
    company = PropertyCompany(code="w", name="测试物业", phone="0370-0000000")
    session.add(company)
    session.flush()
    session.add(
        PropertyContract(
            compound_id=compound.id, company_id=company.id, valid=from_day(worlds.START)
        )
    )
    world.post(PostKind.GRID_WORKER, world.grids["A"], "李一")
    world.post(PostKind.PART_TIME_WORKER, world.grids["A"], "兼一")
    world.post(PostKind.STEWARD, house, "赵一", unit=2)
    world.post(PostKind.SECRETARY, world.community, "王一")
    world.post(PostKind.FIRST_SECRETARY, world.community, "钱一", term_end=date(2027, 1, 1))
    world.post(PostKind.GRID_WORKER, world.grids["B"], "别人")
    world.organisation("general_branch", "总支", area_id=world.community.id)
    world.organisation("grid_branch", "支部", grid_id=world.grids["A"].id)
    world.organisation("building_group", "小组", building_id=house.id)
    found = at(session, 30, 30)
    assert found.building.status is Verdict.ACCEPTED
    assert found.compound.company == "测试物业"
    assert {(p.kind, p.name) for p in found.posts} == {
        (PostKind.GRID_WORKER, "李一"),
        (PostKind.STEWARD, "赵一"),
        (PostKind.SECRETARY, "王一"),
        (PostKind.FIRST_SECRETARY, "钱一"),
    }
    assert [found.party(kind).name for kind in PartyKind] == ["总支", "支部", "小组"]
    assert None not in (found.general_branch_id, found.grid_branch_id, found.building_group_id)


def test_a_courtyard_has_a_compound_and_no_building(session, world):
    compound = world.compound("yard", 0, 0, 100, 100)
    world.house("h", 0, 0, size=10, grid="A", compound_id=compound.id)
    found = at(session, 80, 80)
    assert (found.building.status, found.building.faults) == (Verdict.NONE, ("courtyard",))
    assert found.compound.code == "yard"
    assert found.building_group_id is None


def test_overlapping_footprints_give_the_smallest(session, world):
    world.house("big", 10, 10, size=50, grid="A")
    world.house("small", 20, 20, size=10, grid="A")
    found = at(session, 25, 25)
    assert (found.building_facts.code, found.building.faults) == ("small", ("several_buildings",))


def test_overlapping_grids_give_the_lower_code_and_say_so(session, world):
    session.execute(
        text("UPDATE grid_version SET boundary = :shape WHERE grid_id = :id"),
        {"shape": worlds.multi(worlds.square(60, 0, 200, 100)).desc, "id": world.grids["B"].id},
    )
    for _ in range(2):
        found = at(session, 80, 50)
        assert (found.grid.id, found.grid.faults) == (world.grids["A"].id, ("overlap",))
    assert at(session, 50, 50).grid.faults == ()


def test_the_same_point_on_two_days(session, world):
    change = date(2025, 7, 1)
    world.post(PostKind.GRID_WORKER, world.grids["A"], "前任", until=change)
    world.post(PostKind.GRID_WORKER, world.grids["A"], "继任", since=change)
    session.execute(text("UPDATE grid_version SET valid = daterange('2024-01-01', '2025-07-01')"))
    drawing = worlds.cells("CD\nBA")
    for letter, shape in drawing.items():
        session.add(
            GridVersion(
                grid_id=world.grids[letter].id,
                name=f"{letter}网格",
                boundary=worlds.multi(shape),
                valid=from_day(change),
            )
        )
    session.flush()
    before, after = change - timedelta(days=1), change
    assert at(session, 50, 50, before).grid_named.code == code(world, "A")
    assert at(session, 50, 50, after).grid_named.code == code(world, "B")
    assert [p.name for p in at(session, 50, 50, before).posts] == ["前任"]
    assert [p.name for p in at(session, 150, 50, after).posts] == ["继任"]


def test_two_statements_for_one_and_for_a_thousand(session, world, statements):
    at(session, 50, 50)
    statements.clear()
    at(session, 50, 50)
    assert len(statements) == 2
    places = [Place(*lonlat(i % 200, i // 5), "wgs84") for i in range(1000)]
    statements.clear()
    found = locate_many(session, places, DAY)
    assert len(statements) == 2
    assert [location.place for location in found] == places


def test_many_answer_as_one_by_one(session, world):
    world.house("h", 20, 20, grid="A")
    places = [Place(*lonlat(x, y), "wgs84") for x in range(0, 220, 13) for y in range(0, 220, 17)]
    many = locate_many(session, places, DAY)
    assert [(m.grid, m.building) for m in many] == [
        (one.grid, one.building) for one in (locate(session, place, DAY) for place in places)
    ]


def test_an_empty_county_answers_that_there_is_nothing(session):
    found = locate(session, Place(113.9, 34.7, "wgs84"), DAY)
    assert (found.grid.status, found.grid.alternatives) == (Verdict.NONE, ())
