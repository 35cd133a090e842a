"""Webhooks as another system sees them by its key: what is told, and what was sent when."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from gridmap.platform import webhooks
from gridmap.platform.webhooks import DeliveryView, WebhookView
from web.api.answers import answers
from web.session import current_session

blueprint = APIBlueprint("webhooks_api", __name__, url_prefix="/api/v1", tag="webhooks")

_REFUSED = {
    401: "No API key, or one that is not valid",
    403: "The key lacks the scope webhooks",
    429: "The key's limit is passed",
}


@blueprint.get("/webhooks")
@blueprint.doc(responses=answers({200: "The webhooks", **_REFUSED}), security="ApiKey")
def listed() -> dict[str, Any]:
    """Return the webhooks, without their secrets and addresses: is mine on, does it fail?"""
    return {"items": [_webhook(one) for one in webhooks.listed(current_session())]}


@blueprint.get("/webhooks/<int:webhook_id>/deliveries")
@blueprint.doc(
    responses=answers({200: "The newest deliveries", 404: "No such webhook", **_REFUSED}),
    security="ApiKey",
)
def deliveries(webhook_id: int) -> dict[str, Any]:
    """Return the newest deliveries of a webhook with their bodies, so that a missed one can be read."""
    session = current_session()
    found = webhooks.one(session, webhook_id)
    return {"items": [_delivery(line) for line in webhooks.log(session, found.id)]}


def _webhook(one: WebhookView) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "events": [event.value for event in one.events],
        "active": one.active,
        "failures": one.failures,
        "waiting": one.waiting,
        "sent": one.sent,
        "given_up": one.given_up,
    }


def _delivery(line: DeliveryView) -> dict[str, Any]:
    return {
        "id": line.message_id,
        "type": line.kind,
        "at": line.at.isoformat(),
        "state": line.state.value,
        "attempts": line.attempts,
        "http_status": line.http_status,
        "body": line.body,
    }
