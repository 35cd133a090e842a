"""The same resources for people: pages that say what the JSON says (conformance class HTML of OGC 17-069r4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Response, render_template, request, url_for

from gridmap.publishing.collections import BY_NAME
from gridmap.publishing.feature_queries import Wanted
from gridmap.publishing.fields import Access, Collection, Field, FieldType
from gridmap.publishing.systems import CRS84
from web import errors, language
from web.ogc.query import KNOWN, ItemsQuery
from web.pages import docs
from web.pages.county_map import map_of

MOST_ROWS: Final = 1000
"""On a page of features; more have a link to the next."""


def wanted() -> bool:
    """Tell whether this request is a person's: `f=html`, or a browser's Accept."""
    return errors.asks_for_html()


def landing(document: Mapping[str, Any], listed: Iterable[Mapping[str, Any]]) -> Response:
    """Return the landing page with the collections on it."""
    return _page("ogc.html", document=document, rows=[_row(one) for one in listed])


def collections(listed: Iterable[Mapping[str, Any]]) -> Response:
    """Return the list of the collections."""
    return _page("ogc.html", document=None, rows=[_row(one) for one in listed])


def collection(found: Collection, document: Mapping[str, Any]) -> Response:
    """Return what a collection is, with its fields."""
    reader = language.current()
    fields = [
        {"name": one.name, "label": one.label(reader), "type": one.type.label(reader)}
        for one in _columns(found)
    ]
    return _page("ogc_collection.html", collection=_row(document), fields=fields)


def queryables(found: Collection, document: Mapping[str, Any]) -> Response:
    """Return by which fields a collection's items can be asked for."""
    fields = [
        {"name": name, "label": one["title"], "type": one.get("type", one.get("format", ""))}
        for name, one in document["properties"].items()
    ]
    return _page("ogc_collection.html", collection=_named(found), fields=fields)


def conformance(classes: Iterable[str]) -> Response:
    """Return the conformance classes as a list."""
    return _page("ogc_conformance.html", classes=list(classes))


def definition(document: dict[str, Any]) -> Response:
    """Return the API definition as a page of documentation."""
    begin = urlsplit(document["servers"][0]["url"]).path
    operations = [{**one, "path": begin + one["path"]} for one in docs.operations(document)]
    return _page("docs.html", operations=operations, info=document["info"])


def bounded(asked: ItemsQuery) -> ItemsQuery:
    """Return a query with no more rows than people read on a page."""
    limit = min(asked.wanted.limit or MOST_ROWS, MOST_ROWS)
    return ItemsQuery(replace(asked.wanted, limit=limit, system=CRS84), asked.given)


def items(found: Collection, document: Mapping[str, Any], wanted: Wanted) -> Response:
    """Return a page of features as a table beside the map.

    Args:
        found: their collection.
        document: the feature collection, as JSON has it.
        wanted: what was asked for; see `bounded`.
    """
    reader, columns, day = language.current(), _columns(found), wanted.day
    rows = [
        {"code": one["id"], "cells": [_cell(one["properties"].get(f.name), f) for f in columns]}
        for one in document["features"]
    ]
    asked = [
        (one.label(reader), request.args[one.name])
        for one in columns
        if one.name in request.args and one.name not in KNOWN
    ]
    return _page(
        "ogc_items.html",
        collection=_named(found),
        columns=[one.label(reader) for one in columns],
        rows=rows,
        matched=document["numberMatched"],
        following=next((one["href"] for one in document["links"] if one["rel"] == "next"), None),
        first="after" not in request.args,
        day=day,
        asked=asked,
        shapes=_here(f="json", crs=None, limit=wanted.limit),
        **map_of(day),
    )


def item(found: Collection, document: Mapping[str, Any], code: str, day: date) -> Response:
    """Return one feature with its place, as it was on a day."""
    reader, values = language.current(), document["properties"]
    return _page(
        "ogc_item.html",
        collection=_named(found),
        code=code,
        name=values.get("name"),
        rows=[(one.label(reader), _cell(values.get(one.name), one)) for one in _columns(found)],
        day=day,
        shapes=_here(f="json", crs=None),
        **map_of(day),
    )


def _here(**changed: object) -> str:
    """Return this address with other parameters."""
    asked = {**(request.view_args or {}), **request.args.to_dict(), **changed}
    return url_for(request.endpoint or "", **asked)


def _page(template: str, **parts: object) -> Response:
    """Return a page; caches tell it from the JSON by what is asked for."""
    response = Response(render_template(template, as_json=_here(f="json"), **parts))
    response.headers["Cache-Control"] = "no-store"
    return response


def _columns(found: Collection) -> tuple[Field, ...]:
    return found.columns


def _named(found: Collection) -> dict[str, str]:
    return {"name": found.name, "title": found.title(language.current())}


def _row(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a collection as its JSON describes it, for a list."""
    begin, _end = document["extent"]["temporal"]["interval"][0]
    found = BY_NAME[document["id"]]
    return _named(found) | {
        "shape": found.shape.label(language.current()),
        "first": (begin or "")[:10],
        "signed_in": found.access is not Access.PUBLIC,
    }


def _cell(value: object, field: Field) -> str:
    if value is None:
        return "—"
    if field.type is FieldType.FLAG:
        return "✓" if value else "✗"
    return str(value)
