"""The volunteers' list and the attendance of activities as workbooks: out with their columns, in again as lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from geodata import row_tables, workbooks
from geodata.workbooks import Fill, Sheet
from gridmap.registers.cells import words_of
from gridmap.registers.columns import Column, ColumnType
from gridmap.terms import Occupation
from gridmap.timespan import local_day
from gridmap.volunteering import attendance
from gridmap.volunteering.attendance import Standing
from gridmap.volunteering.books import Row
from gridmap.volunteering.roll import Book

MOST_ROWS: Final = 5_000
PHONE: Final = "phone"

ROLL: Final = (
    Column("code", "志愿者编号", "Volunteer's code", longest=16,
           explain_zh="新来的空着，编号自动生成。", explain_en="Empty for somebody new."),
    Column("name", "姓名", "Name", required=True, longest=30),
    Column(PHONE, "手机号", "Phone", longest=20,
           explain_zh="11 位手机号；每人一个。", explain_en="A mobile number; one for each."),
    Column("community", "报到社区编码", "Community's code", ColumnType.CODE, required=True, longest=64,
           explain_zh="改了从导入当天起换社区。", explain_en="A change holds from the day of the import."),
    Column("community_name", "报到社区", "Community", derived=True),
    Column("since", "报到日", "Since", ColumnType.DAY, derived=True),
    Column("party_member", "党员", "Party member", ColumnType.YES_NO),
    Column("agency", "单位编码", "Agency's code", ColumnType.CODE, longest=64),
    Column("agency_name", "单位", "Agency", derived=True),
    Column("occupation", "新就业群体", "Occupation", ColumnType.CHOICE, terms=tuple(Occupation)),
    Column("minutes", "本年时长（分钟）", "Minutes of the year", ColumnType.NUMBER, derived=True),
)  # fmt: skip
ATTENDANCE: Final = (
    Column("key", "报名编号", "Place", longest=16,
           explain_zh="新加的人空着。", explain_en="Empty for somebody who is added."),
    Column("activity", "活动编号", "Activity", required=True, longest=16,
           explain_zh="见第二张表。", explain_en="The second sheet lists them."),
    Column("day", "日期", "Day", ColumnType.DAY, derived=True),
    Column("title", "活动", "What", derived=True),
    Column("community", "社区", "Community", derived=True),
    Column("code", "志愿者编号", "Volunteer's code", required=True, longest=16),
    Column("name", "姓名", "Name", longest=30),
    Column("state", "报名", "Place taken", ColumnType.CHOICE, terms=tuple(Standing)),
    Column("present", "到场", "Was there", ColumnType.YES_NO),
    Column("checked_in_at", "签到时间", "Checked in", derived=True),
    Column("way", "签到方式", "How", derived=True),
    Column("minutes", "时长（分钟）", "Minutes", ColumnType.NUMBER, most=1440,
           explain_zh="填了就是确认；改确认过的要写原因。",
           explain_en="Writing them confirms; a change of confirmed ones needs its reason."),
    Column("reason", "更正原因", "Reason", longest=200),
    Column("corrections", "更正过", "Corrections", derived=True),
)  # fmt: skip
_HELD: Final = (
    Column("activity", "活动编号", "Activity"),
    Column("day", "日期", "Day", ColumnType.DAY),
    Column("title", "活动", "What"),
    Column("community", "社区", "Community"),
    Column("place", "地点", "Where"),
)
_WIDTHS: Final = {
    "title": 26, "name": 12, "place": 26, "corrections": 34, "reason": 22, "agency_name": 22,
    "checked_in_at": 18, "community_name": 18, "state": 10, "present": 8, "party_member": 8,
}  # fmt: skip


def columns_of(
    columns: Iterable[Column], language: str, widths: Mapping[str, int] = _WIDTHS
) -> list[workbooks.Column]:
    """Return columns as a workbook has them: what is filled in has its choices, what is needed is red."""
    return [
        workbooks.Column(
            one.label(language),
            widths.get(one.key, workbooks.DEFAULT_WIDTH),
            needed=one.required,
            fill=None if one.derived else _fill(one),
            choices=_choices(one, language),
        )
        for one in columns
    ]


def _fill(column: Column) -> Fill:
    return Fill.NUMBER if column.type is ColumnType.NUMBER else Fill.TEXT


def _choices(column: Column, language: str) -> tuple[str, ...]:
    if column.type is ColumnType.YES_NO:
        return tuple(words_of(column, one, language) for one in (True, False))
    return tuple(one.label(language) for one in column.terms)


def _cell(column: Column, value: Any, language: str) -> workbooks.Cell:  # noqa: ANN401 - a value of a line
    """Days and numbers stay what they are; the rest is words."""
    if column.type in {ColumnType.DAY, ColumnType.NUMBER} or value is None:
        return value  # type: ignore[no-any-return]
    return words_of(column, value, language)


def write_roll(book: Book, language: str) -> bytes:
    """Return the volunteers' list as a workbook; phones only where the reader keeps it."""
    kept = [one for one in ROLL if book.phones or one.key != PHONE]
    rows = (
        [_cell(one, getattr(entry, one.key), language) for one in kept] for entry in book.entries
    )
    title = "Volunteers" if language == "en" else "志愿者名册"
    return workbooks.write([Sheet(title, columns_of(kept, language), rows)])


