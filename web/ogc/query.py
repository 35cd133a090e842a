"""The query of `items`, as OGC API - Features - Part 1 (OGC 17-069r4) has it; wrong parameters are a 400."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from gridmap.errors import BadQuery
from gridmap.publishing.feature_queries import Box, Place, Wanted
from gridmap.publishing.fields import Collection, FieldType
from gridmap.publishing.systems import CRS84, STORED, System

FORMS: Final = ("json", "geojson", "html")
Systems = Callable[[], Mapping[str, System]]
"""Finds the coordinate systems that are offered, by their URIs."""
USUAL_LIMIT: Final = 100
MOST: Final = 10_000
"""Features on a page."""
_ZONE: Final = ZoneInfo("Asia/Shanghai")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})\Z"
)
_OPEN: Final = frozenset({"..", ""})
KNOWN: Final = frozenset({"limit", "bbox", "bbox-crs", "crs", "datetime", "f", "after", "day"})
"""Parameters of items with a meaning of their own: a field of the same name is not asked for by it."""
OF_ITEM: Final = frozenset({"datetime", "day", "f", "crs"})
_PLAIN: Final = frozenset({"f"})
_WANTED: Final = {
    FieldType.INTEGER: ("整数", "a whole number"),
    FieldType.NUMBER: ("数", "a number"),
    FieldType.DAY: ("日期，例如 2026-06-01", "a day, like 2026-06-01"),
    FieldType.FLAG: (" true 或 false", "true or false"),
}
_CORNERS: Final = (4, 6)
_MOST_DEGREES: Final = 360.0
_MOST_METRES: Final = 1e9


@dataclass(frozen=True, slots=True)
class ItemsQuery:
    """What is asked for, and the parameters as they came (without the place where a page ended)."""

    wanted: Wanted
    given: Mapping[str, str]


def items_query(
    collection: Collection, args: MultiDict[str, str], today: date, known: Systems
) -> ItemsQuery:
    """Read the query of a collection's items; `known` finds the coordinate systems.

    Raises:
        BadQuery: a parameter that is not known, given twice, or wrong; says which.
    """
    fields = filters(collection)
    check(args, KNOWN | fields.keys())
    box_in = system_of("bbox-crs", args, known)
    first, last = days(args, today)
    wanted = Wanted(
        day=min(max(first, today), last) if first != last else first,
        first=first,
        last=last,
        box=_box(args.get("bbox"), box_in),
        box_in=box_in,
        system=system_of("crs", args, known),
        equal={name: _value(name, fields[name], args[name]) for name in args if name in fields},
        after=_after(args.get("after")),
        limit=_limit(args.get("limit")),
    )
    return ItemsQuery(wanted, {name: args[name] for name in args if name != "after"})


def filters(collection: Collection) -> Mapping[str, FieldType]:
    """Return the fields by which items can be asked for, as `field=value`."""
    stored = {one.name: one.type for one in collection.stored if one.name not in KNOWN}
    return {"code": FieldType.TEXT} | stored


def check(args: MultiDict[str, str], known: Set[str] = _PLAIN) -> None:
    """Refuse what an operation does not know, what is given twice, and formats that there are not.

    Raises:
        BadQuery: names the parameter.
    """
    for name in args:
        if name not in known:
            raise bad(name, f"不认识参数“{name}”。", f"The parameter “{name}” is not known here.")
        if len(args.getlist(name)) > 1:
            raise bad(
                name, f"参数“{name}”只能给一次。", f"The parameter “{name}” may be given once."
            )
    if args.get("f", "json") not in FORMS:
        raise bad("f", "格式只有 json 和 html。", "The formats are json and html.")


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


def days(args: MultiDict[str, str], today: date) -> tuple[date, date]:
    """Return the first and last day that `datetime` or `day` asks for; today where neither is given.

    Raises:
        BadQuery: both are given, or one is wrong.
    """
    written, day = args.get("datetime"), args.get("day")
    if written is not None and day is not None:
        raise bad("day", "datetime 和 day 只能给一个。", "Give datetime or day, not both.")
    if written is not None:
        return days_of(written)
    on = today if day is None else _one_day(day)
    return on, on


def _one_day(written: str) -> date:
    try:
        if _DAY.match(written):
            return date.fromisoformat(written)
    except ValueError:
        pass
    raise bad("day", "日期请写成 2026-06-01。", "Write a day as 2026-06-01.")


def _day(written: str) -> date:
    # in a query a plus that was not escaped arrives as a space
    moment = written.upper().replace(" ", "+")
    try:
        if _DAY.match(written):
            return date.fromisoformat(written)
        if _MOMENT.match(moment):
            return datetime.fromisoformat(moment).astimezone(_ZONE).date()
    except (ValueError, OverflowError) as failure:
        raise _bad_days() from failure
    raise _bad_days()


def _bad_days() -> BadQuery:
    return bad(
        "datetime",
        "时间请写成 2026-06-01、2026-06-01T00:00:00Z 或 2026-01-01/2026-06-30。",
        "Write a time as 2026-06-01, 2026-06-01T00:00:00Z or 2026-01-01/2026-06-30.",
    )


def _box(written: str | None, system: System) -> Box | None:
    if written is None:
        return None
    try:
        numbers = [float(part) for part in written.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in _CORNERS or not all(
        math.isfinite(one) and abs(one) <= _most(system) for one in _flat(numbers)
    ):
        raise _bad_box()
    west, south, east, north = _flat(numbers)
    if system.turned:
        west, south, east, north = south, west, north, east
    if south > north or (west > east and system.domain is not None):
        raise _bad_box()
    return west, south, east, north


def _most(system: System) -> float:
    return _MOST_DEGREES if system.domain is None else _MOST_METRES


def _flat(numbers: list[float]) -> list[float]:
    """Return the box without heights."""
    if len(numbers) == _CORNERS[1]:
        return [numbers[0], numbers[1], numbers[3], numbers[4]]
    return numbers


def _bad_box() -> BadQuery:
    return bad(
        "bbox",
        "范围请写成 西,南,东,北（度），或按 bbox-crs 的坐标轴顺序写两个角。",
        "Write a box as west,south,east,north in degrees, or its corners in the axes of bbox-crs.",
    )


def _limit(written: str | None) -> int:
    if written is None:
        return USUAL_LIMIT
    if not written.isascii() or not written.isdecimal() or int(written.lstrip("0")[:9] or 0) < 1:
        raise bad("limit", "每页条数至少是 1。", "A page has at least 1 feature.")
    return min(int(written.lstrip("0")[:9]), MOST)


def system_of(name: str, args: MultiDict[str, str], known: Systems) -> System:
    """Return the coordinate system that a parameter names; CRS84 without it.

    Raises:
        BadQuery: it is none of those that are offered.
    """
    wanted = args.get(name, STORED)
    if wanted == STORED:
        return CRS84
    offered = known()
    if wanted not in offered:
        zh, en = "、".join(offered), ", ".join(offered)
        raise bad(name, f"坐标系可用：{zh}。", f"The coordinate systems are {en}.")
    return offered[wanted]


def _after(written: str | None) -> Place | None:
    if written is None:
        return None
    try:
        padded = written + "=" * (-len(written) % 4)
        code, day = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        if isinstance(code, str) and code.isprintable():
            return code, date.fromisoformat(day)
    except (ValueError, TypeError) as failure:
        raise _bad_place() from failure
    raise _bad_place()


def _bad_place() -> BadQuery:
    return bad(
        "after",
        "翻页位置不对，请用上一页给出的链接。",
        "Use the link that the page before gave.",
    )


def _value(name: str, kind: FieldType, written: str) -> Any:  # noqa: ANN401 - of the field's type
    if "\x00" in written:
        raise bad(
            name, f"“{name}”含有不允许的字符。", f"“{name}” holds a character that is not allowed."
        )
    try:
        if kind is FieldType.INTEGER:
            return int(written)
        if kind is FieldType.NUMBER:
            return _finite(written)
        if kind is FieldType.DAY:
            return date.fromisoformat(written)
        if kind is FieldType.FLAG:
            return {"true": True, "false": False}[written.lower()]
    except (ValueError, KeyError) as failure:
        zh, en = _WANTED[kind]
        raise bad(name, f"“{name}”应是{zh}。", f"“{name}” must be {en}.") from failure
    return written


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise ValueError(written)
    return number
