"""Ground as bad as people draw it: nothing fits, everything overlaps, and the promises hold all the same."""

from dataclasses import replace

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from gridmap.redistricting.atoms import Ground, build
from gridmap.redistricting.outlines import Outlines
from tests.redistricting.grounds import ORIGIN
from tests.redistricting.test_atoms import assert_sound
from tests.redistricting.test_atoms_again import around_seeds, digests, published

KINDS = ("primary", "service", "residential", "footway")
NOISE_M = (0.0, 1e-9, 0.002, 0.006)


class Mess:
    """Chance that draws; everything lies in or about a square."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.side = self.rng.uniform(80, 600)
        self.noise = self.rng.choice(NOISE_M)

    def ground(self):
        communities = [(row, f"{row:012d}", shape) for row, shape in enumerate(self.communities())]
        grids = [(0, self.rectangle(self.side / 3)) for _ in range(self.rng.integers(0, 4))]
        if self.rng.random() < 0.5:
            grids += [(row, shape) for row, _, shape in communities]
        return Ground(
            communities,
            grids,
            [(row, self.rectangle(self.side / 3)) for row in range(self.rng.integers(0, 6))],
            self.buildings(),
            [(str(self.rng.choice(KINDS)), self.line()) for _ in range(self.rng.integers(0, 8))],
            [self.rectangle(self.side / 3) for _ in range(self.rng.integers(0, 3))],
        )

    def communities(self):
        """Neighbours whose common borders were each drawn twice."""
        square = shapely.box(0, 0, self.side, self.side)
        spots = shapely.multipoints(self.rng.uniform(0, self.side, (self.rng.integers(1, 6), 2)))
        cells = shapely.get_parts(shapely.voronoi_polygons(spots, extend_to=square))
        found = [shapely.intersection(square, cell) for cell in cells] or [square]
        return [self.redrawn(cell) for cell in found]

    def redrawn(self, shape):
        corners = shapely.get_coordinates(shapely.segmentize(shape, self.rng.uniform(10, 200)))
        off = self.rng.normal(0, 1, corners.shape) * self.noise
        off[-1] = off[0]
        valid = shapely.make_valid(shapely.Polygon(corners + off + ORIGIN))
        parts = shapely.get_parts(valid)
        return shapely.multipolygons(parts[shapely.get_type_id(parts) == 3])

    def rectangle(self, longest):
        width, height = self.rng.uniform(min(2.0, longest), longest, 2)
        turned = affinity.rotate(shapely.box(0, 0, width, height), self.rng.choice([0, 0, 30, 77]))
        digits = int(self.rng.integers(0, 3))
        spot = self.rng.uniform(-10, self.side, 2).round(digits)
        return affinity.translate(turned, *(spot + ORIGIN))

    def line(self):
        corners = self.rng.uniform(-20, self.side + 20, (self.rng.integers(2, 5), 2))
        return shapely.LineString(corners + ORIGIN)

    def buildings(self):
        shapes = [
            self.rectangle(self.rng.uniform(0.3, 25)) for _ in range(self.rng.integers(0, 60))
        ]
        shapes += shapes[:2]
        return [
            (row, int(self.rng.integers(0, 6)) if self.rng.random() < 0.5 else None, shape,
             shape.representative_point())
            for row, shape in enumerate(shapes)
        ]  # fmt: skip


def hair(shape):
    """What a border drawn twice may hold between the two drawings."""
    return max(0.12, 0.02 * shape.length)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_all_promises_on_a_mess(seed):
    mess = Mess(seed)
    ground = mess.ground()
    atoms = build(ground)
    assert_sound(atoms, ground)
    claimed = shapely.union_all([shape for _, _, shape in ground.communities])
    assert abs(claimed.area - atoms.graph.area_m2.sum()) < hair(claimed)
    for _, grid in ground.grids:
        inside = shapely.contains_xy(grid, atoms.graph.x, atoms.graph.y)
        shared = shapely.area(shapely.intersection(atoms.shapes, grid))
        assert np.where(inside, atoms.graph.area_m2 - shared, shared).max() < hair(grid)
    assignment = around_seeds(atoms, mess.rng, 3)
    outlines = np.array(list(Outlines(atoms.shapes).polygons(assignment).values()))
    assert shapely.is_valid(outlines).all()
    assert shapely.coverage_is_valid(outlines)
    newer = [*ground.grids, *published(atoms, assignment)]
    assert digests(build(replace(ground, grids=newer))) == digests(atoms)
