"""SQL: the tables of the whole database, their columns and order, and their rows as they come and go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

LEFT_OUT: Final = frozenset(
    {
        "alembic_version", "spatial_ref_sys", "revision", "ledger_change", "call_counter",
        "sign_in", "sign_in_trial", "recovery_code", "second_factor",
        "api_key", "api_filing", "webhook", "webhook_event", "webhook_delivery",
        "channel_setting", "robot", "delivery", "checkin_challenge",
    }
)  # fmt: skip
"""Tables that stay: what the server counts, sessions, secrets, and mails that a copy must not send again."""
SECRETS: Final = {
    ("account", "password_hash"): "'!'",
    ("volunteer", "key_sha256"): "NULL",
    ("activity", "secret"): "replace(concat(gen_random_uuid(), gen_random_uuid()), '-', '')",
}
"""Columns that leave with another value: nobody signs in with a copy's password until one is set, a volunteer
comes back by code and phone, and the codes on an organiser's screen are others."""
_PLAIN: Final = frozenset(
    {"smallint", "integer", "bigint", "boolean", "double precision", "real", "text", "bytea"}
)
ROWS_AT_ONCE: Final = 2_000
AUDIT: Final = "audit_entry"
_FOUNDING: Final = "calendar_changed"
"""The one action that founding a database puts on record; nobody's account has done it."""

_COLUMNS: Final = text("""
SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       a.attnum = ANY(coalesce(p.conkey, '{}')) AND cardinality(p.conkey) = 1 AS is_key
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
LEFT JOIN pg_constraint p ON p.conrelid = c.oid AND p.contype = 'p'
WHERE c.relkind = 'r' AND c.relname NOT LIKE 'procrastinate%'
ORDER BY c.relname, a.attnum
""")

_REFERENCES: Final = text("""
SELECT DISTINCT conrelid::regclass::text AS table, confrelid::regclass::text AS other
FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid
""")

_SEQUENCES: Final = text("""
SELECT c.relname AS table, a.attname AS name, pg_get_serial_sequence(c.relname, a.attname) AS sequence
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'r' AND pg_get_serial_sequence(c.relname, a.attname) IS NOT NULL
""")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type as PostgreSQL writes it, whether it alone is the key."""

    name: str
    type: str
    is_key: bool

    @property
    def is_geometry(self) -> bool:
        """Tell whether it holds a geometry."""
        return self.type.startswith("geometry")

    @property
    def is_plain(self) -> bool:
        """Tell whether a file can hold its values as they are; others go as PostgreSQL writes them."""
        plain = self.type in _PLAIN or self.type.startswith("character varying")
        return plain and not self.type.endswith("[]")


@dataclass(frozen=True, slots=True)
class Ledger:
    """A table of the database with its columns."""

    name: str
    columns: tuple[Column, ...]


def ledgers(session: Session) -> list[Ledger]:
    """Return all tables that leave, those that others refer to first; two statements."""
    found: dict[str, list[Column]] = {}
    for row in session.execute(_COLUMNS):
        if row.table not in LEFT_OUT:
            found.setdefault(row.table, []).append(Column(row.name, row.type, bool(row.is_key)))
    needs: dict[str, set[str]] = {name: set() for name in found}
    for row in session.execute(_REFERENCES):
        if row.table in found and row.other in found:
            needs[row.table].add(row.other)
    return [Ledger(name, tuple(found[name])) for name in _ordered(needs)]


def _ordered(needs: dict[str, set[str]]) -> Iterator[str]:
    done: set[str] = set()
    while len(done) < len(needs):
        ready = sorted(
            name for name, others in needs.items() if name not in done and others <= done
        )
        if not ready:
            raise ValueError(f"tables refer to each other in a ring: {sorted(set(needs) - done)}")
        done.update(ready)
        yield from ready


def count(session: Session, table: Ledger) -> int:
    """Return how many rows a table has."""
    return session.scalar(text(f'SELECT count(*) FROM "{table.name}"')) or 0  # noqa: S608 - of the catalogue


def rows(session: Session, table: Ledger) -> Iterator[Sequence[Any]]:
    """Yield the rows of a table; geometries as WKB, what a file cannot hold as text."""
    columns = ", ".join(_leaving(table.name, column) for column in table.columns)
    query = text(f'SELECT {columns} FROM "{table.name}" ORDER BY 1')  # noqa: S608 - of the catalogue
    with session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)) as found:
        for row in found:
            yield tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


def _leaving(table: str, column: Column) -> str:
    if (table, column.name) in SECRETS:
        return SECRETS[table, column.name]
    if column.is_geometry:
        return f'ST_AsBinary("{column.name}")'
    return f'"{column.name}"' if column.is_plain else f'CAST("{column.name}" AS text)'


def empty(session: Session, table: Ledger) -> None:
    """Take everything out of a table."""
    session.execute(text(f'DELETE FROM "{table.name}"'))  # noqa: S608 - of the catalogue


def is_in_use(session: Session) -> bool:
    """Tell whether the audit log knows of more than the founding: `gridmap db upgrade` writes the calendar."""
    query = text(
        f"SELECT EXISTS (SELECT FROM {AUDIT} WHERE account_id IS NOT NULL OR action <> :founding)"  # noqa: S608
    )
    return bool(session.scalar(query, {"founding": _FOUNDING}))


def forget_founding(session: Session) -> None:
    """Empty the audit log of a database that is not in use, as the owner of its tables; what it told of has gone."""
    if not session.scalar(text(f"SELECT EXISTS (SELECT FROM {AUDIT})")):  # noqa: S608
        return
    session.execute(text(f"ALTER TABLE {AUDIT} DISABLE TRIGGER refuse_change"))
    session.execute(text(f"DELETE FROM {AUDIT}"))  # noqa: S608
    session.execute(text(f"ALTER TABLE {AUDIT} ENABLE TRIGGER refuse_change"))


def copy_in(session: Session, table: Ledger, given: Iterable[Sequence[Any]]) -> int:
    """Write rows of a file into a table in one go; geometries come as EWKB in hexadecimal. Return how many."""
    driver = session.connection().connection.driver_connection
    if driver is None:
        raise RuntimeError("no connection")
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), names)
    number = 0
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in given:
            copy.write_row(row)
            number += 1
    return number


def advance_sequences(session: Session) -> None:
    """Let new rows get ids behind those that came in."""
    for row in session.execute(_SEQUENCES).all():
        if row.table in LEFT_OUT:
            continue
        highest = f'(SELECT max("{row.name}") FROM "{row.table}")'  # noqa: S608 - of the catalogue
        first = f"greatest(coalesce({highest}, 1), 1)"
        advance = text(f"SELECT setval(:sequence, {first}, {highest} IS NOT NULL)")
        session.execute(advance, {"sequence": row.sequence})


def schema_revision(session: Session) -> str:
    """Return the revision of the schema that stands."""
    return str(session.scalar(text("SELECT version_num FROM alembic_version")))
