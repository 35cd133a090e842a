"""The form of a move: made from what the move needs, read back, and shown again with its faults."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flask import request
from flask_babel import gettext as _
from pydantic import ValidationError

from gridmap.accounts.service import SignedIn
from gridmap.dispatch import ladder
from gridmap.dispatch.categories import CategoryEntry
from gridmap.dispatch.lifecycle import Action, Need, ReturnReason
from gridmap.dispatch.moving import MOST_EVIDENCE, Prospect
from gridmap.dispatch.views import Candidate, Detail, Possible
from gridmap.errors import GridmapError
from gridmap.terms import Line, Outcome, PhotoKind, PostKind, Rung, Satisfaction, Term
from web import language
from web.api import uploads
from web.api.instructions import StepBody
from web.pages.desk_cards import who

WITH_EVIDENCE: Final = frozenset(
    {
        Action.HANDLED,
        Action.NOTED,
        Action.CHECKED,
        Action.REJECTED,
        Action.RETURNED,
        Action.SENT_UP,
        Action.SUSPENDED,
    }
)
"""Moves that people make on the spot: with photos, and with where they stand."""
FORESEEN: Final = frozenset(
    {
        Action.RETURNED,
        Action.SENT_UP,
        Action.HANDLED,
        Action.REJECTED,
        Action.RESUMED,
        Action.SEPARATED,
        Action.REOPENED,
    }
)
"""Moves whose next holder is known before anything is filled in: it is shown first."""
OUTCOMES: Final = (Outcome.SOLVED, Outcome.NOT_SOLVED, Outcome.NOT_OURS)
"""What can come of handling; a duplicate is joined instead."""
_LISTS: Final = ("agencies", "photo_kinds")
_ANSWERS: Final = ("contacted", "solved", "satisfaction")
_PLACE: Final = ("lon", "lat", "crs", "accuracy", "source")


@dataclass
class Typed:
    """What somebody has typed into a form, and what is wrong with it."""

    values: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def refuse(self, refusal: GridmapError) -> None:
        """Note a refusal beside its field; without one it stands over the form."""
        where = {"owner": "post", "solved": "answer"}.get(refusal.field or "", refusal.field or "")
        reader = language.current()
        words = f"{refusal.message(reader)} {refusal.hint(reader)}".strip()
        if refusal.field == "answer":
            words = _("每个问题都要选一个。")
        self.faults[where] = words

    def invalid(self, failure: ValidationError) -> None:
        """Note what a model found wrong, each beside its field."""
        for fault in failure.errors(include_url=False):
            name = str(fault["loc"][0]) if fault["loc"] else ""
            self.faults.setdefault(name, _fault_words(fault["type"], fault.get("ctx", {})))


def _fault_words(kind: str, context: Mapping[str, Any]) -> str:
    """What is wrong with a field, for whoever sees the words beside it."""
    if kind in {"too_long", "string_too_long"}:
        return str(_("最多 {n} 个字。")).replace("{n}", str(context.get("max_length", "")))
    if kind == "unsafe_text":
        return str(_("这里有不允许的控制字符。"))
    return str(_("这里填得不对。"))


def typed() -> Typed:
    """Return what the request's form holds."""
    form = request.form
    lists = {name: form.getlist(name) for name in _LISTS}
    values = {name: form[name] for name in form if name not in {*_LISTS, "csrf_token"}}
    return Typed(values, lists)


def body(action: Action, given: Typed) -> StepBody:
    """Return the move that a form asks for.

    Raises:
        ValidationError: a field holds what it cannot.
    """
    filled = {name: value for name, value in given.values.items() if value.strip()}
    plain = ("version", "note", "reason", "post", "outcome", "until", "category", "main")
    said: dict[str, Any] = {name: filled[name] for name in plain if name in filled}
    said |= {"action": action, "agencies": list(given.lists.get("agencies", ()))}
    said["photo_kinds"] = [kind or None for kind in given.lists.get("photo_kinds", ())]
    if {"lon", "lat"} <= filled.keys():
        said["place"] = {"crs": "wgs84"} | {name: filled[name] for name in _PLACE if name in filled}
    if {"spot_lon", "spot_lat"} <= filled.keys():
        said["spot"] = {"lon": filled["spot_lon"], "lat": filled["spot_lat"]}
    if all(name in filled for name in _ANSWERS):
        names = [*_ANSWERS, *(["remark"] if "remark" in filled else [])]
        said["answer"] = {name: filled[name] for name in names}
    return StepBody.model_validate(said, strict=False)


