"""Report what one saw, and follow it: the pages of residents."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any, Final

from apiflask import APIBlueprint
from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime
from flask_babel import gettext as _

from gridmap.dispatch import catalogue, service
from gridmap.dispatch.categories import CategoryEntry, Topic
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Tracked, TrackedStep
from gridmap.errors import NotFound
from gridmap.publishing import service as publishing
from gridmap.terms import Stage
from web import language
from web.numbers import report_number
from web.pages.folium_map import compose
from web.params import today
from web.session import current_session

blueprint = APIBlueprint("report_pages", __name__, enable_openapi=False)

_TAIL: Final = re.compile(r"[0-9]{4}\Z")
LONGEST_KEY: Final = 64


@blueprint.get("/report")
def new() -> ResponseReturnValue:
    """Show the form; `?lon=&lat=` presets the pin, which its script reads."""
    session = current_session()
    county = publishing.county(session, today())
    topics = _topics(catalogue.entries_on(session, today()))
    return render_template("report.html", map=compose(county.bbox), topics=topics)


def _topics(entries: tuple[CategoryEntry, ...]) -> list[dict[str, Any]]:
    """Group the categories as residents see them; a topic without any is left out."""
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


@blueprint.get("/track", defaults={"number": None})
@blueprint.get("/track/<number>")
def track(number: str | None) -> ResponseReturnValue:
    """Show where a report stands, to whoever has its link or number and phone tail."""
    asked = number or request.args.get("number", "")
    tail, key = _tail(), request.args.get("key", "")[:LONGEST_KEY]
    if not asked or not (tail or key or request.args.get("tail")):
        return render_template("track.html", asked=asked, found=None, fault="")
    try:
        found = service.track(
            current_session(), report_number(asked), phone_tail=tail, track_key=key or None
        )
    except NotFound:
        page = render_template("track.html", asked=asked, found=None, fault=_not_found())
        return make_response(page, 404)
    return render_template("track.html", asked=asked, found=_shown(found, key), fault="")


def _tail() -> str | None:
    tail = unicodedata.normalize("NFKC", request.args.get("tail", "")).strip()
    return tail if _TAIL.match(tail) else None


def _not_found() -> str:
    fault: str = _(
        "没有找到：编号和电话后四位对不上，请再核对一下。没有留电话的，请用提交后的链接。"
    )
    return fault


def _shown(found: Tracked, key: str) -> dict[str, Any]:
    reader = language.current()
    return {
        "number": found.number,
        "category": found.category.label(reader),
        "stage": found.stage.label(reader),
        "is_waiting": found.stage is Stage.FILED,
        "rung": found.rung.label(reader),
        "place": " · ".join(name for name in (found.community, found.grid) if name),
        "steps": [*(_done(step) for step in found.steps), *_to_come(found)],
        "photos": range(1, found.photos + 1) if key else (),
        "key": key,
    }


def _done(step: TrackedStep) -> dict[str, str]:
    reader = language.current()
    who = _("交给{rung}") if step.action is Action.FILED else "{rung}"
    where = who.replace("{rung}", step.rung.label(reader))
    why = [reason.label(reader) for reason in step.reasons]
    return {
        "title": step.action.label(reader),
        "time": _moment(step.at),
        "note": " · ".join([where, *why]),
        "state": "done",
    }


def _to_come(found: Tracked) -> list[dict[str, str]]:
    """What stands next: a filed report waits to be accepted, an accepted one is being dealt with."""
    reader = language.current()
    who = found.rung.label(reader)
    if found.stage is Stage.FILED:
        note = _("已通知{rung}，等待受理").replace("{rung}", who)
        return [{"title": Action.ACCEPTED.label(reader), "note": note, "state": "now"}]
    note = _("{rung}正在处理").replace("{rung}", who)
    return [{"title": _("处置"), "note": note, "state": "now"}]


def _moment(at: datetime) -> str:
    return str(format_datetime(at, "short"))


@blueprint.get("/track/<number>/photos/<int(min=1, max=9):position>")
def photo(number: str, position: int) -> Response:
    """Show a photo to the holder of the report's link."""
    key = request.args.get("key", "")[:LONGEST_KEY]
    jpeg = service.tracked_photo(current_session(), report_number(number), position, track_key=key)
    return Response(jpeg, mimetype="image/jpeg")
