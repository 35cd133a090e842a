"""The documents of OGC API - Features: landing page, conformance, collections, queryables."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from gridmap.publishing.fields import CODE, Collection, Field
from gridmap.publishing.systems import STORED
from web import language
from web.ogc import parameters, query
from web.ogc.definition import GEOJSON, HTML, JSON, OPENAPI, SCHEMA

CONFORMS_TO: Final = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)
_GEOMETRIES: Final = {
    "MultiPolygon": "geometry-multipolygon",
    "MultiLineString": "geometry-multilinestring",
    "Point": "geometry-point",
    "Geometry": "geometry-any",
}


def link(address: str, rel: str, kind: str = JSON, title: str = "") -> dict[str, str]:
    """Return a link object."""
    found = {"href": address, "rel": rel, "type": kind}
    return found | {"title": title} if title else found


def page(address: str) -> dict[str, str]:
    """Return the link to the same for people."""
    return link(f"{address}{'&' if '?' in address else '?'}f=html", "alternate", HTML)


def landing(base: str, pages: str) -> dict[str, Any]:
    """Return the landing page; `base` is its address, `pages` that of the documentation for people."""
    english = language.current() == "en"
    return {
        "title": "gridmap",
        "description": "Grids, buildings and coverage of a county"
        if english
        else "县域网格、楼栋与覆盖",
        "links": [
            link(f"{base}/", "self"),
            page(f"{base}/"),
            link(f"{base}/api", "service-desc", OPENAPI),
            link(pages, "service-doc", HTML),
            link(f"{base}/conformance", "conformance"),
            link(f"{base}/collections", "data"),
        ],
    }


def described(
    collection: Collection, base: str, extent: tuple[Row[Any], Row[Any]], known: Iterable[str]
) -> dict[str, Any]:
    """Return what a collection is, with its extent in space and time; `known` are the systems it comes in."""
    box, days = extent
    address = f"{base}/collections/{collection.name}"
    found: dict[str, Any] = {
        "id": collection.name,
        "title": collection.title(language.current()),
        "itemType": "feature",
        "crs": [*known],
        "storageCrs": STORED,
        "links": [
            link(address, "self"),
            page(address),
            link(f"{address}/items", "items", GEOJSON),
            link(f"{address}/items?f=html", "items", HTML),
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
        found["extent"]["spatial"] = {"bbox": [corners], "crs": STORED}
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
        | _described((CODE, *collection.stored), query.filters(collection), reader),
        "additionalProperties": False,
    }


def _described(fields: Iterable[Field], known: Container[str], reader: str) -> dict[str, Any]:
    return {
        one.name: {"title": one.label(reader), **parameters.TYPES[one.type]}
        for one in fields
        if one.name in known
    }
