"""SQL: the area and the name of the centre that a record of a register is about."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, aliased

from gridmap.ledger.areas import Area
from gridmap.ledger.property import ServiceCentre, ServiceCentreArea
from gridmap.ledger.volunteering import Volunteer
from gridmap.store.base import Base


def _lowest_area() -> ColumnElement[Any]:
    """The area that holds all communities which a centre serves or served."""
    top = aliased(Area)
    county = select(top.id).where(top.kind == "county").scalar_subquery()
    one, township = func.count(Area.id.distinct()), func.count(Area.parent_id.distinct())
    return case(
        (one == 1, func.min(Area.id)), (township == 1, func.min(Area.parent_id)), else_=county
    )


def areas_of_centres(session: Session, codes: Collection[str]) -> dict[str, int]:
    """Return by a centre's code the area that its desk must reach; unknown codes are not there."""
    query = (
        select(ServiceCentreArea.centre_code, _lowest_area().label("area"))
        .join(Area, Area.id == ServiceCentreArea.community_id)
        .where(ServiceCentreArea.centre_code.in_(codes))
        .group_by(ServiceCentreArea.centre_code)
    )
    return {row.centre_code: row.area for row in session.execute(query)} if codes else {}


def area_of_centre(entity: type[Base]) -> ColumnElement[Any]:
    """Return the same area for the rows of a table with a centre's code."""
    own: Any = entity
    return (
        select(_lowest_area())
        .select_from(ServiceCentreArea)
        .join(Area, Area.id == ServiceCentreArea.community_id)
        .where(ServiceCentreArea.centre_code == own.centre)
        .correlate(entity)
        .scalar_subquery()
    )


def name_of_centre(entity: type[Base]) -> ColumnElement[Any]:
    """Return the latest name of the centre that a row is about."""
    own: Any = entity
    return (
        select(ServiceCentre.name)
        .where(ServiceCentre.code == own.centre)
        .order_by(func.lower(ServiceCentre.valid).desc())
        .limit(1)
        .correlate(entity)
        .scalar_subquery()
    )


def of_volunteer(entity: type[Base], what: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a column of `Volunteer`
    """Return something of the volunteer that a row is about."""
    own: Any = entity
    query = select(what).where(Volunteer.id == own.volunteer_id)
    return query.correlate(entity).scalar_subquery()
