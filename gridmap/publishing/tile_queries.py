"""SQL: a collection's features of a day in a tile, as a Mapbox Vector Tile."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from gridmap.publishing.collections import BY_NAME
from gridmap.publishing.fields import Collection, Field, FieldType
from gridmap.publishing.tiling import BUFFER, EXTENT, PLANE_FROM, Tile, shown

_TYPES: Final = {
    FieldType.TEXT: "text",
    FieldType.INTEGER: "integer",
    FieldType.NUMBER: "double precision",
    FieldType.FLAG: "boolean",
    FieldType.DAY: "text",
}
_WORLD_M: Final = 40_075_016.68557849
"""Edge of the Web Mercator square in metres."""
_ID: Final = "CAST(CAST('x' || left(md5(f.code), 13) AS bit(52)) AS bigint)"
"""A feature's number, from its code alone: the same in every tile, in every database; 52 bits are safe in browsers."""

Values = Mapping[str, Mapping[str, Any]]
"""Fields that are counted, of each feature, by its code."""


def tiles(
    session: Session, collection: Collection, block: Sequence[Tile], day: date, values: Values
) -> list[bytes]:
    """Return what lies in some tiles of one zoom on a day as MVT, each in the order of the codes; one statement.

    Features are read once for all of them. Empty bytes where nothing lies; equal features give equal bytes.
    """
    reaches, zoom = [at.reach for at in block], block[0].z
    west, south, east, north = zip(*reaches, strict=True)
    asked: dict[str, Any] = {
        "day": day, "w": min(west), "s": min(south), "e": max(east), "n": max(north),
        "reaches": [[*one] for one in reaches],
        "bounds": [[*at.bounds] for at in block],
    }  # fmt: skip
    if zoom < PLANE_FROM:
        asked |= {
            "places": [[at.z, at.x, at.y] for at in block],
            "unit": _WORLD_M / 2**zoom / EXTENT,
        }
    if collection.computed:
        asked["values"] = json.dumps([{"code": code, **one} for code, one in values.items()])
    found = session.scalars(query(collection.name, plane=zoom >= PLANE_FROM), asked)
    return [bytes(one or b"") for one in found]


@lru_cache
def query(name: str, *, plane: bool) -> TextClause:
    """Return the SQL of a collection's tiles: small ones as a plane of degrees, large ones projected and simplified."""
    collection = BY_NAME[name]
    corners = ", ".join(f"(CAST(:bounds AS float8[]))[t.at][{n}]" for n in range(1, 5))
    edges = ", ".join(f"(CAST(:reaches AS float8[]))[t.at][{n}]" for n in range(1, 5))
    numbers = ", ".join(f"(CAST(:places AS integer[]))[t.at][{n}]" for n in range(1, 4))
    frame = f"CAST(ST_MakeEnvelope({corners}) AS box2d)" if plane else f"ST_TileEnvelope({numbers})"
    shape = "f.geom" if plane else "ST_Simplify(ST_Transform(f.geom, 3857), :unit, true)"
    inside = f" WHERE f.geom && ST_MakeEnvelope({edges}, 4326)" if plane else ""
    names = "".join(f", f.{one.name}" for one in shown(collection))
    return text(f"""
        WITH f AS MATERIALIZED (
            SELECT {shape} AS geom, {_ID} AS id, f.code{_fields(collection)}
            FROM ({collection.sql}) AS f {_counted(collection)}
            WHERE f.valid @> CAST(:day AS date) AND f.geom && ST_MakeEnvelope(:w, :s, :e, :n, 4326)
            ORDER BY f.code COLLATE "C"
        )
        SELECT (
            SELECT ST_AsMVT(m.*, '{name}', {EXTENT}, 'geom', 'id') FILTER (WHERE m.geom IS NOT NULL) FROM (
                SELECT ST_AsMVTGeom(f.geom, {frame}, {EXTENT}, {BUFFER}) AS geom, f.id, f.code{names}
                FROM f{inside} OFFSET 0
            ) AS m
        ) FROM generate_series(1, array_length(CAST(:reaches AS float8[]), 1)) AS t(at) ORDER BY t.at""")  # noqa: S608 - constants and the collection's own names


def _fields(collection: Collection) -> str:
    return "".join(f", {_field(collection, one)}" for one in shown(collection))


def _field(collection: Collection, one: Field) -> str:
    if one.name not in collection.computed:
        return f"f.{one.name}"
    if one.type is FieldType.INTEGER:
        return f"coalesce(n.{one.name}, 0) AS {one.name}"
    return f"n.{one.name}"


def _counted(collection: Collection) -> str:
    if not collection.computed:
        return ""
    kinds = {one.name: _TYPES[one.type] for one in collection.fields}
    columns = ", ".join(f"{name} {kinds[name]}" for name in sorted(collection.computed))
    return (
        f"LEFT JOIN jsonb_to_recordset(CAST(:values AS jsonb)) AS n(code text, {columns})"
        " ON n.code = f.code"
    )
