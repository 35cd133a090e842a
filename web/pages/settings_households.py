"""How many households a grid should have: what holds now, what held and will hold, and another from a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from gridmap.errors import InvalidInput
from gridmap.redistricting import bands
from gridmap.redistricting.bands import MOST_HOUSEHOLDS, BandFrom
from web import access
from web.pages.settings_forms import SentForm
from web.params import now, today
from web.session import current_session


def show() -> ResponseReturnValue:
    """Show the numbers; on POST let others hold from a day."""
    if request.method == "GET":
        return _page(None)
    form = SentForm(request.form)
    day = form.day("day")
    least, most = (form.whole(name, 1, MOST_HOUSEHOLDS) for name in ("least", "most"))
    if not form.faults:
        try:
            account_id = access.require_account().account_id
            bands.put_band(current_session(), day, least, most, account_id=account_id, now=now())
        except InvalidInput as refusal:
            form.refuse(refusal)
    if form.faults:
        return _page(form, status=422)
    return redirect(url_for("settings.households", saved=1), 303)


def _page(form: SentForm | None, *, status: int = 200) -> ResponseReturnValue:
    known = bands.bands(current_session())
    current = bands.band_on(known, today())
    fields = {"least": str(current.band.least), "most": str(current.band.most)}
    page = render_template(
        "settings_households.html",
        rows=[_row(one, current) for one in reversed(known)],
        current=current.band,
        sent={"day": today().isoformat(), **fields, **(form.sent if form else {})},
        faults=form.faults if form else {},
        saved=form is None and "saved" in request.args,
    )
    return make_response(page, status)


def _row(one: BandFrom, current: BandFrom) -> dict[str, Any]:
    return {
        "from_day": "" if one.from_day == date.min else format_date(one.from_day, "medium"),
        "least": one.band.least,
        "most": one.band.most,
        "now": one is current,
        "later": one.from_day > today(),
    }
