"""The registers in a browser: a leader link begins from a form, a person is found by name, a phone shows cards."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area
from gridmap.ledger.posts import Person, Post
from gridmap.terms import PostKind
from tests.web import signed
from tests.web.browser.planning import sign_in
from tests.web.browser.waiting import until
from web.params import today

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
LINKS = "/registers/leader-links"


@pytest.fixture
def gap(demo_engine):
    """A community of today without a township leader's link: its code."""
    with Session(demo_engine) as session:
        linked = select(Post.area_id).where(
            Post.kind == PostKind.LEADER_TOWNSHIP, Post.valid.contains(today())
        )
        query = select(Area.code).where(Area.kind == "community", Area.id.not_in(linked))
        return session.scalars(query).first()


@pytest.fixture
def desk(watched, live_server, demo_engine):
    """The county desk's page."""
    with Session(demo_engine) as session, session.begin():
        post = session.scalars(
            select(Post).where(Post.kind == PostKind.COUNTY_DESK, Post.valid.contains(today()))
        ).first()
        known = session.query(signed.Account).filter_by(person_id=post.person_id).first()
        if known is None:
            signed.account(session, post.person_id, "registers-desk")
            session.flush()
        login = known.login if known else "registers-desk"
    watched.set_viewport_size(DESKTOP)
    sign_in(watched, live_server, login)
    return watched


def suggested(page, field: str, words: str) -> None:
    """Write part of a name into a field and take the first that the list offers."""
    page.locator(f"#{field}").press_sequentially(words)
    until(page, f"!!document.querySelector('#{field}-list:not([hidden]) [role=option]')")
    page.locator(f"#{field}-list [role=option]").first.click()


def test_a_leader_link_begins_from_the_form_of_a_finding(desk, live_server, demo_engine, gap):
    with Session(demo_engine) as session:
        leader = session.scalars(
            select(Person).join(Post).where(Post.kind == PostKind.LEADER_TOWNSHIP)
        ).first()
    query = f"target={gap}&kind=leader_township&from=coverage&day={today()}&check=township_leader"
    desk.goto(f"{live_server}{LINKS}/new?{query}")
    assert desk.locator("#kind").input_value() == "leader_township"
    assert desk.locator("output[for=target]").inner_text()
    suggested(desk, "person_name", leader.name)
    assert desk.locator("#person").input_value() == leader.code
    with desk.expect_navigation():
        desk.locator("main form.registers-form button").click()
    assert re.search(rf"/coverage\?day={today()}&check=township_leader", desk.url)
    desk.goto(f"{live_server}{LINKS}?area={gap}")
    row = desk.locator("tbody tr", has_text=leader.name).first
    assert "乡镇联系领导" in row.inner_text()
    with desk.expect_navigation():
        row.locator("a").click()
    assert "新增台账记录" in desk.locator("main").inner_text()
    assert desk.faults == []


def test_another_name_after_a_choice_is_somebody_new(desk, live_server, demo_engine):
    with Session(demo_engine) as session:
        somebody = session.scalars(select(Person)).first()
        code = session.scalars(select(Area.code).where(Area.kind == "community")).first()
    desk.goto(f"{live_server}/registers/police/new?target={code}")
    suggested(desk, "person_name", somebody.name)
    assert desk.locator("#person").input_value() == somebody.code
    desk.locator("#person_name").fill("新示人")
    assert desk.locator("#person").input_value() == ""
    with desk.expect_navigation():
        desk.locator("main form.registers-form button").click()
    assert "新示人" in desk.locator("h1").inner_text()
    assert desk.faults == []


def test_what_is_wrong_is_shown_and_what_was_written_stays(desk, live_server):
    desk.goto(f"{live_server}{LINKS}/new")
    desk.locator("#person_name").fill("某示某")
    with desk.expect_navigation():
        desk.locator("main form.registers-form button").click()
    assert desk.locator("#target-fault").inner_text() == "必须填写。"
    assert desk.locator("#target").get_attribute("aria-invalid") == "true"
    assert desk.locator("#person_name").input_value() == "某示某"


@pytest.mark.parametrize("path", ["", "/leader-links", "/visits", "/persons", "/leader-links/new"])
def test_a_phone_shows_it_all_without_scrolling_sideways(desk, live_server, path):
    desk.set_viewport_size(PHONE)
    desk.goto(f"{live_server}/registers{path}")
    assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for cell in desk.locator("tbody tr:first-child td:visible").all():
        box = cell.bounding_box()
        assert box["x"] + box["width"] <= PHONE["width"]
    assert desk.faults == []


def test_a_red_cell_leads_to_the_form_and_is_green_afterwards(desk, live_server):
    """The quarterly visit is missing somewhere: the cell, the form, the cell again."""
    desk.goto(f"{live_server}/coverage?check=county_visit")
    until(desk, "document.body.dataset.ready === 'coverage'")
    cell = desk.locator("#rows td.lit.lacks button.cell").first
    code = cell.evaluate("one => one.closest('tr').dataset.code")
    cell.click()
    form = desk.locator('#detail .gap[data-check="county_visit"] .deed-main').first
    until(desk, "!!document.querySelector('#detail .gap.lit .deed-main')")
    with desk.expect_navigation():
        form.click()
    assert "/registers/visits/new" in desk.url
    desk.locator("#day").fill(today().isoformat())
    with desk.expect_navigation():
        desk.locator("main form.registers-form button").last.click()
    assert f"community={code}" in desk.url
    until(desk, "document.body.dataset.ready === 'coverage'")
    assert desk.locator('#detail .gap[data-check="county_visit"]').count() == 0
    held = desk.evaluate(
        f"coverage_page.audit.communities.find((one) => one.code === '{code}').held.county_visit"
    )
    assert held is True
    assert desk.faults == []
