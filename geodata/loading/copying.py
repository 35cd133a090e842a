"""Rows into tables by PostgreSQL's binary COPY, and tables made ready for many rows at once."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import chain, islice, repeat
from typing import Any

from geoalchemy2 import Geometry
from psycopg import Connection as DriverConnection
from psycopg import sql
from sqlalchemy import (
    ARRAY,
    Constraint,
    ForeignKeyConstraint,
    Integer,
    Table,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Session
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropIndex

Encode = Callable[[Any], bytes]
Progress = Callable[[int], object]

MANY = 20_000
"""Rows from which indexes are built after the load: below, dropping them costs more than it saves."""

ROWS_A_BLOCK = 1000

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
TRAILER = struct.pack(">h", -1)
NULL = struct.pack(">i", -1)
FIRST_DAY = date(2000, 1, 1).toordinal()
TEXT_OID = 25
RANGE_LOWER_INCLUSIVE, RANGE_UPPER_INFINITE = 0x02, 0x10
"""Formats of PostgreSQL: 'COPY', Binary Format; rangetypes.h; array_recv, date_recv."""

BUILD_MEMORY = "512MB"

ROOMY = 30
"""Per cent to which the pages of an exclusion's index are filled when it is built."""

_SIZE = struct.Struct(">i").pack
"""A length before a value, and a value of a 4-byte integer column."""


def copy_rows(
    session: Session, table: Table, columns: Mapping[str, Sequence[Any]], progress: Progress
) -> None:
    """Append rows to a table.

    Args:
        session: the caller's transaction.
        table: any table of ours: integers, text, arrays of text, spans of days, geometry as EWKB.
        columns: values by column name, all of one length; None is NULL.
        progress: told the number of rows of each block that was sent.
    """
    encoded = [_pieces(values, table.c[name].type) for name, values in columns.items()]
    count = len(next(iter(columns.values())))
    heads = repeat(struct.pack(">h", len(encoded)), count)  # it ends; constant columns do not
    rows = zip(heads, *encoded, strict=False)
    statement = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT binary)").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with _driver(session).cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(SIGNATURE)
        while block := list(islice(rows, ROWS_A_BLOCK)):
            copy.write(b"".join(chain.from_iterable(block)))
            progress(len(block))
        copy.write(TRAILER)


def next_ids(session: Session, table: Table, count: int) -> range:
    """Take ids from a table's sequence; its other writers wait until the transaction ends."""
    name = table.name
    session.execute(text(f"LOCK TABLE {name} IN SHARE ROW EXCLUSIVE MODE"))
    sequence = func.pg_get_serial_sequence(name, "id")
    first = func.nextval(sequence)
    last = session.scalar(select(func.setval(sequence, first + count - 1)))
    return range(int(last or 0) - count + 1, int(last or 0) + 1)


def free_ids(session: Session, table: Table, count: int) -> list[range]:
    """Take ids from a table's sequence beside its other writers: nearly always in one piece."""
    if not count:
        return []
    taken = session.scalar(
        text(
            "SELECT range_agg(int4range(taken.id::int, taken.id::int, '[]')) FROM"
            " (SELECT nextval(pg_get_serial_sequence(:table, 'id')) AS id"
            " FROM generate_series(1, :count)) taken"
        ),
        {"table": table.name, "count": count},
    )
    return [range(part.lower, part.upper) for part in taken or ()]


