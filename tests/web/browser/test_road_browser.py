"""A rider's day on the phone: registers at the nearest centre, checks in, reports with one hand."""

import time

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gridmap.ledger.centres import CentreCheckIn, VolunteerReport
from gridmap.ledger.property import ServiceCentre
from gridmap.ledger.volunteering import Volunteer
from tests.web.browser.waiting import until

pytestmark = pytest.mark.browser
PHONE = "13912340001"
CODE = "FW02"
OPEN_ALWAYS = text(
    "UPDATE centre_opening SET opens = '00:00', closes = '24:00' WHERE centre = :code"
)


def counted(engine, table):
    with Session(engine) as session:
        rider = select(Volunteer.id).where(Volunteer.phone == PHONE).scalar_subquery()
        query = select(func.count()).select_from(table).where(table.volunteer_id == rider)
        return session.scalar(query)


def stand_at(page, engine):
    """Let the phone be beside the centre, whose door is open around the clock."""
    with Session(engine) as session, session.begin():
        spot = select(func.ST_X(ServiceCentre.spot), func.ST_Y(ServiceCentre.spot))
        lon, lat = session.execute(spot.where(ServiceCentre.code == CODE)).one()
        session.execute(OPEN_ALWAYS, {"code": CODE})
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": lon + 0.0002, "latitude": lat, "accuracy": 15})


def send(page, tile, said):
    """Send a report and wait for what the page says of it."""
    page.locator(f"label[for=tile-{tile}]").click()
    until(page, "!document.querySelector('#send').disabled")
    page.locator("#send").click()
    until(page, f"document.querySelector('#done').textContent.includes('{said}')")


def comes_to(engine, table, count):
    """Tell whether so many rows come in; a busy machine takes its time."""
    begin = time.monotonic()
    while counted(engine, table) != count:
        if time.monotonic() - begin > 20:
            return False
        time.sleep(0.1)
    return True


def test_a_riders_day(watched, live_server, demo_engine):
    watched.set_viewport_size({"width": 360, "height": 780})
    stand_at(watched, demo_engine)
    watched.goto(f"{live_server}/road")
    watched.locator("#nearest").click()
    until(watched, f"document.querySelector('#centres a').getAttribute('href').endsWith('{CODE}')")
    watched.locator("#centres a").first.click()
    watched.locator("[name=name]").fill("王示安")
    watched.locator("[name=phone]").fill(PHONE)
    watched.locator("label[for=occupation-rider]").click()
    watched.get_by_role("button", name="登记").click()
    watched.locator("#by-position").click()
    watched.wait_for_url("**/road?done=1")
    assert counted(demo_engine, CentreCheckIn) == 1

    watched.goto(f"{live_server}/road/report")
    until(watched, "document.querySelector('.road-place.good')")
    send(watched, "C02080", "已收到")
    assert comes_to(demo_engine, VolunteerReport, 1)
    wide = watched.evaluate("document.documentElement.scrollWidth")
    assert wide == 360
    assert watched.faults == []

    watched.context.set_offline(True)
    watched.get_by_role("button", name="再报一件").click()
    until(watched, "document.querySelector('.road-place.good')")
    send(watched, "C01082", "已保存在这部手机上")
    watched.context.set_offline(False)
    until(watched, "document.querySelector('#outbox').hidden")
    assert comes_to(demo_engine, VolunteerReport, 2)
