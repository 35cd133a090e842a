"""Moves at the desk: the form of each, what it would do, and doing it."""

from __future__ import annotations

from datetime import datetime

from apiflask import APIBlueprint
from flask import Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic import ValidationError

from gridmap.accounts.service import SignedIn
from gridmap.dispatch import catalogue, moving, service
from gridmap.dispatch.lifecycle import Action, Need
from gridmap.dispatch.reports import Instruction, ReportFilter
from gridmap.dispatch.views import Candidate, Detail, Possible
from gridmap.errors import (
    BadImage,
    GridmapError,
    IllegalStep,
    InvalidInput,
    NotAllowed,
    NotFound,
    NothingAbove,
    OpenParts,
    SameHands,
    StaleVersion,
)
from gridmap.geolocation.rules import Place
from web import errors, language
from web.numbers import report_number
from web.pages import desk_cards, desk_forms, desk_page, desk_query
from web.pages.desk_forms import Choices, Typed
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint("desk_moves", __name__, enable_openapi=False)

_FIXABLE = (InvalidInput, BadImage, NothingAbove, OpenParts, SameHands)
"""Refusals that stand in the form, beside what caused them."""


@blueprint.get("/desk/<number>/steps/<action>")
def ask(number: str, action: str) -> ResponseReturnValue:
    """Show the form of a move."""
    wanted, asked, who = _action(action), report_number(number), desk_page.reader()
    found = service.detail(current_session(), asked, who, now())
    if isinstance(found, NotFound):
        return errors.answer(found)
    return _form(found, wanted, who, Typed())


@blueprint.post("/desk/<number>/steps/<action>")
def act(number: str, action: str) -> ResponseReturnValue:
    """Make a move; a fault leads back to the form with everything that was typed."""
    wanted, asked, who = _action(action), report_number(number), desk_page.reader()
    given = desk_forms.typed()
    try:
        body = desk_forms.body(wanted, given)
        said = body.instruction(desk_forms.photos(), desk_forms.key(given))
        found = moving.act(current_session(), asked, who, said, now())
    except ValidationError as failure:
        given.invalid(failure)
    except _FIXABLE as refusal:
        given.refuse(refusal)
    except (StaleVersion, IllegalStep) as late:
        return _too_late(asked, wanted, who, given, late)
    else:
        return _done(found, wanted, who)
    return _again(asked, wanted, who, given)


def _action(written: str) -> Action:
    try:
        action = Action(written)
    except ValueError:
        raise NotFound(what_zh="这个操作", what_en="This move") from None
    if action not in desk_forms.verbs():
        raise NotFound(what_zh="这个操作", what_en="This move")
    return action


def _done(found: Detail | NotFound, action: Action, who: SignedIn) -> ResponseReturnValue:
    """Show the report after the move; or the list, where it has left the reader's area by it."""
    if isinstance(found, NotFound):
        return errors.answer(found)
    kept = desk_query.current().kept()
    if _is_in_sight(found, who):
        address = url_for("desk.report", number=found.row.number, **kept, done=action)
    else:
        address = url_for("desk.worklist", **kept, done=action)
    return redirect(address, 303)


def _is_in_sight(found: Detail, who: SignedIn) -> bool:
    if found.possible:
        return True
    named = ReportFilter(text=found.row.number)
    seen = service.worklist(current_session(), who.scope, named, now=now())
    return any(row.number == found.row.number for row in seen.rows)


def _again(number: str, action: Action, who: SignedIn, given: Typed) -> ResponseReturnValue:
    """Show the form once more, with what is wrong beside its field."""
    found = service.detail(current_session(), number, who, now())
    if isinstance(found, NotFound):
        return errors.answer(found)
    return _form(found, action, who, given, status=422)


