"""SQL of workbooks that were taken: their steps are kept by a trigger (migration 0023) and undone backwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.orm import Session

from gridmap.accounts.tables import Account
from gridmap.ledger.imports import WorkbookImport, WorkbookStep
from gridmap.ledger.posts import Person
from gridmap.store.base import Base

Listed = tuple[WorkbookImport, str | None]


def keep_steps(session: Session, import_id: int | None) -> None:
    """Have the steps of this transaction kept for an import from now on; None: no longer."""
    value = "" if import_id is None else str(import_id)
    session.execute(select(func.set_config("gridmap.workbook", value, True)))  # noqa: FBT003 - of the transaction


def taken(
    session: Session, kind: str, account_id: int | None, since: datetime, most: int
) -> list[Listed]:
    """Return the last workbooks of a kind with the names of who took them; of one account where it is given."""
    query = (
        select(WorkbookImport, Person.name)
        .outerjoin(Account, Account.id == WorkbookImport.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(WorkbookImport.kind == kind, WorkbookImport.at >= since)
        .order_by(WorkbookImport.id.desc())
        .limit(most)
    )
    if account_id is not None:
        query = query.where(WorkbookImport.account_id == account_id)
    return [(row[0], row[1]) for row in session.execute(query)]


def locked(session: Session, number: int) -> WorkbookImport | None:
    """Return a workbook by its number, for whoever asks first."""
    return session.get(WorkbookImport, number, with_for_update=True)


def has_steps(session: Session, number: int) -> bool:
    """Tell whether what a workbook did is still kept."""
    query = select(WorkbookStep.id).where(WorkbookStep.import_id == number).limit(1)
    return session.scalar(query) is not None


def changed_since(session: Session, number: int) -> list[tuple[str, int, list[int]]]:
    """Count by table the rows that are no longer as the workbook left them, with the later workbooks that did it."""
    tables = session.scalars(
        select(WorkbookStep.table_name)
        .where(WorkbookStep.import_id == number)
        .group_by(WorkbookStep.table_name)
        .order_by(WorkbookStep.table_name)
    ).all()
    found = []
    for name in tables:
        row = session.execute(
            text(
                "WITH left_so AS (SELECT DISTINCT ON (row_id) row_id, after FROM workbook_step"  # noqa: S608
                " WHERE import_id = :number AND table_name = :name ORDER BY row_id, id DESC),"
                f" moved AS (SELECT s.row_id FROM left_so s LEFT JOIN {_known(name)} t ON t.id = s.row_id"
                " WHERE t::text IS DISTINCT FROM s.after)"
                " SELECT (SELECT count(*) FROM moved) AS n, ARRAY(SELECT DISTINCT w.import_id"
                " FROM workbook_step w JOIN workbook_import i ON i.id = w.import_id AND i.undone_at IS NULL"
                " WHERE w.import_id > :number AND w.table_name = :name"
                " AND w.row_id IN (SELECT row_id FROM moved) ORDER BY 1) AS later"
            ),
            {"number": number, "name": name},
        ).one()
        if row.n:
            found.append((name, int(row.n), list(row.later)))
    return found


def _known(name: str) -> str:
    return Base.metadata.tables[name].name


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
