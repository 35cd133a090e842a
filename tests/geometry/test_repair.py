from __future__ import annotations

import struct
import warnings

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gridmap.errors import InvalidInput
from gridmap.geometry.crs import geometries_to_wgs84
from gridmap.geometry.repair import (
    LINEAR,
    POLYGONAL,
    PUNCTUAL,
    Change,
    Fault,
    Problem,
    from_wkb,
    inspect,
    inspect_all,
    made_valid,
)
from tests.geometry.drawings import square_metres, trial

SQUARE = "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0))"
BOW_TIE = "POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))"

BAD = [
    (BOW_TIE, Fault.SELF_INTERSECTION, (1, 1)),
    ("POLYGON ((0 0, 4 0, 4 4, 2 4, 1 6, 3 6, 2 4, 0 4, 0 0))", Fault.SELF_CONTACT, (2, 4)),
    ("POLYGON ((0 0, 1 1, 2 2, 0 0))", Fault.SELF_INTERSECTION, (1, 1)),
    ("POLYGON ((5 6, 5 6, 5 6, 5 6))", Fault.TOO_FEW_POINTS, (5, 6)),
    ("LINESTRING (5 6, 5 6)", Fault.TOO_FEW_POINTS, (5, 6)),
    ("POLYGON ((0 0, 0 3, 3 3, 3 0, 0 0), (5 5, 5 6, 6 6, 6 5, 5 5))", Fault.HOLE_OUTSIDE, (5, 5)),
    (
        "POLYGON ((0 0, 0 9, 9 9, 9 0, 0 0), (1 1, 1 8, 8 8, 8 1, 1 1), (2 2, 2 3, 3 3, 3 2, 2 2))",
        Fault.NESTED_HOLES,
        (2, 2),
    ),
    (
        "MULTIPOLYGON (((0 0, 0 9, 9 9, 9 0, 0 0)), ((1 1, 1 2, 2 2, 2 1, 1 1)))",
        Fault.NESTED_PARTS,
        (1, 1),
    ),
    (
        "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (0 2, 2 0, 4 2, 2 4, 0 2))",
        Fault.DISCONNECTED,
        (2, 0),
    ),
    ("POLYGON ((31.2 121.4, 31.3 121.4, 31.3 121.5, 31.2 121.4))", Fault.OFF_GLOBE, (31.2, 121.4)),
    ("POLYGON ((1 1, 181 1, 181 2, 1 1))", Fault.OFF_GLOBE, (181, 1)),
    ("POLYGON ((0 0, 0 1, 0 1, 1 1, 0 0))", Fault.REPEATED_POINTS, (0, 1)),
    ("LINESTRING (0 0, 1 1, 1 1, 2 2)", Fault.REPEATED_POINTS, (1, 1)),
    ("POLYGON EMPTY", Fault.EMPTY, None),
    ("MULTIPOLYGON EMPTY", Fault.EMPTY, None),
]

GOOD = [
    SQUARE,
    "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((1 1, 2 1, 2 2, 1 1)))",
    # A hole that starts where the shell ends: one corner twice in a row, in two rings.
    "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (0 0, 4 5, 5 4, 0 0))",
    "LINESTRING (0 0, 1 1, 1 0, 0 1)",
]


@pytest.mark.parametrize(("wkt", "fault", "spot"), BAD)
def test_a_fault_is_named_with_its_spot(wkt, fault, spot):
    kinds = POLYGONAL | LINEAR
    (problem,) = inspect_all([shapely.from_wkt(wkt)], kinds)
    assert problem.fault is fault
    assert problem.spot == (None if spot is None else pytest.approx(spot))
    assert inspect(shapely.from_wkt(wkt), kinds) == (None if problem.is_notice else problem)


@pytest.mark.parametrize("wkt", GOOD)
def test_a_sound_shape_has_no_fault(wkt):
    assert inspect_all([shapely.from_wkt(wkt)], POLYGONAL | LINEAR) == []


def test_only_repeated_vertices_refuse_nothing():
    assert [fault for fault in Fault if Problem(0, fault).is_notice] == [Fault.REPEATED_POINTS]


@pytest.mark.parametrize(
    ("wkt", "kinds"),
    [
        ("POINT (121 31)", POLYGONAL),
        ("LINESTRING (121 31, 122 32)", POLYGONAL | PUNCTUAL),
        ("GEOMETRYCOLLECTION (POLYGON ((121 31, 122 31, 122 32, 121 31)))", POLYGONAL),
        ("POLYGON ((121 31, 122 31, 122 32, 121 31))", LINEAR),
        ("MULTIPOINT (121 31, 122 31)", LINEAR),
    ],
)
def test_the_wrong_kind_is_named(wkt, kinds):
    shape = shapely.from_wkt(wkt)
    assert inspect(shape, kinds) == Problem(0, Fault.WRONG_KIND, (121.0, 31.0), shape.geom_type)


def test_points_in_one_place_are_no_repeated_vertices():
    assert inspect_all([shapely.from_wkt("MULTIPOINT (1 1, 1 1)")], PUNCTUAL) == []


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("system", ["wgs84", "gcj02", 4549])
def test_coordinates_that_are_no_numbers_are_found_after_reprojection(value, system):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # shapely warns while it builds the ring
        shape = shapely.Polygon([(121, 31), (121.5, value), (122, 32), (121, 31)])
    (problem,) = inspect_all(geometries_to_wgs84([shape], system))
    assert problem.fault is Fault.NOT_FINITE
    assert problem.spot is not None
    assert np.isfinite(problem.spot).all()


