"""Planned joint meetings as a workbook: out with who may be asked, in again as lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from geodata import row_tables, workbooks
from geodata.volunteer_books import columns_of
from geodata.workbooks import Sheet
from gridmap.red_property import plan_books
from gridmap.red_property.attending import Side
from gridmap.red_property.plan_books import Askable, Entry
from gridmap.red_property.planning import LONGEST_NOTE, LONGEST_PLACE, LONGEST_TOPIC
from gridmap.registers.cells import Value, words_of
from gridmap.registers.columns import Column, ColumnType
from gridmap.terms import MeetingState
from gridmap.volunteering.books import Row

MOST_ROWS: Final = 300
LONGEST_CELL: Final = 8_000

PLANS: Final = (
    Column("key", "安排编号", "Number", longest=16,
           explain_zh="新安排的空着，编号自动生成。", explain_en="Empty for a new meeting."),
    Column("state", "状态", "State", ColumnType.CHOICE, terms=tuple(MeetingState),
           explain_zh="要取消，改成“已取消”并写原因。", explain_en="Cancelled, with the reason, cancels it."),
    Column("community", "社区编码", "Community's code", ColumnType.CODE, required=True, longest=64),
    Column("community_name", "社区", "Community", derived=True),
    Column("day", "日期", "Day", ColumnType.DAY, required=True,
           explain_zh="今天起一年之内；改期要写原因。", explain_en="Within a year; a move needs its reason."),
    Column("time", "时间", "Time", ColumnType.CLOCK, required=True,
           explain_zh="例如 14:30。", explain_en="As 14:30."),
    Column("place", "地点", "Place", required=True, longest=LONGEST_PLACE),
    Column("topic", "主要议题", "Topic", required=True, longest=LONGEST_TOPIC,
           explain_zh="定了就不改。", explain_en="Does not change afterwards."),
    Column("sides", "请谁来", "Invited", longest=LONGEST_CELL,
           explain_zh="用分号隔开，写“名称（编码）”，见第二张表；人写姓名（人员编码）。加上的马上通知。",
           explain_en="Separated by semicolons, as “name (code)”, see the second sheet; who is added is told."),
    Column("points", "议程", "Agenda", longest=LONGEST_CELL,
           explain_zh="一行一项，加上的就是新议题。", explain_en="A line a point; a new line proposes one."),
    Column("note", "备注", "Note", longest=LONGEST_NOTE),
    Column("reason", "改期或取消的原因", "Why it is moved or cancelled", longest=LONGEST_NOTE),
    Column("moves", "改过几次", "Moved from", derived=True),
    Column("meeting", "会议编号", "Meeting's code", derived=True),
    Column("person", "谁安排的", "Planned by", derived=True),
)  # fmt: skip
_NEEDED: Final = ("community", "day", "topic")
_ASKABLE: Final = (
    Column("community", "社区编码", "Community's code"),
    Column("community_name", "社区", "Community"),
    Column("side", "哪一方", "Side", ColumnType.CHOICE, terms=tuple(Side)),
    Column("words", "这样写", "Write"),
)
_WIDTHS: Final = {
    "community_name": 18, "place": 20, "topic": 26, "sides": 46, "points": 40, "note": 24, "reason": 22,
    "moves": 36, "words": 40, "time": 8, "state": 9, "side": 16,
}  # fmt: skip


def write(entries: Iterable[Entry], askable: Iterable[Askable], language: str) -> bytes:
    """Return planned meetings as a workbook; where there are any, with a second sheet of sides that lines may name.

    Args:
        entries: meetings as their reader may see them.
        askable: sides of the communities whose meetings the reader plans.
        language: ``zh`` or ``en``, for headers and words.
    """
    english = language == "en"
    rows = (_line(one, language) for one in entries)
    sheets = [Sheet("Planned meetings" if english else "会议安排", _columns(PLANS, language), rows)]
    sides = [_side(one, language) for one in askable]
    if sides:
        title = "Who may be asked" if english else "可以请谁"
        sheets.append(Sheet(title, _columns(_ASKABLE, language), sides))
    return workbooks.write(sheets)


def _columns(columns: Sequence[Column], language: str) -> list[workbooks.Column]:
    return columns_of(columns, language, _WIDTHS)


def _line(entry: Entry, language: str) -> Sequence[workbooks.Cell]:
    plan = entry.plan
    told: dict[str, workbooks.Cell] = {
        "key": plan_books.code_of(plan.id),
        "state": plan.state.label(language),
        "community": plan.community_code,
        "community_name": plan.community,
        "day": plan.day,
        "time": plan.time,
        "place": plan.place,
        "topic": plan.topic,
        "sides": "；".join(plan_books.side_words(one, language) for one in entry.sides),
        "points": "\n".join(plan_books.point_words(one, language) for one in entry.points),
        "note": plan.note,
        "reason": plan.reason,
        "moves": "\n".join(
            f"{one.day.isoformat()} {one.time} {one.place}：{one.reason}" for one in entry.moves
        ),
        "meeting": plan.meeting,
        "person": plan.person,
    }
    return [told[one.key] or None for one in PLANS]


def _side(one: Askable, language: str) -> Sequence[workbooks.Cell]:
    return (
        one.community_code,
        one.community,
        one.party.side.label(language),
        plan_books.side_words(one.party, language),
    )


def read(path: Path) -> list[Row]:
    """Return the lines of a workbook of planned meetings.

    Raises:
        RefusedRows, InvalidInput, TooLarge, UnreadableFile: see `geodata.row_tables.kept`.
    """
    return row_tables.kept(path, PLANS, _NEEDED, MOST_ROWS)


def said(key: str, value: Value, language: str) -> str:
    """Return a value as its cell has it; a dash for nothing."""
    column = next(one for one in PLANS if one.key == key)
    return words_of(column, value, language) or "—"
