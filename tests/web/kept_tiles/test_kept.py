"""Kept tiles: shared by processes, renewed where something changed and nowhere else, bounded, never half a file."""

from __future__ import annotations

import gzip
import os
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from gridmap.publishing import tiles as making
from gridmap.publishing.collections import BY_NAME
from gridmap.publishing.tiling import TILINGS
from gridmap.store.session import transaction
from tests.publishing.tile_marks import decoded, tile_at
from tests.web.kept_tiles.asking import GZIP, all_of, serving
from web import ratelimits
from web.params import today
from web.tile_store import Stored, TileStore
from web.tiles import Asked, Tiles

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


def places(engine):
    """Addresses of tiles of the map all over the county."""
    with transaction(engine) as session:
        spots = session.execute(
            text("SELECT ST_X(spot), ST_Y(spot) FROM building_version WHERE valid @> current_date")
        ).all()
    found = {(name, tile_at(*spot, 15)) for spot in spots for name in DRAWN}
    return sorted(f"/tiles/{name}/{at.z}/{at.x}/{at.y}.mvt" for name, at in found)


def sheet_of(path):
    """Name and first tile of what is made together with a tile."""
    _, _, name, *numbers = path.removesuffix(".mvt").split("/")
    return name, making.Tile(*map(int, numbers)).block[0]


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
    drawn = {sheet_of(path) for path in paths if first[path].data}
    assert {sheet_of(path) for path in counted}.isdisjoint(drawn)


def test_a_sheet_is_renewed_where_one_of_its_tiles_changed(county, tmp_path, counted):
    paths = [path for path in places(county[1]) if "/buildings/" in path]
    with serving(county[0], tmp_path) as one, serving(county[0], tmp_path) as other:
        before = all_of(one, paths)
        with transaction(county[1]) as session:
            session.execute(
                text(
                    "UPDATE building_version SET name = '改一次'"
                    " WHERE id = (SELECT max(id) FROM building_version WHERE valid @> current_date)"
                )
            )
        time.sleep(1)
        counted.clear()
        after = all_of(one, paths)
        renewed = {path for path in paths if after[path].data != before[path].data}
        assert renewed <= set(counted)
        counted.clear()
        assert {path: answer.data for path, answer in all_of(other, paths).items()} == {
            path: answer.data for path, answer in after.items()
        }
        assert not renewed & set(counted)  # the other process found them on disk


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
    assert TileStore(tmp_path, 10**9).read("another key") == {}


def test_a_tile_of_another_history_is_not_served(county, tmp_path, counted):
    path = places(county[1])[0]
    _, _, name, z, x, y = path.removesuffix(".mvt").split("/")
    collection = BY_NAME[name]
    asked = Asked(collection, making.Tile(int(z), int(x), int(y)), today())
    layers = ("areas", "buildings", "compounds", "geography", "grids", "property")
    alien = tuple((layer, 1, "1") for layer in layers)
    tile = Stored(gzip.compress(b"alien"), "tag", alien)
    TileStore(tmp_path, 10**9).write(asked.block[0].key, {asked.key: tile})
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
        stores[number % 4].write(f"key {number}", {"one": tile})
        assert stores[0].read("key 0")  # used again and again: it stays
        if number % 20 == 0:
            assert taken(tmp_path) <= limit
    assert taken(tmp_path) <= limit
    assert stores[1].read("key 599") == {"one": tile}
    assert stores[1].read("key 3") == {}


def test_what_a_dead_process_left_half_written_is_swept(tmp_path):
    store = TileStore(tmp_path, 100_000)
    store.write("key", {"one": Stored(b"body", "tag", ())})
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
