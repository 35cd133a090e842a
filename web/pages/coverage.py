"""The coverage page: which community lacks what, as of a day, why, and how it is mended."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gridmap.coverage.checks import CHECKS
from gridmap.publishing import service as publishing
from web import language
from web.pages.folium_map import compose
from web.params import today
from web.session import current_session

blueprint = Blueprint("coverage_pages", __name__)


@blueprint.get("/coverage")
def show() -> ResponseReturnValue:
    """Show the page; its address (day, check, community) is read by its script."""
    county, reader = publishing.county(current_session(), today()), language.current()
    checks = [
        {
            "key": check.key,
            "label": check.label.fill(reader),
            "asks": check.asks.fill(reader),
            "level": check.level.value,
        }
        for check in CHECKS
    ]
    return render_template(
        "coverage.html", map=compose(county.bbox), county=county.name, checks=checks
    )
