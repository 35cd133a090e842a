"""The reporter's side of an open report: what is near by, following it, answering."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, jsonify, url_for
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict, Field

from gridmap.dispatch import following, service
from gridmap.dispatch.following import Following, Proof
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Answer, Instruction
from gridmap.dispatch.views import NearReport, Tracked
from gridmap.errors import IllegalStep, MovedOn, StaleVersion
from gridmap.geolocation.rules import Place
from gridmap.terms import Satisfaction
from web import access, language, ratelimits
from web.api import operations, reports, uploads
from web.api.answers import answers
from web.api.filings import Mail, Phone
from web.api.reports import TrackQuery
from web.numbers import report_number
from web.params import Params, PointQuery, Text, now
from web.session import current_session

blueprint = APIBlueprint("tracking_api", __name__, url_prefix="/api/v1", tag="reports")
blueprint.after_request(ratelimits.count_wrong_tail)

Words = Annotated[Text, Field(max_length=following.LONGEST_WORDS)]


class NearQuery(PointQuery):
    """A spot and a category."""

    category: Annotated[Text, Field(min_length=1, max_length=16)] = Field(
        description="Code of the category that is about to be reported"
    )


class FollowBody(Params):
    """How a follower wants to be told; both may be left out."""

    phone: Phone = None
    email: Mail = None


class ReplyBody(Params):
    """What a reporter says of his report."""

    model_config = ConfigDict(strict=True)

    action: Annotated[Action, Field(strict=False)] = Field(
        description="agreed, reopened, noted or separated: what `answers` of the report offers"
    )
    version: Annotated[int, Field(ge=1, lt=2**31)] = Field(
        description="Version of the report that was looked at"
    )
    contacted: bool = Field(default=False, description="Somebody had been in touch")
    solved: bool = Field(default=True, description="For agreed: it is solved")
    satisfaction: Annotated[Satisfaction, Field(strict=False)] | None = Field(
        default=None, description="Needed for agreed"
    )
    remark: Words | None = Field(default=None, description="A remark, or the word to add")


@blueprint.get("/reports/near")
@blueprint.input(NearQuery, location="query")
@blueprint.doc(
    responses=answers(
        {
            200: "Open reports of the same category near by, nearest first; about things only",
            422: "Something in it is wrong, or the point is far outside the county",
            429: "Too many questions from one address",
        }
    )
)
def near(query_data: NearQuery) -> dict[str, Any]:
    """Return open reports that may be about the same thing, so that they can be followed instead."""
    place = Place(query_data.lon, query_data.lat, query_data.crs, query_data.radius_m)
    found = service.open_near(current_session(), place, query_data.category, now())
    return {"items": [_near(one) for one in found]}


def _near(one: NearReport) -> dict[str, Any]:
    return {
        "number": one.number,
        "category": {"code": one.category.code, "name": one.category.label(language.current())},
        "stage": reports.term(one.stage),
        "filed_at": one.filed_at.isoformat(),
        "place": one.place,
        "metres": round(one.metres),
    }


@blueprint.post("/reports/<number>/followers")
@blueprint.input(FollowBody, location="json")
@blueprint.doc(
    responses=answers(
        {
            201: "Followed: the key of the follower's own link",
            400: "No Idempotency-Key, or broken JSON",
            404: "No such open report, or one that is not shown to the public",
            422: "Something in it is wrong; says what",
            429: "Too many from one address",
        }
    ),
    extensions={"parameters": [operations.key_header("follower")]},
)
def follow(number: str, json_data: FollowBody) -> ResponseReturnValue:
    """Follow an open report instead of filing the same again; the same key gives the same link."""
    who = Following(uploads.idempotency_key(), json_data.phone, json_data.email, language.current())
    followed, key = following.follow(current_session(), report_number(number), who, now())
    link = url_for("track_pages.show", number=followed, key=key)
    return {"number": followed, "track_key": key, "track_url": link}, 201


@blueprint.post("/reports/<number>/answers")
@blueprint.input(TrackQuery, location="query")
@blueprint.input(ReplyBody, location="json")
@blueprint.doc(
    responses=answers(
        {
            200: "Taken (or taken before): where the report stands now",
            400: "No Idempotency-Key, or broken JSON",
            403: "Not the reporter's to say: a follower's link, or too long after closing",
            404: "No such report, or neither tail nor key fits",
            409: "The report has moved on since; look at it again",
            422: "Something in it is missing or wrong; says what",
            429: "Too many tries from one address, or wrong tails at this report",
        }
    ),
    extensions={"parameters": [operations.key_header("answer")]},
)
def answer(number: str, query_data: TrackQuery, json_data: ReplyBody) -> Response:
    """Answer as the reporter exactly once: agree, say 'not solved', add a word, take it out again."""
    proof = Proof(phone_tail=query_data.tail, track_key=query_data.key)
    said = instruction(json_data, uploads.idempotency_key())
    return jsonify(reports.tracked(answered(report_number(number), proof, said)))


def instruction(body: ReplyBody, key: str | None) -> Instruction:
    """Return the reporter's move for the dispatch room."""
    said = Instruction(body.action, body.version, key=key)
    if body.action is Action.REOPENED:
        return replace(
            said, answer=following.not_solved(body.remark or None, contacted=body.contacted)
        )
    if body.action is Action.AGREED and body.satisfaction is not None:
        content = Answer(body.contacted, body.solved, body.satisfaction, body.remark or None)
        return replace(said, answer=content)
    return replace(said, note=body.remark or None)


def answered(number: str, proof: Proof, said: Instruction) -> Tracked:
    """Make the reporter's move, or give again what it led to; return where the report stands.

    A word to add holds however the report has moved since; other answers are to a state.

    Raises:
        MovedOn: the report is not as the reporter saw it; names of staff are not told.
    """
    session = current_session()
    if said.action is Action.NOTED:
        seen = following.track(session, number, proof, now())
        said = replace(said, version=seen.version)
    try:
        return following.answer(session, number, proof, said, now())
    except (StaleVersion, IllegalStep) as late:
        raise MovedOn from late


@blueprint.get("/me")
@blueprint.doc(responses=answers({200: "Who is signed in", 401: "Nobody is"}))
def me() -> dict[str, Any]:
    """Return who is signed in: what a phone has kept goes out under its maker's name only."""
    account = access.require_account()
    return {"person": account.person_id, "name": account.name}
