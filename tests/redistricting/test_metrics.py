"""Measures of grids against what a child can count on squared paper, and against shapely."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.geometry.compactness import polsby_popper
from gridmap.redistricting.metrics import Band, balance, measure, perimeters, road_share
from tests.redistricting import lattice

DRAWING = """
    AAB
    ACB
"""


def test_counts_area_and_perimeter_of_squares():
    graph, plan = lattice.lattice(DRAWING), lattice.plan(DRAWING)
    found = measure(
        graph, lattice.weights(graph, households=[1, 2, 4, 8, 16, 32]), plan.assignment, 3
    )
    assert found.counts["households"].tolist() == [11, 36, 16]
    assert found.area_m2.tolist() == [30_000, 20_000, 10_000]
    assert found.perimeter_m.tolist() == [800, 600, 400]
    assert found.polsby_popper[2] == pytest.approx(math.pi / 4)


def test_ground_without_a_grid_counts_nowhere_but_its_border_does():
    graph, plan = lattice.lattice("A.\nAA"), lattice.plan("A.\nAA")
    found = measure(graph, lattice.weights(graph), plan.assignment, 1)
    assert found.counts["households"].tolist() == [30]
    assert found.perimeter_m.tolist() == [800]


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=20, max_size=20))
def test_perimeter_and_shape_are_those_of_the_union(rows):
    drawing = "\n".join(["AAAAA"] * 4)
    graph, squares = lattice.lattice(drawing), lattice.shapes(drawing)
    assignment = np.array(rows, dtype=np.int32)
    found = measure(graph, lattice.weights(graph), assignment, 4)
    for row in range(4):
        union = shapely.union_all(squares[assignment == row])
        assert found.perimeter_m[row] == pytest.approx(shapely.length(union))
        assert found.area_m2[row] == pytest.approx(shapely.area(union))
        expected = polsby_popper([union])[0]
        assert found.polsby_popper[row] == pytest.approx(expected, nan_ok=True)
    assert perimeters(graph, assignment, 4).tolist() == found.perimeter_m.tolist()


def test_balance_is_against_the_mean_of_the_own_community():
    communities = "001\n001"
    drawing = "ABC\nABC"
    graph = lattice.lattice(drawing, communities=communities)
    plan = lattice.plan(drawing, communities=communities)
    counts = lattice.weights(graph, households=[100, 300, 900, 100, 300, 100])
    measures = measure(graph, counts, plan.assignment, 3)
    homes = [grid.community_id for grid in plan.grids]
    found = balance(measures, homes, Band(300, 1000))
    assert (found.grids, found.least, found.most) == (3, 200, 1000)
    assert found.worst == pytest.approx(0.5)
    assert found.in_band == 2


def test_a_plan_without_ground_has_no_balance():
    graph = lattice.lattice("A")
    measures = measure(graph, lattice.weights(graph), np.array([-1], dtype=np.int32), 1)
    assert balance(measures, [lattice.COMMUNITY], Band(1, 2)).grids == 0


def test_the_share_of_borders_along_roads():
    drawing = "AA\nBC"
    graph, plan = lattice.lattice(drawing, roads={0}), lattice.plan(drawing)
    assert road_share(graph, plan.assignment) == pytest.approx(2 / 3)
    assert math.isnan(road_share(graph, plan.assignment * 0))