def test_a_batch_names_its_rows_in_order():
    wkts = [
        SQUARE,
        BOW_TIE,
        None,
        "POINT (1 1)",
        SQUARE,
        "POLYGON EMPTY",
        BOW_TIE,
        GOOD[2],
        BAD[11][0],
    ]
    problems = inspect_all([None if wkt is None else shapely.from_wkt(wkt) for wkt in wkts])
    assert [(problem.row, problem.fault) for problem in problems] == [
        (1, Fault.SELF_INTERSECTION),
        (2, Fault.MISSING),
        (3, Fault.WRONG_KIND),
        (5, Fault.EMPTY),
        (6, Fault.SELF_INTERSECTION),
        (8, Fault.REPEATED_POINTS),
    ]
    assert inspect_all([]) == []
    assert inspect(None) == Problem(0, Fault.MISSING)


def test_the_trial_data_has_no_fault():
    for layer in ("grids", "communities", "compounds", "buildings"):
        assert [problem for problem in inspect_all(trial(layer)) if not problem.is_notice] == []


# Well-known binary as files give it


def polygon_wkb(*ring: tuple[float, float]) -> bytes:
    return struct.pack("<BIII", 1, 3, 1, len(ring)) + b"".join(
        struct.pack("<dd", *point) for point in ring
    )


def test_rings_that_cannot_be_built_are_named():
    good = shapely.to_wkb(shapely.from_wkt(SQUARE))
    shapes, problems = from_wkb(
        [
            good,
            polygon_wkb((121, 31), (121, 32), (122, 32), (122, 31)),
            None,
            polygon_wkb((121, 31)),
            good[:20],
            good,
        ]
    )
    assert [shape is None for shape in shapes] == [False, True, True, True, True, False]
    assert shapes[5].equals(shapely.from_wkt(SQUARE))
    assert [(problem.row, problem.fault, problem.spot) for problem in problems] == [
        (1, Fault.UNCLOSED, (121.0, 31.0)),
        (3, Fault.TOO_FEW_POINTS, None),
        (4, Fault.UNREADABLE, None),
    ]
    assert "Input buffer" in problems[2].detail


@pytest.mark.parametrize(
    "broken", [b"", b"\x00", b"not a geometry", bytes(64), b"\x01\xff\xff\xff\xff"]
)
def test_broken_bytes_are_unreadable(broken):
    shapes, problems = from_wkb([broken])
    assert shapes[0] is None
    assert problems[0].fault is Fault.UNREADABLE


# Repair


def changes(wkt: str) -> list[Change]:
    return list(made_valid(shapely.from_wkt(wkt)).changes)


def test_a_repair_says_what_it_did():
    assert changes(SQUARE) == []
    assert changes(BAD[11][0]) == [Change.THINNED]
    assert changes(BOW_TIE) == [Change.UNTANGLED, Change.PARTS]
    assert changes("POLYGON ((0 0, 2 0, 2 2, 1 2, 1 3, 1 2, 0 2, 0 0))") == [Change.UNTANGLED]
    assert changes("POLYGON ((5 6, 5 6, 5 6, 5 6))") == [Change.PARTS, Change.COLLAPSED]
    assert changes("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 6, 7 7, 5 5)))") == [
        Change.UNTANGLED,
        Change.PARTS,
        Change.COLLAPSED,
    ]
    assert changes(BAD[6][0]) == [Change.UNTANGLED, Change.HOLES]


def test_a_repaired_bow_tie_keeps_both_wings():
    repair = made_valid(
        shapely.from_wkt("POLYGON ((121 31, 121.02 31.02, 121.02 31, 121 31.02, 121 31))")
    )
    wings = shapely.from_wkt(
        "MULTIPOLYGON (((121 31, 121.01 31.01, 121 31.02, 121 31)),"
        "((121.02 31, 121.02 31.02, 121.01 31.01, 121.02 31)))"
    )
    assert shapely.normalize(repair.geometry).equals_exact(shapely.normalize(wings), 1e-12)
    assert repair.area_difference_m2 == pytest.approx(
        sum(map(square_metres, wings.geoms)), rel=1e-5
    )


def test_a_spike_costs_no_area():
    spike = "POLYGON ((121 31, 121.2 31, 121.2 31.2, 121.1 31.2, 121.1 31.9, 121.1 31.2, 121 31.2, 121 31))"
    repair = made_valid(shapely.from_wkt(spike))
    assert repair.area_difference_m2 == pytest.approx(0, abs=1e-3)
    assert repair.geometry.bounds == (121, 31, 121.2, 31.2)


@pytest.mark.parametrize(
    "shape", [None, shapely.Point(1, 1), shapely.Polygon(), shapely.box(0, 89, 1, 91)]
)
def test_what_is_no_polygon_on_the_globe_cannot_be_mended(shape):
    with pytest.raises(InvalidInput):
        made_valid(shape)


RINGS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=10)


@settings(deadline=None)
@given(ring=RINGS, hole=st.none() | RINGS)
@example(ring=[(1, 1), (0, 1), (0, 0), (1, 1), (0, 1), (0, 2)], hole=None)
def test_a_repair_leaves_nothing_to_repair(ring, hole):
    shape = shapely.Polygon(ring, [] if hole is None else [hole])
    repair = made_valid(shape)
    assert repair.geometry.geom_type in {"Polygon", "MultiPolygon"}
    assert repair.geometry.is_valid
    assert (repair.changes == ()) == (inspect_all([shape]) == [])
    if not repair.geometry.is_empty:
        corners = shapely.MultiPoint(shapely.get_coordinates(shape))
        assert corners.envelope.covers(repair.geometry)
        again = made_valid(repair.geometry)
        assert set(again.changes) <= {Change.THINNED}
        assert again.area_difference_m2 == 0
