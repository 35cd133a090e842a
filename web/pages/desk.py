"""The desk: the work list of whoever is signed in, and a report beside it."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from gridmap.dispatch import exporting, service
from gridmap.dispatch.views import Detail
from gridmap.errors import GridmapError, NotFound
from web import errors
from web.numbers import report_number
from web.pages import desk_cards, desk_page, desk_query, desk_times
from web.params import now
from web.session import current_session

blueprint = APIBlueprint("desk", __name__, enable_openapi=False)

MOST_SPOTS = 1_000


@blueprint.get("/desk")
def worklist() -> ResponseReturnValue:
    """Show the reports of the reader's area, the least time left first."""
    query = desk_query.current()
    return desk_page.show(desk_page.reader(), query, notice=desk_page.done_words(query.done))


@blueprint.get("/desk/live")
def live() -> ResponseReturnValue:
    """Give the list and its figures as they stand now, for the page that is open."""
    who, query = desk_page.reader(), desk_query.current()
    return render_template("desk_live.html", **desk_page.listed(who, query, now()), oob=True)


@blueprint.get("/desk/spots")
def spots() -> Response:
    """Give every report of the list as a point (WGS 84) with how its deadline stands."""
    who, query, at = desk_page.reader(), desk_query.current(), now()
    rows = exporting.rows(
        current_session(), who.scope, query.filters, query.order, at, most=MOST_SPOTS
    )
    return jsonify({"items": [_spot(desk_cards.card(row, at)) for row in rows]})


def _spot(card: dict[str, Any]) -> dict[str, Any]:
    left: desk_times.TimeLeft | None = card["left"]
    named = {name: card[name] for name in ("number", "lon", "lat", "state", "title")}
    return named | {"left": left.text if left else card["stage"]}


@blueprint.get("/desk/<number>")
def report(number: str) -> ResponseReturnValue:
    """Show one report beside the list."""
    who, query = desk_page.reader(), desk_query.current()
    found = _found(number)
    if isinstance(found, NotFound):
        return refused(found)
    pane = desk_page.shown(found, now())
    return desk_page.show(who, query, found=pane, notice=desk_page.done_words(query.done))


@blueprint.get("/desk/<number>/phone")
def ask_phone(number: str) -> ResponseReturnValue:
    """Ask why the reporter's number is needed."""
    found = _found(number)
    if isinstance(found, NotFound):
        return refused(found)
    who, pane = desk_page.reader(), desk_page.shown(found, now())
    return desk_page.show(who, desk_query.current(), found=pane, phone={"number": None})


@blueprint.post("/desk/<number>/phone")
def phone(number: str) -> ResponseReturnValue:
    """Show the reporter's number to who answers for the open report; each look is on record."""
    who, at = desk_page.reader(), now()
    reason = request.form.get("other", "").strip() or request.form.get("reason", "")
    shown = service.reporter_phone(
        current_session(), report_number(number), who, at, reason=reason[:200]
    )
    found = _found(number)
    for one in (shown, found):
        if isinstance(one, NotFound):
            return refused(one)
    assert not isinstance(found, NotFound)  # noqa: S101 - refused above
    pane = desk_page.shown(found, at)
    return desk_page.show(who, desk_query.current(), found=pane, phone={"number": shown})


@blueprint.get("/desk/<number>/photos/<int(min=1, max=99):position>")
def photo(number: str, position: int) -> ResponseReturnValue:
    """Show a photo of a report in the reader's area."""
    who = desk_page.reader()
    found = service.photo(current_session(), report_number(number), position, who, now())
    return refused(found) if isinstance(found, NotFound) else Response(found, mimetype="image/jpeg")


def _found(number: str) -> Detail | NotFound:
    return service.detail(current_session(), report_number(number), desk_page.reader(), now())


def refused(refusal: GridmapError) -> ResponseReturnValue:
    """Answer with a refusal that must leave its line in the audit log: the request commits."""
    return errors.answer(refusal)
