"""Today in memory: brought up by differences it is what a fresh reading is, and it answers as SQL does."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
import shapely
from geoalchemy2.shape import from_shape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from gridmap.geolocation import live
from gridmap.geolocation.rules import Place
from gridmap.geolocation.service import locate_many
from gridmap.geolocation.today import brought_up
from gridmap.ledger.areas import AreaVersion, GridVersion
from gridmap.ledger.buildings import BuildingVersion, CompoundVersion, GridBuilding
from gridmap.ledger.geography import RoadGrid
from gridmap.ledger.posts import Post
from gridmap.terms import PlaceSource, PostKind
from tests.geolocation.test_bulk import town
from tests.worlds import lonlat, square

DAY = date(2026, 6, 1)


@pytest.fixture
def world(session):
    world = town(session)
    for letter in "AB":
        world.post(PostKind.GRID_WORKER, world.grids[letter], f"员工{letter}")
    session.flush()
    return world


def rename_community(session, _world):
    session.query(AreaVersion).filter_by(name="书香苑社区").update({"name": "新名社区"})


def redraw_a_grid(session, world):
    row = session.query(GridVersion).filter_by(grid_id=world.grids["D"].id).one()
    row.boundary = from_shape(shapely.MultiPolygon([square(200, 100, 290, 200)]), 4326)


def move_a_building(session, world):
    row = session.query(GridBuilding).filter_by(building_id=world.buildings["a3"].id).one()
    row.grid_id = world.grids["B"].id


def take_a_building_away(session, world):
    id_ = world.buildings["lost"].id
    session.query(BuildingVersion).filter_by(building_id=id_).delete()


def end_a_post(session, world):
    row = session.query(Post).filter_by(grid_id=world.grids["A"].id).one()
    row.valid = type(row.valid)(row.valid.lower, DAY)


def appoint_another(_session, world):
    world.post(PostKind.GRID_WORKER, world.grids["C"], "新来的")


def give_the_road_to_another(session, world):
    session.query(RoadGrid).one().grid_id = world.grids["B"].id


def rename_a_compound(session, world):
    id_ = world.compounds["yard"].id
    session.query(CompoundVersion).filter_by(compound_id=id_).one().name = "大院"


def nothing(_session, _world):
    pass


CHANGES = (
    rename_community,
    redraw_a_grid,
    move_a_building,
    take_a_building_away,
    end_a_post,
    appoint_another,
    give_the_road_to_another,
    rename_a_compound,
    nothing,
)


def same(one, other):
    """Compare two states of a county in every value."""
    assert (one.day, one.version, one.standing.county) == (
        other.day,
        other.version,
        other.standing.county,
    )
    for name in ("areas", "grids", "buildings", "compounds"):
        assert getattr(one.standing, name) == getattr(other.standing, name)
    for name in ("parties", "posts"):
        held, fresh = (
            {k: list(v) for k, v in getattr(of.standing, name).items() if v} for of in (one, other)
        )
        assert held == fresh
    for name in ("grids", "buildings", "compounds", "roads"):
        held, fresh = getattr(one.cells.snapshot, name), getattr(other.cells.snapshot, name)
        for column in ("ids", "codes", "names", "grid_ids", "compound_ids"):
            assert getattr(held, column) == getattr(fresh, column), (name, column)
        assert bool(np.all(shapely.equals_exact(held.shapes, fresh.shapes)))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_brought_up_it_is_what_a_fresh_reading_is(session, world, change):
    before = brought_up(session, DAY, None)
    with session.begin_nested():  # as another transaction: rows get another writer
        change(session, world)
        session.flush()
    after = brought_up(session, DAY, before)
    same(after, brought_up(session, DAY, None))
    assert (after is before) == (change is nothing)


@given(order=st.permutations(CHANGES), days=st.lists(st.integers(-200, 30), min_size=3, max_size=3))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8, deadline=None
)
def test_many_changes_and_days_end_in_what_is_there(session, order, days):
    with session.begin_nested() as undone:
        made = town(session)
        made.post(PostKind.GRID_WORKER, made.grids["A"], "员工甲")
        held = brought_up(session, DAY, None)
        for number, change in enumerate(order):
            with session.begin_nested():
                change(session, made)
                session.flush()
            held = brought_up(session, DAY + timedelta(days=days[number % 3]), held)
        same(held, brought_up(session, held.day, None))
        undone.rollback()


def test_only_what_has_changed_is_read(session, world):
    before = brought_up(session, DAY, None)
    with session.begin_nested():
        move_a_building(session, world)
        session.flush()
    said = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *args: said.append(args[3]))
    after = brought_up(session, DAY, before)
    assert len(said) == 3  # the version, the stamps of buildings, the one row
    assert said[2]["keys"] == [world.buildings["a3"].id]
    assert after.cells.snapshot.grids is before.cells.snapshot.grids
    assert after.standing.posts is before.standing.posts


def test_nothing_there_is_nothing_found(session):
    session.execute(text("SELECT 1"))
    empty = brought_up(session, DAY, None)
    lon, lat, (grid, building) = live.decided(empty, Place(113.9, 34.7, "wgs84"))
    assert (lon, lat, grid.id, grid.alternatives, building.id) == (113.9, 34.7, None, (), None)


places = st.builds(
    lambda x, y, radius, source: Place(*lonlat(x, y), "wgs84", radius, source),
    st.one_of(st.floats(-60, 360), st.sampled_from([0.0, 100.0, 200.0, 300.0, 20.0, 32.0])),
    st.one_of(st.floats(-60, 260), st.sampled_from([0.0, 100.0, 200.0, 20.0, 32.0])),
    st.one_of(st.none(), st.floats(0.1, 120), st.just(900.0)),
    st.sampled_from([PlaceSource.PIN, PlaceSource.GPS]),
)


@pytest.mark.parametrize("order", [1, -1])
def test_a_pin_and_a_phone_in_one_building_do_not_answer_for_each_other(session, world, order):
    today = brought_up(session, DAY, None)
    asked = [
        Place(*lonlat(20, 20), "wgs84", None, source)
        for source in (PlaceSource.PIN, PlaceSource.GPS)
    ]
    found = {place.source: live.locate(today, place) for place in asked[::order]}
    for place, expected in zip(asked, locate_many(session, asked, DAY), strict=True):
        assert plain(found[place.source]) == plain(expected)
    assert found[PlaceSource.PIN].building.status != found[PlaceSource.GPS].building.status


@given(st.lists(places, min_size=1, max_size=30))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None
)
def test_one_point_in_memory_is_answered_as_by_sql(session, asked):
    with session.begin_nested() as undone:
        town(session)
        today = brought_up(session, DAY, None)
        for place, expected in zip(asked, locate_many(session, asked, DAY), strict=True):
            lon, lat, verdicts = live.decided(today, place)
            found = today.standing.location(place, (lon, lat), *verdicts)
            assert plain(found) == plain(expected)
        undone.rollback()


def plain(found):
    """A location with its measures rounded: two ways to measure differ in the last digits."""

    def near(metres):
        return None if metres is None else round(metres, 4)

    grid, building = found.grid, found.building
    return (
        (grid.status, grid.faults, grid.id),
        [(one.id, near(one.distance_m), near(one.share)) for one in grid.alternatives],
        (building.status, building.faults, building.id, building.compound_id),
        near(building.distance_m),
        [(one.id, near(one.distance_m)) for one in building.alternatives],
        (found.community, found.compound, found.building_facts, found.alternatives, found.posts),
    )
