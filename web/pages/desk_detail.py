"""A report in full as the desk shows it: placement, people, relations, and every step on record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from flask_babel import format_date
from flask_babel import gettext as _

from gridmap.dispatch.lifecycle import OPEN_STAGES, Action, ReturnReason
from gridmap.dispatch.views import (
    Detail,
    FeedbackView,
    PhotoView,
    PlaceView,
    RelatedReport,
    StepView,
    WorkRow,
)
from gridmap.terms import PlaceSource, Stage, Verdict
from web import language, present
from web.pages import desk_cards, desk_times, said_words
from web.pages.desk_cards import joined, who

BY_CLOCK: Final = frozenset(
    {Action.CLIMBED, Action.OVERDUE, Action.LAPSED, Action.HANDED_OVER, Action.REPLACED}
)
BACKWARDS: Final = frozenset(
    {Action.RETURNED, Action.REJECTED, Action.REOPENED, Action.CLIMBED, Action.OVERDUE}
)
"""Steps that show in red: something did not work out."""
_TO_COME: Final[Mapping[Stage, tuple[Stage, ...]]] = {
    Stage.FILED: (Stage.HANDLING, Stage.CHECKING, Stage.CLOSED),
    Stage.ACCEPTED: (Stage.CHECKING, Stage.CLOSED),
    Stage.HANDLING: (Stage.CHECKING, Stage.CLOSED),
    Stage.CHECKING: (Stage.CLOSED,),
    Stage.ASKING: (Stage.CLOSED,),
}


def detail(found: Detail, now: datetime, names: Mapping[str, str], *, seen: int) -> dict[str, Any]:
    """Return a report in full.

    Args:
        found: the report.
        now: this moment.
        names: category codes to names, for steps that changed it.
        seen: version that the reader looked at before; later steps are marked as new.
    """
    row = found.row
    return desk_cards.card(row, now) | {
        "description": found.description,
        "filed_at": desk_times.moment(row.filed_at),
        "due_at": desk_times.moment(row.due_at) if row.due_at else "",
        "rule": _running_rule(found),
        "line": row.category.line.label(language.current()),
        "rung": row.rung.label(language.current()),
        "phone": found.masked_phone,
        "open": row.stage in OPEN_STAGES,
        "erased": found.erased,
        "speaks_english": found.language == "en",
        "followers": found.followers,
        "owner": who(found.owner),
        "own_photos": [photo.position for photo in found.photos if photo.step_sequence == 1],
        "placement": _placement(row, found.place),
        "steps": _steps(found, names, seen),
        "next": _next_step(found),
        "to_come": [_coming(stage) for stage in _TO_COME.get(row.stage, ())],
        "related": list(_related(found)),
        "feedback": [_feedback(one) for one in found.feedback],
    }


def _running_rule(found: Detail) -> str:
    """The rule of the step that set the deadline which runs now."""
    due = found.row.due_at
    rules = (step.rule for step in reversed(found.steps) if step.rule and step.due_at == due)
    return desk_times.rule_words(next(rules, None))


def _placement(row: WorkRow, place: PlaceView) -> dict[str, Any]:
    """Where it was placed, and why there, in sentences."""
    return {
        "where": joined(row.township, row.community, row.grid) or _("不在任何网格内"),
        "building": joined(row.compound, row.building),
        "entrance": said_words.entrance(place.said),
        "written": place.text,
        "said": said_words.reasons(place.said),
        "party": [
            name for name in (place.building_group, place.grid_branch, place.general_branch) if name
        ],
        "because": _because(place),
        "sure": Verdict.ASK not in (place.grid_verdict, place.building_verdict),
        "raw": f"{place.raw_lon:.6f}, {place.raw_lat:.6f} ({place.raw_crs})",
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


def _steps(found: Detail, names: Mapping[str, str], seen: int) -> list[dict[str, Any]]:
    """The steps on record; who holds the report is said where it changes."""
    steps, before = [], ""
    for step in found.steps:
        holder = who(step.holder) or step.rung.label(language.current())
        handed = holder if holder != before else ""
        steps.append(_step(step, found.photos, names, seen) | {"holder": handed})
        before = holder
    return steps


def _step(
    step: StepView, photos: Iterable[PhotoView], names: Mapping[str, str], seen: int
) -> dict[str, Any]:
    """One step on record: who, when, what, why, until when by which rule, its photos."""
    reader = language.current()
    return {
        "title": step.action.label(reader),
        "state": "late" if step.action in BACKWARDS else "done",
        "new": bool(seen) and step.sequence > seen,
        "time": desk_times.moment(step.at),
        "by": step.actor or (_("系统") if step.action in BY_CLOCK else _("居民")),
        "why": [reason.label(reader) for reason in step.reasons],
        "said": list(_said(step, names)),
        "note": step.note,
        "due_at": desk_times.moment(step.due_at) if step.due_at and step.rule else "",
        "rule": desk_times.rule_words(step.rule),
        "photos": [_photo(one) for one in photos if one.step_sequence == step.sequence]
        if step.sequence > 1
        else [],
    }


def _photo(photo: PhotoView) -> dict[str, Any]:
    kind = photo.kind.label(language.current()) if photo.kind else _("现场照片")
    return {"position": photo.position, "kind": kind}


def _said(step: StepView, names: Mapping[str, str]) -> Iterable[str]:
    """What else was said with a step: outcome, reason, places and categories before and after."""
    reader, more = language.current(), step.details
    if step.outcome is not None:
        yield step.outcome.label(reader)
    if "return_reason" in more:
        reason = ReturnReason(str(more["return_reason"])).label(reader)
        yield _("退单原因：{reason}").replace("{reason}", reason)
    if "agencies" in more:
        agencies = more["agencies"]
        yield "、".join(map(str, agencies)) if isinstance(agencies, list) else ""
    if step.action is Action.TRANSFERRED:
        yield " → ".join(names.get(code, code) for code in (str(more["from"]), str(more["to"])))
    if step.action in {Action.RELOCATED, Action.REPLACED} and "before" in more:
        yield " → ".join(_grid_of(more.get(side)) for side in ("before", "after"))
    if "until" in more:
        yield _("{day}复查").replace("{day}", _day(str(more["until"])))
    if "main" in more:
        yield _("并入 {number}").replace("{number}", str(more["main"]))


def _grid_of(place: object) -> str:
    grid = place.get("grid") if isinstance(place, dict) else None
    return str(grid or _("不在任何网格内"))


def _day(written: str) -> str:
    return str(format_date(date.fromisoformat(written), "long"))


def _next_step(found: Detail) -> dict[str, Any] | None:
    """What the report waits for now; nothing once it is closed."""
    row = found.row
    holder = who(row.holder) or row.rung.label(language.current())
    waits = {
        Stage.FILED: _("等待 {who} 受理"),
        Stage.ACCEPTED: _("{who} 在办"),
        Stage.HANDLING: _("{who} 在办"),
        Stage.CHECKING: _("等待 {who} 核查"),
        Stage.ASKING: _("等诉求人答复，{who} 回访"),
        Stage.SUSPENDED: _("{who} 跟踪，到期复查"),
        Stage.JOINED: _("随并入的那一件办理"),
    }
    if row.stage not in waits:
        return None
    title = row.stage.label(language.current())
    return {"title": title, "note": waits[row.stage].replace("{who}", holder)}


def _coming(stage: Stage) -> str:
    """Name of a stage that is still to come, as an act."""
    names = {
        Stage.HANDLING: _("处置"),
        Stage.CHECKING: _("核查"),
        Stage.CLOSED: _("回访 · 结案"),
    }
    return str(names[stage])


def _related(found: Detail) -> Iterable[dict[str, Any]]:
    kinds: tuple[tuple[str, Iterable[RelatedReport | None]], ...] = (
        (_("总单"), (found.whole,)),
        (_("分办子单"), found.parts),
        (_("已并入"), (found.main,)),
        (_("并入本件"), found.joined),
    )
    reader = language.current()
    for kind, reports in kinds:
        for one in reports:
            if one is not None:
                yield {
                    "kind": kind,
                    "number": one.number,
                    "stage": one.stage.label(reader),
                    "badge": desk_cards.BADGES[one.stage],
                    "outcome": one.outcome.label(reader) if one.outcome else "",
                    "holder": who(one.holder),
                }


def _feedback(one: FeedbackView) -> dict[str, Any]:
    """The reporter's answer, or a try to get it."""
    said: list[str] = []
    if one.reached:
        said.append(_("已解决") if one.solved else _("未解决"))
        said.append(one.satisfaction.label(language.current()) if one.satisfaction else "")
        said.append(_("有人联系过") if one.contacted else _("没人联系过"))
    else:
        said.append(_("没有联系上"))
    return {
        "time": desk_times.moment(one.at),
        "by": _("{who} 回访").replace("{who}", one.caller) if one.caller else _("诉求人自己答复"),
        "said": joined(*said),
        "remark": one.remark,
        "good": bool(one.solved),
        "reached": one.reached,
    }
