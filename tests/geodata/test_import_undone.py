"""An import is rolled back as a whole: everything as it was before, or nothing where something rests on it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from geodata.loading import undoing
from geodata.loading.undoing import NotUndone
from gridmap.ledger.settings import ImportRecord
from gridmap.store.base import Base
from tests.geodata.mapfiles import (
    BUILDINGS,
    COMMUNITIES,
    COMPOUNDS,
    EAST,
    GRIDS,
    LATER,
    NOW,
    TOWN,
    changed,
    house,
)
from tests.worlds import square

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
