"""From a phone to the right worker's list, through her hands, and back to the reporter."""

import re

import pytest
from sqlalchemy.orm import Session

from gridmap.dispatch import moving, service
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.queries import full
from gridmap.dispatch.reports import Filing, Instruction
from gridmap.geolocation.rules import Place
from gridmap.ledger.posts import Post
from gridmap.terms import POST_TARGETS, PostKind
from tests.dispatch.filings import holding
from tests.web import signed
from tests.web.browser.reporting import (
    DESKTOP,
    HOSTILE,
    PHONE,
    SMALL,
    account_of_holder,
    building,
    choose,
    open_report,
    photo,
    send,
    sign_in,
    text_of,
    write,
)
from tests.web.browser.waiting import until
from web.params import now

pytestmark = pytest.mark.browser

TICK = "document.getElementById('desk-live').dispatchEvent(new Event('tick'))"


def put(engine, spot, words, code="E01080") -> str:
    """A report at a building, filed just now."""
    with Session(engine) as session, session.begin():
        place = Place(spot["lon"], spot["lat"], "wgs84")
        key = f"desk-{words}-{now().timestamp()}"[:60]
        return service.file(session, Filing(key, "0" * 64, code, words, place), now()).number


def act(engine, number, action, **said):
    """A move by whoever holds the report."""
    with Session(engine) as session, session.begin():
        row = full.report_by_number(session, number)
        holder = holding(session.get_one(Post, row.holder_post_id))
        moving.act(session, number, holder, Instruction(action, row.version, **said), now())


def account_at(engine, number, kind: PostKind) -> str:
    """Give an account to who holds a kind of post at a report's place; returns its name."""
    with Session(engine) as session, session.begin():
        row = full.report_by_number(session, number)
        target = row.community_id if POST_TARGETS[kind] == "area" else row.grid_id
        column = getattr(Post, f"{POST_TARGETS[kind]}_id")
        post = session.query(Post).filter(Post.kind == kind, column == target).first()
        login = f"desk-{kind}-{post.id}"
        if not session.query(signed.Account).filter_by(person_id=post.person_id).count():
            signed.account(session, post.person_id, login)
        return session.query(signed.Account).filter_by(person_id=post.person_id).one().login


@pytest.fixture
def spot(watched, live_server):
    return building(watched, live_server)


@pytest.fixture
def held(watched, live_server, demo_engine, spot):
    """The desktop of who holds a fresh report; gives its number."""
    number = put(demo_engine, spot, "树枝压着电线")
    watched.set_viewport_size(DESKTOP)
    sign_in(watched, live_server, account_of_holder(demo_engine, number))
    return number


def card(page, number):
    return page.locator(f"#card-{number}")


def show(page, number):
    page.locator(f"a[data-report='{number}']").click()
    until(page, f"document.querySelector('#desk-detail').dataset.number === '{number}'")


def open_form(page, action):
    page.evaluate("for (const more of document.querySelectorAll('.desk-more')) more.open = true")
    page.locator(f"#desk-detail a[href*='/steps/{action}']").click()
    until(page, f"document.querySelector('#desk-form')?.dataset.action === '{action}'")


def test_a_report_arrives_on_the_right_workers_list(watched, live_server, demo_engine, spot):
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
    assert "垃圾桶满了三天没人收" in card(watched, number).inner_text()
    with watched.expect_navigation():
        card(watched, number).get_by_role("button", name="受理").click()
    assert watched.locator(".detail-title .badge").inner_text() == "已受理"
    assert watched.faults == []


def test_the_reporter_follows_it_from_the_same_phone(watched, live_server, spot):
    open_report(watched, live_server, spot)
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


def test_what_users_write_is_text_on_the_desk(watched, live_server, demo_engine, spot):
    number = put(demo_engine, spot, HOSTILE)
    watched.set_viewport_size(DESKTOP)
    sign_in(watched, live_server, account_of_holder(demo_engine, number))
    assert card(watched, number).locator("b").first.inner_text() == HOSTILE
    show(watched, number)
    assert watched.locator(".detail-title h2").inner_text() == HOSTILE
    watched.evaluate(TICK)
    watched.wait_for_timeout(400)
    assert watched.title() != "1"
    assert watched.faults == []


def test_the_desk_beside_its_map(watched, live_server, held):
    show(watched, held)
    assert watched.url == f"{live_server}/desk/{held}"
    assert watched.locator(".desk-dot-chosen").count() == 1
    assert watched.locator(f"a[data-report='{held}']").get_attribute("aria-current") == "true"
    watched.locator("#desk-detail").get_by_role("button", name="受理").click()
    until(watched, "document.querySelector('.detail-title .badge').textContent === '已受理'")
    until(watched, f"document.querySelector('#card-{held}').innerText.includes('已受理')")
    assert watched.evaluate("document.documentElement.scrollHeight") <= DESKTOP["height"]
    watched.go_back()
    until(watched, "document.querySelector('#desk-detail').dataset.shown === 'no'")
    assert watched.faults == []


