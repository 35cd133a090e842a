"""A county many times over: shifted copies of all that the map draws, made in SQL.

Grids are cut in strips first, so that their number grows faster than that of the buildings. What only keeps
the ledger right (foreign keys, exclusions) is left out, and indexes are built at the end: a copy is not
written as a county is.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

STEP: Final = (3 * 360 / 2**13, 0.135)
"""Degrees from a copy to the next: three tiles of zoom 13, so that the copies of a row look alike in their tiles."""
COLUMNS: Final = 32
_TABLES: Final = (
    "area", "area_version", "grid", "grid_version", "compound", "compound_version", "building",
    "building_version", "grid_building",
)  # fmt: skip
_SHAPES: Final = frozenset({"boundary", "footprint", "spot"})
_STRIPS: Final = (
    """
    CREATE TEMP TABLE strip AS
    SELECT v.id, v.grid_id, v.name, v.valid, g.code, g.community_id, q, part.shape
    FROM grid_version v JOIN grid g ON g.id = v.grid_id, generate_series(0, :parts - 1) AS q,
    LATERAL (SELECT ST_XMin(v.boundary) AS w, (ST_XMax(v.boundary) - ST_XMin(v.boundary)) / :parts AS wide) AS e,
    LATERAL (SELECT ST_Multi(ST_CollectionExtract(ST_Intersection(v.boundary, ST_MakeEnvelope(
        e.w + q * e.wide, ST_YMin(v.boundary), e.w + (q + 1) * e.wide, ST_YMax(v.boundary), 4326)), 3)) AS shape
    ) AS part WHERE NOT ST_IsEmpty(part.shape)""",
    """
    INSERT INTO grid (code, community_id)
    SELECT DISTINCT '8' || q || right(code, 13), community_id FROM strip WHERE q > 0""",
    """
    INSERT INTO grid_version (grid_id, name, boundary, valid)
    SELECT g.id, s.name || s.q, s.shape, s.valid
    FROM strip s JOIN grid g ON g.code = '8' || s.q || right(s.code, 13) WHERE s.q > 0""",
    "UPDATE grid_version v SET boundary = s.shape FROM strip s WHERE s.id = v.id AND s.q = 0",
    """
    UPDATE grid_building m SET grid_id = g.id
    FROM strip s JOIN grid g ON g.code = '8' || s.q || right(s.code, 13), building_version b
    WHERE s.q > 0 AND m.grid_id = s.grid_id AND s.valid @> current_date AND b.building_id = m.building_id
      AND b.valid @> current_date AND ST_Intersects(s.shape, b.spot)""",
)
_CODES: Final = {
    "area": "CAST(500000000000 + k * 1000 + dense_rank() OVER (PARTITION BY k ORDER BY t.id) AS text)",
    "grid": "CAST(500000000000000 + k * 10000 + dense_rank() OVER (PARTITION BY k ORDER BY t.id) AS text)",
    "compound": "t.code || '~' || k",
    "building": "t.code || '~' || k",
}


def cut_grids(session: Session, parts: int) -> None:
    """Cut every grid in strips from west to east; buildings go with the strip that they stand in."""
    for statement in _STRIPS:
        session.execute(text(statement), {"parts": parts})


def multiply(session: Session, copies: int) -> None:
    """Make the county stand so many times, in rows of `COLUMNS`; nothing may be written there afterwards."""
    session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
    kept = session.execute(
        text(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(:tables)"
            " AND indexname LIKE 'ix%'"
        ),
        {"tables": list(_TABLES)},
    ).all()
    for name, _ in kept:
        session.execute(text(f"DROP INDEX {name}"))
    strides = {
        table: session.scalar(text(f"SELECT max(id) + 1 FROM {table}"))  # noqa: S608
        for table in _TABLES
    }
    for table in _TABLES:
        _copy(session, table, strides, copies)
    for _, definition in kept:
        session.execute(text(definition))
    for table, owner in (("building_version", "building_id"), ("grid_building", "building_id")):
        session.execute(text(f"CREATE INDEX ON {table} ({owner})"))


def _copy(session: Session, table: str, strides: dict[str, int], copies: int) -> None:
    if table.endswith("_version") or table == "grid_building":
        session.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT ex_{table}"))
    columns = session.scalars(
        text(
            "SELECT column_name FROM information_schema.columns WHERE table_name = :table"
            " AND table_schema = 'public' ORDER BY ordinal_position"
        ),
        {"table": table},
    ).all()
    values = ", ".join(_value(table, column, strides) for column in columns)
    county = {
        "area": " WHERE t.kind <> 'county'",
        "area_version": " WHERE t.area_id <> (SELECT id FROM area WHERE kind = 'county')",
    }
    session.execute(
        text(
            f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608
            f" SELECT {values} FROM generate_series(1, :last) AS k, {table} AS t{county.get(table, '')}"
        ),
        {"last": copies - 1},
    )


def _value(table: str, column: str, strides: dict[str, int]) -> str:
    if column in _SHAPES:
        east, north = STEP
        return f"ST_Translate(t.{column}, (k % {COLUMNS}) * {east}, (k / {COLUMNS}) * {north})"
    if column == "code":
        return _CODES[table]
    if column == "parent_id":
        county = "(SELECT id FROM area WHERE kind = 'county')"
        return f"CASE WHEN t.parent_id = {county} THEN t.parent_id ELSE t.parent_id + k * {strides['area']} END"
    of = table if column == "id" else column.removesuffix("_id").replace("community", "area")
    if column == "id" or column.endswith("_id"):
        return f"t.{column} + k * {strides[of]}"
    return f"t.{column}"
