"""Vector tiles: what an independent decoder finds in them is what the collection holds there; whatever changes a
tile is told by the log of changes, and what lies elsewhere is not.
"""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from shapely import box, from_wkb
from sqlalchemy import text

from gridmap.errors import InvalidInput
from gridmap.publishing import computed, feature_queries, tiles, tiling
from gridmap.publishing.collections import (
    BUILDINGS,
    COLLECTIONS,
    COMMUNITIES,
    COVERAGE,
    GRIDS,
    REPORTS,
)
from gridmap.publishing.feature_queries import Wanted
from gridmap.publishing.fields import FieldType
from gridmap.publishing.tiling import EXTENT, LAST_ZOOM, TILINGS, Tile
from gridmap.store.changes import LAYER_OF, Changes
from tests.publishing.tile_marks import decoded, tile_at
from web.params import today

NAMES = [one.name for one in COLLECTIONS]


@pytest.fixture
def middle(demo_session):
    """A point among the houses of the demo county."""
    return demo_session.execute(
        text(
            "SELECT ST_X(spot), ST_Y(spot) FROM building_version WHERE valid @> current_date ORDER BY id LIMIT 1"
        )
    ).one()


def made(session, collection, at, day=None):
    [content] = tiles.made(session, collection, [at], day or today())
    return decoded(content, at)


def test_every_collection_is_cut_into_tiles_by_tables_that_are_followed():
    assert set(TILINGS) == set(NAMES)
    for one in COLLECTIONS:
        assert TILINGS[one.name].tables <= LAYER_OF.keys()
        assert {LAYER_OF[table] for table in TILINGS[one.name].tables} <= set(one.depends_on) | {
            "areas"
        }


@pytest.mark.parametrize("zoom", [12, 13, 15, 16])
@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda one: one.name)
def test_a_tile_holds_the_features_of_its_box(demo_session, middle, collection, zoom):
    zoom = max(zoom, TILINGS[collection.name].first)
    at = tile_at(*middle, zoom)
    found = made(demo_session, collection, at)
    rows = {
        row.code: (from_wkb(bytes(row.geometry)), row._asdict())
        for row in feature_queries.table(demo_session, collection, Wanted.on(today(), box=at.reach))
    }
    unit = (at.bounds[2] - at.bounds[0]) / EXTENT
    inside = box(*at.bounds)
    sure = {
        code
        for code, (one, _) in rows.items()
        if one.intersection(inside).length > 8 * unit or one.within(inside)
    }
    large = {
        code
        for code in sure
        if rows[code][0].geom_type == "Point" or rows[code][0].length > 16 * unit
    }
    assert large <= found.keys() <= rows.keys()
    assert found or collection.name in {"centres", "places", "water"}
    for code, (_, properties, drawn) in found.items():
        whole, facts = rows[code]
        expected = {
            one.name: f"{facts[one.name]}" if one.type is FieldType.DAY else facts[one.name]
            for one in tiling.shown(collection)
            if one in collection.stored and facts[one.name] is not None
        }
        counted = {name: properties.get(name) for name in collection.computed}
        assert properties == expected | {"code": code} | {
            k: v for k, v in counted.items() if v is not None
        }
        assert drawn.intersection(inside).difference(whole.buffer(4 * unit)).is_empty
        assert whole.intersection(inside).difference(drawn.buffer(4 * unit)).is_empty


@pytest.mark.parametrize("collection", [REPORTS, COVERAGE], ids=lambda one: one.name)
def test_what_is_counted_for_the_day_stands_on_the_tile(demo_session, middle, collection):
    values = computed.values_of(demo_session, collection, today())
    found = made(demo_session, collection, tile_at(*middle, 13))
    assert found
    for code, (_, properties, _) in found.items():
        expected = computed.without_any(collection) | values.get(code, {})
        assert {name: properties.get(name) for name in collection.computed} == expected


def test_numbers_of_features_are_stable_and_their_own(demo_session, middle):
    one = made(demo_session, BUILDINGS, tile_at(*middle, 15))
    other = made(demo_session, BUILDINGS, tile_at(*middle, 14), today() + timedelta(1))
    numbers = {code: number for code, (number, *_) in one.items()}
    assert numbers.items() <= {code: number for code, (number, *_) in other.items()}.items()
    assert len(set(numbers.values())) == len(numbers) > 20
    assert all(0 < number < 2**53 for number in numbers.values())