def test_handling_on_a_phone_with_a_photo(watched, live_server, demo_engine, spot):
    number = put(demo_engine, spot, "井盖松动，车过有响声")
    login = account_of_holder(demo_engine, number)
    act(demo_engine, number, Action.ACCEPTED)
    watched.set_viewport_size(PHONE)
    sign_in(watched, live_server, login)
    with watched.expect_navigation():
        card(watched, number).get_by_role("link", name="去处置").click()
    until(watched, "document.body.dataset.ready === 'desk'")
    sheet = watched.locator("#desk-form").bounding_box()
    assert (sheet["x"], sheet["y"], sheet["width"]) == (0, 0, PHONE["width"])
    watched.locator("label[for=outcome-solved]").click()
    watched.locator("#note").fill("换了井盖，车过没有响声了")
    watched.locator("input[name=photos]").set_input_files(photo())
    until(watched, "document.querySelectorAll('.desk-evidence .photo').length === 1")
    watched.get_by_label("第 1 张照片拍的是").select_option("before")
    watched.locator(".sheet-foot button").click()
    until(watched, "document.querySelector('.detail-title .badge')?.textContent === '待核查'")
    assert watched.locator("#desk-form").count() == 0
    until(watched, "document.querySelector('.step-photos img')?.naturalWidth === 1600")
    assert watched.locator(".step-photos figcaption").inner_text() == "处置前"
    assert watched.faults == []


def test_a_fault_keeps_words_and_photos(watched, held):
    show(watched, held)
    watched.locator("#desk-detail").get_by_role("button", name="受理").click()
    until(watched, "document.querySelector('.detail-title .badge').textContent === '已受理'")
    open_form(watched, "handled")
    watched.locator("#note").fill("修剪了树枝")
    watched.locator("input[name=photos]").set_input_files([photo(), photo((800, 600))])
    until(watched, "document.querySelectorAll('.desk-evidence .photo').length === 2")
    watched.locator(".sheet-foot button").click()
    until(watched, "document.querySelector('#outcome-fault')")
    assert watched.locator("#note").input_value() == "修剪了树枝"
    until(watched, "document.querySelectorAll('.desk-evidence .photo').length === 2")
    watched.locator("label[for=outcome-solved]").click()
    watched.locator(".sheet-foot button").click()
    until(watched, "document.querySelectorAll('.step-photos img').length === 2")
    assert [line for line in watched.faults if "422" not in line] == []


def test_a_lost_race_shows_what_changed(watched, demo_engine, held):
    show(watched, held)
    open_form(watched, "returned")
    watched.locator("label[for=reason-unclear]").click()
    watched.locator("#note").fill("地址不详")
    act(demo_engine, held, Action.NOTED, note="已经联系供电所")
    watched.locator(".sheet-foot button").click()
    until(watched, "document.querySelector('#notice')")
    assert "修改过" in text_of(watched, "notice")
    assert watched.locator("#note").input_value() == "地址不详"
    assert "已经联系供电所" in watched.locator(".desk-timeline > .new").inner_text()
    watched.locator(".sheet-foot button").click()
    until(watched, "!document.querySelector('#desk-form')")
    assert [line for line in watched.faults if "409" not in line] == []


def test_the_list_stays_fresh_and_disturbs_nothing(watched, demo_engine, spot, held):
    show(watched, held)
    open_form(watched, "noted")
    watched.locator("#note").fill("正在写")
    watched.locator(f"a[data-report='{held}']").focus()
    fresh = put(demo_engine, spot, "又来一件")
    watched.evaluate(TICK)
    until(watched, f"document.querySelector('#card-{fresh}.fresh')")
    assert text_of(watched, "desk-news") == "有 1 件新诉求"
    focused = watched.evaluate("document.activeElement.dataset.report")
    assert focused == held
    assert watched.locator("#note").input_value() == "正在写"
    watched.locator("#desk-news").click()
    assert watched.evaluate("document.activeElement.dataset.report") == fresh
    act(demo_engine, held, Action.NOTED, note="别人也看过")
    watched.evaluate(TICK)
    until(watched, "document.querySelector('.desk-changed')")
    assert watched.locator("#note").input_value() == "正在写"
    assert watched.faults == []


def test_an_ended_session_leaves_the_list_standing(watched, live_server, held):
    watched.context.clear_cookies()
    watched.evaluate(TICK)
    until(watched, "document.querySelector('#toasts').textContent.includes('登录已过期')")
    assert card(watched, held).count() == 1
    assert watched.faults == []


