"""A volunteer's day on the phone: registers, signs up, checks in on the spot, sees the hours confirmed."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area
from gridmap.terms import AreaKind
from gridmap.volunteering import activities
from gridmap.volunteering.activities import Plan
from gridmap.volunteering.organising import Hand, Reach
from tests.web.browser.waiting import until
from web.params import now

pytestmark = pytest.mark.browser
COUNTY = Hand(Reach(county=True))
TITLE = "浏览器里的清扫"


def called(engine):
    """An activity that has begun, in the middle of a community: its number, its community, its place."""
    with Session(engine) as session, session.begin():
        query = select(Area.id, Area.code).where(Area.kind == AreaKind.COMMUNITY)
        community = session.execute(query.order_by(Area.code)).first()
        lon, lat = activities.middles(session, [community.id], now())[community.code]
        starts = now() - timedelta(minutes=10)
        held = Plan(community.id, TITLE, "三号楼前", lon, lat, starts, starts + timedelta(hours=2))
        return activities.make(session, held, COUNTY, now()), community.code, (lon, lat)


def test_a_volunteers_day(live_server, demo_engine, keeper):
    desk = keeper
    activity, community, (lon, lat) = called(demo_engine)
    context = desk.context.browser.new_context(
        viewport={"width": 390, "height": 844},
        locale="zh-CN",
        permissions=["geolocation"],
        geolocation={"longitude": lon + 0.0003, "latitude": lat, "accuracy": 12},
    )
    phone = context.new_page()
    try:
        _serve(phone, desk, live_server, activity, community)
    finally:
        context.close()
    assert desk.faults == []


def _serve(phone, desk, live_server, activity, community):
    page = f"{live_server}/volunteers/activities/{activity}"
    phone.goto(page)
    phone.get_by_role("button", name="我要报名").click()
    phone.get_by_label("姓名").fill("王示安")
    phone.get_by_label("手机号").fill("13912345678")
    phone.locator("#community").select_option(community)
    phone.get_by_role("button", name="报到", exact=True).click()
    phone.get_by_role("button", name="我要报名").click()
    phone.locator("#here").click()
    phone.wait_for_url(f"{page}?said=here")
    until(phone, "document.body.innerText.includes('签到成功')")

    desk.goto(f"{page}/hours")
    desk.locator("[name^=minutes_]").fill("50")
    desk.get_by_role("button", name="确认时长").click()
    until(desk, "document.body.innerText.includes('已确认，时长记到各人名下')")

    phone.goto(f"{live_server}/volunteers/me")
    assert phone.locator(".volunteer-record").inner_text().split("\n")[0] == TITLE
    assert "50 分钟" in phone.locator(".tiles").inner_text()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
