"""The rules for a point, without a database: each fails when its rule is taken away."""

from dataclasses import replace
from statistics import NormalDist

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridmap.geolocation.circles import shares
from gridmap.geolocation.rules import (
    BuildingCandidate,
    Candidates,
    GridCandidate,
    Place,
    decide,
)
from gridmap.terms import PlaceSource, Verdict

ORIGIN = shapely.Point(0, 0)
PIN = Place(113.9, 34.7, "wgs84")


def grid(id_, code, distance=0.0, depth=50.0):
    return GridCandidate(id_, code, f"{code}网格", distance, depth if distance == 0 else 0.0)


def building(id_, distance, *, code=None, area=400.0, compound=None, grid_id=1):
    return BuildingCandidate(id_, code or f"b{id_}", distance, area, compound, grid_id)


def verdicts(place=PIN, **near):
    return decide(place, Candidates(**{key: tuple(value) for key, value in near.items()}))


def test_one_grid_is_taken_without_a_fault():
    found, _ = verdicts(grids=[grid(1, "001")])
    assert (found.status, found.id, found.faults) == (Verdict.ACCEPTED, 1, ())


def test_an_edge_goes_to_the_lowest_code():
    found, _ = verdicts(grids=[grid(7, "009", depth=0.1), grid(8, "002", depth=0.0)])
    assert (found.id, found.faults) == (8, ("edge",))


def test_an_edge_that_is_a_road_goes_to_its_owner():
    found, _ = verdicts(grids=[grid(7, "009", depth=0.1), grid(8, "002", 0.15)], road_owners=[7])
    assert (found.id, found.faults) == (7, ("edge", "road_owner"))


def test_the_owner_of_a_road_elsewhere_does_not_count():
    found, _ = verdicts(grids=[grid(7, "009", depth=0.1), grid(8, "002", 0.15)], road_owners=[99])
    assert (found.id, found.faults) == (8, ("edge",))


def test_a_grid_beyond_the_edge_tolerance_is_no_candidate():
    found, _ = verdicts(grids=[grid(7, "009", depth=0.21), grid(8, "002", 0.21)])
    assert (found.id, found.faults) == (7, ())


def test_overlapping_grids_are_said_to_overlap():
    found, _ = verdicts(grids=[grid(7, "009", depth=30), grid(8, "002", depth=20)])
    assert (found.id, found.faults) == (8, ("overlap",))


def test_outside_never_snaps_and_names_the_nearest():
    found, _ = verdicts(grids=[grid(1, "001", 30.0), grid(2, "002", 12.0)])
    assert (found.status, found.id, found.faults) == (Verdict.NONE, None, ("outside",))
    assert [(g.id, g.distance_m) for g in found.alternatives] == [(2, 12.0)]


def test_inside_several_buildings_the_smallest_wins():
    _, found = verdicts(buildings=[building(1, 0, area=900), building(2, 0, area=100)])
    assert (found.id, found.faults) == (2, ("several_buildings",))


def test_beside_a_building_the_nearest_within_25_m_of_the_same_compound():
    _, found = verdicts(buildings=[building(1, 24.9, compound=5)], compounds=[5])
    assert (found.status, found.id, found.faults) == (Verdict.ACCEPTED, 1, ("nearest",))
    _, far = verdicts(buildings=[building(1, 25.1, compound=5)], compounds=[5])
    assert (far.status, far.faults, far.compound_id) == (Verdict.NONE, ("courtyard",), 5)


def test_a_building_of_another_compound_is_not_taken():
    _, found = verdicts(buildings=[building(1, 3, compound=6)], compounds=[5])
    assert (found.status, found.faults) == (Verdict.NONE, ("courtyard",))
    _, street = verdicts(buildings=[building(1, 3, compound=6)])
    assert (street.status, street.faults) == (Verdict.NONE, ("no_building_near",))


def test_two_buildings_within_5_m_of_each_other_are_asked_about():
    _, found = verdicts(buildings=[building(1, 10), building(2, 14.9), building(3, 22)])
    assert (found.status, found.faults) == (Verdict.ASK, ("several_near",))
    assert [b.id for b in found.alternatives] == [1, 2]
    _, clear = verdicts(buildings=[building(1, 10), building(2, 15.1)])
    assert (clear.status, clear.id) == (Verdict.ACCEPTED, 1)


def test_a_second_building_just_beyond_25_m_is_still_a_rival():
    _, found = verdicts(buildings=[building(1, 24), building(2, 28)])
    assert found.status is Verdict.ASK


