from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import CRS

from gridmap.errors import BadCoordinates, InvalidInput, UnknownCrs
from gridmap.geometry import crs
from gridmap.geometry.planes import from_local_planes, local_planes
from tests.geometry.drawings import GEOD, square_metres, trial

CHINA_LON = st.floats(73.5, 135.0)
CHINA_LAT = st.floats(3.5, 53.6)
SHIFTED = ["gcj02", "bd09"]


def apart_m(one, other) -> float:
    return GEOD.inv(*one, *other)[2]


# Names


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("wgs84", "wgs84"),
        ("WGS-84", "wgs84"),
        (4326, "wgs84"),
        ("EPSG:4326", "wgs84"),
        ("OGC:CRS84", "wgs84"),
        ("CGCS2000", "cgcs2000"),
        ("epsg:4490", "cgcs2000"),
        ("GCJ-02", "gcj02"),
        (" gcj-02 ", "gcj02"),
        ("Bd09", "bd09"),
        ("BD-09", "bd09"),
        (4549, "EPSG:4549"),
        ("4549", "EPSG:4549"),
        ("epsg:32650", "EPSG:32650"),
    ],
)
def test_every_spelling_is_one_system(given_name, name):
    assert crs.parse(given_name) == crs.Crs(name)
    assert crs.parse(crs.parse(given_name)) == crs.Crs(name)
    assert str(crs.parse(given_name)) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "mars",
        "gcj",
        0,
        -4549,
        "EPSG:999999",
        "EPSG:45490000",
        "EPSG:4978",  # geocentric: X, Y, Z
        "EPSG:5773",  # heights only
        "EPSG:４５４９",  # full-width digits
        "+proj=longlat",
        'LOCAL_CS["site",UNIT["metre",1]]',
        'PROJCS["broken"',
    ],
)
def test_a_system_that_nobody_knows_is_refused(name):
    with pytest.raises(UnknownCrs) as refusal:
        crs.parse(name)
    assert str(name) in refusal.value.message("en")


@pytest.mark.parametrize("name", ["EPSG:4610", "EPSG:2382", "EPSG:4214", "EPSG:2437", "EPSG:4555"])
def test_old_datums_are_refused_rather_than_some_metres_wrong(name):
    with pytest.raises(InvalidInput) as refusal:
        crs.to_wgs84(114.0, 34.0, name)
    assert CRS(name).name in refusal.value.message("zh")


ESRI_ZONE = (
    'PROJCS["{name}",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}],'
    'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def test_a_prj_file_of_a_known_zone_gets_its_code():
    wkt = ESRI_ZONE.format(name="CGCS2000_3_Degree_GK_CM_120E", meridian=120.0)
    assert crs.parse(wkt) == crs.Crs("EPSG:4549")


def test_a_county_with_its_own_meridian_is_read_by_its_prj_file():
    wkt = ESRI_ZONE.format(name="XX县独立坐标系", meridian=119.25)
    here = crs.to_wgs84(500000.0, 3450000.0, wkt)
    same = crs.to_wgs84(500000.0, 3450000.0, 4549)
    assert here == pytest.approx((119.25, same[1]), abs=1e-12)


# GCJ-02 and BD-09


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        # github.com/googollee/eviltransform, python/test.py: Shanghai, Shenzhen, Beijing
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
        # github.com/wandergis/coordtransform, test/app.js
        ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    ],
)
def test_gcj02_reproduces_published_pairs(wgs84, gcj02):
    assert crs.from_wgs84(*wgs84, "gcj02") == pytest.approx(gcj02, abs=1e-12)
    assert crs.to_wgs84(*gcj02, "gcj02") == pytest.approx(wgs84, abs=1e-10)


def test_gcj02_and_bd09_agree_with_gcoord():
    """github.com/hujiulong/gcoord, test/unit/crs/GCJ02.spec.ts and BD09.spec.ts, to their own 5e-6."""
    wgs84 = crs.to_wgs84(123.0, 45.0, "gcj02")
    assert wgs84 == pytest.approx((122.99395597, 44.99804071), abs=5e-6)
    assert crs.from_wgs84(*wgs84, "bd09") == pytest.approx((123.00636499, 45.00636899), abs=1e-8)
    # Its way back from BD-09 is the closed one, a decimetre off the true inverse.
    assert crs.to_wgs84(123.0, 45.0, "bd09") == pytest.approx((122.98762210, 44.99171540), abs=5e-6)


