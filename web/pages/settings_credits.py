"""Whose data the maps show: one line that stands on every map."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geodata.loading.settings import LONGEST_CREDITS, OSM_CREDIT, credits_of, put_credits
from web import access
from web.pages.settings_forms import SentForm
from web.params import now
from web.session import current_session


def show() -> ResponseReturnValue:
    """Show the line; on POST set another, or none."""
    if request.method == "GET":
        return _page(None)
    form = SentForm(request.form)
    words = form.text("credits", LONGEST_CREDITS) if form.has("credits") else ""
    if form.faults:
        return _page(form, status=422)
    account_id = access.require_account().account_id
    put_credits(current_session(), words, now(), account_id=account_id)
    return redirect(url_for("settings.credits", saved=1), 303)


def _page(form: SentForm | None, *, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "settings_credits.html",
        sent={"credits": credits_of(current_session()), **(form.sent if form else {})},
        faults=form.faults if form else {},
        osm=OSM_CREDIT,
        saved=form is None and "saved" in request.args,
    )
    return make_response(page, status)
