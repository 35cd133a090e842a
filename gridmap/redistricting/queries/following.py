"""SQL: what hangs on grids and follows them: buildings, roads, party organisations, posts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, func, insert, or_, select
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Grid
from gridmap.ledger.buildings import BuildingVersion, GridBuilding
from gridmap.ledger.geography import Road, RoadGrid
from gridmap.ledger.party import PartyVersion
from gridmap.ledger.posts import Person, Post, StandIn
from gridmap.redistricting.journal import Ends
from gridmap.redistricting.queries.spans import among, lasts, since, table_of
from gridmap.store.base import as_of, from_day
from gridmap.terms import PartyKind

Found = Sequence[Row[*tuple[Any, ...]]]
_PARTY, _POSTS = table_of(PartyVersion), table_of(Post)


def memberships(
    session: Session, buildings: Collection[int], grids: Collection[int], day: date
) -> Found:
    """Return id, building and grid of memberships from a day on, of these buildings or in these grids."""
    member = GridBuilding
    query = select(member.id, member.building_id, member.grid_id).where(
        lasts(member, day),
        or_(among(member.building_id, buildings), among(member.grid_id, grids)),
    )
    return session.execute(query).all()


def homeless(session: Session, buildings: Collection[int], day: date) -> set[int]:
    """Return those of the buildings that stand on a day and belong to no grid."""
    version, member = BuildingVersion, GridBuilding
    query = (
        select(version.building_id)
        .outerjoin(member, and_(member.building_id == version.building_id, lasts(member, day)))
        .where(among(version.building_id, buildings), as_of(version, day), member.id.is_(None))
    )
    return set(session.scalars(query))


def house(session: Session, homes: Sequence[tuple[int, int]], day: date) -> Ends:
    """Begin memberships (building, grid) on a day; return them."""
    if not homes:
        return {}
    rows = [
        {"building_id": building, "grid_id": grid, "valid": from_day(day)}
        for building, grid in homes
    ]
    made = session.scalars(insert(GridBuilding).returning(GridBuilding.id), rows)
    return dict.fromkeys(made)


def homes(session: Session, buildings: Collection[int], day: date) -> dict[int, int]:
    """Return the grid of each building on a day."""
    member = GridBuilding
    query = select(member.building_id, member.grid_id).where(
        among(member.building_id, buildings), as_of(member, day)
    )
    return {row.building_id: row.grid_id for row in session.execute(query)}


def roads(session: Session, grids: Collection[int], day: date) -> Found:
    """Return id, road and grid of the roads that grids answer for from a day on."""
    query = select(RoadGrid.id, RoadGrid.road_code, RoadGrid.grid_id).where(
        lasts(RoadGrid, day), among(RoadGrid.grid_id, grids)
    )
    return session.execute(query).all()


def lines(session: Session, codes: Collection[str], day: date) -> dict[str, bytes]:
    """Return the centre lines of roads on a day (WKB, degrees) by code."""
    query = select(Road.code, func.ST_AsBinary(Road.line).label("shape")).where(
        Road.code.in_(list(codes)), as_of(Road, day)
    )
    return {row.code: row.shape for row in session.execute(query)}


def branches(session: Session, communities: Collection[int], day: date) -> Found:
    """Return the grid branches of communities from a day on, with their grid's name."""
    version = PartyVersion
    query = (
        select(
            version.id,
            version.organisation_id,
            version.grid_id,
            version.parent_id,
            version.name,
            version.full_members,
            version.probationary_members,
            since(_PARTY).label("since"),
        )
        .join(Grid, Grid.id == version.grid_id)
        .where(lasts(version, day), among(Grid.community_id, communities))
        .order_by(Grid.code, since(_PARTY))
    )
    return session.execute(query).all()


def groups(
    session: Session, buildings: Collection[int], parents: Collection[int], day: date
) -> Found:
    """Return building groups from a day on: of these buildings, or under these organisations."""
    version = PartyVersion
    query = (
        select(
            version.id,
            version.organisation_id,
            version.building_id,
            version.parent_id,
            version.name,
        )
        .where(
            version.kind == PartyKind.BUILDING_GROUP,
            lasts(version, day),
            or_(among(version.building_id, buildings), among(version.parent_id, parents)),
        )
        .order_by(version.id)
    )
    return session.execute(query).all()


def posts(session: Session, grids: Collection[int], day: date) -> Found:
    """Return the posts for grids from a day on, with the person's name."""
    query = (
        select(
            Post.id,
            Post.kind,
            Post.grid_id,
            Post.person_id,
            Person.name,
            since(_POSTS).label("since"),
        )
        .join(Person, Person.id == Post.person_id)
        .where(lasts(Post, day), among(Post.grid_id, grids))
        .order_by(Post.grid_id, Post.kind, Post.id)
    )
    return session.execute(query).all()


def post_keys(session: Session, ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Return posts by person and kind."""
    query = select(Post.id, Post.person_id, Post.kind).where(among(Post.id, ids))
    return {(row.person_id, row.kind): row.id for row in session.execute(query)}


def stand_ins(session: Session, posts: Collection[int], day: date) -> Found:
    """Return id and post of stand-ins from a day on."""
    query = select(StandIn.id, StandIn.post_id).where(
        lasts(StandIn, day), among(StandIn.post_id, posts)
    )
    return session.execute(query).all()
