"""Ways along roads, drawn in metres."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from gridmap.geometry.walking import JOIN_M, WalkingNet


def walk(lines, source, *targets) -> list[float]:
    net = WalkingNet([LineString(line) for line in lines])
    found = net.walks(net.place(np.array([source])), net.place(np.array(targets, dtype=float)))
    return [round(float(metres), 2) for metres in found]


def test_along_one_road_and_off_it():
    street = [(0, 0), (100, 0)]
    assert walk([street], (10, 0), (90, 0), (10, 0), (10, 7)) == [80, 0, 7]
    assert walk([street], (10, 5), (30, 5)) == [30]


def test_round_the_corner_and_never_through_the_wall():
    assert walk([[(0, 0), (100, 0), (100, 100)]], (0, 0), (100, 100)) == [200]


def test_roads_that_cross_are_joined_where_they_cross():
    assert walk([[(0, 0), (100, 0)], [(50, -50), (50, 50)]], (0, 0), (50, 50)) == [100]


def test_a_road_that_meets_another_in_its_middle():
    assert walk([[(0, 0), (100, 0)], [(40, 0), (40, 60)]], (100, 0), (40, 60)) == [120]


@pytest.mark.parametrize(
    ("gap", "metres"), [(JOIN_M - 1, 150 + JOIN_M - 1), (JOIN_M + 1, float("inf"))]
)
def test_an_opening_in_the_map_is_joined_when_it_is_small(gap, metres):
    lane = [(50, gap), (50, gap + 100)]
    assert walk([[(0, 0), (100, 0)], lane], (0, 0), (50, gap + 100)) == [metres]


def test_two_lanes_that_come_to_one_road_are_both_joined():
    lanes = [[(20, 5), (20, 50)], [(70, 5), (70, 50)]]
    assert walk([[(0, 0), (100, 0)], *lanes], (20, 50), (70, 50)) == [150]


def test_the_shorter_of_two_ways_and_the_nearer_of_two_sources():
    block = [(0, 0), (100, 0), (100, 300), (0, 300), (0, 0)]
    net = WalkingNet([LineString(block)])
    sources = net.place(np.array([(0, 100), (100, 290)], dtype=float))
    spots = net.place(np.array([(50, 0), (100, 200)], dtype=float))
    assert net.walks(sources, spots).tolist() == [150, 90]


def test_no_road_leads_to_an_island():
    assert walk([[(0, 0), (10, 0)], [(500, 0), (510, 0)]], (0, 0), (505, 0)) == [float("inf")]


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()), min_size=1, max_size=12
    )
)
def test_ways_over_a_grid_of_streets_are_those_of_a_plain_search(streets):
    """Streets of 100 m on a lattice: every way is counted again by the steps between corners."""
    lines = {((x, y), (x + 1, y) if across else (x, y + 1)) for x, y, across in streets}
    nearby = {}
    for one, other in lines:
        nearby.setdefault(one, set()).add(other)
        nearby.setdefault(other, set()).add(one)
    start = min(nearby)
    steps, todo = {start: 0}, [start]
    for corner in todo:
        for other in sorted(nearby[corner]):
            if other not in steps:
                steps[other] = steps[corner] + 1
                todo.append(other)
    corners = sorted(nearby)
    drawn = [[(100 * x, 100 * y) for x, y in line] for line in sorted(lines)]
    found = walk(drawn, tuple(100 * n for n in start), *[(100 * x, 100 * y) for x, y in corners])
    assert found == [100.0 * steps[c] if c in steps else float("inf") for c in corners]
