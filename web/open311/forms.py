"""What comes in: the parameters of the standard; those that it does not know are left alone."""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlsplit

from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from werkzeug.datastructures import MultiDict

from gridmap.dispatch.categories import CategoryEntry
from gridmap.errors import InvalidInput, NotFound
from gridmap.geolocation.rules import Place
from gridmap.platform.requests import MOST, Asked, Sent
from gridmap.terms import PlaceSource
from web import language
from web.api.filings import Mail, Phone
from web.numbers import report_number
from web.open311.words import CLOSED, OPEN, SYSTEMS
from web.params import Text

MOST_NUMBERS: Final = 200
LAST_PAGE: Final = 100_000
LONGEST_DESCRIPTION: Final = 2000
LONGEST_URL: Final = 500
_KEY: Final = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+ -][0-9]{2}:[0-9]{2})\Z"
)
FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


def _nothing(written: object) -> object:
    """An empty field is one that was not sent."""
    return written or None


Line = Annotated[Text | None, Field(max_length=200), BeforeValidator(_nothing)]


class RequestForm(BaseModel):
    """A service request as it is sent; names, accounts and devices of reporters are not read."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    description: Annotated[
        Text | None, Field(max_length=LONGEST_DESCRIPTION), BeforeValidator(_nothing)
    ] = None
    address_string: Line = None
    address_id: Line = None
    phone: Annotated[Phone, BeforeValidator(_nothing)] = None
    email: Annotated[Mail, BeforeValidator(_nothing)] = None
    media_url: Annotated[Text | None, Field(max_length=LONGEST_URL), BeforeValidator(_nothing)] = (
        None
    )


def wrong(field: str, zh: str, en: str) -> InvalidInput:
    """Return the refusal of a parameter."""
    return InvalidInput(field=field, reason_zh=zh, reason_en=en)


def sent(form: MultiDict[str, str], entry: CategoryEntry) -> Sent:
    """Return the service request of a form.

    Raises:
        InvalidInput: there is no place, an address_id, or something that cannot be read.
        ValidationError: a field is too long or holds what no text may hold.
    """
    body = RequestForm.model_validate(form.to_dict())
    if body.address_id:
        raise wrong(
            "address_id",
            "这里不用 address_id，请传 lat、long 或 address_string。",
            "address_id is not served here: send lat and long, or address_string.",
        )
    place = _place(form)
    if place is None and not body.address_string:
        raise wrong(
            "lat",
            "缺少位置：请传 lat 和 long，或 address_string。",
            "There is no place: send lat and long, or address_string.",
        )
    return Sent(
        category_code=entry.code,
        description=body.description or entry.name,
        place=place,
        where=body.address_string,
        phone=body.phone,
        email=body.email,
        media_url=_media(body.media_url),
        language=language.current(),
    )


def _media(written: str | None) -> str | None:
    if written is None:
        return None
    try:
        parts = urlsplit(written)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or re.search(r"\s", written):
        raise wrong(
            "media_url",
            "media_url 必须是 http 或 https 网址；系统不会去下载它。",
            "media_url is an http or https address; it is never fetched.",
        )
    return written


def _place(form: MultiDict[str, str]) -> Place | None:
    lat, lon = form.get("lat", "").strip(), form.get("long", "").strip()
    if not lat and not lon:
        return None
    crs = form.get("attribute[crs]", "").strip() or "wgs84"
    if crs not in SYSTEMS:
        raise wrong(
            "attribute[crs]",
            f"坐标系只能是 {'、'.join(SYSTEMS)}。",
            f"The system is one of {', '.join(SYSTEMS)}.",
        )
    accuracy = form.get("attribute[accuracy]", "").strip()
    radius = _number("attribute[accuracy]", accuracy) if accuracy else None
    if radius is not None and radius < 0:
        raise wrong(
            "attribute[accuracy]",
            "attribute[accuracy] 不能小于 0（米）。",
            "attribute[accuracy] is not below 0 (metres).",
        )
    for field, written in (("lat", lat), ("long", lon)):
        if not written:
            raise wrong(field, f"缺少 {field}。", f"{field} is missing.")
    source = PlaceSource.PIN if radius is None else PlaceSource.GPS
    return Place(_number("long", lon), _number("lat", lat), crs, radius, source)


def _number(field: str, written: str) -> float:
    try:
        number = float(written)
    except ValueError:
        raise _no_number(field) from None
    if not math.isfinite(number) or abs(number) > 1e6:  # noqa: PLR2004 - far beyond any of them
        raise _no_number(field)
    return number


def _no_number(field: str) -> InvalidInput:
    return wrong(field, f"{field} 必须是有限的数。", f"{field} must be a finite number.")


def token() -> str | None:
    """Return the idempotency key of the request; None where it has none.

    Raises:
        InvalidInput: it is malformed.
    """
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.match(key):
        raise wrong(
            "Idempotency-Key",
            "Idempotency-Key 是 8 到 64 个字母、数字、点、横线或下划线。",
            "An Idempotency-Key is 8 to 64 letters, digits, dots, dashes or underscores.",
        )
    return key


def asked(query: MultiDict[str, str]) -> Asked:
    """Return which requests a query asks for.

    Raises:
        InvalidInput: a parameter that cannot be read.
    """
    numbers = _listed(query, "service_request_id")
    if numbers:
        return Asked(numbers=_numbers(numbers))
    statuses = _listed(query, "status")
    if not set(statuses) <= {OPEN, CLOSED}:
        raise wrong("status", "status 只能是 open、closed。", "status is open or closed.")
    return Asked(
        codes=tuple(_listed(query, "service_code")),
        since=_moment(query, "start_date"),
        until=_moment(query, "end_date"),
        open=not statuses or OPEN in statuses,
        closed=not statuses or CLOSED in statuses,
        page=_whole(query, "page", 1, LAST_PAGE),
        page_size=_whole(query, "page_size", MOST, MOST),
    )


def _whole(query: MultiDict[str, str], name: str, usual: int, most: int) -> int:
    written = query.get(name, "").strip()
    if not written:
        return usual
    if not re.fullmatch(r"[0-9]{1,9}", written) or not 1 <= int(written) <= most:
        raise wrong(
            name, f"{name} 是 1 到 {most} 的整数。", f"{name} is a whole number from 1 to {most}."
        )
    return int(written)


def _listed(query: MultiDict[str, str], name: str) -> list[str]:
    written = ",".join(query.getlist(name))
    return [part.strip() for part in written.split(",") if part.strip()]


def _numbers(written: list[str]) -> tuple[str, ...]:
    if len(written) > MOST_NUMBERS:
        raise wrong(
            "service_request_id",
            f"一次最多查 {MOST_NUMBERS} 个编号。",
            f"At most {MOST_NUMBERS} numbers at once.",
        )
    found = []
    for one in written:
        try:
            found.append(report_number(one))
        except NotFound:
            continue  # what is no number is nobody's report
    return tuple(found) or ("-",)


def _moment(query: MultiDict[str, str], name: str) -> datetime | None:
    written = query.get(name, "").strip()
    if not written:
        return None
    if _MOMENT.match(written):
        try:
            # in a query a plus that was not escaped arrives as a space
            return datetime.fromisoformat(written.replace(" ", "+"))
        except ValueError:
            pass
    raise wrong(
        name,
        f"{name} 要写成带时区的时间，例如 2026-11-24T08:00:00+08:00。",
        f"{name} is a time with its offset, like 2026-11-24T08:00:00+08:00.",
    )
