"""Nothing is lost and nothing is filed twice: drafts, no network, lost answers, refusals."""

import pytest

from tests.web.browser.reporting import (
    HOSTILE,
    building,
    choose,
    filed,
    open_report,
    photo,
    press_send,
    text_of,
    write,
)
from tests.web.browser.waiting import until

pytestmark = pytest.mark.browser


def test_a_draft_survives_a_reload(watched, live_server):
    spot = building(watched, live_server)
    open_report(watched, live_server, spot)
    choose(watched)
    write(watched, "写到一半电话来了")
    watched.goto("about:blank")
    open_report(watched, live_server)
    assert watched.locator("#description").input_value() == "写到一半电话来了"
    assert watched.locator("#category-E01080").is_checked()
    until(watched, f"document.querySelector('#spot-title').textContent === {spot['title']!r}")


def test_without_a_network_it_waits_on_the_phone_and_goes_out_once(
    watched, live_server, demo_engine
):
    words = "停电了，网络也没有"
    open_report(watched, live_server, building(watched, live_server))
    choose(watched)
    write(watched, words)
    watched.locator("#photo-file").set_input_files([photo((300, 200))])
    until(watched, "document.querySelectorAll('.photo').length === 1")
    watched.context.set_offline(True)
    press_send(watched)
    until(watched, "!document.querySelector('#done').hidden")
    assert "已保存在这部手机上" in text_of(watched, "done")
    assert filed(demo_engine, words) == []
    watched.context.set_offline(False)
    until(watched, "document.querySelector('#done-number')")
    number = text_of(watched, "done-number")
    assert [report.number for report in filed(demo_engine, words)] == [number]


def test_it_waits_through_a_closed_page(watched, live_server, demo_engine):
    words = "关掉页面再打开"
    open_report(watched, live_server, building(watched, live_server))
    choose(watched)
    write(watched, words)
    watched.route("**/api/v1/reports", lambda route: route.abort())
    press_send(watched)
    until(watched, "!document.querySelector('#done').hidden")
    watched.unroute("**/api/v1/reports")
    watched.goto(f"{live_server}/track")
    until(watched, "document.querySelectorAll('#mine-list a').length")
    assert len(filed(demo_engine, words)) == 1


def test_an_answer_that_was_lost_makes_no_second_report(watched, live_server, demo_engine):
    words = "答复丢在路上"
    lost = []

    def lose_first(route):
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    open_report(watched, live_server, building(watched, live_server))
    choose(watched)
    write(watched, words)
    watched.route("**/api/v1/reports", lose_first)
    press_send(watched)
    until(watched, "!document.querySelector('#done').hidden")
    assert lost == [201]
    watched.evaluate("dispatchEvent(new Event('online'))")
    until(watched, "document.querySelector('#done-number')")
    assert [report.number for report in filed(demo_engine, words)] == [
        text_of(watched, "done-number")
    ]


def test_two_quick_taps_are_one_report(watched, live_server, demo_engine):
    open_report(watched, live_server, building(watched, live_server))
    choose(watched)
    write(watched, "手抖点了两下")
    watched.evaluate(
        "document.getElementById('send').click(); document.getElementById('send').click()"
    )
    until(watched, "!document.querySelector('#done').hidden")
    if watched.locator("#near-other").is_visible():
        watched.evaluate(
            "document.getElementById('near-other').click(); document.getElementById('send').click()"
        )
    until(watched, "document.querySelector('#done-number')")
    assert len(filed(demo_engine, "手抖点了两下")) == 1


def test_a_refused_report_stays_in_the_form(watched, live_server):
    problem = {"code": "x", "message": HOSTILE, "hint": "换个说法", "field": None}
    open_report(watched, live_server, building(watched, live_server))
    choose(watched)
    write(watched, HOSTILE)
    watched.route("**/api/v1/reports", lambda route: route.fulfill(status=422, json=problem))
    press_send(watched)
    until(watched, "!document.querySelector('#fault').hidden")
    assert text_of(watched, "fault") == f"{HOSTILE} 换个说法"
    assert watched.locator("#description").input_value() == HOSTILE
    assert not watched.locator("#outbox").is_visible()
    assert watched.title() != "1"
