"""SQL: what was published: when, by whom, where, and which grids came from which by it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from gridmap.ledger.areas import Area, AreaVersion, Grid, GridLineage, GridVersion
from gridmap.ledger.posts import Person
from gridmap.redistricting.queries.spans import among
from gridmap.redistricting.states import PlanAction
from gridmap.redistricting.tables import Adoption, GridChange, Plan, PlanEvent
from gridmap.store.base import as_of


def adoptions(
    session: Session, until: date | None, community: str | None, most: int
) -> Sequence[Any]:
    """Return publications, the latest day first.

    Args:
        session: open session.
        until: only those in force from this day or an earlier one; withdrawn ones are left out then.
        community: only those that changed grids of the community with this code.
        most: how many at most.
    """
    author, publisher = aliased(Person), aliased(Person)
    query = (
        select(
            Adoption.id,
            Adoption.plan_id,
            Adoption.day,
            Adoption.at,
            Adoption.communities,
            Adoption.withdrawn_at,
            Plan.name,
            author.name.label("author"),
            publisher.name.label("publisher"),
            _reviewer().label("reviewer"),
        )
        .join(Plan, Plan.id == Adoption.plan_id)
        .join(author, author.id == Plan.author_id)
        .join(publisher, publisher.id == Adoption.person_id)
        .order_by(Adoption.day.desc(), Adoption.id.desc())
        .limit(most)
    )
    if until is not None:
        query = query.where(Adoption.day <= until, Adoption.withdrawn_at.is_(None))
    if community is not None:
        changed = select(Area.id).where(Area.code == community).scalar_subquery()
        query = query.where(changed == func.any(Adoption.communities))
    return session.execute(query).all()


def _reviewer() -> ColumnElement[str]:
    """The name of whoever approved the plan last."""
    found = (
        select(Person.name)
        .join(PlanEvent, PlanEvent.person_id == Person.id)
        .where(PlanEvent.plan_id == Adoption.plan_id, PlanEvent.kind == PlanAction.APPROVE)
        .order_by(PlanEvent.id.desc())
        .limit(1)
    )
    return found.scalar_subquery()


def newest(session: Session, day: date) -> dict[int, int]:
    """Return the publication that a community's grids come from on a day, by the community's id."""
    query = (
        select(Adoption.id, Adoption.communities)
        .where(Adoption.day <= day, Adoption.withdrawn_at.is_(None))
        .order_by(Adoption.day, Adoption.id)
    )
    # a later one replaces an earlier
    return {one: row.id for row in session.execute(query) for one in row.communities}


def area_names(session: Session, ids: Collection[int], day: date) -> Sequence[Any]:
    """Return id and name of areas on a day, by code."""
    query = (
        select(Area.id, AreaVersion.name)
        .join(AreaVersion, AreaVersion.area_id == Area.id)
        .where(among(Area.id, ids), as_of(AreaVersion, day))
        .order_by(Area.code)
    )
    return session.execute(query).all()


def lineage(session: Session, adoption_ids: Collection[int]) -> Sequence[Any]:
    """Return the lines of lineage of publications, by the code of the grid.

    Each has `adoption_id`, `kind`, `grid` and `predecessor`: names on the day and on the day before, or
    codes where a later publication of the same day has left no version; and whether the predecessor
    `goes_on`.
    """
    grid, source = aliased(Grid), aliased(Grid)
    day = GridLineage.day
    query = (
        select(
            GridChange.adoption_id,
            GridLineage.kind,
            func.coalesce(_name(GridLineage.grid_id, day), grid.code).label("grid"),
            func.coalesce(
                _name(GridLineage.predecessor_id, day - 1),
                _name(GridLineage.predecessor_id, day),
                source.code,
            ).label("predecessor"),
            _name(GridLineage.predecessor_id, day).is_not(None).label("goes_on"),
        )
        .join(GridLineage, GridLineage.id == GridChange.lineage_id)
        .join(grid, grid.id == GridLineage.grid_id)
        .join(source, source.id == GridLineage.predecessor_id)
        .where(among(GridChange.adoption_id, adoption_ids))
        .order_by(grid.code, source.code)
    )
    return session.execute(query).all()


def _name(grid_id: Any, day: Any) -> ColumnElement[str]:  # noqa: ANN401 - columns of another table
    """The name of a grid on the day of a row; NULL where it does not stand."""
    held = select(GridVersion.name).where(GridVersion.grid_id == grid_id, as_of(GridVersion, day))
    return held.limit(1).scalar_subquery()
