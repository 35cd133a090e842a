"""Registers that are no posts: visits, meetings, organisations, property, people, agencies."""

from __future__ import annotations

from typing import Final

from gridmap.registers.columns import (
    BEGINS,
    ENDS,
    LONGEST_TEXT,
    PERSON,
    PERSON_NAME,
    PHONE,
    Column,
    ColumnType,
    Group,
    Refers,
    Register,
    ScopeLevel,
)
from gridmap.terms import LEADER_LINKS, Line, PartyForm, PartyKind, PostKind


def _code_of(
    key: str, words: tuple[str, str], refers: Refers, example: str, *, required: bool = True
) -> Column:
    return Column(
        key, words[0], words[1], ColumnType.CODE, required=required, refers=(refers,),
        longest=64, example=example,
    )  # fmt: skip


def _own_code(words: tuple[str, str], example: str) -> Column:
    """The record's own code: made where none is written, never changed afterwards."""
    return Column(
        "code", words[0], words[1], ColumnType.CODE, longest=64, example=example,
        explain_zh="留空则自动生成；生成后不再改变。",
        explain_en="Made where it is left empty; it never changes.",
    )  # fmt: skip


def _name(key: str, words: tuple[str, str]) -> Column:
    return Column(key, words[0], words[1], derived=True)


_COMMUNITY: Final = _code_of(
    "community", ("社区编码", "Community's code"), Refers.COMMUNITY, "419901001001"
)
_COMMUNITY_NAME: Final = _name("community_name", ("社区", "Community"))
_COMPOUND: Final = _code_of("compound", ("小区编码", "Compound's code"), Refers.COMPOUND, "XQ001")
_COMPOUND_NAME: Final = _name("compound_name", ("小区", "Compound"))
_NAME: Final = Column("name", "名称", "Name", required=True, longest=200)
_FORM: Final = Column(
    "party_form", "党组织形式", "Party organisation", ColumnType.CHOICE, terms=tuple(PartyForm),
    example=PartyForm.ALONE.zh, explain_zh="单建、联建或派驻党建指导员；没有的留空。",
    explain_en="Own, joint, or a sent adviser; empty where there is none.",
)  # fmt: skip
_PHONE: Final = Column("contact_phone", "联系电话", "Contact's phone", ColumnType.PHONE, longest=32)
_UNIT_PHONE: Final = Column(
    "phone", "电话", "Phone", ColumnType.PHONE, longest=32, example="0000-5500001"
)
_DAY: Final = Column("day", "日期", "Day", ColumnType.DAY, required=True, example="2026-03-05")
_MEMBERS: Final = (
    Column("full_members", "正式党员", "Full members", ColumnType.NUMBER, example="12"),
    Column(
        "probationary_members", "预备党员", "Probationary members", ColumnType.NUMBER, example="1"
    ),
)
_PARENT: Final = Column(
    "parent", "上级党组织编码", "Parent's code", ColumnType.CODE, longest=64,
    refers=(Refers.ORGANISATION,),
)  # fmt: skip

