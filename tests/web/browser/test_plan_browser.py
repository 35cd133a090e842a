"""The planner's table in a browser: painting by mouse and finger, refusals, lost networks, others who save."""

import json
import math

import pytest

from tests.web.browser.planning import (
    api,
    assignment,
    begin,
    brush,
    choose,
    middle_of,
    open_plan,
    rows_of,
    saved,
    sign_in,
    split,
    state,
    watching,
)
from tests.web.browser.reporting import HOSTILE
from tests.web.browser.waiting import until

pytestmark = pytest.mark.browser

TABLET = {"width": 1024, "height": 768}
PHONES = [{"width": 390, "height": 844}, {"width": 360, "height": 640}]
SMALLEST = 44


def test_a_plan_begins_with_todays_grid_and_is_split_in_even_parts(planner):
    page = planner
    shown = state(page)
    households = [grid["households"] for grid in shown["grids"]]
    assert len(households) == 4
    assert max(households) < 1.2 * sum(households) / 4
    assert [f"{n:,} 户" for n in households] == page.locator(".plan-row-number b").all_inner_texts()
    assert page.locator("#seam").inner_text() == "无缝隙 · 无重叠"
    assert page.faults == []


def test_a_stroke_shows_at_once_and_is_undone_and_redone(planner):
    page = planner
    before, held = assignment(page), []
    choose(page, 1)

    def hold(route):
        """The server has not answered yet."""
        held.append(route)

    page.route("**/edits", hold)
    brush(page, middle_of(page, 1), middle_of(page, 2))
    painted = assignment(page)
    assert painted != before
    households = page.evaluate(
        "window.plan_page.model.figure(window.plan_page.painting.paint, 'households').now"
    )
    figure = page.locator(".plan-row.chosen .plan-row-number b")
    assert figure.inner_text() == f"{households:,} 户"
    assert page.locator("#saved").inner_text() == "正在保存"
    assert state(page)["assignment"] == before
    held[0].continue_()
    page.unroute("**/edits")
    saved(page)
    assert assignment(page) == painted == state(page)["assignment"]
    page.keyboard.press("Control+z")
    until(page, "!document.getElementById('redo').disabled")
    assert assignment(page) == before == state(page)["assignment"]
    page.keyboard.press("Control+y")
    until(page, "document.getElementById('redo').disabled")
    assert assignment(page) == painted
    assert figure.inner_text() == f"{households:,} 户"
    assert page.faults == []


def test_a_click_takes_the_whole_compound_and_with_alt_one_piece(planner):
    page = planner
    choose(page, 1)
    page.keyboard.press("c")
    spot = middle_of(page, 2)
    page.mouse.click(*spot)
    saved(page)
    whole = changed_since(page, 2)
    page.keyboard.press("Control+z")
    until(page, "!document.getElementById('redo').disabled")
    page.keyboard.down("Alt")
    page.mouse.click(*spot)
    page.keyboard.up("Alt")
    saved(page)
    assert changed_since(page, 2) == 1 < whole


def changed_since(page, version):
    """How many pieces lie in another grid than at a version."""
    then = api(page, "GET", f"?version={version}")["assignment"]
    return sum(a != b for a, b in zip(then, state(page)["assignment"], strict=True))


def test_a_loop_takes_what_lies_in_it(planner):
    page = planner
    choose(page, 0)
    page.keyboard.press("l")
    page.click("[data-wholes='0']")
    x, y = middle_of(page, 2)
    page.mouse.move(x + 60, y)
    page.mouse.down()
    for turn in range(1, 17):
        angle = turn * math.pi / 8
        page.mouse.move(x + 60 * math.cos(angle), y + 60 * math.sin(angle))
    page.mouse.up()
    saved(page)
    moved = changed_since(page, 2)
    assert 0 < moved < 60
    assert page.faults == []


def test_a_finger_paints_and_two_fingers_move_the_map(plan_server, browser):
    context = browser.new_context(viewport=TABLET, has_touch=True)
    page = watching(context.new_page())
    sign_in(page, plan_server, "lan")
    page.plan = begin(page, plan_server, "书香苑社区")
    split(page, 3)
    before = assignment(page)
    touch = Fingers(context.new_cdp_session(page))
    page.tap("#tools [data-tool=brush]")
    page.tap(".plan-row-main >> nth=0")
    (x, y), (to_x, to_y) = middle_of(page, 0), middle_of(page, 1)
    zoom = page.evaluate("map_county.getZoom()")
    touch.move([[(x - n * 4, y), (x + 40 + n * 4, y)] for n in range(10)])
    page.wait_for_timeout(600)
    assert page.evaluate("map_county.getZoom()") > zoom
    assert assignment(page) == before
    page.evaluate(f"map_county.setZoom({zoom}, {{ animate: false }})")
    page.click("#whole")
    (x, y), (to_x, to_y) = middle_of(page, 0), middle_of(page, 1)
    touch.move([[(x + (to_x - x) * n / 12, y + (to_y - y) * n / 12)] for n in range(13)])
    saved(page)
    assert assignment(page) != before
    assert assignment(page) == state(page)["assignment"]
    context.close()


