"""SQL of workbooks that were taken: their steps are kept by a trigger (migrations 0023, 0025) and undone backwards.

Names of tables and columns in these statements are those of our own models, never of a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, delete, func, or_, select, text
from sqlalchemy.orm import Session

from gridmap.accounts.tables import Account
from gridmap.ledger.imports import WorkbookImport, WorkbookStep
from gridmap.ledger.posts import Person
from gridmap.store.base import Base

Listed = tuple[WorkbookImport, str | None]
MOST_NAMED: Final = 5
"""So many rows are named of those that stand in the way."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Rows of a table that stand in the way of rolling a workbook back.

    Attributes:
        table: where they stand.
        count: how many.
        rows: codes of the first of them, where such rows have codes.
        later: the later workbooks that wrote them.
    """

    table: str
    count: int
    rows: tuple[str, ...]
    later: tuple[int, ...]


def keep_steps(session: Session, import_id: int | None) -> None:
    """Have the steps of this transaction kept for an import from now on; None: no longer."""
    value = "" if import_id is None else str(import_id)
    session.execute(select(func.set_config("gridmap.workbook", value, True)))  # noqa: FBT003 - of the transaction


def taken(
    session: Session,
    kind: str | None,
    subject: str | None,
    account_id: int | None,
    since: datetime,
    most: int,
) -> list[Listed]:
    """Return the last workbooks with the names of who took them, of a kind, of an account where they are given."""
    query = (
        select(WorkbookImport, Person.name)
        .outerjoin(Account, Account.id == WorkbookImport.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(WorkbookImport.at >= since)
        .order_by(WorkbookImport.id.desc())
        .limit(most)
    )
    if kind is not None:
        same = WorkbookImport.subject.is_not_distinct_from(subject)
        query = query.where(WorkbookImport.kind == kind, same)
    if account_id is not None:
        query = query.where(WorkbookImport.account_id == account_id)
    return [(row[0], row[1]) for row in session.execute(query)]


def locked(session: Session, number: int) -> WorkbookImport | None:
    """Return a workbook by its number, for whoever asks first."""
    query = select(WorkbookImport).where(WorkbookImport.id == number).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def has_steps(session: Session, number: int) -> bool:
    """Tell whether what a workbook did is still kept."""
    query = select(WorkbookStep.id).where(WorkbookStep.import_id == number).limit(1)
    return session.scalar(query) is not None


def tables(session: Session, number: int) -> list[str]:
    """Return the tables that a workbook wrote to, in the order of their names."""
    query = select(WorkbookStep.table_name).where(WorkbookStep.import_id == number)
    return list(session.scalars(query.distinct().order_by(WorkbookStep.table_name)))


def lock_rows(session: Session, number: int) -> None:
    """Keep the rows that a workbook wrote from being changed by others until the transaction ends."""
    for name in tables(session, number):
        keys = _keys(name)
        own, kept = (
            ("t.id", "row_key::bigint") if keys == ("id",) else (_row_key("t", keys), "row_key")
        )
        session.execute(
            text(
                f"SELECT FROM {_known(name).name} t WHERE {own} IN (SELECT {kept} FROM workbook_step"  # noqa: S608
                " WHERE import_id = :number AND table_name = :name)"
                f" ORDER BY {', '.join(f't.{key}' for key in keys)} FOR UPDATE OF t"
            ),
            {"number": number, "name": name},
        )


def changed_since(session: Session, number: int) -> list[Standing]:
    """Find the rows that are no longer as the workbook left them, with the later workbooks that did it."""
    found = []
    for name in tables(session, number):
        table = _known(name).name
        same = " AND ".join(f"t.{key} = (l.kept).{key}" for key in _keys(name))
        moved = (
            "SELECT l.row_key, l.kept AS r FROM (SELECT DISTINCT ON (row_key) row_key, after,"  # noqa: S608
            f" coalesce(after, before)::{table} AS kept FROM workbook_step"
            " WHERE import_id = :number AND table_name = :name ORDER BY row_key, id DESC) l"
            f" LEFT JOIN {table} t ON {same} WHERE t::text IS DISTINCT FROM l.after"
        )
        found.append(_standing(session, number, name, moved))
    return [one for one in found if one.count]


def referring(session: Session, number: int) -> list[Standing]:
    """Find the rows that refer to rows which the workbook added, without those that it wrote itself."""
    found = []
    for name in tables(session, number):
        for other, column in _references(session, name):
            found.append(_referring(session, number, (name, other), column))
    return [one for one in found if one.count]


def _referring(session: Session, number: int, between: tuple[str, str], column: str) -> Standing:
    name, other = between
    own = _row_key("o", _keys(other))
    written = (
        f"SELECT {own} AS row_key, o AS r FROM {other} o WHERE o.{column} IN (SELECT row_key::bigint"  # noqa: S608
        " FROM workbook_step WHERE import_id = :number AND table_name = :added AND before IS NULL)"
        " AND NOT EXISTS (SELECT FROM workbook_step s WHERE s.import_id = :number AND s.table_name = :name"
        f" AND s.row_key = {own})"
    )
    return _standing(session, number, other, written, added=name)


def _references(session: Session, name: str) -> list[tuple[str, str]]:
    """Return the tables and columns that refer to the rows of a table, as PostgreSQL knows them."""
    rows = session.execute(
        text(
            "SELECT r.relname, a.attname FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid"
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
            " WHERE c.contype = 'f' AND c.confrelid = to_regclass(:name) ORDER BY 1, 2"
        ),
        {"name": _known(name).name},
    )
    return [(other, column) for other, column in rows if other in Base.metadata.tables]


def _standing(session: Session, number: int, name: str, query: str, **known: str) -> Standing:
    """Count rows (`row_key`, the row as `r`), name the first, and name the later workbooks that wrote them."""
    row: Any = session.execute(
        text(
            f"WITH found AS ({query}) SELECT (SELECT count(*) FROM found) AS n,"  # noqa: S608
            f" ARRAY(SELECT {_named(name)} FROM found ORDER BY 1 LIMIT {MOST_NAMED}) AS rows,"
            " ARRAY(SELECT DISTINCT w.import_id"
            " FROM workbook_step w JOIN workbook_import i ON i.id = w.import_id AND i.undone_at IS NULL"
            " WHERE w.import_id > :number AND w.table_name = :name"
            " AND w.row_key IN (SELECT row_key FROM found) ORDER BY 1) AS later"
        ),
        {"number": number, "name": name, **known},
    ).one()
    rows = tuple(dict.fromkeys(one for one in row.rows if one))
    return Standing(name, int(row.n), rows, tuple(row.later))


_VOLUNTEER: Final = "(SELECT v.code FROM volunteer v WHERE v.id = (r).volunteer_id)"
_PERSON: Final = "(SELECT p.code FROM person p WHERE p.id = (r).person_id)"
_NAMED: Final = {
    "sign_up": "'BM' || lpad((r).id::text, 6, '0')",
    "service_hours": f"{_VOLUNTEER} || ' ' || (r).day",
    "party_dues": f"{_PERSON} || ' ' || to_char((r).month, 'YYYY-MM')",
    "place_name": "(r).text",
    "calendar_day": "(r).day::text",
}
_BY_COLUMN: Final = {"code": "(r).code", "person_id": _PERSON, "volunteer_id": _VOLUNTEER}


def _named(name: str) -> str:
    """Return the SQL of what a row `r` is called on pages; null where it has no such name."""
    if name in _NAMED:
        return _NAMED[name]
    columns = _known(name).columns
    return next((said for one, said in _BY_COLUMN.items() if one in columns), "NULL::text")


def _keys(name: str) -> tuple[str, ...]:
    return tuple(column.name for column in _known(name).primary_key.columns)


def _row_key(alias: str, keys: tuple[str, ...]) -> str:
    return " || ' ' || ".join(f"{alias}.{key}::text" for key in keys)


def _known(name: str) -> Table:
    return Base.metadata.tables[name]


def undo(session: Session, number: int) -> None:
    """Undo a workbook's steps from the last to the first."""
    session.flush()
    session.execute(select(func.undo_workbook(number)))
    session.expire_all()


def forget(session: Session, before: datetime) -> int:
    """Drop the steps of workbooks that were taken before a moment, or rolled back; returns how many."""
    old = select(WorkbookImport.id).where(
        or_(WorkbookImport.at < before, WorkbookImport.undone_at.is_not(None))
    )
    gone = session.execute(
        delete(WorkbookStep).where(WorkbookStep.import_id.in_(old)).returning(WorkbookStep.id)
    )
    return len(gone.all())