def _too_late(
    number: str, action: Action, who: SignedIn, given: Typed, late: GridmapError
) -> ResponseReturnValue:
    """Somebody else was first: say what changed, and keep what was typed."""
    found = service.detail(current_session(), number, who, now())
    if isinstance(found, NotFound):
        return errors.answer(found)
    written = given.values.get("version", "")
    seen = int(written) if written.isdecimal() else 0
    given.faults[""] = late.message(language.current())
    return _form(found, action, who, given, status=errors.status_of(late), seen=seen)


def _form(
    found: Detail,
    action: Action,
    who: SignedIn,
    given: Typed,
    *,
    status: int = 200,
    seen: int = 0,
) -> Response:
    """The pane with a move's form; without the form where the move is not possible (any more)."""
    at, query = now(), desk_query.current()
    pane = desk_page.shown(found, at, seen=seen)
    move = next((one for one in found.possible if one.action is action), None)
    if move is None:
        words = given.values.get("note", "").strip()
        notice = given.faults.get("") or _("这件诉求现在不能“{what}”。").replace(
            "{what}", desk_forms.verbs()[action]
        )
        return desk_page.show(
            who,
            query,
            status=max(status, 409),
            found=pane,
            notice=notice,
            alarm=True,
            words=words,
        )
    choices = _choices(found, move, who, at)
    form = desk_forms.form(move, found, who, choices, given)
    return desk_page.show(who, query, status=status, found=pane, form=form)


def _choices(found: Detail, move: Possible, who: SignedIn, at: datetime) -> Choices:
    """Look up what a form offers; only what its move needs."""
    session, number, needs = current_session(), found.row.number, set(move.needs)
    handed = bool(needs & {Need.HANDLER, Need.AGENCIES, Need.OWNER})
    candidates = moving.candidates(session, number, who, at) if handed else ()
    prospect, blocked = None, ""
    if move.action in desk_forms.FORESEEN:
        prospect, blocked = _foreseen(number, Instruction(move.action, found.row.version), who, at)
    return Choices(
        candidates=_or_none(candidates),
        categories=catalogue.entries_on(session, today()) if Need.CATEGORY in needs else (),
        near=_near(found, at) if Need.MAIN in needs else (),
        prospect=prospect,
        blocked=blocked,
    )


def _or_none(candidates: tuple[Candidate, ...] | NotFound) -> tuple[Candidate, ...]:
    return () if isinstance(candidates, NotFound) else candidates


def _foreseen(
    number: str, said: Instruction, who: SignedIn, at: datetime
) -> tuple[moving.Prospect | None, str]:
    """Who would get the report by a move, or why it cannot be made."""
    try:
        prospect = moving.next_holder(current_session(), number, who, said, at)
    except (NotAllowed, *_FIXABLE) as refusal:
        reader = language.current()
        return None, f"{refusal.message(reader)} {refusal.hint(reader)}".strip()
    return (None if isinstance(prospect, NotFound) else prospect), ""


def _near(found: Detail, at: datetime) -> tuple[dict[str, str], ...]:
    """Open reports near by in the same category: this one may be about the same thing."""
    row = found.row
    place = Place(row.lon, row.lat, "wgs84")
    near = service.open_near(current_session(), place, row.category.code, at)
    return tuple(
        {
            "number": one.number,
            "place": one.place or "",
            "age": desk_cards.age(one.filed_at, at),
            "stage": one.stage.label(language.current()),
            "metres": f"{one.metres:.0f}",
        }
        for one in near
        if one.number != row.number
    )


@blueprint.get("/desk/<number>/next")
def foresee(number: str) -> ResponseReturnValue:
    """Say who would get a report by a transfer or at another place, before it is sent."""
    asked, who, at = report_number(number), desk_page.reader(), now()
    found = service.detail(current_session(), asked, who, at)
    if isinstance(found, NotFound):
        return errors.answer(found)
    given = Typed({name: value for name, value in request.args.items() if name != "action"})
    action = _action(request.args.get("action", ""))
    body = desk_forms.body(action, Typed({**given.values, "version": str(found.row.version)}))
    prospect, blocked = _foreseen(asked, body.instruction(), who, at)
    return jsonify({"text": blocked or desk_forms.goes_to(action, prospect)})
