"""The cell index gives shapely's answers: holes, several parts, overlaps, points on vertices and edges."""

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity
from sqlalchemy import text

from gridmap.geolocation import cell_index
from gridmap.geolocation.cell_index import NONE, CellIndex, Plane
from gridmap.geometry.crs import metres_per_degree

CORNER = (113.5, 34.5)
SIZE = 0.01
LAT = 34.505


@st.composite
def polygons(draw):
    """A star around a point, often with a hole, a second part, or corners on a coarse lattice."""
    x, y = (draw(st.floats(0.1, 0.9)) for _ in range(2))
    corners = draw(st.integers(3, 9))
    reach = draw(st.lists(st.floats(0.02, 0.3), min_size=corners, max_size=corners))
    turn = 2 * np.pi * np.arange(corners) / corners
    ring = np.column_stack((x + reach * np.cos(turn), y + reach * np.sin(turn)))
    if draw(st.booleans()):
        ring = np.round(ring * 8) / 8
    shape = shapely.make_valid(shapely.Polygon(ring))
    if draw(st.booleans()):
        shape = shape.difference(affinity.scale(shape, 0.5, 0.5))
    if draw(st.booleans()):
        shape = shape.union(affinity.translate(shape, draw(st.floats(-0.5, 0.5)), 0.25))
    whole = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(whole) if len(whole) != 1 else whole[0]


def in_degrees(shapes):
    def placed(points):
        return points * SIZE + CORNER

    return np.array([shapely.transform(one, placed) for one in shapes], dtype=object)


def points_for(shapes, dice):
    """Points anywhere, on vertices, on edges, twice."""
    anywhere = dice.uniform(-0.2, 1.2, (60, 2)) * SIZE + CORNER
    vertices = shapely.get_coordinates(shapes)
    edges = shapely.boundary(shapes)
    edges = edges[~shapely.is_empty(edges)]
    along = shapely.line_interpolate_point(edges, dice.random(len(edges)), normalized=True)
    middles = (vertices[1:] + vertices[:-1]) / 2 if len(vertices) else vertices
    level = np.column_stack((np.full(len(vertices), CORNER[0]), vertices[:, 1]))
    some = np.concatenate((anywhere, vertices, shapely.get_coordinates(along), middles, level))
    return np.ascontiguousarray(np.concatenate((some, some[:5])))


def by_shapely(shapes, points, predicate):
    pairs = shapely.STRtree(shapes).query(
        shapely.points(points), {"intersects": "intersects", "contains": "within"}[predicate]
    )
    return {tuple(pair) for pair in pairs.T.tolist()}


def by_cells(index, points, predicate):
    held = index.hold(points[:, 0].copy(), points[:, 1].copy(), predicate)
    single = {(point, row) for point, row in enumerate(held.row.tolist()) if row != NONE}
    several = set(zip(*(part.tolist() for part in held.several), strict=True))
    assert not {point for point, _ in single} & {point for point, _ in several}
    return single | several


