from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import affinity

from gridmap.geometry.crs import geometries_from_wgs84, geometries_to_wgs84, metres_per_degree
from gridmap.geometry.tessellation import gaps, is_exact, overlaps, rook_neighbours
from tests.geometry.drawings import SOUTH, WEST, drawn, metres, square_metres, trial

EAST_M, NORTH_M = metres_per_degree(SOUTH)

FOUR = drawn("""
    AAABB
    AACBB
    DDCCB
    DDDDB
""")
ROWS = list(FOUR)


def named(pairs) -> set[str]:
    return {ROWS[pair.first] + ROWS[pair.second] for pair in pairs}


def box_m(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    return shapely.box(
        WEST + x0 / EAST_M, SOUTH + y0 / NORTH_M, WEST + x1 / EAST_M, SOUTH + y1 / NORTH_M
    )


# Drawn


def test_polygons_that_meet_neither_overlap_nor_leave_gaps():
    shapes = list(FOUR.values())
    assert is_exact(shapes)
    assert overlaps(shapes, min_area=0, min_width=0) == []
    assert gaps(shapes, min_area=0, min_width=0) == []
    assert gaps(shapes, shapely.union_all(shapes), min_area=0, min_width=0) == []


def test_neighbours_share_an_edge_not_a_corner():
    found = rook_neighbours(list(FOUR.values()))
    assert named(found) == {"AB", "AC", "AD", "BC", "BD", "CD"}
    corner = drawn("""
        AB
        CD
    """)
    assert [(pair.first, pair.second) for pair in rook_neighbours(list(corner.values()))] == [
        (0, 1),
        (0, 2),
        (1, 3),
        (2, 3),
    ]


def test_rows_count_what_is_not_there():
    shapes = [None, *FOUR.values()]
    assert {(pair.first, pair.second) for pair in rook_neighbours(shapes)} == {
        (pair.first + 1, pair.second + 1) for pair in rook_neighbours(list(FOUR.values()))
    }


def test_a_shared_border_has_its_length():
    for pair in rook_neighbours(list(FOUR.values())):
        first, second = FOUR[ROWS[pair.first]], FOUR[ROWS[pair.second]]
        shared = shapely.line_merge(shapely.intersection(first.boundary, second.boundary))
        assert pair.length_m == pytest.approx(metres(shared), rel=1e-5)


def test_a_border_with_more_vertices_on_one_side_is_still_one():
    shapes = [shapely.simplify(shape, 0) for shape in FOUR.values()]
    assert not is_exact(shapes)
    assert overlaps(shapes) == []
    assert gaps(shapes) == []
    plain = rook_neighbours(list(FOUR.values()))
    assert named(rook_neighbours(shapes)) == named(plain)
    lengths = [pair.length_m for pair in rook_neighbours(shapes)]
    assert lengths == pytest.approx([pair.length_m for pair in plain], rel=1e-3)


def test_an_enclosed_gap_is_found_and_says_who_lies_beside_it():
    ring = drawn("""
        AABBE
        A..BE
        AACCE
    """)
    (gap,) = gaps(list(ring.values()))
    hole = drawn("""
        ....
        .XX.
        ....
    """)["X"]
    assert gap.area_m2 == pytest.approx(square_metres(hole), rel=1e-5)
    assert hole.contains(shapely.Point(gap.spot))
    assert [list(ring)[row] for row in gap.beside] == ["A", "B", "C"]


def test_a_bay_is_a_gap_only_within_a_given_area():
    bay = drawn("""
        AA.BB
        AA.BB
        CCCCC
    """)
    shapes = list(bay.values())
    assert gaps(shapes) == []
    (gap,) = gaps(shapes, shapely.union_all(shapes).envelope)
    assert gap.area_m2 == pytest.approx(square_metres(drawn("..X\n..X\n...")["X"]), rel=1e-5)
    assert gap.beside == (0, 1, 2)


def test_gaps_come_largest_first():
    shapes = list(
        drawn("""
        AAAAAAAA
        A.AAA..A
        AAAAAAAA
    """).values()
    )
    small, large = gaps(shapes)[::-1]
    assert large.area_m2 == pytest.approx(2 * small.area_m2, rel=1e-5)


def test_an_island_in_a_gap_is_no_gap():
    lake = drawn("""
        AAAAA
        A...A
        A.B.A
        A...A
        AAAAA
    """)
    (gap,) = gaps(list(lake.values()))
    assert gap.area_m2 == pytest.approx(8 * square_metres(lake["B"]), rel=1e-4)
    assert gap.beside == (0, 1)


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ("AAA.\nAAA.", "..BB\n..BB", "..X.\n..X."),
        ("AAA\nAAA\nAAA", "...\n.B.\n...", "...\n.X.\n..."),  # one inside the other
        ("AA\nAA", "BB\nBB", "XX\nXX"),  # drawn twice
        ("A.\nA.", "BB\nB.", "X.\nX."),
        (".A.\nAAA", "BBB\n.B.", ".X.\n.X."),
    ],
)
def test_ground_claimed_twice_is_found(one, other, common):
    shapes = [*drawn(one).values(), None, shapely.Polygon(), *drawn(other).values()]
    (overlap,) = overlaps(shapes)
    ground = drawn(common)["X"]
    assert (overlap.first, overlap.second) == (0, 3)
    assert overlap.area_m2 == pytest.approx(square_metres(ground), rel=1e-5)
    assert ground.contains(shapely.Point(overlap.spot))
    assert not is_exact(shapes)


