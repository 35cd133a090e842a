"""SQL: where open reports lie, and who holds them, for whole communities."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session

from gridmap.dispatch.queries.rows import is_open
from gridmap.dispatch.tables import Report
from gridmap.ledger.areas import Grid


def open_places(session: Session, communities: Collection[int]) -> Sequence[Row[Any]]:
    """Return number, rung, building, grid and spot (lon, lat) of the open reports of communities."""
    query = select(
        Report.number,
        Report.rung,
        Report.building_id,
        Report.grid_id,
        func.ST_X(Report.spot).label("lon"),
        func.ST_Y(Report.spot).label("lat"),
    ).where(is_open(), Report.community_id.in_(list(communities)))
    return session.execute(query.order_by(Report.id)).all()


def counts_by_grid(
    session: Session, *, since: datetime, before: datetime
) -> Sequence[Row[str, int, int, int]]:
    """Return code of each grid with reports, how many were open just before a moment, filed and closed since.

    A report that was reopened counts as open from its filing on until it was closed for good.
    """
    filed = and_(Report.filed_at >= since, Report.filed_at < before)
    closed = and_(Report.closed_at >= since, Report.closed_at < before)
    is_open_then = and_(
        Report.filed_at < before, or_(Report.closed_at.is_(None), Report.closed_at >= before)
    )
    query = (
        select(
            Grid.code,
            func.count().filter(is_open_then).label("open"),
            func.count().filter(filed).label("filed"),
            func.count().filter(closed).label("closed"),
        )
        .join(Report, Report.grid_id == Grid.id)
        .where(Report.parent_id.is_(None), Report.joined_to_id.is_(None))
        .group_by(Grid.code)
    )
    return session.execute(query).all()
