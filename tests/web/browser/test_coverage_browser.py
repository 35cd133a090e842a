"""The coverage page in a browser: measure, day, table, a community's gaps, keyboard, phone, hostile names."""

import json
import re
from datetime import date, timedelta

import pytest

from tests.web.browser.waiting import until

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 360, "height": 640}
HOSTILE = "<img src=x onerror=document.title=1>`};document.title=1;//"


def open_coverage(page, live_server: str, query: str = "", size=DESKTOP) -> None:
    page.set_viewport_size(size)
    page.goto(f"{live_server}/coverage?{query}")
    until(page, "document.body.dataset.ready === 'coverage'")


def audit(page, live_server: str, day: str = "") -> dict:
    return page.request.get(
        f"{live_server}/api/v1/coverage", params={"day": day} if day else {}
    ).json()


def rows(page):
    return page.locator("#rows tr[data-code]")


def test_table_and_numbers_are_those_of_the_api(watched, live_server):
    open_coverage(watched, live_server)
    answer = audit(watched, live_server)
    totals = answer["totals"]
    assert rows(watched).count() == totals["communities"] == 22
    assert watched.locator("#count-complete").inner_text() == str(totals["complete"])
    assert watched.locator("#count-lacking").inner_text() == str(22 - totals["complete"])
    missing = sum(community["missing"] for community in answer["communities"])
    required = {check["key"] for check in answer["checks"] if check["level"] == "required"}
    shown = watched.locator("#list thead th:not([hidden]) [data-check]")
    assert set(shown.evaluate_all("all => all.map((one) => one.dataset.check)")) == required
    assert watched.locator("#rows button.cell").count() == missing == totals["missing"]
    order = rows(watched).evaluate_all("all => all.map(row => row.dataset.code)")
    gaps = {community["code"]: community["missing"] for community in answer["communities"]}
    assert [gaps[code] for code in order] == sorted(gaps.values(), reverse=True)
    assert watched.faults == []


def test_a_cell_says_why_since_when_and_how_to_mend_it(watched, live_server):
    open_coverage(watched, live_server)
    cell = watched.locator("#rows button.cell").first
    code = cell.evaluate("cell => cell.closest('tr').dataset.code")
    cell.click()
    community = next(c for c in audit(watched, live_server)["communities"] if c["code"] == code)
    lit = watched.locator("#detail .gap.lit")
    finding = next(
        one for one in community["findings"] if one["check"] == lit.get_attribute("data-check")
    )
    assert finding["reason"] in lit.inner_text()
    assert finding["mend"] in lit.inner_text()
    assert watched.locator("#detail .gap:not(.advised)").count() == community["missing"]
    assert watched.locator("#detail .gap.advised").count() == community["warnings"]
    assert f"community={code}" in watched.url
    watched.go_back()
    until(watched, "document.getElementById('detail').hidden")
    assert watched.faults == []


def test_one_check_is_shown_on_map_legend_and_table(watched, live_server):
    open_coverage(watched, live_server)
    watched.locator('#measures [data-check="first_secretary"]').click()
    assert "check=first_secretary" in watched.url
    held = [c["held"]["first_secretary"] for c in audit(watched, live_server)["communities"]]
    counts = watched.locator("#legend b").all_inner_texts()
    assert [int(count) for count in counts] == [held.count(True), held.count(False)]
    lacking = rows(watched).locator("td.lit.lacks")
    assert lacking.count() == held.count(False)
    first = rows(watched).evaluate_all("all => all.map(row => !!row.querySelector('td.lit.lacks'))")
    assert first == sorted(first, reverse=True)
    open_coverage(watched, live_server, watched.url.split("?")[1])
    pressed = watched.locator('#measures [aria-pressed="true"]')
    assert pressed.get_attribute("data-check") == "first_secretary"
    assert watched.faults == []