@pytest.mark.parametrize("predicate", ["intersects", "contains"])
@given(
    shapes=st.lists(polygons(), min_size=1, max_size=12),
    seed=st.integers(0, 2**32 - 1),
    drawn_from=st.sampled_from([1, 64, 2**30]),
    cells=st.sampled_from([1, 64, 2**12]),
)
def test_as_shapely(predicate, shapes, seed, drawn_from, cells):
    shapes = in_degrees(shapes)
    points = points_for(shapes, np.random.default_rng(seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cell_index, "DRAWN_FROM", drawn_from)
        patch.setattr(cell_index, "FEWEST_CELLS", cells)
        found = by_cells(CellIndex(shapes), points, predicate)
    assert found == by_shapely(shapes, points, predicate)


@given(shapes=st.lists(polygons(), min_size=1, max_size=6), seed=st.integers(0, 2**32 - 1))
def test_the_order_of_a_large_index_does_not_show(shapes, seed):
    shapes = in_degrees(shapes)
    points = points_for(shapes, np.random.default_rng(seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cell_index, "ORDERED_FROM", 0)
        patch.setattr(cell_index, "BLOCK", 7)
        found = by_cells(CellIndex(shapes), points, "intersects")
    assert found == by_shapely(shapes, points, "intersects")


@given(shapes=st.lists(polygons(), min_size=1, max_size=8), seed=st.integers(0, 2**32 - 1))
def test_as_sjoin(shapes, seed):
    shapes = in_degrees(shapes)
    points = points_for(shapes, np.random.default_rng(seed))
    left = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(*points.T), crs=4326)
    right = geopandas.GeoDataFrame(geometry=list(shapes), crs=4326)
    joined = geopandas.sjoin(left, right, predicate="within")
    expected = set(zip(joined.index.tolist(), joined["index_right"].tolist(), strict=True))
    assert by_cells(CellIndex(shapes), points, "contains") == expected


def test_as_sql(session):
    dice = np.random.default_rng(3)
    shapes = in_degrees(
        [
            shapely.box(0, 0, 0.5, 0.5) - shapely.box(0.1, 0.1, 0.3, 0.3),
            affinity.rotate(shapely.box(0.4, 0.2, 0.9, 0.6), 17),
            shapely.MultiPolygon([shapely.box(0, 0.7, 0.2, 0.9), shapely.box(0.6, 0.7, 0.8, 1)]),
        ]
    )
    points = points_for(shapes, dice)
    query = text("""
    SELECT p.n - 1, s.n - 1
    FROM unnest(CAST(:x AS float8[]), CAST(:y AS float8[])) WITH ORDINALITY AS p(x, y, n)
    JOIN unnest(CAST(:shapes AS bytea[])) WITH ORDINALITY AS s(shape, n)
      ON ST_Intersects(ST_GeomFromWKB(s.shape), ST_MakePoint(p.x, p.y))
    """)
    asked = {
        "x": points[:, 0].tolist(),
        "y": points[:, 1].tolist(),
        "shapes": shapely.to_wkb(shapes).tolist(),
    }
    expected = {tuple(row) for row in session.execute(query, asked)}
    assert by_cells(CellIndex(shapes), points, "intersects") == expected
    assert len(expected) > 20


def plane_of(points):
    lon, lat = np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
    return Plane(lon, lat, *metres_per_degree(lat))


def in_plane(shape, plane, row):
    scale = np.array([plane.east[row], plane.north[row]])
    spot = np.array([plane.lon[row], plane.lat[row]])
    return shapely.transform(shape, lambda points: (points - spot) * scale)


def margin(metres):
    east, north = metres_per_degree(LAT)
    return (1.1 * metres / east, 1.1 * metres / north)


@given(
    shapes=st.lists(polygons().filter(lambda one: not one.is_empty), min_size=1, max_size=6),
    seed=st.integers(0, 2**32 - 1),
    drawn_from=st.sampled_from([1, 64]),
)
def test_near_an_edge_as_by_distance(shapes, seed, drawn_from):
    shapes = in_degrees(shapes)
    plane = plane_of(points_for(shapes, np.random.default_rng(seed)))
    clear = 2.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cell_index, "DRAWN_FROM", drawn_from)
        found = CellIndex(shapes, margin=margin(clear)).hold_clear(plane, clear)
    for row, held in enumerate(found.held.tolist()):
        here = [in_plane(one, plane, row) for one in shapes]
        edge = min(shapely.Point(0, 0).distance(one.boundary) for one in here)
        if abs(edge - clear) > 1e-6:
            assert (held == 3) == (edge <= clear)
        inside = [n for n, one in enumerate(here) if one.intersects(shapely.Point(0, 0))]
        if held != 3:
            assert held == min(len(inside), 2)
            assert found.row[row] == (inside[0] if inside else NONE)


@given(
    shapes=st.lists(polygons().filter(lambda one: not one.is_empty), min_size=1, max_size=8),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_nearest_of_the_group_as_by_distance(shapes, seed):
    dice = np.random.default_rng(seed)
    shapes = in_degrees(affinity.scale(one, 0.3, 0.3) for one in shapes)
    plane = plane_of(dice.uniform(0, 1, (40, 2)) * SIZE + CORNER)
    groups, own = dice.integers(0, 2, len(shapes)), dice.integers(0, 2, 40)
    reach, apart, most = 150.0, 60.0, 2
    index = CellIndex(shapes, margin=margin(reach))
    rows, metres = index.nearest(plane, (groups, own), (reach, apart), most)
    for point in range(40):
        here = [in_plane(one, plane, point) for one in shapes]
        away = np.array([one.boundary.distance(shapely.Point(0, 0)) for one in here])
        away[(groups != own[point]) | (away > reach)] = np.inf
        nearest = np.sort(away)[:most]
        nearest = nearest[np.isfinite(nearest) & (nearest <= nearest[0] + apart)]
        told = metres[point][np.isfinite(metres[point])]
        assert told[: len(nearest)] == pytest.approx(nearest, abs=1e-6)
        assert away[rows[point][: len(told)]] == pytest.approx(told, abs=1e-6)


def test_nothing_to_be_in():
    nowhere = CellIndex(np.array([], dtype=object))
    assert nowhere.hold(np.array([1.0]), np.array([2.0])).row.tolist() == [NONE]
    empty = CellIndex(np.array([shapely.Polygon(), shapely.box(0, 0, 1, 1)], dtype=object))
    assert empty.hold(np.array([0.5, 7.0]), np.array([0.5, 7.0])).row.tolist() == [1, NONE]
    assert empty.hold(np.array([]), np.array([])).row.tolist() == []


def test_a_ring_through_its_own_first_point():
    bow = shapely.Polygon([(0, 0), (2, 1), (2, -1), (0, 0), (-2, 1), (-2, -1), (0, 0)])
    shapes = np.array([bow, shapely.box(5, 5, 6, 6)], dtype=object)
    points = np.array([[1.5, 0.1], [-1.5, 0.1], [0.1, 0.9], [5.5, 5.5], [4, 4]])
    assert by_cells(CellIndex(shapes), points, "intersects") == {(0, 0), (1, 0), (3, 1)}


def test_many_large_overlapping_polygons_stay_within_bounds(monkeypatch):
    monkeypatch.setattr(cell_index, "MOST_ENTRIES", 2_000)
    shapes = shapely.box(0, 0, np.linspace(0.5, 1, 50), 1)
    index = CellIndex(shapes)
    assert len(index.cells[3]) <= 2_000
    points = np.random.default_rng(1).random((200, 2))
    assert by_cells(index, points, "intersects") == by_shapely(shapes, points, "intersects")