@pytest.mark.parametrize(
    ("wgs84", "gcj02", "bd09"),
    [
        # github.com/hujiulong/gcoord, test/fixtures/china-cities.json: as map services answered
        ((114.0164322, 33.0133556), (114.022306, 33.0115324), (114.0287781, 33.0176697)),
        ((116.6775114, 23.3567569), (116.6819735, 23.3540964), (116.6885014, 23.3598884)),
        ((98.4937175, 39.7319946), (98.4943595, 39.7328234), (98.5008441, 39.7388949)),
        ((123.4253306, 41.8032629), (123.4314787, 41.8057023), (123.438095, 41.8114013)),
        ((92.0499619, 31.4784436), (92.0512438, 31.4762063), (92.0576832, 31.4824421)),
    ],
)
def test_the_formula_is_within_a_metre_of_the_services(wgs84, gcj02, bd09):
    assert apart_m(crs.from_wgs84(*wgs84, "gcj02"), gcj02) < 1.0
    assert apart_m(crs.from_wgs84(*wgs84, "bd09"), bd09) < 1.0
    assert apart_m(crs.to_wgs84(*bd09, "bd09"), crs.to_wgs84(*gcj02, "gcj02")) < 0.1


def test_gcj02_read_as_wgs84_is_475_to_481_m_off_in_the_trial_county():
    buildings = shapely.get_coordinates(shapely.centroid(trial("buildings")))
    lon, lat = buildings.T.copy()
    off = GEOD.inv(lon, lat, *crs.from_wgs84(lon, lat, "gcj02"))[2]
    assert 474.5 < off.min() < off.max() < 481.5


@pytest.mark.parametrize("system", SHIFTED)
@settings(deadline=None)
@given(lon=CHINA_LON, lat=CHINA_LAT)
@example(lon=105.0, lat=35.0)  # the formula's own origin, where a root has its kink
def test_a_shift_is_undone_within_a_hundredth_of_a_centimetre(system, lon, lat):
    there = crs.from_wgs84(lon, lat, system)
    assert 0 < apart_m((lon, lat), there) < 3000
    assert apart_m(crs.to_wgs84(*there, system), (lon, lat)) < 1e-4
    back = crs.to_wgs84(lon, lat, system)
    assert apart_m(crs.from_wgs84(*back, system), (lon, lat)) < 1e-4


@pytest.mark.parametrize("system", SHIFTED)
@pytest.mark.parametrize(
    "point",
    [
        (2.35, 48.86),
        (-74.0, 40.7),
        (139.69, 35.69),
        (151.2, -33.87),
        (180.0, 90.0),
        (-180.0, -90.0),
    ],
)
def test_nothing_is_shifted_abroad(system, point):
    assert crs.from_wgs84(*point, system) == point
    assert crs.to_wgs84(*point, system) == point


@pytest.mark.parametrize("system", SHIFTED)
@pytest.mark.parametrize(
    "point", [(72.004, 30.0), (137.8347, 40.0), (100.0, 0.8293), (100.0, 55.8271), (72.004, 0.8293)]
)
def test_the_rectangle_s_own_edge_is_inside_and_comes_back(system, point):
    there = crs.from_wgs84(*point, system)
    assert there != point
    back = crs.to_wgs84(*there, system)
    assert back == pytest.approx(point, abs=1e-9)
    assert crs.from_wgs84(*back, system) == pytest.approx(there, abs=1e-9)


@pytest.mark.parametrize("system", [*SHIFTED, "wgs84", 4549, 3857])
def test_many_points_get_what_each_gets_alone(system):
    random = np.random.default_rng(7)
    lon, lat = random.uniform(60, 150, 40_000), random.uniform(-5, 60, 40_000)
    before = lon.copy(), lat.copy()
    x, y = crs.from_wgs84(lon, lat, system)
    back = crs.to_wgs84(x, y, system)
    for row in range(0, 40_000, 1999):
        assert (x[row], y[row]) == pytest.approx(
            crs.from_wgs84(lon[row], lat[row], system), abs=1e-9
        )
        alone = crs.to_wgs84(x[row], y[row], system)
        assert (back[0][row], back[1][row]) == pytest.approx(alone, abs=1e-9)
    assert np.array_equal(before, (lon, lat))
    assert not any(
        np.shares_memory(*pair) for pair in [(x, lon), (y, lat), (back[0], x), (back[1], y)]
    )
    grid = crs.to_wgs84(x.reshape(200, 200), y.reshape(200, 200), system)
    assert np.array_equal(grid[0].ravel(), back[0])


# What is no place


@pytest.mark.parametrize("system", ["wgs84", "cgcs2000", "gcj02", "bd09"])
@pytest.mark.parametrize(
    "point",
    [(31.2, 121.5), (181.0, 0.0), (121.5, np.nan), (np.inf, 31.2), (-np.inf, 0.0), (0.0, 90.5)],
)
def test_a_point_off_the_globe_is_refused_with_the_values_given(system, point):
    for turn in (crs.to_wgs84, crs.from_wgs84):
        with pytest.raises(BadCoordinates) as refusal:
            turn(*point, system)
        assert repr(point[0]) in refusal.value.message("en")


