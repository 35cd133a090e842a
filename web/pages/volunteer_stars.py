"""Stars: the county's table of hours with its versions, a year's computation, and who got how many."""

from __future__ import annotations

from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gridmap.errors import InvalidInput
from gridmap.volunteering import rating, stars
from gridmap.volunteering.refusals import NoStarTable
from web import access, language
from web.pages import volunteer_words as words
from web.pages.settings_forms import SentForm
from web.pages.volunteers import year_asked
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint(
    "volunteer_stars", __name__, enable_openapi=False, url_prefix="/volunteers/desk/stars"
)

LONGEST_SOURCE: Final = 120


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show versions of the table, the years that were rated, and what the next one would give."""
    return _page({}, {})


def _page(sent: Any, faults: dict[str, str], fault: str = "") -> ResponseReturnValue:  # noqa: ANN401 - a form's fields
    session, last = current_session(), today().year - 1
    years = rating.rated_years(session)
    due = last if last not in {one.year for one in years} else None
    shown = year_asked(default=years[0].year if years else last)
    versions = rating.versions(session)
    page = render_template(
        "volunteer_stars.html",
        versions=versions,
        held=stars.in_force(versions, today().year),
        years=years,
        due=due,
        foreseen=_foreseen(due),
        running=_foreseen(today().year),
        this_year=today().year,
        year=shown,
        people=rating.starred(session, shown),
        hours=words.hours,
        sent=sent,
        faults=faults,
        fault=fault,
        said=request.args.get("said", ""),
    )
    return make_response(page, 422 if faults or fault else 200)


def _foreseen(year: int | None) -> list[tuple[int, int]] | None:
    if year is None:
        return None
    try:
        counts = rating.foreseen(current_session(), year)
    except NoStarTable:
        return None
    return [(n, counts.get(n, 0)) for n in range(stars.MOST, -1, -1)]


@blueprint.post("/table")
def put_table() -> ResponseReturnValue:
    """Write a new version of the table."""
    form = SentForm(request.form)
    year = form.whole("from_year", rating.FIRST_YEAR, 2200)
    hours = tuple(form.whole(f"hours_{n}", 1, stars.MOST_HOURS) for n in range(1, stars.MOST + 1))
    source = form.text("source", LONGEST_SOURCE) if form.has("source") else ""
    if not form.faults:
        try:
            who = access.require_account().account_id
            rating.put_table(current_session(), year, hours, source, who, now())
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("volunteer_stars.show", said="written"), 303)
    return _page(request.form, form.faults)


@blueprint.post("/rate")
def rate() -> ResponseReturnValue:
    """Give out the stars of a year, once."""
    form = SentForm(request.form)
    year = form.whole("year", rating.FIRST_YEAR, 2200)
    if form.faults:
        return _page({}, {}, form.faults["year"])
    try:
        who = access.require_account().account_id
        rating.rate_year(current_session(), year, now(), who)
    except InvalidInput as refusal:
        return _page({}, {}, refusal.message(language.current()))
    return redirect(url_for("volunteer_stars.show", said="rated", year=year), 303)
