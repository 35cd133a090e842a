"""The API: places, layers, search, and what bad input gets."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from gridmap.publishing import service as publishing
from gridmap.terms import PostKind
from gridmap.volunteering import activities
from gridmap.volunteering.organising import Hand, Reach
from tests import worlds
from tests.serving import running
from tests.volunteering.serving import plan, volunteer
from tests.worlds import lonlat
from web.params import now


@pytest.fixture
def world(session):
    world = worlds.draw(session, "AB")
    yard = world.compound("yard", 0, 0, 95, 95, name="书香苑小区")
    house = world.house("h", 20, 20, grid="A", number="3", compound_id=yard.id)
    world.post(PostKind.GRID_WORKER, world.grids["A"], "李示一", duty_phone="0370-1234567")
    world.organisation("building_group", "3号楼党小组", building_id=house.id)
    return world


def where(x, y, **more):
    lon, lat = lonlat(x, y)
    return {"lon": lon, "lat": lat, "crs": "wgs84"} | more


def test_a_point_and_all_who_answer(client, world):
    body = client.get("/api/v1/locate", query_string=where(30, 30)).json
    assert (body["grid"]["status"], body["grid"]["code"]) == ("accepted", world.grids["A"].code)
    assert (body["building"]["code"], body["building"]["title"]) == ("h", "书香苑小区3号楼")
    assert body["community"]["name"] == "书香苑社区"
    assert [(p["title"], p["name"], p["phone"]) for p in body["people"]] == [
        ("专职网格员", "李示一", "0370-1234567")
    ]
    assert [p["level"] for p in body["party"]] == ["building_group"]
    assert body["property"] == {"unserved": True, "in_ledger": False, "self_management": None}
    assert "reports" not in body


def test_the_private_phone_is_never_sent(client, world, session):
    world.post(PostKind.STEWARD, world.buildings["h"], "赵示一").person.phone = "19900001234"
    session.flush()
    assert "19900001234" not in client.get("/api/v1/locate", query_string=where(30, 30)).text


def test_a_point_takes_two_statements(client, world, statements):
    client.get("/api/v1/locate", query_string=where(30, 30))
    statements.clear()
    client.get("/api/v1/locate", query_string=where(30, 30))
    assert len(statements) == 2


def test_english_on_request(client, world):
    body = client.get(
        "/api/v1/locate", query_string=where(30, 30), headers={"Accept-Language": "en"}
    ).json
    assert body["people"][0]["title"] == "Full-time grid worker"


@pytest.mark.parametrize(
    ("query", "status", "code", "field"),
    [
        ({"lon": "nan"}, 422, "invalid_input", "lon"),
        ({"lon": "inf"}, 422, "invalid_input", "lon"),
        ({"lon": "east"}, 422, "invalid_input", "lon"),
        ({"crs": None}, 422, "invalid_input", "crs"),
        ({"crs": "mars"}, 422, "unknown_crs", None),
        ({"lon": 500}, 422, "bad_coordinates", None),
        ({"day": "2026-02-30"}, 422, "invalid_input", "day"),
        ({"colour": "red"}, 422, "invalid_input", "colour"),
        ({"crs": "wgs84\u0000"}, 422, "invalid_input", "crs"),
        ({"crs": "wgs84\u202e"}, 422, "invalid_input", "crs"),
        ({"source": "guess"}, 422, "invalid_input", "source"),
        ({"lon": 34.7, "lat": 113.9, "crs": "wgs84"}, 422, "bad_coordinates", None),
        ({"lon": 114.9}, 422, "outside_county", "lon"),
    ],
)
def test_nonsense_gets_a_clear_answer(client, world, query, status, code, field):
    wanted = {k: v for k, v in (where(30, 30) | query).items() if v is not None}
    answer = client.get("/api/v1/locate", query_string=wanted)
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.json
    assert set(answer.json) == {"code", "message", "field", "hint"}
    assert answer.mimetype == "application/problem+json"
    assert answer.json["message"]
    if field:
        assert answer.json["field"] == field


def test_a_shifted_pair_is_asked_about(client, world):
    answer = client.get("/api/v1/locate", query_string=where(30, 30) | {"lon": 115})
    assert "gcj02" in answer.json["hint"]


def test_layers_have_a_tag_and_are_not_sent_twice(client, world):
    first = client.get("/api/v1/features/grids?day=2026-06-01")
    assert first.mimetype == "application/geo+json"
    assert len(first.json["features"]) == 2
    again = client.get(
        "/api/v1/features/grids?day=2026-06-01", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    zipped = client.get(
        "/api/v1/features/roads?day=2026-06-01", headers={"Accept-Encoding": "gzip"}
    )
    seen = {"Accept-Encoding": "gzip", "If-None-Match": zipped.headers["ETag"]}
    assert client.get("/api/v1/features/roads?day=2026-06-01", headers=seen).status_code == 304
    world.session.execute(text("UPDATE grid_version SET name = '新名'"))
    changed = client.get(
        "/api/v1/features/grids?day=2026-06-01", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert changed.status_code == 200


def test_places_taken_are_told_without_anybody_and_change_the_tag(client, world, session):
    at = now() + timedelta(days=1)
    made = activities.make(
        session, plan(world.community.id, at, places=8), Hand(Reach(county=True)), now()
    )
    addresses = ("/api/v1/features/activities", "/ogc/collections/activities/items")
    first = [client.get(one) for one in addresses]
    who = volunteer(session, "王示安", "13900000009", now=now())
    activities.sign_up(session, made, who.volunteer_id, now())
    for address, before in zip(addresses, first, strict=True):
        answer = client.get(address, headers={"If-None-Match": before.headers["ETag"]})
        assert (before.json["features"][0]["properties"]["taken"], answer.status_code) == (0, 200)
        [feature] = answer.json["features"]
        assert (feature["properties"]["places"], feature["properties"]["taken"]) == (8, 1)
        for word in ("王示安", "13900000009", who.code):
            assert word not in answer.text


def test_unknown_things_are_404(client, world):
    for path in (
        "/api/v1/features/secrets",
        "/api/v1/nothing",
        "/api/v1/features/buildings/15/a/b",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert client.post("/api/v1/county").status_code == 405


def test_search_and_county(client, world):
    found = client.get("/api/v1/search", query_string={"q": "书香苑3号楼"}).json["items"]
    assert found[0]["code"] == "h"
    county = client.get("/api/v1/county").json
    assert county["name"] == "测试县"
    assert county["first_day"] == worlds.START.isoformat()


def test_health(client):
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ready", "worker_seen_at": None}


def test_a_database_that_is_down_is_503_and_never_a_traceback():
    with running("postgresql://nobody@127.0.0.1:1/none", rate_limits=True) as app:
        client = app.test_client()
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "127.0.0.1" not in answer.text


def test_a_database_without_its_tables_is_not_ready(make_database):
    with running(make_database()) as app:
        answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")


def test_a_full_disk_is_507(client, monkeypatch):
    class Full(Exception):
        sqlstate = "53100"

    def fail(_session):
        raise OperationalError("INSERT", {}, Full())

    monkeypatch.setattr(publishing, "versions", fail)
    assert client.get("/readyz").status_code == 507


def test_an_unexpected_failure_says_nothing_of_itself(client, monkeypatch):
    def fail(_session):
        raise RuntimeError("secret path /etc")

    monkeypatch.setattr(publishing, "versions", fail)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert "secret" not in answer.text


def test_pages_carry_a_strict_policy(client, world):
    page = client.get("/docs", headers={"Accept": "text/html"})
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    other = client.get("/docs", headers={"Accept": "text/html"})
    assert other.headers["Content-Security-Policy"] != policy, "a nonce is used once"
    assert "/api/v1/locate" in page.text
    assert page.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "/\\evil", "/\t/evil"]
)
def test_the_language_switch_stays_on_this_site(client, target):
    answer = client.get("/language/en", query_string={"next": target})
    assert answer.location == "/"
    kept = client.get("/language/en", query_string={"next": "/coverage?day=2026-01-01"})
    assert kept.location == "/coverage?day=2026-01-01"
