"""OGC API - Features over HTTP: for QGIS, GDAL and whoever speaks the standard."""

from __future__ import annotations

import hashlib
from datetime import UTC
from typing import Any, Final
from urllib.parse import urlencode

from apiflask import APIBlueprint
from flask import Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from gridmap.errors import NotFound, NotSignedIn
from gridmap.publishing import feature_queries, items, service
from gridmap.publishing.collections import COLLECTIONS
from gridmap.publishing.fields import Access, Collection
from web import access
from web.api.answers import answers
from web.ogc import documents, query
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint("ogc", __name__, url_prefix="/ogc", tag="ogc")

GZIPPED: Final = ":gzip"
_TEXT: Final = {"type": "string"}


def _parameter(name: str, words: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": words, "schema": schema, "required": False}


_DATETIME: Final = _parameter(
    "datetime", "Instant or interval of validity (RFC 3339); today without it", _TEXT
)
_PARAMETERS: Final = [
    _parameter(
        "limit", "Features on a page", {"type": "integer", "minimum": 1, "maximum": query.MOST}
    ),
    _parameter("bbox", "west,south,east,north in degrees (CRS84)", _TEXT),
    _DATETIME,
]
_REFUSALS: Final = {
    400: "A parameter is wrong or not known",
    401: "For signed-in readers",
    404: "There is none",
}


@blueprint.get("/")
@blueprint.doc(responses=answers({200: "Links to everything else"}))
def landing() -> dict[str, Any]:
    """Return the landing page of OGC API - Features."""
    return documents.landing(_base(), url_for("openapi.spec", _external=True))


@blueprint.get("/conformance")
@blueprint.doc(responses=answers({200: "What is conformed to"}))
def conformance() -> dict[str, Any]:
    """Return the conformance classes."""
    return {"conformsTo": list(documents.CONFORMS_TO)}


@blueprint.get("/collections")
@blueprint.doc(responses=answers({200: "The collections"}))
def collections() -> dict[str, Any]:
    """Return the collections that this reader may see."""
    seen = [one for one in COLLECTIONS if _may_read(one)]
    base = _base()
    return {
        "links": [documents.link(f"{base}/collections", "self")],
        "collections": [_described(one, base) for one in seen],
    }


@blueprint.get("/collections/<collection>")
@blueprint.doc(responses=answers({200: "What it is", **_REFUSALS}))
def collection(collection: str) -> dict[str, Any]:
    """Return what a collection is: title, extent in space and time, links."""
    return _described(_readable(collection), _base())


@blueprint.get("/collections/<collection>/queryables")
@blueprint.doc(responses=answers({200: "Its fields as a JSON schema", **_REFUSALS}))
def queryables(collection: str) -> ResponseReturnValue:
    """Return the fields of a collection by which its items can be asked for."""
    found = _readable(collection)
    address = f"{_base()}/collections/{found.name}/queryables"
    response = jsonify(documents.queryables(found, address))
    response.mimetype = documents.SCHEMA
    return response


@blueprint.get("/collections/<collection>/items")
@blueprint.doc(
    responses=answers({200: "A page of features", 304: "Not changed", **_REFUSALS}),
    extensions={"parameters": _PARAMETERS},
)
def items_of(collection: str) -> ResponseReturnValue:
    """Return a page of features as GeoJSON (WGS 84); fields of the collection may be given as `field=value`."""
    session, found = current_session(), _readable(collection)
    asked = query.items_query(found, request.args, today())
    tag = service.etag(
        session, found, today(), hashlib.sha256(request.query_string).hexdigest()[:16]
    )
    if same := _unchanged(tag):
        return same
    page = items.page(session, found, asked.wanted)
    address = f"{_base()}/collections/{found.name}/items"
    links = [documents.link(_address(address, dict(request.args)), "self", documents.GEOJSON)]
    if page.after:
        more = _address(address, {**asked.given, "after": query.cursor(page.after)})
        links.append(documents.link(more, "next", documents.GEOJSON))
    links.append(documents.link(f"{_base()}/collections/{found.name}", "collection"))
    stamp = now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    matched = items.matched(session, found, asked.wanted)
    head = jsonify(
        type="FeatureCollection", links=links, timeStamp=stamp, numberMatched=matched,
        numberReturned=len(page.features),
    ).get_data(as_text=True)  # fmt: skip
    body = f'{head.rstrip().removesuffix("}")},"features":[{",".join(page.features)}]}}'
    return _geojson(body, found, tag)


@blueprint.get("/collections/<collection>/items/<path:item>")
@blueprint.doc(
    responses=answers({200: "The feature", **_REFUSALS}), extensions={"parameters": [_DATETIME]}
)
def item(collection: str, item: str) -> ResponseReturnValue:
    """Return one feature by its code, as it is today or on another day."""
    found = _readable(collection)
    for name in request.args:
        if name not in {"datetime", "day", "f"}:
            raise query.bad(
                name, f"不认识参数“{name}”。", f"The parameter “{name}” is not known here."
            )
    written = request.args.get("datetime", request.args.get("day", ""))
    _first, last = query.days_of(written) if written else (today(), today())
    text = items.one(current_session(), found, item, min(last, today()) if "/" in written else last)
    if text is None:
        raise NotFound(what_zh=f"要素“{item}”", what_en=f"The feature “{item}”", field="item")
    address = f"{_base()}/collections/{found.name}"
    links = [
        documents.link(
            _address(f"{address}/items/{item}", dict(request.args)), "self", documents.GEOJSON
        ),
        documents.link(address, "collection"),
    ]
    head = jsonify(links=links).get_data(as_text=True).strip()
    return _geojson(f"{text.removesuffix('}')},{head.removeprefix('{')}", found, None)


def _base() -> str:
    return url_for("ogc.landing", _external=True).rstrip("/")


def _address(address: str, asked: dict[str, str]) -> str:
    return f"{address}?{urlencode(asked)}" if asked else address


def _may_read(collection: Collection) -> bool:
    return collection.access is Access.PUBLIC or access.account() is not None


def _readable(name: str) -> Collection:
    found = service.collection(name)
    if not _may_read(found):
        raise NotSignedIn
    return found


def _described(collection: Collection, base: str) -> dict[str, Any]:
    extent = feature_queries.extent(current_session(), collection, today())
    return documents.described(collection, base, extent)


def _unchanged(tag: str) -> Response | None:
    known = {given.removesuffix(GZIPPED) for given in request.if_none_match.as_set()}
    if tag not in known:
        return None
    response = Response(status=304)
    response.set_etag(tag)
    return response


def _geojson(body: str, collection: Collection, tag: str | None) -> Response:
    response = Response(body, mimetype=documents.GEOJSON)
    if tag is not None:
        response.set_etag(tag)
    public = collection.access is Access.PUBLIC
    response.headers["Cache-Control"] = "no-cache" if public else "no-store"
    return response
