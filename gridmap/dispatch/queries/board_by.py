"""SQL: the board's counts by a code of the report's own, such as that of its compound."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from gridmap.dispatch.measures import FAMILIES, Cut, Family, Window
from gridmap.dispatch.queries.board import SOURCES, seen
from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.reports import Reach


def counts_by(
    session: Session,
    scope: Reach,
    family: Family,
    window: Window,
    key: ColumnElement[str],
) -> Sequence[Found]:
    """Count a family's measures by a code that every report has or lacks: `key` and a column a measure."""
    source = SOURCES[family](window)
    measures = FAMILIES[family]
    marked = [source.clauses[measure].label(measure.value) for measure in measures]
    rows = (
        seen(source, scope, Cut())
        .with_only_columns(key.label("key"), *marked, maintain_column_froms=True)
        .subquery("marked")
    )
    columns = [
        func.count().filter(rows.c[measure.value]).label(measure.value) for measure in measures
    ]
    query = select(rows.c.key, *columns).where(rows.c.key.is_not(None)).group_by(rows.c.key)
    return session.execute(query).all()
