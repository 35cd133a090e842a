"""A plan on its way into force: review, publication from a day, withdrawal, what is left to decide."""

from __future__ import annotations

from typing import Any, Final

from apiflask import APIBlueprint
from flask import jsonify, url_for
from flask.typing import ResponseReturnValue

from gridmap.redistricting import adoption, opening, published, reviewing, tasks
from gridmap.redistricting.tasks import OpenTask
from web import access, language
from web.api import operations, uploads
from web.api.answers import answers
from web.api.plan_bodies import AdoptBody, NoteBody, PublishedQuery, ReviewBody, TaskBody
from web.api.plans import MISSING, REFUSED, state
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint("plan_reviews_api", __name__, url_prefix="/api/v1/plans", tag="plans")

SAID: Final = answers(
    {
        200: "The plan as it is shown",
        **REFUSED,
        **MISSING,
        409: "Its state does not allow it, or the ledger has changed under it",
        422: "Faults must be mended first; says which",
    }
)
KEY: Final = {"parameters": [operations.key_header("step")]}


@blueprint.post("/<int:plan_id>/review")
@blueprint.input(ReviewBody, location="json")
@blueprint.doc(responses=SAID, extensions=KEY)
def review(plan_id: int, json_data: ReviewBody) -> ResponseReturnValue:
    """Send for review, take back, send back, approve or drop a plan."""
    uploads.idempotency_key()
    reviewing.act(
        current_session(),
        access.require_account(),
        plan_id,
        json_data.action,
        json_data.base,
        now(),
        json_data.note,
    )
    return _shown(plan_id)


@blueprint.post("/<int:plan_id>/adopt")
@blueprint.input(AdoptBody, location="json")
@blueprint.doc(responses=SAID, extensions=KEY)
def adopt(plan_id: int, json_data: AdoptBody) -> ResponseReturnValue:
    """Publish an approved plan: the county is divided by it from a day on."""
    uploads.idempotency_key()
    adoption.adopt(
        current_session(), access.require_account(), plan_id, json_data.day, now(), json_data.base
    )
    return _shown(plan_id)


@blueprint.post("/<int:plan_id>/withdraw")
@blueprint.input(NoteBody, location="json")
@blueprint.doc(responses=SAID, extensions=KEY)
def withdraw(plan_id: int, json_data: NoteBody) -> ResponseReturnValue:
    """Take back a published plan before its day."""
    uploads.idempotency_key()
    adoption.withdraw(current_session(), access.require_account(), plan_id, now(), json_data.note)
    return _shown(plan_id)


@blueprint.get("/published")
@blueprint.input(PublishedQuery, location="query")
@blueprint.doc(responses=answers({200: "Publications, the latest day first", **REFUSED}))
def publications(query_data: PublishedQuery) -> dict[str, Any]:
    """List what was published: the day, the people, what became of which grids."""
    reader, words = access.require_account(), language.current()
    found = published.published(
        current_session(), reader, today(), query_data.day, query_data.community
    )
    return {
        "publications": [
            {
                "plan": one.plan_id,
                "name": one.name,
                "day": one.day.isoformat(),
                "author": one.author,
                "reviewer": one.reviewer,
                "publisher": one.publisher,
                "communities": list(one.communities),
                "in_force": list(one.in_force),
                "withdrawn": one.withdrawn,
                "changes": [
                    {"kind": str(story.happened), "text": story.text(words)}
                    for story in one.stories
                ],
            }
            for one in found
        ]
    }


@blueprint.get("/<int:plan_id>/tasks")
@blueprint.doc(responses=answers({200: "What is left to decide", **REFUSED, **MISSING}))
def listed(plan_id: int) -> dict[str, Any]:
    """List what a published plan leaves to people."""
    found = tasks.of_plan(current_session(), access.require_account(), plan_id)
    return {"tasks": [_task(one) for one in found]}


@blueprint.post("/<int:plan_id>/tasks/<int:task_id>")
@blueprint.input(TaskBody, location="json")
@blueprint.doc(
    responses=answers({200: "What is left to decide", **REFUSED, **MISSING}), extensions=KEY
)
def decide(plan_id: int, task_id: int, json_data: TaskBody) -> dict[str, Any]:
    """Carry out what a task proposes, or say that it was decided otherwise."""
    uploads.idempotency_key()
    session, planner = current_session(), access.require_account()
    tasks.refuse_others(session, planner, plan_id, task_id)
    decided = tasks.accept if json_data.accept else tasks.decline
    decided(session, planner, task_id, now())
    return listed(plan_id)


@blueprint.post("/<int:plan_id>/share")
@blueprint.doc(responses=answers({200: "The address", **REFUSED, **MISSING}), extensions=KEY)
def share(plan_id: int) -> dict[str, str]:
    """Give a plan an address under which everybody who is signed in may look at it."""
    uploads.idempotency_key()
    key = opening.share(current_session(), access.require_account(), plan_id, now())
    return {"url": url_for("plan_pages.shared", key=key)}


def _shown(plan_id: int) -> ResponseReturnValue:
    session, reader = current_session(), access.require_account()
    return jsonify(state(opening.opened(session, reader, plan_id, now())))


def _task(one: OpenTask) -> dict[str, Any]:
    words = language.current()
    return {
        "id": one.id,
        "kind": str(one.kind),
        "label": one.kind.label(words),
        "text": one.text(words),
        "done": one.done,
        "outcome": one.outcome,
        "superseded_by": {"plan": one.later.plan_id, "text": one.later.text(words)}
        if one.later
        else None,
    }
