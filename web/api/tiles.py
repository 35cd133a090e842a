"""Vector tiles (MVT) and their descriptions (TileJSON) of every collection, as of a day."""

from __future__ import annotations

import json
from typing import Any, Final

from apiflask import APIBlueprint
from flask import Response, request
from flask.typing import ResponseReturnValue

from gridmap.errors import NotFound
from gridmap.publishing import service, tiles, tiling
from gridmap.publishing.fields import Access, Collection
from gridmap.publishing.tiling import Bounds
from web import access, language, tile_answers
from web.params import DayQuery
from web.session import current_session
from web.tiles import Asked, current

blueprint = APIBlueprint("tiles_api", __name__, url_prefix="/tiles", tag="tiles")

_TILE: Final[dict[str, Any]] = {
    "responses": {
        200: {
            "description": "A Mapbox Vector Tile with one layer, named like the collection",
            "content": {tile_answers.MVT: {"schema": {"type": "string", "format": "binary"}}},
        },
        204: {"description": "Nothing lies in this tile"},
        304: {"description": "The tile whose ETag was sent still holds"},
        401: {"description": "The collection is for people who are signed in"},
        404: {"description": "No such collection"},
        422: {"description": "No such tile or day"},
    }
}


@blueprint.get("/<name>/<int:z>/<int:x>/<int:y>.mvt")
@blueprint.input(DayQuery, location="query")
@blueprint.doc(**_TILE)
def tile(name: str, z: int, x: int, y: int, query_data: DayQuery) -> ResponseReturnValue:
    """Return what of a collection lies in an XYZ tile on a day (MVT; `code`, fields for maps, stable ids)."""
    collection = _readable(name)
    asked = Asked(collection, tiling.tile(collection, z, x, y), query_data.on)
    return tile_answers.respond(current(asked), collection.access)


@blueprint.get("/<name>.json")
@blueprint.input(DayQuery, location="query")
def description(name: str, query_data: DayQuery) -> ResponseReturnValue:
    """Return the TileJSON of a collection: addresses, zooms, extent and fields."""
    collection = _readable(name)
    day = f"?day={query_data.on.isoformat()}" if query_data.day else ""
    address = f"{request.host_url}tiles/{name}/{{z}}/{{x}}/{{y}}.mvt{day}"
    body = tiles.description(collection, address, _bounds(query_data), language.current())
    return _revalidated(body, collection)


def _readable(name: str) -> Collection:
    """Return a collection that whoever asks may read.

    Raises:
        NotFound: there is none of this name.
        NotSignedIn: it is for people who are signed in.
    """
    collection = service.collection(name)
    if collection.access is not Access.PUBLIC:
        access.require_account()
    return collection


def _bounds(asked: DayQuery) -> Bounds | None:
    try:
        return service.county(current_session(), asked.on).bbox
    except NotFound:
        return None


def _revalidated(body: dict[str, Any], collection: Collection) -> Response:
    response = Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")
    response.headers["Cache-Control"] = tile_answers.cache_control(collection.access)
    response.add_etag()
    response.make_conditional(request)
    return response
