"""SQL of what rests on an import: rows that changed since, that refer to what it wrote, that stand in its place.

Names of tables and columns in these statements are those of our own models, never of a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from geodata.loading.undo_queries import IS_MADE, MADE, Parameters, is_dated

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "area_version": ("area_id",),
    "grid_version": ("grid_id",),
    "compound_version": ("compound_id",),
    "building_version": ("building_id",),
    "grid_building": ("building_id",),
    "road": ("code",),
    "water": ("code",),
    "place": ("code",),
    "place_name": ("entity_kind", "entity_code", "text"),
}
"""Whose row it is, by dated table: two of one key never hold on one day."""

_BY_CODE: Final = (
    ("place_name", "entity_code", "o.state <> 'rejected' AND o.entity_kind = 'community'", "area", "code"),
    ("place_name", "entity_code", "o.state <> 'rejected' AND o.entity_kind = 'compound'", "compound", "code"),
    ("place_name", "entity_code", "o.state <> 'rejected' AND o.entity_kind = 'building'", "building", "code"),
    ("place_name", "entity_code", "o.state <> 'rejected' AND o.entity_kind = 'road'", "road", "name"),
    ("place_name", "entity_code", "o.state <> 'rejected' AND o.entity_kind = 'poi'", "place", "code"),
    ("address", "target_code", "o.state <> 'rejected' AND o.target_kind = 'compound'", "compound", "code"),
    ("address", "target_code", "o.state <> 'rejected' AND o.target_kind = 'building'", "building", "code"),
    ("road_grid", "road_code", "true", "road", "code"),
)  # fmt: skip
"""Tables that name something by its code: column, which of their rows, table of the code, its column there."""


@dataclass(frozen=True, slots=True)
class Found:
    """Rows that stand in the way.

    Attributes:
        table: where they stand.
        count: how many.
        imports: numbers of the later imports that wrote them or changed them.
    """

    table: str
    count: int
    imports: tuple[int, ...] = ()


def lost_or_changed(session: Session, import_id: int, table: str) -> Found:
    """Find the added rows that are no longer as they were written."""
    spans = (
        " OR CASE WHEN b.id IS NULL THEN NOT upper_inf(t.valid)"
        " ELSE b.before ->> 'valid' <> t.valid::text END"
        if is_dated(table)
        else ""
    )
    decided = " OR t.decided_by_id IS NOT NULL" if table == "place_name" else ""
    return _changed(
        session,
        f"SELECT made.id FROM ({MADE}) m"  # noqa: S608
        " CROSS JOIN LATERAL generate_series(lower(m.span), upper(m.span) - 1) AS made(id)"
        f" LEFT JOIN {table} t ON t.id = made.id"
        " LEFT JOIN import_before b ON b.import_id = :import AND b.table_name = :table"
        " AND b.row_id = made.id AND b.change = 'bounded'"
        f" WHERE t.id IS NULL{spans}{decided}",
        {"import": import_id, "table": table},
    )


def changed_again(session: Session, import_id: int, table: str, day: date) -> Found:
    """Find the rows that the import ended on its day, or settled, and that are no longer so."""
    ended = "b.before ? 'valid' AND (t.id IS NULL OR upper(t.valid) IS DISTINCT FROM :day)"
    settled = " OR b.before ? 'state' AND (t.id IS NULL OR t.decided_by_id IS NOT NULL)"
    return _changed(
        session,
        f"SELECT b.row_id AS id FROM import_before b LEFT JOIN {table} t ON t.id = b.row_id"  # noqa: S608
        " WHERE b.import_id = :import AND b.table_name = :table AND b.change = 'altered'"
        f" AND ({ended}{settled if table == 'place_name' else ''})",
        {"import": import_id, "table": table, "day": day},
    )


def in_its_place(session: Session, import_id: int, table: str) -> Found:
    """Find the rows that now hold on days that a row ended, replaced or removed by the import would get back."""
    keys = KEYS[table]
    given = " AND ".join(f"t.{key} = {_read(key)}" for key in keys)
    own = " AND ".join(f"t.{key} = s.{key}" for key in keys)
    restored = "(b.before ->> 'valid')::daterange"
    others = (
        f" WHERE b.import_id = :import AND b.table_name = :table AND NOT {IS_MADE}"
        " AND NOT EXISTS (SELECT FROM import_before a WHERE a.import_id = :import"
        " AND a.table_name = :table AND a.row_id = t.id AND a.change = 'altered' AND a.before ? 'valid')"
    )
    return _written(
        session,
        f"SELECT t.id FROM import_before b JOIN {table} s ON s.id = b.row_id"  # noqa: S608
        f" JOIN {table} t ON {own} AND t.id <> s.id AND t.valid && {restored}{others}"
        " AND b.change = 'altered' AND b.before ? 'valid'"
        f" UNION SELECT t.id FROM import_before b JOIN {table} t ON {given} AND t.valid && {restored}{others}"
        " AND b.change = 'replaced'",
        {"import": import_id, "table": table},
        table,
    )


def _read(key: str) -> str:
    return f"(b.before ->> '{key}')" + ("::int" if key.endswith("_id") else "")


def referring(session: Session, import_id: int, table: str) -> list[Found]:
    """Find the rows of other tables that refer to added rows of a table, without those it added itself."""
    keys = session.execute(
        text(
            "SELECT c.conrelid::regclass::text, a.attname, EXISTS (SELECT FROM pg_attribute i"
            " WHERE i.attrelid = c.conrelid AND i.attname = 'id' AND NOT i.attisdropped)"
            " FROM pg_constraint c JOIN pg_attribute a"
            " ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
            " WHERE c.contype = 'f' AND c.confrelid = to_regclass(:table) ORDER BY 1, 2"
        ),
        {"table": table},
    )
    found = []
    for other, column, numbered in keys.all():
        own = f" AND NOT {IS_MADE.replace(':table', ':own').replace('t.id', 'o.id')}"
        query = (
            f"SELECT {'o.id' if numbered else '0'} AS id FROM {other} o JOIN ({MADE}) m"  # noqa: S608
            f" ON o.{column} >= lower(m.span) AND o.{column} < upper(m.span)"
            f" WHERE true{own if numbered else ''}"
        )
        found.append(
            _written(session, query, {"import": import_id, "table": table, "own": other}, other)
        )
    return found


def coded(session: Session, import_id: int, table: str) -> list[Found]:
    """Find the rows that name by its code what would be gone, without those that the import added itself."""
    found = []
    for other, column, which, own, key in _BY_CODE:
        if own != table:
            continue
        mine = IS_MADE.replace(":table", ":own").replace("t.id", "o.id")
        same = f"SELECT FROM {table} t WHERE t.{key} = o.{column}"
        query = (
            f"SELECT o.id FROM {other} o WHERE {which} AND NOT {mine}"  # noqa: S608
            f" AND EXISTS ({same} AND {IS_MADE}) AND NOT EXISTS ({same} AND NOT {IS_MADE})"
            " AND NOT EXISTS (SELECT FROM import_before b WHERE b.import_id = :import"
            f" AND b.table_name = :table AND b.change = 'replaced' AND b.before ->> '{key}' = o.{column})"
        )
        known = {"import": import_id, "table": table, "own": other}
        found.append(_written(session, query, known, other))
    return found


def set_again(session: Session, import_id: int, keys: list[str]) -> tuple[int, ...]:
    """Return the later imports that changed one of these settings, too, and were not rolled back."""
    return tuple(
        session.scalars(
            text(
                "SELECT DISTINCT b.import_id FROM import_before b"
                " JOIN import_record r ON r.id = b.import_id AND r.undone_at IS NULL"
                " WHERE b.import_id > :import AND b.table_name = 'setting' AND b.before ->> 'key' = ANY(:keys)"
                " ORDER BY 1"
            ),
            {"import": import_id, "keys": keys},
        )
    )


def other_users(session: Session, import_id: int, key: str) -> int:
    """Count the other imports that rest on a setting and were not rolled back."""
    counted = session.scalar(
        text(
            "SELECT count(DISTINCT b.import_id) FROM import_before b"
            " JOIN import_record r ON r.id = b.import_id AND r.undone_at IS NULL"
            " WHERE b.import_id <> :import AND b.table_name = 'setting' AND b.before ->> 'key' = :key"
        ),
        {"import": import_id, "key": key},
    )
    return int(counted or 0)


def named_first(session: Session, import_id: int, key: str, words: str) -> list[str | None]:
    """Return a setting as it was when an import, this one or an earlier one, put words into it.

    Returns:
        One value, None where there was no setting; or nothing where no import put them there.
    """
    return list(
        session.scalars(
            text(
                "SELECT before -> 'value' FROM import_before WHERE table_name = 'setting'"
                " AND import_id <= :import AND before ->> 'key' = :key"
                " AND position(:words IN coalesce(before ->> 'value', '')) = 0 ORDER BY id DESC LIMIT 1"
            ),
            {"import": import_id, "key": key, "words": words},
        )
    )


def _written(session: Session, query: str, known: Parameters, table: str) -> Found:
    """Count rows, and name the imports that wrote them."""
    if table not in KEYS and table not in {"area", "grid", "compound", "building"}:
        count = session.scalar(text(f"SELECT count(*) FROM ({query}) found"), known)  # noqa: S608
        return Found(table, int(count or 0))
    row = _counted(
        session, query, "import_written", "w.made @> f.id", known | {"where": table, "after": -1}
    )
    return Found(table, row[0], tuple(row[1]))


def _changed(session: Session, query: str, known: Parameters) -> Found:
    """Count rows, and name the later imports that changed them."""
    row = _counted(
        session,
        query,
        "import_before",
        "w.row_id = f.id AND w.change <> 'bounded'",
        known | {"where": known["table"], "after": known["import"]},
    )
    return Found(known["table"], row[0], tuple(row[1]))


def _counted(session: Session, query: str, log: str, match: str, known: Parameters) -> Any:  # noqa: ANN401 - a row
    return session.execute(
        text(
            f"WITH found AS ({query}) SELECT (SELECT count(*) FROM found) AS n,"  # noqa: S608
            f" ARRAY(SELECT DISTINCT w.import_id FROM {log} w"
            " JOIN import_record r ON r.id = w.import_id AND r.undone_at IS NULL"
            " WHERE w.table_name = :where AND w.import_id <> :import AND w.import_id > :after"
            f" AND EXISTS (SELECT FROM found f WHERE {match}) ORDER BY 1) AS imports"
        ),
        known,
    ).one()
