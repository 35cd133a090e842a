"""Workbooks, read again with openpyxl: numbers, days, moments, and text that never acts."""

import io
import math
import tracemalloc
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.workbooks import LONGEST_TEXT, Column, Sheet, write

COLUMNS = (Column("编号"), Column("内容", 40), Column("值"))


def read(content, **options):
    return openpyxl.load_workbook(io.BytesIO(content), **options)


def written(*rows, columns=COLUMNS):
    return read(write([Sheet("诉求", columns, rows)])).active


def values(sheet):
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=2)]


def local(text):
    """A moment as a spreadsheet has it: without a zone."""
    return datetime.fromisoformat(text)


def test_kinds_of_cells():
    moment = datetime(2026, 6, 1, 16, 30, tzinfo=UTC)
    sheet = written(("2026-000001", "路灯不亮", 3), (date(2026, 6, 2), moment, 2.5))
    assert values(sheet) == [
        ("2026-000001", "路灯不亮", 3),
        (local("2026-06-02 00:00"), local("2026-06-02 00:30"), 2.5),
    ]
    assert sheet["A3"].number_format == "yyyy-mm-dd"
    assert sheet["B3"].number_format == "yyyy-mm-dd hh:mm"
    assert sheet["C2"].data_type == "n"


def test_the_header_stands_still_and_columns_have_widths():
    sheet = written(("1", "x", 1))
    assert [cell.value for cell in sheet[1]] == ["编号", "内容", "值"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:C2"
    assert round(sheet.column_dimensions["B"].width) == 41


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("http://example.org","点我")',
        "+86 138",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        " =1",
        "{=1}",
        "http://example.org",
        "internal:Sheet1!A1",
        "007",
        "1e5",
        "<script>",
    ],
)
def test_text_stays_text(text):
    sheet = written((text, text, 1))
    for cell in (sheet["A2"], sheet["B2"]):
        assert cell.data_type == "s"
        assert cell.hyperlink is None
        assert cell.value == text.replace("\r", "\n")


@pytest.mark.parametrize("text", ["=1+1", "＝1", "@x", "+1", "-1", "\t1"])
def test_what_looks_like_a_formula_carries_the_mark_of_text(text):
    assert written((text, "安全", 1))["A2"].quotePrefix
    assert not written((text, "安全", 1))["B2"].quotePrefix


def test_what_looks_like_an_escape_is_not_one():
    assert written(("_x0041_", "x", 1))["A2"].value in {"_x0041_", "_x005F_x0041_"}


def test_no_formula_no_link_in_the_file():
    content = write([Sheet("a", COLUMNS, [("=1+1", "https://example.org", 1)])])
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        body = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in body
    assert "<hyperlink" not in body


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_stays_empty(number):
    assert values(written(("1", "x", number))) == [("1", "x", None)]


def test_large_whole_numbers_keep_their_digits():
    assert values(written(("1", "x", 419901001001001001))) == [("1", "x", "419901001001001001")]


def test_a_long_text_is_cut():
    cell = written(("长" * (LONGEST_TEXT + 5), "x", 1))["A2"]
    assert (len(cell.value), cell.value[-1]) == (LONGEST_TEXT, "…")


def test_names_of_sheets_are_made_fit():
    names = ["诉求", "诉求", "a/b:c*?[d]", "x" * 40, "X" * 40, "'", ""]
    book = read(write([Sheet(name, COLUMNS, []) for name in names]))
    assert book.sheetnames[:3] == ["诉求", "诉求 2", "a b c   d"]
    assert book.sheetnames[3:] == ["x" * 31, "X" * 29 + " 2", "Sheet", "Sheet 2"]


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
def test_whatever_people_write_comes_back(pairs):
    sheet = written(*pairs, columns=COLUMNS[:2])
    for row, (first, second) in zip(sheet.iter_rows(min_row=2), pairs, strict=True):
        assert [cell.value or "" for cell in row] == [_kept(first), _kept(second)]
        assert {cell.data_type for cell in row} <= {"s", "n"}  # n: an empty cell


def _kept(text):
    return text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")


def test_controls_and_lone_surrogates_break_nothing():
    sheet = written(("a\x00b", "c\ud800d", 1))
    assert sheet["B2"].value == "c\ufffdd"
    assert sheet["A2"].value == "a\ufffdb"


def test_memory_does_not_grow_with_the_rows():
    def peak(count):
        rows = ((f"2026-{n:06}", "楼道灯不亮，已经三天了", n) for n in range(count))
        tracemalloc.start()
        content = write([Sheet("a", COLUMNS, rows)])
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top - 2 * len(content)

    assert peak(8000) < peak(800) + 1_500_000
