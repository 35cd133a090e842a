"""The gazetteer in a browser: confirmed with one tap, understood within a second; a place is picked; roads on a map."""

import time

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gridmap.ledger.buildings import Compound
from gridmap.ledger.names import PlaceName
from gridmap.store.base import from_day
from tests.web.browser.waiting import until
from web.params import today

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
TEXT = "老火柴厂宿舍"


@pytest.fixture
def proposal(demo_engine):
    """A proposed name of an estate; gone afterwards."""
    with Session(demo_engine) as session, session.begin():
        code = session.scalars(select(Compound.code).order_by(Compound.code)).first()
        name = PlaceName(
            entity_kind="compound",
            entity_code=code,
            text=TEXT,
            kind="alias",
            state="proposed",
            source="desk",
            valid=from_day(today()),
        )
        session.add(name)
    yield code
    with Session(demo_engine) as session, session.begin():
        session.execute(delete(PlaceName).where(PlaceName.text == TEXT))


def tried(page, text):
    """What the page says that a sentence means."""
    page.fill("#try", text)
    page.locator("#try").press("Enter")
    until(page, "!document.getElementById('try-answer').hidden")
    return page.locator("#try-answer")


def test_a_name_is_confirmed_by_one_tap_and_understood_within_a_second(
    keeper, live_server, proposal
):
    keeper.set_viewport_size(PHONE)
    keeper.goto(f"{live_server}/names")
    assert "能直接定位" not in tried(keeper, f"{TEXT}漏水").inner_text()
    entry = keeper.locator(".names-proposals li", has_text=TEXT)
    with keeper.expect_navigation():
        entry.get_by_role("button", name="确认").click()
    told = time.monotonic()
    answer = tried(keeper, f"{TEXT}漏水")
    until(keeper, "document.getElementById('try-answer').textContent.includes('能直接定位')")
    assert time.monotonic() - told < 1.5  # a second, and what the page takes to load
    assert "小区" in answer.inner_text()
    width = keeper.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    assert keeper.faults == []


def test_a_place_is_picked_by_its_name(keeper, live_server):
    keeper.set_viewport_size({"width": 1440, "height": 900})
    keeper.goto(f"{live_server}/names")
    keeper.locator("#code").press_sequentially("书香苑")
    until(keeper, "!!document.querySelector('#code-list:not([hidden]) [role=option]')")
    keeper.locator("#code-list [role=option]", has_text="书香苑小区").first.click()
    assert keeper.locator("#entity").input_value() in {"compound", "building"}
    assert "书香苑" in keeper.locator("output[for=code]").inner_text()
    assert keeper.faults == []


def test_a_road_is_found_on_the_map_from_the_list(keeper, live_server):
    keeper.set_viewport_size({"width": 1440, "height": 900})
    keeper.goto(f"{live_server}/names/roads")
    until(keeper, "document.body.dataset.ready === 'names'")
    before = keeper.evaluate("window.map_county.getZoom()")
    keeper.locator("details[data-road] summary").first.click()
    until(keeper, f"window.map_county.getZoom() > {before}")
    assert keeper.locator("details[data-road][open] input[name=grid]").count() >= 3
    assert keeper.faults == []