def test_the_slider_by_keyboard_shows_another_day_and_asks_once_for_each(watched, live_server):
    asked: list[str] = []
    watched.on(
        "request",
        lambda r: asked.append(r.url) if re.search(r"/api/v1/coverage(\?|$)", r.url) else None,
    )
    open_coverage(watched, live_server)
    now = watched.locator("#count-visits").inner_text()
    today = date.fromisoformat(audit(watched, live_server)["day"])
    day = (today - timedelta(days=15)).isoformat()
    watched.locator("#day-slider").focus()
    for key in ("PageDown", "PageDown", "ArrowRight", "ArrowLeft", "ArrowLeft"):
        watched.keyboard.press(key)
    until(watched, f"location.search.includes('day={day}')")
    until(watched, f"coverage_page.audit.day === '{day}'")
    visits = audit(watched, live_server, day)["totals"]["visits_this_quarter"]
    until(
        watched,
        "document.getElementById('count-visits').parentElement.querySelector('small')"
        f".textContent.startsWith('{visits['made']} ')",
    )
    watched.locator("#ticks li.now button").click()
    until(watched, "!location.search.includes('day=')")
    until(watched, f"document.getElementById('count-visits').textContent === '{now}'")
    assert len(asked) == len(set(asked)) >= 2  # a day may be passed slowly; none is asked twice
    assert watched.faults == []


def test_while_it_plays_the_numbers_are_those_of_the_days(watched, live_server):
    open_coverage(watched, live_server)
    until(watched, "coverage_page.series.known.has('')")
    watched.locator("#play").click()
    until(watched, "document.body.classList.contains('coverage-playing')")
    watched.wait_for_timeout(1500)
    watched.locator("#play").click()
    until(watched, "location.search.includes('day=')")
    day = re.search(r"day=(\d{4}-\d\d-\d\d)", watched.url)[1]
    totals = audit(watched, live_server, day)["totals"]
    until(watched, f"coverage_page.audit.day === '{day}'")
    step = watched.evaluate(f"coverage_page.series.on(null, '{day}')")
    assert (step["complete"], step["missing"]) == (totals["complete"], totals["missing"])
    assert watched.locator("#count-complete").inner_text() == str(totals["complete"])
    assert watched.locator("#moments i").count() > 10
    assert watched.faults == []


def test_what_is_advised_is_a_level_of_its_own(watched, live_server):
    open_coverage(watched, live_server)
    watched.locator('#levels [data-level="advised"]').click()
    answer = audit(watched, live_server)
    advised = {one["key"] for one in answer["checks"] if one["level"] == "advised" and one["on"]}
    shown = watched.locator("#measures [data-check]:not([hidden])")
    assert set(shown.evaluate_all("all => all.map((one) => one.dataset.check)")) == {"", *advised}
    warnings = sum(community["warnings"] for community in answer["communities"])
    assert watched.locator("#rows button.cell").count() == warnings > 0
    assert "level=advised" in watched.url
    watched.locator('#levels [data-level="required"]').click()
    assert "level" not in watched.url
    assert watched.faults == []


def test_two_days_are_compared_and_what_comes_in_sixty_days(watched, live_server):
    open_coverage(watched, live_server)
    watched.locator("#compare").click()
    until(watched, "!document.getElementById('detail').hidden")
    query = dict(re.findall(r"(\w+)=([\d-]+)", watched.url))
    today = audit(watched, live_server)["day"]
    answer = watched.request.get(
        f"{live_server}/api/v1/coverage/compare", params={"day": today, "with": query["with"]}
    ).json()
    required = {c["key"] for c in audit(watched, live_server)["checks"] if c["level"] == "required"}
    went = [one for one in answer["went"]["findings"] if one["check"] in required]
    assert watched.locator("#detail .changes.went ul ul > li").count() == len(went)
    watched.locator("#forecast").click()
    ahead = (date.fromisoformat(today) + timedelta(days=60)).isoformat()
    until(watched, f"location.search.includes('day={ahead}')")
    until(watched, f"coverage_page.audit.day === '{ahead}'")
    assert watched.locator("#detail .changes.appeared").count() == 1
    watched.keyboard.press("Escape")
    until(watched, "!document.getElementById('list').hidden")
    assert "with=" not in watched.url
    assert watched.faults == []


def test_a_community_shows_its_grids_and_the_buildings_that_lack_something(watched, live_server):
    open_coverage(watched, live_server)
    answer = audit(watched, live_server)
    code = next(c["code"] for c in answer["communities"] if not c["held"]["building_group"])
    watched.locator(f'#rows tr[data-code="{code}"] button.community').click()
    until(watched, "coverage_page.county.inside?.buildings")
    until(watched, "coverage_page.county.spots.getLayers().length > 0")
    spot = watched.locator('#detail .gap[data-check="building_group"] .spot').first
    spot.click()
    until(watched, "coverage_page.county.lit?.kind === 'building'")
    assert watched.evaluate("map_county.getZoom()") >= 16
    watched.keyboard.press("Escape")
    until(watched, "!document.getElementById('list').hidden")
    assert watched.faults == []


