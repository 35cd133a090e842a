"""SQL of what workbooks did, for those who take somebody's data out of the ledger."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gridmap.ledger.imports import WorkbookStep


def forget_steps(session: Session, table: str, row_id: int) -> None:
    """Drop what was kept of the workbooks that brought or changed a row: rolling them back would bring it again.

    Args:
        session: the caller's transaction.
        table: where the row stands.
        row_id: its id.
    """
    bringing = select(WorkbookStep.import_id).where(
        WorkbookStep.table_name == table, WorkbookStep.row_key == str(row_id)
    )
    session.execute(
        delete(WorkbookStep)
        .where(WorkbookStep.import_id.in_(bringing))
        .execution_options(synchronize_session=False)
    )