def test_what_meets_an_edge_is_whole_in_both_tiles(demo_session, middle):
    near = tile_at(*middle, 16)
    met = 0
    for dx in range(-3, 4):
        at, beside = Tile(16, near.x + dx, near.y), Tile(16, near.x + dx + 1, near.y)
        one, other = made(demo_session, BUILDINGS, at), made(demo_session, BUILDINGS, beside)
        edge, unit = at.bounds[2], (at.bounds[2] - at.bounds[0]) / EXTENT
        for code, (*_, drawn) in one.items():
            if drawn.bounds[0] < edge - 4 * unit and drawn.bounds[2] > edge + 4 * unit:
                met += 1
                inner = box(edge - 60 * unit, -90, edge + 60 * unit, 90)
                pair = drawn.intersection(inner), other[code][2].intersection(inner)
                assert pair[0].hausdorff_distance(pair[1]) < 4 * unit
    assert met


def test_the_day_says_what_is_drawn(demo_session, middle):
    at = tile_at(*middle, 14)
    code = next(iter(made(demo_session, GRIDS, at)))
    tomorrow = today() + timedelta(1)
    demo_session.execute(
        text(
            "UPDATE grid_version SET valid = daterange(lower(valid), :until) WHERE valid @> :day AND grid_id ="
            " (SELECT id FROM grid WHERE code = :code)"
        ),
        {"until": tomorrow, "day": today(), "code": code},
    )
    assert code in made(demo_session, GRIDS, at)
    assert code not in made(demo_session, GRIDS, at, tomorrow)
    assert made(demo_session, GRIDS, at, date(1990, 1, 1)) == {}


@pytest.mark.parametrize(
    ("z", "x", "y", "field"),
    [
        (12, 0, 0, "z"),
        (17, 0, 0, "z"),
        (10**9, 0, 0, "z"),
        (14, 2**14, 0, "x"),
        (14, 0, 2**14, "y"),
    ],
)
def test_a_tile_that_does_not_exist_is_refused(z, x, y, field):
    with pytest.raises(InvalidInput) as refused:
        tiling.tile(BUILDINGS, z, x, y)
    assert refused.value.field == field


_OF = "(SELECT id FROM {} ORDER BY id LIMIT 1)"
CHANGES = {
    "a building is renamed": "UPDATE building_version SET name = '新名' WHERE id = "
    + _OF.format("building_version"),
    "a building moves": "UPDATE building_version SET footprint = ST_Translate(footprint, 0.004, 0), spot ="
    " ST_Translate(spot, 0.004, 0) WHERE id = " + _OF.format("building_version"),
    "a building is gone": "UPDATE building_version SET valid = daterange(lower(valid), current_date) WHERE id = "
    + _OF.format("building_version"),
    "a building leaves its grid": "DELETE FROM grid_building WHERE building_id = "
    "(SELECT building_id FROM building_version ORDER BY id LIMIT 1)",
    "a building gets another code": "UPDATE building SET code = code || 'x' WHERE id = "
    + _OF.format("building"),
    "a building is new": "WITH made AS (INSERT INTO building (code) VALUES ('tile-new') RETURNING id)"
    " INSERT INTO building_version (building_id, footprint, spot, valid) SELECT made.id, v.footprint, v.spot,"
    " daterange('2020-01-01', NULL) FROM made, building_version v WHERE v.id = "
    + _OF.format("building_version"),
    "a grid is drawn anew": "UPDATE grid_version SET boundary = ST_Multi(ST_Buffer(boundary, -0.0002)) WHERE id = "
    + _OF.format("grid_version"),
    "a grid gets another code": "UPDATE grid SET code = '9' || right(code, 14) WHERE id = "
    + _OF.format("grid"),
    "a grid goes to another community": "UPDATE grid SET community_id = (SELECT max(id) FROM area"
    " WHERE kind = 'community') WHERE id = " + _OF.format("grid"),
    "a community is renamed": "UPDATE area_version SET name = '新社区' WHERE area_id = (SELECT min(id) FROM area"
    " WHERE kind = 'community')",
    "a township is renamed": "UPDATE area_version SET name = '新街道' WHERE area_id = (SELECT min(id) FROM area"
    " WHERE kind = 'township')",
    "a community gets another code": "UPDATE area SET code = '9' || right(code, 11) WHERE id = (SELECT min(id)"
    " FROM area WHERE kind = 'community')",
    "a compound is renamed": "UPDATE compound_version SET name = '新苑' WHERE id = "
    + _OF.format("compound_version"),
    "a compound gets another code": "UPDATE compound SET code = code || 'x' WHERE id = "
    + _OF.format("compound"),
    "roads are gone": "DELETE FROM road",
    "water is renamed": "UPDATE water SET name = '新河'",
    "places move": "UPDATE place SET shape = ST_Translate(shape, 0.001, 0)",
    "a centre moves": "UPDATE service_centre SET spot = ST_Translate(spot, 0.001, 0)",
    "a centre has other hours": "UPDATE centre_opening SET closes = '21:00' WHERE centre = "
    "(SELECT code FROM service_centre WHERE id = " + _OF.format("service_centre") + ")",
    "a centre is shut for a day": "INSERT INTO centre_closure (centre, reason, valid) SELECT code, '停电',"
    " daterange(current_date, current_date + 1) FROM service_centre WHERE id = "
    + _OF.format("service_centre"),
    "people are called together": "INSERT INTO activity (community_id, title, place, spot, starts_at, ends_at, secret,"
    " made_at) SELECT (SELECT min(id) FROM area WHERE kind = 'community'), '义诊', '广场', spot, now(),"
    " now() + interval '1 hour', 'x', now() FROM building_version WHERE id = "
    + _OF.format("building_version"),
    "an activity is called off": "UPDATE activity SET cancelled_at = now() - interval '1 day', cancelled_because = '雨'"
    " WHERE ends_at > now()",
    "places are taken": "INSERT INTO sign_up (activity_id, volunteer_id, at)"
    " SELECT a.id, (SELECT min(id) FROM volunteer v WHERE NOT EXISTS (SELECT FROM sign_up s"
    " WHERE s.activity_id = a.id AND s.volunteer_id = v.id)), now() FROM activity a WHERE a.ends_at > now()",
    "a need is posted": "INSERT INTO need (community_id, title, state, made_at)"
    " SELECT id, '陪诊', 'open', now() FROM area WHERE kind = 'community'",
    "needs are done": "UPDATE need SET ended_at = now() - interval '1 day', state = 'done'",
}
STORED = [one for one in COLLECTIONS if not one.computed]


