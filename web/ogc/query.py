"""The query of `items`, as OGC API - Features - Part 1 (OGC 17-069r4) has it; wrong parameters are a 400."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from gridmap.errors import BadQuery
from gridmap.publishing.feature_queries import Box, Place, Wanted
from gridmap.publishing.fields import Collection, FieldType

USUAL_LIMIT: Final = 100
MOST: Final = 10_000
"""Features on a page."""
CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_ZONE: Final = ZoneInfo("Asia/Shanghai")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_OPEN: Final = frozenset({"..", ""})
_KNOWN: Final = frozenset({"limit", "bbox", "bbox-crs", "crs", "datetime", "f", "after", "day"})
_CORNERS: Final = (4, 6)
_MOST_DEGREES: Final = 360.0


@dataclass(frozen=True, slots=True)
class ItemsQuery:
    """What is asked for, and the parameters as they came (without the place where a page ended)."""

    wanted: Wanted
    given: Mapping[str, str]


def items_query(collection: Collection, args: MultiDict[str, str], today: date) -> ItemsQuery:
    """Read the query of a collection's items.

    Raises:
        BadQuery: a parameter that is not known, given twice, or wrong; says which.
    """
    fields = {one.name: one.type for one in collection.stored} | {"code": FieldType.TEXT}
    for name in args:
        if name not in _KNOWN and name not in fields:
            raise bad(name, f"不认识参数“{name}”。", f"The parameter “{name}” is not known here.")
        if len(args.getlist(name)) > 1:
            raise bad(
                name, f"参数“{name}”只能给一次。", f"The parameter “{name}” may be given once."
            )
    _check_crs(args)
    first, last = _days(args, today)
    wanted = Wanted(
        day=min(max(first, today), last) if first != last else first,
        first=first,
        last=last,
        box=_box(args.get("bbox")),
        equal={name: _value(name, fields[name], args[name]) for name in args if name in fields},
        after=_after(args.get("after")),
        limit=_limit(args.get("limit")),
    )
    return ItemsQuery(wanted, {name: args[name] for name in args if name != "after"})


def bad(field: str, zh: str, en: str) -> BadQuery:
    """Return the refusal of a parameter."""
    return BadQuery(field=field, reason_zh=zh, reason_en=en)


def cursor(place: Place) -> str:
    """Return where a page ended, as a parameter that nobody has to understand."""
    text = json.dumps([place[0], place[1].isoformat()], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def days_of(written: str) -> tuple[date, date]:
    """Read a datetime: an instant or an interval, days or moments with an offset; see RFC 3339.

    >>> days_of("2026-05-01/..")
    (datetime.date(2026, 5, 1), datetime.date(9999, 12, 31))
    """
    parts = written.split("/")
    if len(parts) == 1:
        day = _day(parts[0])
        return day, day
    if len(parts) != 2 or all(part in _OPEN for part in parts):  # noqa: PLR2004 - a start and an end
        raise _bad_days()
    first = date.min if parts[0] in _OPEN else _day(parts[0])
    last = date.max if parts[1] in _OPEN else _day(parts[1])
    if first > last:
        raise bad("datetime", "时间段的开始晚于结束。", "The interval begins after its end.")
    return first, last


def _days(args: MultiDict[str, str], today: date) -> tuple[date, date]:
    written = args.get("datetime", args.get("day"))
    return (today, today) if written is None else days_of(written)


def _day(written: str) -> date:
    try:
        if _DAY.match(written):
            return date.fromisoformat(written)
        moment = datetime.fromisoformat(written.upper())
        if "T" not in written.upper() or moment.tzinfo is None:
            raise _bad_days()
        return moment.astimezone(_ZONE).date()
    except (ValueError, OverflowError) as failure:
        raise _bad_days() from failure


def _bad_days() -> BadQuery:
    return bad(
        "datetime",
        "时间请写成 2026-06-01、2026-06-01T00:00:00Z 或 2026-01-01/2026-06-30。",
        "Write a time as 2026-06-01, 2026-06-01T00:00:00Z or 2026-01-01/2026-06-30.",
    )


def _box(written: str | None) -> Box | None:
    if written is None:
        return None
    try:
        numbers = [float(part) for part in written.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in _CORNERS or not all(
        math.isfinite(one) and abs(one) <= _MOST_DEGREES for one in _flat(numbers)
    ):
        raise _bad_box()
    west, south, east, north = _flat(numbers)
    if west > east or south > north:
        raise _bad_box()
    return west, south, east, north


def _flat(numbers: list[float]) -> list[float]:
    """Return the box without heights."""
    if len(numbers) == _CORNERS[1]:
        return [numbers[0], numbers[1], numbers[3], numbers[4]]
    return numbers


def _bad_box() -> BadQuery:
    return bad(
        "bbox",
        "范围请写成 西,南,东,北（度）。",
        "Write a box as west,south,east,north in degrees.",
    )


def _limit(written: str | None) -> int:
    if written is None:
        return USUAL_LIMIT
    if not written.isascii() or not written.isdecimal() or int(written[:9]) < 1:
        raise bad("limit", "每页条数至少是 1。", "A page has at least 1 feature.")
    return min(int(written[:9]), MOST)


def _check_crs(args: MultiDict[str, str]) -> None:
    for name in ("bbox-crs", "crs"):
        if args.get(name, CRS84) != CRS84:
            raise bad(name, f"坐标系只有 {CRS84}。", f"The only coordinate system is {CRS84}.")
    if args.get("f", "json") not in {"json", "geojson"}:
        raise bad("f", "格式只有 json。", "The only format is json.")


def _after(written: str | None) -> Place | None:
    if written is None:
        return None
    try:
        padded = written + "=" * (-len(written) % 4)
        code, day = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        return str(code), date.fromisoformat(day)
    except (ValueError, TypeError) as failure:
        raise bad(
            "after",
            "翻页位置不对，请用上一页给出的链接。",
            "Use the link that the page before gave.",
        ) from failure


def _value(name: str, kind: FieldType, written: str) -> Any:  # noqa: ANN401 - of the field's type
    if "\x00" in written:
        raise bad(
            name, f"“{name}”含有不允许的字符。", f"“{name}” holds a character that is not allowed."
        )
    try:
        if kind is FieldType.INTEGER:
            return int(written)
        if kind is FieldType.DAY:
            return date.fromisoformat(written)
        if kind is FieldType.FLAG:
            return {"true": True, "false": False}[written.lower()]
    except (ValueError, KeyError) as failure:
        raise bad(name, f"“{name}”的值不对。", f"The value of “{name}” is wrong.") from failure
    return written
