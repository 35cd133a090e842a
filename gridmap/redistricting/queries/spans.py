"""SQL: dated rows from a day on: cut off, go on with another value, and all of that taken back.

Every table here is a dated one (`gridmap.store.base.Dated`) with a row id. A row that began before the day
is cut off there and goes on in a new row; one that begins on the day or later is changed in place, for a
span without a day cannot be.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Integer,
    Table,
    column,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.selectable import TableValuedAlias

from gridmap.redistricting.journal import Ends, Written
from gridmap.store.base import Dated, ended

Filter = ColumnElement[bool]
SHAPE = "boundary"
"""The one column of geometry in these tables; a journal has it as hexadecimal EWKB."""


def table_of(entity: type[Dated]) -> Table:
    """Return the table of a mapped class."""
    return cast("Table", entity.__table__)  # type: ignore[attr-defined]


def since(table: Table) -> ColumnElement[date]:
    """Return the first day of a row."""
    return func.lower(table.c.valid, type_=Date)


def until(table: Table) -> ColumnElement[date]:
    """Return the first day on which a row does not hold any more; NULL while it is open."""
    return func.upper(table.c.valid, type_=Date)


def among(column: ColumnElement[Any] | InstrumentedAttribute[Any], ids: Collection[int]) -> Filter:
    """Return the predicate 'one of these ids', as one parameter however many they are."""
    found: Filter = column == func.any(as_type([*map(int, ids)], ARRAY(Integer)))
    return found


def lasts(entity: type[Dated], day: date) -> Filter:
    """Return the predicate 'holds on a day or later'."""
    table = table_of(entity)
    return or_(func.upper_inf(table.c.valid), until(table) > day)


def cut(session: Session, entity: type[Dated], ids: Collection[int], day: date) -> Ends:
    """End rows that began before a day; return them, and until when they held before."""
    table = table_of(entity)
    query = select(table.c.id, until(table)).where(among(table.c.id, ids), since(table) < day)
    found: Ends = {row[0]: row[1] for row in session.execute(query.with_for_update())}
    if found:
        valid = ended(table.c.valid, day)
        session.execute(update(table).where(among(table.c.id, found)).values(valid=valid))
    return found


def turn(
    session: Session, entity: type[Dated], name: str, values: Mapping[int, int | None], day: date
) -> Written:
    """Let rows go on with another value in one column of ids, from a day on.

    Args:
        session: open session.
        entity: a dated table without geometry.
        name: the column.
        values: its new value by row id.
        day: the first day with it.
    """
    if not values:
        return Written()
    table = table_of(entity)
    written = Written(ended=cut(session, entity, values, day))
    if written.ended:
        written.began = _go_on(session, table, name, values, written.ended, day)
    rest = {number: value for number, value in values.items() if number not in written.ended}
    if rest:
        written.rewritten = _in_place(session, table, name, rest)
    return written


def _go_on(
    session: Session,
    table: Table,
    name: str,
    values: Mapping[int, int | None],
    cut_off: Ends,
    day: date,
) -> Ends:
    given = func.unnest(
        as_type(list(cut_off), ARRAY(Integer)),
        as_type([values[number] for number in cut_off], ARRAY(Integer)),
        as_type(list(cut_off.values()), ARRAY(Date)),
    ).table_valued(column("id", Integer), column("value", Integer), column("until", Date))
    given = given.render_derived(name="given")
    other = {
        name: given.c.value,
        "valid": func.daterange(as_type(day, Date), given.c.until, "[)"),
    }
    kept = [one for one in table.columns if not one.primary_key and one.computed is None]
    rows = select(*(other.get(one.name, one) for one in kept)).join_from(
        table, given, given.c.id == table.c.id
    )
    made = insert(table).from_select([one.name for one in kept], rows)
    result = session.execute(made.returning(table.c.id, until(table)))
    return {row[0]: row[1] for row in result}


def _in_place(
    session: Session, table: Table, name: str, values: Mapping[int, int | None]
) -> dict[int, dict[str, Any]]:
    target = table.c[name]
    was = session.execute(select(table.c.id, target).where(among(table.c.id, values)))
    given = func.unnest(
        as_type(list(values), ARRAY(Integer)), as_type(list(values.values()), ARRAY(Integer))
    ).table_valued(column("id", Integer), column("value", Integer))
    given = given.render_derived(name="given")
    found = {row[0]: {name: row[1]} for row in was}
    session.execute(update(table).where(table.c.id == given.c.id).values({name: given.c.value}))
    return found


def remove(session: Session, entity: type[Dated], ids: Collection[int]) -> list[dict[str, Any]]:
    """Delete rows that hold on no day any more; return them as JSON."""
    table = table_of(entity)
    rows = session.scalars(select(_as_json(table)).where(among(table.c.id, ids))).all()
    session.execute(delete(table).where(among(table.c.id, ids)))
    return [dict(row) for row in rows]


def _as_json(table: Table) -> ColumnElement[Any]:
    whole = func.to_jsonb(literal_column(table.name))
    if SHAPE not in table.c:
        return whole
    shape = func.jsonb_build_object(SHAPE, literal_column(f"{table.name}.{SHAPE}::text"))
    return (whole - SHAPE).op("||")(shape)


def is_as_written(session: Session, entity: type[Dated], written: Written, day: date) -> bool:
    """Tell whether rows still begin, end and are there as a publication left them."""
    table = table_of(entity)
    numbers = [*written.began, *written.ended, *written.rewritten]
    query = select(table.c.id, since(table), until(table)).where(among(table.c.id, numbers))
    found = {row[0]: (row[1], row[2]) for row in session.execute(query.with_for_update())}
    return (
        all(found.get(number) == (day, end) for number, end in written.began.items())
        and all(number in found and found[number][1] == day for number in written.ended)
        and all(number in found for number in written.rewritten)
    )


def take_back(session: Session, entity: type[Dated], written: Written) -> None:
    """Undo what was written: rows that began go, those that were cut off are as long as before."""
    table = table_of(entity)
    if written.began:
        session.execute(delete(table).where(among(table.c.id, written.began)))
    if written.ended:
        _reopen(session, table, written.ended)
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for number, was in written.rewritten.items():
        by_columns.setdefault(tuple(sorted(was)), []).append({"id": number, **was})
    for names, rows in by_columns.items():
        source = _rows(table, rows, ("id", *names))
        session.execute(
            update(table)
            .where(table.c.id == source.c.id)
            .values({name: source.c[name] for name in names})
        )
    if written.removed:
        names = tuple(one.name for one in table.columns if one.computed is None)
        source = _rows(table, written.removed, names)
        session.execute(insert(table).from_select(names, select(*source.c)))


def _reopen(session: Session, table: Table, ends: Ends) -> None:
    given = func.unnest(
        as_type(list(ends), ARRAY(Integer)), as_type(list(ends.values()), ARRAY(Date))
    ).table_valued(column("id", Integer), column("until", Date))
    given = given.render_derived(name="given")
    valid = func.daterange(since(table), given.c.until, "[)")
    session.execute(update(table).where(table.c.id == given.c.id).values(valid=valid))


def _rows(
    table: Table, rows: Sequence[Mapping[str, Any]], names: tuple[str, ...]
) -> TableValuedAlias:
    """Return JSON rows as rows of a table, with some of its columns."""
    kind: ColumnElement[Any] = literal_column(f"NULL::{table.name}")
    found = func.jsonb_populate_recordset(kind, as_type([dict(row) for row in rows], JSONB))
    return found.table_valued(*(column(name) for name in names), name="given")
