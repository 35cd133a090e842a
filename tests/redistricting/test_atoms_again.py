"""The same ground gives the same atoms, and grids that are made of atoms change nothing when they come back."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.geometry.crs import geometries_from_wgs84, geometries_to_wgs84
from gridmap.redistricting.atoms import Ground, build
from gridmap.redistricting.outlines import Outlines
from tests.redistricting.grounds import at_origin, off_by, town

ZONE = "EPSG:4547"


def digests(atoms):
    return [atoms.digest(row) for row in range(len(atoms.graph.communities))]


def through_degrees(shapes):
    degrees = geometries_to_wgs84(np.array(shapes, dtype=object), ZONE)
    return geometries_from_wgs84(shapely.from_wkb(shapely.to_wkb(degrees)), ZONE).tolist()


def published(atoms, assignment):
    """Grids as they come back from the ledger after a plan was published."""
    shapes = Outlines(atoms.shapes).polygons(assignment).values()
    return [(0, shape) for shape in through_degrees(list(shapes))]


def around_seeds(atoms, rng, count):
    """An assignment: each atom to the nearest of some atoms of its community."""
    graph = atoms.graph
    assignment = np.full(len(graph), -1, dtype=np.int32)
    for community in range(len(graph.communities)):
        rows = graph.rows_of(community)
        seeds = rng.choice(rows, min(count, len(rows)), replace=False)
        away = np.hypot(graph.x[rows, None] - graph.x[seeds], graph.y[rows, None] - graph.y[seeds])
        assignment[rows] = community * count + away.argmin(axis=1)
    return assignment


def shuffled(ground, rng):
    def mixed(rows):
        return [rows[at] for at in rng.permutation(len(rows))]

    return Ground(
        *(
            mixed(getattr(ground, name))
            for name in ("communities", "grids", "compounds", "buildings", "roads", "waters")
        )
    )


def with_changes(ground, rng):
    """The ground some years later: a new street, a tenth of the houses gone."""
    west, south, east, north = shapely.total_bounds([row[2] for row in ground.communities])
    x = west + (east - west) * rng.random(2)
    street = ("residential", shapely.LineString([(x[0], south), (x[1], north)]))
    left = [row for row in ground.buildings if rng.random() > 0.1]
    return replace(ground, roads=[*ground.roads, street], buildings=left)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000))
def test_published_grids_change_nothing_whatever_was_assigned(seed):
    rng = np.random.default_rng(seed)
    ground = town(3, 2, seed)
    atoms = build(ground)
    first = published(atoms, around_seeds(atoms, rng, int(rng.integers(1, 7))))
    scattered = rng.integers(-1, 5, len(atoms.shapes)).astype(np.int32)
    second = published(atoms, scattered)
    assert digests(build(replace(ground, grids=first))) == digests(atoms)
    assert digests(build(replace(ground, grids=second + first))) == digests(atoms)


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10_000))
def test_grids_of_former_atoms_cut_the_new_ones_and_that_is_stable_too(seed):
    rng = np.random.default_rng(seed)
    ground = town(2, 2, seed, (1, 1))
    old = build(ground)
    grids = published(old, around_seeds(old, rng, 4))
    later = replace(with_changes(ground, rng), grids=grids)
    atoms = build(later)
    assert shapely.coverage_is_valid(atoms.shapes)
    assert max(off_by(atoms, grid) for _, grid in grids) < 0.0015
    newer = published(atoms, around_seeds(atoms, rng, 3))
    assert digests(build(replace(later, grids=grids + newer))) == digests(atoms)


def test_drawn_grids_and_published_ones_together():
    ground = town(3, 2, 5)
    county = shapely.union_all([row[2] for row in ground.communities])
    west, south, east, north = county.bounds
    middle = (west + east) / 2 + 3.21987
    halves = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    drawn = through_degrees([shapely.intersection(half, county) for half in halves])
    ground = replace(ground, grids=[(0, half) for half in drawn])
    atoms = build(ground)
    assert max(off_by(atoms, half) for half in drawn) < 0.001
    assert max(off_by(build(replace(ground, grids=[])), half) for half in drawn) > 1
    rng = np.random.default_rng(5)
    newer = published(atoms, around_seeds(atoms, rng, 3))
    again = build(replace(ground, grids=[*newer, *ground.grids]))
    assert digests(again) == digests(atoms)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_input_does_not_matter(seed):
    ground = town(3, 2, seed)
    atoms, again = build(ground), build(shuffled(ground, np.random.default_rng(seed)))
    assert shapely.equals_exact(atoms.shapes, again.shapes, 0).all()
    assert digests(atoms) == digests(again)
    assert atoms.building_atom == again.building_atom
    assert (atoms.graph.road == again.graph.road).all()
    assert (atoms.graph.border_m == again.graph.border_m).all()


def test_a_change_in_one_community_leaves_those_away_from_it_as_they_were():
    #  1 2 3: a house is built in the middle of 1
    ground = town(6, 2, 3, (3, 1))
    before = digests(build(ground))
    home = ground.communities[0][2]
    spot = home.centroid
    new = (1, None, spot.buffer(8, quad_segs=1), spot)
    after = digests(build(replace(ground, buildings=[*ground.buildings, new])))
    assert after[0] != before[0]
    assert after[2] == before[2]


def test_the_digest_is_of_all_that_a_layer_keeps():
    one = at_origin(shapely.box(0, 0, 50, 40))
    house = at_origin(shapely.box(10, 10, 30, 20))
    plain = Ground([(1, "320321001001", one)], buildings=[(5, None, house, house.centroid)])
    named = replace(plain, buildings=[(5, 7, house, house.centroid)])
    twice = replace(plain, buildings=[*plain.buildings, (6, None, house, house.centroid)])
    words = [build(ground).digest(0) for ground in (plain, named, twice)]
    assert len(set(words)) == 3
