"""Proposals of the machine: ask, watch, stop. Taking one is an edit of the plan."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from apiflask import APIBlueprint
from flask import jsonify
from flask.typing import ResponseReturnValue

from gridmap.errors import InvalidInput
from gridmap.redistricting import proposing
from gridmap.redistricting.proposing import Found
from gridmap.redistricting.search.wishes import Wish
from gridmap.redistricting.searching import Asked
from web import access, language
from web.api import operations, plan_pictures, uploads
from web.api.answers import answers
from web.api.plan_bodies import ProposalsBody
from web.api.plans import MISSING, REFUSED
from web.params import now
from web.session import current_session

blueprint = APIBlueprint("plan_proposals_api", __name__, url_prefix="/api/v1/plans", tag="plans")

_LABELS: Final[dict[str, tuple[str, str]]] = {
    "least_change": ("变动最少", "Least change"),
    "balanced": ("最均衡", "Best balanced"),
    "shape": ("最规整", "Best shape"),
}


@blueprint.post("/<int:plan_id>/proposals")
@blueprint.input(ProposalsBody, location="json")
@blueprint.doc(
    responses=answers(
        {
            202: "Asked for: the run to look at",
            **REFUSED,
            **MISSING,
            409: "Somebody else saved meanwhile",
        }
    ),
    extensions={"parameters": [operations.key_header("search")]},
)
def ask(plan_id: int, json_data: ProposalsBody) -> ResponseReturnValue:
    """Ask the machine for proposals; a worker searches."""
    uploads.idempotency_key()
    if json_data.grids is None and json_data.households is None:
        raise InvalidInput(
            reason_zh="请说要几个网格（grids），或每个网格的户数范围（households）。",
            reason_en="Say how many grids, or how many households a grid may have.",
            field="grids",
        )
    wish = Wish(
        grids=json_data.grids, households=json_data.households, **json_data.weights.model_dump()
    )
    asked = Asked(wish, json_data.community, json_data.seconds, json_data.seed)
    planner = access.require_account()
    run = proposing.ask(current_session(), planner, plan_id, json_data.base, asked, now())
    return {"run": run}, 202


@blueprint.get("/<int:plan_id>/proposals/<int:run_id>")
@blueprint.doc(
    responses=answers({200: "How far it is, and what it has found", **REFUSED, **MISSING})
)
def show(plan_id: int, run_id: int) -> ResponseReturnValue:
    """Return a search as it stands, with its proposals."""
    seen = proposing.seen(current_session(), access.require_account(), plan_id, run_id, now())
    refusal, words = seen.refusal, language.current()
    return jsonify(
        {
            "state": plan_pictures.term(seen.state),
            "progress": round(seen.progress, 4),
            "version": seen.version,
            "proposals": [_proposal(one) for one in seen.proposals],
            "refusal": {"code": refusal["code"], "message": refusal[words]} if refusal else None,
        }
    )


@blueprint.post("/<int:plan_id>/proposals/<int:run_id>/stop")
@blueprint.doc(
    responses=answers({204: "It will stop; what it has found stays", **REFUSED, **MISSING}),
    extensions={"parameters": [operations.key_header("stop")]},
)
def stop(plan_id: int, run_id: int) -> ResponseReturnValue:
    """Stop the search of a plan."""
    uploads.idempotency_key()
    proposing.stop(current_session(), access.require_account(), plan_id, run_id)
    return "", 204


def _proposal(one: Found) -> dict[str, Any]:
    zh, en = _LABELS.get(one.kind, (one.kind, one.kind))
    present = set(np.unique(one.assignment).tolist())
    return {
        "kind": one.kind,
        "label": en if language.current() == "en" else zh,
        "figures": one.figures,
        "assignment": one.assignment.tolist(),
        "grids": [
            {"row": row, "name": grid.name, "code": grid.code, "is_new": grid.grid_id is None}
            for row, grid in enumerate(one.grids)
            if row in present
        ],
    }
