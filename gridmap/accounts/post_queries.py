"""SQL: posts of a day with the names of their places, for whoever asks about people in post."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, and_, false, func, select, true
from sqlalchemy.sql.selectable import LateralFromClause

from gridmap.ledger.areas import AreaVersion, GridVersion
from gridmap.ledger.buildings import BuildingVersion, CompoundVersion
from gridmap.ledger.posts import Agency, Person, Post, StandIn
from gridmap.store.base import Day, as_of

Found = Row[*tuple[Any, ...]]
Query = Select[*tuple[Any, ...]]

BUILDING_NAME = func.concat(
    CompoundVersion.name,
    func.coalesce(
        BuildingVersion.zone + BuildingVersion.number + "号楼",
        BuildingVersion.number + "号楼",
        BuildingVersion.name,
        BuildingVersion.address,
    ),
)
"""Compound and number, as people say it; the compound alone where the post is for a compound."""

POST_COLUMNS = (
    Post.id.label("post_id"),
    Post.kind,
    func.coalesce(
        Post.area_id, Post.grid_id, Post.building_id, Post.compound_id, Post.agency_id
    ).label("target_id"),
    func.coalesce(AreaVersion.name, GridVersion.name, Agency.name, BUILDING_NAME).label("place"),
)
"""A post: its id and kind, what it is held for, and that place's name; joined by `with_places`."""


def with_places(query: Query, day: Day) -> Query:
    """Join what a post is held for, with its name on the day."""
    compound_id = func.coalesce(Post.compound_id, BuildingVersion.compound_id)
    return (
        query.outerjoin(
            AreaVersion, and_(AreaVersion.area_id == Post.area_id, as_of(AreaVersion, day))
        )
        .outerjoin(GridVersion, and_(GridVersion.grid_id == Post.grid_id, as_of(GridVersion, day)))
        .outerjoin(Agency, Agency.id == Post.agency_id)
        .outerjoin(
            BuildingVersion,
            and_(BuildingVersion.building_id == Post.building_id, as_of(BuildingVersion, day)),
        )
        .outerjoin(
            CompoundVersion,
            and_(CompoundVersion.compound_id == compound_id, as_of(CompoundVersion, day)),
        )
    )


def held_posts(day: Day) -> LateralFromClause:
    """Return the posts of a person on a day, beside `Person`: `post_id` and `stands_in`.

    They are her own and those where she stands in for the holder. Two arms, so that each goes by
    its index.
    """
    own = select(Post.id.label("post_id"), false().label("stands_in")).where(
        Post.person_id == Person.id, as_of(Post, day)
    )
    others = (
        select(StandIn.post_id, true())
        .join(Post, Post.id == StandIn.post_id)
        .where(StandIn.person_id == Person.id, as_of(StandIn, day), as_of(Post, day))
    )
    return own.correlate(Person).union_all(others.correlate(Person)).lateral("held")
