"""SQL: the party organisation that a record is about: its code, its name, the area that it lies in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from gridmap.ledger.areas import Area, Grid
from gridmap.ledger.buildings import GridBuilding
from gridmap.ledger.party import PartyOrganisation, PartyVersion
from gridmap.store.base import Base

_Grid, _Member, _House = aliased(Grid), aliased(GridBuilding), aliased(Grid)
_COMMUNITY = func.coalesce(PartyVersion.area_id, _Grid.community_id, _House.community_id)


def _lying(query: Select[Any]) -> Select[Any]:
    """Join the grid of a branch, or that of a group's building, to versions of organisations."""
    return (
        query.outerjoin(_Grid, _Grid.id == PartyVersion.grid_id)
        .outerjoin(_Member, _Member.building_id == PartyVersion.building_id)
        .outerjoin(_House, _House.id == _Member.grid_id)
    )


def code_of_organisation(entity: type[Base]) -> ColumnElement[Any]:
    """Return the code of the organisation that a row is about."""
    own: Any = entity
    query = select(PartyOrganisation.code).where(PartyOrganisation.id == own.organisation_id)
    return query.correlate(entity).scalar_subquery()


def name_of_organisation(entity: type[Base]) -> ColumnElement[Any]:
    """Return the name that the organisation has or had last."""
    own: Any = entity
    query = select(PartyVersion.name).where(PartyVersion.organisation_id == own.organisation_id)
    latest = query.order_by(func.lower(PartyVersion.valid).desc())
    return latest.limit(1).correlate(entity).scalar_subquery()


def area_of_organisation(entity: type[Base]) -> ColumnElement[Any]:
    """Return the community that the organisation of a row lies in, or lay in last."""
    own: Any = entity
    query = _lying(select(_COMMUNITY).select_from(PartyVersion))
    return (
        query.where(PartyVersion.organisation_id == own.organisation_id)
        .order_by(func.lower(PartyVersion.valid).desc(), func.lower(_Member.valid).desc())
        .limit(1)
        .correlate(entity)
        .scalar_subquery()
    )


def areas_of(ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """Return by organisation the community that it lies in now or lay in last."""
    of: Any = PartyVersion.organisation_id
    query: Any = select(of.label("of"), Area.id, Area.kind, Area.parent_id).ext(distinct_on(of))
    found: Any = _lying(query.select_from(PartyVersion)).join(Area, Area.id == _COMMUNITY)
    latest = (of, func.lower(PartyVersion.valid).desc(), func.lower(_Member.valid).desc())
    ordered: Select[*tuple[Any, ...]] = found.where(of.in_(ids)).order_by(*latest)
    return ordered
