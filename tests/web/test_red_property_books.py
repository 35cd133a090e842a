"""The workbook of planned joint meetings on its page, and what a point's report tells to whom."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from gridmap.dispatch import service as dispatch
from gridmap.dispatch.catalogue import put_entries
from gridmap.ledger.meeting_plans import MeetingPlan, MeetingProposal
from gridmap.ledger.meetings import JointMeeting
from gridmap.ledger.red_property import MeetingItem
from gridmap.messaging.tables import Message
from tests.dispatch.filings import CATEGORIES, filing
from tests.geodata.conftest import read_in_process
from tests.volunteering.sheets import Sheet
from tests.web import property_pages
from tests.web.property_pages import HOME, PAGE, text_of
from tests.web.signed import post_form, sign_in
from tests.worlds import START
from web.params import now, today

BOOK = "/red-property/plans/book"


@pytest.fixture(autouse=True)
def read_here(monkeypatch):
    """Read workbooks in this process."""
    read_in_process(monkeypatch)


@pytest.fixture
def county(session):
    return property_pages.county(session)


@pytest.fixture
def desk(client, county):
    sign_in(client, "desk")
    return client


@pytest.fixture
def plan(desk, session):
    fields = {
        "community": HOME,
        "topic": "小区停车",
        "day": today().isoformat(),
        "time": "15:00",
        "place": "会议室",
        "invited": ["company:company"],
    }
    assert post_form(desk, "/red-property/plans/new", **fields).status_code == 303
    return session.scalars(select(MeetingPlan)).one()


def given(client, **query):
    period = {"first": (today() - timedelta(days=30)).isoformat(), "last": today().isoformat()}
    answer = client.get(f"{BOOK}/export", query_string=period | query)
    assert answer.status_code == 200
    return Sheet(answer.data)


def send(client, sheet, do):
    file = (io.BytesIO(sheet.saved()), "book.xlsx")
    return post_form(client, BOOK, from_page=BOOK, do=do, file=file)


def test_the_book_goes_out_is_checked_and_comes_in(desk, session, plan):
    assert BOOK in text_of(desk, "/red-property/meetings")
    sheet = given(desk)
    assert "都没有变" in send(desk, sheet, "check").text
    day = (today() + timedelta(days=5)).isoformat()
    line = sheet.add(
        **{
            "社区编码": HOME, "日期": day, "时间": "9:00", "地点": "二楼", "主要议题": "消防",
            "请谁来": "安心物业；县财政局（agency）", "议程": "通道\n<b>灯</b>",
        }
    )  # fmt: skip
    shown = send(desk, sheet, "check").text
    assert "新增 1 行" in shown
    assert f"第 {line} 行" in shown
    assert len(session.scalars(select(MeetingPlan)).all()) == 1
    answer = send(desk, sheet, "take")
    assert answer.status_code == 303
    assert "新增 1 行" in text_of(desk, answer.location)
    made = session.scalars(select(MeetingPlan).where(MeetingPlan.topic == "消防")).one()
    assert session.scalars(
        select(Message.id).where(Message.link == f"/red-property/plans/{made.id}")
    ).all()
    assert given(desk, last=day).page.max_row == 3
    assert given(desk, community="nowhere").page.max_row == 1
    changed = given(desk).put(2, 地点="三楼")
    refused = send(desk, changed, "take")
    assert refused.status_code == 422
    assert "改期或取消的原因：请填写" in refused.text
    shown = send(desk, changed.put(2, 改期或取消的原因="漏水"), "check").text
    assert '<s class="muted">会议室</s> → 三楼' in shown


def test_what_is_asked_wrong_is_told_beside_its_field(desk, plan):
    for query, words in (
        ({"first": "x", "last": today().isoformat()}, "请填日期"),
        ({"first": "2026-02-01", "last": "2026-01-01"}, "结束日期早于开始日期"),
    ):
        answer = desk.get(f"{BOOK}/export", query_string=query, headers=PAGE)
        assert (answer.status_code, words in answer.text) == (422, True)
    assert "请选择文件" in post_form(desk, BOOK, from_page=BOOK, do="take").text
    file = (io.BytesIO(b"nothing"), "x.xlsx")
    assert post_form(desk, BOOK, from_page=BOOK, do="take", file=file).status_code == 422
    assert Sheet(desk.get(f"{BOOK}/template").data).page.max_row == 1
    desk.get("/language/en?next=/")
    assert "How each column is filled in" in text_of(desk, BOOK)
    assert Sheet(desk.get(f"{BOOK}/template").data).heads[0] == "Number"


def test_a_worker_takes_the_list_and_brings_none(desk, county, plan):
    worker = desk.application.test_client()
    sign_in(worker, "worker")
    sheet = given(worker)
    assert sheet.cell(2, "主要议题") == "小区停车"
    assert "导入并通知" not in text_of(worker, BOOK)
    assert "一次最多 300 行" in text_of(desk, BOOK)
    assert send(worker, sheet, "take").status_code == 403
    assert worker.get(f"{BOOK}/template").status_code == 403


def held(session, plan, titles):
    """The meeting that a plan became, with its points."""
    made = JointMeeting(
        community_id=plan.community_id, day=today(), topic=plan.topic, attended="各方"
    )
    session.add(made)
    session.flush()
    proposals = session.scalars(
        select(MeetingProposal).where(MeetingProposal.plan_id == plan.id)
    ).all()
    ids = {one.title: one.id for one in proposals}
    session.add_all(
        MeetingItem(meeting_id=made.id, position=position, title=title, proposal_id=ids[title])
        for position, title in enumerate(titles, 1)
    )
    return made.id


def test_only_who_may_read_a_report_sees_its_number_on_the_agenda(desk, session, county, plan):
    put_entries(session, CATEGORIES, START)
    number = dispatch.file(session, filing(), now()).number
    page = f"/red-property/plans/{plan.id}"
    other = dispatch.file(session, filing("k-2", body="2" * 64), now()).number
    for fields in ({"report": number}, {"title": "再议", "report": other}, {"title": "绿化"}):
        assert post_form(desk, f"{page}/points", from_page=page, **fields).status_code == 303
    shown = text_of(desk, page)
    assert f'href="/desk/{number}"' in shown
    assert "<b>类别LIGHT</b>" in shown
    handler = desk.application.test_client()
    sign_in(handler, "handler")
    text = text_of(handler, page)
    assert number not in text
    assert other not in text
    assert "<b>再议</b>" in text
    assert "关于一件诉求" in text
    assert "<b>一件诉求</b>" in text
    assert "只有办理范围内的人员能看" in text
    assert "<b>绿化</b>" in text
    assert "类别LIGHT" not in text
    plan.state, plan.meeting_id = "held", held(session, plan, ["类别LIGHT", "绿化"])
    session.flush()
    page = f"/red-property/meetings/{plan.meeting_id}"
    assert f'href="/desk/{number}"' in text_of(desk, page)
    text = text_of(handler, page)
    assert number not in text
    assert "<b>一件诉求</b>" in text
    handler.get("/language/en?next=/")
    text = text_of(handler, page)
    assert "<b>A report</b>" in text
    assert "Only those of its area may see it" in text
