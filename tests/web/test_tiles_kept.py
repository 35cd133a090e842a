"""Kept tiles: shared by processes, renewed where something changed and nowhere else, bounded, never half a file."""

from __future__ import annotations

import gzip
import os
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from gridmap.dispatch import service as dispatch
from gridmap.dispatch.reports import Filing
from gridmap.geolocation.rules import Place
from gridmap.publishing import tiles as making
from gridmap.publishing.collections import BY_NAME
from gridmap.publishing.tiling import TILINGS
from gridmap.store import revision
from gridmap.store.session import make_engine, transaction
from tests.publishing.tile_marks import decoded, tile_at
from tests.serving import running
from tests.web import signed
from web import params, ratelimits
from web.params import today
from web.tile_store import Stored, TileStore
from web.tiles import Asked, Tiles

GZIP = {"Accept-Encoding": "gzip"}
SHOWN = (
    "ETag",
    "Cache-Control",
    "Vary",
    "Content-Type",
    "Content-Encoding",
    "X-Content-Type-Options",
    "Referrer-Policy",
)
DRAWN = ("communities", "grids", "compounds", "buildings", "roads")


@pytest.fixture(scope="module")
def county(make_demo):
    """A demo county of its own: url and engine."""
    url = make_demo()
    engine = make_engine(url)
    yield url, engine
    engine.dispose()


def serving(url, folder, *, rate_limits=False, limit=64_000_000):
    """An application that keeps its tiles in a folder."""
    return running(url, rate_limits=rate_limits, tiles_folder=folder, tiles_bytes=limit)


@pytest.fixture
def app(county, tmp_path):
    with serving(county[0], tmp_path / "tiles") as app:
        yield app


def places(engine):
    """Addresses of tiles of the map all over the county."""
    with transaction(engine) as session:
        spots = session.execute(
            text("SELECT ST_X(spot), ST_Y(spot) FROM building_version WHERE valid @> current_date")
        ).all()
    found = {(name, tile_at(*spot, 15)) for spot in spots for name in DRAWN}
    return sorted(f"/tiles/{name}/{at.z}/{at.x}/{at.y}.mvt" for name, at in found)


def all_of(app, paths):
    client = app.test_client()
    return {path: client.get(path, headers=GZIP) for path in paths}


@pytest.fixture
def counted(monkeypatch):
    """Tiles that are made, one by one."""
    made, real = [], making.made

    def count(session, collection, block, day):
        made.extend(f"/tiles/{collection.name}/{at.z}/{at.x}/{at.y}.mvt" for at in block)
        return real(session, collection, block, day)

    monkeypatch.setattr(making, "made", count)
    return made


def test_what_one_process_made_another_one_serves(county, tmp_path, counted):
    paths = places(county[1])
    with serving(county[0], tmp_path) as one:
        first = all_of(one, paths)
        assert set(paths) <= set(counted)
        assert len(counted) == len(set(counted))
        assert 200 in {answer.status_code for answer in first.values()} <= {200, 204}
    counted.clear()
    with serving(county[0], tmp_path) as other:
        assert {path: answer.data for path, answer in all_of(other, paths).items()} == {
            path: answer.data for path, answer in first.items()
        }
    assert set(counted) & set(paths) <= {path for path in paths if first[path].status_code == 204}


PUBLISHED = """
    WITH old AS (
        UPDATE grid_version SET valid = daterange(lower(valid), current_date) WHERE id = (
            SELECT min(id) FROM grid_version WHERE valid @> current_date AND lower(valid) < current_date)
        RETURNING *
    ) INSERT INTO grid_version (grid_id, name, boundary, valid)
    SELECT grid_id, :word, boundary, daterange(current_date, NULL) FROM old"""
