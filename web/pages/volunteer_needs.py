"""A need as volunteers see it: taking it up and leaving it."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gridmap.errors import InvalidInput
from gridmap.volunteering import needs
from web import access, language, volunteer_pass
from web.errors import status_of
from web.pages import volunteer_words as words
from web.params import now
from web.session import current_session

blueprint = APIBlueprint(
    "volunteer_needs", __name__, enable_openapi=False, url_prefix="/volunteers/needs"
)


@blueprint.get("/<int:need_id>")
def show(need_id: int) -> ResponseReturnValue:
    """Show a need."""
    return _page(need_id)


def _page(need_id: int, fault: str = "", status: int = 200) -> ResponseReturnValue:
    session = current_session()
    found = needs.one(session, need_id, now())
    card = volunteer_pass.own()
    page = render_template(
        "volunteer_need.html",
        need=words.need(found),
        me=card,
        taken=bool(card and needs.has_taken(session, need_id, card.id)),
        full=found.takers >= found.wanted,
        reads=access.account() is not None and found.report_number,
        fault=fault,
        said=request.args.get("said", ""),
    )
    return make_response(page, status)


@blueprint.post("/<int:need_id>/take")
def take(need_id: int) -> ResponseReturnValue:
    """Take it up."""
    return _done(need_id, "taken")


@blueprint.post("/<int:need_id>/leave")
def leave(need_id: int) -> ResponseReturnValue:
    """Leave it for others."""
    return _done(need_id, "left")


def _done(need_id: int, said: str) -> ResponseReturnValue:
    card = volunteer_pass.own()
    here = url_for("volunteer_needs.show", need_id=need_id)
    if card is None:
        return redirect(url_for("volunteer_pages.join", next=here), 303)
    step = needs.take_up if said == "taken" else needs.leave
    try:
        step(current_session(), need_id, card.id, now())
    except InvalidInput as refusal:
        return _page(need_id, refusal.message(language.current()), status_of(refusal))
    return redirect(url_for("volunteer_needs.show", need_id=need_id, said=said), 303)
