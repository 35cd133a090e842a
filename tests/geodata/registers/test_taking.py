"""What becomes of the rows of a workbook: new, changed, ended and the same; all of it or nothing."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from geodata.registers import making
from geodata.registers.service import PreviewOutdated
from gridmap.errors import InvalidInput
from gridmap.registers.catalogue import register_named
from gridmap.store.audit import AuditEntry
from tests.geodata.registers.books import (
    HELPER,
    SINCE,
    book,
    counts,
    edit,
    exported,
    helpers,
    preview,
    refused,
    take,
)
from tests.registers.keeping import DAY, GRID, HERE, THERE, begin, history, listed, put

# what becomes of rows


def test_new_rows_stand_in_the_register_afterwards(session, keeper, path):
    book(path, "part-time-workers", HELPER, HELPER | {"person_name": "周示二", "phone": None})
    found = preview(session, keeper, path, "part-time-workers")
    assert (counts(found), found.faults) == ({"new": 2}, ())
    assert listed(session, keeper, "part-time-workers") == ()
    take(session, keeper, path, "part-time-workers", fingerprint=found.fingerprint)
    records = listed(session, keeper, "part-time-workers")
    assert {record.values["person_name"] for record in records} == {"周示一", "周示二"}
    assert counts(preview(session, keeper, path, "part-time-workers")) == {"same": 2}


def test_a_change_holds_from_the_day_and_the_past_stays(session, keeper, path):
    helpers(session, keeper)
    exported(session, keeper, path, "part-time-workers")
    edit(path, lambda sheet, at: sheet.cell(3, at["值班电话"], "0000-5500001"))
    found = preview(session, keeper, path, "part-time-workers")
    (line,) = [line for line in found.lines if line.fate == "changed"]
    assert (line.number, line.differences[0].column.key) == (3, "duty_phone")
    take(session, keeper, path, "part-time-workers")
    phones = {r.values["duty_phone"] for r in listed(session, keeper, "part-time-workers")}
    before = listed(session, keeper, "part-time-workers", DAY - timedelta(1))
    assert phones == {None, "0000-5500001"}
    assert {record.values["duty_phone"] for record in before} == {None}
    assert counts(preview(session, keeper, path, "part-time-workers")) == {"same": 2}


def test_a_change_from_the_first_day_on_puts_right_what_stood_there(session, keeper, path):
    (number,) = helpers(session, keeper, 1)
    exported(session, keeper, path, "part-time-workers")
    edit(path, lambda sheet, at: sheet.cell(3, at["值班电话"], "0000-5500001"))
    assert counts(take(session, keeper, path, "part-time-workers", day=SINCE)) == {"changed": 1}
    (record,) = listed(session, keeper, "part-time-workers", SINCE)
    assert (record.id, record.values["duty_phone"]) == (number, "0000-5500001")
    (kept,) = history(session, keeper, "part-time-workers", number).corrections
    assert kept.before.get("duty_phone") is None
    assert "导入" in kept.reason


def test_a_last_day_in_the_sheet_ends_the_record(session, keeper, path):
    helpers(session, keeper)
    exported(session, keeper, path, "part-time-workers")
    edit(path, lambda sheet, at: sheet.cell(4, at["结束日"], "2026年7月1日"))
    assert counts(take(session, keeper, path, "part-time-workers")) == {"ended": 1, "same": 1}
    ends = {r.values["ends"] for r in listed(session, keeper, "part-time-workers")}
    assert ends == {None, date(2026, 7, 1)}


def test_what_is_not_in_the_file_stays_unless_the_file_is_all_of_it(session, keeper, path):
    helpers(session, keeper)
    exported(session, keeper, path, "part-time-workers")
    edit(path, lambda sheet, _at: sheet.delete_rows(4))
    assert counts(preview(session, keeper, path, "part-time-workers")) == {"same": 1}
    found = take(session, keeper, path, "part-time-workers", complete=True)
    assert counts(found) == {"ended": 1, "same": 1}
    assert found.lines[-1].number < 0
    assert len(listed(session, keeper, "part-time-workers")) == 1


def test_all_of_it_is_all_of_the_keepers_own_area(session, county, path):
    keeper = county.keeper("county")
    helpers(session, keeper, 1)
    put(session, keeper, "police", begin(1, target=THERE, person_name="他示", begins=SINCE))
    put(session, keeper, "police", begin(1, target=HERE, person_name="我示", begins=SINCE))
    here = {"target": HERE, "person_name": "新示", "begins": DAY}
    book(path, "police", here)
    take(session, county.keeper("community"), path, "police", complete=True)
    names = {record.values["person_name"] for record in listed(session, keeper, "police")}
    assert names == {"他示", "新示"}


def test_an_empty_file_is_never_all_of_it(session, keeper, path):
    path.write_bytes(making.template(register_named("police"), "zh"))
    with pytest.raises(InvalidInput, match="一行也没有"):
        preview(session, keeper, path, "police", complete=True)
    with pytest.raises(InvalidInput, match="没有结束日"):
        preview(session, keeper, path, "agencies", complete=True)


def test_another_name_over_a_post_for_one_replaces_its_holder(session, keeper, path):
    exported(session, keeper, path, "grid-workers")

    def replace(sheet, at):
        sheet.cell(3, at["人员编号"]).value = None
        sheet.cell(3, at["姓名"], "新示网")

    edit(path, replace)
    found = take(session, keeper, path, "grid-workers")
    assert counts(found)["changed"] == 1
    assert "person_name" in {one.column.key for one in found.lines[0].differences}
    names = {
        day: {r.values["person_name"] for r in listed(session, keeper, "grid-workers", day)}
        for day in (DAY - timedelta(1), DAY)
    }
    assert "新示网" in names[DAY]
    assert "新示网" not in names[DAY - timedelta(1)]


def test_a_phone_is_the_persons_and_parts_no_post(session, keeper, path):
    (number,) = helpers(session, keeper, 1)
    exported(session, keeper, path, "part-time-workers")
    edit(path, lambda sheet, at: sheet.cell(3, at["个人电话"], 13900000009))
    take(session, keeper, path, "part-time-workers", day=SINCE)
    (record,) = listed(session, keeper, "part-time-workers")
    assert (record.id, record.values["phone"]) == (number, "13900000009")


def test_a_longer_term_renews(session, keeper, path):
    put(
        session,
        keeper,
        "secretaries",
        begin(
            kind="director", target=THERE, person_name="任示", begins=SINCE, term_end="2026-12-31"
        ),
    )
    exported(session, keeper, path, "secretaries")
    row = next(
        n for n, r in enumerate(listed(session, keeper, "secretaries"), 3)
        if r.values["person_name"] == "任示"
    )  # fmt: skip
    edit(path, lambda sheet, at: sheet.cell(row, at["任期届满日"], "2029-12-31"))
    take(session, keeper, path, "secretaries")
    actions = set(session.scalars(select(AuditEntry.action)))
    assert {"record_renewed", "register_imported"} <= actions


# faults


def test_every_fault_is_told_by_row_and_column_and_nothing_is_taken(session, keeper, path):
    rows = (
        HELPER,
        HELPER | {"person_name": "周示二", "target": "999"},
        HELPER | {"person_name": "周示三", "begins": "昨天"},
        HELPER | {"person_name": "周示四", "phone": "不知道"},
        HELPER | {"person_name": "=A1&B1"},
        HELPER | {"person_name": None},
        HELPER,
    )
    book(path, "part-time-workers", *rows)
    found = preview(session, keeper, path, "part-time-workers")
    faults = {(fault.row, fault.column): fault for fault in found.faults}
    assert set(faults) == {
        (3, "target"),
        (4, "begins"),
        (5, "phone"),
        (6, "person_name"),
        (7, "person_name"),
        (8, None),
    }
    assert "公式" in faults[6, "person_name"].zh
    assert "formula" in faults[6, "person_name"].en
    assert set(refused(session, keeper, path, "part-time-workers")) >= {(4, "begins")}
    assert listed(session, keeper, "part-time-workers") == ()


def test_two_rows_of_one_record(session, keeper, path):
    helpers(session, keeper, 1)
    book(path, "part-time-workers", *[HELPER | {"person_name": "周示1", "phone": None}] * 2)
    book_faults = refused(session, keeper, path, "part-time-workers")
    assert "第 2 行" in book_faults[3, None]


def test_an_end_that_was_written_wrong_is_no_end(session, keeper, path):
    helpers(session, keeper, 1)
    exported(session, keeper, path, "part-time-workers")
    edit(path, lambda sheet, at: sheet.cell(3, at["结束日"], "2026-07-01"))
    take(session, keeper, path, "part-time-workers")
    edit(path, lambda sheet, at: sheet.cell(3, at["结束日"], "2026-08-01"))
    assert "更正" in refused(session, keeper, path, "part-time-workers")[3, "ends"]


def test_an_end_before_the_first_day_is_told_in_its_column(session, keeper, path):
    helpers(session, keeper, 1)
    exported(session, keeper, path, "part-time-workers")
    edit(path, lambda sheet, at: sheet.cell(3, at["结束日"], "2020-07-01"))
    assert set(refused(session, keeper, path, "part-time-workers")) == {(3, "ends")}


def test_ending_and_changing_in_one_row(session, keeper, path):
    helpers(session, keeper, 1)
    exported(session, keeper, path, "part-time-workers")

    def both(sheet, at):
        sheet.cell(3, at["结束日"], "2026-07-01")
        sheet.cell(3, at["值班电话"], "0000-5500001")

    edit(path, both)
    assert "分两次" in refused(session, keeper, path, "part-time-workers")[3, "ends"]


def test_the_schemas_rule_is_told_by_the_sheets_row(session, keeper, path):
    book(path, "grid-workers", {"target": GRID, "person_name": "后示", "begins": DAY})
    assert "已有人" in refused(session, keeper, path, "grid-workers")[2, "begins"]


def test_a_shown_preview_is_what_is_done_or_nothing_is(session, keeper, path):
    book(path, "part-time-workers", HELPER)
    found = preview(session, keeper, path, "part-time-workers")
    put(session, keeper, "part-time-workers", begin(**HELPER))
    with pytest.raises(PreviewOutdated):
        take(session, keeper, path, "part-time-workers", fingerprint=found.fingerprint)
    book(path, "part-time-workers", HELPER | {"person_name": "另示"})
    with pytest.raises(PreviewOutdated):
        take(session, keeper, path, "part-time-workers", fingerprint=found.fingerprint)


# reading
