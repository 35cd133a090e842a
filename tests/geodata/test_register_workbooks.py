"""Workbooks of registers: what is new, changed, ended and the same, and every fault by row and column."""

from datetime import date, datetime, timedelta

import openpyxl
import pytest
from openpyxl.styles import numbers
from sqlalchemy import func, select

from geodata.registers import layout, making, opening, reading, service
from geodata.registers.service import PreviewOutdated
from gridmap.errors import InvalidInput, NotAllowed, TooLarge, UnreadableFile
from gridmap.ledger.posts import Person, Post
from gridmap.registers.catalogue import REGISTERS, register_named
from gridmap.registers.changes import RefusedChanges
from gridmap.store.audit import AuditEntry
from tests.geodata.register_books import book, counts, preview, refused, take
from tests.registers.keeping import DAY, GRID, HERE, NOW, THERE, begin, history, listed, put, town

SINCE = date(2026, 1, 1)
LINK = {"kind": "县级联系领导", "target": HERE, "person_name": "李示安", "begins": SINCE}
HELPER = {"target": GRID, "person_name": "周示一", "phone": "13800000001", "begins": SINCE}


@pytest.fixture
def county(session):
    return town(session)


@pytest.fixture
def keeper(county):
    return county.keeper("county")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "台账.xlsx"


def helpers(session, keeper, count=2):
    changes = [
        begin(n, target=GRID, person_name=f"周示{n}", phone=f"1380000000{n}", begins=SINCE)
        for n in range(1, count + 1)
    ]
    return put(session, keeper, "part-time-workers", *changes).ids


def exported(session, keeper, path, register, day=DAY, language="zh"):
    path.write_bytes(making.export(session, keeper, register_named(register), day, language))
    return path


def edit(path, change):
    made = openpyxl.load_workbook(path)
    sheet = made.worksheets[0]
    change(sheet, {cell.value: cell.column for cell in sheet[1]})
    made.save(path)
    return path


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


def read(path, register="part-time-workers"):
    return reading.read(path, register_named(register))


def test_columns_in_any_order_below_a_title_and_unknown_ones_are_told(path):
    row = {"序号": 1, "begins": "2026.3.1", "person_name": "周示一", "target": GRID, "备注": "无"}
    book(path, "part-time-workers", row, notes=["书香苑社区兼职网格员花名册"])
    filled = read(path)
    assert filled.unknown == ("A 序号", "E 备注")
    assert filled.rows[0].number == 3
    assert filled.rows[0].values == {
        "begins": date(2026, 3, 1),
        "person_name": "周示一",
        "target": GRID,
    }


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01",
        "2026.3.1",
        "2026/3/1",
        "2026年3月1日",
        "20260301",
        20260301,
        "2026-03-01 00:00:00",
        datetime(2026, 3, 1),  # noqa: DTZ001 - as spreadsheets have it
        date(2026, 3, 1),
        46082,
    ],
)
def test_days_as_people_and_spreadsheets_write_them(path, written):
    book(path, "part-time-workers", HELPER | {"begins": written})
    assert read(path).rows[0].values["begins"] == date(2026, 3, 1)


def test_codes_that_became_numbers_keep_their_digits(path):
    book(
        path, "part-time-workers", HELPER | {"target": int(GRID), "person": 7, "phone": 13800000001}
    )

    def zeros(sheet, at):
        sheet.cell(2, at["人员编号"]).number_format = "00000"

    values = read(edit(path, zeros)).rows[0].values
    assert (values["target"], values["person"], values["phone"]) == (GRID, "00007", "13800000001")


def test_a_code_that_a_spreadsheet_rounded_is_refused(path):
    book(path, "part-time-workers", HELPER | {"target": 4199010010010010000})
    (fault,) = read(path).faults
    assert (fault.row, fault.column) == (2, "target")
    assert "文本格式" in fault.zh


