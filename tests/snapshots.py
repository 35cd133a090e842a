"""The whole database told shortly: by table how many rows there are, and what they are made of."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.store.base import Base

KEPT_OF_IMPORTS = frozenset(
    {"workbook_import", "workbook_step", "audit_entry", "revision", "ledger_change"}
)
"""What stays when a workbook is rolled back: its record, the audit log, and the numbers that tell what is fresh."""


def snapshot(session: Session, but: frozenset[str] = KEPT_OF_IMPORTS) -> dict[str, tuple[int, int]]:
    """Return rows and a sum of hashes of their text by table, in whatever order they stand; one statement."""
    session.flush()
    told = " UNION ALL ".join(
        f"SELECT '{table.name}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table.name} t"
        for table in Base.metadata.sorted_tables
        if table.name not in but
    )
    return {name: (rows, int(of)) for name, rows, of in session.execute(text(told))}
