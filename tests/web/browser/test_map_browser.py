"""The map page in a browser: tap, search, day, link and keyboard; nothing from outside, no violation."""

import json
import re

import pytest

from tests.web.browser.waiting import until

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 360, "height": 640}
HOSTILE = "<img src=x onerror=document.title=1>`};document.title=1;//"


def open_map(page, live_server: str, query: str = "", size=DESKTOP) -> None:
    page.set_viewport_size(size)
    page.goto(f"{live_server}/?{query}")
    until(page, "document.body.dataset.ready === 'map'")


def some_building(page, live_server: str) -> dict:
    items = page.request.get(f"{live_server}/api/v1/search?q=号楼&limit=20").json()["items"]
    return next(item for item in items if item["kind"] == "building")


def show_at(page, lon: float, lat: float, zoom: int = 18) -> None:
    page.evaluate(f"void map_county.setView([{lat}, {lon}], {zoom}, {{animate: false}})")
    page.wait_for_timeout(300)


def tap(page, lon: float, lat: float) -> None:
    x, y = page.evaluate(
        f"""(() => {{
          const at = map_county.latLngToContainerPoint([{lat}, {lon}]);
          const box = map_county.getContainer().getBoundingClientRect();
          return [at.x + box.x, at.y + box.y];
        }})()"""
    )
    page.mouse.click(x, y)


def title_of_card(page) -> str:
    until(page, "!!document.querySelector('#card .card-foot')")
    return page.locator("#card h2").inner_text()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_tap_on_a_building_says_who_answers(watched, live_server, size):
    building = some_building(watched, live_server)
    open_map(watched, live_server, size=size)
    show_at(watched, building["lon"], building["lat"])
    tap(watched, building["lon"], building["lat"])
    assert title_of_card(watched)
    assert watched.locator("#card .badge").first.inner_text() == "已定位"
    assert watched.locator("#card .timeline li").count() >= 2
    href = watched.locator("#card a.button-red").get_attribute("href")
    assert re.fullmatch(r"/report\?lon=[\d.]+&lat=[\d.]+", href)
    assert f"building={building['code']}" in watched.url
    assert watched.faults == []


def test_the_link_of_a_card_opens_the_same_card_and_back_closes_it(watched, live_server):
    building = some_building(watched, live_server)
    open_map(watched, live_server)
    show_at(watched, building["lon"], building["lat"])
    tap(watched, building["lon"], building["lat"])
    title, link = title_of_card(watched), watched.url
    watched.go_back()
    until(watched, "document.getElementById('card').hidden")
    assert "lon=" not in watched.url
    open_map(watched, live_server, link.split("?")[1])
    assert title_of_card(watched) == title
    middle = watched.evaluate("map_county.getCenter()")
    assert middle["lng"] == pytest.approx(building["lon"], abs=2e-4)
    assert watched.faults == []


def test_search_by_keyboard_alone(watched, live_server):
    open_map(watched, live_server)
    box = watched.locator("#search [role=combobox]")
    box.focus()
    watched.keyboard.type("号楼", delay=20)
    until(watched, "document.querySelectorAll('#search-list [role=option]').length > 1")
    assert box.get_attribute("aria-expanded") == "true"
    watched.keyboard.press("ArrowDown")
    watched.keyboard.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    chosen = watched.locator(f"#{active} b").inner_text()
    watched.keyboard.press("Enter")
    assert title_of_card(watched) == chosen
    assert not watched.locator("#search-list").is_visible()
    watched.keyboard.press("Escape")
    assert watched.locator("#welcome").is_visible()
    assert watched.faults == []


def test_enter_on_the_map_asks_about_its_middle(watched, live_server):
    building = some_building(watched, live_server)
    open_map(watched, live_server)
    show_at(watched, building["lon"], building["lat"])
    watched.locator("#map_county").focus()
    watched.keyboard.press("Enter")
    assert title_of_card(watched)
    assert watched.evaluate("document.activeElement.tagName") == "H2"