def key(given: Typed) -> str | None:
    """Return what makes a form that is sent twice one step; None where it is no key."""
    written = given.values.get("key", "")
    return written if uploads.KEY.match(written) else None


def fresh_key() -> str:
    """Return a new key for a form."""
    return secrets.token_hex(18)


def photos() -> list[uploads.Upload]:
    """Return the photos of the request's form."""
    return uploads.photos(most=MOST_EVIDENCE)


@dataclass(frozen=True)
class Choices:
    """What a form offers: who can take it, categories, reports near by; and who gets it next."""

    candidates: tuple[Candidate, ...] = ()
    categories: tuple[CategoryEntry, ...] = ()
    near: tuple[dict[str, str], ...] = ()
    prospect: Prospect | None = None
    blocked: str = ""


def form(
    move: Possible, found: Detail, reader: SignedIn, choices: Choices, given: Typed
) -> dict[str, Any]:
    """Return everything that a move's form shows."""
    action, needs = move.action, move.needs
    return {
        "action": action,
        "title": verbs()[action],
        "lead": leads().get(action, ""),
        "needs": [need for need in needs if need is not Need.NOTE],
        "note_needed": Need.NOTE in needs,
        "note_label": note_labels().get(action, _("说明")),
        "evidence": action in WITH_EVIDENCE,
        "most_photos": MOST_EVIDENCE,
        "version": found.row.version,
        "typed": given.values,
        "lists": given.lists,
        "faults": given.faults,
        "blocked": choices.blocked,
        "goes_to": goes_to(action, choices.prospect),
        "handlers": handler_groups(_within_reach(choices.candidates, action, found, reader)),
        "agencies": _agencies(choices.candidates),
        "categories": category_groups(choices.categories, but=found.row.category.code),
        "near": choices.near,
        "outcomes": options(OUTCOMES),
        "reasons": options(ReturnReason),
        "satisfactions": options(Satisfaction),
        "photo_kinds": options((PhotoKind.AFTER, PhotoKind.BEFORE, PhotoKind.NEAR, PhotoKind.FAR)),
    }


def options(terms: Iterable[Term]) -> list[tuple[str, str]]:
    """Return the codes and words of a closed list."""
    return [(str(term), term.label(language.current())) for term in terms]


def goes_to(action: Action, prospect: Prospect | None) -> str:
    """Return who gets a report by a move, in words, before it is made."""
    if prospect is None:
        return ""
    reader = language.current()
    words = {
        Action.RETURNED: _("退给：{who}"),
        Action.SENT_UP: _("报给：{who}"),
        Action.HANDLED: _("由 {who} 核查"),
    }.get(action, _("交给：{who}"))
    holder = who(prospect.holder) or prospect.rung.label(reader)
    why = "；".join(reason.label(reader) for reason in prospect.reasons)
    return str(words.replace("{who}", holder)) + (f"（{why}）" if why else "")


def _within_reach(
    candidates: Iterable[Candidate], action: Action, found: Detail, reader: SignedIn
) -> list[Candidate]:
    """Leave out whom this reader cannot dispatch to: those above, and other agencies of an agency."""
    if action is not Action.DISPATCHED:
        return list(candidates)
    row = found.row
    if row.mine and row.entrusted:
        agency = row.holder.agency if row.holder else None
        return [one for one in candidates if one.agency is not None and one.agency == agency]
    rungs = [ladder.rung_of(post.kind) for post in reader.scope.posts]
    top = max(_height(rung) for rung in [row.rung, *(rung for rung in rungs if rung)])
    return [one for one in candidates if one.rung is None or _height(one.rung) <= top]


def _height(rung: Rung) -> int:
    return ladder.RUNGS.index(rung)


