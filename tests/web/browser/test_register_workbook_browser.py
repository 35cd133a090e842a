"""A register's workbook in a browser: downloaded, edited, looked at, taken; on a phone as cards."""

import openpyxl
import pytest

from web.params import today

pytestmark = pytest.mark.browser

PATH = "/registers/police/workbook"
PHONE = {"width": 390, "height": 844}


def edited(path, phone):
    """Write a duty phone into the first row, in the way of somebody with a spreadsheet."""
    made = openpyxl.load_workbook(path)
    sheet = made.worksheets[0]
    headers = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(3, headers["值班电话"], phone)
    made.save(path)


def send(page, live_server, path):
    page.goto(live_server + PATH)
    page.locator("#file").set_input_files(path)
    with page.expect_navigation():
        page.get_by_role("button", name="看看会变什么").click()


def test_downloaded_edited_and_taken(keeper, live_server, tmp_path):
    path = tmp_path / "police.xlsx"
    keeper.goto(live_server + PATH)
    with keeper.expect_download() as download:
        keeper.get_by_role("button", name="导出 Excel").click()
    assert download.value.suggested_filename == f"社区民警-{today()}.xlsx"
    download.value.save_as(path)
    send(keeper, live_server, path)
    assert "没有要保存的变化" in keeper.locator("main [role=status]").inner_text()
    edited(path, "0000-5512345")
    send(keeper, live_server, path)
    assert keeper.locator("[data-fate=changed] dd").inner_text() == "1"
    line = keeper.locator(".workbook-lines tbody tr")
    assert line.count() == 1
    assert "0000-5512345" in line.inner_text()
    with keeper.expect_navigation():
        keeper.get_by_role("button", name="确认导入").click()
    assert "变更 1 条" in keeper.locator("main [role=status]").inner_text()
    keeper.goto(f"{live_server}/registers/police?q=")
    assert "0000-5512345" in keeper.locator("tbody").inner_text()
    assert keeper.faults == []


def test_a_phone_shows_what_changes_without_scrolling_sideways(keeper, live_server, tmp_path):
    path = tmp_path / "police.xlsx"
    answer = keeper.request.get(f"{live_server}{PATH}/export.xlsx")
    path.write_bytes(answer.body())
    edited(path, "0000-5554321")
    keeper.set_viewport_size(PHONE)
    send(keeper, live_server, path)
    assert keeper.get_by_role("button", name="确认导入").is_visible()
    assert keeper.evaluate("document.documentElement.scrollWidth <= innerWidth")
    boxes = keeper.locator(".workbook-lines tbody tr > *").evaluate_all(
        "cells => cells.map(cell => cell.getBoundingClientRect().right)"
    )
    assert max(boxes) <= PHONE["width"]
