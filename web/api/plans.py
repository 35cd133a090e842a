"""Plans of grids: the list, one as it is shown, its atoms and boundaries, one beside another."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from apiflask import APIBlueprint
from flask import Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from shapely.geometry import mapping

from gridmap.redistricting import drafting, looking, opening
from gridmap.redistricting import impact as consequences
from gridmap.redistricting.opening import Opened
from gridmap.redistricting.picture import picture
from gridmap.redistricting.states import PlanState
from web import access
from web.api import operations, plan_pictures, plan_words, uploads
from web.api.answers import answers
from web.api.plan_bodies import CompareQuery, OutlinesQuery, PlanBody, VersionQuery
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint("plans_api", __name__, url_prefix="/api/v1/plans", tag="plans")

REFUSED: Final = {401: "Nobody is signed in", 403: "Neither planner nor reviewer"}
MISSING: Final = {404: "No such plan or version"}


@blueprint.get("")
@blueprint.doc(responses=answers({200: "All plans, the newest first", **REFUSED}))
def listed() -> dict[str, Any]:
    """List all plans."""
    day = today()
    rows = looking.listed(current_session(), access.require_account(), day)
    return {
        "plans": [
            {
                "id": row.id,
                "name": row.name,
                "state": plan_pictures.term(PlanState(row.state)),
                "area": {"code": row.area_code, "name": row.area},
                "author": row.author,
                "made_at": row.made_at.isoformat(),
                "edited_at": row.edited_at.isoformat(),
                "edits": row.edits - 1,
                "day": row.day.isoformat() if row.day else None,
                "carried_out": row.carried_out_at is not None,
            }
            for row in rows
        ]
    }


@blueprint.post("")
@blueprint.input(PlanBody, location="json")
@blueprint.doc(
    responses=answers(
        {201: "Begun: its id", **REFUSED, 404: "No such area", 422: "Says what is wrong"}
    ),
    extensions={"parameters": [operations.key_header("plan")]},
)
def begin(json_data: PlanBody) -> ResponseReturnValue:
    """Begin a plan from today's grids, those of another day, or another plan."""
    uploads.idempotency_key()
    row = drafting.begin(
        current_session(),
        access.require_account(),
        json_data.name,
        json_data.area,
        json_data.begin.origin(),
        now(),
    )
    return {"id": row.id}, 201


@blueprint.get("/<int:plan_id>")
@blueprint.input(VersionQuery, location="query")
@blueprint.doc(responses=answers({200: "The plan as it is shown", **REFUSED, **MISSING}))
def show(plan_id: int, query_data: VersionQuery) -> ResponseReturnValue:
    """Return a plan with everything that is shown beside the map."""
    return jsonify(state(_opened(plan_id, query_data), shared=query_data.key is not None))


def state(at: Opened, *, shared: bool = False) -> dict[str, Any]:
    """Return a plan as it is shown to whoever is signed in; who was given its address only looks."""
    session, reader, at_moment = current_session(), access.require_account(), now()
    code, name = looking.area_of(session, at, today())
    can_undo, can_redo = drafting.can_go(session, at)
    may_age = at.past is None and at.row.state in opening.UNSETTLED
    begun = at.row.day is not None and at.row.day <= today()
    may = plan_pictures.allowed(at, reader, looking.planners(session, at), begun=begun)
    return {
        **plan_pictures.shown(at, picture(at)),
        "area": {"code": code, "name": name},
        "author": looking.author_of(session, at),
        "can_undo": can_undo,
        "can_redo": can_redo,
        "outdated": may_age and looking.outdated(session, at, at_moment),
        "may": [] if shared or at.past or at.number != at.row.head else may,
        "codes": {} if at.past else _free_codes(at),
        "terrain": at.terrain.key,
        "terrain_url": url_for(
            "plans_api.terrain",
            plan_id=at.row.id,
            version=at.number,
            key=at.row.share_key if shared else None,
            beside=at.past.isoformat() if at.past else None,
        ),
        "events": [
            {
                "at": row.at.isoformat(),
                "kind": row.kind,
                "label": plan_words.event(row.kind),
                "person": row.person,
                "note": row.note,
                "version": row.version,
            }
            for row in looking.events(session, at)
        ],
    }


