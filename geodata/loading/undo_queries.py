"""SQL of rolling an import back: what it wrote, and how it was before; what rests on it: `rest_queries`.

Names of tables and columns in these statements are those of our own models, never of a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from gridmap.store.base import Base

Parameters = dict[str, Any]

MADE = (
    "SELECT unnest(w.made) AS span FROM import_written w"
    " WHERE w.import_id = :import AND w.table_name = :table"
)
IS_MADE = f"EXISTS (SELECT FROM ({MADE}) m WHERE t.id >= lower(m.span) AND t.id < upper(m.span))"


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


def remove(session: Session, import_id: int, table: str) -> None:
    """Delete the rows that an import added to a table."""
    session.execute(
        text(f"DELETE FROM {table} t WHERE {IS_MADE}"),  # noqa: S608
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
