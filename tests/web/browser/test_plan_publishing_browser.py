"""Proposals, review and publication in a browser: compared, taken, approved by another, read beside the past."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest

from gridmap.redistricting import proposing
from gridmap.store.session import transaction
from tests.web.browser.planning import (
    api,
    assignment,
    open_plan,
    saved,
    sign_in,
    state,
    watching,
)
from tests.web.browser.waiting import until
from web.params import now, today

pytestmark = pytest.mark.browser


def search(engine):
    """Do what the worker does beside the server: one search."""

    @contextmanager
    def opened():
        with transaction(engine) as session:
            yield session

    return threading.Thread(
        target=proposing.carry_out, args=(opened, now, lambda: False), daemon=True
    )


def test_proposals_are_compared_looked_at_and_taken(planner, plan_engine):
    page = planner
    page.click("#tab-propose")
    page.locator("[name=grids]").fill("7")
    page.locator("#wish-seconds").select_option("4")
    page.click("#wish-start")
    until(page, "!document.getElementById('wish-stop').hidden")
    worker = search(plan_engine)
    worker.start()
    until(page, "!document.getElementById('wish-start').hidden", 60)
    worker.join()
    assert page.locator("#search-state").inner_text() == "算好了"
    kinds = page.locator("[data-kind]")
    assert kinds.count() >= 2
    before = assignment(page)
    kinds.last.click()
    previewed = page.evaluate("[...window.plan_page.county.plan.look.cover.rows]")
    assert previewed != before == assignment(page)
    page.locator("#proposals .button-red").last.click()
    saved(page)
    assert assignment(page) == previewed == state(page)["assignment"]
    assert page.faults == []


def step(page, action, becomes, **fields):
    """Take the main step of a plan, or another one by its button, and wait for the state that follows."""
    if page.locator("#submit").inner_text() == action:
        page.click("#submit")
    else:
        page.get_by_role("button", name=action).click()
    until(page, "document.getElementById('dialog').open")
    for name, value in fields.items():
        page.locator(f"#ask-{name}").fill(value)
    for box in page.locator("#dialog input[type=checkbox]").all():
        box.check()
    page.locator("#dialog button[type=submit]").click()
    until(page, f"document.getElementById('plan-state').textContent === '{becomes}'", 60)


@pytest.fixture
def reviewer(planner, plan_server, browser):
    """Another person before the plan, which has been sent for review."""
    step(planner, "送审", "待审")
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    other = watching(context.new_page())
    sign_in(other, plan_server, "mei")
    other.plan = planner.plan
    other.goto(f"{plan_server}/plans/{planner.plan}")
    open_plan(other)
    yield other
    assert other.faults == []
    context.close()


def test_another_person_approves(planner, reviewer):
    page = planner
    page.click("#tab-review")
    assert page.get_by_role("button", name="核准").count() == 0
    assert page.locator("#tools [data-tool=brush]").is_disabled()
    step(reviewer, "核准", "已核准", note="同意")
    reviewer.click("#tab-review")
    assert "同意" in reviewer.locator("#events").inner_text()
    step(reviewer, "退回修改", "草案", note="再均衡一些")
    page.reload()
    open_plan(page)
    page.click("#tab-review")
    assert "再均衡一些" in page.locator("#events").inner_text()
    assert page.locator("#tools [data-tool=brush]").is_enabled()


def test_a_shared_plan_is_looked_at_by_who_does_not_plan(planner, plan_server, browser):
    page = planner
    address = api(page, "POST", "/share")["url"]
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    other = watching(context.new_page())
    sign_in(other, plan_server, "jia")
    other.goto(f"{plan_server}{address}")
    open_plan(other)
    assert other.locator(".plan-row").count() == 4
    assert other.locator("#submit, #undo, #tab-review, #tools [data-tool=brush]").count() == 0
    other.click("[data-compare=swipe]")
    assert other.locator("#divider").is_visible()
    assert other.request.get(f"{plan_server}/api/v1/plans/{page.plan}").status == 403
    assert other.faults == []
    context.close()


def test_the_sheet_says_what_happens_to_whom(planner, plan_server):
    page = planner
    impact = api(page, "GET", "/impact")
    page.goto(f"{plan_server}/plans/{page.plan}/sheet")
    until(page, "document.body.dataset.ready === 'sheet'")
    words = page.locator("#paper").inner_text()
    for one in (*impact["grids"], *impact["posts"]):
        assert one.get("name", one.get("person")) in words
    assert f"{impact['changed']['households']:,}" in words
    assert page.locator("#maps svg").count() == 2
    assert page.faults == []


def test_from_its_day_the_map_has_the_new_grids_and_until_then_it_is_withdrawn(reviewer):
    page, day = reviewer, today() + timedelta(days=1)
    names = {grid["name"] for grid in state(page)["grids"]}

    def published(moment):
        found = page.request.get(f"{page.server}/api/v1/features/grids?day={moment}").json()
        return len(names & {one["properties"]["name"] for one in found["features"]})

    step(page, "核准", "已核准")
    step(page, "发布", "已发布", day=day.isoformat())
    page.click("#tab-review")
    until(page, "document.querySelectorAll('#tasks li').length > 0")
    assert (published(today()), published(day)) == (1, 4)
    step(page, "撤回发布", "已撤回")
    assert (published(today()), published(day)) == (1, 1)


@pytest.mark.parametrize("planner", ["新华社区"], indirect=True)
def test_published_from_today_a_click_on_the_map_finds_the_new_grid(reviewer):
    page = reviewer
    x, y = page.evaluate(
        "(() => { const { model, map } = window.plan_page; const { x, y } = model.shown.middle(model.rows()[2]);"
        "const at = model.mesh.place(map, x, y); return [at.lng, at.lat] })()"
    )
    name = page.evaluate("window.plan_page.model.nameOf(window.plan_page.model.rows()[2])")
    step(page, "核准", "已核准")
    step(page, "发布", "已发布", day=today().isoformat())
    page.goto(f"{page.server}/?lon={x}&lat={y}&z=18")
    until(page, f"document.getElementById('card').textContent.includes('{name}')")


@pytest.mark.parametrize("planner", ["锦绣社区"], indirect=True)
def test_what_was_published_is_looked_at_beside_its_eve(reviewer):
    page = reviewer
    step(page, "核准", "已核准")
    step(page, "发布", "已发布", day=today().isoformat())
    page.goto(f"{page.server}/plans/published?day={today()}")
    listed = page.locator("#published li", has=page.locator(f"a[href^='/plans/{page.plan}?']"))
    assert "拆出" in listed.first.inner_text()
    assert "当天有效" in listed.first.inner_text()
    with page.expect_navigation():
        listed.first.get_by_role("link", name="与发布前对照").click()
    open_plan(page)
    assert page.locator("#divider").is_visible()
    assert page.locator("#submit").is_hidden()
    before, after = page.evaluate(
        "[window.plan_page.compare.rows, window.plan_page.model.shown.rows].map((rows) => new Set(rows).size)"
    )
    assert before < after
    assert page.locator("#tally").inner_text().startswith("相差")
    page.click("#tab-review")
    page.get_by_role("link", name="打开").last.click()
    open_plan(page)
    assert "version=1" in page.url
    assert "第 1 版" in page.locator("#looking").inner_text()
    assert len(page.evaluate("window.plan_page.model.rows()")) == before
