"""Roads that are edges between grids, on a list and a map, and the form that says which grid answers."""

from __future__ import annotations

from typing import Any

from flask import jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from gridmap.errors import InvalidInput
from gridmap.gazetteer import roads
from gridmap.gazetteer.roads import Listed
from gridmap.publishing import service as publishing
from web import access
from web.pages.folium_map import compose
from web.pages.settings_forms import SentForm
from web.params import now, today
from web.session import current_session

LONGEST_CODE = 64


def show() -> ResponseReturnValue:
    """Show the roads; on POST let a grid answer for one from a day."""
    if request.method == "GET":
        return _page()
    form = SentForm(request.form)
    road, day = form.text("road", LONGEST_CODE), form.day("day")
    grid = form.text("grid", LONGEST_CODE) if form.has("grid") else ""
    if form.faults:
        return _page(form)
    try:
        roads.put_owner(current_session(), access.require_account(), road, grid, day, now())
    except InvalidInput as refusal:
        form.refuse(refusal)
        return _page(form)
    return redirect(url_for("names.roads", saved=1, _anchor=f"road-{road}"), 303)


def lines() -> ResponseReturnValue:
    """Answer which roads the map draws, and whether somebody was chosen for each."""
    found = roads.edges(current_session(), access.require_account(), today())
    return jsonify(
        [
            {"code": one.edge.code, "chosen": one.today is not None, "beside": _codes(one)}
            for one in found
        ]
    )


def _codes(one: Listed) -> list[str]:
    return [grid.code for grid in one.edge.beside]


def _page(form: SentForm | None = None) -> ResponseReturnValue:
    session = current_session()
    county = publishing.county(session, today())
    found = roads.edges(session, access.require_account(), today())
    page = render_template(
        "names_roads.html",
        map=compose(county.bbox),
        roads=[_line(one) for one in found],
        chosen=sum(one.today is not None for one in found),
        sent=form.sent if form else {},
        faults=form.faults if form else {},
        saved=form is None and "saved" in request.args,
        today=today().isoformat(),
    )
    return make_response(page, 422 if form else 200)


def _line(one: Listed) -> dict[str, Any]:
    names = {grid.code: f"{grid.community} {grid.name}".strip() for grid in one.edge.beside}
    lowest = one.edge.beside[0].code
    return {
        "code": one.edge.code,
        "name": one.edge.name or _("无名道路"),
        "along": round(one.edge.along_m),
        "beside": list(names.items()),
        "owner": one.today.code if one.today else "",
        "owner_name": names.get(one.today.code, one.today.code) if one.today else names[lowest],
        "spans": [
            {
                "grid": names.get(owner.code, owner.code),
                "from_day": format_date(owner.span.start, "medium"),
                "to_day": format_date(owner.span.end, "medium") if owner.span.end else "",
                "now": owner is one.today,
                "later": owner.span.start > today(),
            }
            for owner in reversed(one.owners)
        ],
        "may": one.may,
    }
