"""Atoms of ground that is drawn here: who gets what, and that nothing is lost or claimed twice."""

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, box
from shapely.affinity import translate

from gridmap.redistricting.atoms import Ground, build
from gridmap.redistricting.atoms.joining import widths
from gridmap.redistricting.graph import RoadClass
from tests.redistricting.grounds import ORIGIN, at_origin, off_by

CODES = ("320321001001", "320321001002", "320321001003")


def communities(*shapes):
    return [(10 + at, CODES[at], at_origin(shape)) for at, shape in enumerate(shapes)]


def house(number, x, y, compound=None, width=20.0, depth=10.0):
    shape = at_origin(box(x, y, x + width, y + depth))
    return (number, compound, shape, shape.centroid)


def street(kind, *points):
    return (kind, at_origin(LineString(points)))


def ground_of(atoms, community=0):
    return shapely.union_all(atoms.shapes[atoms.graph.community == community])


def assert_sound(atoms, ground):
    """Every promise that holds for all atoms."""
    graph = atoms.graph
    assert shapely.is_valid(atoms.shapes).all()
    assert set(shapely.get_type_id(atoms.shapes)) <= {3}
    assert shapely.coverage_is_valid(atoms.shapes)
    coordinates = shapely.get_coordinates(atoms.shapes)
    assert (coordinates == np.round(coordinates * 1000) / 1000).all()
    perimeter = graph.outer_m + np.bincount(graph.first, graph.border_m, len(graph))
    perimeter += np.bincount(graph.second, graph.border_m, len(graph))
    assert perimeter == pytest.approx(shapely.length(atoms.shapes))
    assert (graph.first < graph.second).all()
    assert (graph.community[graph.first] == graph.community[graph.second]).all()
    inside = shapely.contains_xy(atoms.shapes, graph.x, graph.y)
    assert inside.all()
    for number, _, _, spot in ground.buildings:
        if number in atoms.building_atom:
            assert shapely.intersects(atoms.shapes[atoms.building_atom[number]], spot)
    homes = shapely.union_all(atoms.shapes) if len(graph) else Polygon()
    missing = {row[0] for row in ground.buildings} - atoms.building_atom.keys()
    assert all(not homes.intersects(row[3]) for row in ground.buildings if row[0] in missing)


def built(ground):
    atoms = build(ground)
    assert_sound(atoms, ground)
    return atoms


def test_bare_ground_is_one_atom():
    #  +-----+
    #  |     |
    #  +-----+
    atoms = built(Ground(communities(box(0, 0, 50, 40))))
    assert len(atoms.shapes) == 1
    assert atoms.graph.area_m2.tolist() == [2000.0]
    assert atoms.graph.outer_m.tolist() == [180.0]
    assert atoms.graph.communities == (10,)


def test_no_ground_is_no_atom():
    atoms = built(Ground([]))
    assert len(atoms.shapes) == 0
    assert atoms.building_atom == {}
    assert len(built(Ground([(1, CODES[0], Polygon())])).shapes) == 0


def test_a_road_cuts_and_gives_the_border_its_class():
    #  +--+--+--+
    #  |  |  :  |     | main road   : path
    #  +--+--+--+
    ground = Ground(
        communities(box(0, 0, 120, 40)),
        roads=[
            street("primary", (40, -30), (40, 70)),
            street("footway", (80, -5), (80, 45)),
            street("residential", (100, 10), (100, 30)),  # ends in the open: cuts nothing
        ],
    )
    atoms = built(ground)
    assert atoms.graph.area_m2.tolist() == [1600.0, 1600.0, 1600.0]
    assert atoms.graph.road.tolist() == [RoadClass.MAIN, RoadClass.LANE]
    assert atoms.graph.border_m.tolist() == [40.0, 40.0]
    assert atoms.face.tolist() == [0, 1, 2]


def test_the_edge_of_a_water_is_a_border_like_a_main_road():
    ground = Ground(communities(box(0, 0, 100, 40)), waters=[at_origin(box(60, -10, 200, 90))])
    atoms = built(ground)
    assert atoms.graph.area_m2.tolist() == [2400.0, 1600.0]
    assert atoms.graph.road.tolist() == [RoadClass.MAIN]


def test_each_building_has_the_ground_nearest_to_it():
    #  +-----------+
    #  | 1   2   3 |
    #  +-----------+
    houses = [house(1, 5, 10), house(2, 45, 10), house(3, 85, 10)]
    atoms = built(Ground(communities(box(0, 0, 110, 30)), buildings=houses))
    assert [atoms.building_atom[number] for number in (1, 2, 3)] == [0, 1, 2]
    assert atoms.graph.area_m2 == pytest.approx([35 * 30, 40 * 30, 35 * 30], rel=0.02)
    assert len(set(atoms.face.tolist())) == 1


