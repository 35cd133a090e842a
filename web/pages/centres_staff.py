"""For staff: a centre's poster and screen, who belongs to it, members who wait for a branch's answer."""

from __future__ import annotations

from typing import Any, Final

import segno
from apiflask import APIBlueprint
from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gridmap.accounts.authority import Right
from gridmap.centres import matching, members, proofs, service
from gridmap.centres.service import Centre
from gridmap.errors import InvalidInput, NotFound
from gridmap.terms import MatchState
from gridmap.volunteering import codes
from web import access, language
from web.pages.centres import CODE
from web.pages.centres_road import secret
from web.pages.centres_words import metres_words, short_day
from web.params import now, safe_text
from web.session import current_session

blueprint = APIBlueprint("centre_staff", __name__, enable_openapi=False)

LONGEST_REASON: Final = 1000


def _own(code: str) -> Centre:
    """Return a centre that the reader runs.

    Raises:
        NotFound: there is none, or another runs it.
    """
    found = service.centre(current_session(), code, now())
    if not service.keeps(access.require_account().scope, found):
        raise NotFound(what_zh="这个服务中心", what_en="This centre")
    return found


@blueprint.get(f"/centres/{CODE}/poster")
def poster(code: str) -> ResponseReturnValue:
    """Show the sheet to print and hang up: its code opens the short form."""
    centre = _own(code)
    address = url_for("road_pages.join", code=code, _external=True)
    return render_template(
        "centres_poster.html", centre=centre, address=address, picture=_qr(address)
    )


@blueprint.get(f"/centres/{CODE}/screen")
def screen(code: str) -> ResponseReturnValue:
    """Show the code to check in by; it changes every half minute."""
    centre = _own(code)
    return render_template("centres_screen.html", centre=centre, shown=_shown(code))


@blueprint.get(f"/centres/{CODE}/screen.json")
def shown(code: str) -> ResponseReturnValue:
    """Return the code of this half minute with its picture, and when the next one comes."""
    _own(code)
    return jsonify(_shown(code))


def _shown(code: str) -> dict[str, Any]:
    at = now()
    word = codes.code_at(proofs.screen_secret(secret(), code), at)
    address = url_for("road_pages.join", code=code, c=word, _external=True)
    return {"code": word, "picture": _qr(address), "seconds": codes.seconds_left(at)}


def _qr(address: str) -> str:
    picture: str = segno.make(address, error="m").svg_data_uri(scale=8, border=2)
    return picture


@blueprint.get(f"/centres/{CODE}/members")
def members_of(code: str) -> ResponseReturnValue:
    """Show who belongs to a centre: for its own desk alone."""
    centre = _own(code)
    found = members.listed(current_session(), code, now())
    return render_template(
        "centres_members.html",
        centre=centre,
        members=found,
        days=service.COUNTED_DAYS,
        short_day=short_day,
    )


@blueprint.get("/centres/members")
def matches() -> ResponseReturnValue:
    """Show the members who were matched with branches within the reader's reach, open ones first."""
    return _matches_page()


def _matches_page(fault: str = "", faulty: int = 0, status: int = 200) -> ResponseReturnValue:
    reader = access.require_account()
    found = matching.listed(current_session(), reader, now())
    lines = [
        {
            "match": one,
            "far": metres_words(one.metres),
            "mine": one.state is MatchState.PROPOSED and matching.may_decide(reader.scope, one),
        }
        for one in found
    ]
    page = render_template(
        "centres_matches.html",
        lines=lines,
        waiting=sum(one.state is MatchState.PROPOSED for one in found),
        fault=fault,
        faulty=faulty,
        keeper=reader.scope.may(Right.KEEP_REGISTERS),
    )
    return page, status


@blueprint.post("/centres/members/<int:match_id>")
def decide(match_id: int) -> ResponseReturnValue:
    """Accept a member or decline him with a reason."""
    reader = access.require_account()
    accept = request.form.get("answer") == "accept"
    reason = safe_text(request.form.get("reason", "")[:LONGEST_REASON])
    session = current_session()
    try:
        with session.begin_nested():
            matching.decide(session, reader, match_id, accept=accept, reason=reason, now=now())
    except InvalidInput as refusal:
        return _matches_page(refusal.message(language.current()), match_id, 422)
    return redirect(url_for("centre_staff.matches"), 303)
