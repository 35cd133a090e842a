"""Is the process alive; is it ready to serve."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue

from gridmap.messaging import service as messaging
from gridmap.publishing import service
from web.session import current_session

blueprint = APIBlueprint("health", __name__, enable_openapi=False)


@blueprint.get("/healthz")
def live() -> ResponseReturnValue:
    """Answer: the process runs. Touches nothing else."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """Answer: the database answers and holds the schema; 503 otherwise.

    `worker_seen_at`: when a worker last gave a sign of life; null while none runs, which leaves
    everything in the pages working, but sends no mail and lets no deadline act.
    """
    service.versions(current_session())
    seen = messaging.worker_seen_at(current_session())
    return {"status": "ready", "worker_seen_at": seen.isoformat() if seen else None}
