"""The red property net in Chromium: the map's modes, a task finished on a phone, a meeting from plan to task."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.ledger.meeting_plans import MeetingPlan
from gridmap.ledger.meetings import JointMeeting
from gridmap.ledger.posts import Person
from gridmap.ledger.red_property import MeetingTask
from tests.web.browser.waiting import until
from web.params import today

PHONE = {"width": 390, "height": 844}
pytestmark = pytest.mark.browser


@pytest.fixture
def task(keeper, demo_engine):
    """A task of the county desk's own, from the latest meeting; its id."""
    name = keeper.locator(".who").inner_text().split()[-1]
    with Session(demo_engine) as session, session.begin():
        meeting = session.scalars(select(JointMeeting).order_by(JointMeeting.day.desc())).first()
        person = session.scalars(select(Person.id).where(Person.name == name)).one()
        made = MeetingTask(
            meeting_id=meeting.id,
            title="浏览器里办的事",
            person_id=person,
            due=today() + timedelta(days=2),
        )
        session.add(made)
        session.flush()
        number = made.id
    yield number
    with Session(demo_engine) as session, session.begin():
        session.delete(session.get(MeetingTask, number))


def test_the_map_s_modes_and_a_task_on_a_phone(keeper, live_server, demo_engine, task):
    keeper.goto(f"{live_server}/red-property")
    until(keeper, "document.body.dataset.ready === 'net'")
    legend = keeper.locator("#net-legend")
    assert legend.locator("li").all_inner_texts() == ["有物业", "无物业台账", "未登记"]
    keeper.get_by_role("button", name="党组织").click()
    assert "派驻党建指导员" in legend.inner_text()
    keeper.get_by_role("button", name="物业企业").click()
    assert legend.locator("li").count() > 5
    keeper.set_viewport_size(PHONE)
    keeper.goto(f"{live_server}/red-property")
    assert keeper.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    keeper.locator(".net-mine a", has_text="浏览器里办的事").click()
    keeper.get_by_label("办理结果").fill("已办好")
    keeper.get_by_role("button", name="登记办结").click()
    keeper.wait_for_url("**/red-property/meetings/*")
    assert "已办好" in keeper.locator(f"#task-{task}").inner_text()
    with Session(demo_engine) as session:
        assert session.get(MeetingTask, task).done_on == today()
    assert keeper.faults == []


def test_a_meeting_is_planned_held_and_makes_a_task(keeper, live_server, demo_engine):
    keeper.set_viewport_size(PHONE)
    keeper.goto(f"{live_server}/red-property/meetings")
    keeper.get_by_role("link", name="安排会议").click()
    keeper.get_by_label("主要议题").fill("浏览器里开的会")
    keeper.get_by_label("哪天").fill(today().isoformat())
    keeper.get_by_label("在哪里").fill("社区会议室")
    assert keeper.locator("#invited input:checked").count() >= 2
    keeper.get_by_role("button", name="安排并通知").click()
    keeper.wait_for_url("**/red-property/plans/*")
    keeper.get_by_label("议题", exact=True).fill("门禁坏了")
    keeper.get_by_role("button", name="提出").click()
    keeper.get_by_text("门禁坏了").wait_for()
    keeper.get_by_role("link", name="写纪要").click()
    point = keeper.locator(".net-point", has=keeper.locator("input[value='门禁坏了']"))
    point.locator("textarea").fill("物业三日内修好")
    point.locator("select").select_option(index=1)
    keeper.locator("input[name^=came_]").last.uncheck()
    assert keeper.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    keeper.get_by_role("button", name="保存纪要并交办").click()
    keeper.wait_for_url("**/red-property/meetings/*")
    assert "物业三日内修好" in keeper.locator("a.net-line[id^=task-]").inner_text()
    with Session(demo_engine) as session:
        plan = session.scalars(
            select(MeetingPlan).where(MeetingPlan.topic == "浏览器里开的会")
        ).one()
        assert (plan.state, plan.day) == ("held", today())
    assert keeper.faults == []
