"""Today's locate from memory: the same answers, in the same form, as from the database; followed at once."""

from __future__ import annotations

import random
import re
import time
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from gridmap.geolocation.live import FRESH_S
from gridmap.store.following import Follower
from gridmap.store.session import make_engine, transaction
from tests.serving import running
from web import ratelimits
from web.located import EXTENSION
from web.params import today

PATH = "/api/v1/locate"
SHOWN = ("Content-Type", "Cache-Control", "X-Content-Type-Options", "Referrer-Policy")


@pytest.fixture(scope="module")
def county(make_demo):
    """A demo county of its own: url and engine."""
    url = make_demo()
    engine = make_engine(url)
    yield url, engine
    engine.dispose()


@contextmanager
def following(url, *, rate_limits=False):
    """An application that answers from memory."""
    with running(url, rate_limits=rate_limits) as app:
        app.extensions[EXTENSION].look()
        yield app


@pytest.fixture
def apps(county):
    """An application that answers from memory, and one that asks the database."""
    with following(county[0]) as memory, following(county[0]) as database:
        database.extensions[EXTENSION].state = lambda _day: None
        yield memory, database


def spots(engine):
    """Interior points of buildings and points around them."""
    with transaction(engine) as session:
        rows = session.execute(
            text("SELECT ST_X(spot), ST_Y(spot) FROM building_version WHERE valid @> current_date")
        ).all()
    dice = random.Random(7)  # noqa: S311
    for _ in range(120):
        lon, lat = dice.choice(rows)
        blur = dice.choice([0.0, 0.0, 2e-4, 2e-2])
        yield lon + dice.gauss(0, blur), lat + dice.gauss(0, blur)


def questions(engine):
    """Plain questions, and doubtful and wrong ones."""
    dice = random.Random(8)  # noqa: S311
    for lon, lat in spots(engine):
        asked = {
            "lon": f"{lon:.9f}",
            "lat": f"{lat:.9f}",
            "crs": dice.choice(["wgs84", "gcj02", "bd09"]),
        }
        if dice.random() < 0.4:
            asked |= {"accuracy": dice.choice(["4", "20", "70.5"]), "source": "gps"}
        if dice.random() < 0.2:
            asked["day"] = today().isoformat()
        yield asked
    good = {"lon": "113.9", "lat": "34.7", "crs": "wgs84"}
    yield good | {"lon": "abc"}
    yield good | {"crs": "mars"}
    yield good | {"lat": "95"}
    yield good | {"color": "red"}
    yield good | {"accuracy": "-3"}
    yield good | {"source": "dream"}
    yield good | {"day": ""}
    yield good | {"lon": "2.3", "lat": "48.8"}


def test_memory_and_database_give_the_same_answers(apps, county):
    memory, database = (app.test_client() for app in apps)
    statuses = set()
    for asked in questions(county[1]):
        for language in ("zh", "en"):
            headers = {"Accept-Language": language}
            address = f"{PATH}?{urlencode(asked)}"
            one, other = (
                memory.get(address, headers=headers),
                database.get(address, headers=headers),
            )
            for name, value in one.json.items():
                assert value == other.json.get(name), (name, asked)
            assert one.status_code == other.status_code
            assert one.data.strip() == other.data.strip()
            assert [one.headers.get(name) for name in SHOWN] == [
                other.headers.get(name) for name in SHOWN
            ]
            statuses.add((one.status_code, (one.json.get("grid") or {}).get("status")))
    assert {(200, "accepted"), (200, "ask"), (200, "none"), (422, None)} <= statuses


@pytest.mark.parametrize("building", ["accepted", "ask", "none"])
def test_a_question_whose_grid_is_plain_does_not_reach_flask(apps, county, monkeypatch, building):
    memory = apps[0]
    address, before = plain_address(memory, county[1], building)
    monkeypatch.setattr(memory, "full_dispatch_request", lambda: pytest.fail("Flask was asked"))
    # on a busy machine the last look may be too old to answer from
    memory.extensions[EXTENSION].look()
    assert memory.test_client().get(address).json == before


def plain_address(app, engine, building="accepted"):
    """The address of a question whose grid is plain, and its answer."""
    for lon, lat in spots(engine):
        address = f"{PATH}?{urlencode({'lon': f'{lon:.9f}', 'lat': f'{lat:.9f}', 'crs': 'wgs84'})}"
        found = app.test_client().get(address).json
        if (
            found.get("grid", {}).get("status") == "accepted"
            and found["building"]["status"] == building
        ):
            return address, found
    raise AssertionError


