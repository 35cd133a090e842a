"""File a report and follow it; the categories it can have."""

from __future__ import annotations

from typing import Annotated, Any, Final

from apiflask import APIBlueprint
from flask import Response, jsonify, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from gridmap.dispatch import catalogue, service
from gridmap.dispatch.categories import CategoryEntry
from gridmap.dispatch.reports import Filed, Tracked, TrackedStep
from gridmap.terms import Stage, Term
from web import access, language
from web.api import filings
from web.api.answers import answers
from web.numbers import report_number
from web.params import DayQuery, Params, Text, now
from web.session import current_session

blueprint = APIBlueprint("reports_api", __name__, url_prefix="/api/v1", tag="reports")

REPLAYED: Final = "Idempotency-Replayed"


class TrackQuery(Params):
    """What proves that one is the reporter."""

    # in pydantic's own patterns $ is the very end of the text, unlike in Python's
    tail: Annotated[str, Field(pattern="^[0-9]{4}$")] | None = Field(
        default=None, description="Last four digits of the phone number that was left"
    )
    key: Annotated[Text, Field(max_length=64)] | None = Field(
        default=None, description="Key of the report's link"
    )


def _body_schema() -> dict[str, Any]:
    """Describe a report's JSON for OpenAPI, without references of its own."""
    schema = filings.FilingBody.model_json_schema()
    named = schema.pop("$defs")
    place = named["PlaceBody"]
    place["properties"]["source"] |= named["PlaceSource"]
    place["properties"]["source"].pop("$ref", None)
    schema["properties"]["place"] = place
    return schema


def _operation() -> dict[str, Any]:
    """What `input` cannot describe: a header, and a body that is JSON or has photos beside it."""
    schema = _body_schema()
    photos = {"type": "array", "maxItems": filings.MOST_PHOTOS, "items": {"type": "string"}}
    parts = {"report": schema, "photos": photos}
    multipart = {"type": "object", "required": ["report"], "properties": parts}
    header = {
        "name": filings.KEY_HEADER,
        "in": "header",
        "required": True,
        "description": "A fresh random key for each report; the same on every retry",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{8,64}$"},
    }
    content = {
        "application/json": {"schema": schema},
        "multipart/form-data": {"schema": multipart},
    }
    return {"parameters": [header], "requestBody": {"required": True, "content": content}}


@blueprint.post("/reports")
@blueprint.doc(
    responses=answers(
        {
            200: "Sent before: the first answer again (Idempotency-Replayed: true)",
            201: "Filed",
            400: "No Idempotency-Key, or broken JSON",
            413: "Too large",
            415: "Neither JSON nor multipart",
            422: "Something in it is wrong; says what",
            429: "Too many reports from one address",
        }
    ),
    extensions=_operation(),
)
def file() -> ResponseReturnValue:
    """File a report exactly once, with up to three photos.

    Send JSON, or multipart/form-data with the JSON as part `report` and images as parts `photos`.
    """
    filing = filings.read(access.account())
    filed = service.file(current_session(), filing, now())
    response = jsonify(_filed(filed))
    response.status_code = 200 if filed.replayed else 201
    if filed.replayed:
        response.headers[REPLAYED] = "true"
    return response


@blueprint.get("/categories")
@blueprint.input(DayQuery, location="query")
@blueprint.doc(responses=answers({200: "The list", 422: "No day"}))
def categories(query_data: DayQuery) -> dict[str, Any]:
    """Return what a report can be about on a day, in the order of the lists."""
    entries = catalogue.entries_on(current_session(), query_data.on)
    return {"day": query_data.on.isoformat(), "items": [_category(entry) for entry in entries]}


@blueprint.get("/reports/<number>")
@blueprint.input(TrackQuery, location="query")
@blueprint.doc(
    responses=answers(
        {
            200: "Where it stands",
            404: "No such report, or neither tail nor key fits",
            422: "A tail that is not four digits",
            429: "Too many tries from one address",
        }
    )
)
def track(number: str, query_data: TrackQuery) -> Response:
    """Return where a report stands, to whoever gives its key or the reporter's phone tail."""
    tracked = service.track(
        current_session(),
        report_number(number),
        phone_tail=query_data.tail,
        track_key=query_data.key,
    )
    return jsonify(_tracked(tracked))


def _term(term: Term) -> dict[str, str]:
    return {"key": str(term), "label": term.label(language.current())}


def _filed(filed: Filed) -> dict[str, Any]:
    holder = filed.holder
    title = holder.kind.label(language.current()) if holder else None
    return {
        "number": filed.number,
        "track_key": filed.track_key,
        "track_url": url_for("report_pages.track", number=filed.number, key=filed.track_key),
        "filed_at": filed.filed_at.isoformat(),
        "stage": _term(Stage.FILED),
        "rung": _term(filed.rung),
        "reasons": [_term(reason) for reason in filed.reasons],
        "holder": {"title": title, "name": holder.name} if holder else None,
        "grid": {"status": filed.grid_verdict},
        "building": {"status": filed.building_verdict},
    }


def _category(entry: CategoryEntry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "name": entry.label(language.current()),
        "topic": _term(entry.topic),
        "line": _term(entry.line),
        "first_rung": _term(entry.first_rung),
        "limits": {
            str(step): {"value": limit.value, "unit": _term(limit.unit)}
            for step, limit in entry.limits.items()
        },
    }


def _tracked(tracked: Tracked) -> dict[str, Any]:
    return {
        "number": tracked.number,
        "category": {
            "code": tracked.category.code,
            "name": tracked.category.label(language.current()),
        },
        "stage": _term(tracked.stage),
        "rung": _term(tracked.rung),
        "filed_at": tracked.filed_at.isoformat(),
        "community": tracked.community,
        "grid": tracked.grid,
        "photos": tracked.photos,
        "steps": [_step(step) for step in tracked.steps],
    }


def _step(step: TrackedStep) -> dict[str, Any]:
    return {
        "action": _term(step.action),
        "stage": _term(step.stage),
        "rung": _term(step.rung),
        "at": step.at.isoformat(),
        "reasons": [_term(reason) for reason in step.reasons],
    }
