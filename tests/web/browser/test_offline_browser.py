"""Without a network: the form opens, steps wait on the phone and go out once, nothing is lost."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.dispatch.tables import Photo, Report, Step
from tests.web.browser.reporting import (
    account_of_holder,
    building,
    choose,
    file_report,
    filed,
    open_report,
    photo,
    sign_in,
    text_of,
    write,
)
from tests.web.browser.waiting import until

pytestmark = pytest.mark.browser

WORKER_ACTIVE = (
    "navigator.serviceWorker.getRegistration().then((one) => one?.active?.state === 'activated')"
)
KEPT_SHOWN = "!document.querySelector('#kept').hidden"
KEPT_GONE = "document.querySelector('#kept').hidden"


def steps_of(engine, number):
    with Session(engine) as session:
        query = select(Step).join(Report).where(Report.number == number).order_by(Step.sequence)
        return [(step.action, step.note) for step in session.scalars(query)]


def worker_at(page, live_server, engine, number):
    """Sign in who holds a report, and look at it."""
    sign_in(page, live_server, account_of_holder(engine, number))
    look_at(page, live_server, number)


def look_at(page, live_server, number, path=""):
    page.goto(f"{live_server}/desk/{number}{path}")
    until(page, "document.body.dataset.ready === 'desk'")


def reported(page, live_server, words):
    return file_report(page, live_server, words)["number"]


def say_handled(page, words):
    page.locator("label[for=outcome-solved]").click()
    page.locator("#note").fill(words)


def test_the_form_opens_without_a_network_and_the_report_arrives_once(
    watched, live_server, demo_engine
):
    words = "地下室没有信号，也能报"
    spot = building(watched, live_server)
    open_report(watched, live_server, spot)
    until(watched, WORKER_ACTIVE)
    watched.context.grant_permissions(["geolocation"], origin=live_server)
    watched.context.set_geolocation(
        {"longitude": spot["lon"], "latitude": spot["lat"], "accuracy": 5}
    )
    watched.context.set_offline(True)
    watched.goto(f"{live_server}/report")
    until(watched, "document.body.dataset.ready === 'report'")
    watched.locator("#locate-me").click()
    until(watched, "document.querySelector('#spot-badge').textContent === '无网络'")
    choose(watched)
    write(watched, words)
    watched.locator("#send").click()
    until(watched, "!document.querySelector('#done').hidden")
    assert "已保存在这部手机上" in text_of(watched, "done")
    assert filed(demo_engine, words) == []
    watched.context.set_offline(False)
    until(watched, "document.querySelector('#done-number')")
    assert [one.number for one in filed(demo_engine, words)] == [text_of(watched, "done-number")]


def test_other_pages_give_way_to_what_is_kept(watched, live_server):
    open_report(watched, live_server)
    until(watched, WORKER_ACTIVE)
    watched.context.set_offline(True)
    watched.goto(f"{live_server}/coverage")
    assert watched.locator("h1").inner_text() == "留在这部手机上的"
    assert watched.locator("#no-network").is_visible()
    until(watched, "!document.querySelector('#none-kept').hidden")
    watched.context.set_offline(False)
    with watched.expect_navigation():
        watched.locator("#try-again").click()
    assert watched.locator("#no-network").count() == 0


def test_a_step_made_without_a_network_arrives_once(watched, live_server, demo_engine):
    number = reported(watched, live_server, "楼道里没有网")
    worker_at(watched, live_server, demo_engine, number)
    watched.context.set_offline(True)
    watched.locator("#desk-detail").get_by_role("button", name="受理").click()
    until(watched, KEPT_SHOWN)
    assert "1 项还没有送到" in text_of(watched, "kept")
    assert len(steps_of(demo_engine, number)) == 1
    watched.context.set_offline(False)
    until(watched, KEPT_GONE)
    watched.evaluate("dispatchEvent(new Event('online'))")
    watched.wait_for_timeout(500)
    assert [action for action, _ in steps_of(demo_engine, number)] == ["filed", "accepted"]


def test_evidence_waits_through_a_closed_page(watched, live_server, demo_engine):
    number = reported(watched, live_server, "换灯泡的地方没有网")
    worker_at(watched, live_server, demo_engine, number)
    with watched.expect_response("**/steps/accepted**"):
        watched.locator("#desk-detail").get_by_role("button", name="受理").click()
    look_at(watched, live_server, number, "/steps/handled")
    say_handled(watched, "换了灯泡")
    watched.locator("#desk-form input[type=file]").set_input_files([photo((300, 200))])
    until(watched, "document.querySelectorAll('#desk-form .photo').length === 1")
    watched.context.set_offline(True)
    watched.locator("#desk-form footer button").click()
    until(watched, KEPT_SHOWN)
    assert watched.locator("#desk-form").count() == 0
    watched.context.set_offline(False)
    watched.goto(f"{live_server}/track")
    until(watched, "document.querySelector('.toast')")
    assert steps_of(demo_engine, number)[-1] == ("handled", "换了灯泡")
    with Session(demo_engine) as session:
        query = select(Photo.kind).join(Report).where(Report.number == number)
        assert session.scalars(query).all() == ["after"]


def test_an_answer_that_was_lost_makes_no_second_step(watched, live_server, demo_engine):
    number = reported(watched, live_server, "回执丢在路上")
    worker_at(watched, live_server, demo_engine, number)
    with watched.expect_response("**/steps/accepted**"):
        watched.locator("#desk-detail").get_by_role("button", name="受理").click()
    look_at(watched, live_server, number, "/steps/noted")
    watched.locator("#note").fill("已约好时间")
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    watched.context.set_offline(True)
    watched.locator("#desk-form footer button").click()
    until(watched, KEPT_SHOWN)
    watched.route("**/api/v1/reports/*/steps", lose)
    watched.context.set_offline(False)
    until(watched, "true")
    for _ in range(50):
        if lost:
            break
        watched.wait_for_timeout(100)
    watched.unroute("**/api/v1/reports/*/steps")
    watched.evaluate("dispatchEvent(new Event('online'))")
    until(watched, KEPT_GONE)
    assert lost == [201]
    assert [note for action, note in steps_of(demo_engine, number) if action == "noted"] == [
        "已约好时间"
    ]


def note_elsewhere(browser, live_server, login, number):
    """The same report moves on, from another device."""
    other = browser.new_context().new_page()
    sign_in(other, live_server, login)
    look_at(other, live_server, number, "/steps/noted")
    other.locator("#note").fill("我也看过了")
    with other.expect_response("**/steps/noted**"):
        other.locator("#desk-form footer button").click()
    other.context.close()


def test_a_stale_step_is_kept_shown_and_can_be_done_again(
    watched, live_server, demo_engine, browser
):
    number = reported(watched, live_server, "两个人同时在办")
    login = account_of_holder(demo_engine, number)
    worker_at(watched, live_server, demo_engine, number)
    with watched.expect_response("**/steps/accepted**"):
        watched.locator("#desk-detail").get_by_role("button", name="受理").click()
    look_at(watched, live_server, number, "/steps/handled")
    say_handled(watched, "清运完了")
    watched.context.set_offline(True)
    watched.locator("#desk-form footer button").click()
    until(watched, KEPT_SHOWN)
    note_elsewhere(browser, live_server, login, number)
    watched.context.set_offline(False)
    until(watched, "document.querySelector('#kept .fault')")
    strip = text_of(watched, "kept")
    assert "1 项没有被接受" in strip
    assert "清运完了" in strip
    assert "修改过" in strip
    watched.locator("#kept").get_by_role("link", name="打开这件").click()
    until(watched, "document.querySelector('#desk-form[data-kept]')")
    assert watched.locator("#note").input_value() == "清运完了"
    assert watched.locator("#outcome-solved").is_checked()
    with watched.expect_response("**/steps/handled**"):
        watched.locator("#desk-form footer button").click()
    until(watched, KEPT_GONE)
    assert steps_of(demo_engine, number)[-1] == ("handled", "清运完了")


def test_a_step_is_never_sent_in_anothers_name(watched, live_server, demo_engine):
    number = reported(watched, live_server, "换了人登录")
    worker_at(watched, live_server, demo_engine, number)
    watched.context.set_offline(True)
    watched.locator("#desk-detail").get_by_role("button", name="受理").click()
    until(watched, KEPT_SHOWN)
    watched.route("**/api/v1/me", lambda route: route.fulfill(json={"person": 1, "name": "别人"}))
    watched.context.set_offline(False)
    until(watched, "document.querySelector('#kept').textContent.includes('本人登录后')")
    assert len(steps_of(demo_engine, number)) == 1
    watched.unroute("**/api/v1/me")
    watched.evaluate("dispatchEvent(new Event('online'))")
    until(watched, KEPT_GONE)
    assert len(steps_of(demo_engine, number)) == 2


def test_the_own_list_can_be_read_without_a_network_until_the_sign_out(
    watched, live_server, demo_engine
):
    number = reported(watched, live_server, "离线也看得到列表")
    worker_at(watched, live_server, demo_engine, number)
    until(watched, WORKER_ACTIVE)
    look_at(watched, live_server, number)
    until(
        watched,
        "indexedDB.databases().then((all) => all.some((one) => one.name === 'gridmap-queue'))",
    )
    watched.context.set_offline(True)
    watched.goto(f"{live_server}/desk")
    until(watched, "!document.querySelector('#queue').hidden")
    listed = text_of(watched, "queue")
    assert number in listed
    assert "离线也看得到列表" not in listed
    watched.context.set_offline(False)
    watched.goto(f"{live_server}/desk")
    with watched.expect_navigation():
        watched.locator("form[action='/sign-out'] button:visible").first.click()
    watched.context.set_offline(True)
    watched.goto(f"{live_server}/desk")
    until(watched, "document.querySelector('#try-again')")
    watched.wait_for_timeout(300)
    assert not watched.locator("#queue").is_visible()