def handler_groups(candidates: Iterable[Candidate]) -> list[dict[str, Any]]:
    """Return whom a report can be given to: along the ladder, helpers beside it, agencies."""
    kinds: tuple[tuple[str, Callable[[Candidate], bool]], ...] = (
        (_("阶梯"), lambda one: one.rung is not None),
        (_("协助力量"), lambda one: one.rung is None and one.kind is not PostKind.AGENCY_HANDLER),
        (_("部门"), lambda one: one.kind is PostKind.AGENCY_HANDLER),
    )
    everybody = list(candidates)
    groups = [
        {"name": name, "people": [_person(one) for one in everybody if belongs(one)]}
        for name, belongs in kinds
    ]
    return [group for group in groups if group["people"]]


def _person(one: Candidate) -> dict[str, Any]:
    title = one.agency or one.kind.label(language.current())
    return {"post": str(one.post_id), "name": one.name, "title": title, "fits": one.fits}


def _agencies(candidates: Iterable[Candidate]) -> list[dict[str, Any]]:
    """One entry an agency, by the first of its handlers: each agency gets one part."""
    seen: dict[str, dict[str, Any]] = {}
    for one in candidates:
        if one.kind is PostKind.AGENCY_HANDLER and one.agency:
            seen.setdefault(one.agency, _person(one))
    return list(seen.values())


def category_groups(entries: Iterable[CategoryEntry], *, but: str = "") -> list[dict[str, Any]]:
    """Return the categories by line, without the one that a report has."""
    reader = language.current()
    known = [entry for entry in entries if entry.code != but]
    groups = [
        {
            "name": line.label(reader),
            "entries": [(e.code, e.label(reader)) for e in known if e.line is line],
        }
        for line in Line
    ]
    return [group for group in groups if group["entries"]]


def verbs() -> dict[Action, str]:
    """Return what a button says for each move that people make."""
    return {
        Action.ACCEPTED: _("受理"),
        Action.DISPATCHED: _("派遣"),
        Action.PARTED: _("分办"),
        Action.HANDLED: _("处置反馈"),
        Action.RETURNED: _("退单"),
        Action.SENT_UP: _("上报上级"),
        Action.TRANSFERRED: _("转线"),
        Action.RELOCATED: _("改址"),
        Action.SUSPENDED: _("挂账"),
        Action.RESUMED: _("恢复办理"),
        Action.CHECKED: _("核查通过"),
        Action.REJECTED: _("核查不通过"),
        Action.AGREED: _("回访结案"),
        Action.REOPENED: _("未解决，重办"),
        Action.UNREACHED: _("没联系上"),
        Action.JOINED: _("并案"),
        Action.SEPARATED: _("取消并案"),
        Action.NOTED: _("跟进"),
        Action.SUPERVISED: _("督办"),
    }


def leads() -> dict[Action, str]:
    """Return the sentence that says what a move does, where its name alone does not."""
    return {
        Action.PARTED: _("每个部门得到一件子单，各有编号和时限；子单全部办结后才能反馈。"),
        Action.TRANSFERRED: _("换成另一个类别，从新类别的起始层级重新受理。"),
        Action.RELOCATED: _("按新位置重新落点，从起始层级重新受理。"),
        Action.SUSPENDED: _("一时办不了的，写明原因，由责任人跟踪，到期复查。"),
        Action.JOINED: _("同一件事只办一件：这一件随主件办理和答复。"),
        Action.UNREACHED: _("记下一次回访；到期仍未答复的自动结案。"),
        Action.SUPERVISED: _("经办人立即收到督办，列表上标红。"),
    }


def note_labels() -> dict[Action, str]:
    """Return what the note of a move is about."""
    return {
        Action.HANDLED: _("处置情况"),
        Action.NOTED: _("跟进情况"),
        Action.CHECKED: _("核查情况"),
        Action.REJECTED: _("哪里不合格"),
        Action.UNREACHED: _("怎样联系的"),
        Action.SUSPENDED: _("为什么一时办不了"),
        Action.SUPERVISED: _("督办要求"),
    }