class Fingers:
    """Touches as a screen sends them."""

    def __init__(self, session):
        self.session = session

    def send(self, kind, spots):
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(spots)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def move(self, path):
        for count in range(1, len(path[0]) + 1):
            self.send("touchStart", path[0][:count])
        for spots in path[1:]:
            self.send("touchMove", spots)
        self.send("touchEnd", [])


def test_a_corner_is_dragged_and_the_border_follows(planner):
    page = planner
    page.keyboard.press("d")
    until(page, "window.plan_page.corners.inView?.length > 0")
    start = page.evaluate(
        """(() => {
          const { corners, map } = window.plan_page;
          const most = Math.max(...corners.inView.map(({ rows }) => rows.length));
          const held = corners.inView.find(({ rows }) => rows.length === most);
          const at = map.latLngToContainerPoint([held.lat, held.lng]);
          const box = map.getContainer().getBoundingClientRect();
          return [at.x + box.x, at.y + box.y];
        })()"""
    )
    before = assignment(page)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] - 90, start[1] - 70, steps=6)
    page.wait_for_timeout(80)
    assert page.evaluate("window.plan_page.sketch.ghost.length") >= 2
    page.mouse.up()
    saved(page)
    assert assignment(page) != before
    assert assignment(page) == state(page)["assignment"]
    assert page.faults == []


def test_a_new_grid_and_a_merger(planner):
    page = planner
    page.click("#new-grid")
    page.click("[data-wholes='0']")
    page.mouse.click(*middle_of(page, 3))
    saved(page)
    until(page, "document.querySelectorAll('.plan-row').length === 5")
    saved(page)  # rows are shown before they are saved
    assert len(state(page)["grids"]) == 5
    rows = rows_of(page)
    for row in (rows[3], rows[4]):
        page.locator(f".plan-row[data-row='{row}'] input").check()
    page.click("#merge")
    page.locator("#dialog button[type=submit]").click()
    saved(page)
    until(page, "document.querySelectorAll('.plan-row').length === 4")
    saved(page)
    assert len(state(page)["grids"]) == 4
    assert page.locator("#merging").is_hidden()
    assert page.faults == []


def test_what_is_locked_stays(planner):
    page = planner
    choose(page, 0)
    page.get_by_role("button", name="锁定").click()
    saved(page)
    before = assignment(page)
    choose(page, 1)
    brush(page, middle_of(page, 0))
    until(page, "document.getElementById('toasts').textContent.includes('锁定')")
    assert assignment(page) == before
    assert page.locator(".plan-row").nth(0).get_by_text("已锁").is_visible()


def test_a_refused_step_is_taken_back_and_said(planner):
    page = planner
    before = assignment(page)
    refusal = {"code": "locked", "message": "这里刚被锁定。", "field": None, "hint": ""}
    page.route(
        "**/edits",
        lambda route: route.fulfill(
            status=422, body=json.dumps(refusal), content_type="application/problem+json"
        ),
    )
    choose(page, 1)
    brush(page, middle_of(page, 1), middle_of(page, 2))
    until(page, "document.getElementById('toasts').textContent.includes('这里刚被锁定。')")
    assert assignment(page) == before
    assert page.locator("#saved").inner_text() == "已保存"


def test_without_a_network_steps_wait_and_arrive_in_order(planner):
    page = planner
    page.context.set_offline(True)
    choose(page, 1)
    brush(page, middle_of(page, 2))
    brush(page, middle_of(page, 3))
    until(page, "document.getElementById('saved').dataset.state === 'waiting'")
    painted = assignment(page)
    version = page.evaluate("window.plan_page.model.state.version")
    page.context.set_offline(False)
    saved(page)
    shown = state(page)
    assert shown["assignment"] == painted == assignment(page)
    assert shown["version"] == version + 2


