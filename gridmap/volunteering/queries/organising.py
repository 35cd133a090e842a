"""SQL: the communities in which somebody may call volunteers together."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area, Grid
from gridmap.terms import AreaKind


def communities_of(
    session: Session, areas: Collection[int], grids: Collection[int]
) -> frozenset[int]:
    """Return the communities that are among the areas, lie in one of them, or hold one of the grids."""
    if not areas and not grids:
        return frozenset()
    of_grids = select(Grid.community_id).where(Grid.id.in_(grids))
    query = select(Area.id).where(
        Area.kind == AreaKind.COMMUNITY,
        or_(Area.id.in_(areas), Area.parent_id.in_(areas), Area.id.in_(of_grids)),
    )
    return frozenset(session.scalars(query))
