"""SQL: whom a plan touches: buildings by id, posts and branches of grids."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.ledger.buildings import Building, BuildingVersion, CompoundVersion
from gridmap.ledger.party import PartyVersion
from gridmap.ledger.posts import Person, Post
from gridmap.store.base import as_of


def buildings(session: Session, ids: Collection[int], day: date) -> Sequence[Any]:
    """Return id, code, households and what is needed to name buildings, as of a day, by code."""
    query = (
        select(
            Building.id,
            Building.code,
            BuildingVersion.number,
            BuildingVersion.zone,
            BuildingVersion.name,
            BuildingVersion.address,
            BuildingVersion.households,
            CompoundVersion.name.label("compound"),
        )
        .join(BuildingVersion, BuildingVersion.building_id == Building.id)
        .outerjoin(
            CompoundVersion,
            (CompoundVersion.compound_id == BuildingVersion.compound_id)
            & as_of(CompoundVersion, day),
        )
        .where(Building.id.in_(list(ids)), as_of(BuildingVersion, day))
        .order_by(Building.code)
    )
    return session.execute(query).all()


def posts_of(session: Session, grid_ids: Collection[int], day: date) -> Sequence[Any]:
    """Return grid, kind and name of who holds a post at some grids on a day."""
    query = (
        select(Post.id, Post.grid_id, Post.kind, Person.name)
        .join(Person, Person.id == Post.person_id)
        .where(Post.grid_id.in_(list(grid_ids)), as_of(Post, day))
        .order_by(Post.grid_id, Post.kind, Person.code)
    )
    return session.execute(query).all()


def branches_of(session: Session, grid_ids: Collection[int], day: date) -> Sequence[Any]:
    """Return grid, name and full members of the branches of some grids on a day."""
    query = (
        select(PartyVersion.grid_id, PartyVersion.name, PartyVersion.full_members)
        .where(PartyVersion.grid_id.in_(list(grid_ids)), as_of(PartyVersion, day))
        .order_by(PartyVersion.grid_id)
    )
    return session.execute(query).all()
