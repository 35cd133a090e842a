"""Verdicts as arrays are those that the rules give one by one."""

import pickle

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from gridmap.geolocation import bulk, placed
from gridmap.geolocation.placed import some
from gridmap.geolocation.spots import Spots
from gridmap.ledger.areas import Grid
from gridmap.ledger.buildings import BuildingVersion
from tests.geolocation.test_bulk import BOX, DAY, LENGTHS, RADII, one_by_one, same, spots_of, town

PINS = st.tuples(LENGTHS, LENGTHS, st.none())


def as_arrays(session, spots, box=BOX, day=DAY):
    found = bulk.region(session, box, day).located(spots)
    assert found.asked == []
    return [found.verdicts(row) for row in range(len(spots))]


def equal(found, expected):
    for one, other in zip(found, expected, strict=True):
        same(one, other)
        if other[1].distance_m is not None:
            assert one[1].distance_m == pytest.approx(other[1].distance_m, abs=1e-6)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    points=st.lists(PINS | st.tuples(LENGTHS, LENGTHS, RADII), min_size=1, max_size=60),
    block=st.sampled_from([7, 2**18]),
)
def test_arrays_as_one_by_one(session, points, block):
    if session.scalar(select(Grid.id).limit(1)) is None:
        town(session)
    spots = spots_of(points)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(placed, "BLOCK", block)
        equal(as_arrays(session, spots), one_by_one(session, spots))


@pytest.mark.parametrize(
    ("point", "grid", "building"),
    [
        ((30, 30, None), (), ()),
        ((20, 12, None), (), ("nearest",)),
        ((42.5, 22, None), (), ("several_near",)),
        ((12, 58, None), (), ("nearest",)),
        ((195, 60, None), ("astride",), ()),
        ((130, 20, None), (), ("no_building_near",)),
        ((31, 31, 0), (), ("circle",)),
        ((31, 31, 25), (), ("circle",)),
        ((80, 38, 12), (), ("circle",)),
        ((18.5, 26, 15), (), ("nearest", "circle")),
        ((42.5, 22, 9), (), ("several_near",)),
        ((130, 20, 8), (), ("no_building_near",)),
    ],
)
def test_plain_points_need_no_rules(session, monkeypatch, point, grid, building):
    """What is most common is decided by arrays: the rules are not asked at all."""
    town(session)
    spots = spots_of([point])
    expected = one_by_one(session, spots)
    region = bulk.region(session, BOX, DAY)

    def never(_ground, spots):
        assert len(spots) == 0
        return iter(())

    monkeypatch.setattr(placed, "verdicts", never)
    found = region.located(spots)
    equal([found.verdicts(0)], expected)
    assert (found.verdicts(0)[0].faults, found.verdicts(0)[1].faults) == (grid, building)


def test_where_nothing_is_held_the_database_is_asked(session):
    town(session)
    spots = spots_of([(30, 30, None), (42, 22, None), (-20, 10, None)])
    found = bulk.nowhere(session, DAY).located(spots)
    equal([found.verdicts(row) for row in range(3)], one_by_one(session, spots))


def test_a_ground_can_be_sent_elsewhere(session):
    town(session)
    spots = spots_of([(x, y, None) for x in range(5, 300, 11) for y in range(5, 200, 13)])
    region = bulk.region(session, BOX, DAY)
    sent = pickle.loads(pickle.dumps(region.ground))  # noqa: S301 - our own
    here, there = region.located(spots), placed.placed(sent, spots, region.holds(spots))
    there = pickle.loads(pickle.dumps(there))  # noqa: S301 - our own
    there.snapshot = region.snapshot
    region.settle(spots, there)
    assert [here.verdicts(n) for n in range(len(spots))] == [
        there.verdicts(n) for n in range(len(spots))
    ]


def test_no_points(session):
    town(session)
    assert len(bulk.region(session, BOX, DAY).located(some(spots_of([(1, 1, None)]), []))) == 0


def test_arrays_as_one_by_one_in_the_demo_county(demo_session):
    dice = np.random.default_rng(11)
    query = select(BuildingVersion.spot.ST_X(), BuildingVersion.spot.ST_Y())
    houses = np.array(demo_session.execute(query.order_by(BuildingVersion.id)).all())
    count = 1_500
    chosen = houses[dice.integers(0, len(houses), count)]
    off = dice.normal(0, 0.0002, (count, 2))
    phone = dice.random(count) < 0.1
    radius = np.where(phone, dice.uniform(2, 60, count).round(1), np.nan)
    spots = Spots(chosen[:, 0] + off[:, 0], chosen[:, 1] + off[:, 1], phone, radius)
    box = tuple(map(float, (spots.lon.min(), spots.lat.min(), spots.lon.max(), spots.lat.max())))
    found = as_arrays(demo_session, spots, box, DAY)
    expected = one_by_one(demo_session, spots, DAY)
    equal(found, expected)
    assert len({(one.status, two.status, two.faults) for one, two in expected}) >= 5
