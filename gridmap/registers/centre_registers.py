"""Registers of the service centres: when they are open, when not, which branches take members in."""

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
from gridmap.terms import Weekdays

_CENTRE: Final = (
    Column(
        "centre", "中心编码", "Centre's code", ColumnType.CODE, required=True, refers=(Refers.CENTRE,),
        longest=64, example="FW01",
    ),
    Column("centre_name", "服务中心", "Service centre", derived=True),
)  # fmt: skip


def _clock(key: str, words: tuple[str, str], example: str) -> Column:
    return Column(
        key, words[0], words[1], ColumnType.CLOCK, required=True, longest=8, example=example,
        explain_zh="写成 08:30；到半夜的写 24:00。", explain_en="Like 08:30; until midnight is 24:00.",
    )  # fmt: skip


CENTRE_REGISTERS: Final[tuple[Register, ...]] = (
    Register(
        "centre-openings", "服务中心开放时间", "Centres' opening times", Group.BASE,
        "哪几天从几点开到几点；中午关门的写两条。地图和中心页面据此说现在开没开门。",
        "On which days from when to when; two lines where it closes at noon. Map and pages tell by it if it is open.",
        (
            *_CENTRE,
            Column("weekdays", "哪几天", "Days", ColumnType.CHOICE, required=True, terms=tuple(Weekdays),
                   example=Weekdays.WORKDAYS.zh),
            _clock("opens", ("开门", "Opens"), "08:30"), _clock("closes", ("关门", "Closes"), "18:00"),
            BEGINS, ENDS,
        ),
        ("centre", "weekdays", "opens", "begins"), ("centre",), ScopeLevel.COMMUNITY, ("centre_opening",),
    ),
    Register(
        "centre-closures", "服务中心不开放的日子", "Centres' closed days", Group.BASE,
        "节假日、装修等不开放的日子；这些天不看每周的时间。",
        "Days without opening, for a holiday or works, whatever the week says.",
        (
            *_CENTRE,
            Column("reason", "原因", "Reason", required=True, longest=100, example="春节放假"),
            BEGINS, ENDS,
        ),
        ("centre", "begins"), ("centre",), ScopeLevel.COMMUNITY, ("centre_closure",),
    ),
    Register(
        "centre-members", "新就业群体名册", "People of the new groups", Group.MEETINGS,
        "快递员、骑手、司机在哪个服务中心报到，属于哪家公司。先要有志愿者编号（手机登记时自动生成）。",
        "At which centre couriers, riders and drivers are at home, for whom they work; each has a volunteer's code.",
        (
            Column("volunteer", "志愿者编号", "Volunteer's code", ColumnType.CODE, required=True,
                   refers=(Refers.VOLUNTEER,), longest=16, example="ZY000001"),
            Column("volunteer_name", "姓名", "Name", derived=True, private=True, erasable=True),
            *_CENTRE,
            Column("employer", "公司或平台", "Company or platform", longest=40, example="邮政快递"),
            BEGINS, ENDS,
        ),
        ("volunteer", "begins"), ("volunteer",), ScopeLevel.COMMUNITY, ("centre_member",),
    ),
    Register(
        "willing-branches", "愿意接收流动党员的支部", "Branches that take members in", Group.POSTS,
        "哪个网格的党支部愿意接收快递员、骑手、司机中的党员，能收几名。登记报到的党员按路程配给最近的支部。",
        "Which grid's branch takes in members among couriers, riders and drivers, and how many; they are matched to "
        "the nearest.",
        (
            Column("target", "网格编码", "Grid's code", ColumnType.CODE, required=True, refers=(Refers.GRID,),
                   longest=64, example="419901001001001"),
            Column("target_name", "网格", "Grid", derived=True),
            Column("places", "可接收", "Places", ColumnType.NUMBER, required=True, least=1, most=100, example="3"),
            Column("note", "说明", "Note", longest=LONGEST_TEXT, example="每月第一个周六晚上过组织生活"),
            BEGINS, ENDS,
        ),
        ("target", "begins"), ("target",), ScopeLevel.COMMUNITY, ("willing_branch",),
    ),
)  # fmt: skip