def test_a_strip_between_wall_and_street_belongs_behind_the_wall():
    #  street ------------
    #   strip  . . . . . .   9 m
    #    wall  +---------+
    #          | compound|
    ground = Ground(
        communities(box(0, 0, 60, 100)),
        compounds=[(7, at_origin(box(0, 0, 60, 46)))],
        roads=[street("residential", (0, 55), (60, 55))],
    )
    atoms = built(ground)
    found = dict(zip(atoms.graph.compound.tolist(), atoms.graph.area_m2.tolist(), strict=True))
    assert found == {7: 55.0 * 60, -1: 45.0 * 60}


def test_compounds_divide_a_face_and_the_ledger_names_an_atoms_compound():
    ground = Ground(
        communities(box(0, 0, 120, 50)),
        compounds=[(7, at_origin(box(0, 0, 60, 50))), (8, at_origin(box(60, 0, 120, 50)))],
        buildings=[house(1, 20, 20, 7), house(2, 80, 20, 9)],
    )
    atoms = built(ground)
    assert atoms.graph.area_m2.tolist() == [3000.0, 3000.0]
    assert atoms.graph.compound.tolist() == [7, 9]


def test_of_compounds_that_overlap_the_smaller_has_the_ground():
    ground = Ground(
        communities(box(0, 0, 100, 40)),
        compounds=[(7, at_origin(box(0, 0, 100, 40))), (8, at_origin(box(0, 0, 40, 40)))],
    )
    assert built(ground).graph.compound.tolist() == [8, 7]


def test_a_building_across_a_street_belongs_to_the_side_of_its_spot():
    astride = (5, None, at_origin(box(35, 10, 60, 20)), at_origin(Point(58, 15)))
    ground = Ground(
        communities(box(0, 0, 80, 40)),
        buildings=[astride],
        roads=[street("residential", (40, 0), (40, 40))],
    )
    atoms = built(ground)
    assert atoms.building_atom == {5: 1}
    assert atoms.graph.x[1] > ORIGIN[0] + 40


def test_a_building_outside_of_every_community_has_no_atom():
    atoms = built(Ground(communities(box(0, 0, 50, 40)), buildings=[house(1, 90, 10)]))
    assert atoms.building_atom == {}


def test_buildings_on_the_same_ground_share_an_atom():
    #  1 and 2 are drawn twice; 3 and 4 share a wall
    houses = [house(1, 10, 10), house(2, 10.3, 10.1), house(3, 60, 10), house(4, 80, 10)]
    atoms = built(Ground(communities(box(0, 0, 120, 30)), buildings=houses))
    homes = atoms.building_atom
    assert homes[1] == homes[2]
    assert len({homes[1], homes[3], homes[4]}) == 3
    wall = at_origin(LineString([(80, 10), (80, 20)]))
    edge = shapely.intersection(atoms.shapes[homes[3]], atoms.shapes[homes[4]])
    assert shapely.distance(edge, wall) == 0
    assert wall.hausdorff_distance(shapely.intersection(edge, wall.buffer(0.5))) < 0.6


def test_large_open_ground_is_divided_into_pieces_about_as_wide_as_long():
    atoms = built(Ground(communities(box(0, 0, 600, 400))))
    areas = atoms.graph.area_m2
    assert 60 <= len(areas) <= 180
    assert areas.max() < 3 * areas.min()
    roundness = 4 * np.pi * areas / shapely.length(atoms.shapes) ** 2
    assert roundness.min() > 0.5


def test_open_ground_around_a_town_is_no_single_ring():
    #  . . . . . .
    #  . +-----+ .
    #  . | 1 2 | .
    #  . +-----+ .
    #  . . . . . .
    ground = Ground(
        communities(box(0, 0, 500, 500)),
        compounds=[(7, at_origin(box(150, 150, 350, 350)))],
        buildings=[house(1, 180, 200, 7), house(2, 260, 200, 7)],
    )
    atoms = built(ground)
    outside = atoms.graph.compound == -1
    assert outside.sum() > 20
    assert shapely.get_num_interior_rings(atoms.shapes).sum() == 0


def test_a_community_of_two_parts():
    parts = MultiPolygon([box(0, 0, 50, 40), box(100, 0, 130, 40)])
    ground = Ground(communities(parts, box(50, 0, 100, 40)))
    atoms = built(ground)
    assert atoms.graph.community.tolist() == [0, 0, 1]
    assert len(atoms.graph.first) == 0
    assert ground_of(atoms).equals(ground.communities[0][2])


def test_a_community_inside_another_fills_its_hole():
    ring = box(0, 0, 90, 90) - box(30, 30, 60, 60)
    atoms = built(Ground(communities(ring, box(30, 30, 60, 60))))
    assert ground_of(atoms, 0).area == pytest.approx(8100 - 900)
    assert ground_of(atoms, 1).area == pytest.approx(900)


def test_no_atom_has_a_hole_that_nobody_fills():
    ring = box(0, 0, 40, 40) - box(15, 15, 25, 25)
    atoms = built(Ground(communities(ring)))
    assert ground_of(atoms).equals(at_origin(ring))
    assert shapely.get_num_interior_rings(atoms.shapes).sum() == 0


