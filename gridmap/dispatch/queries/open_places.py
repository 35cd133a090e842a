"""SQL: where open reports lie, and who holds them, for whole communities."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from gridmap.dispatch.queries.rows import is_open
from gridmap.dispatch.tables import Report


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
