"""In bulk as one by one: points held against a day in memory get the verdicts that SQL gives them."""

from dataclasses import astuple
from datetime import date

import numpy as np
import pytest
from geoalchemy2.shape import from_shape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, MultiPolygon
from sqlalchemy import select

from gridmap.geolocation import bulk
from gridmap.geolocation.rules import Place
from gridmap.geolocation.service import locate_many
from gridmap.geolocation.spots import Spots, rows_of
from gridmap.ledger.areas import Grid, GridVersion
from gridmap.ledger.buildings import BuildingVersion
from gridmap.ledger.geography import Road, RoadGrid
from gridmap.store.base import from_day
from gridmap.terms import PlaceSource, Verdict
from tests import worlds
from tests.worlds import START, lonlat, square

DAY = date(2026, 6, 1)
BOX = (113.895, 34.695, 113.915, 34.710)
TOWN = """
    CCD
    AAB
"""


def town(session):
    """Grids with a road between them, one inside and over others; houses alone, in yards, astride."""
    world = worlds.draw(session, TOWN)
    world.compound("yard", 10, 10, 90, 60)
    world.compound("inner", 60, 10, 90, 60)
    world.house("a1", 20, 20, grid="A", compound_id=world.compounds["yard"].id)
    world.house("a2", 44, 20, grid="A", compound_id=world.compounds["yard"].id)
    world.house("a3", 70, 30, grid="A", compound_id=world.compounds["inner"].id)
    world.house("porch", 20, 38, size=6.0, grid="A")
    world.house("astride", 190, 50, grid="B")
    world.house("beyond", 150, 90, grid="C")
    world.house("gone", 250, 20, grid="B", until=DAY)
    world.house("lost", 270, 70)
    yard = square(100, 120, 160, 180) - square(120, 140, 140, 160)
    world.house("ring", 0, 0, grid="C", shape=MultiPolygon([yard, square(170, 120, 180, 130)]))
    middle = MultiLineString([LineString([lonlat(200, 0), lonlat(200, 200)])])
    session.add(
        Road(code="r", kind="primary", line=from_shape(middle, 4326), valid=from_day(START))
    )
    session.add(RoadGrid(road_code="r", grid_id=world.grids["D"].id, valid=from_day(START)))
    over = Grid(code=f"{world.community.code}900", community_id=world.community.id)
    session.add(over)
    session.flush()
    shape = worlds.multi(square(240, 140, 320, 180))
    session.add(GridVersion(grid_id=over.id, name="叠", boundary=shape, valid=from_day(START)))
    session.flush()
    return world


def spots_of(points):
    """Points as (x, y) in metres, and what a phone said: None, or its radius (0: none)."""
    lon, lat = zip(*(lonlat(x, y) for x, y, _ in points), strict=True)
    phone = [radius is not None for *_, radius in points]
    return Spots(
        np.array(lon), np.array(lat), np.array(phone), rows_of([r or None for *_, r in points])
    )


def one_by_one(session, spots, day=DAY):
    places = [
        Place(
            lon,
            lat,
            "wgs84",
            None if np.isnan(radius) else radius,
            PlaceSource.GPS if phone else PlaceSource.PIN,
        )
        for lon, lat, phone, radius in zip(
            spots.lon.tolist(),
            spots.lat.tolist(),
            spots.gps.tolist(),
            spots.accuracy_m.tolist(),
            strict=True,
        )
    ]
    return [(one.grid, one.building) for one in locate_many(session, places, day)]


def in_bulk(session, spots, box=BOX, day=DAY):
    found = dict(bulk.region(session, box, day).verdicts(spots))
    return [found[number] for number in range(len(spots))]


def same(found, expected):
    """Equal, but for the last digits of what is measured."""
    for verdict, wanted in zip(found, expected, strict=True):
        assert type(verdict) is type(wanted)
        assert (verdict.status, verdict.faults, verdict.id) == (
            wanted.status,
            wanted.faults,
            wanted.id,
        )
        assert len(verdict.alternatives) == len(wanted.alternatives)
        for one, other in zip(verdict.alternatives, wanted.alternatives, strict=True):
            for value, measured in zip(astuple(one), astuple(other), strict=True):
                exact = not isinstance(measured, float)
                assert value == (measured if exact else pytest.approx(measured, abs=1e-6))
    assert found[1].compound_id == expected[1].compound_id
    assert (found[1].distance_m is None) == (expected[1].distance_m is None)