@pytest.mark.parametrize("inward", [0.004, -0.004, 0.015, -0.015])
def test_communities_that_miss_each_other_by_a_hair_meet(inward):
    #  a gap (or an overlap, where negative) that is narrow at one end
    east = Polygon([(60 + inward, 0), (120, 0), (120, 50), (60 + inward / 2, 50)])
    west = box(0, 0, 60, 50)
    north = box(0, 50, 120, 100)  # closes the gap
    south = box(0, -50, 120, 0)
    ground = Ground([*communities(west, east, north), (13, "320321001009", at_origin(south))])
    atoms = built(ground)
    assert shapely.union_all(atoms.shapes).equals(at_origin(box(0, -50, 120, 100)))
    assert [ground_of(atoms, row).geom_type for row in range(4)] == ["Polygon"] * 4
    assert [ground_of(atoms, row).area for row in (2, 3)] == pytest.approx([6000, 6000])
    assert widths(atoms.graph.area_m2, shapely.length(atoms.shapes)).min() > 10


def test_ground_that_two_claim_belongs_to_the_lower_code():
    ground = Ground(communities(box(0, 0, 60, 50), box(40, 0, 120, 50)))
    atoms = built(ground)
    assert ground_of(atoms, 0).area == pytest.approx(60 * 50)
    assert ground_of(atoms, 1).area == pytest.approx(60 * 50)


def test_wide_ground_that_none_claims_stays_out():
    atoms = built(Ground(communities(box(0, 0, 60, 50), box(70, 0, 120, 50))))
    assert shapely.union_all(atoms.shapes).area == pytest.approx(60 * 50 + 50 * 50)


def test_nothing_joins_over_the_edge_of_a_community():
    #  a corner of 3 x 3 m behind a street: too small, but the only ground of its community there
    ground = Ground(
        communities(box(0, 0, 60, 50), MultiPolygon([box(60, 0, 120, 50), box(0, 50, 3, 53)]))
    )
    atoms = built(ground)
    assert sorted(atoms.graph.area_m2[atoms.graph.community == 1].tolist()) == [9.0, 3000.0]


def test_drawn_grids_are_unions_of_atoms():
    #  +----+----+
    #  | a  |  b |     c lies inside a
    #  | [c]|    |
    #  +----+----+
    whole = box(0, 0, 200, 100)
    c = box(40.0004, 30.0003, 70.0007, 60.0001)
    a, b = box(0, 0, 90.0003, 100) - c, box(90.0003, 0, 200, 100)
    houses = [house(at, 12 + 34 * (at % 6), 15 + 40 * (at // 6)) for at in range(12)]
    grids = [(10, at_origin(shape)) for shape in (a, b, c)]
    atoms = built(Ground(communities(whole), grids=grids, buildings=houses))
    for _, grid in grids:
        assert off_by(atoms, grid) < 0.001
    assert len(atoms.building_atom) == 12


def test_the_past_cuts_like_today():
    now = [(10, at_origin(box(0, 0, 200, 100)))]
    past = [(10, at_origin(box(0, 0, 60.0005, 100))), (10, at_origin(box(60.0005, 0, 200, 100)))]
    atoms = built(Ground(communities(box(0, 0, 200, 100)), grids=now + past))
    assert all(off_by(atoms, grid) < 0.001 for _, grid in past)


def test_a_grid_drawn_beside_a_street_by_a_hair_follows_it():
    ground = Ground(
        communities(box(0, 0, 120, 40)),
        grids=[(10, at_origin(box(0, 0, 60.006, 40))), (10, at_origin(box(60.006, 0, 120, 40)))],
        roads=[street("residential", (60, -10), (60, 50))],
    )
    atoms = built(ground)
    assert len(atoms.shapes) == 2
    assert atoms.graph.road.tolist() == [RoadClass.STREET]
    assert atoms.graph.area_m2 == pytest.approx([2400, 2400], abs=0.5)


def test_a_house_of_a_line_or_without_inside_is_still_placed():
    thin = at_origin(box(10, 10, 30, 10.3))
    ground = Ground(
        communities(box(0, 0, 80, 40)), buildings=[(1, None, thin, thin.centroid), house(2, 50, 10)]
    )
    atoms = built(ground)
    assert atoms.building_atom == {1: 0, 2: 1}


def test_the_same_shape_elsewhere_gives_the_same_atoms():
    near = Ground(communities(box(0, 0, 300, 200)), buildings=[house(1, 20, 20), house(2, 90, 80)])
    far = Ground(
        [(row[0], row[1], translate(row[2], 64, 128)) for row in near.communities],
        buildings=[
            (*row[:2], translate(row[2], 64, 128), translate(row[3], 64, 128))
            for row in near.buildings
        ],
    )
    assert len(build(near).shapes) == len(build(far).shapes)
