"""The API definition of `/ogc` alone, in OpenAPI 3.0 as OGC API - Features - Part 1 (its class oas30) wants it.

The document of everything (`/openapi.json`) is OpenAPI 3.1 and much longer; here every collection that the
reader may see has its own paths, with its fields as parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final

from gridmap.publishing.fields import Collection
from web import language
from web.ogc import parameters, query

OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
GEOJSON: Final = "application/geo+json"
JSON: Final = "application/json"
HTML: Final = "text/html"
SCHEMA: Final = "application/schema+json"
_PROBLEM: Final = "application/problem+json"
_TEXT: Final = {"type": "string"}
_LINKS: Final = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}


def _object(required: Sequence[str], **properties: object) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


_FEATURE: Final = _object(
    ("type", "id", "geometry", "properties"),
    type={"type": "string", "enum": ["Feature"]},
    id=_TEXT,
    geometry={"type": "object", "nullable": True},
    properties={"type": "object", "nullable": True},
    links=_LINKS,
)
_SCHEMAS: Final[dict[str, Any]] = {
    "link": _object(("href", "rel"), href=_TEXT, rel=_TEXT, type=_TEXT, title=_TEXT),
    "landingPage": _object(("links",), title=_TEXT, description=_TEXT, links=_LINKS),
    "confClasses": _object(("conformsTo",), conformsTo={"type": "array", "items": _TEXT}),
    "collection": _object(
        ("id", "links"),
        id=_TEXT,
        title=_TEXT,
        itemType=_TEXT,
        crs={"type": "array", "items": _TEXT},
        storageCrs=_TEXT,
        extent={"type": "object"},
        links=_LINKS,
    ),
    "collections": _object(
        ("links", "collections"),
        links=_LINKS,
        collections={"type": "array", "items": {"$ref": "#/components/schemas/collection"}},
    ),
    "queryables": _object(("properties",), title=_TEXT, properties={"type": "object"}),
    "feature": _FEATURE,
    "featureCollection": _object(
        ("type", "features"),
        type={"type": "string", "enum": ["FeatureCollection"]},
        features={"type": "array", "items": {"$ref": "#/components/schemas/feature"}},
        links=_LINKS,
        timeStamp={"type": "string", "format": "date-time"},
        numberMatched={"type": "integer", "minimum": 0},
        numberReturned={"type": "integer", "minimum": 0},
    ),
    "exception": _object(
        ("code", "message", "field", "hint"),
        code=_TEXT,
        message=_TEXT,
        field=_TEXT | {"nullable": True},
        hint=_TEXT,
    ),
}


def document(collections: Sequence[Collection], base: str, site: str) -> dict[str, Any]:
    """Return the API definition.

    Args:
        collections: those that the reader may see.
        base: address of the landing page, without a slash at its end.
        site: name of what is served.
    """
    paths = {
        "/": _get("landingPage", "Landing page", JSON, "landingPage"),
        "/api": _get("apiDefinition", "This document", OPENAPI, None),
        "/conformance": _get("conformance", "Conformance classes", JSON, "confClasses"),
        "/collections": _get("collections", "The collections", JSON, "collections"),
    }
    for one in collections:
        paths |= _paths(one)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": f"{site} - OGC API - Features",
            "version": version("gridmap"),
            "description": "Every layer as of any day; coordinates are WGS 84 (CRS84) unless `crs` is given.",
        },
        "servers": [{"url": base}],
        "tags": [{"name": one.name, "description": one.title(language.current())} for one in collections],
        "paths": paths,
        "components": {
            "parameters": {one["name"]: one for one in parameters.OF_ITEMS},
            "schemas": _SCHEMAS,
            "responses": {"refused": _answer("A refusal in words", _PROBLEM, "exception")},
            "securitySchemes": {
                "ApiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Not needed for what is public; calls with a key have its own limit",
                }
            },
        },
        "security": [{}, {"ApiKey": []}],
    }  # fmt: skip


def _paths(collection: Collection) -> dict[str, Any]:
    """Return the paths of one collection."""
    name, title = collection.name, collection.title(language.current())
    labels = {one.name: one.label(language.current()) for one in collection.stored}
    fields = [
        parameters.parameter(field, labels.get(field, field), parameters.TYPES[kind])
        for field, kind in query.filters(collection).items()
    ]
    feature = {"name": "featureId", "in": "path", "required": True, "schema": _TEXT}
    address = f"/collections/{name}"
    return {
        address: _get(f"{name}.collection", title, JSON, "collection", tag=name),
        f"{address}/queryables": _get(f"{name}.queryables", title, SCHEMA, "queryables", tag=name),
        f"{address}/items": _get(
            f"{name}.items", title, GEOJSON, "featureCollection", tag=name,
            known=[*map(_referred, parameters.OF_ITEMS), *fields],
        ),
        f"{address}/items/{{featureId}}": _get(
            f"{name}.item", title, GEOJSON, "feature", tag=name,
            known=[feature, *map(_referred, parameters.OF_ITEM)],
        ),
    }  # fmt: skip


def _referred(parameter: dict[str, Any]) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{parameter['name']}"}


def _get(
    name: str,
    summary: str,
    media: str,
    schema: str | None,
    *,
    tag: str = "",
    known: Sequence[dict[str, Any]] = (_referred(parameters.F),),
) -> dict[str, Any]:
    operation = {
        "operationId": name,
        "summary": summary,
        "tags": [tag] if tag else [],
        "parameters": list(known),
        "responses": {
            "200": _answer(summary, media, schema),
            "4XX": {"$ref": "#/components/responses/refused"},
            "5XX": {"$ref": "#/components/responses/refused"},
        },
    }
    return {"get": operation}


def _answer(words: str, media: str, schema: str | None) -> dict[str, Any]:
    found = {"$ref": f"#/components/schemas/{schema}"} if schema else {"type": "object"}
    content = {media: {"schema": found}}
    if media != _PROBLEM:
        content[HTML] = {"schema": _TEXT}
    return {"description": words, "content": content}