def test_the_spot_of_an_overlap_in_pieces_lies_in_the_largest():
    (one,), (other,) = drawn("A.AAA.A").values(), drawn("BBBBBBB").values()
    (overlap,) = overlaps([one, other])
    assert overlap.area_m2 == pytest.approx(square_metres(one), rel=1e-4)
    assert drawn("..XXX..")["X"].contains(shapely.Point(overlap.spot))


# Tolerances, in metres


@pytest.mark.parametrize(
    ("width", "seen"), [(0.005, False), (0.015, False), (0.025, True), (0.5, True)]
)
def test_a_sliver_counts_by_its_width(width, seen):
    left = box_m(0, 0, 500, 200)
    assert len(overlaps([left, box_m(500 - width, 0, 900, 200)])) == seen
    frame = box_m(0, 0, 900, 200)
    assert len(gaps([left, box_m(500 + width, 0, 900, 200)], frame)) == seen


def test_a_sliver_beside_a_real_overlap_does_not_hide_it():
    left = shapely.union_all([box_m(0, 0, 500, 4000), box_m(500, 0, 502, 2)])
    right = box_m(499.995, 0, 900, 4000)
    (overlap,) = overlaps([left, right])
    assert overlap.area_m2 == pytest.approx(4 + 4000 * 0.005, rel=0.01)
    (overlap,) = overlaps([left, right], min_area=3)
    assert shapely.Point(overlap.spot).within(box_m(499.9, 0, 502, 2))
    assert overlaps([left, right], min_area=30) == []


def test_a_shared_edge_beside_an_overlap_does_not_hide_it():
    left = shapely.union_all([box_m(0, 0, 500, 9000), box_m(500, 0, 501, 1)])
    (overlap,) = overlaps([left, box_m(500, 0, 900, 9000)])
    assert overlap.area_m2 == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize(
    ("apart", "near"), [(-0.005, True), (0.0, True), (0.005, True), (0.05, False)]
)
def test_borders_that_miss_by_a_hair_are_one(apart, near):
    found = rook_neighbours([box_m(0, 0, 500, 200), box_m(500 + apart, 50, 900, 250)])
    assert len(found) == near
    if near:
        assert found[0].length_m == pytest.approx(150, abs=0.05)


def test_a_border_counts_by_its_length():
    shapes = [box_m(0, 0, 500, 200), box_m(500, 199.95, 900, 400)]
    assert rook_neighbours(shapes) == []
    (pair,) = rook_neighbours(shapes, min_length=0.01)
    assert pair.length_m == pytest.approx(0.05, abs=0.03)  # two tolerances too long


def test_corners_that_miss_by_a_hair_are_no_border():
    assert rook_neighbours([box_m(0, 0, 500, 200), box_m(500.004, 200.004, 900, 400)]) == []


def test_a_narrow_gap_is_no_exact_coverage_when_asked():
    shapes = [box_m(0, 0, 500, 200), box_m(500.3, 0, 900, 200)]
    assert is_exact(shapes)
    assert not is_exact(shapes, gap_width=0.5)
    assert is_exact(shapes, gap_width=0.1)


def test_nothing_tiles_nothing():
    for shapes in ([], [None, shapely.Polygon()]):
        assert is_exact(shapes)
        assert overlaps(shapes) == gaps(shapes) == rook_neighbours(shapes) == []
    (gap,) = gaps([], box_m(0, 0, 100, 100))
    assert gap.area_m2 == pytest.approx(10_000, rel=1e-4)


# Laws


@st.composite
def cells(draw) -> np.ndarray:
    """Voronoi cells around lattice points some 10 m apart: an exact tessellation."""
    points = draw(
        st.lists(
            st.tuples(st.integers(0, 25), st.integers(0, 25)), min_size=4, max_size=25, unique=True
        )
    )
    seats = shapely.MultiPoint([(WEST + x * 1.1e-4, SOUTH + y * 0.9e-4) for x, y in points])
    shapes = shapely.get_parts(shapely.voronoi_polygons(seats))
    assume(len(shapes) == len(points))
    return shapes


