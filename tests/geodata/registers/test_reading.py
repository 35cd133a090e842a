"""How a workbook is read: days, codes, merged cells, and every fault by row and column."""

from datetime import date, datetime

import openpyxl
import pytest

from geodata.books import Bounds
from geodata.registers import making, opening, reading
from gridmap.errors import InvalidInput, TooLarge, UnreadableFile
from gridmap.ledger.posts import Person
from gridmap.registers.catalogue import register_named
from tests.geodata.registers.books import (
    HELPER,
    LINK,
    SINCE,
    book,
    counts,
    edit,
    exported,
    preview,
    read,
)
from tests.registers.keeping import GRID


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
    monkeypatch.setattr(opening, "BOUNDS", Bounds(tags=50))
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