def holder(app, address):
    people = app.test_client().get(address).json["people"]
    return next(one["phone"] for one in people if one["kind"] == "grid_worker")


def until(found, wanted, seconds=1.0):
    """Wait until a change is seen; return how long it took."""
    begin = time.monotonic()
    while found() != wanted:
        assert time.monotonic() - begin < seconds, "the change was not seen in time"
        time.sleep(0.02)
    return time.monotonic() - begin


def test_a_change_is_seen_within_a_second_and_only_it_is_read(apps, county):
    memory, engine = apps[0], county[1]
    address, found = plain_address(memory, engine)
    live = memory.extensions[EXTENSION]
    buildings = live.state(today()).cells.snapshot.buildings
    with transaction(engine) as session:
        session.execute(
            text(
                "UPDATE post SET duty_phone = '000-1234' WHERE kind = 'grid_worker' AND valid @> current_date"
                " AND grid_id = (SELECT id FROM grid WHERE code = :code)"
            ),
            {"code": found["grid"]["code"]},
        )
    until(lambda: holder(memory, address), "000-1234")
    # buildings have not changed: they were not read again
    assert live.state(today()).cells.snapshot.buildings is buildings
    with transaction(engine) as session:
        session.execute(
            text(
                "UPDATE building_version SET name = '改过的名字' WHERE valid @> current_date AND building_id ="
                " (SELECT id FROM building WHERE code = :code)"
            ),
            {"code": found["building"]["code"]},
        )
    until(lambda: memory.test_client().get(address).json["building"]["name"], "改过的名字")
    with transaction(engine) as session:
        session.execute(
            text(
                "DELETE FROM grid_building WHERE building_id = (SELECT id FROM building WHERE code = :code)"
            ),
            {"code": found["building"]["code"]},
        )
        session.execute(
            text(
                "DELETE FROM building_version WHERE building_id = (SELECT id FROM building WHERE code = :code)"
            ),
            {"code": found["building"]["code"]},
        )
    gone = found["building"]["code"]
    until(lambda: memory.test_client().get(address).json["building"]["code"] != gone, wanted=True)


def test_what_was_looked_at_too_long_ago_is_not_answered_from(apps, monkeypatch):
    live = apps[0].extensions[EXTENSION]
    live.stop()
    live.look()
    monkeypatch.setattr(Follower, "start", lambda _self: None)  # no thread looks
    assert live.state(today()) is not None
    time.sleep(FRESH_S + 0.05)
    assert live.state(today()) is None


def test_both_ways_count_the_same_calls(apps, county, monkeypatch):
    monkeypatch.setitem(ratelimits.LIMITS, "locate_api.locate", (6, 300))
    monkeypatch.setitem(ratelimits.LEASED, "locate_api.locate", 4)
    plain, _ = plain_address(apps[0], county[1])
    with following(county[0], rate_limits=True) as app:
        client = app.test_client()
        answers = [client.get(plain).status_code for _ in range(3)]
        answers += [client.get(f"{plain}&day=2026-01-15").status_code for _ in range(5)]
        assert answers == [200] * 6 + [429] * 2
        refused = client.get(plain)
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_requests")
    assert 0 < int(refused.headers["Retry-After"]) <= 300


def test_both_ways_say_the_same_limit(apps, county, monkeypatch):
    monkeypatch.setitem(ratelimits.LEASED, "locate_api.locate", 4)
    plain, _ = plain_address(apps[0], county[1])
    with following(county[0], rate_limits=True) as app:
        client = app.test_client()
        # every second question is one for Flask
        answers = [client.get(address) for address in (plain, f"{plain}&day=2026-01-15") * 5]
        behind = app.test_client()
        keyed = behind.get(plain, headers={"Authorization": "Bearer wrong"})
    assert {one.headers["RateLimit-Policy"] for one in answers} == {'"address";q=6000;w=300'}
    said = [
        re.fullmatch(r'"address";r=([0-9]+);t=([0-9]+)', one.headers["RateLimit"])
        for one in answers
    ]
    left = [int(one[1]) for one in said]
    assert left == list(range(left[0], left[0] - 10, -1))
    assert all(0 < int(one[2]) <= 300 for one in said)
    assert keyed.status_code == 401