PLACE_REGISTERS: Final[tuple[Register, ...]] = (
    Register(
        "branches", "社区党总支与网格党支部", "General and grid branches", Group.POSTS,
        "每个社区的党总支和每个网格的党支部。", "The general branch of a community, the branch of a grid.",
        (
            _own_code(("党组织编码", "Organisation's code"), "DZZ001"),
            Column("kind", "类型", "Kind", ColumnType.CHOICE, required=True,
                   terms=(PartyKind.GENERAL_BRANCH, PartyKind.GRID_BRANCH), example=PartyKind.GRID_BRANCH.zh),
            Column("target", "社区或网格编码", "Code of community or grid", ColumnType.CODE, required=True,
                   refers=(Refers.COMMUNITY, Refers.GRID), longest=64, example="419901001001001"),
            _name("target_name", ("社区或网格", "Community or grid")),
            _NAME, _PARENT, *_MEMBERS, BEGINS, ENDS,
        ),
        ("code", "begins"), ("target",), ScopeLevel.COMMUNITY, ("party_version", "party_organisation"),
        kinds=(PartyKind.GENERAL_BRANCH, PartyKind.GRID_BRANCH),
    ),
    Register(
        "building-groups", "楼栋党小组", "Building party groups", Group.POSTS,
        "每栋楼一个党小组。", "One party group a building.",
        (
            _own_code(("党组织编码", "Organisation's code"), "DXZ0001"),
            _code_of("target", ("楼栋编码", "Building's code"), Refers.BUILDING, "LD00001"),
            _name("target_name", ("楼栋", "Building")),
            _NAME, _PARENT, *_MEMBERS, BEGINS, ENDS,
        ),
        ("code", "begins"), ("target",), ScopeLevel.COMMUNITY, ("party_version", "party_organisation"),
        kinds=(PartyKind.BUILDING_GROUP,),
    ),
    Register(
        "visits", "领导走访", "Leaders' visits", Group.MEETINGS,
        "联系领导哪天到社区指导。走访当天，领导须在联系期内。",
        "On which day a linked leader was in the community; the link must hold on that day.",
        (
            _COMMUNITY, _COMMUNITY_NAME,
            Column("kind", "联系层级", "Link", ColumnType.CHOICE,
                   terms=tuple(kind for kind in PostKind if kind in LEADER_LINKS),
                   explain_zh="一人在同一社区有两种联系时才要填。",
                   explain_en="Needed only for somebody with two links to one community."),
            PERSON, PERSON_NAME, _DAY,
            Column("note", "走访内容", "Note", longest=LONGEST_TEXT, example="走访困难党员"),
        ),
        ("community", "person", "day"), ("community",), ScopeLevel.COMMUNITY, ("visit", "post"),
        dated=False, event=True,
    ),
    Register(
        "joint-meetings", "党建联席会议", "Joint meetings", Group.MEETINGS,
        "社区各方参加的党建联席会议：哪天开，谁参加，议定了什么。",
        "Meetings of the parties of a community: when, who attended, what was decided.",
        (
            _name("meeting_code", ("会议编号", "Meeting's code")), _COMMUNITY, _COMMUNITY_NAME, _DAY,
            Column("topic", "议题", "Topic", required=True, longest=200, example="停车难问题"),
            Column("attended", "参加单位和人员", "Who attended", required=True, longest=LONGEST_TEXT),
            Column("decisions", "议定事项", "Decisions", longest=LONGEST_TEXT),
        ),
        ("community", "day", "topic"), ("community",), ScopeLevel.COMMUNITY, ("joint_meeting",),
        dated=False, event=True,
    ),
    Register(
        "responsible-units", "分包单位", "Responsible units", Group.MEETINGS,
        "哪个部门分包哪个社区，联系人是谁。", "Which agency answers for a community, and whom to call.",
        (
            _COMMUNITY, _COMMUNITY_NAME,
            _code_of("agency", ("部门编码", "Agency's code"), Refers.AGENCY, "BM01"),
            _name("agency_name", ("部门", "Agency")),
            Column("contact", "联系人", "Contact"), _PHONE, BEGINS, ENDS,
        ),
        ("community", "agency", "begins"), ("community", "agency"), ScopeLevel.COMMUNITY,
        ("responsible_unit",),
    ),
    Register(
        "property-companies", "物业服务企业", "Property companies", Group.PROPERTY,
        "在本县服务的物业企业；党组织形式写在“物业企业党组织”里。",
        "Property companies; their party organisations stand in a register of their own.",
        (_own_code(("企业编码", "Company's code"), "WY01"), _NAME, _UNIT_PHONE),
        ("code",), ("code",), ScopeLevel.TOWNSHIP, ("property_company",), dated=False,
    ),
    Register(
        "property-contracts", "物业合同", "Property contracts", Group.PROPERTY,
        "哪家企业服务哪个小区，从哪天到哪天。", "Which company serves which compound.",
        (
            _COMPOUND, _COMPOUND_NAME,
            _code_of("company", ("企业编码", "Company's code"), Refers.COMPANY, "WY01"),
            _name("company_name", ("物业企业", "Company")), BEGINS, ENDS,
        ),
        ("compound", "begins"), ("compound",), ScopeLevel.COMMUNITY, ("property_contract",),
    ),
    Register(
        "owners-committees", "业主委员会", "Owners' committees", Group.PROPERTY,
        "小区的业委会和它的党组织形式。", "A compound's owners' committee and its party organisation.",
        (_COMPOUND, _COMPOUND_NAME, _NAME, _FORM, BEGINS, ENDS),
        ("compound", "begins"), ("compound",), ScopeLevel.COMMUNITY, ("owners_committee",),
    ),
    Register(
        "unserved-compounds", "无物业小区台账", "Unserved compounds", Group.PROPERTY,
        "没有物业企业的小区，由社区组织自管，写明怎么管。",
        "Compounds without a property company, and how they manage themselves.",
        (
            _COMPOUND, _COMPOUND_NAME,
            Column("self_management", "自管办法", "Self-management", required=True, longest=LONGEST_TEXT,
                   example="楼院自管小组每周保洁两次"),
            BEGINS, ENDS,
        ),
        ("compound", "begins"), ("compound",), ScopeLevel.COMMUNITY, ("unserved_compound",),
    ),
    Register(
        "service-centres", "党群服务中心", "Service centres", Group.BASE,
        "党群服务中心的位置和服务的社区。", "Where a service centre is and which communities it serves.",
        (
            _own_code(("中心编码", "Centre's code"), "FW01"), _NAME,
            Column("address", "地址", "Address", longest=200), _UNIT_PHONE,
            Column("communities", "服务社区编码", "Communities served", ColumnType.CODE, required=True,
                   refers=(Refers.COMMUNITY,), many=True, longest=600, example="419901001001、419901001002",
                   explain_zh="多个编码之间用顿号隔开。", explain_en="Several codes with commas between them."),
            Column("lon", "经度", "Longitude", ColumnType.NUMBER, required=True, least=-180, most=180,
                   fraction=True, explain_zh="WGS 84 坐标，单位度。", explain_en="WGS 84, in degrees."),
            Column("lat", "纬度", "Latitude", ColumnType.NUMBER, required=True, least=-90, most=90,
                   fraction=True, explain_zh="WGS 84 坐标，单位度。", explain_en="WGS 84, in degrees."),
            BEGINS, ENDS,
        ),
        ("code", "begins"), ("code",), ScopeLevel.COMMUNITY, ("service_centre", "service_centre_area"),
    ),
    Register(
        "agencies", "部门与单位", "Agencies", Group.BASE,
        "分包社区、派出干部、承办诉求的部门。", "Agencies that answer for communities, second cadres, handle reports.",
        (
            _own_code(("部门编码", "Agency's code"), "BM01"), _NAME,
            Column("line", "条线", "Line", ColumnType.CHOICE, terms=tuple(Line), example=Line.URBAN.zh),
            _UNIT_PHONE,
        ),
        ("code",), ("code",), ScopeLevel.COUNTY, ("agency",), dated=False,
    ),
    Register(
        "persons", "人员", "People", Group.BASE,
        "任职的人；岗位写在各自的台账里。", "People who hold posts; the posts stand in their own registers.",
        (
            _own_code(("人员编号", "Person's code"), "RY00001"),
            Column("name", "姓名", "Name", required=True, example="王示安"), PHONE,
            Column("party_member", "党员", "Party member", ColumnType.YES_NO, example="是", private=True),
            _code_of("agency", ("所在部门编码", "Agency's code"), Refers.AGENCY, "BM01", required=False),
            _name("agency_name", ("所在部门", "Agency")),
        ),
        ("code",), ("code",), ScopeLevel.COMMUNITY, ("person",), dated=False,
    ),
)  # fmt: skip
