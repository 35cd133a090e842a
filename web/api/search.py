"""Search by name, address or code."""

from __future__ import annotations

from typing import Annotated, Any

from apiflask import APIBlueprint
from pydantic import Field

from gridmap.publishing import service
from web import present
from web.params import DayQuery, Text
from web.session import current_session

blueprint = APIBlueprint("search_api", __name__, url_prefix="/api/v1", tag="search")


class SearchQuery(DayQuery):
    """What is looked for, and how many hits at most."""

    q: Annotated[Text, Field(max_length=100)] = Field(description="Name, address or code")
    limit: Annotated[int, Field(ge=1, le=50)] = 10


@blueprint.get("/search")
@blueprint.input(SearchQuery, location="query")
def search(query_data: SearchQuery) -> dict[str, Any]:
    """Return communities, grids, compounds, buildings, places and roads of that name, best first."""
    hits = service.search(current_session(), query_data.q, query_data.on, query_data.limit)
    return {"day": query_data.on.isoformat(), "items": [present.hit(hit) for hit in hits]}