def test_a_building_astride_the_edge_belongs_to_its_own_grid():
    found, _ = verdicts(grids=[grid(1, "001")], buildings=[building(1, 0, grid_id=2)])
    assert (found.id, found.faults) == (2, ("astride",))
    beside, _ = verdicts(grids=[grid(1, "001")], buildings=[building(1, 3, grid_id=2)])
    assert (beside.id, beside.faults) == (1, ())


def gps(accuracy):
    return Place(113.9, 34.7, "wgs84", accuracy, PlaceSource.GPS)


def house(id_, west, east, half=40.0):
    shape = shapely.box(west, -half, east, half)
    distance = shape.distance(ORIGIN)
    return replace(building(id_, distance, area=shape.area), shape=shape)


def half_plane(id_, code, west, east):
    shape = shapely.box(west, -5e3, east, 5e3)
    return replace(grid(id_, code, shape.distance(ORIGIN)), shape=shape)


def test_a_phone_takes_a_building_only_when_nearly_all_of_its_circle_gives_it():
    alone = [house(1, -12, 12)]
    assert verdicts(gps(10), buildings=alone)[1].status is Verdict.ACCEPTED
    beside = [house(1, 3, 20)]
    assert verdicts(gps(5), buildings=beside)[1].status is Verdict.ACCEPTED
    assert verdicts(gps(5), buildings=[house(1, 3, 20), house(2, -20, -9)])[1].status is Verdict.ASK
    _, wide = verdicts(gps(11), buildings=[house(1, -60, 60, 60)])
    assert (wide.status, wide.faults) == (Verdict.ASK, ("circle",))
    assert [b.id for b in wide.alternatives] == [1]
    assert verdicts(gps(None), buildings=alone)[1].status is Verdict.ASK


def test_a_phone_near_two_grids_is_asked_and_a_pin_is_not():
    near = [half_plane(1, "001", -5e3, 20), half_plane(2, "002", 20, 5e3)]
    found, _ = verdicts(gps(50), grids=near)
    assert (found.status, found.faults) == (Verdict.ASK, ("circle",))
    assert [g.id for g in found.alternatives] == [1, 2]
    assert verdicts(gps(20), grids=near)[0].id == 1
    assert verdicts(grids=near)[0].id == 1


@given(st.floats(-150, 150), st.floats(5, 200))
def test_the_likelihood_of_a_grid_is_that_of_the_normal_distribution(edge, radius):
    """P(x < edge) of a normal distribution with sigma = r95 / 2.4477."""
    true = NormalDist(0, radius / 2.4477).cdf(edge)
    [share] = shares([shapely.box(-5e3, -5e3, edge, 5e3)], radius)
    assert share == pytest.approx(true, abs=0.012)


def test_a_grid_that_is_hardly_likely_is_not_asked_about():
    near = [half_plane(1, "001", -5e3, 12), half_plane(2, "002", 12, 5e3)]
    near.append(half_plane(3, "003", -5e3, -38))
    found, _ = verdicts(gps(50), grids=near)
    assert [(g.id, round(g.share or 0, 1)) for g in found.alternatives] == [(1, 0.7), (2, 0.3)]


def test_outside_every_grid_a_phone_is_never_placed_but_asked_what_is_likely():
    found, _ = verdicts(gps(50), grids=[half_plane(1, "001", 10, 5e3)])
    assert (found.status, found.id, found.faults) == (Verdict.ASK, None, ("outside", "circle"))
    assert [g.id for g in found.alternatives] == [1]
    far, _ = verdicts(gps(50), grids=[half_plane(1, "001", 50, 5e3)])
    assert (far.status, far.faults) == (Verdict.NONE, ("outside",))


def test_a_very_wide_circle_is_always_asked_about():
    found, _ = verdicts(gps(800), grids=[half_plane(1, "001", -5e3, 5e3)])
    assert (found.status, found.faults) == (Verdict.ASK, ("circle", "wide"))
    assert [g.id for g in found.alternatives] == [1]


distances = st.floats(0, 40, allow_nan=False)


@given(
    st.lists(st.tuples(distances, st.floats(1, 1e4)), min_size=1, max_size=8),
    st.lists(distances, min_size=1, max_size=5),
    st.randoms(),
)
def test_the_order_of_candidates_never_matters(houses, grids, random):
    buildings = [building(i, d, area=a) for i, (d, a) in enumerate(houses, 1)]
    near_grids = [grid(i, f"{i:03d}", d) for i, d in enumerate(grids, 1)]
    first = verdicts(grids=near_grids, buildings=buildings)
    random.shuffle(buildings)
    random.shuffle(near_grids)
    assert verdicts(grids=near_grids, buildings=buildings) == first
