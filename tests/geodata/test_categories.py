"""The county's categories: the table itself, what is refused in one, and how it takes effect."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from geodata import categories
from geodata.categories import COLUMNS, TABLE
from gridmap.dispatch.catalogue import (
    end_entry,
    entries_on,
    newest_versions,
    put_entries,
    put_entry,
    versions_of,
)
from gridmap.dispatch.categories import LimitedStep, LimitUnit, Topic
from gridmap.dispatch.tables import Category
from gridmap.errors import InvalidInput, UnreadableFile
from gridmap.store.audit import AuditEntry
from gridmap.terms import Line, Rung

FIRST, LATER = date(2024, 1, 1), date(2025, 1, 1)
ENTRIES = categories.read()


def test_there_are_enough_and_every_line_and_topic_has_some():
    assert 55 <= len(ENTRIES) <= 80
    assert {entry.line for entry in ENTRIES} == set(Line)
    assert {entry.topic for entry in ENTRIES} == set(Topic)
    assert {entry.first_rung for entry in ENTRIES} == set(Rung)


def test_codes_and_names_are_their_own():
    for values in (
        [entry.code for entry in ENTRIES],
        [entry.name for entry in ENTRIES],
        [entry.name_en for entry in ENTRIES],
        [entry.position for entry in ENTRIES],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_small_things_stay_in_the_building():
    assert sum(entry.first_rung is Rung.BUILDING_GROUP for entry in ENTRIES) >= 10
    petitions = [entry for entry in ENTRIES if entry.line is Line.PETITION]
    assert all(entry.first_rung is not Rung.BUILDING_GROUP for entry in petitions)


def test_every_topic_ends_in_a_category_for_the_rest():
    ordered = sorted(ENTRIES, key=lambda entry: entry.position)
    last = {entry.topic: entry for entry in ordered}
    assert all(entry.name.startswith("其他") for entry in last.values())
    assert list(dict.fromkeys(entry.topic for entry in ordered)) == list(Topic)


def test_danger_is_answered_within_an_hour_by_day_and_night():
    by_name = {entry.name: entry for entry in ENTRIES}
    for name in ("燃气异味", "电梯困人", "人身安全求助", "井盖缺失、松动"):
        limit = by_name[name].limits[LimitedStep.ACCEPT]
        assert (limit.value, limit.unit) == (1, LimitUnit.EMERGENCY_HOURS)


def test_only_urban_management_has_codes_of_the_standard():
    for entry in ENTRIES:
        assert (entry.code[0] in "CE" and entry.code[1].isdigit()) == (
            entry.line is Line.URBAN or entry.code in {"E06086", "E06087"}
        )
    minors = {entry.code[3:] for entry in ENTRIES if entry.code[1].isdigit()}
    assert all(minor >= "080" or minor in {"001", "002", "003", "004"} for minor in minors)


HEADER = ",".join(COLUMNS)
GOOD = "X1,urban,other,灯,Light,community,4 working_hours,1 working_days,1 working_days,10"


def table(tmp_path, *rows, encoding="utf-8", header=HEADER):
    path = tmp_path / "categories.csv"
    path.write_bytes("\n".join([header, *rows]).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_good_row_is_read(tmp_path, encoding):
    (entry,) = categories.read(table(tmp_path, GOOD, encoding=encoding))
    assert (entry.code, entry.line, entry.position) == ("X1", Line.URBAN, 10)
    assert entry.limits[LimitedStep.ACCEPT].unit is LimitUnit.WORKING_HOURS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("X1", ""),
        ("X1", "X" * 17),
        ("urban", "city"),
        ("other", "rest"),
        ("灯", " "),
        ("灯", "\u202e灯"),
        ("community", "street"),
        ("4 working_hours", "4 hours"),
        ("4 working_hours", "0 working_hours"),
        ("4 working_hours", "-4 working_hours"),
        ("4 working_hours", "1000 working_hours"),
        ("4 working_hours", "four working_hours"),
        ("4 working_hours", "４ working_hours"),
        (",10", ",ten"),
        (",10", ""),
    ],
)
def test_a_wrong_cell_is_named_with_its_row(tmp_path, old, new):
    bad = GOOD.replace(old, new)
    with pytest.raises(UnreadableFile, match="第 3 行"):
        categories.read(table(tmp_path, GOOD.replace("X1", "X0"), bad))


def test_a_wrong_table_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="X1 重复"):
        categories.read(table(tmp_path, GOOD, GOOD))
    with pytest.raises(UnreadableFile, match="缺少列 line"):
        categories.read(table(tmp_path, GOOD, header="code,name"))
    with pytest.raises(UnreadableFile, match="UTF-8"):
        categories.read(table(tmp_path, GOOD, encoding="gb18030"))


def spans(session, code):
    rows = session.scalars(
        select(Category).where(Category.code == code).order_by(Category.valid)
    ).all()
    return [(row.name, row.valid.lower, row.valid.upper) for row in rows]


def test_the_table_takes_effect_and_again_changes_nothing(session):
    assert categories.load(session, FIRST) == len(ENTRIES)
    held = entries_on(session, FIRST)
    assert held == tuple(sorted(ENTRIES, key=lambda entry: entry.position))
    before = session.scalars(select(Category.id)).all()
    assert categories.load(session, LATER) == 0
    assert session.scalars(select(Category.id)).all() == before
    assert entries_on(session, date(2023, 12, 31)) == ()


def test_what_changed_ends_and_begins(session):
    put_entries(session, ENTRIES, FIRST)
    first, second, *rest = ENTRIES
    renamed = replace(first, name="新名")
    added = replace(first, code="NEW", name="新增")
    assert put_entries(session, [renamed, added, *rest], LATER) == 3
    assert spans(session, first.code) == [(first.name, FIRST, LATER), ("新名", LATER, None)]
    assert spans(session, second.code) == [(second.name, FIRST, LATER)]
    assert spans(session, "NEW") == [("新增", LATER, None)]
    assert first.name in {entry.name for entry in entries_on(session, FIRST)}
    assert {"新名", "新增"} <= {entry.name for entry in entries_on(session, LATER)}


def test_a_second_thought_on_the_same_day_is_rewritten(session):
    put_entries(session, ENTRIES, FIRST)
    first, second, *rest = ENTRIES
    assert put_entries(session, [replace(first, name="新名"), *rest], FIRST) == 2
    assert spans(session, first.code) == [("新名", FIRST, None)]
    assert spans(session, second.code) == [(second.name, FIRST, date(2024, 1, 2))]


def test_what_ended_can_come_back(session):
    put_entries(session, ENTRIES, FIRST)
    put_entries(session, ENTRIES[1:], LATER)
    again = date(2026, 1, 1)
    assert put_entries(session, ENTRIES, again) == 1
    name = ENTRIES[0].name
    assert spans(session, ENTRIES[0].code) == [(name, FIRST, LATER), (name, again, None)]


def test_the_past_is_not_rewritten(session):
    put_entries(session, ENTRIES, LATER)
    with pytest.raises(InvalidInput) as refusal:
        put_entries(session, ENTRIES, FIRST)
    assert refusal.value.field == "day"


def test_the_table_is_where_the_package_is():
    assert TABLE.is_file()


NOW = datetime(2024, 1, 1, 2, tzinfo=UTC)
BY = {"account_id": None, "now": NOW}


def test_one_category_changes_from_a_day_and_the_others_stay(session):
    put_entries(session, ENTRIES, FIRST)
    changed = replace(ENTRIES[0], name="新名")
    assert put_entry(session, changed, LATER, **BY)
    assert not put_entry(session, changed, LATER, **BY)
    newest, first = versions_of(session, changed.code)
    assert (newest.entry, newest.since, newest.until) == (changed, LATER, None)
    assert (first.entry, first.since, first.until) == (ENTRIES[0], FIRST, LATER)
    assert len(entries_on(session, LATER)) == len(ENTRIES)
    assert {one.entry.name for one in newest_versions(session)} >= {"新名", ENTRIES[1].name}
    session.flush()
    line = session.scalars(select(AuditEntry).where(AuditEntry.action == "category_changed")).one()
    assert line.details["before"][0]["name"] == ENTRIES[0].name
    assert line.details["after"]["name"] == "新名"


def test_a_category_ends_and_can_come_back(session):
    put_entries(session, ENTRIES, FIRST)
    code = ENTRIES[0].code
    assert end_entry(session, code, LATER, **BY)
    assert not end_entry(session, code, LATER, **BY)
    assert code not in {entry.code for entry in entries_on(session, LATER)}
    assert put_entry(session, ENTRIES[0], LATER, **BY)
    assert code in {entry.code for entry in entries_on(session, LATER)}


def test_what_ended_on_its_first_day_holds_again(session):
    put_entries(session, ENTRIES, FIRST)
    end_entry(session, ENTRIES[0].code, FIRST, **BY)
    assert put_entry(session, ENTRIES[0], FIRST, **BY)
    assert spans(session, ENTRIES[0].code) == [(ENTRIES[0].name, FIRST, None)]


def test_one_category_has_no_other_past(session):
    put_entries(session, ENTRIES, LATER)
    with pytest.raises(InvalidInput, match="过去不能改"):
        put_entry(session, replace(ENTRIES[0], name="新名"), date(2023, 12, 31), **BY)
    with pytest.raises(InvalidInput, match="已有更新的版本"):
        put_entry(session, replace(ENTRIES[0], name="新名"), FIRST, **BY)