@settings(deadline=None, max_examples=60)
@given(shapes=cells())
def test_a_tessellation_has_no_fault_and_its_borders_add_up(shapes):
    assert is_exact(shapes)
    assert overlaps(shapes, min_area=0) == []
    whole = shapely.union_all(shapes)
    assert gaps(shapes, whole, min_area=0) == []
    shared = sum(pair.length_m for pair in rook_neighbours(shapes, min_length=0))
    rims = sum(metres(shape.exterior) for shape in shapes)
    assert 2 * shared + metres(whole.exterior) == pytest.approx(rims, rel=1e-4)


@settings(deadline=None, max_examples=60)
@given(shapes=cells(), data=st.data())
def test_a_missing_cell_is_the_gap(shapes, data):
    row = data.draw(st.integers(0, len(shapes) - 1))
    beside = {
        pair.first + pair.second - row
        for pair in rook_neighbours(shapes)
        if row in (pair.first, pair.second)
    }
    rest = shapes.copy()
    rest[row] = None
    (gap,) = gaps(rest, shapely.union_all(shapes))
    assert gap.area_m2 == pytest.approx(square_metres(shapes[row]), rel=1e-4, abs=0.2)
    assert shapes[row].contains(shapely.Point(gap.spot))
    assert beside <= set(gap.beside)


@settings(deadline=None, max_examples=60)
@given(shapes=cells(), data=st.data())
def test_a_planted_overlap_is_found_with_its_area_and_spot(shapes, data):
    taker = data.draw(st.integers(0, len(shapes) - 1))
    owner = data.draw(st.integers(0, len(shapes) - 1).filter(lambda row: row != taker))
    taken = affinity.scale(shapes[owner], 0.5, 0.5, origin=shapes[owner].centroid)
    claimed = shapes.copy()
    claimed[taker] = shapely.union(shapes[taker], taken)
    (overlap,) = overlaps(claimed)
    assert (overlap.first, overlap.second) == tuple(sorted((taker, owner)))
    assert overlap.area_m2 == pytest.approx(square_metres(taken), rel=1e-4, abs=0.2)
    assert taken.contains(shapely.Point(overlap.spot))


@settings(deadline=None)
@given(
    corners=st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 5), st.integers(1, 5)),
        max_size=7,
    )
)
def test_no_overlap_of_rectangles_is_missed(corners):
    shapes = [box_m(10 * x, 10 * y, 10 * (x + w), 10 * (y + h)) for x, y, w, h in corners]
    expected = {}
    for (first, one), (second, other) in combinations(enumerate(corners), 2):
        wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
        high = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
        if wide > 0 and high > 0:
            expected[first, second] = 100 * wide * high
    found = {(pair.first, pair.second): pair.area_m2 for pair in overlaps(shapes)}
    assert found == pytest.approx(expected, rel=1e-3)


# Real ground


def test_the_trial_grids_tile_their_communities():
    grids, communities = trial("grids"), trial("communities")
    assert is_exact(grids)
    assert is_exact(communities)
    assert overlaps(grids, min_area=0, min_width=0) == []
    assert gaps(grids, shapely.union_all(communities), min_area=0, min_width=0) == []
    borders = rook_neighbours(grids)
    assert {row for pair in borders for row in (pair.first, pair.second)} == set(range(len(grids)))


def test_faults_planted_in_the_trial_grids_are_found():
    grids = trial("grids")
    whole = shapely.union_all(grids)
    for row in (0, 7, 21):
        rest = np.delete(grids, row)
        found = gaps(rest, whole)
        assert sum(gap.area_m2 for gap in found) == pytest.approx(
            square_metres(grids[row]), rel=1e-4
        )
        assert all(grids[row].contains(shapely.Point(gap.spot)) for gap in found)
        twice = overlaps([*grids, grids[row]])
        assert [(pair.first, pair.second) for pair in twice] == [(row, len(grids))]


def test_rounded_and_reprojected_grids_pass_by_default():
    grids = trial("grids")
    moved = [
        shapely.transform(grid, lambda xy, row=row: xy + np.array([row % 5, row % 3]) * 1e-8)
        for row, grid in enumerate(geometries_to_wgs84(geometries_from_wgs84(grids, 4549), 4549))
    ]
    assert not is_exact(moved)
    assert overlaps(moved) == []
    assert gaps(moved) == []
    pairs = {(pair.first, pair.second) for pair in rook_neighbours(grids, min_length=0.5)}
    assert pairs <= {(pair.first, pair.second) for pair in rook_neighbours(moved)}
