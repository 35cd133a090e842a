"""The open tasks of coverage, for the page that shows gaps."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from gridmap.coverage.tasks import looking
from gridmap.coverage.tasks.looking import Task
from web import access
from web.params import now
from web.session import current_session

blueprint = APIBlueprint("coverage_tasks_api", __name__, url_prefix="/api/v1", tag="coverage")


@blueprint.get("/coverage/tasks")
def listed() -> dict[str, Any]:
    """Return the open tasks: which gap, who mends it, by when; the most urgent first."""
    reader = access.require_account()
    return {"tasks": [_task(one) for one in looking.listed(current_session(), reader, now())]}


def _task(one: Task) -> dict[str, Any]:
    return {
        "id": one.id,
        "check": one.check,
        "subject_kind": one.kind,
        "subject_code": one.code,
        "subject_name": one.name,
        "community_code": one.community_code,
        "owner": one.owner,
        "due": one.due.isoformat(),
        "overdue_days": one.overdue,
    }