def test_the_first_bad_point_of_many_is_named():
    with pytest.raises(BadCoordinates) as refusal:
        crs.to_wgs84(np.array([121.0, 31.0, 200.0]), np.array([31.0, 121.0, 0.0]), "gcj02")
    assert (refusal.value.params["lon"], refusal.value.params["lat"]) == (31.0, 121.0)


def test_metres_that_are_nowhere_are_refused():
    with pytest.raises(BadCoordinates):
        crs.to_wgs84(np.nan, 3450000.0, 4549)
    with pytest.raises(BadCoordinates):
        crs.to_wgs84(1e12, 1e12, 4549)


def test_no_points_are_no_fault():
    lon, lat = crs.to_wgs84(np.array([]), np.array([]), "gcj02")
    assert len(lon) == len(lat) == 0


# Ellipsoid


@settings(deadline=None)
@given(lat=st.floats(-89, 89))
def test_a_degree_has_its_geodesic_length(lat):
    of_lon, of_lat = crs.metres_per_degree(lat)
    step = 0.0005
    assert of_lat == pytest.approx(GEOD.inv(0, lat - step, 0, lat + step)[2] / (2 * step), rel=1e-6)
    assert of_lon == pytest.approx(GEOD.inv(-step, lat, step, lat)[2] / (2 * step), rel=1e-6)
    many = crs.metres_per_degree(np.array([lat, 0.0]))
    assert (many[0][0], many[1][0]) == pytest.approx((of_lon, of_lat), rel=1e-12)


@settings(deadline=None)
@given(lon=CHINA_LON, lat=CHINA_LAT, size=st.floats(1e-3, 0.05))
def test_a_local_plane_keeps_area_and_length(lon, lat, size):
    hexagon = shapely.Point(lon, lat).buffer(size, quad_segs=2)
    (planar,) = local_planes([hexagon])
    area, perimeter = GEOD.geometry_area_perimeter(shapely.orient_polygons(hexagon))
    assert planar.area == pytest.approx(abs(area), rel=1e-5)
    assert planar.length == pytest.approx(perimeter, rel=1e-4)
    assert planar.bounds[:2] == pytest.approx([-planar.bounds[2], -planar.bounds[3]])
    (back,) = from_local_planes(np.array([planar]), np.array([hexagon]))
    assert back.equals_exact(hexagon, 1e-12)


def test_local_planes_pass_over_what_is_not_there():
    planes = local_planes([None, shapely.Polygon(), shapely.box(121, 31, 121.01, 31.01)])
    assert planes[0] is None
    assert planes[1].is_empty
    assert planes[2].area == pytest.approx(
        square_metres(shapely.box(121, 31, 121.01, 31.01)), rel=1e-6
    )


# Geometries


@pytest.mark.parametrize("system", ["wgs84", "gcj02", "bd09", 4549, 32650])
def test_geometries_move_as_their_points_do(system):
    shapes = np.array(
        [
            shapely.from_wkt("POLYGON Z ((121 31 5, 121.1 31 5, 121 31.1 5, 121 31 5))"),
            None,
            shapely.from_wkt(
                "MULTIPOLYGON (((121 30, 122 30, 122 31, 121 30), (121.5 30.2, 121.6 30.3, "
                "121.6 30.2, 121.5 30.2)), ((120 30, 120 31, 121 31, 120 30)))"
            ),
            shapely.from_wkt("LINESTRING (120 30, 121 31)"),
            shapely.from_wkt("POLYGON EMPTY"),
        ],
        dtype=object,
    )
    text = shapely.to_wkt(shapes).tolist()
    there = crs.geometries_from_wgs84(shapes, system)
    assert shapely.to_wkt(shapes).tolist() == text
    assert not shapely.has_z(there).any()
    lon, lat = shapely.get_coordinates(shapes).T.copy()
    assert np.array_equal(shapely.get_coordinates(there).T, crs.from_wgs84(lon, lat, system))
    back = crs.geometries_to_wgs84(list(there), system)
    assert shapely.get_type_id(back).tolist() == shapely.get_type_id(shapes).tolist()
    np.testing.assert_allclose(
        shapely.get_coordinates(back), np.column_stack([lon, lat]), atol=1e-9
    )


def test_an_exact_coverage_stays_exact_through_every_system():
    grids = trial("grids")
    for system in ("gcj02", "bd09", 4549):
        there = crs.geometries_from_wgs84(grids, system)
        assert shapely.coverage_is_valid(there)
        assert shapely.coverage_is_valid(crs.geometries_to_wgs84(there, system))