EDGES = [-30, 0, 10, 20, 26, 40, 44, 60, 70, 90, 100, 120, 150, 190, 199.9, 200, 200.15, 210, 300]
LENGTHS = st.one_of(st.sampled_from(EDGES), st.floats(-60, 360, width=32))
RADII = st.one_of(st.none(), st.sampled_from([0, 3, 9.5, 10, 24, 700]), st.floats(1, 90, width=32))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(points=st.lists(st.tuples(LENGTHS, LENGTHS, RADII), min_size=1, max_size=40))
def test_in_bulk_as_one_by_one(session, points):
    if session.scalar(select(Grid.id).limit(1)) is None:
        town(session)
    spots = spots_of(points)
    for found, expected in zip(in_bulk(session, spots), one_by_one(session, spots), strict=True):
        same(found, expected)


@pytest.mark.parametrize(
    ("x", "y", "radius", "grid", "building"),
    [
        (30, 30, None, (), ()),
        (30, 30, 8, (), ()),
        (30, 30, 30, (), ("circle",)),
        (197, 10, 24, ("circle",), ("no_building_near",)),
        (200, 10, None, ("edge",), ("no_building_near",)),
        (200, 150, None, ("edge", "road_owner"), ("no_building_near",)),
        (195, 60, None, ("astride",), ()),
        (160, 95, None, ("astride",), ()),
        (42, 22, None, (), ("several_near",)),
        (260, 160, None, ("overlap",), ("no_building_near",)),
        (-20, 10, None, ("outside",), ("no_building_near",)),
    ],
)
def test_each_kind_of_place_is_met(session, x, y, radius, grid, building):
    """So that the comparison above is about something."""
    town(session)
    spots = spots_of([(x, y, radius)])
    [found], [expected] = in_bulk(session, spots), one_by_one(session, spots)
    same(found, expected)
    assert (found[0].faults, found[1].faults) == (grid, building)


def test_a_point_outside_the_region_is_asked_for(session):
    town(session)
    spots = spots_of([(30, 30, None), (250, 30, None)])
    far = (*lonlat(0, 0), *lonlat(100, 100))
    [first, second] = in_bulk(session, spots, far)
    assert first[0].status is second[0].status is Verdict.ACCEPTED
    assert first[0].id != second[0].id


def test_where_there_is_nothing_everything_is_outside(session):
    worlds.draw(session, "A", since=date(2027, 1, 1))
    [found] = in_bulk(session, spots_of([(30, 30, 12)]))
    assert (found[0].status, found[1].status) == (Verdict.NONE, Verdict.NONE)


def test_no_points_no_verdicts(session):
    town(session)
    assert (
        in_bulk(session, Spots(*(np.array([]) for _ in range(2)), np.array([], bool), rows_of([])))
        == []
    )


def test_the_statements_do_not_grow_with_the_points(session, statements):
    town(session)
    counts = []
    for many in (300, 900):
        statements.clear()
        in_bulk(session, spots_of([(30 + n / 10, 30, None) for n in range(many)]))
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 5


def test_as_one_by_one_in_the_demo_county(demo_session):
    """Real shapes: places in, at and between houses, by pin and by phone."""
    dice, day = np.random.default_rng(7), date(2026, 6, 1)
    query = select(BuildingVersion.spot.ST_X(), BuildingVersion.spot.ST_Y())
    houses = np.array(demo_session.execute(query.order_by(BuildingVersion.id)).all())
    count = 400
    chosen = houses[dice.integers(0, len(houses), count)]
    phone = dice.random(count) < 0.4
    radius = np.where(phone, dice.uniform(2, 60, count).round(1), np.nan)
    off = dice.normal(0, 0.0002, (count, 2))
    spots = Spots(chosen[:, 0] + off[:, 0], chosen[:, 1] + off[:, 1], phone, radius)
    box = (spots.lon.min(), spots.lat.min(), spots.lon.max(), spots.lat.max())
    pairs = zip(
        in_bulk(demo_session, spots, tuple(map(float, box)), day),
        one_by_one(demo_session, spots, day),
        strict=True,
    )
    kinds = set()
    for found, expected in pairs:
        same(found, expected)
        kinds.add((expected[0].status, expected[1].status))
    assert len(kinds) >= 4
