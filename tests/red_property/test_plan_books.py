"""Planned joint meetings as a workbook: out and in without a difference, each line by the rules of the pages."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from geodata import meeting_books
from gridmap.dispatch import service as dispatch
from gridmap.errors import InvalidInput, RefusedRows
from gridmap.ledger.meeting_plans import MeetingInvite, MeetingPlan, MeetingProposal
from gridmap.ledger.property import PropertyCompany, PropertyContract
from gridmap.messaging.tables import Message
from gridmap.red_property import agenda, plan_books, plan_taking, planning
from gridmap.red_property.agenda import Point
from gridmap.store.audit import AuditEntry
from gridmap.store.base import from_day
from tests.dispatch.filings import filing, neighbour_community
from tests.geodata.conftest import read_in_process
from tests.red_property.planned import DAY, NOW, WHEN, code_of, signed, told, wanted
from tests.volunteering.sheets import Sheet
from tests.worlds import START

HERE = "419901001001"
SIDES = "书香苑社区居委会（419901001001）；安心物业（WY1）；业委会甲（served）"


@pytest.fixture(autouse=True)
def read_here(monkeypatch):
    """Read workbooks in this process."""
    read_in_process(monkeypatch)


@pytest.fixture
def out(session, world, tmp_path):
    """The workbook as somebody gets it."""

    def made(name="community", language="zh", first=DAY, last=DAY + timedelta(days=60)):
        reader = signed(world, name)
        found = plan_books.listed(session, reader, first, last, NOW)
        return Sheet(meeting_books.write(found, plan_books.askable(session, reader, DAY), language))

    return made


@pytest.fixture
def into(session, world, tmp_path):
    """Checks a workbook and takes it; the check says the same as the taking."""

    def taken(sheet, name="community", now=NOW):
        try:
            rows, keeper = meeting_books.read(sheet.file(tmp_path)), signed(world, name)
        except RefusedRows as refusal:
            return {one.number: one.zh for one in refusal.faults}
        checked = plan_taking.compare(session, rows, keeper, now)
        if checked.faults:
            return {one.number: one.zh for one in checked.faults}
        found = plan_taking.take(session, rows, keeper, now)
        assert (found.lines, found.faults) == (checked.lines, checked.faults)
        return found.counts()

    return taken


def new(sheet, **cells):
    usual = {
        "社区编码": HERE, "日期": WHEN.day, "时间": "9:30", "地点": "小广场", "主要议题": "消防",
        "请谁来": "安心物业; 业委会甲（served）；甲格员",
    }  # fmt: skip
    return sheet.add(**usual | cells)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_goes_out_comes_back_without_a_difference(session, world, plan, out, into, language):
    number = dispatch.file(session, filing(), NOW).number
    agenda.propose(session, signed(world, "A"), plan, Point("", report=number), NOW)
    agenda.propose(session, signed(world, "A"), plan, Point("车库积水", compound="served"), NOW)
    planning.move(
        session,
        signed(world, "community"),
        plan,
        planning.When(WHEN.day, "16:00", "二楼"),
        "撞期",
        NOW,
    )
    gone = planning.call(session, signed(world, "county"), wanted(world, topic="已取消的"), NOW)
    planning.cancel(session, signed(world, "county"), gone, "不开了", NOW)
    before = len(session.scalars(select(Message.id)).all())
    for name in ("community", "county"):
        assert into(out(name, language), name) == {"new": 0, "changed": 0, "same": 2}
    assert len(session.scalars(select(Message.id)).all()) == before


def test_a_line_says_when_who_about_what_and_how_it_stands(session, world, plan, out):
    number = dispatch.file(session, filing(), NOW).number
    agenda.propose(session, signed(world, "A"), plan, Point("", report=number), NOW)
    planning.move(
        session,
        signed(world, "community"),
        plan,
        planning.When(WHEN.day, "16:00", "二楼"),
        "撞期",
        NOW,
    )
    sheet = out()
    cells = {head: sheet.cell(2, head) for head in sheet.heads}
    assert cells["安排编号"] == plan_books.code_of(plan)
    assert cells["请谁来"] == SIDES
    assert (cells["状态"], cells["时间"], cells["地点"]) == ("已安排", "16:00", "二楼")
    assert cells["改过几次"] == "2026-06-08 15:00 社区会议室：撞期"
    assert cells["议程"] == "类别LIGHT"
    assert number not in str(cells)
    assert out("manager").cell(2, "议程") == "一件诉求"
    assert len(out("manager").book.worksheets) == 1
    assert [row[3] for row in sheet.book.worksheets[1].iter_rows(min_row=2, values_only=True)] == (
        SIDES.split("；")
    )
    assert out(first=DAY + timedelta(days=8)).page.max_row == 1
    with pytest.raises(InvalidInput, match="早于"):
        out(first=DAY, last=DAY - timedelta(days=1))
    exported = select(AuditEntry).where(AuditEntry.action == "joint_plans_exported")
    assert session.scalars(exported).first().details["rows"] == 1


def test_a_new_line_plans_a_meeting_and_tells_the_invited(session, world, plan, out, into):
    sheet, before = out(), told(session, "joint_called")
    new(sheet, 议程="消防通道\n灭火器 ", 备注="带台账")
    assert into(sheet) == {"new": 1, "changed": 0, "same": 1}
    made = session.scalars(select(MeetingPlan).where(MeetingPlan.topic == "消防")).one()
    assert (made.day, made.time, made.place, made.note) == (WHEN.day, "09:30", "小广场", "带台账")
    titles = select(MeetingProposal.title).where(MeetingProposal.plan_id == made.id)
    assert session.scalars(titles.order_by(MeetingProposal.id)).all() == ["消防通道", "灭火器"]
    invited = session.scalars(select(MeetingInvite).where(MeetingInvite.plan_id == made.id)).all()
    assert len(invited) == 3
    asked = {world.people["manager"].person_id, world.member.id, world.people["A"].person_id}
    assert told(session, "joint_called") == sorted([*before, *asked])
    assert into(out()) == {"new": 0, "changed": 0, "same": 2}


def test_a_changed_line_moves_invites_and_proposes(session, world, plan, out, into):
    sheet = out()
    worker = code_of(session, world.people["A"].person_id)
    later = WHEN.day + timedelta(days=2)
    sheet.put(
        2,
        日期=later,
        地点="二楼",
        请谁来=f"{SIDES}；甲格员（{worker}）",
        议程="绿化",
        改期或取消的原因="撞期",
    )
    assert into(sheet) == {"new": 0, "changed": 1, "same": 0}
    row = session.get(MeetingPlan, plan, populate_existing=True)
    assert (row.day, row.time, row.place) == (later, "15:00", "二楼")
    assert world.people["A"].person_id in told(session, "joint_called")
    assert len(told(session, "joint_moved")) == 4
    assert session.scalars(select(MeetingProposal.title)).all() == ["绿化"]
    sheet = out().put(2, 状态="已取消", 改期或取消的原因="人来不齐")
    assert into(sheet) == {"new": 0, "changed": 1, "same": 0}
    assert len(told(session, "joint_cancelled")) == 5
    assert into(out()) == {"new": 0, "changed": 0, "same": 1}


WRONG = (
    ({"日期": WHEN.day + timedelta(days=1)}, "改期或取消的原因：请填写"),
    ({"状态": "已取消"}, "改期或取消的原因：请填写"),
    ({"状态": "已取消", "地点": "别处", "改期或取消的原因": "改"}, "状态只能单独"),
    ({"状态": "已开"}, "写纪要"),
    ({"主要议题": "绿化"}, "主要议题和备注不能改"),
    ({"社区编码": "419901002001"}, "不能改"),
    ({"请谁来": "安心物业"}, "“书香苑社区居委会”不能从表里去掉"),
    ({"安排编号": "AP999999"}, "没有这个编号"),
    ({"安排编号": "第一"}, "没有这个编号"),
    ({"时间": "25:00"}, "时间：不是钟点"),
    ({"日期": "明天"}, "日期："),
    ({"地点": "长" * 101}, "地点：最多 100"),
    ({"请谁来": f"{SIDES}；不在的"}, "“不在的”不在可以请的名单里"),
)


def test_what_a_line_cannot_say_is_told_beside_it(session, world, plan, out, into, tmp_path):
    before, sheet = told(session, "joint_called"), out()
    new(sheet)
    content = sheet.saved()
    for cells, words in WRONG:
        sheet = Sheet(content).put(2, **cells)
        assert words in into(sheet)[2], cells
    with pytest.raises(RefusedRows, match="1 处"):
        plan_taking.take(
            session, meeting_books.read(sheet.file(tmp_path)), signed(world, "community"), NOW
        )
    assert told(session, "joint_called") == before
    assert len(session.scalars(select(MeetingPlan)).all()) == 1


def test_a_new_line_is_refused_by_the_rules_of_the_page(session, world, plan, out, into):
    elsewhere, content = neighbour_community(session)[1].code, out().saved()
    for cells, words in (
        ({"日期": DAY - timedelta(days=1)}, "日期：请填今天起"),
        ({"主要议题": "停车"}, "主要议题：这一天同一议题"),
        ({"请谁来": None}, "请谁来：请至少邀请一方"),
        ({"社区编码": elsewhere}, "不归您管"),
        ({"社区编码": "gone"}, "不归您管"),
        ({"状态": "已开"}, "会议台账"),
        ({"请谁来": "甲格员（gone）"}, "不在可以请的名单里"),
    ):
        sheet = Sheet(content)
        line = new(sheet, **cells)
        assert words in into(sheet)[line]


def test_a_point_or_a_line_cannot_be_left_out_or_said_twice(session, world, plan, out, into):
    agenda.propose(session, signed(world, "A"), plan, Point("绿化"), NOW)
    assert "“绿化”不能从表里去掉" in into(out().put(2, 议程="灯"))[2]
    sheet = out()
    sheet.add(**{head: sheet.cell(2, head) for head in sheet.heads})
    assert "第 2 行" in into(sheet)[3]


def test_what_is_missing_is_named_in_each_language(session, world, plan, out, tmp_path):
    number = dispatch.file(session, filing(), NOW).number
    agenda.propose(session, signed(world, "A"), plan, Point("", report=number), NOW)
    rows = meeting_books.read(out().put(2, 议程="灯").file(tmp_path))
    for name, zh, en in (
        ("community", "类别LIGHT", "类别LIGHT"),
        ("manager", "一件诉求", "A report"),  # who may not read the report
    ):
        fault = plan_taking.compare(session, rows, signed(world, name), NOW).faults[0]
        assert fault.zh.startswith(f"“{zh}”不能从表里去掉")
        assert fault.en.startswith(f"“{en}” cannot be left out")


def test_lines_of_one_community_and_day_ask_once_who_may_be_asked(
    session, world, out, tmp_path, statements
):
    sheet = out()
    for number in range(3):
        new(sheet, 主要议题=f"消防{number}")
    rows = meeting_books.read(sheet.file(tmp_path))
    statements.clear()
    plan_taking.compare(session, rows, signed(world, "community"), NOW)
    assert sum("AS duties" in one for one in statements.texts) == 1


def test_more_than_the_most_lines_are_refused(world, out, tmp_path):
    sheet = out()
    for number in range(meeting_books.MOST_ROWS + 1):
        new(sheet, 主要议题=f"消防{number}")
    with pytest.raises(InvalidInput, match="最多 300 行"):
        meeting_books.read(sheet.file(tmp_path))


def test_a_name_that_two_have_needs_its_code(session, world, plan, out, into):
    other = PropertyCompany(code="WY2", name="安心物业")
    session.add(other)
    world.compound("second", 100, 0, 150, 50)
    session.flush()
    session.add(
        PropertyContract(
            compound_id=world.compounds["second"].id, company_id=other.id, valid=from_day(START)
        )
    )
    session.flush()
    sheet = out()
    line = new(sheet)
    assert "“安心物业”有 2 个" in into(sheet)[line]
    sheet.put(line, 请谁来="安心物业(WY2)")
    assert into(sheet) == {"new": 1, "changed": 0, "same": 1}
    assert (
        session.scalars(select(MeetingInvite.company_id).order_by(MeetingInvite.id)).all()[-1]
        == other.id
    )


def test_nobody_changes_what_she_does_not_keep(session, world, plan, out, into):
    assert into(out("secretary"), "secretary") == {"new": 0, "changed": 0, "same": 1}
    found = into(
        out("secretary").put(2, 议程="绿化", 地点="二楼", 改期或取消的原因="改"), "secretary"
    )
    assert found[2]
    assert session.get(MeetingPlan, plan, populate_existing=True).place == WHEN.place
