"""Registers of the red property net: companies' parties, joint posts, self-management, follow-up, units."""

from __future__ import annotations

from typing import Final

from gridmap.registers.columns import (
    BEGINS,
    ENDS,
    LONGEST_TEXT,
    PERSON,
    PERSON_NAME,
    Column,
    ColumnType,
    Group,
    Refers,
    Register,
    ScopeLevel,
)
from gridmap.terms import JointDuty, PartyForm, UnitDeedKind, Upkeep


def _code(
    key: str, words: tuple[str, str], refers: Refers, example: str, *, required: bool = True
) -> Column:
    return Column(
        key, words[0], words[1], ColumnType.CODE, required=required, refers=(refers,),
        longest=64, example=example,
    )  # fmt: skip


def _name(key: str, words: tuple[str, str]) -> Column:
    return Column(key, words[0], words[1], derived=True)


_COMMUNITY: Final = (
    _code("community", ("社区编码", "Community's code"), Refers.COMMUNITY, "419901001001"),
    _name("community_name", ("社区", "Community")),
)
_COMPOUND: Final = (
    _code("compound", ("小区编码", "Compound's code"), Refers.COMPOUND, "XQ001"),
    _name("compound_name", ("小区", "Compound")),
)
_AGENCY: Final = (
    _code("agency", ("部门编码", "Agency's code"), Refers.AGENCY, "BM01"),
    _name("agency_name", ("部门", "Agency")),
)
_COMPANY: Final = (
    _code("company", ("企业编码", "Company's code"), Refers.COMPANY, "WY01"),
    _name("company_name", ("物业企业", "Company")),
)
_MEETING: Final = (
    _code("meeting", ("会议编号", "Meeting's code"), Refers.MEETING, "HY000001"),
    _name("meeting_name", ("会议", "Meeting")),
)
_PHONE: Final = Column(
    "phone", "联系电话", "Phone", ColumnType.PHONE, longest=32, example="0000-5500001"
)

