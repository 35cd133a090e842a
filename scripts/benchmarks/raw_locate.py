"""The peer of scripts/bench locate: one prepared SQL statement behind a bare WSGI application.

It answers the smaller part of what `GET /api/v1/locate` answers on a plain point, to the peer's advantage: grid,
building, compound with its company, and areas, as one JSON document that PostgreSQL makes; no party tree and
no people.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from threading import local
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import psycopg

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_QUESTION: Final = """
WITH spot AS (SELECT ST_SetSRID(ST_MakePoint({lon}, {lat}), 4326) AS p),
g AS (
    SELECT g.id, g.code, g.community_id, v.name FROM spot
    JOIN grid_version v ON v.valid @> current_date AND ST_Intersects(v.boundary, spot.p)
    JOIN grid g ON g.id = v.grid_id ORDER BY g.code LIMIT 1
),
b AS (
    SELECT b.id, b.code, v.number, v.zone, v.name, v.address, v.kind, v.floors, v.units, v.households,
           v.residents, v.compound_id, ST_X(v.spot) AS lon, ST_Y(v.spot) AS lat,
           ST_Distance(v.footprint, spot.p) AS away
    FROM spot
    JOIN building_version v ON v.valid @> current_date
     AND v.footprint && ST_Expand(spot.p, 0.0003) AND ST_DWithin(v.footprint, spot.p, 0.0003)
    JOIN building b ON b.id = v.building_id ORDER BY away, ST_Area(v.footprint) LIMIT 1
),
up AS (
    SELECT a.id, a.kind, a.code, v.name FROM g
    JOIN area c ON c.id = g.community_id JOIN area t ON t.id = c.parent_id
    JOIN area a ON a.id IN (c.id, t.id, t.parent_id)
    JOIN area_version v ON v.area_id = a.id AND v.valid @> current_date
)
SELECT jsonb_build_object(
    'grid', (SELECT to_jsonb(g) FROM g), 'building', (SELECT to_jsonb(b) FROM b),
    'areas', (SELECT jsonb_agg(to_jsonb(up)) FROM up),
    'compound', (
        SELECT jsonb_build_object('code', c.code, 'name', v.name, 'company', pc.name, 'phone', pc.phone)
        FROM b JOIN compound c ON c.id = b.compound_id
        JOIN compound_version v ON v.compound_id = c.id AND v.valid @> current_date
        LEFT JOIN property_contract k ON k.compound_id = c.id AND k.valid @> current_date
        LEFT JOIN property_company pc ON pc.id = k.company_id
    )
)::text
"""
FUNCTION: Final = f"""
CREATE SCHEMA IF NOT EXISTS postgisftw;
CREATE OR REPLACE FUNCTION postgisftw.bench_locate(lon float8, lat float8) RETURNS TABLE (found text)
LANGUAGE sql STABLE AS $$ {_QUESTION.format(lon="lon", lat="lat")} $$
"""
"""The same for pg_featureserv, which publishes functions of this schema."""
_ASKED: Final = _QUESTION.format(lon="CAST(%s AS float8)", lat="CAST(%s AS float8)")
_HELD = local()


def _connection() -> psycopg.Connection[Any]:
    if not hasattr(_HELD, "connection"):
        url = os.environ["DATABASE_URL"].replace("+psycopg", "")
        _HELD.connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)
    connection: psycopg.Connection[Any] = _HELD.connection
    return connection


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer a point."""
    asked = parse_qs(environ["QUERY_STRING"])
    row = _connection().execute(_ASKED, (float(asked["lon"][0]), float(asked["lat"][0]))).fetchone()
    body = str(row[0]).encode() if row else b"{}"
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return (body,)