def _free_codes(at: Opened) -> dict[int, str | None]:
    """The code that a new grid would get, by the id of the community."""
    work = drafting.bench(current_session(), at)
    return {one: next(work.free_codes(one), None) for one in at.terrain.graph.communities}


@blueprint.get("/<int:plan_id>/terrain")
@blueprint.input(VersionQuery, location="query")
@blueprint.doc(responses=answers({200: "The atoms, compact", **REFUSED, **MISSING}))
def terrain(plan_id: int, query_data: VersionQuery) -> ResponseReturnValue:
    """Return the atoms that a plan is painted on, with what lies in each."""
    at = _opened(plan_id, query_data)
    weights = at.facts.weights
    told = hashlib.sha256(at.terrain.key.encode())
    for counts in (weights.households, weights.residents, weights.members, weights.reports):
        told.update(counts.tobytes())
    tag = told.hexdigest()[:32]
    known = {given.removesuffix(":gzip") for given in request.if_none_match.as_set()}
    if tag in known:
        response = Response(status=304)
    else:
        body = json.dumps(plan_pictures.terrain(at), separators=(",", ":"), ensure_ascii=False)
        response = Response(body, mimetype="application/json")
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@blueprint.get("/<int:plan_id>/outlines")
@blueprint.input(OutlinesQuery, location="query")
@blueprint.doc(responses=answers({200: "Boundaries (GeoJSON, WGS 84)", **REFUSED, **MISSING}))
def outlines(plan_id: int, query_data: OutlinesQuery) -> ResponseReturnValue:
    """Return the exact boundaries of a plan's grids, and the corners that can be dragged."""
    at = _opened(plan_id, query_data)
    features = [
        {
            "type": "Feature",
            "id": row,
            "properties": {
                "row": row,
                "code": at.plan.grids[row].code,
                "name": at.plan.grids[row].name,
            },
            "geometry": mapping(shape),
        }
        for row, shape in looking.boundaries(at).items()
    ]
    collection: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if query_data.corners:
        collection["corners"] = [
            [round(lon, 7), round(lat, 7), rows] for lon, lat, rows in looking.corners(at)
        ]
    response = jsonify(collection)
    response.mimetype = "application/geo+json"
    return response


@blueprint.get("/<int:plan_id>/versions")
@blueprint.doc(responses=answers({200: "Versions, the newest first", **REFUSED, **MISSING}))
def versions(plan_id: int) -> dict[str, Any]:
    """List the versions of a plan: what was done, when, by whom."""
    at = _opened(plan_id, VersionQuery())
    return {
        "head": at.row.head,
        "versions": [
            {
                "version": row.number,
                "parent": row.parent,
                "edit": row.edit,
                "at": row.at.isoformat(),
                "person": row.person,
            }
            for row in looking.versions(current_session(), at)
        ],
    }


@blueprint.get("/<int:plan_id>/compare")
@blueprint.input(CompareQuery, location="query")
@blueprint.doc(responses=answers({200: "What differs", **REFUSED, **MISSING}))
def compare(plan_id: int, query_data: CompareQuery) -> dict[str, Any]:
    """Compare a plan with today, a version of it, or another plan."""
    at = _opened(plan_id, query_data)
    found = looking.compared(current_session(), access.require_account(), at, query_data.to, now())
    return {
        "moved": [[atom, int(found.other[atom])] for atom in found.difference.atoms],
        "grids": [
            {
                "code": side.code,
                "name": side.name,
                "households_before": side.before,
                "households_after": side.after,
            }
            for side in found.sides
        ],
    }


@blueprint.get("/<int:plan_id>/impact")
@blueprint.input(VersionQuery, location="query")
@blueprint.doc(responses=answers({200: "What it does to people and reports", **REFUSED, **MISSING}))
def impact(plan_id: int, query_data: VersionQuery) -> dict[str, Any]:
    """Return what publishing a plan would do: who moves, which posts and branches end or begin.

    Beside the day before its first one it is what the plan did; open reports are not told then.
    """
    found = consequences.impact(current_session(), _opened(plan_id, query_data), now())
    return plan_pictures.impact(found)


def _opened(plan_id: int, query: VersionQuery) -> Opened:
    reader = access.require_account()
    return opening.opened(
        current_session(), reader, plan_id, now(), query.version, query.key, query.beside
    )
