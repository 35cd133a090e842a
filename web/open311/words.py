"""What the answers say: categories as services, reports as requests, in the reader's language."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flask_babel import format_datetime
from flask_babel import gettext as _

from gridmap.dispatch.categories import CategoryEntry, LimitedStep
from gridmap.platform.requests import ServiceRequest
from gridmap.terms import Rung
from gridmap.timespan import LOCAL_ZONE
from web import language
from web.open311.rendering import Tree

SYSTEMS: Final = {
    "wgs84": "WGS 84",
    "cgcs2000": "CGCS2000",
    "gcj02": "GCJ-02",
    "bd09": "BD-09",
}
"""Coordinate systems that `attribute[crs]` can name."""
OPEN, CLOSED = "open", "closed"


def moment(at: datetime | None) -> str | None:
    """Return a moment in the W3C form with the county's offset."""
    return at.astimezone(LOCAL_ZONE).isoformat(timespec="seconds") if at else None


def service(entry: CategoryEntry) -> dict[str, Tree]:
    """Return a category as a service."""
    reader = language.current()
    limits = [
        f"{step.label(reader)} {entry.limits[step].label(reader)}"
        for step in LimitedStep
        if step in entry.limits
    ]
    return {
        "service_code": entry.code,
        "service_name": entry.label(reader),
        "description": _("时限：{limits}").replace(
            "{limits}", (", " if reader == "en" else "、").join(limits)
        ),
        "metadata": True,
        "type": "realtime",
        "keywords": entry.topic.label(reader),
        "group": entry.line.label(reader),
    }


def definition(entry: CategoryEntry) -> dict[str, Tree]:
    """Return the attributes of a service: in which system its coordinates are, how sure they are."""
    values: list[Tree] = [{"key": key, "name": name} for key, name in SYSTEMS.items()]
    crs = _("lat、long 的坐标系；不填是 WGS 84")
    accuracy = _("定位精度（米，95% 误差圆半径）；手动选点不填")
    return {
        "service_code": entry.code,
        "attributes": [
            _attribute("crs", "singlevaluelist", 1, crs, values),
            _attribute("accuracy", "number", 2, accuracy, []),
        ],
    }


def _attribute(code: str, datatype: str, order: int, says: str, values: list[Tree]) -> Tree:
    return {
        "variable": True,
        "code": code,
        "datatype": datatype,
        "required": False,
        "datatype_description": None,
        "order": order,
        "description": says,
        "values": values,
    }


def request(found: ServiceRequest) -> dict[str, Tree]:
    """Return a report as a service request."""
    reader = language.current()
    zh, en = found.category
    return {
        "service_request_id": found.number,
        "status": OPEN if found.open else CLOSED,
        "status_notes": _status_notes(found),
        "service_name": en if reader == "en" else zh,
        "service_code": found.category_code,
        "description": found.description,
        "agency_responsible": _agency(found),
        "service_notice": notice(found.promised_at) if found.open else None,
        "requested_datetime": moment(found.filed_at),
        "updated_datetime": moment(found.updated_at),
        "expected_datetime": moment(found.promised_at),
        "address": " ".join(part for part in (found.community, found.grid) if part) or None,
        "address_id": None,
        "zipcode": None,
        "lat": _degrees(found.lat),
        "long": _degrees(found.lon),
        "media_url": None,
    }


def _degrees(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _status_notes(found: ServiceRequest) -> str:
    reader = language.current()
    outcome = found.outcome.label(reader) if found.outcome and not found.open else None
    parts = [found.stage.label(reader), outcome, found.reply]
    return (": " if reader == "en" else "：").join(part for part in parts if part)


def _agency(found: ServiceRequest) -> str:
    """Return which office answers, never which person."""
    places = {
        Rung.COMMUNITY: found.community,
        Rung.TOWNSHIP: found.township,
        Rung.GRID_BRANCH: found.grid,
        Rung.BUILDING_GROUP: found.grid,
    }
    rung = found.rung.label(language.current())
    named = " ".join(part for part in (places.get(found.rung), rung) if part)
    return found.agency or named


def notice(promised_at: datetime | None) -> str | None:
    """Return by when a report is to be handled, in words."""
    if promised_at is None:
        return None
    said: str = _("承诺在 {at} 前办理")
    return said.replace("{at}", format_datetime(promised_at, "short"))


def contact(county_code: str) -> str:
    """Return whom to ask, and the jurisdiction_id of the county."""
    said: str = _("县网格中心；全县的 jurisdiction_id 是 {code}，乡镇和社区用各自的 12 位区划代码")
    return said.replace("{code}", county_code or "-")


def key_service() -> str:
    """Return how one comes by a key."""
    said: str = _("密钥由县系统管理员在“设置 → API 密钥”里发放")
    return said
