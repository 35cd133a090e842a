"""The Gauss-Krueger zones of CGCS2000, against PROJ's own pipelines and the programs of PROJ and GDAL."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from gridmap.errors import InvalidInput
from gridmap.geometry import crs, zones
from gridmap.geometry.planes import local_planes

ZONES = {
    **{epsg: (75 + 6 * (epsg - 4491), 13 + epsg - 4491) for epsg in range(4491, 4502)},
    **{epsg: (75 + 6 * (epsg - 4502), None) for epsg in range(4502, 4513)},
    **{epsg: (75 + 3 * (epsg - 4513), 25 + epsg - 4513) for epsg in range(4513, 4534)},
    **{epsg: (75 + 3 * (epsg - 4534), None) for epsg in range(4534, 4555)},
}
"""EPSG code to central meridian and zone number (GB/T 22021: 6 degrees from 13, 3 degrees from 25)."""


@pytest.mark.parametrize("epsg", ZONES)
def test_a_zone_is_transverse_mercator_on_grs80_without_a_shift(epsg):
    meridian, number = ZONES[epsg]
    false_easting = 500000 + 1_000_000 * (number or 0)
    pipeline = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
        f"+step +proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0={false_easting} +y_0=0 +ellps=GRS80"
    )
    lon, lat = (
        grid.ravel()
        for grid in np.meshgrid(meridian + np.linspace(-3, 3, 7), np.linspace(4, 53, 8))
    )
    x, y = crs.from_wgs84(lon, lat, epsg)
    np.testing.assert_allclose((x, y), pipeline.transform(lon, lat), atol=1e-6)
    np.testing.assert_allclose(crs.to_wgs84(x, y, epsg), (lon, lat), atol=1e-11)


@settings(deadline=None)
@given(lon=st.floats(73.5, 136.4999), lat=st.floats(3.5, 53.6))
def test_the_zone_of_a_place_has_the_nearest_meridian(lon, lat):
    epsg = zones.gauss_kruger_zone(lon)
    assert abs(lon - ZONES[epsg][0]) <= 1.5
    assert f"3-degree Gauss-Kruger CM {ZONES[epsg][0]}E" in CRS(epsg).name
    x, y = crs.from_wgs84(lon, lat, epsg)
    assert abs(x - 500000) < 170_000
    assert crs.to_wgs84(x, y, epsg) == pytest.approx((lon, lat), abs=1e-11)


@pytest.mark.parametrize("lon", [73.4, 136.5, -121.5, float("nan")])
def test_there_is_no_zone_beyond_china(lon):
    with pytest.raises(InvalidInput):
        zones.gauss_kruger_zone(lon)


def test_a_zone_measures_true_near_its_meridian():
    square = shapely.box(119.99, 31.0, 120.01, 31.02)
    (planar,) = crs.geometries_from_wgs84([square], 4549)
    (local,) = local_planes([square])
    assert planar.area == pytest.approx(local.area, rel=1e-5)


POINTS = [(113.95, 34.75), (121.499, 31.239), (120.0, 0.5), (118.501, 53.3)]


@pytest.mark.parametrize("epsg", [4547, 4549, 4528, 4499, 4508])
def test_cs2cs_gives_the_same_metres(epsg):
    lines = "".join(f"{lat!r} {lon!r}\n" for lon, lat in POINTS)  # in the order of the authority
    output = ran(["cs2cs", "-f", "%.6f", "EPSG:4490", f"EPSG:{epsg}"], lines)
    for point, line in zip(POINTS, output.splitlines(), strict=True):
        north, east = (float(word) for word in line.split()[:2])
        assert crs.from_wgs84(*point, epsg) == pytest.approx((east, north), abs=1e-4)


@pytest.mark.parametrize("epsg", [4547, 4549, 4528, 4499, 4508])
def test_gdaltransform_gives_the_same_metres(epsg):
    lines = "".join(f"{lon!r} {lat!r}\n" for lon, lat in POINTS)
    output = ran(["gdaltransform", "-s_srs", "EPSG:4490", "-t_srs", f"EPSG:{epsg}"], lines)
    for point, line in zip(POINTS, output.splitlines(), strict=True):
        east, north = (float(word) for word in line.split()[:2])
        assert crs.from_wgs84(*point, epsg) == pytest.approx((east, north), abs=1e-4)


def ran(command: list[str], lines: str) -> str:
    program = shutil.which(command[0], path="/usr/bin:/usr/local/bin")
    if program is None:
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run(
        [program, *command[1:]], input=lines, capture_output=True, text=True, check=True, timeout=60
    ).stdout