def roll_template(language: str) -> bytes:
    """Return an empty list with the columns that are read."""
    read = [one for one in ROLL if not one.derived]
    title = "Volunteers" if language == "en" else "志愿者名册"
    return workbooks.write([Sheet(title, columns_of(read, language), [])])


def write_attendance(
    entries: Iterable[attendance.Entry], held: Iterable[attendance.Held], language: str
) -> bytes:
    """Return who was there as a workbook, with a second sheet of the activities that lines may name."""
    english = language == "en"
    rows = (_attended(one, language) for one in entries)
    listed = (
        (
            attendance.activity_code(one.id),
            local_day(one.starts_at),
            one.title,
            one.community,
            one.place,
        )
        for one in held
        if not one.called_off
    )
    first = Sheet("Attendance" if english else "活动签到", columns_of(ATTENDANCE, language), rows)
    second = Sheet("Activities" if english else "活动", columns_of(_HELD, language), listed)
    return workbooks.write([first, second])


def _attended(one: attendance.Entry, language: str) -> Sequence[workbooks.Cell]:
    way = one.way.label(language) if one.way else ""
    metres = "" if one.distance_m is None else f" {one.distance_m} m"
    told = {
        "key": attendance.place_code(one.id),
        "activity": attendance.activity_code(one.activity_id),
        "day": local_day(one.starts_at),
        "title": one.title,
        "community": one.community,
        "code": one.code,
        "name": one.name or None,
        "state": one.state.value,
        "present": one.present,
        "minutes": one.minutes,
        "reason": None,
        "corrections": _corrections(one),
    }
    special = {"checked_in_at": one.checked_in_at, "way": way + metres or None}
    return [
        special[each.key] if each.key in special else _cell(each, told[each.key], language)
        for each in ATTENDANCE
    ]


def _corrections(one: attendance.Entry) -> str | None:
    """What was confirmed first, and each correction with its reason.

    >>> from gridmap.volunteering.attendance import Change
    >>> from types import SimpleNamespace as one
    >>> _corrections(one(confirmed=120, corrections=(Change(-30, "早退"),)))
    '120 → 90：早退'
    """
    told, at = [], one.confirmed or 0
    for each in one.corrections:
        told.append(f"{at} → {at + each.minutes}：{each.reason}")
        at += each.minutes
    return "；".join(told) or None


def read_roll(path: Path) -> list[Row]:
    """Return the lines of a list; blank ones are passed over.

    Raises:
        RefusedRows: cells that cannot be read, by line.
        InvalidInput, TooLarge, UnreadableFile: it is no such workbook; see `geodata.row_tables`.
    """
    return row_tables.kept(path, ROLL, ("name", "community"), MOST_ROWS)


def read_attendance(path: Path) -> list[Row]:
    """Return the lines of an attendance; see `read_roll`."""
    return row_tables.kept(path, ATTENDANCE, ("activity", "code"), MOST_ROWS)


def label_of(columns: Sequence[Column], key: str, language: str) -> str:
    """Return the header of a column."""
    return next(one.label(language) for one in columns if one.key == key)


def said(columns: Sequence[Column], key: str, value: Any, language: str) -> str:  # noqa: ANN401 - a value of a line
    """Return a value as its cell has it; a dash for nothing."""
    column = next(one for one in columns if one.key == key)
    return words_of(column, value, language) or "—"
