"""SQL of rolling an import back: what rests on it, and how it was before.

Names of tables and columns in these statements are those of our own models, never of a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from gridmap.store.base import Base

Parameters = dict[str, Any]

_MADE = (
    "SELECT unnest(w.made) AS span FROM import_written w"
    " WHERE w.import_id = :import AND w.table_name = :table"
)
_IS_MADE = f"EXISTS (SELECT FROM ({_MADE}) m WHERE t.id >= lower(m.span) AND t.id < upper(m.span))"

_CODED = (
    ("place_name", "entity_code", {"area": "community", "compound": "compound", "building": "building"}),
    ("address", "target_code", {"compound": "compound", "building": "building"}),
)  # fmt: skip
"""Tables that name an identity by its code: column of the code, and the kind by identity table."""
_KIND = {"place_name": "entity_kind", "address": "target_kind"}


def written_tables(session: Session, import_id: int) -> list[str]:
    """Return the tables that an import added rows to, the last written first."""
    rows = session.execute(
        text(
            "SELECT table_name, max(id) AS last FROM import_written WHERE import_id = :import"
            " GROUP BY table_name ORDER BY last DESC"
        ),
        {"import": import_id},
    )
    return [name for name, _ in rows]


def table_of(name: str) -> Table:
    """Return a table of our models by its name."""
    return Base.metadata.tables[name]


def is_dated(name: str) -> bool:
    """Tell whether a table's rows have days."""
    return "valid" in table_of(name).columns


def lost_or_changed(session: Session, import_id: int, table: str) -> int:
    """Count the added rows that are no longer as they were written."""
    spans = (
        " OR CASE WHEN b.id IS NULL THEN NOT upper_inf(t.valid)"
        " ELSE b.before ->> 'valid' <> t.valid::text END"
        if is_dated(table)
        else ""
    )
    decided = " OR t.decided_by_id IS NOT NULL" if table == "place_name" else ""
    counted = session.scalar(
        text(
            f"SELECT count(*) FROM ({_MADE}) m"  # noqa: S608
            " CROSS JOIN LATERAL generate_series(lower(m.span), upper(m.span) - 1) AS made(id)"
            f" LEFT JOIN {table} t ON t.id = made.id"
            " LEFT JOIN import_before b ON b.import_id = :import AND b.table_name = :table"
            " AND b.row_id = made.id AND b.change = 'bounded'"
            f" WHERE t.id IS NULL{spans}{decided}"
        ),
        {"import": import_id, "table": table},
    )
    return int(counted or 0)


def ended_since(session: Session, import_id: int, table: str, day: date) -> int:
    """Count the rows that the import ended on its day and that are no longer so."""
    counted = session.scalar(
        text(
            f"SELECT count(*) FROM import_before b LEFT JOIN {table} t ON t.id = b.row_id"  # noqa: S608
            " WHERE b.import_id = :import AND b.table_name = :table AND b.change = 'altered'"
            " AND b.before ? 'valid' AND (t.id IS NULL OR upper(t.valid) IS DISTINCT FROM :day)"
        ),
        {"import": import_id, "table": table, "day": day},
    )
    return int(counted or 0)


def referring(session: Session, import_id: int, table: str) -> list[tuple[str, int]]:
    """Count the rows of other tables that refer to added rows of a table, without those it added itself."""
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
    found: dict[str, int] = {}
    for other, column, numbered in keys.all():
        count = _referring(session, import_id, (other, column, numbered), table)
        found[other] = found.get(other, 0) + count
    return [(name, count) for name, count in found.items() if count]


def _referring(session: Session, import_id: int, key: tuple[str, str, bool], table: str) -> int:
    other, column, numbered = key
    own = f" AND NOT {_IS_MADE.replace(':table', ':own').replace('t.id', 'o.id')}"
    counted = session.scalar(
        text(
            f"SELECT count(*) FROM {other} o JOIN ({_MADE}) m"  # noqa: S608
            f" ON o.{column} >= lower(m.span) AND o.{column} < upper(m.span)"
            f" WHERE true{own if numbered else ''}"
        ),
        {"import": import_id, "table": table, "own": other},
    )
    return int(counted or 0)


def coded(session: Session, import_id: int, table: str) -> list[tuple[str, int]]:
    """Count the names and addresses of added identities, without those it added itself."""
    found = []
    for other, column, kinds in _CODED:
        if table not in kinds:
            continue
        made = _IS_MADE.replace(":table", ":own").replace("t.id", "o.id")
        count = session.scalar(
            text(
                f"SELECT count(*) FROM {other} o JOIN {table} t ON t.code = o.{column}"  # noqa: S608
                f" WHERE o.{_KIND[other]} = :kind AND {_IS_MADE} AND NOT {made}"
            ),
            {"import": import_id, "table": table, "own": other, "kind": kinds[table]},
        )
        if count:
            found.append((other, int(count)))
    return found


def remove(session: Session, import_id: int, table: str) -> None:
    """Delete the rows that an import added to a table."""
    session.execute(
        text(f"DELETE FROM {table} t WHERE {_IS_MADE}"),  # noqa: S608
        {"import": import_id, "table": table},
    )


def changed_tables(session: Session, import_id: int) -> list[str]:
    """Return the tables in which an import changed or deleted rows; settings stand apart."""
    rows = session.scalars(
        text(
            "SELECT DISTINCT table_name FROM import_before WHERE import_id = :import"
            " AND change <> 'bounded' AND table_name <> 'setting' ORDER BY table_name"
        ),
        {"import": import_id},
    )
    return list(rows)


def put_back(session: Session, import_id: int, table: str) -> None:
    """Give changed rows their columns back, and deleted rows to their table."""
    known: Parameters = {"import": import_id, "table": table}
    for columns in _altered_columns(session, known):
        values = ", ".join(
            f"{name} = (jsonb_populate_record(t, b.before)).{name}" for name in columns
        )
        session.execute(
            text(
                f"UPDATE {table} t SET {values} FROM import_before b"  # noqa: S608
                " WHERE b.import_id = :import AND b.table_name = :table AND b.change = 'altered'"
                " AND b.row_id = t.id AND ARRAY(SELECT jsonb_object_keys(b.before) ORDER BY 1) = :columns"
            ),
            known | {"columns": list(columns)},
        )
    session.execute(
        text(
            f"INSERT INTO {table} OVERRIDING SYSTEM VALUE"  # noqa: S608
            f" SELECT (jsonb_populate_record(NULL::{table}, b.before)).* FROM import_before b"
            " WHERE b.import_id = :import AND b.table_name = :table AND b.change = 'replaced'"
        ),
        known,
    )


def _altered_columns(session: Session, known: Parameters) -> Sequence[Sequence[str]]:
    return session.scalars(
        text(
            "SELECT DISTINCT ARRAY(SELECT jsonb_object_keys(before) ORDER BY 1) FROM import_before"
            " WHERE import_id = :import AND table_name = :table AND change = 'altered'"
        ),
        known,
    ).all()


def settings_before(session: Session, import_id: int) -> list[tuple[str, Any]]:
    """Return key and earlier value of every setting that an import changed, the last first."""
    rows = session.execute(
        text(
            "SELECT before ->> 'key', before -> 'value' FROM import_before"
            " WHERE import_id = :import AND table_name = 'setting' ORDER BY id DESC"
        ),
        {"import": import_id},
    )
    return [(key, value) for key, value in rows]
