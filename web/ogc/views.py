"""OGC API - Features over HTTP: for QGIS, GDAL and whoever speaks the standard."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import Any, Final
from urllib.parse import quote, urlencode

from apiflask import APIBlueprint
from flask import Response, g, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from gridmap.errors import NotFound, NotSignedIn
from gridmap.publishing import items, service
from gridmap.publishing.collections import COLLECTIONS
from gridmap.publishing.fields import Access, Collection
from gridmap.publishing.systems import System, systems
from web import access
from web.api.answers import answers
from web.ogc import definition, documents, pages, parameters, query
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint("ogc", __name__, url_prefix="/ogc", tag="ogc")

GZIPPED: Final = ":gzip"
_PLAIN: Final = [parameters.F]
_WRONG: Final = {400: "A parameter is wrong or not known"}
_REFUSALS: Final = {
    **_WRONG,
    302: "A person is sent to sign in",
    401: "For signed-in readers",
    404: "There is none",
}


@blueprint.get("/")
@blueprint.doc(
    responses=answers({200: "Links to everything else", **_WRONG}),
    extensions={"parameters": _PLAIN},
)
def landing() -> ResponseReturnValue:
    """Return the landing page of OGC API - Features."""
    query.check(request.args)
    base = _base()
    document = documents.landing(base, url_for("docs.api", _external=True))
    if pages.wanted():
        return pages.landing(document, [_described(one, base) for one in _seen()])
    return document


@blueprint.get("/api")
@blueprint.doc(responses=answers({200: "OpenAPI 3.0", **_WRONG}), extensions={"parameters": _PLAIN})
def api() -> ResponseReturnValue:
    """Return the API definition of `/ogc` alone, with the fields of each collection as parameters."""
    query.check(request.args)
    document = definition.document(_seen(), _base(), "gridmap")
    if pages.wanted():
        return pages.definition(document)
    response = jsonify(document)
    response.content_type = definition.OPENAPI
    return response


@blueprint.get("/conformance")
@blueprint.doc(
    responses=answers({200: "What is conformed to", **_WRONG}), extensions={"parameters": _PLAIN}
)
def conformance() -> ResponseReturnValue:
    """Return the conformance classes."""
    query.check(request.args)
    if pages.wanted():
        return pages.conformance(documents.CONFORMS_TO)
    return {"conformsTo": list(documents.CONFORMS_TO)}


@blueprint.get("/collections")
@blueprint.doc(
    responses=answers({200: "The collections", **_WRONG}), extensions={"parameters": _PLAIN}
)
def collections() -> ResponseReturnValue:
    """Return the collections that this reader may see."""
    query.check(request.args)
    base = _base()
    listed = [_described(one, base) for one in _seen()]
    if pages.wanted():
        return pages.collections(listed)
    address = f"{base}/collections"
    return {
        "links": [documents.link(address, "self"), documents.page(address)],
        "collections": listed,
    }


@blueprint.get("/collections/<collection>")
@blueprint.doc(
    responses=answers({200: "What it is", **_REFUSALS}), extensions={"parameters": _PLAIN}
)
def collection(collection: str) -> ResponseReturnValue:
    """Return what a collection is: title, extent in space and time, links."""
    query.check(request.args)
    found = _readable(collection)
    document = _described(found, _base())
    return pages.collection(found, document) if pages.wanted() else document


@blueprint.get("/collections/<collection>/queryables")
@blueprint.doc(
    responses=answers({200: "Its fields as a JSON schema", **_REFUSALS}),
    extensions={"parameters": _PLAIN},
)
def queryables(collection: str) -> ResponseReturnValue:
    """Return the fields of a collection by which its items can be asked for."""
    query.check(request.args)
    found = _readable(collection)
    address = f"{_base()}/collections/{found.name}/queryables"
    document = documents.queryables(found, address)
    if pages.wanted():
        return pages.queryables(found, document)
    response = jsonify(document)
    response.mimetype = definition.SCHEMA
    return response


@blueprint.get("/collections/<collection>/items")
@blueprint.doc(
    responses=answers({200: "A page of features", 304: "Not changed", **_REFUSALS}),
    extensions={"parameters": [*parameters.OF_ITEMS, parameters.FIELDS]},
)
def items_of(collection: str) -> ResponseReturnValue:
    """Return a page of features as GeoJSON, WGS 84 unless `crs` is given; `field=value` asks by a field."""
    session, found = current_session(), _readable(collection)
    asked = query.items_query(found, request.args, today(), _systems)
    if pages.wanted():
        asked = pages.bounded(asked)
        document = json.loads(_page_of(session, found, asked))
        return pages.items(found, document, asked.wanted)
    tag = service.etag(
        session, found, today(), hashlib.sha256(request.query_string).hexdigest()[:16]
    )
    return _unchanged(tag, found) or _geojson(
        _page_of(session, found, asked), found, tag, asked.wanted.system
    )


@blueprint.get("/collections/<collection>/items/<path:item>")
@blueprint.doc(
    responses=answers({200: "The feature", **_REFUSALS}),
    extensions={"parameters": list(parameters.OF_ITEM)},
)
def item(collection: str, item: str) -> ResponseReturnValue:
    """Return one feature by its code, as it is today or on another day."""
    found = _readable(collection)
    query.check(request.args, query.OF_ITEM)
    first, last = query.days(request.args, today())
    on = last if first == last else max(first, min(last, today()))
    system = query.system_of("crs", request.args, _systems)
    code, on = items.version_of(item, on)
    text = items.one(current_session(), found, item, on, system)
    if text is None:
        raise NotFound(what_zh=f"要素“{item}”", what_en=f"The feature “{item}”", field="item")
    address = f"{_base()}/collections/{found.name}"
    links = [*_both(f"{address}/items/{quote(item)}"), documents.link(address, "collection")]
    head = jsonify(links=links).get_data(as_text=True).strip()
    body = f"{text.removesuffix('}')},{head.removeprefix('{')}"
    return (
        pages.item(found, json.loads(body), code, on)
        if pages.wanted()
        else _geojson(body, found, None, system)
    )


def _page_of(session: Session, found: Collection, asked: query.ItemsQuery) -> str:
    """Return a page of features as GeoJSON text."""
    page = items.page(session, found, asked.wanted)
    address = f"{_base()}/collections/{found.name}/items"
    links = _both(address)
    if page.after:
        more = _address(address, {**asked.given, "after": query.cursor(page.after)})
        links.append(documents.link(more, "next", definition.GEOJSON))
    links.append(documents.link(f"{_base()}/collections/{found.name}", "collection"))
    stamp = now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    matched = items.matched(session, found, asked.wanted)
    head = jsonify(
        type="FeatureCollection", links=links, timeStamp=stamp, numberMatched=matched,
        numberReturned=len(page.features),
    ).get_data(as_text=True)  # fmt: skip
    return f'{head.rstrip().removesuffix("}")},"features":[{",".join(page.features)}]}}'


def _both(address: str) -> list[dict[str, str]]:
    """Return the links to what is asked for here, and to the same for people."""
    asked = request.args.to_dict()
    return [
        documents.link(_address(address, asked), "self", definition.GEOJSON),
        documents.page(_address(address, {k: v for k, v in asked.items() if k != "f"})),
    ]


def _base() -> str:
    return url_for("ogc.landing", _external=True).rstrip("/")


def _address(address: str, asked: dict[str, str]) -> str:
    return f"{address}?{urlencode(asked)}" if asked else address


def _seen() -> list[Collection]:
    """Return the collections that this reader may see."""
    return [one for one in COLLECTIONS if _may_read(one)]


def _may_read(collection: Collection) -> bool:
    return collection.access is Access.PUBLIC or access.account() is not None


def _readable(name: str) -> Collection:
    found = service.collection(name)
    if not _may_read(found):
        raise NotSignedIn
    return found


def _systems() -> dict[str, System]:
    """Return the coordinate systems that are offered: with the county's zone, where there is a county."""
    if "ogc_systems" not in g:
        try:
            bounds = service.county(current_session(), today()).bbox
        except NotFound:
            bounds = None
        g.ogc_systems = systems(bounds)
    known: dict[str, System] = g.ogc_systems
    return known


