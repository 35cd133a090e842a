"""Registers of the rounds: the doors that are called at, and the visits that were made. Private throughout."""

from __future__ import annotations

from typing import Final

from gridmap.registers.columns import (
    BEGINS,
    ENDS,
    LONGEST_TEXT,
    Column,
    ColumnType,
    Group,
    Refers,
    Register,
    ScopeLevel,
)
from gridmap.terms import DoorOutcome, HouseholdKind

_TARGET: Final = Column(
    "target", "楼栋编码", "Building's code", ColumnType.CODE, required=True,
    refers=(Refers.BUILDING,), longest=64, example="LD00001",
)  # fmt: skip
_TARGET_NAME: Final = Column("target_name", "楼栋", "Building", derived=True)
_PHONE: Final = Column(
    "contact_phone", "电话", "Phone", ColumnType.PHONE, private=True, erasable=True, longest=32,
    example="13800000000",
)  # fmt: skip
_VISITOR: Final = Column(
    "visitor", "走访人编号", "Visitor's code", ColumnType.CODE, refers=(Refers.PERSON,), longest=64,
    example="RY00001",
    explain_zh="花名册里的编号；留空就由专职网格员走访。",
    explain_en="The code of the roster; the grid's worker where it is empty.",
)  # fmt: skip
_BY: Final = Column(
    "visitor", "走访人编号", "Visitor's code", ColumnType.CODE, refers=(Refers.PERSON,), longest=64,
    example="RY00001", explain_zh="花名册里的编号。", explain_en="The code of the roster.",
)  # fmt: skip

ROUNDS_REGISTERS: Final[tuple[Register, ...]] = (
    Register(
        "households", "走访名单", "Doors to visit", Group.MEETINGS,
        "上门走访的住户和楼栋：哪一户，属于哪一类，由谁走访。只有管辖范围内的人看得到是哪一户。",
        "Households and buildings that are visited: which door, of which kind, by whom. Private.",
        (
            Column("code", "走访编号", "Door's code", ColumnType.CODE, longest=64, example="ZH000001",
                   explain_zh="留空则自动生成；生成后不再改变。",
                   explain_en="Made where it is left empty; it never changes."),
            _TARGET, _TARGET_NAME,
            Column("unit", "单元", "Unit", ColumnType.NUMBER, example="2", least=1, most=99, private=True,
                   explain_zh="整栋走访的留空。", explain_en="Empty for a whole building."),
            Column("room", "户室", "Room", longest=32, example="301", private=True,
                   explain_zh="整栋走访的留空。", explain_en="Empty for a whole building."),
            Column("kind", "类别", "Kind", ColumnType.CHOICE, required=True, terms=tuple(HouseholdKind),
                   example=HouseholdKind.ELDERLY_ALONE.zh, private=True,
                   explain_zh="一户有几种情况的，填走访最勤的一种。",
                   explain_en="Of several, the one that is visited most often."),
            Column("name", "户主", "Householder", private=True, erasable=True, example="李示安"),
            _PHONE,
            Column("note", "备注", "Note", longest=500, private=True, erasable=True, example="听力不好，敲门重一些"),
            _VISITOR, BEGINS, ENDS,
        ),
        ("code", "begins"), ("code",), ScopeLevel.COMMUNITY, ("household",),
    ),
    Register(
        "door-visits", "上门走访记录", "Door visits", Group.MEETINGS,
        "哪天去了哪一户，见到没有，满意度和记录。手机上走访的会自动记在这里。",
        "When somebody was at a door and what was found. Visits made on the phone are written here.",
        (
            Column("household", "走访编号", "Door's code", ColumnType.CODE, required=True, longest=64,
                   refers=(Refers.HOUSEHOLD,), example="ZH000001"),
            _TARGET, _TARGET_NAME,
            Column("day", "日期", "Day", ColumnType.DAY, required=True, example="2026-03-05"),
            Column("time", "时间", "Time", required=True, longest=5, example="14:30",
                   explain_zh="几点几分；不知道的填 00:00。", explain_en="HH:MM; 00:00 where unknown."),
            Column("outcome", "结果", "Outcome", ColumnType.CHOICE, required=True, terms=tuple(DoorOutcome),
                   example=DoorOutcome.VISITED.zh),
            Column("satisfaction", "满意度", "Satisfaction", ColumnType.NUMBER, least=1, most=4, private=True,
                   example="4", explain_zh="1 不满意，2 一般，3 满意，4 很满意。",
                   explain_en="1 dissatisfied, 2 fair, 3 satisfied, 4 very satisfied."),
            Column("note", "记录", "Note", longest=LONGEST_TEXT, private=True, erasable=True, example="身体好，药够吃"),
            _BY,
        ),
        ("household", "day", "time"), ("household",), ScopeLevel.COMMUNITY, ("door_visit",),
        dated=False, event=True,
    ),
)  # fmt: skip
