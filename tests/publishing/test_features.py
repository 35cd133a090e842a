"""Every collection's features: of a day and of a stretch of days, in a box, in pages, with counted values."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import text

from gridmap.dispatch import service as dispatch
from gridmap.ledger.areas import GridVersion
from gridmap.publishing import computed, feature_queries
from gridmap.publishing.collections import (
    BUILDINGS,
    COLLECTIONS,
    COMPOUNDS,
    COVERAGE,
    GRIDS,
    REPORTS,
)
from gridmap.publishing.feature_queries import Wanted
from gridmap.store.base import from_day
from gridmap.store.revision import LAYERS
from tests import worlds
from tests.dispatch.filings import NOW, filing, staffed
from tests.worlds import START, lonlat

DAY = date(2026, 6, 1)


@pytest.fixture
def world(session):
    world = worlds.draw(session, "AB")
    yard = world.compound("yard", 0, 0, 95, 95, name="书香苑小区", aliases=["书香家园", "书香苑"])
    for number in range(1, 8):
        world.house(
            f"h{number}", 12 * number, 20, size=5, grid="A", number=str(number),
            compound_id=yard.id, households=10 * number, residents=25 * number,
        )  # fmt: skip
    world.house("late", 150, 20, grid="B", since=date(2026, 9, 1))
    return world


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda one: one.name)
def test_a_collection_is_made_of_what_it_says(session, world, collection):
    assert set(collection.depends_on) <= LAYERS.keys()
    assert collection.computed <= {one.name for one in collection.fields}
    assert all(len(one.brief.encode()) <= 10 for one in collection.fields), collection.name
    assert len({one.brief for one in collection.fields}) == len(collection.fields)
    rows = feature_queries.table(session, collection, Wanted.on(DAY))
    assert feature_queries.count(session, collection, Wanted.on(DAY)) == len(rows)
    values = computed.values_of(session, collection, DAY)
    assert all(set(one) == collection.computed for one in values.values())
    assert set(computed.without_any(collection)) == collection.computed


def properties(session, collection, wanted):
    return [
        json.loads(row.properties) for row in feature_queries.features(session, collection, wanted)
    ]


def test_a_grid_counts_what_stands_in_it_on_the_day(session, world):
    first, second = properties(session, GRIDS, Wanted.on(DAY))
    assert (first["buildings"], first["households"], first["residents"]) == (7, 280, 700)
    assert (second["buildings"], second["households"]) == (0, 0)
    later = properties(session, GRIDS, Wanted.on(date(2026, 9, 1)))
    assert later[1]["buildings"] == 1
    assert first["community"] == "书香苑社区"
    assert (first["valid_from"], first["valid_until"]) == (START.isoformat(), None)


def test_aliases_and_names_stand_beside_codes(session, world):
    [yard] = properties(session, COMPOUNDS, Wanted.on(DAY))
    assert yard["aliases"] == "书香家园、书香苑"
    first = properties(session, BUILDINGS, Wanted.on(DAY))[0]
    assert (first["compound"], first["grid"]) == ("书香苑小区", "A网格")


def test_a_box_takes_what_meets_it(session, world):
    box = (*lonlat(30, 15), *lonlat(61, 30))
    codes = [one["code"] for one in properties(session, BUILDINGS, Wanted.on(DAY, box=box))]
    assert codes == ["h3", "h4", "h5"]


def test_pages_have_everything_once(session, world):
    seen, after = [], None
    while page := feature_queries.features(
        session, BUILDINGS, Wanted.on(DAY, after=after, limit=3)
    ):
        seen += [row.code for row in page]
        after = (page[-1].code, page[-1].valid_from)
    assert seen == [f"h{number}" for number in range(1, 8)]
    assert feature_queries.count(session, BUILDINGS, Wanted.on(DAY, after=after, limit=3)) == 7


def test_a_stretch_of_days_has_every_version(session, world):
    row = session.query(GridVersion).filter_by(grid_id=world.grids["A"].id).one()
    row.valid = from_day(START, date(2026, 3, 1))
    session.flush()
    new = GridVersion(
        grid_id=row.grid_id, name="甲网格", boundary=row.boundary, valid=from_day(date(2026, 3, 1))
    )
    session.add(new)
    session.flush()
    year = Wanted(DAY, date(2026, 1, 1), date(2026, 12, 31), equal={"code": world.grids["A"].code})
    assert [one["name"] for one in properties(session, GRIDS, year)] == ["A网格", "甲网格"]
    assert properties(session, GRIDS, Wanted.on(date(2026, 2, 28)))[0]["name"] == "A网格"
    (box, days) = feature_queries.extent(session, GRIDS, DAY)
    assert (days.first_day, days.last_day) == (START, None)
    assert box.west == pytest.approx(lonlat(0, 0)[0])


def test_a_field_that_a_collection_has_not_is_never_part_of_sql(session, world):
    with pytest.raises(KeyError):
        feature_queries.features(session, GRIDS, Wanted.on(DAY, equal={"1=1; --": 1}))


def test_a_box_reaches_the_table_itself_so_that_its_index_can_be_used(session, world):
    wanted = Wanted.on(DAY, box=(113.9, 34.7, 113.901, 34.701))
    condition, values = feature_queries.where(BUILDINGS, wanted, paged=False)
    query = f"EXPLAIN SELECT f.code FROM ({BUILDINGS.sql}) AS f WHERE {condition}"
    plan = "\n".join(line for (line,) in session.execute(text(query), values))
    assert "footprint &&" in plan
    assert "Subquery Scan" not in plan


def test_reports_of_a_grid_are_counted_as_of_the_day(session):
    world, _people = staffed(session)
    dispatch.file(session, filing("k-1"), NOW)
    dispatch.file(session, filing("k-2"), NOW)
    code = world.grids["A"].code
    assert computed.values_of(session, REPORTS, NOW.date())[code] == {
        "open": 2,
        "filed": 2,
        "closed": 0,
    }
    assert computed.values_of(session, REPORTS, date(2026, 5, 1))[code]["open"] == 0
    assert computed.values_of(session, REPORTS, date(2026, 8, 1))[code] == {
        "open": 2,
        "filed": 0,
        "closed": 0,
    }


def test_gaps_of_a_community_are_those_of_the_audit(session, world):
    [values] = computed.values_of(session, COVERAGE, DAY).values()
    assert values["gaps"] > 5
    assert "第一书记" in values["checks"]