def test_another_day_is_announced_kept_in_the_address_and_left_again(watched, live_server):
    open_map(watched, live_server)
    assert not watched.locator("#day-band").is_visible()
    watched.locator("#days [data-toggle]").click()
    watched.locator("#days [data-quarters] button").first.click()
    day = re.search(r"day=(\d{4}-\d\d-\d\d)", watched.url)[1]
    band = watched.locator("#day-band")
    year, month, date = (int(part) for part in day.split("-"))
    assert f"正在看 {year}年{month}月{date}日 的地图" in band.inner_text()
    watched.reload()
    until(watched, "document.body.dataset.ready === 'map'")
    assert band.is_visible()
    watched.locator("#back-to-today").click()
    assert not band.is_visible()
    assert "day=" not in watched.url
    assert watched.faults == []


def test_layers_are_asked_for_as_of_the_day(watched, live_server):
    asked: list[str] = []
    watched.on("request", lambda r: asked.append(r.url) if "/api/v1/features/" in r.url else None)
    today = watched.request.get(f"{live_server}/api/v1/county").json()["today"]
    first = watched.request.get(f"{live_server}/api/v1/county").json()["first_day"]
    assert first < today
    open_map(watched, live_server, f"day={first}")
    assert len(asked) >= 7
    assert [url for url in asked if f"day={first}" not in url] == []


def test_names_are_text_wherever_they_show(watched, live_server):
    """Whatever a name holds, it is drawn or written, never run."""

    def poisoned(route):
        answer = route.fetch()
        body = re.sub(
            r'"(name|title)":\s*"(?:[^"\\]|\\.)*"', rf'"\1":{json.dumps(HOSTILE)}', answer.text()
        )
        route.fulfill(response=answer, body=body)

    watched.route("**/api/v1/**", poisoned)
    county = watched.request.get(f"{live_server}/api/v1/county").json()
    west, south, east, north = county["bbox"]
    open_map(watched, live_server, f"lon={(west + east) / 2}&lat={(south + north) / 2}&z=17")
    until(watched, "!!document.querySelector('#card .card-foot')")
    watched.locator("#search [role=combobox]").fill("号楼")
    until(watched, "!!document.querySelector('#search-list [role=option]')")
    assert watched.evaluate("document.querySelectorAll('#main img').length") == 0
    assert watched.title() != "1"
    assert HOSTILE in watched.locator("#search-list").inner_text()
    assert watched.faults == []


def test_a_refusal_is_told_in_its_words_with_a_way_on(watched, live_server):
    words = {
        "code": "outside_county",
        "message": "这个位置不在县内。",
        "hint": "写反了？",
        "field": "lon",
    }
    refused = {"status": 422, "content_type": "application/problem+json", "body": json.dumps(words)}
    watched.route("**/api/v1/locate?**", lambda route: route.fulfill(**refused))
    building = some_building(watched, live_server)
    open_map(watched, live_server, f"lon={building['lon']}&lat={building['lat']}&z=18")
    until(watched, "document.querySelector('#card h2')?.textContent === '这个位置不在县内。'")
    assert "写反了？" in watched.locator("#card").inner_text()
    watched.unroute("**/api/v1/locate?**")
    watched.get_by_role("button", name="再试一次").click()
    assert title_of_card(watched) != words["message"]


@pytest.mark.parametrize("size", [SMALL, DESKTOP], ids=["small", "desktop"])
def test_no_sideways_scroll_and_room_for_fingers(watched, live_server, size):
    building = some_building(watched, live_server)
    link = f"lon={building['lon']}&lat={building['lat']}&z=18&day=2025-06-30"
    open_map(watched, live_server, link, size)
    title_of_card(watched)
    assert watched.evaluate("document.documentElement.scrollWidth") <= size["width"]
    small = watched.evaluate(
        """[...document.querySelectorAll('#main button, #main a, #main input, .tabbar a, .band button')]
          .filter((node) => node.offsetParent && !node.matches('[data-grip]'))
          .map((node) => [node.outerHTML.slice(0, 60), node.getBoundingClientRect()])
          .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
          .map(([html]) => html)"""
    )
    assert small == []


def test_nothing_jumps_while_the_page_comes_up(watched, live_server):
    open_map(watched, live_server, "day=2025-06-30", PHONE)
    shift = watched.evaluate(
        """new Promise((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve(sum), 300);
        })"""
    )
    assert shift < 0.02
