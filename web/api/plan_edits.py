"""Edits of a plan, each a version of its own; undo and redo; who comes too late is told what differs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from apiflask import APIBlueprint
from flask import jsonify
from flask.typing import ResponseReturnValue

from gridmap.errors import GridmapError, NotFound
from gridmap.redistricting import drafting, opening, proposing
from gridmap.redistricting.drafting import Edited
from gridmap.redistricting.editing import EditKind
from gridmap.redistricting.picture import picture
from gridmap.redistricting.plan import difference
from gridmap.redistricting.refusals import PlanMovedOn
from web import access, errors, language
from web.api import operations, plan_pictures, uploads
from web.api.answers import answers
from web.api.plan_bodies import BaseBody, EditsBody
from web.api.plans import MISSING, REFUSED
from web.params import now
from web.session import current_session

blueprint = APIBlueprint("plan_edits_api", __name__, url_prefix="/api/v1/plans", tag="plans")

SAID: Final = answers(
    {
        200: "What has changed",
        **REFUSED,
        **MISSING,
        409: "Somebody else saved meanwhile (says what differs), or it is no draft any more",
        422: "The edit makes no sense here; says why",
    }
)
KEY: Final = {"parameters": [operations.key_header("edit")]}


@blueprint.post("/<int:plan_id>/edits")
@blueprint.input(EditsBody, location="json")
@blueprint.doc(responses=SAID, extensions=KEY)
def edit(plan_id: int, json_data: EditsBody) -> ResponseReturnValue:
    """Make one edit on the version that the planner sees."""
    wanted = json_data.edit.edit()
    make = proposing.take if wanted.kind is EditKind.PROPOSAL else drafting.edit
    return _answer(
        plan_id,
        json_data.base,
        lambda: make(
            current_session(), access.require_account(), plan_id, json_data.base, wanted, now()
        ),
    )


@blueprint.post("/<int:plan_id>/undo")
@blueprint.input(BaseBody, location="json")
@blueprint.doc(responses=SAID, extensions=KEY)
def undo(plan_id: int, json_data: BaseBody) -> ResponseReturnValue:
    """Go back one step; nothing is lost."""
    return _step(plan_id, json_data.base, drafting.undo)


@blueprint.post("/<int:plan_id>/redo")
@blueprint.input(BaseBody, location="json")
@blueprint.doc(responses=SAID, extensions=KEY)
def redo(plan_id: int, json_data: BaseBody) -> ResponseReturnValue:
    """Go forward again."""
    return _step(plan_id, json_data.base, drafting.redo)


@blueprint.post("/<int:plan_id>/rebase")
@blueprint.input(BaseBody, location="json")
@blueprint.doc(responses=SAID, extensions=KEY)
def rebase(plan_id: int, json_data: BaseBody) -> ResponseReturnValue:
    """Bring a draft over the grids as they are now; what was moved stays moved."""
    return _step(plan_id, json_data.base, drafting.rebase)


def _step(plan_id: int, base: int, go: Callable[..., Edited]) -> ResponseReturnValue:
    return _answer(
        plan_id,
        base,
        lambda: go(current_session(), access.require_account(), plan_id, base, now()),
    )


def _answer(plan_id: int, base: int, make: Callable[[], Edited]) -> ResponseReturnValue:
    uploads.idempotency_key()
    try:
        return jsonify(delta(make()))
    except PlanMovedOn as late:
        return _too_late(plan_id, base, late)


def delta(made: Edited) -> dict[str, Any]:
    """Return what an edit has changed: atoms, the grids concerned, and the numbers over all."""
    before, after = made.before, made.after
    can_undo, can_redo = drafting.can_go(current_session(), after)
    head = {"version": after.number, "can_undo": can_undo, "can_redo": can_redo}
    if before.terrain.key != after.terrain.key:
        return {**head, "reload": True}
    differs = difference(before.plan, after.plan)
    shown = plan_pictures.figures(after, picture(after, differs.rows))
    present = set(after.plan.present())
    return {
        **head,
        "moved": [[atom, int(after.plan.assignment[atom])] for atom in differs.atoms],
        "removed": [row for row in differs.rows if row not in present],
        "locked_atoms": sorted(after.plan.locked_atoms),
        **shown,
    }


def _too_late(plan_id: int, base: int, late: GridmapError) -> ResponseReturnValue:
    """Refuse, and say what differs between the version that was seen and the newest."""
    session, reader = current_session(), access.require_account()
    newest = opening.opened(session, reader, plan_id, now())
    words = language.current()
    problem = errors.problem(late.code, late.message(words), hint=late.hint(words))
    problem |= {"version": newest.number, "differs": {"atoms": 0, "grids": []}}
    try:
        seen = opening.opened(session, reader, plan_id, now(), base)
    except NotFound:
        seen = newest
    if seen.terrain.key == newest.terrain.key:
        differs = difference(seen.plan, newest.plan)
        names = [
            newest.plan.grids[row].name for row in differs.rows if row < len(newest.plan.grids)
        ]
        problem["differs"] = {"atoms": int(np.size(differs.atoms)), "grids": names}
    response = jsonify(problem)
    response.status_code = errors.status_of(late)
    response.mimetype = "application/problem+json"
    return response
