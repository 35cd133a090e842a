"""Registers of party life: who belongs to which organisation, and the meetings of organisations."""

from __future__ import annotations

from typing import Final

from gridmap.registers.columns import (
    BEGINS,
    ENDS,
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
from gridmap.terms import DutyKind, MeetingState, PartyMove, PartyStanding

_ORGANISATION: Final = Column(
    "organisation", "党组织编码", "Organisation's code", ColumnType.CODE, required=True,
    refers=(Refers.ORGANISATION,), longest=64, example="DZZ001",
    explain_zh="组织关系在哪个党组织；在党小组的写党小组的编码。",
    explain_en="Where she belongs; the code of the group where she is in one.",
)  # fmt: skip
_ORGANISATION_NAME: Final = Column("organisation_name", "党组织", "Organisation", derived=True)
_RESIDENCE: Final = Column(
    "residence", "居住楼栋编码", "Building where she lives", ColumnType.CODE, refers=(Refers.BUILDING,),
    longest=64, example="LD00001", private=True, explain_zh="住在哪栋楼；不清楚的留空。",
    explain_en="Where she lives; empty where nobody knows.",
)  # fmt: skip
_RESIDENCE_NAME: Final = Column(
    "residence_name", "居住楼栋", "Lives in", derived=True, private=True
)

PARTY_LIFE_REGISTERS: Final[tuple[Register, ...]] = (
    Register(
        "party-members", "党员名册", "Party members", Group.POSTS,
        "每名党员的组织关系在哪里、住在哪里；转入转出各写明。姓名和住处只有管辖范围内的人看得到。",
        "Where each member belongs and lives; names and dwellings are seen by those whose area it is.",
        (
            _ORGANISATION, _ORGANISATION_NAME,
            Column("person", PERSON.zh, PERSON.en, PERSON.type, refers=PERSON.refers, longest=64,
                   example=PERSON.example, explain_zh=PERSON.explain_zh, explain_en=PERSON.explain_en, private=True),
            Column("person_name", PERSON_NAME.zh, PERSON_NAME.en, required=True, example="王示安", private=True,
                   explain_zh=PERSON_NAME.explain_zh, explain_en=PERSON_NAME.explain_en),
            PHONE,
            Column("standing", "类别", "Standing", ColumnType.CHOICE, required=True, terms=tuple(PartyStanding),
                   example=PartyStanding.FULL.zh),
            _RESIDENCE, _RESIDENCE_NAME,
            Column("came", "如何转入", "How she came", ColumnType.CHOICE,
                   terms=(PartyMove.TRANSFERRED, PartyMove.ADMITTED), example=PartyMove.TRANSFERRED.zh,
                   private=True),
            Column("went", "如何转出", "How she went", ColumnType.CHOICE,
                   terms=(PartyMove.TRANSFERRED, PartyMove.DIED, PartyMove.LEFT), private=True),
            Column("elsewhere", "转自或转往", "From or to", longest=200, private=True,
                   explain_zh="县外的党组织。", explain_en="The organisation outside the county."),
            BEGINS, ENDS,
        ),
        ("organisation", "person", "begins"), ("person",), ScopeLevel.COMMUNITY,
        ("party_membership", "person"),
    ),
    Register(
        "party-meetings", "组织生活", "Meetings of organisations", Group.MEETINGS,
        "主题党日、党员大会、支委会、党小组会和党课：哪天、什么主题、到会多少。以后的安排在日历页里写。",
        "Theme days, meetings and lessons: when, on what, how many were there. Plans are made in the calendar.",
        (
            _ORGANISATION, _ORGANISATION_NAME,
            Column("kind", "类型", "Kind", ColumnType.CHOICE, required=True, terms=tuple(DutyKind),
                   example=DutyKind.THEME_DAY.zh),
            Column("day", "日期", "Day", ColumnType.DAY, required=True, example="2026-03-05"),
            Column("state", "状态", "State", ColumnType.CHOICE, required=True, terms=tuple(MeetingState),
                   example=MeetingState.HELD.zh),
            Column("topic", "主题", "Topic", required=True, longest=200, example="学习党章"),
            Column("place", "地点", "Place"),
            Column("minutes", "记录", "Minutes", longest=10_000, private=True),
            Column("expected", "应到", "Expected", ColumnType.NUMBER, most=2000, example="30",
                   explain_zh="已开的要写。", explain_en="Needed once it was held."),
            Column("present", "实到", "Present", ColumnType.NUMBER, most=2000, example="28",
                   explain_zh="已开的要写，不多于应到。", explain_en="Needed once it was held; not above expected."),
        ),
        ("organisation", "kind", "day"), ("organisation", "kind"), ScopeLevel.COMMUNITY,
        ("party_meeting",), dated=False, event=True,
    ),
)  # fmt: skip
