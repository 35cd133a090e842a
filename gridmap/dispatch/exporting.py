"""A work list as a whole: every report of a filter, for a file or a map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.dispatch import reading
from gridmap.dispatch.queries import lists
from gridmap.dispatch.reports import Cursor, Order, Page, Reach, Reader, ReportFilter
from gridmap.dispatch.views import WorkRow
from gridmap.store import audit

MOST_ROWS: Final = 50_000
CHUNK_ROWS: Final = 2_000


def rows(
    session: Session,
    scope: Reach,
    wanted: ReportFilter,
    order: Order,
    now: datetime,
    *,
    most: int = MOST_ROWS,
) -> Iterator[WorkRow]:
    """Give the reports of a filter one by one, read in chunks; at most `most` of them."""
    after: Cursor | None = None
    left = most
    while left > 0:
        chunk = min(CHUNK_ROWS, left)
        page = Page(order, after, chunk)
        found = lists.work_rows(session, scope, wanted, page=page, now=now)
        yield from (reading.work_row(row) for row in found)
        if len(found) < chunk:
            return
        after, left = (found[-1].placed_by, found[-1].id), left - chunk


def export(
    session: Session,
    reader: Reader,
    wanted: ReportFilter,
    now: datetime,
    *,
    filters: Mapping[str, str],
) -> Iterator[WorkRow]:
    """Give the reports of a filter for a file, newest first; that they left is in the audit log.

    Args:
        session: open session.
        reader: who takes them.
        wanted: which of those that her posts reach.
        now: this moment.
        filters: the filter in words, for the audit log.
    """
    count = 0
    # by the day of filing there is an index: a later chunk costs no more than the first
    for row in rows(session, reader.scope, wanted, Order.NEWEST, now):
        count += 1
        yield row
    audit.record(
        session,
        "reports_exported",
        "report",
        "",
        now=now,
        account_id=reader.account_id,
        filters=dict(filters),
        rows=count,
    )
    session.flush()
