"""The documents of OGC API - Features: landing page, conformance, collections, queryables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from gridmap.publishing.fields import Collection, Field, FieldType
from web import language
from web.ogc.query import CRS84

GEOJSON: Final = "application/geo+json"
JSON: Final = "application/json"
SCHEMA: Final = "application/schema+json"
CONFORMS_TO: Final = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
)
_TYPES: Final[dict[FieldType, dict[str, Any]]] = {
    FieldType.TEXT: {"type": "string"},
    FieldType.INTEGER: {"type": "integer"},
    FieldType.NUMBER: {"type": "number"},
    FieldType.FLAG: {"type": "boolean"},
    FieldType.DAY: {"type": "string", "format": "date"},
}
_GEOMETRIES: Final = {
    "MultiPolygon": "geometry-multipolygon",
    "MultiLineString": "geometry-multilinestring",
    "Point": "geometry-point",
    "Geometry": "geometry-any",
}
_ALWAYS: Final = (
    Field("code", "编码", "Code"),
    Field("valid_from", "起", "From", FieldType.DAY),
    Field("valid_until", "止（不含）", "Until (not included)", FieldType.DAY),
)


def link(address: str, rel: str, kind: str = JSON, title: str = "") -> dict[str, str]:
    """Return a link object."""
    found = {"href": address, "rel": rel, "type": kind}
    return found | {"title": title} if title else found


def landing(base: str, description: str) -> dict[str, Any]:
    """Return the landing page; `base` is its address, `description` that of the OpenAPI document."""
    english = language.current() == "en"
    return {
        "title": "gridmap",
        "description": "Grids, buildings and coverage of a county"
        if english
        else "县域网格、楼栋与覆盖",
        "links": [
            link(f"{base}/", "self"),
            link(description, "service-desc", "application/vnd.oai.openapi+json;version=3.0"),
            link(f"{base}/conformance", "conformance"),
            link(f"{base}/collections", "data"),
        ],
    }


def described(
    collection: Collection, base: str, extent: tuple[Row[Any], Row[Any]]
) -> dict[str, Any]:
    """Return what a collection is, with its extent in space and time."""
    box, days = extent
    address = f"{base}/collections/{collection.name}"
    found: dict[str, Any] = {
        "id": collection.name,
        "title": collection.title(language.current()),
        "itemType": "feature",
        "crs": [CRS84],
        "storageCrs": CRS84,
        "links": [
            link(address, "self"),
            link(f"{address}/items", "items", GEOJSON),
            link(
                f"{address}/queryables",
                "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                SCHEMA,
            ),
        ],
        "extent": {"temporal": {"interval": [[_moment(days.first_day), _moment(days.last_day)]]}},
    }
    if box.west is not None:
        corners = [box.west, box.south, box.east, box.north]
        found["extent"]["spatial"] = {"bbox": [corners], "crs": CRS84}
    return found


def _moment(day: date | None) -> str | None:
    return f"{day.isoformat()}T00:00:00+08:00" if day else None


def queryables(collection: Collection, address: str) -> dict[str, Any]:
    """Return the fields of a collection as a JSON schema, with their words."""
    reader = language.current()
    geometry = {
        "title": "几何" if reader != "en" else "Geometry",
        "format": _GEOMETRIES[collection.shape.value],
        "x-ogc-role": "primary-geometry",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "type": "object",
        "title": collection.title(reader),
        "properties": {"geometry": geometry}
        | _described(_ALWAYS[:1], reader)
        | _described(collection.stored, reader),
        "additionalProperties": False,
    }


def _described(fields: Iterable[Field], reader: str) -> dict[str, Any]:
    return {one.name: {"title": one.label(reader), **_TYPES[one.type]} for one in fields}