RED_PROPERTY_REGISTERS: Final[tuple[Register, ...]] = (
    Register(
        "company-parties", "物业企业党组织", "Companies' party organisations", Group.PROPERTY,
        "物业企业的党组织是单建、联建还是派驻党建指导员，从哪天起。",
        "Whether a company has its own party organisation, a joint one or a sent adviser, and from when.",
        (
            *_COMPANY,
            Column("party_form", "党组织形式", "Party organisation", ColumnType.CHOICE, required=True,
                   terms=tuple(PartyForm), example=PartyForm.ALONE.zh),
            Column("name", "党组织名称", "Organisation's name", longest=200, example="安居物业党支部"),
            BEGINS, ENDS,
        ),
        ("company", "begins"), ("company",), ScopeLevel.TOWNSHIP, ("company_party",),
    ),
    Register(
        "joint-posts", "交叉任职", "Joint posts", Group.PROPERTY,
        "物业企业或业委会的党员在社区党组织兼任委员：填企业编码或小区编码中的一个，说明从哪边来。",
        "Members of a company or an owners' committee who sit part-time in the community's party"
        " organisation; write the company's code or the compound's, whichever side they come from.",
        (
            *_COMMUNITY, PERSON, PERSON_NAME,
            Column("duty", "兼任职务", "Duty", ColumnType.CHOICE, required=True, terms=tuple(JointDuty),
                   example=JointDuty.MEMBER.zh),
            _code("company", ("企业编码", "Company's code"), Refers.COMPANY, "WY01", required=False),
            _name("company_name", ("物业企业", "Company")),
            _code("compound", ("业委会所在小区编码", "Compound of the owners' committee"), Refers.COMPOUND,
                  "XQ001", required=False),
            _name("compound_name", ("小区", "Compound")),
            BEGINS, ENDS,
        ),
        ("community", "person", "begins"), ("community", "person"), ScopeLevel.COMMUNITY, ("joint_post",),
    ),
    Register(
        "self-management", "无物业小区自管分工", "Self-management", Group.PROPERTY,
        "没有物业的小区，保洁、门岗、维修等各由谁负责。",
        "Who looks after cleaning, gate, repairs and so on where there is no property company.",
        (
            *_COMPOUND,
            Column("work", "事项", "Work", ColumnType.CHOICE, required=True, terms=tuple(Upkeep),
                   example=Upkeep.CLEANING.zh),
            Column("manager", "谁负责", "Who", required=True, longest=200, example="楼院自管小组"),
            _PHONE, BEGINS, ENDS,
        ),
        ("compound", "work", "begins"), ("compound", "work"), ScopeLevel.COMMUNITY, ("self_management",),
    ),
    Register(
        "meeting-items", "联席会议议程", "Agendas of joint meetings", Group.MEETINGS,
        "党建联席会议的每一项议题和议定的结果。", "Every point of a joint meeting's agenda and what was decided.",
        (
            *_MEETING,
            Column("position", "序号", "Number", ColumnType.NUMBER, required=True, least=1, most=99, example="1"),
            Column("title", "议题", "Point", required=True, longest=200, example="小区停车"),
            Column("decision", "议定结果", "Decision", longest=LONGEST_TEXT, example="物业一周内划线"),
        ),
        ("meeting", "position"), ("meeting",), ScopeLevel.COMMUNITY, ("meeting_item",), dated=False,
    ),
    Register(
        "meeting-parties", "联席会议到会各方", "Sides at joint meetings", Group.MEETINGS,
        "哪家物业企业、哪个小区的业委会、哪个社区的居委会应到哪次党建联席会议，来了没有：三个编码只填一个。",
        "Which property company, owners' committee or residents' committee was asked to a joint meeting, and"
        " whether it came; write one of the three codes.",
        (
            *_MEETING,
            _code("company", ("企业编码", "Company's code"), Refers.COMPANY, "WY01", required=False),
            _name("company_name", ("物业企业", "Company")),
            _code("compound", ("业委会所在小区编码", "Compound of the owners' committee"), Refers.COMPOUND,
                  "XQ001", required=False),
            _name("compound_name", ("业委会所在小区", "Owners' committee of")),
            _code("community", ("居委会所在社区编码", "Community of the residents' committee"), Refers.COMMUNITY,
                  "419901001001", required=False),
            _name("community_name", ("居委会所在社区", "Residents' committee of")),
            Column("came", "到会", "Came", ColumnType.YES_NO, required=True, example="是",
                   explain_zh="应到没来的填“否”。", explain_en="No: it was asked and did not come."),
        ),
        ("meeting", "company", "compound", "community"), ("meeting",), ScopeLevel.COMMUNITY,
        ("meeting_party",), dated=False,
    ),
    Register(
        "meeting-agencies", "联席会议参加部门", "Agencies at joint meetings", Group.MEETINGS,
        "哪些部门参加了哪次党建联席会议；分包单位的参会从这里统计。",
        "Which agencies took part in a joint meeting; what a responsible unit attended is counted from here.",
        (*_MEETING, *_AGENCY),
        ("meeting", "agency"), ("meeting",), ScopeLevel.COMMUNITY, ("meeting_agency",), dated=False,
    ),
    Register(
        "meeting-tasks", "议定事项", "Follow-up of joint meetings", Group.MEETINGS,
        "联席会议定下的事：谁办，哪天前办完，办成没有。",
        "What a joint meeting wants done: by whom, by when, and whether it is done.",
        (
            *_MEETING,
            Column("title", "事项", "What", required=True, longest=200, example="施划停车线"),
            PERSON, PERSON_NAME,
            Column("due", "完成期限", "Due", ColumnType.DAY, required=True, example="2026-03-31"),
            Column("done_on", "完成日", "Done on", ColumnType.DAY, example="2026-03-20",
                   explain_zh="没有办完的留空。", explain_en="Empty until it is done."),
            Column("result", "办理结果", "Result", longest=LONGEST_TEXT, example="已划线42个",
                   explain_zh="填了完成日就要写。", explain_en="Needed with the day on which it was done."),
        ),
        ("meeting", "title"), ("meeting",), ScopeLevel.COMMUNITY, ("meeting_task",), dated=False,
    ),
    Register(
        "unit-deeds", "分包单位工作", "Deeds of responsible units", Group.MEETINGS,
        "分包单位哪天在社区做了什么；走访、参会、志愿活动和办理诉求另有记录，不必重复登记。",
        "What a responsible unit did in its community; visits, meetings, voluntary service and handled"
        " reports are counted from their own records.",
        (
            *_COMMUNITY, *_AGENCY,
            Column("day", "日期", "Day", ColumnType.DAY, required=True, example="2026-03-05"),
            Column("kind", "类别", "Kind", ColumnType.CHOICE, required=True, terms=tuple(UnitDeedKind),
                   example=UnitDeedKind.PROJECT.zh),
            Column("note", "做了什么", "What", required=True, longest=LONGEST_TEXT, example="出资安装20个充电桩"),
        ),
        ("community", "agency", "day", "kind"), ("community", "agency"), ScopeLevel.COMMUNITY,
        ("unit_deed",), dated=False, event=True,
    ),
)  # fmt: skip
