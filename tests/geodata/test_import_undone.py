"""An import is rolled back as a whole: everything as it was before, or nothing where something rests on it."""

from __future__ import annotations

from datetime import date

import pytest
from shapely import LineString, Point
from sqlalchemy import text

from geodata.loading import undoing
from geodata.loading.journal import Journal
from geodata.loading.rest_queries import KEYS as IN_PLACE
from geodata.loading.settings import OSM_CREDIT, add_credit, credits_of, put_credits
from geodata.loading.undo_words import WORDS
from geodata.loading.undoing import NotUndone
from gridmap.ledger.settings import ImportRecord
from gridmap.store.base import Base
from tests.geodata.mapfiles import (
    BUILDINGS,
    COMMUNITIES,
    COMPOUNDS,
    DAY,
    EAST,
    GRIDS,
    LATER,
    NOW,
    TOWN,
    changed,
    house,
)
from tests.worlds import lonlat, square

KEEPS = {
    *("import_record", "import_written", "import_before"),
    *("revision", "ledger_change", "audit_entry"),
}


def everything(session):
    """All rows of all tables as text, but for the records of imports and the layers' numbers."""
    session.flush()
    return {
        table.name: sorted(
            str(row) for row in session.execute(text(f"SELECT t::text FROM {table.name} t"))
        )
        for table in Base.metadata.sorted_tables
        if table.name not in KEEPS
    }


@pytest.mark.parametrize("layer", list(TOWN))
def test_the_last_import_of_a_town_is_undone_without_a_trace(session, bring, layer):
    before = everything(session)
    for name, features in TOWN.items():
        if name == layer:
            before = everything(session)
        outcome = bring(name, features)
        if name == layer:
            break
    assert everything(session) != before
    undoing.undo(session, outcome.record_id, NOW)
    assert everything(session) == before


