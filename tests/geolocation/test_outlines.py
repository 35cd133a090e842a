"""Plain numbers say what GEOS says: inside, on the edge, how far away, and which outlines come first."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from gridmap.geolocation.outlines import MOST_SIDES, Outline, distance_m, nearest, sides_of
from gridmap.geometry.crs import metres_per_degree

LON, LAT = 121.5, 31.2
SCALE = metres_per_degree(LAT)
steps = st.integers(-6, 6)
points = st.tuples(steps, steps)


def lonlat(point, part=1.0):
    return LON + point[0] * 1e-4 * part, LAT + point[1] * 1e-4 * part


@st.composite
def polygons(draw):
    """Polygons with corners on a lattice, so that points often fall on edges and corners; some have a hole."""
    hull = shapely.convex_hull(shapely.MultiPoint(draw(st.lists(points, min_size=4, max_size=9))))
    assume(hull.geom_type == "Polygon")
    notch = shapely.box(
        *sorted(draw(st.tuples(steps, steps))), *sorted(draw(st.tuples(steps, steps)))
    )
    cut = hull.difference(notch)
    shape = cut if cut.geom_type in {"Polygon", "MultiPolygon"} and not cut.is_empty else hull
    return shapely.transform(shape, lambda at: at * 1e-4 + (LON, LAT))


@given(polygons(), points, st.sampled_from([1.0, 0.5, 0.37]))
def test_inside_and_on_the_edge_are_told_as_geos_tells_them(shape, point, part):
    lon, lat = lonlat(point, part)
    assert Outline.of(shape).holds(lon, lat) == shapely.intersects_xy(shape, lon, lat)


@given(polygons(), points, st.sampled_from([1.0, 0.5, 0.37]))
def test_the_distance_is_that_of_geos_in_the_plane_of_the_point(shape, point, part):
    lon, lat = lonlat(point, part)
    plane = shapely.transform(shape, lambda at: (at - (lon, lat)) * SCALE)
    expected = shapely.distance(shapely.boundary(plane), shapely.Point(0, 0))
    assert distance_m(sides_of(shape), lon, lat, SCALE) == pytest.approx(expected, abs=1e-6)


@given(st.lists(polygons(), min_size=1, max_size=8), points, st.floats(0, 30))
def test_all_that_are_little_farther_than_the_nearest_are_found(shapes, point, apart_m):
    lon, lat = lonlat(point)
    outlines = [Outline.of(shape) for shape in shapes if not shapely.intersects_xy(shape, lon, lat)]
    assume(outlines)
    away = [distance_m(one.sides, lon, lat, SCALE) for one in outlines]
    found = nearest(outlines, lon, lat, SCALE, apart_m)
    assert {at for metres, at in found if metres < min(away) + apart_m} == {
        at for at, metres in enumerate(away) if metres < min(away) + apart_m
    }
    assert all(metres == away[at] for metres, at in found)


def test_what_has_very_many_sides_is_judged_too():
    ring = shapely.Point(LON, LAT).buffer(1e-3, quad_segs=MOST_SIDES)
    outline = Outline.of(ring)
    assert len(outline.sides) > MOST_SIDES
    assert outline.holds(LON, LAT + 0.999e-3)
    assert not outline.holds(LON + 0.8e-3, LAT + 0.8e-3)
