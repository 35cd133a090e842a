"""Members of an organisation: the list, who comes, who goes, who became a full member."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gridmap.errors import InvalidInput
from gridmap.party_life import looking, members
from gridmap.party_life.bodies import Body
from gridmap.party_life.members import Incomer, Leaving
from gridmap.terms import PartyMove, PartyStanding
from web import access
from web.pages import party_life_view as view
from web.pages.settings_forms import SentForm
from web.params import now, today
from web.session import current_session

LONGEST_CODE: Final = 64
LONGEST_PHONE: Final = 32


def show(code: str) -> ResponseReturnValue:
    """Show who belongs to an organisation today, and who left it."""
    reader = access.require_account()
    body = looking.body(current_session(), reader.scope, code, today())
    return _page(body, SentForm({}))


def admit(code: str) -> ResponseReturnValue:
    """Write somebody who came."""
    keeper, form = access.require_account(), SentForm(request.form)
    body = looking.body(current_session(), keeper.scope, code, today())
    comer = Incomer(
        name=form.text("name", members.LONGEST_NAME),
        phone=form.text("phone", LONGEST_PHONE) if form.has("phone") else "",
        standing=form.word("standing", PartyStanding),
        day=form.day("day"),
        came=form.word("came", PartyMove),
        elsewhere=_optional(form, "elsewhere", members.LONGEST_ELSEWHERE),
        building=_optional(form, "building", LONGEST_CODE),
    )
    if not form.faults:
        try:
            members.admit(current_session(), keeper, code, comer, now())
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("party_life.members", code=code), 303)
    return _page(body, form)


def transfer(membership_id: int) -> ResponseReturnValue:
    """Move somebody's relation to another organisation, or out of the county."""

    def do(form: SentForm) -> None:
        leaving = Leaving(
            form.day("day"),
            _optional(form, "to", LONGEST_CODE),
            _optional(form, "elsewhere", members.LONGEST_ELSEWHERE),
        )
        if not form.faults:
            keeper = access.require_account()
            members.transfer(current_session(), keeper, membership_id, leaving, now())

    return _moved(membership_id, do)


def end(membership_id: int) -> ResponseReturnValue:
    """End a membership for good."""

    def do(form: SentForm) -> None:
        day, went = form.day("day"), form.word("went", PartyMove)
        if not form.faults:
            keeper = access.require_account()
            members.end(current_session(), keeper, membership_id, day, went, now())

    return _moved(membership_id, do)


def confirm(membership_id: int) -> ResponseReturnValue:
    """Make a probationary member a full one."""

    def do(form: SentForm) -> None:
        day = form.day("day")
        if not form.faults:
            members.confirm(current_session(), access.require_account(), membership_id, day, now())

    return _moved(membership_id, do)


def forget(membership_id: int) -> ResponseReturnValue:
    """Erase name, phone and dwelling of somebody who left."""

    def do(_form: SentForm) -> None:
        members.forget(current_session(), access.require_account(), membership_id, now())

    return _moved(membership_id, do)


def _moved(membership_id: int, do: Callable[[SentForm], None]) -> ResponseReturnValue:
    """Do something with a membership of the page's organisation and go back to the list."""
    keeper, form = access.require_account(), SentForm(request.form)
    code = view.asked_for("code", LONGEST_CODE)
    body = looking.body(current_session(), keeper.scope, code, today())
    try:
        do(form)
    except InvalidInput as refusal:
        form.refuse(refusal)
    if form.faults:
        return _page(body, form, membership_id)
    return redirect(url_for("party_life.members", code=code), 303)


def _optional(form: SentForm, name: str, longest: int) -> str:
    return form.text(name, longest) if form.has(name) else ""


def _page(body: Body, form: SentForm, at: int = 0) -> ResponseReturnValue:
    """The list; what is wrong with a form stands in the form of that membership (0: of a newcomer)."""
    reader, session = access.require_account(), current_session()
    sent: dict[str, Any] = {"day": today().isoformat(), **form.sent}
    page = render_template(
        "party_life_members.html",
        body=view.body(body),
        members=[view.member(one) for one in members.listed(session, body, today())],
        left=[view.member(one) for one in members.listed(session, body, today(), past=True)],
        keeps=looking.may_keep_members(reader.scope, body),
        sees_dues=looking.may_see_dues(reader.scope, body),
        others=[(one.code, one.name) for one in looking.neighbours(session, body, today())],
        came=members.CAME,
        went=[one for one in members.WENT if one is not PartyMove.TRANSFERRED],
        standings=list(PartyStanding),
        sent=sent,
        faults=form.faults,
        at=at,
    )
    return make_response(page, 422 if form.faults else 200)
