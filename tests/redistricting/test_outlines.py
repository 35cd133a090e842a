"""Boundaries of sets of atoms: exact, valid, and a coverage together."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon

from gridmap.redistricting.atoms import build
from gridmap.redistricting.outlines import Outlines
from tests.redistricting.grounds import town

SIDE = 10.0


def cells(picture):
    """A square atom for each letter; equal letters are one grid, a dot is an atom of none."""
    rows = picture.split()
    letters = sorted({letter for row in rows for letter in row} - {"."})
    shapes, assignment = [], []
    for y, row in enumerate(reversed(rows)):
        for x, letter in enumerate(row):
            shapes.append(shapely.box(x * SIDE, y * SIDE, (x + 1) * SIDE, (y + 1) * SIDE))
            assignment.append(letters.index(letter) if letter != "." else -1)
    return np.array(shapes), np.array(assignment, dtype=np.int32)


def outlined(picture):
    shapes, assignment = cells(picture)
    found = Outlines(shapes).polygons(assignment)
    assert_exact(shapes, assignment, found)
    return found


def assert_exact(shapes, assignment, found):
    assert set(found) == set(assignment[assignment >= 0].tolist())
    for row, outline in found.items():
        union = shapely.union_all(shapes[assignment == row])
        assert isinstance(outline, MultiPolygon)
        assert outline.is_valid
        assert shapely.symmetric_difference(outline, union).area == 0
        assert len(outline.geoms) == len(shapely.get_parts(union))
    assert shapely.coverage_is_valid(np.array(list(found.values())))


def vertices(shape):
    return set(map(tuple, shapely.get_coordinates(shape).tolist()))


def test_vertices_where_others_turn_off_stay():
    found = outlined("""
        AAB
        AAC
    """)
    assert (20.0, 10.0) in vertices(found[0])
    assert found[0].area == 400.0
    assert vertices(found[0]) > {(0.0, 10.0), (10.0, 0.0)}


def test_a_hole_and_what_is_in_it():
    found = outlined("""
        AAAAA
        ABBBA
        ABCBA
        ABBBA
        AAAAA
    """)
    assert [len(outline.geoms[0].interiors) for outline in found.values()] == [1, 1, 0]


def test_two_parts_of_which_one_lies_in_a_hole_of_the_other():
    found = outlined("""
        AAAAAAA
        ABBBBBA
        ABAAABA
        ABABABA
        ABAAABA
        ABBBBBA
        AAAAAAA
    """)
    assert sorted(len(part.interiors) for part in found[0].geoms) == [1, 1]
    assert sorted(len(part.interiors) for part in found[1].geoms) == [0, 1]


def test_a_vertex_that_is_given_twice_counts_once():
    """Rounding may let two vertices of a border fall together."""
    twice = [Polygon([(0, 0), (1, 0), (1, 1), (1, 1), (1, 2), (0, 2)])]
    twice += [Polygon([(1, 0), (2, 0), (2, 2), (1, 2), (1, 1), (1, 1)])]
    twice += [shapely.box(2, 0, 3, 2)]
    for rows in ([0, 0, 1], [0, 1, 1], [0, 1, 0], [0, 1, 2]):
        assignment = np.array(rows, dtype=np.int32)
        assert_exact(np.array(twice), assignment, Outlines(np.array(twice)).polygons(assignment))


def test_parts_that_touch_at_a_corner_are_two():
    found = outlined("""
        AB
        BA
    """)
    assert [len(outline.geoms) for outline in found.values()] == [2, 2]


@pytest.mark.parametrize(
    "picture",
    [
        "AAA ABA AAB",  # a hole that touches the outside
        "AAAA ABAA AABA AAAA",  # two holes that touch
        "AAAAA ABAAA AABAA ABABA AAAAA",  # a hole of many, all by corners
        "AAAA AB.A A.BA AAAA",
        "BAB ABA BAB",
        "AAAAA ABBBA ABABA ABBBA AAAAA",
    ],
)
def test_corners_where_things_touch(picture):
    outlined(picture)


def test_atoms_of_no_grid_are_left_out():
    found = outlined("""
        AA.
        .BB
    """)
    assert list(found) == [0, 1]


def test_only_the_rows_asked_for():
    shapes, assignment = cells("AABBC")
    outlines = Outlines(shapes)
    assert list(outlines.polygons(assignment, [2, 0])) == [0, 2]
    assert outlines.polygons(assignment, [7]) == {}
    assert outlines.polygons(assignment, [-1]) == {}
    assert outlines.polygons(np.full(5, -1, dtype=np.int32)) == {}


def test_no_atoms_no_outlines():
    assert Outlines(np.zeros(0, dtype=object)).polygons(np.zeros(0, dtype=np.int32)) == {}


def test_an_atom_in_the_hole_of_another():
    hole = shapely.box(3, 3, 6, 6)
    shapes = np.array([shapely.box(0, 0, 9, 9) - hole, hole])
    outlines = Outlines(shapes)
    assert outlines.polygons(np.array([0, 0], np.int32))[0].equals(shapely.box(0, 0, 9, 9))
    apart = outlines.polygons(np.array([0, 1], np.int32))
    assert apart[0].equals(shapes[0])
    assert apart[1].equals(hole)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(2, 9), st.integers(2, 9))
def test_any_assignment_of_squares(seed, grids, width, height):
    rng = np.random.default_rng(seed)
    drawn = rng.integers(-1, grids, (height, width))
    picture = "\n".join("".join(".ABCDEF"[one + 1] for one in row) for row in drawn)
    outlined(picture)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_assignment_of_real_atoms(seed):
    rng = np.random.default_rng(seed)
    shapes = build(town(3, 2, seed % 7)).shapes
    outlines = Outlines(shapes)
    for grids in (2, 40):
        assignment = rng.integers(-1, grids, len(shapes)).astype(np.int32)
        found = outlines.polygons(assignment)
        assert_exact(shapes, assignment, found)
        row = next(iter(found))
        assert outlines.polygons(assignment, [row])[row].equals_exact(found[row], 0)


def test_simplified_borders_stay_shared_and_the_outer_edge_stays():
    #  the border between A and B is a fine saw
    saw = [(50 + (at % 2), at) for at in range(101)]
    left = Polygon([(0, 0), *saw, (0, 100)])
    right = Polygon([(100, 0), (100, 33), (100, 100), *reversed(saw)])
    outlines = Outlines(np.array([left, right]))
    drawn = outlines.simplified(np.array([0, 1], np.int32), 5.0)
    assert shapely.coverage_is_valid(np.array(list(drawn.values())))
    assert shapely.get_num_coordinates(drawn[0]) < 12
    assert shapely.union_all(list(drawn.values())).equals(shapely.box(0, 0, 100, 100))
