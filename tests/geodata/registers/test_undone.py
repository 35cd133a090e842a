"""A workbook is rolled back as a whole: every table as it was before, or nothing where something rests on it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from geodata import workbook_imports
from geodata.loading.undo_words import WORDS
from geodata.loading.undoing import NotUndone
from geodata.workbook_imports import NAMES
from gridmap.errors import NotFound
from gridmap.gazetteer import curating, merging
from gridmap.gazetteer.merging import NameRow
from gridmap.ledger.imports import WorkbookImport, WorkbookStep
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.changes import Action, Change
from gridmap.registers.homes import HOMES
from gridmap.store.audit import AuditEntry
from gridmap.terms import Named, NameKind, NameState
from tests.geodata.registers.books import (
    HELPER,
    LINK,
    SINCE,
    book,
    edit,
    exported,
    helpers,
    take,
)
from tests.geodata.test_import_undone import everything
from tests.registers.keeping import DAY, GRID, HERE, NOW, begin, listed, put
from tests.worlds import lonlat

RECORDS = {"workbook_import", "workbook_step", "register_correction"}
"""What stays: that it was taken, and what it put right."""


def state(session):
    return {name: rows for name, rows in everything(session).items() if name not in RECORDS}


def last(session):
    return session.scalars(select(WorkbookImport).order_by(WorkbookImport.id.desc())).first()


def undo(session, keeper, register="part-time-workers", number=None, now=NOW):
    number = last(session).id if number is None else number
    workbook_imports.undo(session, keeper, register, number, now)


def new_people(session, keeper, path):
    book(path, "part-time-workers", HELPER, HELPER | {"person_name": "周示二", "phone": None})


def a_change(session, keeper, path):
    helpers(session, keeper)
    exported(session, keeper, path, "part-time-workers")
    edit(path, lambda sheet, at: sheet.cell(3, at["值班电话"], "0000-5500001"))


def put_right(session, keeper, path):
    a_change(session, keeper, path)
    return {"day": SINCE}


def another_person(session, keeper, path):
    exported(session, keeper, path, "grid-workers")

    def change(sheet, at):
        sheet.cell(3, at["人员编号"]).value = None
        sheet.cell(3, at["姓名"], "吴示九")

    edit(path, change)
    return {"register": "grid-workers"}


def all_of_them(session, keeper, path):
    helpers(session, keeper, 3)
    book(path, "part-time-workers", HELPER | {"phone": "13800000002"})
    return {"complete": True}


def an_end(session, keeper, path):
    helpers(session, keeper)
    exported(session, keeper, path, "part-time-workers")
    edit(path, lambda sheet, at: sheet.cell(3, at["结束日"], date(2026, 5, 1)))


@pytest.mark.parametrize(
    "prepare", [new_people, a_change, put_right, another_person, all_of_them, an_end]
)
def test_it_leaves_no_trace(session, keeper, path, prepare):
    asked = prepare(session, keeper, path) or {}
    register = asked.pop("register", "part-time-workers")
    before = state(session)
    take(session, keeper, path, register, **asked)
    assert state(session) != before
    undo(session, keeper, register)
    assert state(session) == before
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "workbook_undone")).one()
    assert entry.object_key.startswith(f"{register}:")


MADE = {
    "leader-links": LINK,
    "persons": {"name": "郑示七", "phone": "13800000007"},
    "agencies": {"name": "城管局", "line": "城管"},
    "branches": {"kind": "网格党支部", "name": "第一党支部", "target": GRID, "begins": SINCE},
    "service-centres": {
        "name": "东门中心",
        "address": "人民路1号",
        "communities": HERE,
        "lon": lonlat(50, 50)[0],
        "lat": lonlat(50, 50)[1],
        "begins": SINCE,
    },
    "owners-committees": {"compound": "XQ1", "name": "业委会", "begins": SINCE},
    "joint-meetings": {"community": HERE, "day": SINCE, "topic": "停车", "attended": "物业"},
}


@pytest.mark.parametrize("register", list(MADE))
def test_registers_of_every_shape_leave_no_trace(session, keeper, path, register):
    book(path, register, MADE[register])
    before = state(session)
    take(session, keeper, path, register)
    assert state(session) != before
    undo(session, keeper, register)
    assert state(session) == before


def test_every_table_that_a_register_writes_is_followed_and_has_words(session):
    followed = set(
        session.scalars(
            text(
                "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'keep_workbook_step'"
            )
        )
    )
    tables = {home.entity.__tablename__ for home in HOMES.values()}
    tables |= {name for register in REGISTERS.values() for name in register.tables}
    assert tables - followed == set()
    assert {name for name in followed if name not in WORDS} == set()


def refused(session, keeper, register="part-time-workers", number=None, now=NOW):
    before = state(session)
    with pytest.raises(NotUndone) as told:
        undo(session, keeper, register, number, now)
    assert state(session) == before
    assert told.value.message("en").startswith("This import cannot be rolled back")
    return f"{told.value.message('zh')}{told.value.hint('zh')}"


def test_what_was_changed_by_hand_since_says_so(session, keeper, path):
    new_people(session, keeper, path)
    take(session, keeper, path, "part-time-workers")
    (one, _other) = listed(session, keeper, "part-time-workers")
    change = Change(Action.END, {}, one.id, DAY + timedelta(days=9))
    put(session, keeper, "part-time-workers", change)
    told = refused(session, keeper)
    assert "后来改过的岗位 1 条" in told
    assert "更正" in told


def test_a_later_workbook_is_named_and_undone_first(session, keeper, path):
    new_people(session, keeper, path)
    take(session, keeper, path, "part-time-workers")
    first = last(session).id
    exported(session, keeper, path, "part-time-workers")
    edit(path, lambda sheet, at: sheet.cell(3, at["值班电话"], "0000-5500001"))
    take(session, keeper, path, "part-time-workers")
    assert f"先撤销后来的导入（编号 {last(session).id}）" in refused(session, keeper, number=first)
    undo(session, keeper)
    undo(session, keeper, number=first)
    assert listed(session, keeper, "part-time-workers") == ()


def test_what_refers_to_it_since_says_so(session, keeper, path):
    book(path, "persons", MADE["persons"])
    take(session, keeper, path, "persons")
    code = next(
        one.values["code"]
        for one in listed(session, keeper, "persons")
        if one.values["name"] == "郑示七"
    )
    put(session, keeper, "part-time-workers", begin(target=GRID, person=code, begins=SINCE))
    told = refused(session, keeper, "persons")
    assert "岗位" in told
    assert "台账" in told


def test_once_within_thirty_days_by_who_took_it_or_the_county(session, county, keeper, path):
    desk = county.keeper("community")
    new_people(session, keeper, path)
    take(session, desk, path, "part-time-workers")
    with pytest.raises(NotFound):
        undo(session, county.keeper("township"))
    with pytest.raises(NotFound):
        undo(session, desk, "grid-workers")
    assert [
        one.file_name for one in workbook_imports.latest(session, keeper, "part-time-workers", NOW)
    ]
    assert (
        workbook_imports.latest(session, county.keeper("township"), "part-time-workers", NOW) == []
    )
    assert "30 天" in refused(session, keeper, now=NOW + timedelta(days=31))
    undo(session, keeper)
    assert "已经撤销过" in refused(session, keeper)
    (shown,) = workbook_imports.latest(session, desk, "part-time-workers", NOW)
    assert (shown.undone, shown.counts["new"]) == (True, 2)


def test_steps_are_dropped_when_nobody_can_go_back(session, keeper, path):
    new_people(session, keeper, path)
    take(session, keeper, path, "part-time-workers")
    kept = session.scalars(select(WorkbookStep.table_name)).all()
    assert sorted(set(kept)) == ["person", "post"]
    assert workbook_imports.forget(session, NOW + timedelta(days=29)) == 0
    assert workbook_imports.forget(session, NOW + timedelta(days=31)) == len(kept)
    assert "30 天" in refused(session, keeper, now=NOW + timedelta(days=31))
    assert "清除" in refused(session, keeper)


def test_nothing_is_kept_of_what_is_written_by_hand(session, keeper, path):
    new_people(session, keeper, path)
    take(session, keeper, path, "part-time-workers")
    session.query(WorkbookStep).delete()
    helpers(session, keeper)
    assert session.scalars(select(WorkbookStep.id)).all() == []


def named(number, text_, state_=NameState.CONFIRMED, ends=None):
    return NameRow(number, Named.COMPOUND, "XQ1", text_, NameKind.ALIAS, state_, None, ends)


def take_names(session, keeper, path, *rows):
    path.write_bytes(b"names")
    with workbook_imports.kept(session, keeper, NAMES, path, DAY, NOW) as record:
        record.counts = dict(merging.merge(session, keeper, rows, NOW))


def test_a_table_of_names_leaves_no_trace(session, keeper, path):
    take_names(session, keeper, path, named(2, "老院子"))
    before = state(session)
    rows = [
        named(2, "老院子", NameState.REJECTED),
        named(3, "大院"),
        named(4, "新院", ends=DAY + timedelta(days=30)),
    ]
    take_names(session, keeper, path, *rows)
    assert state(session) != before
    undo(session, keeper, NAMES)
    assert state(session) == before


def test_a_name_decided_since_says_so(session, keeper, path):
    take_names(session, keeper, path, named(2, "老院子"))
    number = session.execute(text("SELECT id FROM place_name WHERE text = '老院子'")).scalar()
    curating.decide(session, keeper, number, NameState.REJECTED, NOW)
    assert "后来改过的别名 1 条" in refused(session, keeper, NAMES)
