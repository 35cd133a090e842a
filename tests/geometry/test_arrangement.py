"""Arrangements: pieces, arcs, borders, and pieces joined."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from gridmap.geometry.arrangement import (
    NONE,
    arrange,
    borders,
    directed_edges,
    joined,
    looked_up,
    numbered,
    segments_of,
    vertex_numbers,
)

#   y
#   2 +-----+-----+
#     |  b  |  d  |      pieces by the x, then the y of their spot: a b c d
#   1 +-----+-----+
#     |  a  |  c  |
#   0 +-----+-----+ x
CROSS = np.array(
    [box(0, 0, 2, 2).boundary, LineString([(1, -1), (1, 3)]), LineString([(-1, 1), (2, 1)])]
)


def test_pieces_and_arcs_of_a_cross():
    found = arrange(CROSS, 0.001)
    assert [piece.centroid.coords[0] for piece in found.pieces] == [
        (0.5, 0.5),
        (0.5, 1.5),
        (1.5, 0.5),
        (1.5, 1.5),
    ]
    assert shapely.contains_xy(found.pieces, found.spots).all()
    inner = (found.left != NONE) & (found.right != NONE)
    assert found.length[inner].tolist() == [1.0] * 4
    assert found.length[~inner].sum() == 8.0  # what dangles outside is left out


def test_a_line_with_one_piece_on_both_sides_is_no_arc():
    spur = LineString([(0, 0.5), (0.5, 0.5)])
    found = arrange(np.array([box(0, 0, 1, 1).boundary, spur]), 0.001)
    assert len(found.pieces) == 1
    assert found.length.sum() == 4.0


def test_borders_between_regions():
    found = arrange(CROSS, 0.001)
    region = np.array([5, 5, 9, NONE])
    pairs = borders(found, region)
    assert (pairs.first.tolist(), pairs.second.tolist(), pairs.length.tolist()) == ([5], [9], [1.0])
    assert np.flatnonzero(pairs.of_arc == 0).size == 1


def test_joined_pieces_keep_the_vertices_of_their_neighbours():
    found = arrange(CROSS, 0.001)
    halves = joined(found, np.array([0, 0, 1, 1]), 2)
    assert shapely.area(halves).tolist() == [2.0, 2.0]
    assert (1.0, 1.0) in set(map(tuple, shapely.get_coordinates(halves[0])))
    only = joined(found, np.array([NONE, NONE, 0, NONE]), 1)
    assert only[0].equals(box(1, 0, 2, 1))


def test_of_nothing_nothing():
    found = arrange(np.zeros(0, dtype=object), 0.001)
    assert len(found.pieces) == len(found.arcs) == 0
    assert len(borders(found, np.zeros(0, np.int64)).first) == 0
    assert len(segments_of(np.zeros(0, dtype=object))) == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_any_lines_give_a_coverage_whose_edges_have_their_two_sides(seed, count):
    rng = np.random.default_rng(seed)
    ends = rng.uniform(0, 100, (count, 2, 2))
    lines = np.append(shapely.linestrings(ends), box(0, 0, 100, 100).boundary)
    found = arrange(lines, 0.001)
    assert shapely.coverage_is_valid(found.pieces)
    assert shapely.area(found.pieces).sum() == pytest.approx(10_000)
    perimeter = np.zeros(len(found.pieces) + 1)
    np.add.at(perimeter, found.left, found.length)
    np.add.at(perimeter, found.right, found.length)
    assert perimeter[:-1] == pytest.approx(shapely.length(found.pieces))
    for side, turn in ((found.left, 1), (found.right, -1)):
        for arc, piece in zip(found.arcs, side, strict=True):
            if piece != NONE:
                start, end = shapely.get_coordinates(arc)[:2]
                middle, along = (start + end) / 2, (end - start) / np.hypot(*(end - start))
                beside = middle + turn * 1e-6 * np.array([-along[1], along[0]])
                assert found.pieces[piece].contains(shapely.Point(beside))


@given(st.permutations(range(3)))
def test_the_order_of_lines_does_not_matter(order):
    one, other = arrange(CROSS, 0.001), arrange(CROSS[list(order)], 0.001)
    assert shapely.equals_exact(
        shapely.normalize(one.pieces), shapely.normalize(other.pieces)
    ).all()
    assert (one.left == other.left).all()
    assert (one.length == other.length).all()


def test_edges_run_with_the_ring_and_equal_points_have_one_number():
    edges, owners = directed_edges(np.array([box(0, 0, 1, 1), box(1, 0, 2, 1)]))
    assert owners.tolist() == [0] * 4 + [1] * 4
    assert (edges[0, 2:] == edges[1, :2]).all()
    numbers = vertex_numbers(np.array([[2.0, 1.0], [0.0, -0.0], [-0.0, 0.0], [0.0, 5.0]]))
    assert numbers.tolist() == [2, 0, 0, 1]


def test_keys_are_looked_up_among_none_too():
    nothing = np.zeros(0, np.int64)
    assert looked_up(nothing, nothing, np.array([1, 2])).tolist() == [NONE, NONE]
    assert numbered(np.array([NONE, NONE]))[1] == 0
