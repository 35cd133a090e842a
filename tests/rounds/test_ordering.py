"""The order of a round against every order there is, and the ways along a drawn net."""

from itertools import permutations
from math import dist

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridmap.geometry.walking import WalkingNet
from gridmap.geometry.wayfinding import ways_from
from gridmap.rounds.ordering import length_of, nearest_next, tour

SPOTS = st.lists(
    st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=7, unique=True
)


def straight(spots):
    return [[dist(one, other) for other in spots] for one in spots]


@given(SPOTS)
def test_a_round_visits_all_begins_at_the_first_and_is_never_longer_than_the_nearest_next(spots):
    metres = straight(spots)
    order = tour(metres)
    assert sorted(order) == list(range(len(spots)))
    assert order[0] == 0
    assert length_of(metres, order) <= length_of(metres, nearest_next(metres)) + 1e-6
    best = min(length_of(metres, (0, *rest)) for rest in permutations(range(1, len(spots))))
    assert length_of(metres, order) <= 1.35 * best + 1e-6


def test_a_crossing_is_untangled():
    corners = [(0, 0), (60, 100), (0, 100), (60, 0), (30, 150)]
    metres = straight(corners)
    order = tour(metres)
    best = min(permutations(range(1, 5)), key=lambda rest: length_of(metres, (0, *rest)))
    assert length_of(metres, order) == pytest.approx(length_of(metres, (0, *best)))


def test_nothing_and_one_place():
    assert tour([]) == []
    assert tour([[0]]) == [0]


@pytest.fixture
def net():
    """A square of roads of 100 m, open at its right side, and a road far away from it."""
    lines = [[(0, 0), (100, 0)], [(0, 0), (0, 100)], [(0, 100), (100, 100)], [(900, 0), (900, 50)]]
    return WalkingNet([shapely.LineString(line) for line in lines])


def way(net, one, other):
    spots = net.place(np.array([one, other], dtype=float))
    first = net.place(np.array([one], dtype=float))
    metres, line = ways_from(net, first).to(spots, 1)
    return metres, [tuple(map(float, point)) for point in line]


def test_a_way_leads_along_the_roads_and_not_across(net):
    metres, line = way(net, (80, 5), (80, 95))
    assert metres == pytest.approx(5 + 80 + 100 + 80 + 5)
    assert line == [(80, 0), (0, 0), (0, 100), (80, 100)]


def test_a_way_along_one_road_is_straight(net):
    assert way(net, (20, 3), (70, 4)) == (pytest.approx(57), [(20, 0), (70, 0)])


def test_where_no_road_leads_there_is_no_way(net):
    metres, line = way(net, (20, 3), (905, 20))
    assert (metres, line) == (float("inf"), [])


@given(SPOTS)
def test_ways_are_as_long_as_the_walks_of_the_net(spots):
    lines = [[(0, 0), (500, 0)], [(0, 0), (0, 500)], [(0, 250), (500, 250)], [(500, 0), (500, 500)]]
    net = WalkingNet([shapely.LineString(line) for line in lines])
    placed = net.place(np.array(spots, dtype=float))
    source = net.place(np.array(spots[:1], dtype=float))
    walks = net.walks(source, placed)
    found = [ways_from(net, source).to(placed, at)[0] for at in range(len(spots))]
    assert found == pytest.approx(walks.tolist())
