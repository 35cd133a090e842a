"""The county's frame: name, extent, first day."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from geodata.loading.settings import credits_of
from gridmap.publishing import service
from web.params import DayQuery, today
from web.session import current_session

blueprint = APIBlueprint("county_api", __name__, url_prefix="/api/v1", tag="county")


@blueprint.get("/county")
@blueprint.input(DayQuery, location="query")
def county(query_data: DayQuery) -> dict[str, Any]:
    """Return the county's name, its extent (west, south, east, north) and the days with data."""
    found = service.county(current_session(), query_data.on)
    return {
        "code": found.code,
        "name": found.name,
        "bbox": list(found.bbox),
        "day": query_data.on.isoformat(),
        "today": today().isoformat(),
        "first_day": found.first_day.isoformat(),
        "credits": credits_of(current_session()),
    }