def test_cells_merged_downwards_mean_the_same_and_across_nothing(path):
    book(path, "part-time-workers", HELPER, HELPER | {"target": None, "person_name": "周示二"})
    edit(path, lambda sheet, _at: sheet.merge_cells("A2:A3"))
    assert [row.values["target"] for row in read(path).rows] == [GRID, GRID]
    edit(path, lambda sheet, _at: sheet.merge_cells("A4:B4"))
    (fault,) = read(path).faults
    assert (fault.row, "取消合并" in fault.zh) == (4, True)


def test_blank_rows_notes_and_example_are_no_rows(path):
    register = register_named("leader-links")
    path.write_bytes(making.template(register, "zh"))
    assert read(path, "leader-links").rows == []

    def fill(sheet, at):
        for key, value in LINK.items():
            sheet.cell(6, at[register.column(key).zh], value)

    filled = read(edit(path, fill), "leader-links")
    assert [(row.number, row.values["kind"]) for row in filled.rows] == [(6, "leader_county")]
    assert not filled.faults


def test_an_example_among_the_rows_is_told(path):
    book(path, "part-time-workers", HELPER, {"target": "例：419901001001001", "person_name": "周"})
    (fault,) = read(path).faults
    assert (fault.row, fault.column) == (3, "target")


def test_an_error_value_is_told(path):
    book(path, "part-time-workers", HELPER | {"person_name": "#N/A"})
    assert "#N/A" in read(path).faults[0].zh


def test_text_that_looks_like_a_formula_stays_text(session, keeper, path):
    names = ["=1+1", "@SUM(A1)", "-5", "+8", "_x0041_示"]
    people = [Person(code=f"F{n}", name=name) for n, name in enumerate(names)]
    session.add_all(people)
    session.flush()
    exported(session, keeper, path, "persons")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    written = {row.values["name"] for row in read(path, "persons").rows}
    assert set(names) <= written
    assert set(counts(preview(session, keeper, path, "persons"))) == {"same"}


def test_the_same_header_twice_is_told(path):
    book(path, "part-time-workers", HELPER)
    edit(path, lambda sheet, at: sheet.cell(1, len(at) + 1, "姓 名*"))
    assert [(fault.row, fault.column) for fault in read(path).faults] == [(1, "person_name")]


# what is no such workbook


def test_an_old_or_locked_workbook_is_told_how_to_save_it(tmp_path):
    old = tmp_path / "old.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(InvalidInput, match="另存为"):
        read(old)


def test_what_is_no_workbook_is_refused(tmp_path, path):
    table = tmp_path / "a.csv"
    table.write_text("网格编码,姓名\n", "utf-8")
    with pytest.raises(InvalidInput, match="xlsx"):
        read(table)
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(UnreadableFile):
        read(path)


def test_a_sheet_of_another_register_is_refused(session, keeper, path):
    exported(session, keeper, path, "part-time-workers")
    with pytest.raises(InvalidInput, match="兼职网格员"):
        read(path, "grid-workers")
    book(path, "part-time-workers", HELPER)
    with pytest.raises(InvalidInput, match=r"表头|缺少列"):
        read(path, "visits")
    book(path, "part-time-workers", {"person_name": "周", "begins": SINCE})
    with pytest.raises(InvalidInput, match="网格编码"):
        read(path)


def test_what_is_too_large_is_refused(path, monkeypatch):
    book(path, "part-time-workers", HELPER, HELPER | {"person_name": "周示二"})
    monkeypatch.setattr(reading, "MOST_ROWS", 1)
    with pytest.raises(TooLarge):
        read(path)
    monkeypatch.setattr(opening, "MOST_TAGS", 50)
    with pytest.raises(UnreadableFile, match="单元格太多"):
        read(path)
    monkeypatch.setattr(opening, "LARGEST_FILE", 50)
    with pytest.raises(TooLarge):
        read(path)


