"""Hours of service as a workbook: the platform's columns by name, and our own records out in the same form."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from geodata import row_tables, workbooks
from geodata.workbooks import Fill, Sheet
from gridmap.errors import RefusedRows, RowFault
from gridmap.registers.columns import Column, ColumnType
from gridmap.volunteering.hours import Exported
from gridmap.volunteering.importing import OWN, HoursRow

MOST_ROWS: Final = 20_000
HOUR: Final = 60
MOST_HOURS: Final = 24

COLUMNS: Final = (
    Column("key", "记录编号", "Record number", ColumnType.TEXT, longest=100),
    Column("code", "志愿者编号", "Volunteer's code", ColumnType.TEXT, longest=16),
    Column("name", "姓名", "Name", longest=30),
    Column("phone", "手机号", "Phone", ColumnType.TEXT, longest=20),
    Column("day", "服务日期", "Day of service", ColumnType.DAY, required=True),
    Column("minutes", "服务时长（分钟）", "Minutes", ColumnType.NUMBER),
    Column("hours", "服务时长（小时）", "Hours", ColumnType.TEXT, longest=12),
    Column("what", "服务内容", "What", longest=100),
)
OTHER_NAMES: Final = {
    "key": ("编号", "服务记录编号", "记录ID"),
    "code": ("志愿者号", "编码"),
    "name": ("志愿者姓名",),
    "phone": ("手机", "手机号码", "联系电话"),
    "day": ("日期", "服务时间", "活动日期"),
    "minutes": ("分钟", "服务分钟"),
    "hours": ("服务时长", "时长", "服务时长(小时)", "小时"),
    "what": ("活动名称", "项目名称", "活动"),
}
"""Headers of the platforms that mean the same; a duration without a unit is in hours."""
_NEEDED: Final = (
    (("day",), ("服务日期", "Day of service")),
    (("code", "phone"), ("志愿者编号或手机号", "Volunteer's code or Phone")),
    (("minutes", "hours"), ("服务时长", "Minutes or Hours")),
)
"""Of each of these one column must be there."""
WIDTHS: Final = {"key": 24, "code": 14, "day": 14, "what": 30, "minutes": 16}


def write(records: Iterable[Exported], language: str) -> bytes:
    """Return records as a workbook that can be read again: phones are left out, codes tell who it was."""
    kept = [column for column in COLUMNS if column.key not in {"phone", "hours"}]
    columns = [
        workbooks.Column(
            column.label(language),
            WIDTHS.get(column.key, workbooks.DEFAULT_WIDTH),
            needed=column.required,
            fill=_fill(column),
        )
        for column in kept
    ]
    rows = (
        (one.external_key or f"{OWN}{one.id}", one.code, one.name, one.day, one.minutes, one.what)
        for one in records
    )
    title = "Hours" if language == "en" else "志愿服务时长"
    return workbooks.write([Sheet(title, columns, rows)])


def template(language: str) -> bytes:
    """Return an empty workbook with the columns that are read."""
    columns = [
        workbooks.Column(
            one.label(language),
            WIDTHS.get(one.key, workbooks.DEFAULT_WIDTH),
            needed=one.required,
            fill=_fill(one),
        )
        for one in COLUMNS
    ]
    return workbooks.write([Sheet("Hours" if language == "en" else "志愿服务时长", columns, [])])


def _fill(column: Column) -> Fill:
    kinds = {ColumnType.DAY: Fill.DAY, ColumnType.NUMBER: Fill.NUMBER}
    return kinds.get(column.type, Fill.TEXT)


def read(path: Path) -> list[HoursRow]:
    """Return the lines of a workbook; blank ones are passed over.

    Raises:
        RefusedRows: cells that cannot be read, by line.
        InvalidInput, TooLarge, UnreadableFile: it is no such workbook; see `geodata.row_tables`.
    """
    found: list[HoursRow] = []
    faults: list[RowFault] = []
    for number, values, wrong in row_tables.lines(path, COLUMNS, _places, MOST_ROWS):
        row = None if wrong else _row(number, values, faults)
        faults += wrong
        if row is not None:
            found.append(row)
    if faults:
        raise RefusedRows(faults)
    return found


def _places(titles: row_tables.Titles) -> dict[str, int]:
    plain = {title.replace(" ", ""): at for title, at in titles.items()}
    places: dict[str, int] = {}
    for column in COLUMNS:
        for label in (column.zh, column.en.replace(" ", ""), *OTHER_NAMES[column.key]):
            if label in plain:
                places.setdefault(column.key, plain[label])
    missing = [words for keys, words in _NEEDED if not set(keys) & set(places)]
    if missing:
        raise row_tables.lacking(*zip(*missing, strict=True))
    return places


def _row(number: int, values: dict[str, Any], faults: list[RowFault]) -> HoursRow | None:
    minutes = _minutes(values)
    if minutes is None:
        faults.append(
            RowFault(
                number,
                "服务时长：请填小时（可以有小数）或分钟。",
                "The time: hours, which may have a fraction, or minutes.",
            )
        )
        return None
    return HoursRow(
        number,
        values.get("key"),
        values.get("code"),
        values.get("name") or "",
        values.get("phone"),
        values["day"],
        minutes,
        values.get("what") or "",
    )


def _minutes(values: dict[str, Any]) -> int | None:
    if values.get("minutes") is not None:
        return int(values["minutes"])
    try:
        hours = float(str(values.get("hours") or "").removesuffix("小时"))
    except ValueError:
        return None
    return round(hours * HOUR) if 0 < hours <= MOST_HOURS else None
