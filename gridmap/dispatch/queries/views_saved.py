"""SQL: saved views of the work list, and the places to which a list can be narrowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, delete, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.reports import Reach
from gridmap.dispatch.tables import SavedView
from gridmap.ledger.areas import Area, AreaVersion, Grid, GridVersion
from gridmap.store.base import as_of
from gridmap.terms import AreaKind


def views_of(session: Session, person_id: int) -> Sequence[SavedView]:
    """Return somebody's views in the order in which they were made."""
    query = select(SavedView).where(SavedView.person_id == person_id).order_by(SavedView.id)
    return session.scalars(query).all()


def put_view(session: Session, person_id: int, name: str, filters: Mapping[str, Any]) -> None:
    """Keep a view; the same name is the same view."""
    query = insert(SavedView).values(person_id=person_id, name=name, filters=dict(filters))
    session.execute(
        query.on_conflict_do_update(
            index_elements=["person_id", "name"], set_={"filters": query.excluded.filters}
        )
    )


def drop_view(session: Session, person_id: int, view_id: int) -> bool:
    """Forget a view; False if there is none of that person's."""
    mine = (SavedView.id == view_id, SavedView.person_id == person_id)
    gone = delete(SavedView).where(*mine).returning(SavedView.id)
    return session.scalar(gone) is not None


def communities_in(session: Session, scope: Reach, day: date) -> Sequence[Found]:
    """Return id and name of the communities that somebody reads whole."""
    reach: ColumnElement[bool] = or_(
        true() if scope.county else false(),
        Area.id.in_(sorted(scope.communities)),
        Area.parent_id.in_(sorted(scope.townships)),
    )
    query = (
        select(Area.id, AreaVersion.name)
        .join(AreaVersion, AreaVersion.area_id == Area.id)
        .where(Area.kind == AreaKind.COMMUNITY, as_of(AreaVersion, day), reach)
        .order_by(Area.code)
    )
    return session.execute(query).all()


def grids_in(session: Session, scope: Reach, day: date) -> Sequence[Found]:
    """Return id and name of the grids that somebody reads whole, with their community's name."""
    reach: ColumnElement[bool] = or_(
        true() if scope.county else false(),
        Grid.id.in_(sorted(scope.grids)),
        Area.id.in_(sorted(scope.communities)),
        Area.parent_id.in_(sorted(scope.townships)),
    )
    query = (
        select(Grid.id, GridVersion.name, func.max(AreaVersion.name).label("community"))
        .join(GridVersion, GridVersion.grid_id == Grid.id)
        .join(Area, Area.id == Grid.community_id)
        .outerjoin(AreaVersion, (AreaVersion.area_id == Area.id) & as_of(AreaVersion, day))
        .where(as_of(GridVersion, day), reach)
        .group_by(Grid.id, GridVersion.name)
        .order_by(Grid.code)
    )
    return session.execute(query).all()
