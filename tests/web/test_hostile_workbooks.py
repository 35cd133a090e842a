"""Hostile workbooks through the pages that take them: clear words, nobody called, nothing read, nothing kept."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import text

from geodata import books
from geodata.books import Bounds
from geodata.registers import opening
from gridmap.terms import PostKind, Role
from tests.geodata.conftest import read_in_process
from tests.geodata.hostile import workbooks
from tests.geodata.hostile.corpus import SECRET, canaries
from tests.geodata.registers.books import book
from tests.registers.keeping import town
from tests.web import signed
from tests.web.test_register_workbook_pages import HELPER, confirm

PAGE = {"Accept": "text/html"}
PATH = "/registers/part-time-workers/workbook"
FEW = ("an entity that reads a file", "a bomb", "no sheet")


@pytest.fixture
def hostile(tmp_path):
    """Every hostile workbook by name; at the end nobody has called."""
    with canaries(tmp_path) as (canary, called):
        content = book(tmp_path / "a.xlsx", "part-time-workers", HELPER).read_bytes()
        yield workbooks.cases(content, canary)
        assert called == []


@pytest.fixture
def county(session, client):
    made = town(session)
    post = made.world.post(PostKind.COUNTY_DESK, made.world.community, "管")
    signed.account(session, post.person_id, "everything", roles=[Role.ADMINISTRATOR])
    signed.sign_in(client, "everything")
    return made


def send(client, page, address, content, **fields):
    token = signed.token(client.get(page, headers=PAGE))
    data = {"csrf_token": token, "file": (io.BytesIO(content), "花名册.xlsx"), **fields}
    return client.post(address, data=data, headers=PAGE)


def fault_of(answer, name):
    """What is wrong with the answer to a hostile file; None where it is clear."""
    words = re.search(
        r'role="alert"[^>]*>[^<]*[\u4e00-\u9fff]{2}|fault[^>]*>[^<]*[\u4e00-\u9fff]{2}', answer.text
    )
    if answer.status_code != 422 or not words or SECRET in answer.text:
        return name, answer.status_code, answer.text[:300]
    return None


def test_a_register_refuses_each_in_clear_words(client, session, hostile, monkeypatch):
    read_in_process(monkeypatch)  # as `tests.geodata.test_books` does in one of its own
    town(session)
    signed.sign_in(client, "community")
    wrong = [
        fault_of(send(client, PATH, PATH, content, day="2026-06-01"), name)
        for name, content in hostile.items()
    ]
    assert list(filter(None, wrong)) == []
    assert session.scalar(text("SELECT count(*) FROM workbook_import")) == 0


@pytest.mark.parametrize(
    ("page", "address", "fields"),
    [
        ("/names", "/names/import", {}),
        ("/volunteers/desk/import", "/volunteers/desk/import", {"do": "check"}),
    ],
)
def test_the_other_pages_refuse_them_too(client, county, hostile, page, address, fields):
    wrong = [fault_of(send(client, page, address, hostile[name], **fields), name) for name in FEW]
    assert list(filter(None, wrong)) == []


def test_a_sheet_that_takes_too_long_is_told_with_what_to_do(
    client, session, tmp_path, monkeypatch
):
    town(session)
    signed.sign_in(client, "community")
    monkeypatch.setattr(opening, "BOUNDS", Bounds(cpu_s=1))
    content = book(tmp_path / "a.xlsx", "part-time-workers", HELPER).read_bytes()
    answer = send(client, PATH, PATH, workbooks.merged_whole(content), day="2026-06-01")
    assert answer.status_code == 422
    assert "时间或内存超出限制" in answer.text
    assert "合并了整张表" in answer.text


def test_when_others_are_read_for_long_it_says_so(client, session, tmp_path, monkeypatch):
    town(session)
    signed.sign_in(client, "community")
    monkeypatch.setattr(books.confined, "PATIENCE_S", 0.01)
    content = book(tmp_path / "a.xlsx", "part-time-workers", HELPER).read_bytes()
    with books.confined.turn(), books.confined.turn():
        answer = send(client, PATH, PATH, content, day="2026-06-01")
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert "正在读别人发来的文件" in answer.text


def taken_with(client, tmp_path):
    content = book(tmp_path / "a.xlsx", "part-time-workers", HELPER).read_bytes()
    shown = send(client, PATH, PATH, content, day="2026-06-01")
    assert confirm(client, shown).status_code == 303
    page = client.get(PATH, headers=PAGE)
    assert "花名册.xlsx" in page.text
    return re.search(r'action="([^"]+/undo)#taken"', page.text)[1]


def test_a_workbook_is_rolled_back_on_its_page(client, session, tmp_path):
    town(session)
    signed.sign_in(client, "community")
    address = taken_with(client, tmp_path)
    assert session.scalar(text("SELECT count(*) FROM workbook_import WHERE undone_at IS NULL")) == 1
    undone = signed.post_form(client, address, from_page=PATH)
    assert undone.status_code == 303
    page = client.get(undone.location, headers=PAGE).text
    assert "恢复原样" in page
    assert "/undo" not in page
    again = signed.post_form(client, address, from_page=PATH)
    assert (again.status_code, "已经撤销过" in again.text) == (409, True)


def test_what_stands_in_the_way_is_told_on_the_page(client, session, tmp_path):
    town(session)
    signed.sign_in(client, "community")
    address = taken_with(client, tmp_path)
    session.execute(text("UPDATE post SET duty_phone = '0000-1' WHERE kind = 'part_time_worker'"))
    answer = signed.post_form(client, address, from_page=PATH)
    assert answer.status_code == 409
    assert "后来改过的岗位" in answer.text
    assert "更正" in answer.text


def test_a_table_of_names_is_rolled_back_on_its_page(client, county):
    rows = [
        ("什么地方", "编码", "名字", "类型", "状态"),
        ("小区", "XQ1", "老院子", "别名", "已确认"),
    ]
    assert send(client, "/names", "/names/import", workbooks.good(*rows)).status_code == 303
    page = client.get("/names", headers=PAGE).text
    assert "老院子" in page
    address = re.search(r'action="([^"]+/undo)#taken"', page)[1]
    undone = signed.post_form(client, address, from_page="/names")
    assert undone.status_code == 303
    assert "老院子" not in client.get(undone.location, headers=PAGE).text
    again = signed.post_form(client, address, from_page="/names")
    assert (again.status_code, "已经撤销过" in again.text) == (409, True)