@contextmanager
def ready_for(session: Session, table: Table, rows: int) -> Iterator[None]:
    """Take a table's indexes and rules down while many rows come, and put them up again at the end.

    Every rule is checked for all rows when it is put up again: nothing is loaded unchecked. All of it
    is a part of the caller's transaction; readers of the table wait for its end.

    Args:
        session: the caller's transaction.
        table: the table.
        rows: how many come; only `MANY` and more than the table holds are worth it.
    """
    standing = session.scalar(select(func.count()).select_from(table)) if rows >= MANY else 0
    if rows < MANY or rows < (standing or 0):
        yield
        return
    constraints = [
        constraint
        for constraint in sorted(table.constraints, key=lambda each: str(each.name))
        if isinstance(constraint, ExcludeConstraint | ForeignKeyConstraint | UniqueConstraint)
    ]
    indexes = sorted(table.indexes, key=lambda each: str(each.name))
    session.execute(
        text("SELECT set_config('maintenance_work_mem', :memory, true)"), {"memory": BUILD_MEMORY}
    )
    for constraint in constraints:
        session.execute(DropConstraint(constraint))
    for index in indexes:
        session.execute(DropIndex(index))
    yield
    for index in indexes:
        session.execute(CreateIndex(index))
    for constraint in constraints:
        _put_up(session, constraint)
    session.execute(text(f"ANALYZE {table.name}"))  # the planner knows nothing of so many new rows


def _put_up(session: Session, constraint: Constraint) -> None:
    """Add a constraint as the model has it; an exclusion's index gets roomy pages.

    Whoever looks for a row in a GiST index compares it with every entry of the pages on the way, and an
    exclusion looks for each of its rows: with pages that start out `ROOMY` per cent full it is built in
    three quarters of the time and answers faster after, for 60 MB more (PostgreSQL 15, 500,000 rows).
    """
    adding = AddConstraint(constraint, isolate_from_table=False)
    if not isinstance(constraint, ExcludeConstraint) or constraint.where is not None:
        session.execute(adding)
        return
    sentence = str(adding.compile(dialect=session.get_bind().dialect))
    session.execute(text(f"{sentence} WITH (fillfactor = {ROOMY})"))
    session.execute(text(f"ALTER INDEX {constraint.name} RESET (fillfactor)"))


def _driver(session: Session) -> DriverConnection[Any]:
    connection: DriverConnection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    return connection


def _pieces(values: Sequence[Any], kind: object) -> Iterable[bytes]:
    """Encode a column: a constant once, what repeats once for each different value.

    The rows are put together only as they are sent, while the server works on those before them.
    """
    encode = _encoder(kind)
    if values and values.count(values[0]) == len(values):
        return repeat(_piece(values[0], encode), len(values))
    if isinstance(kind, Geometry):  # hardly two are the same, and they are long to compare
        return (_piece(value, encode) for value in values)
    different = set(values)
    if 2 * len(different) > len(values):
        return (_piece(value, encode) for value in values)
    pieces = {value: _piece(value, encode) for value in different}
    return map(pieces.__getitem__, values)


def _piece(value: Any, encode: Encode) -> bytes:  # noqa: ANN401 - a value of any column
    if value is None:
        return NULL
    content = encode(value)
    return _SIZE(len(content)) + content


def _encoder(kind: object) -> Encode:
    if isinstance(kind, Integer):
        return _SIZE
    if isinstance(kind, Geometry):
        return bytes
    if isinstance(kind, DATERANGE):
        return _daterange
    if isinstance(kind, ARRAY):
        return _text_array
    return str.encode


def _sized(content: bytes) -> bytes:
    return _SIZE(len(content)) + content


def _day(day: date) -> bytes:
    return _sized(_SIZE(day.toordinal() - FIRST_DAY))


def _daterange(span: Range[date]) -> bytes:
    """Encode a half-open span with a first day; its end may be open."""
    if span.lower is None:
        raise ValueError(span)
    if span.upper is None:
        return bytes([RANGE_LOWER_INCLUSIVE | RANGE_UPPER_INFINITE]) + _day(span.lower)
    return bytes([RANGE_LOWER_INCLUSIVE]) + _day(span.lower) + _day(span.upper)


def _text_array(words: tuple[str, ...]) -> bytes:
    if not words:
        return struct.pack(">iii", 0, 0, TEXT_OID)
    head = struct.pack(">iiiii", 1, 0, TEXT_OID, len(words), 1)
    return head + b"".join(_sized(word.encode()) for word in words)
