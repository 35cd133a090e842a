"""Names of a day from the ledger: what people decided is read by one statement and laid over the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from geoalchemy2.shape import from_shape
from shapely import LineString, MultiLineString

from gridmap.geolocation import gazetteer_queries as queries
from gridmap.geolocation.wording.gazetteer import EntityKind, Key
from gridmap.ledger.geography import Road
from gridmap.store.base import from_day
from gridmap.store.revision import version
from gridmap.terms import Named
from tests import worlds
from tests.worlds import START, lonlat

DAY = START + timedelta(days=500)


@pytest.fixture
def world(session):
    made = worlds.draw(session, "AB")
    made.compound("c1", 0, 0, 90, 90, name="书香苑小区")
    for code, spots in {"r1": ((0, 50), (180, 50)), "r2": ((95, 0), (95, 99))}.items():
        line = MultiLineString([LineString([lonlat(*spot) for spot in spots])])
        name = {"r1": "人民路", "r2": "解放路"}[code]
        shape = from_shape(line, 4326)
        session.add(Road(code=code, name=name, kind="x", line=shape, valid=from_day(START)))
    session.flush()
    return made


def texts(known, kind, code):
    return {name.text for name in known.gazetteer.names if name.key == Key(kind, code)}


def test_one_statement_brings_what_has_changed(world, session, statements):
    before = queries.known(session, DAY, "1")
    world.alias("compound", "c1", "书香苑")
    world.alias("road", "人民路", "胜利路", kind="former")
    world.alias("crossing", "解放路/人民路", "大十字")
    world.alias("compound", "c1", "待定的", state="proposed")
    statements.clear()
    decided = queries.names_of(session, DAY)
    assert len(statements) == 1
    after = queries.with_curated(before.base, decided, "2")
    assert texts(after, EntityKind.COMPOUND, "c1") == {"书香苑小区", "书香苑"}
    assert texts(after, EntityKind.ROAD, "人民路") == {"人民路", "胜利路"}
    assert texts(after, EntityKind.POI, "人民路/解放路") == {"大十字"}
    assert after.gazetteer == queries.known(session, DAY, "2").gazetteer


def test_a_name_holds_on_its_days_only(world, session):
    world.alias("compound", "c1", "书香苑", valid=from_day(DAY, DAY + timedelta(days=1)))
    for day, count in ((DAY - timedelta(days=1), 0), (DAY, 1), (DAY + timedelta(days=1), 0)):
        found = [
            name for name in queries.names_of(session, day).names if name.kind is Named.COMPOUND
        ]
        assert len(found) == count


def test_every_change_of_a_name_is_a_new_version(world, session):
    seen = {version(session, *queries.LAYERS)}
    row = world.alias("compound", "c1", "书香苑")
    seen.add(version(session, *queries.LAYERS))
    row.state = "rejected"
    session.flush()
    seen.add(version(session, *queries.LAYERS))
    session.delete(row)
    session.flush()
    seen.add(version(session, *queries.LAYERS))
    assert len(seen) == 4


def test_names_inside_a_phrase_are_found_in_either_numerals(world, session):
    world.alias("compound", "c1", "书香三村")
    assert queries.names_within(session, DAY, "人民路书香3村", "人民路书香三村5号楼") == {
        "人民路": True,
        "书香3村": False,
    }
    assert queries.names_within(session, DAY, "老纺织宿舍", "老纺织宿舍") == {}