def test_declared_entities_are_refused(path, tmp_path):
    import zipfile  # noqa: PLC0415

    book(path, "part-time-workers", HELPER)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(bomb, "w") as made:
        for name in whole.namelist():
            content = whole.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>' + content
            made.writestr(name, content)
    with pytest.raises(UnreadableFile, match="声明"):
        read(bomb)


# who may


def test_whoever_keeps_no_register_takes_no_workbook(session, county, path):
    book(path, "part-time-workers", HELPER)
    with pytest.raises(NotAllowed):
        preview(session, county.keeper("worker"), path, "part-time-workers")
    book(path, "agencies", {"name": "新局"})
    with pytest.raises(NotAllowed):
        preview(session, county.keeper("community"), path, "agencies")


def test_another_communitys_rows_are_refused(session, county, path):
    book(path, "police", {"target": THERE, "person_name": "他示", "begins": SINCE})
    assert "范围" in refused(session, county.keeper("community"), path, "police")[2, "target"]


def test_phones_of_other_areas_are_blank_and_stay_as_they_are(session, county, path):
    values = {"target": THERE, "person_name": "他示", "phone": "13800000001", "begins": SINCE}
    put(session, county.keeper("county"), "police", begin(**values))
    exported(session, county.keeper("community"), path, "police")
    assert "13800000001" not in str([row.values for row in read(path, "police").rows])
    assert counts(preview(session, county.keeper("community"), path, "police")) == {"same": 1}
    assert counts(preview(session, county.keeper("county"), path, "police"))["changed"] == 1


def test_that_a_register_left_is_on_record(session, keeper):
    register = register_named("persons")
    service.export(session, keeper, register, DAY, "zh", NOW)
    query = select(AuditEntry.object_key).where(AuditEntry.action == "register_exported")
    assert list(session.scalars(query)) == ["persons"]


# the layout


@pytest.mark.parametrize("register", REGISTERS.values(), ids=str)
def test_a_template_explains_itself(register, path):
    for language in layout.LANGUAGES:
        path.write_bytes(making.template(register, language))
        made = openpyxl.load_workbook(path)
        sheet, notes = made.worksheets
        labels = [column.label(language) for column in register.columns]
        assert [cell.value for cell in sheet[1]] == labels
        assert sheet.freeze_panes == "A3"
        lists = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
        offered = [column for column in register.columns if layout.choices(column, language)]
        days = [column for column in register.columns if column.type == "day"]
        assert len(lists) == len(offered) + len(days)
        assert {row[0].value for row in notes.iter_rows(min_row=3)} >= set(labels)
        assert read(path, register.key).rows == []


def test_codes_are_written_into_text_cells(path):
    path.write_bytes(making.template(register_named("part-time-workers"), "zh"))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet.column_dimensions["A"].number_format == numbers.FORMAT_TEXT


def test_nothing_of_a_preview_stays(session, keeper, path):
    book(path, "part-time-workers", HELPER)
    before = session.scalar(select(func.count()).select_from(Post))
    preview(session, keeper, path, "part-time-workers")
    assert session.scalar(select(func.count()).select_from(Post)) == before
    assert session.scalar(select(func.count()).where(Person.name == HELPER["person_name"])) == 0


def test_981_rows_take_a_fixed_number_of_statements(session, keeper, path, statements):
    sizes = []
    for count in (10, 981):
        rows = [HELPER | {"person_name": f"周{n}", "phone": None} for n in range(count)]
        book(path, "part-time-workers", *rows)
        statements.clear()
        found = preview(session, keeper, path, "part-time-workers")
        assert counts(found) == {"new": count}
        sizes.append(len(statements))
    assert sizes[1] <= sizes[0] + 3


def test_a_refusal_of_the_trial_leaves_the_session_usable(session, keeper, path):
    book(path, "part-time-workers", HELPER | {"target": "999"})
    assert preview(session, keeper, path, "part-time-workers").faults
    with pytest.raises(RefusedChanges):
        take(session, keeper, path, "part-time-workers")
    assert listed(session, keeper, "part-time-workers") == ()
