"""The pages of /ogc: what a browser gets at the addresses that programs read as JSON."""

from __future__ import annotations

import re

import pytest

from gridmap.publishing.collections import COLLECTIONS
from gridmap.publishing.fields import Access
from tests import worlds
from tests.web import signed
from web.ogc import documents

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PUBLIC = [one for one in COLLECTIONS if one.access is Access.PUBLIC]


@pytest.fixture
def world(session):
    world = worlds.draw(session, "AB")
    for number in range(1, 4):
        world.house(f"h{number}", 12 * number, 20, size=5, grid="A", number=str(number))
    return world


def addresses():
    yield from ("/ogc/", "/ogc/api", "/ogc/conformance", "/ogc/collections")
    for one in PUBLIC:
        address = f"/ogc/collections/{one.name}"
        yield from (address, f"{address}/queryables", f"{address}/items")
    yield "/ogc/collections/buildings/items/h1"


@pytest.mark.parametrize("address", list(addresses()))
def test_every_resource_is_a_page_and_a_document(client, world, address):
    page = client.get(address, headers=BROWSER)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert {"Accept", "Accept-Language"} <= set(page.headers["Vary"].split(", "))
    assert page.headers["Cache-Control"] == "no-store"
    known = re.search(r'rel="alternate"[^>]*href="([^"]+)"', page.text)
    document = client.get(known[1].replace("&amp;", "&")) if known else client.get(address)
    assert document.mimetype.endswith("json")
    assert "Accept" in document.headers["Vary"]
    for accept in ("*/*", "application/json", "application/geo+json, application/json;q=0.9"):
        assert client.get(address, headers={"Accept": accept}).mimetype.endswith("json")
    assert client.get(f"{address}?f=html").mimetype == "text/html"
    assert client.get(f"{address}?f=json", headers=BROWSER).mimetype.endswith("json")


def test_the_class_is_declared_and_pages_are_linked(client, world):
    assert any(one.endswith("/html") for one in documents.CONFORMS_TO)
    for address in ("/ogc/", "/ogc/collections", "/ogc/collections/grids"):
        links = client.get(address).json["links"]
        [page] = [one for one in links if one["rel"] == "alternate"]
        assert page["type"] == "text/html"
        assert client.get(page["href"]).mimetype == "text/html"
    links = client.get("/ogc/collections/grids/items?limit=1").json["links"]
    [page] = [one for one in links if one["rel"] == "alternate"]
    assert "limit=1" in page["href"]


def test_pages_of_features_lead_to_the_next_and_keep_what_was_asked(client, world):
    first = client.get("/ogc/collections/buildings/items?limit=2&number=1&f=html")
    assert "共 1 条" in first.text
    first = client.get("/ogc/collections/buildings/items?limit=2&f=html")
    assert "共 3 条" in first.text
    assert first.text.count("<tr data-code=") == 2
    address = re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&")
    second = client.get(address)
    assert second.mimetype == "text/html"
    assert second.text.count("<tr data-code=") == 1
    assert "回到第一页" in second.text
    before = client.get("/ogc/collections/buildings/items?day=2020-01-01&f=html")
    assert "这一天没有符合条件的数据" in before.text


def test_a_name_is_shown_as_text(client, world, session):
    world.house("evil", 60, 40, size=5, grid="A", name="<script>alert(1)</script>")
    for address in ("items", "items/evil"):
        page = client.get(f"/ogc/collections/buildings/{address}", headers=BROWSER).text
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page


def test_what_is_for_signed_in_readers_is_listed_to_them_alone(client, world):
    page = client.get("/ogc/", headers=BROWSER).text
    assert [one.zh for one in COLLECTIONS if f">{one.zh}</a>" in page] == [one.zh for one in PUBLIC]
    post = world.post("grid_worker", world.grids["A"], "甲")
    signed.account(world.session, post.person_id, "jia")
    signed.sign_in(client, "jia")
    assert ">各网格诉求</a>" in client.get("/ogc/", headers=BROWSER).text


def test_a_refusal_is_said_to_a_browser_too(client, world):
    wrong = client.get("/ogc/collections/grids/items?limit=x", headers=BROWSER)
    assert (wrong.status_code, wrong.mimetype) == (400, "text/html")
    assert "每页条数至少是 1" in wrong.text
    wrong = client.get("/ogc/collections/grids/items?limit=x&f=json", headers=BROWSER)
    assert (wrong.status_code, wrong.json["field"]) == (400, "limit")
    away = client.get("/ogc/collections/reports/items", headers=BROWSER)
    assert (away.status_code, away.headers["Location"].split("?")[0]) == (302, "/sign-in")
    assert client.get("/ogc/collections/reports/items").status_code == 401


@pytest.mark.parametrize(
    ("address", "accept"),
    [
        ("/ogc/api", "application/vnd.oai.openapi+json;version=3.0, text/html;q=0.5"),
        ("/ogc/collections/grids/queryables", "application/schema+json, text/html;q=0.1"),
        ("/ogc/collections/grids/items", "application/geo+json, text/html;q=0.1"),
        ("/ogc/collections/grids/items?limit=x", "application/geo+json, text/html;q=0.1"),
    ],
)
def test_a_program_that_takes_pages_last_gets_a_document(client, world, address, accept):
    answer = client.get(address, headers={"Accept": accept})
    assert answer.mimetype.endswith("json")
    assert {"Accept", "Accept-Language", "Cookie"} <= set(answer.headers["Vary"].split(", "))


def test_the_page_of_a_version_is_of_its_first_day(client, world, session):
    page = client.get("/ogc/collections/buildings/items/h1@2024-01-01?f=html").text
    assert "2024-01-01 的情况" in page
    assert 'data-day="2024-01-01"' in page
    assert "h1@" not in re.search(r"<h1>(.*)</h1>", page)[1]


def test_a_feature_and_a_page_asked_as_json_lead_to_pages(client, world):
    for address in ("items?f=json", "items/h1", "items/h1?f=json"):
        links = client.get(f"/ogc/collections/buildings/{address}").json["links"]
        [page] = [one for one in links if one["rel"] == "alternate"]
        assert client.get(page["href"]).mimetype == "text/html"


def test_the_list_is_not_made_anew_each_time(client, world, statements):
    client.get("/ogc/?f=html")
    assert [one for one in statements.texts if "ST_Extent(f.geom)" in one]
    statements.clear()
    client.get("/ogc/?f=html")
    assert not [one for one in statements.texts if "ST_Extent(f.geom)" in one]


def test_addresses_in_the_definition_are_whole(client, world):
    page = client.get("/ogc/api?f=html").text
    assert "GET /ogc/collections/grids/items" in page


@pytest.mark.parametrize("address", list(addresses()))
@pytest.mark.parametrize("form", ["json", "html"])
def test_who_is_signed_in_gets_every_resource(client, world, address, form):
    post = world.post("grid_worker", world.grids["A"], "甲")
    signed.account(world.session, post.person_id, "jia")
    signed.sign_in(client, "jia")
    answer = client.get(f"{address}?f={form}")
    assert answer.status_code == 200
    if address == "/ogc/collections":
        private = "no-store" if form == "html" else "private, no-cache"
        assert answer.headers["Cache-Control"] == private
