"""What the words of a report were read as, in sentences for those who answer for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext as _

from gridmap.geolocation.wording.places import Fault
from gridmap.geolocation.wording.tokens import Relation
from gridmap.terms import Verdict
from web import language

_SYSTEMS: Final = {"wgs84": "WGS 84", "gcj02": "GCJ-02", "bd09": "BD-09"}
_KILOMETRE: Final = 1000

Record = Mapping[str, Any]
"""See `gridmap.geolocation.resolver.Resolved.record`."""


def entrance(said: Record | None) -> str:
    """Return unit, floor and room as people say them; empty where the words name none."""
    if not said:
        return ""
    parts = (
        _("{n}单元").replace("{n}", said["unit"]) if said.get("unit") else "",
        _("{n}层").replace("{n}", said["floor"]) if said.get("floor") else "",
        _("{n}室").replace("{n}", said["room"]) if said.get("room") else "",
    )
    return " ".join(part for part in parts if part)


def reasons(said: Record | None) -> list[str]:
    """Return what the words were read as and what is doubtful about it."""
    if not said or not said.get("level"):
        return []
    reader = language.current()
    found = []
    if said.get("title"):
        found.append(_("文字读作：{place}").replace("{place}", said["title"]))
    if said.get("relation"):
        found.append(Relation(said["relation"]).label(reader))
    found += [Fault(code).label(reader) for code in said.get("faults", ()) if code in Fault]
    if said.get("status") != Verdict.ACCEPTED and said.get("choices"):
        found.append(_("文字可能指：{names}").replace("{names}", "、".join(said["choices"])))
    if said.get("suspect"):
        system = _SYSTEMS.get(said["suspect"], said["suspect"])
        found.append(_("坐标更像是 {system} 的").replace("{system}", system))
    elif said.get("apart_m"):
        found.append(
            _("与所给坐标相距 {distance}").replace("{distance}", _distance(said["apart_m"]))
        )
    return found


def _distance(metres: float) -> str:
    kilometres = metres / _KILOMETRE
    words: str = (
        _("{n} 公里").replace("{n}", f"{kilometres:.1f}")
        if kilometres >= 1
        else _("{n} 米").replace("{n}", f"{metres:.0f}")
    )
    return words
