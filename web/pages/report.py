"""Report what one saw: the page of residents, and of workers on their way."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import render_template
from flask.typing import ResponseReturnValue

from gridmap.dispatch import catalogue
from gridmap.dispatch.categories import Topic
from gridmap.publishing import service as publishing
from web import language
from web.pages.folium_map import compose
from web.params import today
from web.session import current_session

blueprint = APIBlueprint("report_pages", __name__, enable_openapi=False)


@blueprint.get("/report")
def new() -> ResponseReturnValue:
    """Show the form; `?lon=&lat=` presets the pin, which its script reads."""
    county = publishing.county(current_session(), today())
    return render_template("report.html", map=compose(county.bbox), topics=topics())


def topics() -> list[dict[str, Any]]:
    """Return today's categories as residents see them, by topic; one without any is left out."""
    entries = catalogue.entries_on(current_session(), today())
    reader = language.current()
    grouped: dict[Topic, list[dict[str, str]]] = {topic: [] for topic in Topic}
    for entry in entries:
        grouped[entry.topic].append(
            {
                "code": entry.code,
                "name": entry.label(reader),
                "rung": entry.first_rung.label(reader),
            }
        )
    return [
        {"key": topic, "name": topic.label(reader), "categories": categories}
        for topic, categories in grouped.items()
        if categories
    ]
