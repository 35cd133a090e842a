"""Is the process alive; is it ready to serve."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue

from gridmap.publishing import service
from web.session import current_session

blueprint = APIBlueprint("health", __name__, enable_openapi=False)


@blueprint.get("/healthz")
def live() -> ResponseReturnValue:
    """Answer: the process runs. Touches nothing else."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """Answer: the database answers and holds the schema; 503 otherwise."""
    service.versions(current_session())
    return {"status": "ready"}
