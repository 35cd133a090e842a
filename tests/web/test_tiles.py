"""Tiles over HTTP: addresses, days, tags, compression, who may read what, and what GDAL makes of them."""

from __future__ import annotations

import gzip
from datetime import date

import pyogrio
import pytest

from tests import worlds
from tests.dispatch.filings import staffed
from tests.publishing.tile_marks import decoded, tile_at
from tests.web import signed
from tests.worlds import lonlat

START = date(2024, 1, 1)


@pytest.fixture
def world(session):
    world = worlds.draw(session, "AB")
    world.house("h1", 10, 10, grid="A", number="1", name="一号楼")
    world.house("late", 150, 20, grid="B", number="9", since=date(2026, 9, 1))
    return world


def address(collection, zoom=16, day="2026-06-01"):
    at = tile_at(*lonlat(60, 40), zoom)
    return f"/tiles/{collection}/{at.z}/{at.x}/{at.y}.mvt?day={day}", at


def ask(client, path, **headers):
    return client.get(
        path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def test_a_tile_is_mvt_as_of_the_day(client, world):
    path, at = address("buildings", 14)
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/vnd.mapbox-vector-tile")
    assert answer.headers["Cache-Control"] == "public, no-cache"
    found = decoded(answer.data, at)
    assert set(found) == {"h1"}
    assert found["h1"][1] == {
        "code": "h1", "number": "1", "name": "一号楼", "kind": "residential", "floors": 0,
        "grid_code": world.grids["A"].code,
    }  # fmt: skip
    later = client.get(address("buildings", 14, "2026-09-01")[0])
    assert set(decoded(later.data, at)) == {"h1", "late"}


def test_a_tile_without_anything_is_204(client, world):
    empty = client.get("/tiles/buildings/16/10/10.mvt")
    assert (empty.status_code, empty.data, empty.mimetype) == (204, b"", None)


def test_a_tag_says_whether_the_tile_still_holds(client, session, world):
    path, at = address("buildings")
    first = ask(client, path, Accept_Encoding="gzip")
    tag = first.headers["ETag"]
    assert first.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in first.headers["Vary"]
    plain = client.get(path)
    assert plain.data == gzip.decompress(first.data)
    assert plain.headers["ETag"] != tag
    for known in (tag, f'"x", W/{tag}', plain.headers["ETag"], "*"):
        same = ask(client, path, If_None_Match=known)
        assert (same.status_code, same.data) == (304, b"")
        assert same.headers["ETag"]
        assert same.headers["Cache-Control"] == "public, no-cache"
    assert ask(client, path, If_None_Match='"other"').status_code == 200
    world.house("h2", 40, 10, grid="A")
    changed = ask(client, path, If_None_Match=tag, Accept_Encoding="gzip")
    assert changed.status_code == 200
    assert set(decoded(gzip.decompress(changed.data), at)) == {"h1", "h2"}


def test_a_change_that_draws_nothing_else_keeps_the_tag(client, session, world):
    path, _ = address("buildings")
    tag = client.get(path).headers["ETag"]
    world.house("h3", 150, 60, since=date(2026, 10, 1))
    assert ask(client, path, If_None_Match=tag).status_code == 304


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/tiles/grids/16/65536/0.mvt", 422, "x"),
        ("/tiles/grids/16/0/99999999999999999999.mvt", 404, None),
        ("/tiles/grids/8/0/0.mvt", 422, "z"),
        ("/tiles/grids/99999999999/0/0.mvt", 404, None),
        ("/tiles/grids/16/0/0.mvt?day=2026-13-01", 422, "day"),
        ("/tiles/grids/16/0/0.mvt?color=red", 422, "color"),
        ("/tiles/nothing/16/0/0.mvt", 404, "layer"),
        ("/tiles/nothing.json", 404, "layer"),
        ("/tiles/grids/-1/0/0.mvt", 404, None),
        ("/tiles/grids/16/0/a.mvt", 404, None),
        ("/tiles/grids/16/0/0.png", 404, None),
    ],
)
def test_a_wrong_address_is_refused_in_words(client, world, path, status, field):
    answer = ask(client, path, Accept="application/json")
    assert answer.status_code == status
    if field:
        assert answer.json["field"] == field
        assert answer.json["message"]


def test_what_is_for_the_signed_in_is_refused_to_the_public(client, session):
    world, people = staffed(session)
    path, at = address("reports")
    for closed in (path, "/tiles/reports.json"):
        assert ask(client, closed, Accept="application/json").status_code == 401
    someone = next(iter(people.values()))
    signed.account(session, someone.person_id, "reader")
    signed.sign_in(client, "reader")
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    found = decoded(answer.data, at)
    assert found[world.grids["A"].code][1]["open"] == 0
    assert client.get("/tiles/reports.json").headers["Cache-Control"] == "no-store"


def test_tilejson_says_where_the_tiles_are(client, world):
    found = client.get("/tiles/buildings.json?day=2026-06-01")
    assert found.json["tiles"] == [
        "http://localhost/tiles/buildings/{z}/{x}/{y}.mvt?day=2026-06-01"
    ]
    assert (found.json["minzoom"], found.json["maxzoom"]) == (13, 16)
    west, south, east, north = found.json["bounds"]
    assert west < lonlat(10, 10)[0] < east
    assert south < lonlat(10, 10)[1] < north
    assert found.json["vector_layers"][0]["fields"]["floors"] == "Number: 层数"
    english = client.get("/tiles/buildings.json", headers={"Accept-Language": "en"})
    assert english.json["name"] == "Buildings"
    assert (
        ask(
            client, "/tiles/buildings.json?day=2026-06-01", If_None_Match=found.headers["ETag"]
        ).status_code
        == 304
    )
    assert client.get("/tiles/buildings.json?day=1990-01-01").json["bounds"][0] == -180


def test_gdal_reads_a_tile(client, world, tmp_path):
    path, at = address("buildings")
    file = tmp_path / f"{at.z}-{at.x}-{at.y}.mvt"
    file.write_bytes(client.get(path).data)
    frame = pyogrio.read_dataframe(file, layer="buildings", Z=str(at.z), X=str(at.x), Y=str(at.y))
    assert frame.crs.to_epsg() == 3857
    [one] = frame.to_crs(4326).to_dict("records")
    assert (one["code"], one["name"], one["floors"]) == ("h1", "一号楼", 0)
    assert one["geometry"].centroid.distance(worlds.square(10, 10, 30, 30).centroid) < 3e-6


def test_our_own_tiles_of_buildings_are_kept_by_the_same_rule(client, session, world):
    at = tile_at(*lonlat(20, 20), 15)
    path = f"/api/v1/features/buildings/15/{at.x}/{at.y}?day=2026-06-01"
    first = client.get(path)
    assert (first.status_code, first.mimetype) == (200, "application/geo+json")
    assert [one["id"] for one in first.json["features"]] == ["h1"]
    world.house("far", 9000, 9000)
    assert ask(client, path, If_None_Match=first.headers["ETag"]).status_code == 304
    world.house("h2", 40, 10, grid="A")
    assert len(client.get(path).json["features"]) == 2
