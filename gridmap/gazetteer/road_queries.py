"""SQL: roads and grids of a day, and which grid answers for which road from when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import LargeBinary, Row, and_, delete, func, select, update
from sqlalchemy.orm import Session

from gridmap.ledger.areas import AreaVersion, Grid, GridVersion
from gridmap.ledger.geography import Road, RoadGrid
from gridmap.store.base import as_of, ended, from_day

Found = Row[*tuple[Any, ...]]


def roads(session: Session, day: date) -> Sequence[Found]:
    """Return code, name, kind and line (WKB, degrees) of the roads of a day."""
    line = func.ST_AsBinary(Road.line, type_=LargeBinary).label("line")
    query = select(Road.code, Road.name, Road.kind, line).where(as_of(Road, day))
    return session.execute(query.order_by(Road.code)).all()


def grids(session: Session, day: date) -> Sequence[Found]:
    """Return id, code, name, community and boundary (WKB, degrees) of the grids of a day."""
    shape = func.ST_AsBinary(GridVersion.boundary, type_=LargeBinary).label("shape")
    query = (
        select(
            Grid.id,
            Grid.code,
            GridVersion.name,
            Grid.community_id,
            func.coalesce(AreaVersion.name, "").label("community"),
            shape,
        )
        .join(GridVersion, GridVersion.grid_id == Grid.id)
        .outerjoin(
            AreaVersion, and_(AreaVersion.area_id == Grid.community_id, as_of(AreaVersion, day))
        )
        .where(as_of(GridVersion, day))
        .order_by(Grid.code)
    )
    return session.execute(query).all()


def owners(session: Session) -> Sequence[Found]:
    """Return road, grid and days of all rows, by road and day."""
    rows: Any = RoadGrid
    query = select(rows.road_code, rows.grid_id, Grid.code, rows.valid).join(
        Grid, Grid.id == rows.grid_id
    )
    return session.execute(query.order_by(rows.road_code, func.lower(rows.valid))).all()


def set_owner(session: Session, road: str, grid_id: int | None, day: date) -> None:
    """Let a grid answer for a road from a day, as long as what it follows was to last; None: nobody in particular."""
    rows: Any = RoadGrid
    mine, begins = rows.road_code == road, func.lower(rows.valid)
    current = session.execute(select(rows.valid).where(mine, rows.valid.contains(day))).first()
    following = select(func.min(begins)).where(mine, begins > day)
    later = current.valid.upper if current else session.scalar(following)
    session.execute(delete(RoadGrid).where(mine, begins == day))
    session.execute(
        update(RoadGrid).where(mine, rows.valid.contains(day)).values(valid=ended(rows.valid, day))
    )
    if grid_id is not None:
        session.add(RoadGrid(road_code=road, grid_id=grid_id, valid=from_day(day, later)))
    session.flush()
