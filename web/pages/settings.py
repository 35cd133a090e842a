"""The administrator's settings: one table of its pages."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import render_template
from flask.typing import ResponseReturnValue

from web.pages import (
    settings_calendar,
    settings_categories,
    settings_coverage,
    settings_credits,
    settings_households,
    settings_rates,
)

blueprint = APIBlueprint("settings", __name__, enable_openapi=False, url_prefix="/settings")


@blueprint.get("")
def hub() -> ResponseReturnValue:
    """Show what can be set, and what is due to be set."""
    return render_template("settings.html", missing_years=settings_calendar.missing_years())


BOTH = ["GET", "POST"]
blueprint.add_url_rule("/calendar", "calendar", settings_calendar.show)
blueprint.add_url_rule("/calendar/days", "put_days", settings_calendar.put_days, methods=["POST"])
blueprint.add_url_rule(
    "/calendar/table", "put_table", settings_calendar.put_table, methods=["POST"]
)
blueprint.add_url_rule(
    "/calendar/table/<int(max=2147483647):number>/undo",
    "undo_table",
    settings_calendar.undo_table,
    methods=["POST"],
)
blueprint.add_url_rule(
    "/calendar/hours", "put_hours", settings_calendar.put_hours, methods=["POST"]
)
blueprint.add_url_rule("/categories", "categories", settings_categories.show)
blueprint.add_url_rule(
    "/categories", "put_limits", settings_categories.put_limits, methods=["POST"]
)
blueprint.add_url_rule("/categories/new", "new_category", settings_categories.new, methods=BOTH)
blueprint.add_url_rule("/categories/<code>", "category", settings_categories.edit, methods=BOTH)
blueprint.add_url_rule(
    "/categories/<code>/end", "end_category", settings_categories.end, methods=["POST"]
)
blueprint.add_url_rule("/coverage", "coverage", settings_coverage.show, methods=BOTH)
blueprint.add_url_rule("/households", "households", settings_households.show, methods=BOTH)
blueprint.add_url_rule("/credits", "credits", settings_credits.show, methods=BOTH)
blueprint.add_url_rule("/rates", "rates", settings_rates.show, methods=BOTH)