def _described(collection: Collection, base: str) -> dict[str, Any]:
    extent = items.extent(current_session(), collection, today())
    return documents.described(collection, base, extent, _systems())


def _unchanged(tag: str, collection: Collection) -> Response | None:
    known = next(
        (one for one in request.if_none_match.as_set() if one.removesuffix(GZIPPED) == tag), None
    )
    if known is None:
        return None
    response = Response(status=304)
    response.set_etag(known)
    response.headers["Cache-Control"] = _kept(collection)
    return response


def _geojson(body: str, collection: Collection, tag: str | None, system: System) -> Response:
    response = Response(body, mimetype=definition.GEOJSON)
    response.headers["Content-Crs"] = f"<{system.uri}>"
    if tag is not None:
        response.set_etag(tag)
    response.headers["Cache-Control"] = _kept(collection)
    return response


@blueprint.after_request
def _told_apart(response: Response) -> Response:
    """Tell caches that the same address is a page for browsers."""
    response.vary.update(("Accept", "Accept-Language", "Cookie"))
    if not response.headers.get("Cache-Control"):
        # the transaction is over: who asks is known here only where the answer depended on it
        response.headers["Cache-Control"] = "private, no-cache" if g.get("account") else "no-cache"
    return response


def _kept(collection: Collection) -> str:
    """Return what caches may do with features of a collection."""
    return "no-cache" if collection.access is Access.PUBLIC else "no-store"