def test_a_click_on_the_map_opens_the_community(watched, live_server):
    open_coverage(watched, live_server)
    features = watched.request.get(f"{live_server}/api/v1/features/communities").json()["features"]
    name = features[0]["properties"]["name"]
    found = watched.request.get(f"{live_server}/api/v1/search?q={name}").json()["items"]
    spot = next(item for item in found if item["title"] == name)
    x, y = watched.evaluate(
        f"""(() => {{
          const at = map_county.latLngToContainerPoint([{spot["lat"]}, {spot["lon"]}]);
          const box = map_county.getContainer().getBoundingClientRect();
          return [at.x + box.x, at.y + box.y];
        }})()"""
    )
    watched.mouse.click(x, y)
    until(watched, "!document.getElementById('detail').hidden")
    assert watched.locator("#detail h2").inner_text().startswith(name)
    watched.keyboard.press("Escape")
    assert watched.locator("#list").is_visible()
    assert watched.faults == []


def test_keyboard_reaches_a_community_and_comes_back_to_it(watched, live_server):
    open_coverage(watched, live_server)
    button = watched.locator("#rows button.community").nth(2)
    name = button.locator("b").inner_text()
    button.focus()
    watched.keyboard.press("Enter")
    assert watched.evaluate("document.activeElement.tagName") == "H2"
    assert watched.locator("#detail h2").inner_text().startswith(name)
    watched.keyboard.press("Escape")
    assert name in watched.evaluate("document.activeElement.textContent")


@pytest.mark.parametrize("size", [PHONE, SMALL], ids=["390", "360"])
def test_phone_map_first_list_below_nothing_sideways(watched, live_server, size):
    open_coverage(watched, live_server, size=size)
    assert watched.evaluate("document.documentElement.scrollWidth") <= size["width"]
    above = watched.locator("#map-area").bounding_box()["y"]
    assert above < rows(watched).first.bounding_box()["y"]
    watched.locator("#rows button.cell").first.click()
    until(watched, "!document.getElementById('detail').hidden")
    until(watched, "coverage_page.county.inside")  # all of it has come, nothing is drawn again
    gap = watched.locator("#detail .gap.lit").bounding_box()
    assert 0 <= gap["y"] < size["height"]
    assert watched.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert watched.faults == []


def test_hostile_names_stay_text(watched, live_server):
    def poison(route):
        answer = route.fetch().json()
        for community in answer["communities"]:
            community["name"] = community["township"] = HOSTILE
            for finding in community["findings"]:
                finding["subject_name"] = finding["reason"] = finding["mend"] = HOSTILE
        route.fulfill(body=json.dumps(answer), content_type="application/json")

    watched.route("**/api/v1/coverage*", poison)
    open_coverage(watched, live_server)
    title = watched.title()
    watched.locator("#rows button.cell").first.click()
    assert HOSTILE in watched.locator("#detail").inner_text()
    watched.mouse.move(400, 450)
    watched.wait_for_timeout(300)
    assert watched.title() == title
    assert watched.locator("img[src='x']").count() == 0
    assert watched.faults == []


def test_a_failing_server_is_told_and_the_next_try_works(watched, live_server):
    open_coverage(watched, live_server)
    refusal = {"code": "unavailable", "message": "数据库暂时连不上。", "field": None, "hint": ""}
    watched.route(
        "**/api/v1/coverage?*",
        lambda route: route.fulfill(
            status=503, body=json.dumps(refusal), content_type="application/problem+json"
        ),
    )
    watched.locator("#day-slider").focus()
    watched.keyboard.press("PageDown")
    until(watched, "!!document.querySelector('.toast')")
    assert "数据库暂时连不上" in watched.locator(".toast").first.inner_text()
    assert rows(watched).count() == 22
    watched.unroute("**/api/v1/coverage?*")
    watched.keyboard.press("PageDown")
    until(watched, "coverage_page.audit.day === coverage_page.state.day")
    assert rows(watched).count() == 22
