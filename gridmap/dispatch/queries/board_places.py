"""SQL: the places of the board: communities and grids of a day, and the households of each grid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import false, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.reports import Reach
from gridmap.ledger.areas import Area, AreaVersion, Grid, GridVersion
from gridmap.ledger.buildings import BuildingVersion, GridBuilding
from gridmap.store.base import as_of
from gridmap.terms import AreaKind


def communities(session: Session, day: date) -> Sequence[Found]:
    """Return every community that has been there by a day: id, code, last name, township."""
    query = (
        select(Area.id, Area.code, AreaVersion.name, Area.parent_id)
        .ext(distinct_on(Area.id))
        .join(AreaVersion, AreaVersion.area_id == Area.id)
        .where(Area.kind == AreaKind.COMMUNITY, func.lower(AreaVersion.valid) <= day)
        .order_by(Area.id, AreaVersion.valid.desc())
    )
    return session.execute(query).all()


def grids(session: Session, day: date) -> Sequence[Found]:
    """Return every grid that has been there by a day: id, code, last name, community; `households` of the day."""
    households = (
        select(func.sum(BuildingVersion.households))
        .join(GridBuilding, GridBuilding.building_id == BuildingVersion.building_id)
        .where(
            GridBuilding.grid_id == Grid.id,
            as_of(GridBuilding, day),
            as_of(BuildingVersion, day),
        )
        .correlate(Grid)
        .scalar_subquery()
    )
    query = (
        select(
            Grid.id,
            Grid.code,
            GridVersion.name,
            Grid.community_id,
            func.coalesce(households, 0).label("households"),
        )
        .ext(distinct_on(Grid.id))
        .join(GridVersion, GridVersion.grid_id == Grid.id)
        .where(func.lower(GridVersion.valid) <= day)
        .order_by(Grid.id, GridVersion.valid.desc())
    )
    return session.execute(query).all()


def reachable_communities(session: Session, scope: Reach) -> Sequence[int]:
    """Return the ids of the communities in which a reader reads a place whole."""
    of_grids = select(Grid.community_id).where(Grid.id.in_(sorted(scope.grids)))
    reached = (
        Area.id.in_(sorted(scope.communities))
        | Area.parent_id.in_(sorted(scope.townships))
        | Area.id.in_(of_grids)
    )
    within = or_(Area.id.is_not(None) if scope.county else false(), reached)
    query = select(Area.id).where(Area.kind == AreaKind.COMMUNITY, within)
    return session.scalars(query).all()
