"""What was published, as a page: of any day and community, with the way to its grids and to its sheet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from gridmap.redistricting import published
from gridmap.redistricting.published import MOST_LISTED, Publication
from web import language
from web.api.plan_bodies import PublishedQuery
from web.pages import plans
from web.params import today
from web.session import current_session

blueprint = Blueprint("plans_published", __name__)


@blueprint.get("/plans/published")
def show() -> ResponseReturnValue:
    """List publications: what each changed, who drew and who approved it, where to see it."""
    given = {name: value for name, value in request.args.items() if value}
    query = PublishedQuery.model_validate(given)
    found = published.published(
        current_session(), plans.reader(), today(), query.day, query.community
    )
    return render_template(
        "plans_published.html",
        publications=[_card(one, past=query.day is not None) for one in found],
        cut=len(found) == MOST_LISTED,
        most=MOST_LISTED,
        areas=plans.areas(),
        chosen=query,
        day=query.day.isoformat() if query.day else "",
        day_words=format_date(query.day, "long") if query.day else "",
    )


def _card(one: Publication, *, past: bool) -> dict[str, Any]:
    comma = ", " if language.current() == "en" else "、"
    begun = one.day <= today()
    eve = (one.day - timedelta(days=1)).isoformat()
    return {
        "name": one.name,
        "day": format_date(one.day, "long"),
        "communities": comma.join(one.communities),
        "author": one.author,
        "reviewer": one.reviewer,
        "publisher": one.publisher,
        "stories": [story.text(language.current()) for story in one.stories],
        "withdrawn": one.withdrawn,
        "waiting": not begun and not one.withdrawn,
        "in_force": _in_force(one, comma, past=past),
        "grids": url_for("plan_pages.show", plan_id=one.plan_id),
        "now": url_for("plan_pages.show", compare="swipe", plan_id=one.plan_id),
        "before": url_for("plan_pages.show", compare="swipe", beside=eve, plan_id=one.plan_id)
        if begun and not one.withdrawn
        else "",
        "sheet": "" if one.withdrawn else url_for("plan_pages.sheet", plan_id=one.plan_id),
    }


def _in_force(one: Publication, comma: str, *, past: bool) -> str:
    """Whether the grids of the day come from it: all, or those of which communities."""
    if not one.in_force:
        return ""
    words = str(_("当天有效") if past else _("现行"))
    if len(one.in_force) == len(one.communities):
        return words
    return f"{words} · {comma.join(one.in_force)}"