RENAMED = [
    (own | {"name": own["name"] + "甲", "aliases": "老院子", "lane_no": 38}, shape)
    for own, shape in COMPOUNDS
]
CHANGES = {
    "renamed from a later day": ("compounds", RENAMED, LATER, {}),
    "put right on the same day": ("compounds", RENAMED, None, {}),
    "houses changed, added and ended": (
        "buildings",
        [*changed(BUILDINGS, "b1", floors=9, name="书香楼")[:2], house("b9", 260, 60)],
        LATER,
        {"complete": True},
    ),
    "houses replaced and gone": (
        "buildings",
        changed(BUILDINGS, "b1", floors=9)[:1],
        None,
        {"complete": True},
    ),
    "a community renamed": ("communities", changed(COMMUNITIES, EAST, name="东门社区"), LATER, {}),
    "the county named": ("communities", COMMUNITIES, LATER, {"county_name": "示范县"}),
    "the same again": ("grids", GRIDS, LATER, {}),
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_a_change_is_undone_without_a_trace(session, town, bring, change):
    layer, features, day, options = CHANGES[change]
    before = everything(session)
    outcome = bring(layer, features, *([day] if day else []), **options)
    assert outcome.result == "loaded"
    undoing.undo(session, outcome.record_id, NOW)
    assert everything(session) == before


def test_it_is_undone_once_and_on_record(session, town, bring):
    outcome = bring("compounds", RENAMED, LATER)
    record = undoing.undo(session, outcome.record_id, NOW)
    assert record.undone_at == NOW
    assert session.scalar(
        text(
            "SELECT count(*) FROM audit_entry WHERE action = 'import_undone' AND object_key = :key"
        ),
        {"key": str(record.id)},
    )
    with pytest.raises(NotUndone, match="已经撤销过"):
        undoing.undo(session, outcome.record_id, NOW)


def refused(session, record_id):
    before = everything(session)
    with pytest.raises(NotUndone) as told:
        undoing.undo(session, record_id, NOW)
    assert everything(session) == before
    assert told.value.message("en").startswith("This import cannot be rolled back")
    return told.value.message("zh")


def test_a_layer_on_which_another_stands_says_so(session, town):
    assert "楼栋归属 3 条" in refused(session, town["grids"].record_id)
    assert "楼栋 2 条" in refused(session, town["compounds"].record_id)
    assert "网格 2 条" in refused(session, town["communities"].record_id)


def test_a_later_change_of_the_same_rows_says_so(session, town, bring):
    bring("buildings", changed(BUILDINGS, "b3", floors=1), LATER)
    assert "后来改过或终止的记录" in refused(session, town["buildings"].record_id)


def test_what_began_after_it_ended_says_so(session, town, bring):
    ended = bring("buildings", BUILDINGS[:2], LATER, complete=True)
    bring("buildings", BUILDINGS, LATER)
    assert "后来生效的记录" in refused(session, ended.record_id)
    assert len(session.execute(text("SELECT id FROM building_version")).all()) == 4


def test_undone_in_turn_from_the_last(session, bring):
    before = everything(session)
    records = [bring(name, features).record_id for name, features in TOWN.items()]
    for record in reversed(records):
        undoing.undo(session, record, NOW)
    assert everything(session) == before


def test_what_was_only_looked_at_has_nothing_to_undo(session, bring):
    bow_tie = [({"id": "b1"}, square(0, 0, 10, 10)), ({"id": "b1"}, square(0, 0, 10, 10))]
    outcome = bring("buildings", bow_tie)
    record = ImportRecord(
        kind="buildings",
        file_name="a.gpkg",
        file_sha256="0" * 64,
        crs="wgs84",
        from_day=LATER,
        at=NOW,
        outcome=outcome.result,
        counts={},
        problems=[],
    )
    session.add(record)
    session.flush()
    with pytest.raises(NotUndone, match="没有导入任何数据"):
        undoing.undo(session, record.id, NOW)


ROADS = [
    (
        {"code": "r1", "name": "人民路", "kind": "primary", "aliases": "老街"},
        LineString([lonlat(200, -40), lonlat(200, 190)]),
    ),
    (
        {"code": "r2", "name": "解放路", "kind": "residential"},
        LineString([lonlat(0, 50), lonlat(190, 50)]),
    ),
]
POND = [({"code": "s1", "name": "南湖", "kind": "pond"}, square(160, 100, 190, 180))]
PLACES = [
    (
        {"code": "p1", "name": "安康药房", "kind": "pharmacy", "aliases": "老药房"},
        Point(lonlat(60, 60)),
    ),
    ({"code": "p2", "name": "东园", "kind": "park"}, square(300, 100, 390, 190)),
]
BASE = {"roads": ROADS, "water": POND, "places": PLACES}


@pytest.mark.parametrize("layer", list(BASE))
def test_the_base_map_is_undone_without_a_trace(session, town, bring, layer):
    """At first, with other names and facts from a later day, and as the whole layer that ends the rest."""
    before = everything(session)
    outcome = bring(layer, BASE[layer])
    (own, shape), *_rest = BASE[layer]
    first = everything(session)
    assert first != before
    renamed = [(own | {"name": "新名"}, shape)]
    for day, options in ((LATER, {}), (LATER, {"complete": True}), (DAY, {"complete": True})):
        again = bring(layer, renamed, day, **options)
        assert everything(session) != first
        undoing.undo(session, again.record_id, NOW)
        assert everything(session) == first
    undoing.undo(session, outcome.record_id, NOW)
    assert everything(session) == before


def test_houses_that_found_a_grid_are_without_again(session, bring):
    """Grids that come last take in the houses that had none."""
    for layer in ("communities", "compounds"):
        bring(layer, TOWN[layer])
    session.execute(text("INSERT INTO building (code) VALUES ('b1')"))
    session.execute(
        text(
            "INSERT INTO building_version (building_id, kind, footprint, spot, units, floors, households,"
            " residents, valid) SELECT id, 'residential', ST_Multi(ST_Buffer(p, 0.0001)), p, 0, 1, 0, 0,"
            " daterange(:day, NULL) FROM building, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) p"
        ),
        dict(zip(("lon", "lat"), lonlat(30, 30), strict=True)) | {"day": DAY},
    )
    before = everything(session)
    outcome = bring("grids", GRIDS)
    assert outcome.counts["assigned"] == 1
    undoing.undo(session, outcome.record_id, NOW)
    assert everything(session) == before


SOMEBODY = "WITH made AS (INSERT INTO person (code, name) VALUES ('p', '周示一') RETURNING id)"


def answer_for(session, road, day=DAY):
    """Somebody lets the first grid answer for a road."""
    session.execute(
        text(
            "INSERT INTO road_grid (road_code, grid_id, valid)"
            " SELECT :road, min(id), daterange(:day, NULL) FROM grid"
        ),
        {"road": road, "day": day},
    )


def told_of(session, outcome):
    refusal = refused(session, outcome.record_id)
    with pytest.raises(NotUndone) as told:
        undoing.undo(session, outcome.record_id, NOW)
    return refusal + told.value.hint("zh")


def test_roads_for_which_a_grid_answers_say_so_until_they_are_given_back(session, town, bring):
    before = everything(session)
    outcome = bring("roads", ROADS)
    answer_for(session, "r1")
    told = told_of(session, outcome)
    assert "道路归属 1 条" in told
    assert "不指定" in told
    session.execute(text("DELETE FROM road_grid"))
    undoing.undo(session, outcome.record_id, NOW)
    assert everything(session) == before


def test_an_owner_stays_where_the_road_stays(session, town, bring):
    """An import that only changed the road leaves it to whoever answers for it."""
    bring("roads", ROADS)
    answer_for(session, "r1")
    before = everything(session)
    for day in (LATER, DAY):
        outcome = bring("roads", changed(ROADS, "r1", kind="secondary"), day)
        undoing.undo(session, outcome.record_id, NOW)
        assert everything(session) == before


@pytest.mark.parametrize(
    ("layer", "kind", "code"),
    [("roads", "road", "人民路"), ("places", "poi", "p1"), ("compounds", "compound", "c1")],
)
def test_names_of_what_would_be_gone_say_so_unless_they_were_rejected(
    session, bring, layer, kind, code
):
    for earlier in ("communities", "grids"):
        bring(earlier, TOWN[earlier])
    outcome = bring(layer, (BASE | TOWN)[layer])
    session.execute(
        text(
            "INSERT INTO place_name (entity_kind, entity_code, text, kind, state, source, valid)"
            " VALUES (:kind, :code, '俗名', 'alias', 'confirmed', 'desk', daterange(:day, NULL))"
        ),
        {"kind": kind, "code": code, "day": DAY},
    )
    told = told_of(session, outcome)
    assert "别名 1 条" in told
    assert "不采用" in told
    session.execute(text("UPDATE place_name SET state = 'rejected' WHERE text = '俗名'"))
    undoing.undo(session, outcome.record_id, NOW)


def test_a_proposal_that_a_file_confirmed_and_people_decided_since_says_so(session, town, bring):
    session.execute(
        text(
            "INSERT INTO place_name (entity_kind, entity_code, text, kind, state, source, valid)"
            " VALUES ('compound', 'c1', '大院', 'alias', 'proposed', 'desk', daterange(:day, NULL))"
        ),
        {"day": DAY},
    )
    before = everything(session)
    named = changed(COMPOUNDS, "c1", aliases="书香苑、书香家园、大院")
    outcome = bring("compounds", named, LATER)
    undoing.undo(session, outcome.record_id, NOW)
    assert everything(session) == before
    outcome = bring("compounds", named, LATER)
    session.execute(
        text(
            f"{SOMEBODY}, own AS (INSERT INTO account (login, password_hash, person_id, roles)"
            " SELECT 'a', '', id, '{}' FROM made RETURNING id)"
            " UPDATE place_name SET decided_by_id = own.id FROM own WHERE text = '大院'"
        )
    )
    assert "后来改过或终止的记录 1 条" in told_of(session, outcome)


def test_later_imports_are_named_to_be_undone_first(session, town, bring):
    later = bring("buildings", changed(BUILDINGS, "b3", floors=1), LATER)
    assert f"先撤销后来的导入（编号 {later.record_id}）" in told_of(session, town["buildings"])
    compounds = told_of(session, town["compounds"])
    assert str(town["buildings"].record_id) in compounds
    ended = bring("buildings", BUILDINGS[:1], LATER, complete=True)
    after = bring("buildings", BUILDINGS, LATER)
    record = session.get(ImportRecord, ended.record_id)
    (resting,) = [one for one in undoing.resting(session, record) if one.en.endswith("force later")]
    assert resting.imports == (after.record_id,)


def test_what_is_not_of_an_import_is_to_be_put_right_by_a_new_one(session, town):
    session.execute(
        text(
            f"{SOMEBODY} INSERT INTO post (kind, building_id, person_id, valid)"
            " SELECT 'steward', b.id, p.id, daterange(:day, NULL)"
            " FROM building b, made p WHERE b.code = 'b1'"
        ),
        {"day": DAY},
    )
    told = told_of(session, town["buildings"])
    assert "岗位 1 条" in told
    assert "撤下" in told


def test_the_credit_of_a_source_goes_with_the_last_import_that_needs_it(session, town, bring):
    def osm(layer):
        outcome = bring(layer, BASE[layer])
        add_credit(Journal(session, outcome.record_id), OSM_CREDIT)
        return outcome.record_id

    before = everything(session)
    roads, water = osm("roads"), osm("water")
    assert credits_of(session) == OSM_CREDIT
    undoing.undo(session, roads, NOW)
    assert credits_of(session) == OSM_CREDIT
    undoing.undo(session, water, NOW)
    assert everything(session) == before


def test_what_people_wrote_beside_a_credit_stays(session, town, bring):
    put_credits(session, "示例县", NOW, account_id=None)
    outcome = bring("roads", ROADS)
    add_credit(Journal(session, outcome.record_id), OSM_CREDIT)
    put_credits(session, f"示例县民政局 · {OSM_CREDIT}", NOW, account_id=None)
    undoing.undo(session, outcome.record_id, NOW)
    assert credits_of(session) == "示例县民政局"


def test_a_setting_that_a_later_import_set_again_says_so(session, town, bring):
    first = bring("communities", COMMUNITIES, LATER, county_name="示范县")
    second = bring("communities", COMMUNITIES, date(2026, 7, 1), county_name="模范县")
    told = told_of(session, first)
    assert "县的设置 1 条" in told
    assert str(second.record_id) in told
    undoing.undo(session, second.record_id, NOW)
    undoing.undo(session, first.record_id, NOW)


def test_everything_that_may_refer_to_an_import_has_words(session):
    referring = session.scalars(
        text(
            "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
            " AND confrelid::regclass::text = ANY(:tables)"
        ),
        {"tables": ["area", "grid", "compound", "building", "place_name", *IN_PLACE]},
    )
    assert {name for name in referring if name not in WORDS} == set()