def test_who_comes_too_late_is_told_by_whom_and_sees_the_newest(planner):
    page = planner
    shown = state(page)
    row = shown["grids"][0]["row"]
    other = api(
        page,
        "POST",
        "/edits",
        base=shown["version"],
        edit={"kind": "rename", "grid": row, "text": "新名字"},
    )
    choose(page, 1)
    brush(page, middle_of(page, 2))
    until(page, "document.getElementById('dialog').open")
    words = page.locator("#dialog").inner_text()
    assert "规划lan" in words
    assert "新名字" in words
    assert "0 个地块不同" in words
    page.locator("#dialog button").click()
    assert page.evaluate("window.plan_page.model.state.version") == other["version"]
    assert page.locator(f".plan-row[data-row='{row}'] b").first.inner_text() == "新名字"
    assert assignment(page) == shown["assignment"]


def test_everything_by_keyboard(planner):
    page = planner
    page.locator(".plan-row-main").nth(1).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("c")
    assert page.locator("#tools [data-tool=pick]").get_attribute("aria-pressed") == "true"
    before = assignment(page)
    page.evaluate(
        "(() => { const c = window.plan_page; const m = c.model.shown.middle(Number("
        "document.querySelectorAll('.plan-row')[2].dataset.row));"
        "c.map.setView(c.model.mesh.place(c.map, m.x, m.y), c.map.getZoom(), { animate: false }) })()"
    )
    page.locator("#map_county").focus()
    page.keyboard.press("Enter")
    saved(page)
    assert assignment(page) != before
    page.locator("#tab-grids").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#pane-faults").is_visible()
    assert page.evaluate("document.activeElement.id") == "tab-faults"
    page.click("[data-compare=swipe]")
    page.locator("#divider").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#divider").get_attribute("aria-valuenow") == "55"
    page.keyboard.press("Escape")
    assert page.faults == []


def test_beside_today_both_maps_move_together(planner):
    page = planner
    view = (
        "(() => { const box = map_county.getBounds();"
        " return [box.getWest(), box.getEast(), map_county.getZoom()] })()"
    )
    west, east, zoom = page.evaluate(view)
    page.click("[data-compare=beside]")
    until(page, "!document.getElementById('side-before').hidden")
    narrow = page.evaluate(view)
    assert narrow[0] <= west < east <= narrow[1]
    page.evaluate("map_county.panBy([80, 40], { animate: false })")
    centres = page.evaluate(
        "[window.plan_page.compare.beside.map, map_county].map((map) => map.getCenter())"
    )
    assert centres[0]["lat"] == pytest.approx(centres[1]["lat"], abs=1e-9)
    page.click("[data-compare=changes]")
    marked = page.evaluate("window.plan_page.county.plan.look.marked.size")
    shown = state(page)
    differing = zip(shown["assignment"], shown["today"], strict=True)
    assert marked == sum(now != then for now, then in differing)
    page.click("[data-compare=beside]")
    assert page.locator("#side-before").is_hidden()
    assert page.evaluate(view)[2] == zoom
    assert page.faults == []


def test_names_are_text_wherever_they_stand(planner):
    page = planner
    title = page.title()
    shown = state(page)
    edit = {"kind": "rename", "grid": shown["grids"][0]["row"], "text": HOSTILE[:40]}
    api(page, "POST", "/edits", base=shown["version"], edit=edit)
    page.reload()
    open_plan(page)
    choose(page, 0)
    for tab in ("faults", "review", "propose", "grids"):
        page.click(f"#tab-{tab}")
    page.get_by_role("button", name="拆分").click()
    page.locator("#dialog button[type=button]").click()
    assert HOSTILE[:40] in page.locator("#detail").inner_text()
    assert page.title() == title
    assert page.locator("img[src='x']").count() == 0
    assert page.faults == []


@pytest.mark.parametrize("size", [TABLET, *PHONES], ids=["tablet", "390", "360"])
def test_small_screens_nothing_sideways_and_all_large_enough_to_touch(planner, size):
    page = planner
    page.set_viewport_size(size)
    page.reload()
    open_plan(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    small = """[...document.querySelectorAll('main button, main input, main select, main .plan-check')]
      .filter((one) => one.offsetParent && !one.closest('.grip, .plan-check input, .plan-radio'))
      .map((one) => [one.id || one.className || one.name, one.closest('label') ?? one])
      .map(([name, one]) => [name, one.getBoundingClientRect()])
      .filter(([, box]) => box.height < 44 || box.width < 44)
      .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
    if size["width"] < 800:
        page.click(".grip")
    for tab in ("grids", "faults", "propose", "review"):
        page.click(f"#tab-{tab}")
        assert page.evaluate(small) == [], tab
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.faults == []
