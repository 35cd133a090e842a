"""The desk as a page: list, map and pane; or the pane alone, for the script that changes only that."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.dispatch import catalogue, ladder, saved_views, service
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Page
from gridmap.dispatch.views import Detail
from gridmap.errors import NotAllowed
from gridmap.publishing import service as publishing
from gridmap.terms import Line, Outcome, Stage
from web import access, language
from web.pages import desk_cards, desk_detail, desk_forms, rounds_origin
from web.pages.desk_query import DeskQuery
from web.pages.folium_map import compose
from web.params import now, today
from web.session import current_session

PANE_HEADER: Final = "X-Desk-Pane"
SHOWN_BUTTONS: Final = 3

_ORDER: Final = (
    Action.ACCEPTED,
    Action.CHECKED,
    Action.AGREED,
    Action.HANDLED,
    Action.DISPATCHED,
    Action.REJECTED,
    Action.REOPENED,
    Action.UNREACHED,
    Action.RESUMED,
    Action.SEPARATED,
    Action.RETURNED,
    Action.SENT_UP,
    Action.SUPERVISED,
    Action.NOTED,
    Action.PARTED,
    Action.SUSPENDED,
    Action.TRANSFERRED,
    Action.RELOCATED,
    Action.JOINED,
)
"""Which moves come first among the buttons, after the likely one."""


def reader() -> SignedIn:
    """Return who is signed in and reads reports.

    Raises:
        NotSignedIn, NotAllowed: nobody is, or none of her posts reads any.
    """
    known = access.require_account()
    if not known.scope.may(Right.READ_REPORTS):
        raise NotAllowed
    return known


def listed(who: SignedIn, query: DeskQuery, at: datetime) -> dict[str, Any]:
    """Return the list with its figures and stages."""
    found = service.worklist(
        current_session(),
        who.scope,
        query.filters,
        now=at,
        page=Page(query.order, query.after, service.PAGE_ROWS),
    )
    return {
        "cards": [desk_cards.card(row, at) for row in found.rows],
        "figures": desk_cards.figures(found.tallies, query),
        "tabs": desk_cards.tabs(found.tallies, query),
        "late": desk_cards.late_in_area(found.tallies),
        "older": query.later(found.after),
        "query": query,
        "bulk": dispatches(who),
        **words(),
    }


def words() -> dict[str, Any]:
    """What every piece of the desk needs: the words on its buttons, keys for its forms."""
    return {"verbs": desk_forms.verbs(), "fresh_key": desk_forms.fresh_key}


def dispatches(who: SignedIn) -> bool:
    """Tell whether somebody sits at a desk that hands on many reports at a time."""
    rungs = (ladder.rung_of(post.kind) for post in who.scope.posts)
    return any(rung in desk_cards.DESKS for rung in rungs)


def show(who: SignedIn, query: DeskQuery, *, status: int = 200, **pane: object) -> Response:
    """Return the page with what its pane shows, or the pane alone where the script asks for that.

    Args:
        who: the reader.
        query: which part of the list.
        status: HTTP status.
        pane: what `desk_pane.html` shows: `found`, `form`, `many`, `phone`, `notice`, `words`.
    """
    context = {"found": None, "form": None, "many": None, "query": query, **pane, **words()}
    if request.headers.get(PANE_HEADER):
        return make_response(render_template("desk_pane.html", **context), status)
    session = current_session()
    page = render_template(
        "desk.html",
        **(listed(who, query, now()) | context),
        map=compose(publishing.county(session, today()).bbox),
        title=next(iter(who.titles(language.current())), ""),
        filters=_filters(who),
    )
    return make_response(page, status)


def _filters(who: SignedIn) -> dict[str, Any]:
    """What the list can be narrowed by, and the reader's saved views."""
    session = current_session()
    entries = catalogue.entries_on(session, today())
    return {
        "grounds": saved_views.grounds(session, who.scope, today()),
        "views": [
            {"id": view.id, "name": view.name, "address": DeskQuery.read(view.filters).address()}
            for view in saved_views.listed(session, who.person_id)
        ],
        "stages": desk_forms.options(Stage),
        "lines": desk_forms.options(Line),
        "outcomes": desk_forms.options(Outcome),
        "categories": desk_forms.category_groups(entries),
    }


def shown(found: Detail, at: datetime, *, seen: int = 0) -> dict[str, Any]:
    """Return a report for the pane, with its buttons; steps after version `seen` are marked."""
    names: dict[str, str] = {}
    if any(step.action is Action.TRANSFERRED for step in found.steps):
        reader_language = language.current()
        entries = catalogue.entries_on(current_session(), today())
        names = {entry.code: entry.label(reader_language) for entry in entries}
    came_from = {"door": rounds_origin.origin(found.row.number)}
    return (
        desk_detail.detail(found, at, names, seen=seen) | {"buttons": _buttons(found)} | came_from
    )


def _buttons(found: Detail) -> dict[str, list[Action]]:
    """The likely move first, two beside it, the rest behind 'more'."""
    # what lies in no grid wants a place before anything else can be done with it
    wanted = Action.RELOCATED if found.row.grid is None else None
    early = (desk_cards.first_move(found.row), wanted)
    possible = sorted(
        dict.fromkeys(found.actions), key=lambda one: (one not in early, _ORDER.index(one))
    )
    return {"first": possible[:SHOWN_BUTTONS], "more": possible[SHOWN_BUTTONS:]}


def done_words(action: Action | None) -> str:
    """Return what was just done, for the notice over the list."""
    if action is None:
        return ""
    return str(_("已记录：{what}")).replace("{what}", action.label(language.current()))
