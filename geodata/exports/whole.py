"""Everything at once: a GeoPackage with all layers of a day and all ledgers, read back without loss.

The layers are for people and programs that draw maps; the tables named ``ledger_…`` are the database,
all days and all columns, and only they are read back. Format: GeoPackage 1.3 (OGC 12-128r17), whose
tables without geometry are ``attributes``. A second geometry of a table is a BLOB of WKB.
"""

from __future__ import annotations

import os
import sqlite3
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy.orm import Session

from geodata.exports import table_queries as queries
from geodata.exports.formats import FORMATS
from geodata.exports.frames import frame_of
from geodata.exports.ledger_files import LedgerFile, opened
from geodata.exports.table_queries import Column, Ledger
from gridmap.errors import InvalidInput, NotEmpty, UnreadableFile
from gridmap.publishing.collections import COLLECTIONS

PREFIX: Final = "ledger_"
FORMAT: Final = "1"
USUAL: Final = frozenset({"setting", "calendar_day", "category", "coverage_rule", "visit_rule"})
"""Tables that a new database may have rows in: those of the file take their place.

So do those of the audit log that tell of nothing but its founding; see `queries.forget_founding`.
"""
_HEADER: Final = b"GP\x00\x01" + struct.pack("<i", 4326)
"""Of a geometry: GeoPackage, version 1, little endian, no envelope, WGS 84."""
_TYPES: Final = {
    "smallint": "INTEGER",
    "integer": "INTEGER",
    "bigint": "INTEGER",
    "boolean": "BOOLEAN",
    "double precision": "DOUBLE",
    "real": "DOUBLE",
    "bytea": "BLOB",
}

Progress = Callable[[str, int], object]
"""Told the table and how many of its rows are done."""


def _silent(_table: str, _rows: int) -> None:
    pass


def export_all(
    session: Session, target: Path, day: date, now: datetime, progress: Progress = _silent
) -> Mapping[str, int]:
    """Write everything to one file, which appears when it is whole; return the rows of each table.

    Args:
        session: should see one state of the database (REPEATABLE READ).
        target: the file; readable by its owner only, since it holds reporters' phone numbers.
        day: of the layers; the ledgers have all days.
        now: this moment.
        progress: told what is done.
    """
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.gpkg")
    unfinished.unlink(missing_ok=True)
    try:
        for collection in COLLECTIONS:
            FORMATS["gpkg"].write(frame_of(session, collection, day), collection, unfinished)
        unfinished.chmod(0o600)
        with closing(sqlite3.connect(unfinished)) as file:
            written = _write(session, file, day, now, progress)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return written


def _write(
    session: Session, file: sqlite3.Connection, day: date, now: datetime, progress: Progress
) -> Mapping[str, int]:
    facts = {
        "format": FORMAT,
        "schema": queries.schema_revision(session),
        "gridmap": version("gridmap"),
        "day": day.isoformat(),
        "made_at": now.isoformat(),
    }
    file.execute("CREATE TABLE gridmap_export (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    file.executemany("INSERT INTO gridmap_export VALUES (?, ?)", facts.items())
    _register(file, "gridmap_export", "attributes", None)
    written = {}
    for table in queries.ledgers(session):
        _create(file, table)
        put = f'INSERT INTO "{PREFIX}{table.name}" VALUES ({", ".join("?" * len(table.columns))})'  # noqa: S608
        number = 0
        for row in queries.rows(session, table):
            file.execute(
                put,
                [_stored(value, column) for value, column in zip(row, _marked(table), strict=True)],
            )
            number += 1
            if number % queries.ROWS_AT_ONCE == 0:
                progress(table.name, queries.ROWS_AT_ONCE)
        progress(table.name, number % queries.ROWS_AT_ONCE)
        written[table.name] = number
    file.commit()
    return written


def _marked(table: Ledger) -> list[tuple[Column, bool]]:
    """Return the columns, each with whether it is the one geometry that GIS programs see."""
    first = next((column for column in table.columns if column.is_geometry), None)
    return [(column, column is first) for column in table.columns]


def _stored(value: Any, marked: tuple[Column, bool]) -> Any:  # noqa: ANN401 - of any column
    return _HEADER + value if marked[1] and value is not None else value


def _create(file: sqlite3.Connection, table: Ledger) -> None:
    parts, shape = [], None
    for column, is_shape in _marked(table):
        kind = _TYPES.get(column.type, "TEXT")
        if column.is_geometry:
            kind = "GEOMETRY" if is_shape else "BLOB"
            shape = column if is_shape else shape
        key = " PRIMARY KEY" if column.is_key and kind == "INTEGER" else ""
        parts.append(f'"{column.name}" {kind}{key}')
    file.execute(f'CREATE TABLE "{PREFIX}{table.name}" ({", ".join(parts)})')
    _register(file, f"{PREFIX}{table.name}", "features" if shape else "attributes", shape)


def _register(file: sqlite3.Connection, name: str, kind: str, shape: Column | None) -> None:
    file.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, ?, ?, ?)",
        (name, kind, name, 4326 if shape else 0),
    )
    if shape is not None:
        file.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, ?, 'GEOMETRY', 4326, 0, 0)",
            (name, shape.name),
        )


def import_all(session: Session, source: Path, progress: Progress = _silent) -> Mapping[str, int]:
    """Read everything back into an empty database of the same schema; return the rows of each table.

    Raises:
        UnreadableFile: no file of `export_all`.
        InvalidInput: it was written by another version of the schema.
        NotEmpty: the database already holds something; nothing was changed.
    """
    tables = queries.ledgers(session)
    with opened(source, _shapes_in(tables)) as file:
        _check(session, file, tables)
        for table in reversed(tables):
            if table.name in USUAL:
                queries.empty(session, table)
        queries.forget_founding(session)
        read = {}
        for table in tables:
            read[table.name] = _copied(session, file, table)
            progress(table.name, read[table.name])
    queries.advance_sequences(session)
    return read


def _shapes_in(tables: Sequence[Ledger]) -> dict[str, dict[int, int]]:
    """Return where each table has geometries, and how many bytes stand before their WKB."""
    return {
        f"{PREFIX}{table.name}": {
            place: len(_HEADER) if is_shape else 0
            for place, (column, is_shape) in enumerate(_marked(table))
            if column.is_geometry
        }
        for table in tables
    }


def _copied(session: Session, file: LedgerFile, table: Ledger) -> int:
    try:
        return queries.copy_in(session, table, file.rows(table))
    except psycopg.DataError as failure:
        raise _not_whole(table) from failure


def _check(session: Session, file: LedgerFile, tables: Sequence[Ledger]) -> None:
    facts = file.facts
    stands = queries.schema_revision(session)
    if facts.get("format") != FORMAT or facts.get("schema") != stands:
        raise InvalidInput(
            field="file",
            reason_zh=f"文件是库结构 {facts.get('schema')} 的，这里是 {stands}；请用同一版本的程序导入，再升级。",
            reason_en=f"The file is of schema {facts.get('schema')}, this database of {stands}; import it with "
            "the same version of the program, then upgrade.",
        )
    kept = USUAL | {queries.AUDIT}
    if queries.is_in_use(session) or any(
        queries.count(session, table) for table in tables if table.name not in kept
    ):
        raise NotEmpty
    for table in tables:
        names = file.columns.get(f"{PREFIX}{table.name}")
        if names != [column.name for column in table.columns]:
            raise _not_whole(table)


def _not_whole(table: Ledger) -> UnreadableFile:
    return UnreadableFile(
        name=table.name,
        reason_zh="文件里的这张表不完整",
        reason_en="this table is not whole in it",
    )
