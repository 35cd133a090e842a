"""Move a report: for the outbox of a phone, which keeps a step until it is acknowledged."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from apiflask import APIBlueprint
from flask import Response, jsonify
from flask.typing import ResponseReturnValue

from gridmap.dispatch import moving, service
from gridmap.dispatch.reports import Instruction
from gridmap.dispatch.views import Detail, Holder
from gridmap.errors import GridmapError, IllegalStep, NotFound, StaleVersion
from gridmap.terms import Term
from web import access, errors, language
from web.api import uploads
from web.api.answers import answers
from web.api.instructions import StepBody
from web.numbers import report_number
from web.params import now
from web.session import current_session

blueprint = APIBlueprint("steps_api", __name__, url_prefix="/api/v1", tag="reports")

PART: Final = "step"


def _body_schema() -> dict[str, Any]:
    """Describe a step's JSON for OpenAPI, without references of its own."""
    schema = StepBody.model_json_schema()
    named = schema.pop("$defs")
    whole: dict[str, Any] = _unfolded(schema, named)
    return whole


def _unfolded(part: Any, named: dict[str, Any]) -> Any:  # noqa: ANN401 - any piece of JSON
    if isinstance(part, list):
        return [_unfolded(one, named) for one in part]
    if not isinstance(part, dict):
        return part
    rest = {name: _unfolded(value, named) for name, value in part.items() if name != "$ref"}
    target = part.get("$ref")
    return _unfolded(named[target.rpartition("/")[2]], named) | rest if target else rest


def _operation() -> dict[str, Any]:
    """What `input` cannot describe: a header, and a body that is JSON or has photos beside it."""
    schema = _body_schema()
    photos = {"type": "array", "maxItems": moving.MOST_EVIDENCE, "items": {"type": "string"}}
    parts = {PART: schema, uploads.PHOTOS: photos}
    header = {
        "name": uploads.KEY_HEADER,
        "in": "header",
        "required": True,
        "description": "A fresh random key for each step; the same on every retry",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{8,64}$"},
    }
    content = {
        "application/json": {"schema": schema},
        "multipart/form-data": {
            "schema": {"type": "object", "required": [PART], "properties": parts}
        },
    }
    return {"parameters": [header], "requestBody": {"required": True, "content": content}}


@blueprint.post("/reports/<number>/steps")
@blueprint.doc(
    responses=answers(
        {
            200: "Sent before: where it stands now (Idempotency-Replayed: true)",
            201: "Done: where it stands now",
            400: "No Idempotency-Key, or broken JSON",
            401: "Nobody is signed in",
            403: "The move is not this reader's to make",
            404: "No such report in the reader's area",
            409: "Somebody else moved it, or its stage does not allow the move; "
            "`version`, `stage` and `allowed` say how it stands",
            413: "Too large",
            415: "Neither JSON nor multipart",
            422: "Something in it is missing or wrong; says what",
        }
    ),
    extensions=_operation(),
)
def act(number: str) -> ResponseReturnValue:
    """Make one move of a report exactly once, with up to six photos as evidence.

    Send JSON, or multipart/form-data with the JSON as part `step` and images as parts `photos`.
    """
    asked, key = report_number(number), uploads.idempotency_key()
    body, photos = uploads.json_and_photos(PART, most=moving.MOST_EVIDENCE)
    said = StepBody.model_validate(body).instruction(photos, key)
    at = now()
    try:
        found = _acted(asked, said, at)
    except (StaleVersion, IllegalStep) as late:
        return _too_late(asked, late, at)
    return errors.answer(found) if isinstance(found, NotFound) else _done(found, at)


def _acted(number: str, said: Instruction, at: datetime) -> Detail | NotFound:
    """Make the move; a twin of this very request may have made it a moment ago."""
    session, reader = current_session(), access.require_account()
    try:
        return moving.act(session, number, reader, said, at)
    except StaleVersion:
        return moving.act(session, number, reader, said, at)


def _done(found: Detail, at: datetime) -> Response:
    # every step carries the moment at which it was made: this one's is new
    replayed = found.steps[-1].at != at
    response = jsonify(_standing(found))
    response.status_code = 200 if replayed else 201
    if replayed:
        response.headers[uploads.REPLAYED] = "true"
    return response


def _too_late(number: str, late: GridmapError, at: datetime) -> ResponseReturnValue:
    """Refuse, and say how the report stands now: nothing was written."""
    found = service.detail(current_session(), number, access.require_account(), at)
    if isinstance(found, NotFound):
        return errors.answer(found)
    reader = language.current()
    problem = errors.problem(late.code, late.message(reader), hint=late.hint(reader))
    response = jsonify(problem | _standing(found))
    response.status_code = errors.status_of(late)
    response.mimetype = "application/problem+json"
    return response


def _standing(found: Detail) -> dict[str, Any]:
    """Where the report stands after its last step, and what its reader may do with it."""
    last = found.steps[-1]
    return {
        "number": found.row.number,
        "version": last.sequence,
        "stage": _term(last.stage),
        "rung": _term(last.rung),
        "holder": _holder(last.holder),
        "due_at": last.due_at.isoformat() if last.due_at else None,
        "allowed": [_term(one.action) | {"needs": list(one.needs)} for one in found.possible],
    }


def _term(term: Term) -> dict[str, Any]:
    return {"key": str(term), "label": term.label(language.current())}


def _holder(holder: Holder | None) -> dict[str, Any] | None:
    if holder is None:
        return None
    title = holder.kind.label(language.current())
    return {"title": title, "name": holder.name, "agency": holder.agency}
