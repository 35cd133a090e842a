"""Locate a point: its grid, its building, and who answers there."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response
from flask.typing import ResponseReturnValue
from pydantic import Field

from gridmap.dispatch import service as dispatch
from gridmap.geolocation.rules import Place
from gridmap.terms import PlaceSource
from web import located, present
from web.params import PointQuery, PointSource
from web.session import current_session

blueprint = APIBlueprint("locate_api", __name__, url_prefix="/api/v1", tag="locate")


class LocateQuery(PointQuery):
    """A point, who set it, and the day."""

    source: PointSource = "pin"
    reports: bool = Field(default=False, description="Add the open reports of the building or grid")


@blueprint.get("/locate")
@blueprint.input(LocateQuery, location="query")
def locate(query_data: LocateQuery) -> ResponseReturnValue:
    """Return the verdicts on grid and building with their reasons, party tree, people, property."""
    place = Place(
        query_data.lon,
        query_data.lat,
        query_data.crs,
        query_data.radius_m,
        PlaceSource(query_data.source),
    )
    if not query_data.reports:
        text = located.plain_text(place, query_data.on)
        if text is not None:
            return Response(text, mimetype="application/json")
    found = located.located(place, query_data.on)
    body = present.location(found)
    if query_data.reports and found.is_placed:
        session = current_session()
        building_id = found.building.id
        grid_id = found.grid.id if building_id is None else None
        summary = dispatch.open_summary(
            session, query_data.on, grid_id=grid_id, building_id=building_id
        )
        body["reports"] = present.open_reports(summary)
    return body
