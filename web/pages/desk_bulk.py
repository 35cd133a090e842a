"""Many reports at a time: dispatched to one handler, or supervised; each in its own transaction."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, Final, NamedTuple

from apiflask import APIBlueprint
from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic import ValidationError

from gridmap.accounts.service import SignedIn
from gridmap.dispatch import moving
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Instruction
from gridmap.dispatch.views import Candidate
from gridmap.errors import GridmapError, InvalidInput, NotFound
from web import language
from web.numbers import report_number
from web.pages import desk_forms, desk_page, desk_query
from web.pages.desk_forms import Typed
from web.params import now
from web.session import current_session, separate_transaction

blueprint = APIBlueprint("desk_bulk", __name__, enable_openapi=False)

MOST_REPORTS: Final = 50
ACTIONS: Final = (Action.DISPATCHED, Action.SUPERVISED)
_SEPARATOR: Final = "."


class Chosen(NamedTuple):
    """A report that was chosen, in the version that was on the list."""

    number: str
    version: int

    @property
    def written(self) -> str:
        """As it stands in the form."""
        return f"{self.number}{_SEPARATOR}{self.version}"


class Result(NamedTuple):
    """What became of one of the reports: moved, or refused with the reason."""

    number: str
    refusal: str


@blueprint.get("/desk/bulk")
def ask() -> ResponseReturnValue:
    """Show the form for the chosen reports."""
    action, chosen = _wanted(request.args.getlist("report"), request.args.get("action", ""))
    return _form(action, chosen, Typed(), 200)


@blueprint.post("/desk/bulk")
def act() -> ResponseReturnValue:
    """Move each of the chosen reports that can be moved; list the others with the reason."""
    action, chosen = _wanted(request.form.getlist("report"), request.form.get("action", ""))
    who, at = desk_page.reader(), now()
    given = Typed({name: request.form.get(name, "") for name in ("post", "note")})
    try:
        said = desk_forms.body(action, Typed({**given.values, "version": "1"})).instruction()
        _check(said)
    except ValidationError as failure:
        given.invalid(failure)
    except InvalidInput as refusal:
        given.refuse(refusal)
    if given.faults:
        return _form(action, chosen, given, 422)
    results = [_move(one, said, who, at) for one in chosen]
    many = {
        "action": action,
        "done": [one.number for one in results if not one.refusal],
        "refused": [one for one in results if one.refusal],
    }
    return desk_page.show(who, _query(), many=many)


def _check(said: Instruction) -> None:
    if said.action is Action.DISPATCHED and said.post_id is None:
        raise InvalidInput(
            field="post", reason_zh="请选择派给谁。", reason_en="Choose who gets them."
        )
    if said.action is Action.SUPERVISED and said.note is None:
        raise InvalidInput(
            field="note", reason_zh="请写明督办要求。", reason_en="Say what is asked for."
        )


def _move(one: Chosen, said: Instruction, who: SignedIn, at: datetime) -> Result:
    """Move one report in a transaction of its own: what is refused holds up no other."""
    own = Instruction(said.action, one.version, note=said.note, post_id=said.post_id)
    reader = language.current()
    try:
        with separate_transaction() as session:
            found = moving.act(session, one.number, who, own, at)
    except GridmapError as refusal:
        return Result(one.number, refusal.message(reader))
    return Result(one.number, found.message(reader) if isinstance(found, NotFound) else "")


def _wanted(written: list[str], action: str) -> tuple[Action, list[Chosen]]:
    """Read what is to be done with which reports.

    Raises:
        InvalidInput: none chosen, too many, or another move.
    """
    chosen = list(dict.fromkeys(_chosen(one) for one in written))
    if not 0 < len(chosen) <= MOST_REPORTS:
        raise InvalidInput(
            field="report",
            reason_zh=f"请选择 1 到 {MOST_REPORTS} 件诉求。",
            reason_en=f"Choose 1 to {MOST_REPORTS} reports.",
        )
    if action not in ACTIONS:
        raise NotFound(what_zh="这个操作", what_en="This move")
    return Action(action), chosen


def _chosen(written: str) -> Chosen:
    number, _dot, version = written.partition(_SEPARATOR)
    if not version.isdecimal():
        raise InvalidInput(
            field="report", reason_zh="选择的诉求不对。", reason_en="The choice is wrong."
        )
    return Chosen(report_number(number), min(int(version), 2**31 - 1))


def _query() -> desk_query.DeskQuery:
    """The list's own filters, without what the form of many adds to the address."""
    own = {k: v for k, v in request.args.items() if k not in {"report", "action"}}
    return desk_query.DeskQuery.read(own)


def _form(action: Action, chosen: list[Chosen], given: Typed, status: int) -> ResponseReturnValue:
    who = desk_page.reader()
    dispatched = action is Action.DISPATCHED
    many: dict[str, Any] = {
        "action": action,
        "title": _("批量派遣") if dispatched else _("批量督办"),
        "chosen": chosen,
        "typed": given.values,
        "faults": given.faults,
        "handlers": _handlers(chosen, who, now()) if dispatched else [],
        "note_label": desk_forms.note_labels().get(action, _("说明")),
    }
    return desk_page.show(who, _query(), status=status, many=many)


def _handlers(chosen: list[Chosen], who: SignedIn, at: datetime) -> list[dict[str, Any]]:
    """Whom at least one of the reports can be given to; those who can take the most come first."""
    known: dict[int, Candidate] = {}
    fits: Counter[int] = Counter()
    for one in chosen:
        found = moving.candidates(current_session(), one.number, who, at)
        if not isinstance(found, NotFound):
            known |= {candidate.post_id: candidate for candidate in found}
            fits.update(candidate.post_id for candidate in found)
    best = sorted(known.values(), key=lambda candidate: -fits[candidate.post_id])
    groups = desk_forms.handler_groups(best)
    for group in groups:
        for person in group["people"]:
            count = fits[int(person["post"])]
            if count < len(chosen):
                words = _("可接 {n}/{all} 件").replace("{n}", str(count))
                person["title"] += " · " + words.replace("{all}", str(len(chosen)))
    return groups
