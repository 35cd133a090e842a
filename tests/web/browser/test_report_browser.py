"""The report page in a browser: pin, phone position, search, photos, keyboard, weight."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.dispatch.tables import Follower, Photo, Report
from tests.web.browser.reporting import (
    DESKTOP,
    SMALL,
    building,
    buildings,
    choose,
    file_report,
    filed,
    open_report,
    photo,
    send,
    text_of,
    write,
)
from tests.web.browser.waiting import until

pytestmark = pytest.mark.browser

LARGEST_PAGE = 220_000
"""Bytes of the report page without the tiles of buildings."""


def test_the_map_moves_under_the_pin(watched, live_server):
    open_report(watched, live_server, building(watched, live_server))
    before = text_of(watched, "spot-title")
    box = watched.locator("#map_county").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    watched.mouse.move(x, y + 40)
    watched.mouse.down()
    watched.mouse.move(x + 120, y + 90, steps=6)
    assert "lifted" in watched.locator("#centre-pin").get_attribute("class")
    watched.mouse.up()
    until(
        watched,
        f"!['正在认地方', {before!r}].includes(document.querySelector('#spot-title').textContent)",
    )
    pin = watched.locator("#centre-pin").bounding_box()
    assert pin["x"] + pin["width"] / 2 == pytest.approx(x, abs=1)
    assert pin["y"] + pin["height"] == pytest.approx(y, abs=3)
    assert watched.faults == []


def test_a_keyboard_that_opens_does_not_move_the_pin(watched, live_server):
    asked = []
    watched.on("request", lambda r: asked.append(r.url) if "/locate?" in r.url else None)
    open_report(watched, live_server, building(watched, live_server))
    centre = watched.evaluate("map_county.getCenter()")
    for height in (420, 844, 433, 844):
        watched.set_viewport_size({"width": 390, "height": height})
        watched.wait_for_timeout(400)
    assert watched.evaluate("map_county.getCenter()") == pytest.approx(centre)
    assert len(asked) == 1
    assert watched.faults == []


def test_from_afar_the_pin_means_nothing(watched, live_server):
    open_report(watched, live_server)
    assert text_of(watched, "spot-badge") == "请选地点"
    choose(watched)
    write(watched, "在哪里都不知道")
    watched.locator("#send").click()
    assert "对准出事的地方" in text_of(watched, "fault")


def test_from_afar_clear_words_set_the_pin_and_a_set_pin_stays(watched, live_server, demo_engine):
    house, other = buildings(watched, live_server)[:2]
    open_report(watched, live_server)
    choose(watched)
    words = f"{house['title']}2单元门口的灯不亮"
    write(watched, words)
    until(watched, "document.querySelector('#said-place').textContent.includes('已按文字定位')")
    assert house["title"] in text_of(watched, "said-place")
    until(watched, "document.querySelector('#spot-badge').textContent === '已定位'")
    assert house["title"] in text_of(watched, "spot-title")
    centre = watched.evaluate("map_county.getCenter()")
    write(watched, f"{other['title']}门口的灯不亮")
    until(watched, "document.querySelector('#said-place button')")
    assert watched.evaluate("map_county.getCenter()") == pytest.approx(centre)
    write(watched, words)
    send(watched)
    [report] = filed(demo_engine, words)
    assert (report.place_source, report.said["unit"]) == ("search", "2")


def test_what_is_missing_is_said_and_focused(watched, live_server):
    open_report(watched, live_server, building(watched, live_server))
    watched.locator("#send").click()
    assert text_of(watched, "fault") == "请选一个类别。"
    choose(watched)
    watched.locator("#send").click()
    assert text_of(watched, "fault") == "请说说发生了什么，至少 2 个字。"
    assert watched.evaluate("document.activeElement.id") == "description"
    write(watched, "电话写错了")
    watched.locator("#contact summary").click()
    watched.locator("#phone").fill("12345")
    watched.locator("#send").click()
    assert "电话号码不对" in text_of(watched, "fault")
    assert watched.evaluate("document.activeElement.id") == "phone"


def test_photos_are_made_small_and_can_be_taken_away(watched, live_server, demo_engine):
    open_report(watched, live_server, building(watched, live_server))
    field = watched.locator("#photo-file")
    field.set_input_files([photo(), photo((300, 200)), photo((200, 300))])
    until(watched, "document.querySelectorAll('.photo').length === 3")
    assert not watched.locator("#photo-add").is_visible()
    watched.locator(".photo-remove").nth(1).click()
    assert watched.locator(".photo").count() == 2
    choose(watched)
    write(watched, "两张照片的诉求")
    send(watched)
    with Session(demo_engine) as session:
        kept = session.execute(
            select(Photo.width, Photo.height, Photo.jpeg)
            .join(Report)
            .where(Report.description == "两张照片的诉求")
            .order_by(Photo.position)
        ).all()
    assert [(one.width, one.height) for one in kept] == [(1600, 1200), (200, 300)]
    assert all(b"SecretMaker" not in one.jpeg for one in kept)
    assert watched.faults == []


def test_what_is_no_photo_is_named(watched, live_server):
    open_report(watched, live_server)
    file = {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"not a picture"}
    watched.locator("#photo-file").set_input_files([file])
    until(watched, "document.querySelector('.toast')")
    assert "notes.jpg" in text_of(watched, "toasts")
    assert watched.locator(".photo").count() == 0


def test_the_phones_position_with_its_circle(watched, live_server, demo_engine):
    spot = building(watched, live_server)
    watched.context.grant_permissions(["geolocation"], origin=live_server)
    watched.context.set_geolocation(
        {"longitude": spot["lon"], "latitude": spot["lat"], "accuracy": 30}
    )
    open_report(watched, live_server)
    watched.locator("#locate-me").click()
    until(watched, "document.querySelectorAll('#spot-doubts .chip').length")
    assert text_of(watched, "spot-badge") == "请确认"
    chips = watched.locator("#spot-doubts .chip")
    assert spot["title"] in chips.first.inner_text()
    chips.first.click()
    until(watched, "document.querySelector('#spot-badge').textContent === '已定位'")
    assert text_of(watched, "spot-title") == spot["title"]
    choose(watched)
    write(watched, "手机定位后自己选了楼")
    send(watched)
    (report,) = filed(demo_engine, "手机定位后自己选了楼")
    assert (report.place_source, report.building_verdict) == ("pin", "accepted")
    assert watched.faults == []


def test_a_position_taken_as_it_is_keeps_source_and_accuracy(watched, live_server, demo_engine):
    spot = building(watched, live_server)
    watched.context.grant_permissions(["geolocation"], origin=live_server)
    watched.context.set_geolocation(
        {"longitude": spot["lon"], "latitude": spot["lat"], "accuracy": 30}
    )
    open_report(watched, live_server)
    watched.locator("#locate-me").click()
    until(watched, "document.querySelectorAll('#spot-doubts .chip').length")
    choose(watched)
    write(watched, "手机定位说不准也交了")
    send(watched)
    (report,) = filed(demo_engine, "手机定位说不准也交了")
    assert (report.place_source, report.accuracy_m, report.building_verdict) == ("gps", 30, "ask")


def test_plain_http_says_why_there_is_no_position(watched, live_server):
    watched.add_init_script(
        "Object.defineProperty(window, 'isSecureContext', {value: false});"
        "Object.defineProperty(crypto, 'randomUUID', {value: undefined});"
    )
    open_report(watched, live_server, building(watched, live_server))
    watched.locator("#locate-me").click()
    until(watched, "document.querySelector('.toast')")
    assert "https" in text_of(watched, "toasts")
    assert "装到桌面用不了，别的都能用" in text_of(watched, "insecure")
    assert watched.evaluate("navigator.serviceWorker.getRegistration()") is None
    choose(watched)
    write(watched, "没有加密也能报")
    send(watched)
    assert watched.faults == []


def test_outside_every_grid_is_said_plainly(watched, live_server):
    west, south, _, _ = watched.request.get(f"{live_server}/api/v1/county").json()["bbox"]
    open_report(watched, live_server, {"lon": west - 0.005, "lat": south - 0.005})
    assert text_of(watched, "spot-title") == "这里不在任何网格内"
    assert text_of(watched, "spot-line").startswith("会由县网格中心分派。")
    choose(watched)
    write(watched, "县外一点的地方")
    watched.locator("#send").click()
    until(watched, "document.querySelector('#done-number')")
    assert "由县网格中心分派" in text_of(watched, "done")


def test_a_search_sets_the_pin(watched, live_server):
    spot = building(watched, live_server)
    open_report(watched, live_server)
    box = watched.locator("#search [role=combobox]")
    box.fill(spot["title"])
    until(watched, "document.querySelectorAll('#search-list [role=option]').length")
    box.press("Enter")
    until(watched, f"document.querySelector('#spot-title').textContent === {spot['title']!r}")
    assert watched.faults == []


def test_by_keyboard_alone(watched, live_server):
    open_report(watched, live_server, building(watched, live_server), DESKTOP)
    watched.locator("#topic-environment").focus()
    watched.keyboard.press("Space")
    watched.keyboard.press("Tab")
    watched.keyboard.press("Space")
    watched.keyboard.press("Tab")
    assert watched.evaluate("document.activeElement.id") == "description"
    watched.keyboard.insert_text("只用键盘")
    watched.keyboard.press("Tab")
    watched.keyboard.press("Tab")
    watched.keyboard.press("Tab")
    assert watched.evaluate("document.activeElement.id") == "send"
    watched.keyboard.press("Enter")
    until(watched, "!document.querySelector('#done').hidden")
    assert watched.evaluate("document.activeElement.tagName") == "H2"
    if watched.locator("#near-other").is_visible():
        for _ in range(10):
            watched.keyboard.press("Tab")
            if watched.evaluate("document.activeElement.id") == "near-other":
                break
        watched.keyboard.press("Enter")
    until(watched, "document.querySelector('#done-number')")


@pytest.mark.parametrize("path", ["/report", "/track", "/sign-in"])
def test_nothing_scrolls_sideways_and_all_can_be_touched(watched, live_server, path):
    watched.set_viewport_size(SMALL)
    watched.goto(f"{live_server}{path}")
    watched.wait_for_timeout(800)
    assert watched.evaluate("document.documentElement.scrollWidth") <= 360
    small = watched.evaluate(
        """[...document.querySelectorAll('main button, main a.button, main .input, main .chip, main summary')]
        .filter((e) => e.offsetParent)
        .map((e) => [e.id || e.className, e.getBoundingClientRect().height])
        .filter(([, height]) => height < 43.5)"""
    )
    assert small == []
    assert watched.faults == []


def test_the_page_is_light(watched, live_server):
    received = []
    watched.on("requestfinished", lambda r: received.append((r.url, r.sizes()["responseBodySize"])))
    open_report(watched, live_server, building(watched, live_server))
    without_buildings = [size for url, size in received if "/features/buildings/" not in url]
    assert len(without_buildings) > 20
    assert sum(without_buildings) <= LARGEST_PAGE


def test_the_same_thing_near_by_is_offered_and_can_be_followed(watched, live_server, demo_engine):
    spot = buildings(watched, live_server)[5]
    known = file_report(watched, live_server, "路灯不亮，先报的人", spot)
    open_report(watched, live_server, spot)
    choose(watched)
    write(watched, "路灯不亮，后来的人")
    watched.locator("#contact summary").click()
    watched.locator("#email").fill("late@example.org")
    watched.locator("#send").click()
    until(watched, "document.querySelector('#near-other')")
    offer = text_of(watched, "done")
    assert "附近已有人报过" in offer
    assert "1分钟前，待受理" in offer
    watched.get_by_role("button", name="回去修改").click()
    assert watched.locator("#description").input_value() == "路灯不亮，后来的人"
    watched.locator("#send").click()
    watched.get_by_role("button", name="关注这一件").first.click()
    until(watched, "document.querySelector('#followed-number')")
    assert text_of(watched, "followed-number") == known["number"]
    watched.get_by_role("link", name="查看进度").click()
    watched.wait_for_url("**/track/**")
    assert "您关注了这一件" in watched.locator("main").inner_text()
    assert filed(demo_engine, "路灯不亮，后来的人") == []
    with Session(demo_engine) as session:
        emails = select(Follower.email).join(Report).where(Report.number == known["number"])
        assert session.scalars(emails).all() == ["late@example.org"]
    assert watched.faults == []


def test_something_else_near_by_is_reported_all_the_same(watched, live_server, demo_engine):
    spot = buildings(watched, live_server)[6]
    file_report(watched, live_server, "另一件事", spot)
    open_report(watched, live_server, spot)
    choose(watched)
    write(watched, "不是一回事")
    watched.locator("#send").click()
    until(watched, "document.querySelector('#near-other')")
    watched.locator("#near-other").click()
    until(watched, "document.querySelector('#done-number')")
    assert len(filed(demo_engine, "不是一回事")) == 1


def test_photos_say_near_or_far(watched, live_server, demo_engine):
    open_report(watched, live_server, buildings(watched, live_server)[7])
    watched.locator("#photo-file").set_input_files([photo((300, 200)), photo((200, 300))])
    until(watched, "document.querySelectorAll('.photo').length === 2")
    watched.locator(".photo-kind").first.click()
    assert watched.locator(".photo-kind").first.inner_text() == "近景"
    choose(watched)
    write(watched, "一张近景")
    send(watched)
    with Session(demo_engine) as session:
        kinds = (
            select(Photo.kind)
            .join(Report)
            .where(Report.description == "一张近景")
            .order_by(Photo.position)
        )
        assert session.scalars(kinds).all() == ["near", None]
