"""What coverage hands out, opened in a browser: the file from disk without a network, the sheet on paper."""

import re

import pytest

from tests.web.browser.waiting import until

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
MM_A_POINT = 25.4 / 72


@pytest.fixture
def opened(browser, page, live_server, tmp_path):
    """Opens the standalone file from disk, with the network off; gives the page and all that it asked for."""
    contexts = []

    def open_file(size=DESKTOP, language="zh"):
        answer = page.request.get(
            f"{live_server}/api/v1/coverage/map.html", headers={"Accept-Language": language}
        )
        assert answer.ok
        path = tmp_path / "map.html"
        path.write_bytes(answer.body())
        context = browser.new_context(viewport=size, offline=True)
        contexts.append(context)
        shown = context.new_page()
        shown.faults, address = [], path.as_uri()
        shown.on("console", lambda message: shown.faults.append(message.text))
        shown.on("pageerror", lambda error: shown.faults.append(str(error)))
        shown.on("request", lambda r: shown.faults.append(r.url) if r.url != address else None)
        shown.goto(address)
        until(shown, "document.body.dataset.ready === 'handout'")
        return shown

    yield open_file
    for context in contexts:
        context.close()


def missing(page) -> int:
    cells = page.locator("#rows td:last-child").all_inner_texts()
    return sum(int(cell) for cell in cells)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_file_works_from_disk_without_a_network(opened, size):
    page = opened(size)
    last = page.locator("#label").inner_text()
    assert page.locator("#rows tr").count() == 22
    assert f"共缺{missing(page)}项" in page.locator("#as-of").inner_text()
    page.locator("#when").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#label").inner_text() != last
    assert page.locator("#label").inner_text().endswith("季度末")
    assert f"共缺{missing(page)}项" in page.locator("#as-of").inner_text()
    page.keyboard.press("Home")
    first = page.locator("#label").inner_text()
    page.locator("#play").click()
    until(page, f"document.getElementById('label').textContent !== '{first}'")
    page.locator("#play").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.faults == []


def test_a_community_says_what_is_missing_and_a_check_colours_the_map(opened):
    page = opened()
    page.locator("#check").select_option(index=1)
    assert page.locator("#legend li").count() >= 2
    assert page.locator("thead th.chosen").count() == 1
    row = page.locator("#rows tr", has=page.locator("td.missing")).first
    name = row.locator("button").inner_text()
    row.locator("button").click()
    detail = page.locator("#detail")
    assert detail.locator("h2").inner_text() == name
    assert detail.locator("h3.missing").count() >= 1
    assert "整改办法" in detail.inner_text()
    page.keyboard.press("Escape")
    assert detail.is_hidden()
    box = page.locator(".area").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2.4)
    assert detail.is_visible()
    assert page.faults == []


def test_the_file_in_english(opened):
    page = opened(language="en")
    assert "communities" in page.locator("#as-of").inner_text()
    assert page.locator("#play").inner_text() == "Play"
    assert page.faults == []


@pytest.mark.parametrize(("paper", "size"), [("a4", (297, 210)), ("a3", (420, 297))])
def test_the_sheet_fits_one_page(watched, live_server, paper, size):
    watched.set_viewport_size(DESKTOP)
    watched.goto(f"{live_server}/coverage/print?paper={paper}")
    content = watched.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b(?!s)", content)) == 1
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert [float(side) * MM_A_POINT for side in box.groups()] == pytest.approx(size, abs=0.5)
    watched.emulate_media(media="print")
    sheet = watched.locator(".sheet")
    assert sheet.evaluate("one => one.scrollHeight <= one.clientHeight + 1")
    assert watched.locator(".bar").is_hidden()
    assert watched.faults == []
