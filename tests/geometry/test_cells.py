"""Cells against the plain definition: every place belongs to the nearest site."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.geometry.arrangement import arrange
from gridmap.geometry.cells import OVERSHOOT, Sites, dividing_lines
from gridmap.geometry.components import components
from gridmap.geometry.spreading import spread

FIELD = shapely.box(0, 0, 60, 40)


def pieces(faces, sites, tolerance=0.0):
    lines = dividing_lines(np.array(faces), sites, tolerance)
    return arrange(np.concatenate([shapely.boundary(faces), lines]), 0.001).pieces


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.integers(2, 5))
def test_every_place_lies_with_the_nearest_site(seed, count, labels):
    rng = np.random.default_rng(seed)
    spots = rng.uniform(1, 39, (count, 2)).round(3)
    label = rng.integers(0, labels, count)
    found = pieces([FIELD], Sites(spots, np.zeros(count, np.int64), label))
    places = rng.uniform([0, 0], [60, 40], (300, 2))
    away = np.hypot(*(places[:, None] - spots[None]).transpose(2, 0, 1))
    nearest = label[away.argmin(axis=1)]
    others = np.where(label[None] == nearest[:, None], np.inf, away).min(axis=1)
    clear = others - away.min(axis=1) > 0.01
    held = shapely.STRtree(found).query(shapely.points(places[clear]), predicate="within")[1]
    owner = dict[int, int]()
    for piece, one in zip(held.tolist(), nearest[clear].tolist(), strict=True):
        assert owner.setdefault(piece, one) == one


def test_a_site_wholly_inside_the_cell_of_another_has_a_ring_around_it():
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    ring = np.column_stack([30 + 15 * np.cos(angles), 20 + 15 * np.sin(angles)]).round(3)
    spots = np.vstack([ring, [(30.0, 20.0)]])
    label = np.array([0] * 60 + [1])
    found = pieces([FIELD], Sites(spots, np.zeros(61, np.int64), label))
    assert len(found) == 2
    assert shapely.get_num_interior_rings(found).sum() == 1
    assert shapely.area(found).min() == pytest.approx(np.pi * 7.5**2, rel=0.02)


def test_faces_are_divided_apart_and_only_where_there_are_several():
    faces = [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10), shapely.box(20, 0, 30, 10)]
    spots = np.array([(2.0, 5), (8, 5), (12, 5), (18, 5), (10, 5)])
    sites = Sites(spots, np.array([0, 0, 1, 1, 0]), np.array([1, 2, 3, 3, 2]))
    lines = dividing_lines(np.array(faces), sites, 0.0)
    assert len(lines) == 1
    assert shapely.bounds(lines[0]).tolist() == [5.0, -OVERSHOOT, 5.0, 10 + OVERSHOOT]


def test_of_two_sites_at_one_place_the_lower_label_counts():
    spots = np.array([(2.0, 5), (8, 5), (8, 5)])
    lines = dividing_lines(
        np.array([shapely.box(0, 0, 10, 10)]),
        Sites(spots, np.zeros(3, int), np.array([1, 2, 1])),
        0.0,
    )
    assert len(lines) == 0


def test_no_sites_no_lines():
    nothing = Sites(np.zeros((0, 2)), np.zeros(0, np.int64), np.zeros(0, np.int64))
    assert len(dividing_lines(np.array([FIELD]), nothing, 0.1)) == 0


def test_points_are_spread_evenly_and_away_from_what_is_taken():
    taken = np.array([shapely.box(0, 0, 20, 40)])
    points = spread(FIELD, 100.0, taken, 5.0)
    assert len(points) == 14
    assert points[:, 0].min() > 25
    gaps = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    assert gaps[~np.eye(len(points), dtype=bool)].min() > 6
    assert len(spread(FIELD, 1e6)) == 0
    assert len(spread(shapely.box(0, 0, 60, 0.001), 100.0)) == 0


@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14))))
def test_components_are_those_of_a_plain_walk(links):
    found = components(15, *np.array(links, dtype=np.int64).reshape(-1, 2).T)
    groups = [{row} for row in range(15)]
    for one, other in links:
        merged = groups[one] | groups[other]
        for row in merged:
            groups[row] = merged
    assert found.tolist() == [min(group) for group in groups]
