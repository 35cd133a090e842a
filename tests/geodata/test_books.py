"""Workbooks in, read in a process of its own: what is in the cells, and what becomes of hostile ones."""

from __future__ import annotations

import datetime as dt
import json
import time
from concurrent.futures import ThreadPoolExecutor

import openpyxl
import pytest

from geodata import books, confined
from geodata.books import Bounds
from gridmap.errors import GridmapError, UnreadableFile
from tests.geodata.hostile import workbooks
from tests.geodata.hostile.corpus import SECRET, canaries

ROW = ("示例", 7, 1.5, True, dt.datetime(2026, 3, 1, 8, 30), dt.time(8, 30), "=1+1", "#N/A")  # noqa: DTZ001


def written(path, *rows, change=lambda _sheet: None):
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    change(book.worksheets[0])
    book.save(path)
    return path


def test_cells_are_what_they_were(tmp_path):
    def change(sheet):
        sheet.title = "台账"
        sheet["A5"], sheet["J5"] = 7, "   "
        sheet["A5"].number_format = "000"
        sheet["B5"] = dt.timedelta(hours=30)
        sheet.merge_cells("A5:A7")

    (sheet,) = books.sheets(written(tmp_path / "a.xlsx", ROW, (), ROW, change=change))
    assert sheet.title == "台账"
    assert [row.number for row in sheet.rows] == [1, 3, 5]
    assert [cell.value for cell in sheet.rows[0]] == list(ROW)
    kinds = [cell.data_type for cell in sheet.rows[0]]
    assert kinds == ["s", "n", "n", "b", "d", "d", "f", "e"]
    last = sheet.row(5)
    assert (last.at(0).value, last.at(0).number_format) == (7, "000")
    assert (last.at(1).value, last.at(9).value) == (dt.timedelta(hours=30), None)
    assert list(sheet.merged) == [(1, 5, 1, 7)]
    assert list(sheet.row(2)) == []


def test_what_formulas_gave_is_read_on_demand(tmp_path):
    path = written(tmp_path / "a.xlsx", ("=1+1", 3))
    (sheet,) = books.sheets(path, values=True)  # a workbook that no spreadsheet has computed
    assert [cell.value for cell in sheet.rows[0]] == [3]


def refusal_of(path, bounds=None):
    started = time.monotonic()
    try:
        books.sheets(path, bounds)
    except GridmapError as refusal:
        said = {"zh": refusal.message("zh"), "en": refusal.message("en")}
        return said, time.monotonic() - started
    return None, time.monotonic() - started


def test_hostile_workbooks_are_refused_in_clear_words_and_nobody_is_called(tmp_path):
    with canaries(tmp_path) as (canary, called):
        content = workbooks.good(("编码", "名称"), ("1", "示例"))
        hostile = workbooks.cases(content, canary)
        harmless = workbooks.harmless(content, canary)

        def tried(numbered):
            number, (name, sent) = numbered
            path = tmp_path / f"{number}.xlsx"
            path.write_bytes(sent)
            return name, refusal_of(path)[0]

        with ThreadPoolExecutor(2) as pool:
            said = dict(pool.map(tried, enumerate({**hostile, **harmless}.items())))
    assert called == []
    assert [name for name in hostile if said[name] is None] == []
    assert {name: said[name] for name in harmless} == dict.fromkeys(harmless)
    for words in filter(None, said.values()):
        told = f"{words['zh']} {words['en']}"
        assert words["zh"].startswith("文件")
        assert SECRET not in told
        assert "Traceback" not in told


def test_a_sheet_that_takes_too_long_is_given_up(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbooks.merged_whole(workbooks.good(("编码",), ("1",))))
    said, took = refusal_of(path, Bounds(cpu_s=1))
    assert "时间或内存超出限制" in said["zh"]
    assert "unmerge" in said["en"]
    assert took < 10


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (Bounds(tags=10), "单元格太多"),
        (Bounds(unpacked=1000), "解压后太大"),
        (Bounds(memory=20 * 1024**2), "时间或内存"),
        (Bounds(patience_s=0), "时间或内存"),
    ],
)
def test_each_limit_is_told(tmp_path, bounds, words):
    said, _ = refusal_of(written(tmp_path / "a.xlsx", ROW), bounds)
    assert words in said["zh"]


def test_the_reading_process_knows_nothing_of_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    seen = {}

    def ask(_program, scratch, request, environment, _patience):
        seen.update(environment, request=json.dumps(request))
        raise confined.GaveUp

    monkeypatch.setattr(confined, "ask", ask)
    with pytest.raises(UnreadableFile):
        books.sheets(written(tmp_path / "a.xlsx", ROW))
    assert not any("secret" in value for value in seen.values())


def test_an_answer_that_was_cut_off_is_none(tmp_path, monkeypatch):
    def run(words, **_options):
        (tmp_path / "answer.json").write_text('{"texts": [', "ascii")

    monkeypatch.setattr(confined.subprocess, "run", run)
    with pytest.raises(confined.GaveUp):
        confined.ask(books.READING, tmp_path, {}, {}, 1)


def test_files_wait_for_their_turn(monkeypatch):
    monkeypatch.setattr(confined, "PATIENCE_S", 0.01)
    with confined.turn(), confined.turn(), pytest.raises(confined.ReadersBusy, match="别人"):
        confined.turn().__enter__()
    with confined.turn():
        pass
