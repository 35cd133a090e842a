"""Coordinate systems of /ogc (OGC API - Features - Part 2), against PROJ and GDAL's own client."""

from __future__ import annotations

import re
import subprocess
import sys

import geopandas
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from gridmap.publishing import feature_queries
from gridmap.publishing.collections import GRIDS
from gridmap.publishing.feature_queries import Wanted
from gridmap.publishing.systems import STORED, systems
from gridmap.store.session import transaction
from tests import worlds
from web.ogc import documents
from web.params import today

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
ITEMS = "/ogc/collections/grids/items"


@pytest.fixture
def world(session):
    return worlds.draw(session, "AB")


def first(answer):
    return shapely.geometry.shape(answer.json["features"][0]["geometry"])


def test_the_systems_are_listed_and_the_class_is_declared(client, world):
    found = client.get("/ogc/collections/grids").json
    assert found["storageCrs"] == STORED
    assert found["crs"] == [STORED, *(f"{EPSG}{n}" for n in (4326, 4490, 3857, 4547))]
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in documents.CONFORMS_TO


def test_a_country_outside_of_china_has_no_zone():
    assert list(systems((2.2, 48.8, 2.4, 48.9)))[-1] == f"{EPSG}3857"
    assert list(systems(None))[-1] == f"{EPSG}3857"


@pytest.mark.parametrize("number", [4326, 4490, 3857, 4547])
def test_coordinates_come_in_the_axes_of_the_registry(client, world, number):
    plain = first(client.get(ITEMS))
    answer = client.get(f"{ITEMS}?crs={EPSG}{number}")
    assert answer.headers["Content-Crs"] == f"<{EPSG}{number}>"
    # as PROJ has the axes; CGCS2000 from its own degrees, which are declared equal to WGS 84's
    start = 4490 if number in {4490, 4547} else 4326
    turned = Transformer.from_crs(start, number) if number != start else None
    there = shapely.transform(plain, lambda xy: xy[:, ::-1])
    if turned is not None:
        there = shapely.transform(there, turned.transform, interleaved=False)
    close = 1e-8 if number in {4326, 4490} else 1e-3
    assert shapely.hausdorff_distance(first(answer), there) < close
    one = client.get(f"{ITEMS}/{answer.json['features'][0]['id']}?crs={EPSG}{number}")
    assert shapely.geometry.shape(one.json["geometry"]).equals(first(answer))
    assert one.headers["Content-Crs"] == answer.headers["Content-Crs"]


@pytest.mark.parametrize("number", [4326, 4490, 3857, 4547])
def test_a_box_in_a_system_finds_what_lies_in_it(client, world, number):
    codes = {one["id"]: one for one in client.get(ITEMS).json["features"]}
    assert len(codes) == 2
    given = {
        one["id"]: shapely.geometry.shape(one["geometry"]).representative_point()
        for one in client.get(f"{ITEMS}?crs={EPSG}{number}").json["features"]
    }
    for code, spot in given.items():
        small = 1e-7 if number in {4326, 4490} else 0.01
        box = (spot.x - small, spot.y - small, spot.x + small, spot.y + small)
        asked = ",".join(f"{n:.9f}" for n in box)
        found = client.get(f"{ITEMS}?bbox={asked}&bbox-crs={EPSG}{number}")
        assert [one["id"] for one in found.json["features"]] == [code]
        assert found.headers["Content-Crs"] == f"<{STORED}>"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (f"crs={EPSG}4548", "crs"),
        ("crs=EPSG:4490", "crs"),
        (f"bbox-crs={EPSG}1&bbox=0,0,1,1", "bbox-crs"),
        (f"bbox-crs={EPSG}3857&bbox=9,0,1,1", "bbox"),
        (f"bbox-crs={EPSG}3857&bbox=0,0,1e12,1", "bbox"),
    ],
)
def test_what_is_not_offered_is_refused_by_name(client, world, query, field):
    refused = client.get(f"{ITEMS}?{query}")
    assert (refused.status_code, refused.json["field"]) == (400, field)


def test_pages_lead_on_in_the_system_and_the_map_stays_in_degrees(client, world):
    page = client.get(f"{ITEMS}?limit=1&crs={EPSG}4547").json
    following = next(one["href"] for one in page["links"] if one["rel"] == "next")
    assert client.get(following).headers["Content-Crs"] == f"<{EPSG}4547>"
    assert page["numberMatched"] == 2
    html = client.get(f"{ITEMS}?crs={EPSG}4547&f=html").text
    shapes = re.search(r'data-shapes="([^"]+)"', html)[1]
    assert "f=json" in shapes
    assert "crs" not in shapes


READ = """
import sys
import pyogrio
address, crs, target = sys.argv[1:]
pyogrio.read_dataframe(f"OAPIF:{address}", layer="grids", CRS=crs).to_file(target, driver="GPKG")
"""


@pytest.mark.skipif("OAPIF" not in pyogrio.list_drivers(), reason="this GDAL has no OAPIF driver")
@pytest.mark.parametrize("number", [4490, 4547])
def test_gdal_reads_the_national_system(live_server, demo_engine, tmp_path, number):
    target = tmp_path / "read.gpkg"
    command = [sys.executable, "-c", READ, f"{live_server}/ogc", f"{EPSG}{number}", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    read = geopandas.read_file(target)
    assert read.crs.to_epsg() == number
    degrees = read.to_crs(4490).set_index("code")
    with transaction(demo_engine) as session:
        rows = feature_queries.table(session, GRIDS, Wanted.on(today()))
    assert len(read) == len(rows) == 22
    for row in rows:
        ours = shapely.from_wkb(bytes(row.geometry))
        assert shapely.hausdorff_distance(ours, degrees.loc[row.code].geometry) < 1e-8


@pytest.mark.parametrize(
    ("number", "box"),
    [
        (4547, "0,0,10000000,10000000"),
        (4547, "-1000000000,-1000000000,1000000000,1000000000"),
        (4547, "-20000000,-20000000,20000000,20000000"),
        (3857, "-30000000,-30000000,30000000,30000000"),
        (3857, "10000000,2000000,25000000,6000000"),
    ],
)
def test_a_box_beyond_the_projection_still_finds_what_lies_in_it(client, world, number, box):
    found = client.get(f"{ITEMS}?bbox={box}&bbox-crs={EPSG}{number}")
    assert (found.status_code, found.json["numberMatched"]) == (200, 2)


@pytest.mark.parametrize("box", ["30000000,0,40000000,10", "0,-9000000,10,-8000000"])
def test_a_box_wholly_beyond_the_projection_finds_nothing(client, world, box):
    found = client.get(f"{ITEMS}?bbox={box}&bbox-crs={EPSG}4547")
    assert (found.status_code, found.json["features"]) == (200, [])
