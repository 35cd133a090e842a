"""From a phone to the right worker's list, and back to the reporter."""

import re

import pytest

from tests.web.browser.reporting import (
    DESKTOP,
    HOSTILE,
    account_of_holder,
    building,
    choose,
    open_report,
    send,
    sign_in,
    text_of,
    write,
)
from tests.web.browser.waiting import until

pytestmark = pytest.mark.browser


def test_a_report_arrives_on_the_right_workers_list(watched, live_server, demo_engine):
    spot = building(watched, live_server)
    open_report(watched, live_server, spot)
    assert text_of(watched, "spot-title") == spot["title"]
    assert text_of(watched, "spot-badge") == "已定位"
    assert "专职网格员" in text_of(watched, "spot-line")
    choose(watched)
    assert text_of(watched, "goes-to") == "提交后先交给：网格党支部"
    write(watched, "垃圾桶满了三天没人收")
    number = send(watched)
    assert re.fullmatch(r"\d{4}-\d{6}", number)
    worker = re.search(r"现在由专职网格员 (\S+)受理", text_of(watched, "done"))[1]
    sign_in(watched, live_server, account_of_holder(demo_engine, number))
    assert worker in watched.locator(".desk-who").inner_text()
    first = watched.locator(".desk-row").first
    assert first.get_attribute("data-report") == number
    assert "垃圾桶满了三天没人收" in first.inner_text()
    with watched.expect_navigation():
        watched.locator(".desk-card").first.get_by_role("button", name="受理").click()
    assert watched.locator(".detail-title .badge").inner_text() == "已受理"
    assert watched.faults == []


def test_the_reporter_follows_it_from_the_same_phone(watched, live_server):
    open_report(watched, live_server, building(watched, live_server))
    choose(watched)
    write(watched, "再看看进度")
    number = send(watched)
    watched.locator("#done a").click()
    watched.wait_for_url("**/track/**")
    assert number in watched.locator("main").inner_text()
    assert watched.locator(".timeline li").first.inner_text().startswith("上报")
    watched.goto(f"{live_server}/track")
    until(watched, "document.querySelectorAll('#mine-list a').length")
    assert number in watched.locator("#mine-list").inner_text()
    assert watched.faults == []


def test_what_users_write_is_text_on_the_desk(watched, live_server, demo_engine):
    open_report(watched, live_server, building(watched, live_server))
    choose(watched)
    write(watched, HOSTILE)
    number = send(watched)
    sign_in(watched, live_server, account_of_holder(demo_engine, number))
    assert watched.locator(".desk-row b").first.inner_text() == HOSTILE
    watched.set_viewport_size(DESKTOP)
    watched.goto(f"{live_server}/desk")
    until(watched, "document.body.dataset.ready === 'desk'")
    watched.locator(".desk-row").first.click()
    until(watched, f"location.pathname === '/desk/{number}'")
    assert watched.locator(".detail-title h2").inner_text() == HOSTILE
    assert watched.title() != "1"
    assert watched.faults == []


def test_the_desk_beside_its_map(watched, live_server, demo_engine):
    open_report(watched, live_server, building(watched, live_server))
    choose(watched)
    write(watched, "看看派遣台的地图")
    number = send(watched)
    login = account_of_holder(demo_engine, number)
    watched.set_viewport_size(DESKTOP)
    sign_in(watched, live_server, login)
    watched.locator(f"[data-report='{number}']").click()
    until(watched, "document.querySelector('#desk-detail .placement')")
    assert watched.url == f"{live_server}/desk/{number}"
    assert watched.locator(".desk-dot-chosen").count() == 1
    assert watched.locator(f"[data-report='{number}']").get_attribute("aria-current") == "true"
    with watched.expect_navigation():
        watched.locator("#desk-detail").get_by_role("button", name="受理").click()
    assert watched.locator(".detail-title .badge").inner_text() == "已受理"
    assert watched.evaluate("document.documentElement.scrollHeight") <= DESKTOP["height"]
    assert watched.faults == []
