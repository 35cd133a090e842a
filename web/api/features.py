"""Layers of the map as GeoJSON, as of a day; buildings in tiles."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, request
from flask.typing import ResponseReturnValue

from gridmap.publishing import service
from gridmap.publishing.collections import BUILDINGS
from web import tile_answers, tiles
from web.params import DayQuery
from web.session import current_session

blueprint = APIBlueprint("features_api", __name__, url_prefix="/api/v1/features", tag="features")

GZIPPED = ":gzip"
"""What the compression adds to a tag."""


@blueprint.get("/<layer>")
@blueprint.input(DayQuery, location="query")
def layer(layer: str, query_data: DayQuery) -> ResponseReturnValue:
    """Return communities, grids, compounds, roads, water, places, centres, activities or needs (GeoJSON, WGS 84)."""
    session, collection = current_session(), service.map_layer(layer)
    tag = service.etag(session, collection, query_data.on)
    return _unchanged(tag) or _geojson(service.features(session, collection, query_data.on), tag)


@blueprint.get("/buildings/<int:z>/<int:x>/<int:y>")
@blueprint.input(DayQuery, location="query")
def buildings(z: int, x: int, y: int, query_data: DayQuery) -> ResponseReturnValue:
    """Return the buildings whose interior point lies in the XYZ tile (zoom 15; GeoJSON, WGS 84)."""
    found = tiles.buildings(z, x, y, query_data.on)
    return tile_answers.respond(found, BUILDINGS.access, "application/geo+json")


def _unchanged(tag: str) -> Response | None:
    known = {given.removesuffix(GZIPPED) for given in request.if_none_match.as_set()}
    if tag not in known:
        return None
    response = Response(status=304)
    response.set_etag(tag)
    return response


def _geojson(body: str, tag: str) -> Response:
    response = Response(body, mimetype="application/geo+json")
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"
    return response
