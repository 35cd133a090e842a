"""What an import refuses, by feature and reason, and that nothing is changed by it."""

import pytest
import shapely

from geodata import loading
from tests.geodata.mapfiles import BUILDINGS, COMMUNITIES, EAST, GRIDS, WEST, changed, house
from tests.worlds import lonlat, square


def test_a_grid_that_overlaps_its_neighbour_is_refused(bring, refused):
    bring("communities", COMMUNITIES)
    astride = [GRIDS[0], ({"code": f"{EAST}001"}, square(190, 0, 400, 200))]
    assert (2, "overlap") in refused("grids", astride)


def test_a_grid_that_overlaps_one_that_stands_is_refused(town, refused):
    assert (1, "overlap_standing") in refused(
        "grids", [({"code": f"{WEST}002"}, square(50, 50, 99, 99))]
    )


def test_a_grid_outside_its_community_is_refused(bring, refused):
    bring("communities", COMMUNITIES)
    assert refused("grids", [({"code": f"{WEST}001"}, square(-30, 0, 200, 200))]) == [
        (1, "outside_community")
    ]


def test_a_border_drawn_a_little_beside_is_taken(bring):
    bring("communities", COMMUNITIES)
    outcome = bring("grids", [({"code": f"{WEST}001"}, square(-0.1, -0.1, 200, 200))])
    assert outcome.result == loading.LOADED


def test_ground_without_a_grid_is_told(bring):
    bring("communities", COMMUNITIES)
    outcome = bring("grids", [({"code": f"{WEST}001"}, square(0, 0, 200, 150))])
    assert outcome.result == loading.LOADED
    (gap,) = [p for p in outcome.problems if p.code == "gap"]
    lon, lat = gap.spot
    assert square(0, 150, 200, 200).covers(shapely.Point(lon, lat))


@pytest.mark.parametrize(
    ("code", "error"),
    [("12", "bad_code"), (f"{WEST}000", "bad_code"), ("419901001009001", "unknown_community")],
)
def test_a_bad_grid_code_is_refused(bring, refused, code, error):
    bring("communities", COMMUNITIES)
    assert refused("grids", [({"code": code}, square(0, 0, 50, 50))]) == [(1, error)]


def test_a_grid_whose_column_names_another_community_is_refused(bring, refused):
    bring("communities", COMMUNITIES)
    wrong = [({"code": f"{WEST}001", "community_code": EAST}, square(0, 0, 50, 50))]
    assert refused("grids", wrong) == [(1, "bad_code")]


@pytest.mark.parametrize("code", ["41990100100", "419901001000", "520101001001", "4199010010x1"])
def test_a_bad_community_code_is_refused(town, refused, code):
    assert refused("communities", [({"code": code, "name": "x"}, square(900, 0, 950, 50))]) == [
        (1, "bad_code")
    ]


def test_communities_that_overlap_are_refused(refused):
    astride = [COMMUNITIES[0], (COMMUNITIES[1][0], square(150, 0, 400, 200))]
    assert refused("communities", astride) == [(2, "overlap")]


def test_a_township_with_two_names_is_refused(refused):
    two = changed(COMMUNITIES, EAST, township="城关镇")
    assert refused("communities", two) == [(2, "township_names")]


def test_a_bow_tie_is_refused(town, refused):
    tie = shapely.Polygon([lonlat(0, 0), lonlat(50, 50), lonlat(50, 0), lonlat(0, 50)])
    assert refused("buildings", [BUILDINGS[0], ({"id": "b9"}, tie)]) == [(2, "self_intersection")]


def test_a_duplicate_code_is_refused(town, refused):
    assert refused("buildings", [*BUILDINGS, BUILDINGS[0]]) == [(4, "duplicate_code")]


def test_unknown_compounds_and_grids_are_refused(town, refused):
    features = [house("b8", 60, 60, compound_id="c99"), house("b9", 90, 90, grid_code="9" * 15)]
    assert refused("buildings", features) == [(1, "unknown_compound"), (2, "unknown_grid")]


def test_a_file_of_another_place_is_refused(town, refused):
    (far,) = [({"id": "b9"}, shapely.box(116.0, 39.0, 116.001, 39.001))]
    assert refused("buildings", [far]) == [(None, "outside_county")]


def test_a_negative_number_is_refused(town, refused):
    assert refused("buildings", [house("b9", 60, 60, households=-1)]) == [(1, "negative")]


def test_a_missing_column_is_refused(town, refused):
    assert refused("buildings", [({"名": "x"}, square(0, 0, 9, 9))]) == [(None, "missing_column")]
    assert refused("communities", [({"code": WEST}, COMMUNITIES[0][1])]) == [
        (None, "missing_column")
    ]