RENEWED = {
    "one building": (
        "UPDATE building_version SET name = :word WHERE id = (SELECT min(id) FROM building_version)",
        {"buildings"},
        2,
    ),
    "one grid is published anew": (
        PUBLISHED,
        {"grids"},
        12,
    ),
    "a community is renamed": (
        "UPDATE area_version SET name = :word WHERE area_id = (SELECT min(id) FROM area WHERE kind = 'community')",
        {"communities"},
        None,
    ),
    "nothing on the map": ("UPDATE property_company SET phone = :word", set(), 0),
}


@pytest.mark.parametrize("change", RENEWED)
def test_only_what_a_change_touched_is_made_again(app, county, counted, change):
    sql, collections, most = RENEWED[change]
    paths = places(county[1])
    before = all_of(app, paths)
    counted.clear()
    with transaction(county[1]) as session:
        session.execute(text(sql), {"word": f"新{time.time_ns()}"[:12]})
    time.sleep(1)
    after = all_of(app, paths)
    other = {path for path in paths if after[path].data != before[path].data}
    assert other <= set(counted)
    assert bool(other) == bool(collections)
    assert {path.split("/")[2] for path in counted} <= collections
    assert most is None or len(counted) <= most
    assert len(counted) < len(paths) / 3


def test_a_change_is_served_within_a_second(app, county):
    with transaction(county[1]) as session:
        code, lon, lat = session.execute(
            text(
                "SELECT b.code, ST_X(v.spot), ST_Y(v.spot) FROM building b JOIN building_version v"
                " ON v.building_id = b.id WHERE v.valid @> current_date ORDER BY b.id LIMIT 1"
            )
        ).one()
    at = tile_at(lon, lat, 16)
    path = f"/tiles/buildings/16/{at.x}/{at.y}.mvt"
    for number in range(5):
        app.test_client().get(path, headers=GZIP)
        with transaction(county[1]) as session:
            session.execute(
                text(
                    "UPDATE building_version SET name = :name"
                    " WHERE building_id = (SELECT id FROM building WHERE code = :code)"
                ),
                {"name": f"第{number}名", "code": code},
            )
        begin = time.monotonic()
        while True:
            found = decoded(gzip.decompress(app.test_client().get(path, headers=GZIP).data), at)
            if found[code][1]["name"] == f"第{number}名":
                break
            assert time.monotonic() - begin < 1.2
            time.sleep(0.02)


def test_many_askers_have_one_tile_made(app, county, counted):
    path = places(county[1])[0]
    app.test_client().get("/tiles/places/16/0/0.mvt", headers=GZIP)
    counted.clear()
    answers = []

    def ask():
        answers.append(app.test_client().get(path, headers=GZIP).data)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted.count(path) == 1
    assert len(set(answers)) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole[:0],
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-1],
        lambda whole: whole[:40] + bytes([whole[40] ^ 1]) + whole[41:],
        lambda whole: b"x" * len(whole),
    ],
    ids=["empty", "half", "a byte short", "a bit off", "something else"],
)
def test_a_spoiled_file_is_made_again(county, tmp_path, counted, spoil):
    path = places(county[1])[0]
    with serving(county[0], tmp_path) as app:
        good = app.test_client().get(path, headers=GZIP).data
    for file in tmp_path.glob("??/*.tile"):
        file.write_bytes(spoil(file.read_bytes()))
    with serving(county[0], tmp_path) as app:
        assert app.test_client().get(path, headers=GZIP).data == good
    assert counted.count(path) == 2
    assert TileStore(tmp_path, 10**9).read("another key") is None


def test_a_tile_of_another_history_is_not_served(county, tmp_path, counted):
    path = places(county[1])[0]
    _, _, name, z, x, y = path.removesuffix(".mvt").split("/")
    collection = BY_NAME[name]
    asked = Asked(collection, making.Tile(int(z), int(x), int(y)), today())
    layers = ("areas", "buildings", "compounds", "geography", "grids", "property")
    alien = tuple((layer, 1, "1") for layer in layers)
    TileStore(tmp_path, 10**9).write(asked.key, Stored(gzip.compress(b"alien"), "tag", alien))
    with serving(county[0], tmp_path) as app:
        assert gzip.decompress(app.test_client().get(path, headers=GZIP).data) != b"alien"
    assert counted.count(path) == 1


