"""OGC API - Features, requirement by requirement: the definition, wrong parameters, boxes, moments, caches."""

from __future__ import annotations

import json
import re

import pytest

from gridmap.publishing.collections import BY_NAME, COLLECTIONS
from tests import worlds
from tests.worlds import lonlat
from web.ogc import query

OAS30 = "application/vnd.oai.openapi+json;version=3.0"
ITEMS = "/ogc/collections/buildings/items"


@pytest.fixture
def world(session):
    world = worlds.draw(session, "A")
    world.house("h1", 12, 20, size=5, grid="A", number="1")
    return world


def test_the_definition_is_openapi_3_0_and_found_from_the_landing_page(client, world):
    links = {one["rel"]: one for one in client.get("/ogc/").json["links"]}
    assert links["service-desc"]["type"] == OAS30
    answer = client.get(links["service-desc"]["href"].removeprefix("http://localhost"))
    assert (answer.status_code, answer.content_type) == (200, OAS30)
    assert client.get(links["service-doc"]["href"].removeprefix("http://localhost")).mimetype == (
        "text/html"
    )
    found = json.loads(answer.text)
    assert found["openapi"] == "3.0.3"
    assert found["servers"] == [{"url": "http://localhost/ogc"}]
    for name in re.findall(r'"#/components/(\w+/[\w.-]+)"', answer.text):
        kind, _, key = name.partition("/")
        assert key in found["components"][kind], name
    names = [operation["get"]["operationId"] for operation in found["paths"].values()]
    assert len(names) == len(set(names))


def test_the_definition_knows_every_parameter_that_is_taken(client, world):
    found = json.loads(client.get("/ogc/api").text)
    shared = found["components"]["parameters"]
    for one in COLLECTIONS:
        address = f"/collections/{one.name}/items"
        if one.access != "public":
            assert address not in found["paths"]
            continue
        known = {
            shared[given["$ref"].rpartition("/")[2]]["name"] if "$ref" in given else given["name"]
            for given in found["paths"][address]["get"]["parameters"]
        }
        assert known == set(query.KNOWN) | set(query.filters(one))
    limit = shared["limit"]["schema"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 10_000, 100)


@pytest.mark.parametrize(
    "address",
    [
        "/ogc/",
        "/ogc/api",
        "/ogc/conformance",
        "/ogc/collections",
        "/ogc/collections/grids",
        "/ogc/collections/grids/queryables",
        "/ogc/collections/buildings/items/h1",
    ],
)
def test_no_document_takes_a_parameter_that_it_does_not_know(client, world, address):
    assert client.get(f"{address}?f=json").status_code == 200
    for wrong in ("colour", "limit"):
        answer = client.get(f"{address}?{wrong}=1")
        assert (answer.status_code, answer.json["field"]) == (400, wrong)
    assert client.get(f"{address}?f=xml").json["field"] == "f"
    assert client.get(f"{address}?f=json&f=json").status_code == 400


def test_a_box_may_span_the_antimeridian(client, world):
    west, south = lonlat(0, 0)
    east, north = lonlat(95, 95)

    def matched(*box):
        return client.get(f"{ITEMS}?bbox={','.join(map(str, box))}").json["numberMatched"]

    assert matched(west, south, east, north) == 1
    assert matched(170, south, -170, north) == 0
    assert matched(170, south, east, north) == 1  # eastwards over 180 degrees up to the county
    assert matched(west, south, -170, north) == 1
    assert matched(east, south, west, north) == 0  # all the way round, without the county


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("datetime=2026-06-01T00:00:00%2B08:00", 200),
        ("datetime=2026-06-01T00:00:00+08:00", 200),  # the plus arrives as a space
        ("datetime=2026-06-01t00:00:00.25z", 200),
        ("datetime=20260601T000000Z", 400),
        ("datetime=2026-W23-1T00:00:00Z", 400),
        ("datetime=2026-06-01 00:00:00Z", 400),
    ],
)
def test_moments_are_those_of_rfc_3339(client, world, asked, status):
    assert client.get(f"{ITEMS}?{asked}").status_code == status


@pytest.mark.parametrize(
    "asked", ["day=2026-06-01/..", "day=x", "day=2026-06-01&datetime=2026-06-02"]
)
def test_day_is_one_day_and_alone(client, world, asked):
    for address in (ITEMS, f"{ITEMS}/h1"):
        answer = client.get(f"{address}?{asked}")
        assert (answer.status_code, answer.json["field"]) == (400, "day")


def test_day_is_the_day_that_is_asked_for_even_where_a_field_has_that_name(client, world):
    assert "day" in {one.name for one in BY_NAME["activities"].fields}
    assert client.get("/ogc/collections/activities/items?day=2026-06-01/..").status_code == 400
    asked = client.get("/ogc/collections/activities/queryables").json["properties"]
    assert "day" not in asked
    assert {"code", "name", "places"} <= asked.keys()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{ITEMS}/h1@2026-13-01", 404),
        (f"{ITEMS}/h1@yesterday", 404),
        (f"{ITEMS}/h%00", 404),
        (f"{ITEMS}?after=WyJhXHUwMDAwIiwgIjIwMjMtMDEtMDEiXQ", 400),
        (f"{ITEMS}?after=WyJcdWQ4MDAiLCAiMjAyMy0wMS0wMSJd", 400),
    ],
)
def test_what_no_code_can_hold_is_an_answer_and_no_failure(client, world, address, status):
    assert client.get(address).status_code == status


def test_a_wrong_value_says_what_is_wanted(client, world):
    answer = client.get(f"{ITEMS}?floors=many", headers={"Accept-Language": "en"})
    assert answer.json["message"] == "“floors” must be a whole number."
    assert "整数" in client.get(f"{ITEMS}?floors=many").json["message"]


def test_what_has_not_changed_says_how_long_it_may_be_kept(client, world):
    first = client.get(ITEMS, headers={"Accept-Encoding": "gzip"})
    again = client.get(ITEMS, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.headers["ETag"]) == (304, first.headers["ETag"])
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "no-cache"


def test_titles_are_in_the_language_that_is_asked_for(client, world):
    english = client.get("/ogc/collections/grids", headers={"Accept-Language": "en"}).json
    assert (english["title"], client.get("/ogc/collections/grids").json["title"]) == (
        "Grids",
        "网格",
    )


@pytest.mark.parametrize("accepted", [None, "*/*", "application/geo+json, */*;q=0.1"])
def test_a_program_is_refused_in_json_whatever_it_takes(client, world, accepted):
    headers = {"Accept": accepted} if accepted else {}
    answer = client.get(f"{ITEMS}?filter=x", headers=headers)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
