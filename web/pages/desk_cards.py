"""Reports as the desk shows them: cards of a list, and a report with its placement in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import format_datetime, format_timedelta
from flask_babel import gettext as _

from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Detail, Holder, PlaceView, StepView, Tally, WorkRow
from gridmap.terms import PlaceSource, Stage, Verdict
from web import language, present

BADGES: Mapping[Stage, str] = {Stage.FILED: "amber", Stage.ACCEPTED: "blue"}
"""Colour of a stage; the word stands beside it."""


def figures(tallies: Mapping[Stage, Tally]) -> list[dict[str, Any]]:
    """Return the four numbers over the list."""
    none = Tally(seen=0, mine=0)
    filed, accepted = tallies.get(Stage.FILED, none), tallies.get(Stage.ACCEPTED, none)
    return [
        {"name": _("待我受理"), "value": filed.mine},
        {"name": _("我在办"), "value": accepted.mine},
        {"name": _("辖区待受理"), "value": filed.seen},
        {"name": _("辖区在办"), "value": accepted.seen},
    ]


def card(row: WorkRow, now: datetime) -> dict[str, Any]:
    """Return a report of the list."""
    return {
        "number": row.number,
        "version": row.version,
        "title": row.excerpt,
        "category": row.category.label(language.current()),
        "place": _place(row),
        "area": _joined(row.community, row.grid),
        "age": _age(row.filed_at, now),
        "stage": row.stage.label(language.current()),
        "badge": BADGES[row.stage],
        "key": row.stage,
        "lon": row.lon,
        "lat": row.lat,
        "photos": row.photos,
        "mine": row.mine,
        "waits": row.mine and row.stage is Stage.FILED,
    }


def spots(cards: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return where the cards lie, for the map's script; each report once."""
    names = ("number", "lon", "lat", "key", "title")
    unique = {one["number"]: {name: one[name] for name in names} for one in cards}
    return list(unique.values())


def detail(found: Detail, now: datetime) -> dict[str, Any]:
    """Return a report in full."""
    row = found.row
    return card(row, now) | {
        "description": found.description,
        "filed_at": format_datetime(row.filed_at, "short"),
        "line": row.category.line.label(language.current()),
        "rung": row.rung.label(language.current()),
        "holder": _who(row.holder),
        "phone": found.masked_phone,
        "placement": _placement(row, found.place),
        "steps": [*(_step(step) for step in found.steps), *_next_step(found)],
        "may_accept": Action.ACCEPTED in found.actions,
        "open": bool(found.actions) or row.mine,
    }


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def _place(row: WorkRow) -> str:
    return _joined(row.compound, row.building) or row.grid or _("不在任何网格内")


def _age(at: datetime, now: datetime) -> str:
    return str(format_timedelta(at - now, add_direction=True, threshold=1.1))


def _who(holder: Holder | None) -> str:
    return f"{holder.kind.label(language.current())} {holder.name}" if holder else ""


def _placement(row: WorkRow, place: PlaceView) -> dict[str, Any]:
    """Where it was placed, and why there, in sentences."""
    return {
        "where": _joined(row.township, row.community, row.grid) or _("不在任何网格内"),
        "building": _joined(row.compound, row.building),
        "party": [
            name for name in (place.building_group, place.grid_branch, place.general_branch) if name
        ],
        "because": _because(place),
        "sure": Verdict.ASK not in (place.grid_verdict, place.building_verdict),
        "raw": _raw(place),
    }


def _because(place: PlaceView) -> list[str]:
    reader = language.current()
    source = place.source.label(reader)
    if place.source is PlaceSource.GPS and place.accuracy_m is not None:
        source += _("，误差约 {n} 米").replace("{n}", f"{place.accuracy_m:.0f}")
    said = [source]
    said += [
        fault["text"] for fault in present.faults([*place.grid_faults, *place.building_faults])
    ]
    said += [
        _("也可能是：{names}").replace("{names}", "、".join(names))
        for names in (_names(place, "grids"), _names(place, "buildings"))
        if names
    ]
    return said


def _names(place: PlaceView, kind: str) -> list[str]:
    return [str(one.get("name") or one.get("code")) for one in place.alternatives.get(kind, [])]


def _raw(place: PlaceView) -> str:
    return f"{place.raw_lon:.6f}, {place.raw_lat:.6f} ({place.raw_crs})"


def _step(step: StepView) -> dict[str, str]:
    reader = language.current()
    by = step.actor or (_("居民") if step.action is Action.FILED else "")
    after = _("交给 {who}").replace("{who}", _who(step.holder)) if step.holder else ""
    why = [reason.label(reader) for reason in step.reasons]
    return {
        "title": step.action.label(reader),
        "time": _joined(format_datetime(step.at, "short"), by),
        "note": _joined(after if step.action is Action.FILED else "", *why, step.note),
        "state": "done",
    }


def _next_step(found: Detail) -> list[dict[str, str]]:
    """What the report waits for now."""
    row, reader = found.row, language.current()
    who = _who(row.holder) or row.rung.label(reader)
    if row.stage is Stage.FILED:
        title, note = Action.ACCEPTED.label(reader), _("等待 {who} 受理")
    else:
        title, note = _("处置"), _("{who} 在办")
    return [{"title": title, "note": note.replace("{who}", who), "state": "now"}]
