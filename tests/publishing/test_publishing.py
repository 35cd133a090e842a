"""Layers as of a day, tiles without doubles, search by name."""

import json
import math
from datetime import date

import pytest
from geoalchemy2.shape import from_shape
from shapely.geometry import Point, shape
from sqlalchemy import text

from gridmap.errors import InvalidInput, NotFound
from gridmap.ledger.geography import Place
from gridmap.publishing import service
from gridmap.publishing.collections import BUILDINGS, COLLECTIONS, TILE_ZOOM
from gridmap.store.base import from_day
from tests import worlds

DAY = date(2026, 6, 1)

MAP_LAYERS = [one for one in COLLECTIONS if one.on_map and one is not BUILDINGS]


@pytest.fixture
def world(session):
    world = worlds.draw(session, "AB")
    yard = world.compound("yard", 0, 0, 95, 95, name="书香苑小区", aliases=["书香家园"])
    for number in (1, 2, 3, 13):
        world.house(
            f"h{number}",
            6 * number,
            20,
            size=5,
            grid="A",
            number=str(number),
            compound_id=yard.id,
            address=f"人民路88号书香苑小区{number}号楼",
        )
    world.house("new", 150, 20, grid="B", name="新楼", since=date(2026, 1, 1))
    return world


def features(session, layer, day=DAY):
    return json.loads(service.features(session, service.map_layer(layer), day))["features"]


@pytest.mark.parametrize("collection", MAP_LAYERS, ids=lambda c: c.name)
def test_every_layer_is_a_feature_collection(session, world, collection):
    found = json.loads(service.features(session, collection, DAY))
    assert found["type"] == "FeatureCollection"


def test_grids_as_of_a_day_with_their_shape(session, world):
    grids = features(session, "grids")
    assert [g["properties"]["name"] for g in grids] == ["A网格", "B网格"]
    assert shape(grids[0]["geometry"]).contains(Point(worlds.lonlat(50, 50)))
    assert grids[0]["properties"]["community_code"] == world.community.code
    assert features(session, "grids", date(2023, 1, 1)) == []


def test_a_name_with_quotes_stays_whole(session, world):
    name = '"书香苑" \\ <b>'
    session.add(
        Place(
            code="p",
            name=name,
            kind="park",
            valid=from_day(worlds.START),
            shape=from_shape(Point(worlds.lonlat(5, 5)), 4326),
        )
    )
    session.flush()
    assert [p["properties"]["name"] for p in features(session, "places")] == [name]


def tile_of(lon, lat):

    n = 2**TILE_ZOOM
    x = int((lon + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
    return x, y


def test_each_building_lies_in_the_one_tile_of_its_interior_point(session, world):
    x, y = tile_of(*worlds.lonlat(50, 20))
    seen = []
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            body = service.buildings(session, TILE_ZOOM, x + dx, y + dy, DAY)
            seen += [f["properties"]["code"] for f in json.loads(body)["features"]]
    assert sorted(seen) == ["h1", "h13", "h2", "h3", "new"]


def test_a_building_begins_on_its_day(session, world):
    x, y = tile_of(*worlds.lonlat(160, 30))
    ids = {
        day: [
            f["id"]
            for f in json.loads(service.buildings(session, TILE_ZOOM, x, y, day))["features"]
        ]
        for day in (date(2025, 12, 31), date(2026, 1, 1))
    }
    assert "new" not in ids[date(2025, 12, 31)]
    assert "new" in ids[date(2026, 1, 1)]


@pytest.mark.parametrize("tile", [(14, 0, 0), (15, -1, 0), (15, 0, 2**15)])
def test_another_tile_is_refused(session, tile):
    with pytest.raises(InvalidInput):
        service.buildings(session, *tile, DAY)


def test_an_unknown_layer_is_refused():
    with pytest.raises(NotFound):
        service.collection("secrets")


def test_the_tag_changes_with_the_layer_and_only_with_it(session, world):
    grids, water = service.collection("grids"), service.collection("water")
    before = service.etag(session, grids, DAY), service.etag(session, water, DAY)
    session.execute(text("UPDATE grid_version SET name = name || 'x'"))
    assert service.etag(session, grids, DAY) != before[0]
    assert service.etag(session, water, DAY) == before[1]


def test_the_frame_of_the_county(session, world):
    found = service.county(session, DAY)
    assert (found.name, found.first_day) == ("测试县", worlds.START)
    west, south, east, north = found.bbox
    assert (west, south) == pytest.approx(worlds.ORIGIN)
    assert (east, north) == pytest.approx(worlds.lonlat(200, 100))
    with pytest.raises(NotFound):
        service.county(session, date(2023, 12, 31))


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("书香苑3号楼", "h3"),
        ("书香苑小区3栋", "h3"),
        ("书香家园 3幢", "h3"),
        ("书香苑小区３号", "h3"),
        ("书香苑13号楼", "h13"),
        ("人民路88号书香苑小区2号楼", "h2"),
        ("h1", "h1"),
        ("新楼", "new"),
        ("书香苑社区", "419901001001"),
        ("B网格", "419901001001002"),
    ],
)
def test_what_people_write_is_found_first(session, world, query, first):
    hits = service.search(session, query, DAY)
    assert hits[0].code == first, [hit.title for hit in hits]


@pytest.mark.parametrize("query", ["", "   ", "%", "_", "没有这个地方", "';--"])
def test_nonsense_finds_nothing(session, world, query):
    assert service.search(session, query, DAY) == []


def test_two_statements_a_search(session, world, statements):
    service.search(session, "书香苑3号楼", DAY)
    statements.clear()
    service.search(session, "书香苑3号楼", DAY)
    assert len(statements) == 2


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("书香苑3号楼2单元门口路灯坏了", "h3"),
        ("书乡苑小区3栋", "h3"),
        ("书香家园十三号楼", "h13"),
        ("書香苑13棟", "h13"),
    ],
)
def test_what_the_words_mean_comes_first(session, world, query, first):
    hits = service.search(session, query, DAY)
    assert (hits[0].kind, hits[0].code) == ("building", first)


def test_nothing_is_shown_twice(session, world):
    hits = service.search(session, "书香苑3号楼", DAY)
    assert len({(hit.kind, hit.code) for hit in hits}) == len(hits)
    assert hits[0].subtitle == "人民路88号书香苑小区3号楼"
