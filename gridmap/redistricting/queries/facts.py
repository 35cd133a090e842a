"""SQL: what plans are measured by and compared with: counts, today's grids, who answers for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area, AreaVersion, Grid, GridVersion
from gridmap.ledger.buildings import Compound, CompoundVersion
from gridmap.ledger.posts import Person, Post
from gridmap.store.base import as_of
from gridmap.terms import AreaKind, PostKind

_COUNTS: Final = text("""
    SELECT v.building_id, v.households, v.residents, coalesce(p.full_members, 0) AS members
    FROM building_version v
    LEFT JOIN party_version p ON p.building_id = v.building_id AND p.valid @> CAST(:day AS date)
    WHERE v.valid @> CAST(:day AS date)""")
_STATE: Final = text("""
    SELECT a.code, md5(string_agg(g.code || v.name, '' ORDER BY g.code)) AS digest
    FROM area a
    JOIN grid g ON g.community_id = a.id
    JOIN grid_version v ON v.grid_id = g.id AND v.valid @> CAST(:day AS date)
    WHERE a.id = ANY(CAST(:ids AS int[]))
    GROUP BY a.code""")


def counts(session: Session, day: date) -> Sequence[Any]:
    """Return households, residents and full party members of each building as of a day."""
    return session.execute(_COUNTS, {"day": day}).all()


def grids_on(session: Session, communities: Collection[int], day: date) -> Sequence[Any]:
    """Return id, code, name, community and boundary (WKB, degrees) of the grids of a day, by code."""
    query = (
        select(
            Grid.id,
            Grid.code,
            Grid.community_id,
            GridVersion.name,
            func.ST_AsBinary(GridVersion.boundary).label("shape"),
        )
        .join(GridVersion, GridVersion.grid_id == Grid.id)
        .where(as_of(GridVersion, day), Grid.community_id.in_(list(communities)))
        .order_by(Grid.code)
    )
    return session.execute(query).all()


def states(session: Session, communities: Collection[int], day: date) -> Sequence[Any]:
    """Return a digest of codes and names of the grids of each community (by its code) on a day."""
    return session.execute(_STATE, {"ids": list(communities), "day": day}).all()


def communities_of(session: Session, area_id: int, day: date) -> Sequence[Any]:
    """Return id, code and name of an area's communities (of itself, if it is one), by code."""
    below = select(Area.id).where(Area.id == area_id).cte("below", recursive=True)
    below = below.union_all(select(Area.id).join(below, Area.parent_id == below.c.id))
    query = (
        select(Area.id, Area.code, AreaVersion.name)
        .join(below, below.c.id == Area.id)
        .join(AreaVersion, AreaVersion.area_id == Area.id)
        .where(
            Area.kind == AreaKind.COMMUNITY,
            as_of(AreaVersion, day),
            AreaVersion.boundary.is_not(None),
        )
        .order_by(Area.code)
    )
    return session.execute(query).all()


def areas_on(session: Session, day: date) -> Sequence[Any]:
    """Return id, code, kind and name of all areas of a day, by code."""
    query = (
        select(Area.id, Area.code, Area.kind, AreaVersion.name)
        .join(AreaVersion, AreaVersion.area_id == Area.id)
        .where(as_of(AreaVersion, day))
        .order_by(Area.code)
    )
    return session.execute(query).all()


def area_by_code(session: Session, code: str) -> int | None:
    """Return the id of the area with a code."""
    return session.scalar(select(Area.id).where(Area.code == code))


def grid_codes(session: Session) -> set[str]:
    """Return every code that a grid has or had."""
    return set(session.scalars(select(Grid.code)))


def compound_names(session: Session, day: date) -> dict[int, str]:
    """Return the names of the compounds of a day by id."""
    query = (
        select(Compound.id, CompoundVersion.name)
        .join(CompoundVersion, CompoundVersion.compound_id == Compound.id)
        .where(as_of(CompoundVersion, day))
    )
    return {row.id: row.name for row in session.execute(query)}


def worker_names(session: Session, day: date) -> dict[int, str]:
    """Return the full-time grid worker's name by grid id, as of a day."""
    query = (
        select(Post.grid_id, Person.name)
        .join(Person, Person.id == Post.person_id)
        .where(Post.kind == PostKind.GRID_WORKER, as_of(Post, day))
    )
    return {row.grid_id: row.name for row in session.execute(query)}
