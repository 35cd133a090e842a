from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity

from gridmap.geometry.compactness import convex_hull_ratio, polsby_popper, reock

MEASURES = [polsby_popper, reock, convex_hull_ratio]
DISC = shapely.Point(500_000, 3_450_000).buffer(300, quad_segs=256)
DOUGHNUT = DISC.difference(affinity.scale(DISC, 0.5, 0.5))


@pytest.mark.parametrize("measure", MEASURES)
def test_a_disc_is_the_most_compact(measure):
    assert measure([DISC])[0] == pytest.approx(1.0, abs=1e-4)


def test_known_shapes():
    square, ribbon = shapely.box(0, 0, 1, 1), shapely.box(0, 0, 1, 9)
    assert polsby_popper([square, ribbon]) == pytest.approx([math.pi / 4, 4 * math.pi * 9 / 400])
    assert reock([square, ribbon]) == pytest.approx([2 / math.pi, 9 / (math.pi * 82 / 4)])
    assert convex_hull_ratio([square, ribbon]) == pytest.approx([1, 1])
    assert polsby_popper([DOUGHNUT])[0] == pytest.approx(0.75 / 1.5**2, abs=1e-4)
    assert reock([DOUGHNUT])[0] == pytest.approx(0.75, abs=1e-4)
    assert convex_hull_ratio([DOUGHNUT])[0] == pytest.approx(0.75, abs=1e-4)


@pytest.mark.parametrize("measure", MEASURES)
def test_what_has_no_area_has_no_measure(measure):
    line = shapely.from_wkt("LINESTRING (0 0, 1 1)")
    values = measure([None, shapely.Polygon(), DISC, line])
    assert np.isnan(values[:2]).all()
    assert values[2] > 0.99
    assert values[3] == 0 or np.isnan(values[3])


@pytest.mark.parametrize("measure", MEASURES)
@given(
    points=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=9, unique=True
    ),
    angle=st.floats(0, 360),
    factor=st.floats(0.1, 50),
)
def test_size_and_direction_do_not_matter(measure, points, angle, factor):
    shape = shapely.make_valid(shapely.Polygon(points), method="structure", keep_collapsed=False)
    if shape.area < 1:
        return
    turned = affinity.scale(
        affinity.rotate(shape, angle, origin=(0, 0)), factor, factor, origin=(0, 0)
    )
    value, other = measure([shape, turned])
    assert 0 < value <= 1 + 1e-9
    assert other == pytest.approx(value, rel=1e-6)
