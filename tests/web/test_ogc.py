"""OGC API - Features: the standard's documents, days, boxes, pages; and GDAL as a client that no one here wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date

import geopandas
import pyogrio
import pytest
import shapely

from gridmap.dispatch import service as dispatch
from gridmap.ledger.areas import GridVersion
from gridmap.publishing import feature_queries
from gridmap.publishing.collections import BUILDINGS, COLLECTIONS, GRIDS
from gridmap.publishing.feature_queries import Wanted
from gridmap.publishing.fields import Access, FieldType
from gridmap.publishing.serving import ACTIVITIES, CENTRES, NEEDS
from gridmap.store.base import from_day
from gridmap.store.session import transaction
from tests import worlds
from tests.dispatch.filings import NOW, filing, staffed
from tests.web import signed
from tests.worlds import START, lonlat
from web.params import today

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@pytest.fixture
def world(session):
    world = worlds.draw(session, "AB")
    yard = world.compound("yard", 0, 0, 95, 95, name="书香苑小区")
    for number in range(1, 8):
        world.house(
            f"h{number}", 12 * number, 20, size=5, grid="A", number=str(number), compound_id=yard.id
        )
    world.house("gone", 150, 20, grid="B", name='老"楼"', until=date(2026, 3, 1))
    return world


def get(client, address, status=200, **query):
    answer = client.get(f"/ogc{address}", query_string=query)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.json


def test_every_document_is_reached_from_the_landing_page(client, world):
    landing = get(client, "/")
    links = {link["rel"]: link["href"] for link in landing["links"]}
    assert {"self", "service-desc", "conformance", "data"} <= links.keys()
    for address in links.values():
        assert client.get(address.removeprefix("http://localhost")).status_code == 200
    assert (
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
        in get(client, "/conformance")["conformsTo"]
    )


def test_the_collections_are_those_of_the_one_list(client, world):
    found = get(client, "/collections")["collections"]
    assert [one["id"] for one in found] == [
        one.name for one in COLLECTIONS if one.access == "public"
    ]
    grids = get(client, "/collections/grids")
    assert (grids["title"], grids["itemType"], grids["crs"][0]) == ("网格", "feature", CRS84)
    assert grids["extent"]["spatial"]["bbox"][0][:2] == pytest.approx(lonlat(0, 0))
    assert grids["extent"]["temporal"]["interval"] == [
        [f"{START.isoformat()}T00:00:00+08:00", None]
    ]
    fields = get(client, "/collections/grids/queryables")["properties"]
    assert fields["community"] == {"title": "社区", "type": "string"}
    assert fields["geometry"]["format"] == "geometry-multipolygon"


def test_items_are_geojson_with_chinese_whole(client, world):
    answer = client.get("/ogc/collections/buildings/items?limit=2")
    assert answer.mimetype == "application/geo+json"
    found = answer.json
    assert (found["type"], found["numberReturned"], found["numberMatched"]) == (
        "FeatureCollection",
        2,
        7,
    )
    first = found["features"][0]
    assert (first["id"], first["properties"]["compound"]) == ("h1", "书香苑小区")
    assert shapely.from_geojson(json.dumps(first["geometry"])).is_valid


def test_the_next_links_lead_through_all_of_it_once(client, world):
    address, seen = "/ogc/collections/buildings/items?limit=3&compound_code=yard", []
    while address:
        page = client.get(address).json
        seen += [one["id"] for one in page["features"]]
        address = next((one["href"] for one in page["links"] if one["rel"] == "next"), None)
        address = address and address.removeprefix("http://localhost")
        assert page["numberMatched"] == 7
    assert seen == [f"h{number}" for number in range(1, 8)]


def test_a_box_and_a_field_narrow_it(client, world):
    west, south = lonlat(30, 15)
    east, north = lonlat(61, 30)
    box = f"{west},{south},{east},{north}"
    found = get(client, "/collections/buildings/items", bbox=box)
    assert [one["id"] for one in found["features"]] == ["h3", "h4", "h5"]
    both = get(client, "/collections/buildings/items", bbox=box, number="4")
    assert [one["id"] for one in both["features"]] == ["h4"]
    high = get(client, "/collections/buildings/items", bbox=f"{west},{south},0,{east},{north},9")
    assert high["numberReturned"] == 3


def test_the_past_is_read_by_datetime(client, session, world):
    def ids(**query):
        return [
            one["id"] for one in get(client, "/collections/buildings/items", **query)["features"]
        ]

    assert "gone" not in ids()
    assert "gone" in ids(datetime="2026-02-28")
    assert "gone" in ids(datetime="2026-02-28T15:59:59Z")
    assert "gone" not in ids(datetime="2026-02-28T16:00:00Z")  # the next day in China
    assert f"gone@{START.isoformat()}" in ids(datetime="2026-01-01/..")
    assert ids(datetime="../2023-01-01") == []
    one = get(client, f"/collections/buildings/items/gone@{START.isoformat()}")
    assert (one["properties"]["name"], one["properties"]["valid_until"]) == ('老"楼"', "2026-03-01")
    get(client, "/collections/buildings/items/gone", 404)
    assert get(client, "/collections/buildings/items/gone", datetime="2026-02-01")["id"] == "gone"


def test_a_grid_that_was_renamed_has_both_names_on_their_days(client, session, world):
    row = session.query(GridVersion).filter_by(grid_id=world.grids["A"].id).one()
    row.valid = from_day(START, date(2026, 3, 1))
    session.flush()
    session.add(
        GridVersion(
            grid_id=row.grid_id,
            name="甲网格",
            boundary=row.boundary,
            valid=from_day(date(2026, 3, 1)),
        )
    )
    session.flush()
    code = world.grids["A"].code
    names = [
        get(client, f"/collections/grids/items/{code}", datetime=day)["properties"]["name"]
        for day in ("2026-02-28", "2026-03-01")
    ]
    assert names == ["A网格", "甲网格"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("limit=2&limit=3", "limit"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=1,2,3,x", "bbox"),
        ("bbox=3,4,5,2", "bbox"),
        ("bbox=nan,2,3,4", "bbox"),
        ("datetime=yesterday", "datetime"),
        ("datetime=2026-02-30", "datetime"),
        ("datetime=2026-02-01T10:00:00", "datetime"),
        ("datetime=2026-05-01/2026-01-01", "datetime"),
        ("datetime=../..", "datetime"),
        ("datetime=a/b/c", "datetime"),
        ("crs=EPSG:3857", "crs"),
        ("f=xml", "f"),
        ("after=%00", "after"),
        ("after=abc", "after"),
        ("floors=many", "floors"),
        ("number=%00", "number"),
        ("colour=red", "colour"),
        ("valid_from=2026-01-01", "valid_from"),
    ],
)
def test_a_wrong_parameter_is_a_400_that_names_it(client, world, query, field):
    answer = client.get(f"/ogc/collections/buildings/items?{query}")
    assert (answer.status_code, answer.json["field"]) == (400, field)
    assert answer.json["message"]


def test_what_is_not_there_is_a_404(client, world):
    get(client, "/collections/unicorns", 404)
    get(client, "/collections/unicorns/items", 404)
    get(client, "/collections/buildings/items/nobody", 404)


def test_only_who_is_signed_in_reads_the_reports_of_grids(client, session, world):
    get(client, "/collections/reports/items", 401)
    post = world.post("grid_worker", world.grids["A"], "甲")
    signed.account(session, post.person_id, "jia")
    signed.sign_in(client, "jia")
    found = get(client, "/collections/reports/items")["features"][0]
    assert found["properties"]["open"] == 0
    assert "reports" in [one["id"] for one in get(client, "/collections")["collections"]]


def test_gaps_are_counted_for_the_day_that_is_asked_for(client, world):
    [found] = get(client, "/collections/coverage/items")["features"]
    assert found["properties"]["gaps"] > 5


def test_what_is_counted_is_not_sent_again_until_something_changes(client, session, world):
    address = "/ogc/collections/coverage/items"
    first = client.get(address)
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(address, headers=known).status_code == 304
    world.post("secretary", world.community, "甲")
    again = client.get(address, headers=known)
    assert again.status_code == 200
    gaps = [one.json["features"][0]["properties"]["gaps"] for one in (first, again)]
    assert gaps[1] == gaps[0] - 1


def test_counted_items_of_the_signed_in_are_theirs_alone(client, session):
    world, people = staffed(session)
    address = "/ogc/collections/reports/items"
    signed.account(session, next(iter(people.values())).person_id, "jia")
    signed.sign_in(client, "jia")
    first = client.get(address)
    assert first.headers["Cache-Control"] == "no-store"
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(address, headers=known).status_code == 304
    dispatch.file(session, filing("one"), NOW)
    again = client.get(address, headers=known)
    code = world.grids["A"].code
    [found] = [one for one in again.json["features"] if one["id"] == code]
    assert found["properties"]["open"] == 1
    client.delete_cookie("gridmap_session")
    tag = {"If-None-Match": again.headers["ETag"], "Accept": "application/json"}
    assert client.get(address, headers=tag).status_code == 401


def test_what_has_not_changed_is_not_sent_again(client, session, world):
    address = "/ogc/collections/buildings/items?limit=2"
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    world.house("new", 150, 60, grid="B")
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


READ = """
import sys
import pyogrio
address, name, target = sys.argv[1:]
print(",".join(pyogrio.list_layers(f"OAPIF:{address}")[:, 0]))
pyogrio.read_dataframe(f"OAPIF:{address}", layer=name, PAGE_SIZE="500").to_file(target, driver="GPKG")
"""


def _plain(value, kind):
    """What GDAL has made of a value, as we hold it."""
    if value != value:  # noqa: PLR0124 - not a number
        return None
    if kind is FieldType.FLAG:
        return None if value is None else bool(value)
    return value.date() if kind is FieldType.DAY and hasattr(value, "date") else value


@pytest.mark.skipif("OAPIF" not in pyogrio.list_drivers(), reason="this GDAL has no OAPIF driver")
@pytest.mark.parametrize(
    "collection", [GRIDS, BUILDINGS, CENTRES, ACTIVITIES, NEEDS], ids=lambda one: one.name
)
def test_gdal_reads_all_pages_with_geometry_and_words(
    live_server, demo_engine, tmp_path, collection
):
    target = tmp_path / "read.gpkg"
    # in a process of its own: GDAL waits for the answer without letting this one's server run
    command = [sys.executable, "-c", READ, f"{live_server}/ogc", collection.name, str(target)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    layers = set(done.stdout.strip().split(","))
    assert {one.name for one in COLLECTIONS if one.access is Access.PUBLIC} <= layers
    read = geopandas.read_file(target)
    with transaction(demo_engine) as session:
        rows = feature_queries.table(session, collection, Wanted.on(today()))
    assert len(read) == len(rows)
    assert read.crs.equals("OGC:CRS84", ignore_axis_order=True)
    found = read.set_index("code")
    for row in rows:
        one = found.loc[row.code]
        ours = [getattr(row, field.name) for field in collection.stored]
        theirs = [_plain(one[field.name], field.type) for field in collection.stored]
        assert ours == theirs
        assert (
            shapely.hausdorff_distance(shapely.from_wkb(bytes(row.geometry)), one.geometry) < 1e-8
        )
