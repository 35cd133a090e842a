"""What a webhook is told: ids, stages and public facts; no names, no numbers, no words of people."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridmap.dispatch.categories import PUBLIC_LINES
from gridmap.dispatch.lifecycle import OPEN_STAGES
from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.tables import Step
from gridmap.platform import request_queries, webhook_queries
from gridmap.platform.happenings import TEST
from gridmap.platform.tables import WebhookEvent
from gridmap.terms import Line, Stage
from gridmap.timespan import LOCAL_ZONE


def of_event(session: Session, event: WebhookEvent) -> str:
    """Return the body of the message about an event."""
    if event.step_id is not None:
        found = request_queries.report_of_step(session, event.step_id)
        data = _report(*found) if found else {}
    else:
        data = _plan(session, event)
    return _written(event.kind, event.at, data)


def of_test(now: datetime) -> str:
    """Return the body of the message that the test button sends."""
    return _written(TEST, now, {})


def _written(kind: str, at: datetime, data: dict[str, Any]) -> str:
    return json.dumps(
        {"type": kind, "timestamp": _moment(at), "data": data},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _moment(at: datetime) -> str:
    return at.astimezone(LOCAL_ZONE).isoformat()


def _report(row: Found, step: Step) -> dict[str, Any]:
    """A report about people is told by its number and stage alone."""
    stage = Stage(step.stage)
    facts: dict[str, Any] = {
        "service_request_id": row.number,
        "sequence": step.sequence,
        "action": step.action,
        "stage": stage.value,
        "status": "open" if stage in OPEN_STAGES else "closed",
        "rung": step.rung,
        "outcome": step.outcome,
    }
    if Line(row.category_line) in PUBLIC_LINES:
        facts |= {
            "service_code": row.category_code,
            "service_name": row.category_name,
            "community": row.community,
            "grid": row.grid,
        }
    return facts


def _plan(session: Session, event: WebhookEvent) -> dict[str, Any]:
    plan, adoption = webhook_queries.adopted_plan(session, event.adoption_id or 0)
    return {
        "plan_id": plan.id,
        "day": adoption.day.isoformat(),
        "communities": list(webhook_queries.names_of(session, adoption.communities, adoption)),
    }