def test_many_at_a_time_keep_their_choice(watched, live_server, demo_engine, spot):
    numbers = [put(demo_engine, spot, f"油烟扰民{n}", "E01083") for n in range(3)]
    watched.set_viewport_size(DESKTOP)
    sign_in(watched, live_server, account_at(demo_engine, numbers[0], PostKind.COMMUNITY_DESK))
    assert not watched.locator("#desk-bulk").is_visible()
    for number in numbers[:2]:
        card(watched, number).get_by_role("checkbox").check()
    assert text_of(watched, "desk-chosen") == "已选 2 件"
    put(demo_engine, spot, "晚来的一件", "E01083")
    watched.evaluate(TICK)
    until(watched, "document.querySelector('.desk-card.fresh')")
    assert text_of(watched, "desk-chosen") == "已选 2 件"
    act(demo_engine, numbers[1], Action.ACCEPTED)
    watched.locator("#desk-bulk").get_by_role("button", name="派遣").click()
    until(watched, "document.querySelector('#desk-form')")
    watched.get_by_placeholder("搜姓名、岗位、单位").fill("专职网格员")
    watched.keyboard.press("Enter")
    watched.locator(".sheet-foot button").click()
    until(watched, "document.querySelector('#desk-result')")
    result = text_of(watched, "desk-result")
    assert "已办 1 件" in result
    assert "1 件没有办成" in result
    assert numbers[1] in result
    assert watched.faults == []


def test_a_new_place_by_moving_the_map(watched, held):
    show(watched, held)
    open_form(watched, "relocated")
    assert watched.locator(".desk-pin").count() == 1
    box = watched.locator("#map_county").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    watched.mouse.move(*middle)
    watched.mouse.down()
    watched.mouse.move(middle[0] - 160, middle[1] + 40, steps=8)
    watched.mouse.up()
    until(watched, "document.querySelector('#desk-form').elements.lon.value")
    until(watched, "/交给：/.test(document.querySelector('[data-foreseen]').textContent)")
    watched.locator(".sheet-foot button").click()
    until(watched, "!document.querySelector('#desk-form')")
    assert watched.locator(".desk-pin").count() == 0
    assert "改址" in watched.locator("main").inner_text()
    assert watched.faults == []


def test_on_a_phone_the_map_moves_into_the_form_and_back(watched, live_server, demo_engine, spot):
    number = put(demo_engine, spot, "路灯不亮", "C01081")
    watched.set_viewport_size(PHONE)
    sign_in(watched, live_server, account_of_holder(demo_engine, number))
    watched.goto(f"{live_server}/desk/{number}")
    until(watched, "document.body.dataset.ready === 'desk'")
    open_form(watched, "relocated")
    assert watched.locator("#desk-form #map_county").count() == 1
    watched.keyboard.press("Escape")
    until(watched, "!document.querySelector('#desk-form')")
    assert watched.locator("main > #desk-map #map_county").is_visible()
    assert watched.faults == []


def test_by_keyboard(watched, held):
    watched.locator(f"a[data-report='{held}']").focus()
    watched.keyboard.press("Enter")
    until(watched, f"document.querySelector('#desk-detail').dataset.number === '{held}'")
    assert watched.evaluate("document.activeElement.tagName") == "H2"
    watched.locator(".desk-more summary").focus()
    watched.keyboard.press("Enter")
    assert watched.locator(".desk-more").get_attribute("open") is not None
    watched.keyboard.press("Escape")
    assert watched.locator(".desk-more").get_attribute("open") is None
    open_form(watched, "noted")
    assert watched.evaluate("document.activeElement.id") == "form-title"
    watched.keyboard.press("Escape")
    until(watched, "!document.querySelector('#desk-form')")
    assert watched.faults == []


@pytest.mark.parametrize("size", [SMALL, PHONE])
def test_nothing_scrolls_sideways_and_everything_can_be_touched(
    watched, live_server, demo_engine, spot, size
):
    number = put(demo_engine, spot, "流浪狗在幼儿园门口追孩子" * 4)
    watched.set_viewport_size(size)
    sign_in(watched, live_server, account_of_holder(demo_engine, number))
    paths = ("/desk", f"/desk/{number}", f"/desk/{number}/steps/returned", f"/desk/{number}/phone")
    for path in paths:
        watched.goto(f"{live_server}{path}")
        until(watched, "document.body.dataset.ready === 'desk'")
        assert watched.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        small = watched.evaluate(
            "[...document.querySelectorAll('main .button, main .chip, .desk-tabs a')]"
            ".filter((e) => e.offsetParent && e.getBoundingClientRect().height < 44)"
            ".map((e) => e.textContent.trim())"
        )
        assert small == [], path
    assert watched.faults == []
