"""File a report and follow it; the categories it can have."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from apiflask import APIBlueprint
from flask import Response, jsonify, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from gridmap.centres import members
from gridmap.dispatch import catalogue, following, service
from gridmap.dispatch.categories import CategoryEntry
from gridmap.dispatch.following import Proof
from gridmap.dispatch.views import Filed, Tracked, TrackedStep
from gridmap.terms import Stage, Term
from web import access, language, ratelimits, volunteer_pass
from web.api import filings, operations, uploads
from web.api.answers import answers
from web.numbers import report_number
from web.params import DayQuery, Params, Text, now
from web.session import current_session

blueprint = APIBlueprint("reports_api", __name__, url_prefix="/api/v1", tag="reports")
blueprint.after_request(ratelimits.count_wrong_tail)


class TrackQuery(Params):
    """What proves that one is the reporter."""

    # in pydantic's own patterns $ is the very end of the text, unlike in Python's
    tail: Annotated[str, Field(pattern="^[0-9]{4}$")] | None = Field(
        default=None, description="Last four digits of the phone number that was left"
    )
    key: Annotated[Text, Field(max_length=64)] | None = Field(
        default=None, description="Key of the report's link"
    )


_OPERATION: Final = {
    "parameters": [operations.key_header("report")],
    "requestBody": operations.with_photos(
        filings.PART, filings.FilingBody, most=filings.MOST_PHOTOS
    ),
}


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
    extensions=_OPERATION,
)
def file() -> ResponseReturnValue:
    """File a report exactly once, with up to three photos.

    Send JSON, or multipart/form-data with the JSON as part `report` and images as parts `photos`.
    """
    filing = filings.read(access.account())
    filed = service.file(current_session(), filing, now())
    volunteer = volunteer_pass.current()
    if volunteer is not None:
        members.count_report(current_session(), volunteer.id, filed.number)
    response = jsonify(_filed(filed))
    response.status_code = 200 if filed.replayed else 201
    if filed.replayed:
        response.headers[uploads.REPLAYED] = "true"
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
    proof = Proof(phone_tail=query_data.tail, track_key=query_data.key)
    found = following.track(current_session(), report_number(number), proof, now())
    return jsonify(tracked(found))


def term(term: Term) -> dict[str, str]:
    """Return a word of the domain: its key, and its label in the reader's language."""
    return {"key": str(term), "label": term.label(language.current())}


def _filed(filed: Filed) -> dict[str, Any]:
    holder = filed.holder
    title = holder.kind.label(language.current()) if holder else None
    return {
        "number": filed.number,
        "track_key": filed.track_key,
        "track_url": url_for("track_pages.show", number=filed.number, key=filed.track_key),
        "filed_at": filed.filed_at.isoformat(),
        "stage": term(Stage.FILED),
        "rung": term(filed.rung),
        "reasons": [term(reason) for reason in filed.reasons],
        "holder": {"title": title, "name": holder.name} if holder else None,
        "grid": {"status": filed.grid_verdict},
        "building": {"status": filed.building_verdict},
    }


def _category(entry: CategoryEntry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "name": entry.label(language.current()),
        "topic": term(entry.topic),
        "line": term(entry.line),
        "first_rung": term(entry.first_rung),
        "limits": {
            str(step): {"value": limit.value, "unit": term(limit.unit)}
            for step, limit in entry.limits.items()
        },
    }


def tracked(found: Tracked) -> dict[str, Any]:
    """Return a report as its reporter or a follower sees it."""
    return {
        "number": found.number,
        "version": found.version,
        "category": {
            "code": found.category.code,
            "name": found.category.label(language.current()),
        },
        "stage": term(found.stage),
        "rung": term(found.rung),
        "outcome": term(found.outcome) if found.outcome else None,
        "filed_at": found.filed_at.isoformat(),
        "due_at": _moment(found.due_at),
        "community": found.community,
        "grid": found.grid,
        "photos": len(found.photos),
        "steps": [_step(step) for step in found.steps],
        "reply": found.reply,
        "answers": [term(action) for action in found.answers],
        "follows": found.follows,
        "joined_to": found.main_number,
    }


def _step(step: TrackedStep) -> dict[str, Any]:
    return {
        "action": term(step.action),
        "stage": term(step.stage),
        "rung": term(step.rung),
        "at": step.at.isoformat(),
        "reasons": [term(reason) for reason in step.reasons],
        "outcome": term(step.outcome) if step.outcome else None,
        "due_at": _moment(step.due_at),
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