def taken(folder: Path):
    return sum(-(-file.stat().st_size // 4096) * 4096 for file in folder.glob("??/*"))


def test_the_store_stays_within_its_limit_and_forgets_the_oldest(tmp_path):
    limit = 2_000_000
    stores = [TileStore(tmp_path, limit) for _ in range(4)]
    tile = Stored(os.urandom(9_000), "tag", ())
    for number in range(600):
        stores[number % 4].write(f"key {number}", tile)
        assert stores[0].read("key 0") is not None  # used again and again: it stays
        if number % 20 == 0:
            assert taken(tmp_path) <= limit
    assert taken(tmp_path) <= limit
    assert stores[1].read("key 599") == tile
    assert stores[1].read("key 3") is None


def test_what_a_dead_process_left_half_written_is_swept(tmp_path):
    store = TileStore(tmp_path, 100_000)
    store.write("key", Stored(b"body", "tag", ()))
    [file] = tmp_path.glob("??/*.tile")
    stray, fresh = file.with_suffix(".a.part"), file.with_suffix(".b.part")
    for part in (stray, fresh):
        part.write_bytes(b"half")
    os.utime(stray, (1, 1))
    store.trim()
    assert (stray.exists(), fresh.exists(), file.exists()) == (False, True, True)


def test_a_disk_that_cannot_be_written_is_no_failure(county, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    path = places(county[1])[0]
    with serving(county[0], blocked) as app:
        assert app.test_client().get(path, headers=GZIP).status_code == 200


def test_memory_is_bounded(county):
    tiles = Tiles(engine=county[1], memory=40_000)
    paths = places(county[1])
    try:
        for path in paths:
            _, _, name, z, x, y = path.removesuffix(".mvt").split("/")
            tiles.alone(Asked(BY_NAME[name], making.Tile(int(z), int(x), int(y)), today()))
            assert tiles.taken <= 40_000
    finally:
        tiles.stop()


def test_plain_questions_do_not_reach_flask_and_are_answered_alike(app, county, monkeypatch):
    paths = [
        *places(county[1])[::7],
        "/tiles/places/16/0/0.mvt",
        f"{places(county[1])[0]}?day=2026-01-15",
    ]
    hot = all_of(app, paths)
    tags = {path: hot[path].headers["ETag"] for path in paths}
    client = app.test_client()
    same = {path: client.get(path, headers=GZIP | {"If-None-Match": tags[path]}) for path in paths}
    monkeypatch.setattr("web.hot_tiles._asked", lambda _environ: None)
    for path in paths:
        view = client.get(path, headers=GZIP)
        assert (view.status_code, view.data) == (hot[path].status_code, hot[path].data)
        again = client.get(path, headers=GZIP | {"If-None-Match": tags[path]})
        assert again.status_code == same[path].status_code == 304
        for one, other in ((view, hot[path]), (again, same[path])):
            assert [one.headers.get(name) for name in SHOWN] == [
                other.headers.get(name) for name in SHOWN
            ]
    assert {answer.status_code for answer in hot.values()} == {200, 204}


def test_the_hot_path_is_for_public_collections_and_plain_tiles_only(app, monkeypatch):
    asked = []
    monkeypatch.setattr(Tiles, "alone", lambda _self, one: asked.append(one))
    client = app.test_client()
    first = TILINGS["reports"].first
    for path, status in (
        (f"/tiles/reports/{first}/0/0.mvt", 401),
        ("/tiles/grids/3/0/0.mvt", 422),
        ("/tiles/grids/16/0/0.mvt?day=2026-02-30", 422),
        ("/tiles/grids/16/0/0.mvt?x=1", 422),
        ("/tiles/nothing/16/0/0.mvt", 404),
    ):
        answer = client.get(path, headers=GZIP | {"Accept": "application/json"})
        assert answer.status_code == status, path
    assert (
        client.get("/tiles/grids/16/0/0.mvt", headers={"Accept-Encoding": "identity"}).status_code
        == 204
    )
    assert asked == []


def test_both_ways_count_the_same_calls(county, tmp_path, monkeypatch):
    monkeypatch.setitem(ratelimits.LIMITS, "tiles_api.tile", (6, 300))
    monkeypatch.setitem(ratelimits.LEASED, "tiles_api.tile", 4)
    path = places(county[1])[0]
    with serving(county[0], tmp_path, rate_limits=True) as app:
        client = app.test_client()
        answers = [client.get(path, headers=GZIP).status_code for _ in range(3)]
        answers += [
            client.get(path, headers={"Accept-Encoding": "identity"}).status_code for _ in range(5)
        ]
        assert answers == [200] * 6 + [429] * 2
        refused = client.get(path, headers=GZIP | {"Accept": "application/json"})
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_requests")


def far(engine, names, zoom=12):
    """Addresses of tiles of a few zooms away, with all that lies around the houses."""
    with transaction(engine) as session:
        spots = session.execute(text("SELECT ST_X(spot), ST_Y(spot) FROM building_version")).all()
    found = {tile_at(*spot, zoom) for spot in spots}
    return sorted(f"/tiles/{name}/{at.z}/{at.x}/{at.y}.mvt" for name in names for at in found)


def changed_within(client, path, before):
    """What is served instead of something, which must be so within a second."""
    begin = time.monotonic()
    while (found := client.get(path, headers=GZIP).data) == before:
        assert time.monotonic() - begin < 1.2
        time.sleep(0.02)
    return found


def run(engine, sql, **values):
    with transaction(engine) as session:
        return session.execute(text(sql), values).scalar()


@pytest.fixture(scope="module")
def reports(county):
    """Ids of reports that are filed in the county, all of them open."""
    with transaction(county[1]) as session:
        code = session.scalar(
            text("SELECT code FROM category WHERE valid @> current_date ORDER BY id LIMIT 1")
        )
        spots = session.execute(
            text(
                "SELECT ST_X(v.spot), ST_Y(v.spot) FROM building_version v JOIN grid_building g USING (building_id)"
                " WHERE v.valid @> current_date AND g.valid @> current_date ORDER BY v.id LIMIT 4"
            )
        ).all()
        for number, (lon, lat) in enumerate(spots):
            place = Place(lon, lat, "wgs84")
            filed = Filing(f"kept-{number}", "0" * 64, code, "路灯不亮", place)
            dispatch.file(session, filed, params.now())
        return session.scalars(
            text("SELECT id FROM report WHERE grid_id IS NOT NULL ORDER BY id")
        ).all()


EARLIER = "UPDATE report SET filed_at = filed_at - interval '1 minute' WHERE id = :id RETURNING id"


def test_coverage_is_kept_until_the_ledger_moves(county, reports, tmp_path, counted):
    paths = far(county[1], ["coverage"])
    with serving(county[0], tmp_path) as one:
        first = all_of(one, paths)
        assert set(counted) == set(paths)
    counted.clear()
    with serving(county[0], tmp_path) as app:
        assert all_of(app, paths)[paths[0]].data == first[paths[0]].data
        run(county[1], EARLIER, id=reports[0])
        time.sleep(1)
        all_of(app, paths)
        assert counted == []
        ended = "UPDATE post SET valid = daterange(lower(valid), current_date) WHERE id = (SELECT min(id) FROM post"
        run(county[1], f"{ended} WHERE kind = 'first_secretary' AND upper_inf(valid)) RETURNING id")
        path = next(path for path in paths if first[path].status_code == 200)
        changed_within(app.test_client(), path, first[path].data)
        counted.clear()
        all_of(app, paths)
        all_of(app, paths)
        assert len(counted) == len(set(counted))


@pytest.fixture(scope="module")
def reader(county):
    """Signs a client in as somebody who reads reports by grid."""
    with transaction(county[1]) as session:
        person = session.scalar(text("SELECT min(person_id) FROM post WHERE kind = 'grid_worker'"))
        signed.account(session, person, "kept")

    def sign_in(app):
        client = app.test_client()
        signed.sign_in(client, "kept")
        return client

    return sign_in


def around(engine, report):
    """The address of a tile of reports by grid with the grid of one."""
    with transaction(engine) as session:
        spot = session.execute(
            text("SELECT ST_X(spot), ST_Y(spot) FROM report WHERE id = :id"), {"id": report}
        ).one()
    at = tile_at(*spot, 13)
    return f"/tiles/reports/{at.z}/{at.x}/{at.y}.mvt"


def test_reports_by_grid_are_kept_for_the_signed_in_only(
    county, reports, tmp_path, counted, reader
):
    path = around(county[1], reports[0])
    with serving(county[0], tmp_path) as one:
        first = reader(one).get(path, headers=GZIP)
        assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-store")
        assert counted == [path]
    with serving(county[0], tmp_path) as app:
        assert reader(app).get(path, headers=GZIP).data == first.data
        assert counted == [path]  # the other process has made it
        for headers in (GZIP, GZIP | {"If-None-Match": first.headers["ETag"]}):
            asked = headers | {"Accept": "application/json"}
            assert app.test_client().get(path, headers=asked).status_code == 401


def test_reports_by_grid_are_counted_anew_when_one_counts_otherwise(
    app, county, reports, counted, reader
):
    client, report = reader(app), reports[0]
    path = around(county[1], report)
    first = client.get(path, headers=GZIP).data
    counted.clear()
    hurried = "UPDATE report SET due_at = now(), version = version + 1 WHERE id = :id RETURNING id"
    run(county[1], hurried, id=report)
    time.sleep(1)
    assert client.get(path, headers=GZIP).data == first
    assert counted == []
    close = "UPDATE report SET stage = 'closed', closed_at = now() WHERE id = :id RETURNING grid_id"
    grid = run(county[1], close, id=report)
    code = run(county[1], "SELECT code FROM grid WHERE id = :id", id=grid)
    after = changed_within(client, path, first)
    at = making.Tile(*map(int, path.removesuffix(".mvt").split("/")[3:]))
    before, now = (decoded(gzip.decompress(one), at)[code][1] for one in (first, after))
    assert (now["open"], now["closed"]) == (before["open"] - 1, before["closed"] + 1)


def test_what_others_may_not_read_has_no_name_of_what_they_may():
    at = making.Tile(12, 3, 4)
    keys = {Asked(BY_NAME[name], at, today()).key for name in ("reports", "grids")}
    assert {key.split("/")[0] for key in keys} == {"signed_in:reports", "grids"}


def test_officers_who_move_reports_do_not_wait_for_each_other(county, reports):
    engine = county[1]
    number = "SELECT number FROM revision WHERE layer = 'reports'"
    before = run(engine, number)
    with engine.connect() as one, engine.connect() as other:
        for hand in (one, other):
            hand.execute(text("SET LOCAL lock_timeout = '2s'"))
        for hand, report in zip((one, other, one, other), reports, strict=True):
            hand.execute(text(EARLIER), {"id": report})
        assert one.scalar(text(number)) == before
        one.commit()
        other.commit()
    assert run(engine, number) == before + 2  # once each, of two rows


def test_a_transaction_sees_what_it_has_filed_itself(county, reports):
    with transaction(county[1]) as session:
        seen = [revision.version(session, "reports")]
        for report in reports[:2]:
            session.execute(text(EARLIER), {"id": report})
            seen.append(revision.version(session, "reports"))
        session.execute(text("UPDATE report SET due_at = now()"))
        assert revision.version(session, "reports") == seen[-1]
    assert len(set(seen)) == 3