def around(middle, collection):
    """Tiles of a collection: one from afar, and twenty-five close up."""
    first = TILINGS[collection.name].first
    near = tile_at(*middle, LAST_ZOOM - 1)
    return [
        tile_at(*middle, first),
        *(Tile(near.z, near.x + dx, near.y + dy) for dx in range(-2, 3) for dy in range(-2, 3)),
    ]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_a_tile_is_told(demo_session, middle, change):
    changes = Changes()
    demo_session.execute(text("UPDATE building_version SET name = name WHERE id = 0"))
    before = changes.look(demo_session)
    places = [(one, at) for one in STORED for at in around(middle, one)]
    old = [tiles.made(demo_session, one, [at], today()) for one, at in places]
    demo_session.execute(text(CHANGES[change]))
    now = changes.look(demo_session)
    other = {
        (one.name, at)
        for (one, at), content in zip(places, old, strict=True)
        if tiles.made(demo_session, one, [at], today()) != content
    }
    told = {(one.name, at) for one, at in places if not tiles.holds(changes, one, at, before, now)}
    assert other
    assert other <= told


@pytest.mark.parametrize(
    ("change", "collections", "most"),
    [
        ("a building is renamed", {"buildings"}, 3),
        ("a building moves", {"buildings"}, 5),
        ("a building leaves its grid", {"buildings"}, 3),
        ("a grid is drawn anew", {"grids"}, 12),
        ("a community is renamed", {"communities", "needs"}, 52),
        ("a centre has other hours", {"centres"}, 5),
        ("a centre is shut for a day", {"centres"}, 5),
        ("people are called together", {"activities"}, 5),
        ("places are taken", {"activities"}, 26),
        ("water is renamed", {"water"}, 26),
    ],
)
def test_what_lies_elsewhere_is_not_told(demo_session, middle, change, collections, most):
    changes = Changes()
    before = changes.look(demo_session)
    demo_session.execute(text(CHANGES[change]))
    now = changes.look(demo_session)
    told = [
        (one.name, at)
        for one in STORED
        for at in around(middle, one)
        if not tiles.holds(changes, one, at, before, now)
    ]
    # the demo county's own writes are on the log, so nothing is told only for want of knowledge
    assert {name for name, _ in told} <= collections
    assert len(told) <= most


def test_the_description_is_tilejson(demo_session):
    found = tiles.description(COMMUNITIES, "http://h/{z}/{x}/{y}.mvt", None, "zh")
    assert json.loads(json.dumps(found)) == found
    [layer] = found["vector_layers"]
    assert (found["tilejson"], layer["id"]) == ("3.0.0", "communities")
    assert set(layer["fields"]) == {"code", "name", "township"}
    assert (found["minzoom"], found["maxzoom"]) == (TILINGS["communities"].first, LAST_ZOOM)
