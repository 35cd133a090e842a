"""SQL: posts that somebody may name a stand-in for, people who could stand in, stand-ins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Subquery,
    and_,
    case,
    delete,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from gridmap.accounts.authority import NAMES_STAND_INS, HeldPost, Level, Reader, Scope
from gridmap.accounts.post_queries import POST_COLUMNS, Found, Query, with_places
from gridmap.accounts.tables import Account
from gridmap.ledger.areas import Area, Grid
from gridmap.ledger.buildings import CompoundVersion, GridBuilding
from gridmap.ledger.posts import Person, Post, StandIn
from gridmap.store.base import as_of, ended
from gridmap.terms import LEADER_LINKS, AreaKind, Role

Substitute, NamedBy = aliased(Person), aliased(Person)
_BELOW: dict[Level, tuple[Level, ...]] = {
    Level.COMMUNITY: (Level.BUILDING, Level.GRID),
    Level.TOWNSHIP: (Level.BUILDING, Level.GRID, Level.COMMUNITY),
}


def _standing(day: date) -> Subquery:
    """The posts of a day with their level, and the community, township or agency they lie in."""
    target, community = aliased(Area), aliased(Area)
    of_building = aliased(Grid)
    community_id = func.coalesce(
        case((target.kind == AreaKind.COMMUNITY, target.id)),
        Grid.community_id,
        of_building.community_id,
        CompoundVersion.community_id,
    )
    level = case(
        (target.id.is_not(None), target.kind),
        (Post.grid_id.is_not(None), literal(Level.GRID.value)),
        (Post.agency_id.is_not(None), null()),
        else_=literal(Level.BUILDING.value),
    )
    return (
        select(
            Post.id,
            Post.person_id,
            Post.kind,
            Post.agency_id,
            level.label("level"),
            community_id.label("community_id"),
            func.coalesce(
                case((target.kind == AreaKind.TOWNSHIP, target.id)), community.parent_id
            ).label("township_id"),
        )
        .select_from(Post)
        .outerjoin(target, target.id == Post.area_id)
        .outerjoin(Grid, Grid.id == Post.grid_id)
        .outerjoin(
            GridBuilding,
            and_(GridBuilding.building_id == Post.building_id, as_of(GridBuilding, day)),
        )
        .outerjoin(of_building, of_building.id == GridBuilding.grid_id)
        .outerjoin(
            CompoundVersion,
            and_(CompoundVersion.compound_id == Post.compound_id, as_of(CompoundVersion, day)),
        )
        .outerjoin(community, community.id == community_id)
        .where(as_of(Post, day))
        .subquery("standing")
    )


def _may_name(standing: Subquery, reader: Reader) -> ColumnElement[bool]:
    """The reader may name a stand-in for the post: her own, or one below hers in her area.

    Links of leaders are their own affair; the administrator names for every post.
    """
    scope, column = reader.scope, standing.c
    if Role.ADMINISTRATOR in scope.roles:
        return true()
    areas = {Level.COMMUNITY: column.community_id, Level.TOWNSHIP: column.township_id}
    below = [
        and_(column.level.in_(_BELOW[level]), areas[level].in_(ids))
        for level, ids in _naming(scope.posts).items()
        if level in areas
    ]
    if Level.COUNTY in _naming(scope.posts):
        below.append(column.level.is_distinct_from(Level.COUNTY.value))
    named = and_(column.kind.not_in(sorted(LEADER_LINKS)), or_(false(), *below))
    return or_(column.person_id == reader.person_id, func.coalesce(named, false()))


def _naming(posts: Sequence[HeldPost]) -> dict[Level, list[int]]:
    """The places in which the reader's posts name stand-ins, by level."""
    places: dict[Level, list[int]] = {}
    for post in posts:
        level = NAMES_STAND_INS.get(post.kind)
        if level is not None:
            places.setdefault(level, []).append(post.target_id)
    return places


def nameable_posts(
    session: Session,
    reader: Reader,
    *,
    day: date,
    words: str | None = None,
    post_id: int | None = None,
    limit: int,
) -> Sequence[Found]:
    """Return posts of a day that a reader may name a stand-in for, with holder and place.

    Args:
        session: open session.
        reader: who names.
        day: day of the posts.
        words: part of a holder's name or code; None for the reader's own posts only.
        post_id: only this post.
        limit: most rows.
    """
    standing = _standing(day)
    query = (
        select(*POST_COLUMNS, Person.id.label("person_id"), Person.name, Person.code)
        .select_from(standing)
        .join(Post, Post.id == standing.c.id)
        .join(Person, Person.id == Post.person_id)
        .where(_may_name(standing, reader))
    )
    if post_id is not None:
        query = query.where(Post.id == post_id)
    elif words is None:
        query = query.where(Post.person_id == reader.person_id)
    else:
        query = query.where(_called(words))
    return session.execute(
        with_places(query, day).order_by(Person.name, Post.id).limit(limit)
    ).all()


def _called(words: str) -> ColumnElement[bool]:
    return or_(
        Person.name.icontains(words, autoescape=True),
        Person.code.icontains(words, autoescape=True),
    )


def candidates(
    session: Session,
    scope: Scope,
    *,
    day: date,
    words: str = "",
    person_id: int | None = None,
    limit: int,
) -> Sequence[Found]:
    """Return people in post within a reader's reach, and whether they have an account.

    Within reach are people of the same community, township (for its desk) or agency; for the
    county's desk and the administrator everybody in post.

    Args:
        session: open session.
        scope: what the reader reaches today.
        day: day of the posts.
        words: part of a name or code.
        person_id: only this person.
        limit: most rows.
    """
    standing = _standing(day)
    theirs = select(standing.c.id).where(
        standing.c.person_id == Person.id, _near(standing, scope, day)
    )
    query = select(
        Person.id.label("person_id"), Person.name, Person.code, _has_account(Person.id)
    ).where(exists(theirs))
    query = query.where(_called(words) if person_id is None else Person.id == person_id)
    return session.execute(query.order_by(Person.name, Person.code).limit(limit)).all()


def _has_account(person_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    mine = exists().where(Account.person_id == person_id, Account.active)
    return mine.label("has_account")


def _near(standing: Subquery, scope: Scope, day: date) -> ColumnElement[bool]:
    if scope.county or Role.ADMINISTRATOR in scope.roles:
        return true()
    held = _standing(day)
    own = held.c.id.in_([post.post_id for post in scope.posts])
    township = select(held.c.township_id).where(own, held.c.level == Level.TOWNSHIP.value)
    return or_(
        standing.c.community_id.in_(select(held.c.community_id).where(own)),
        standing.c.township_id.in_(township),
        standing.c.agency_id.in_(select(held.c.agency_id).where(own)),
    )


def stand_ins(
    session: Session,
    reader: Reader,
    *,
    day: date,
    stand_in_id: int | None = None,
    limit: int,
) -> Sequence[Found]:
    """Return stand-ins that concern a reader or that she may end, latest first.

    She is the holder, the stand-in or who named one, or may name for the post today.
    """
    standing = _standing(day)
    may_end = func.coalesce(_may_name(standing, reader), false())
    query = (
        select(
            *POST_COLUMNS,
            StandIn.id,
            StandIn.valid,
            StandIn.note,
            StandIn.person_id.label("substitute_id"),
            Person.name.label("holder"),
            Substitute.name.label("substitute"),
            NamedBy.name.label("named_by"),
            _has_account(Substitute.id),
            may_end.label("may_end"),
        )
        .select_from(StandIn)
        .join(Post, Post.id == StandIn.post_id)
        .join(Person, Person.id == Post.person_id)
        .join(Substitute, Substitute.id == StandIn.person_id)
        .join(NamedBy, NamedBy.id == StandIn.named_by_id)
        .outerjoin(standing, standing.c.id == StandIn.post_id)
        .where(
            or_(
                Post.person_id == reader.person_id,
                StandIn.person_id == reader.person_id,
                StandIn.named_by_id == reader.person_id,
                may_end,
            )
        )
    )
    if stand_in_id is not None:
        query = query.where(StandIn.id == stand_in_id)
    return session.execute(_latest(with_places(query, day)).limit(limit)).all()


def _latest(query: Query) -> Query:
    return query.order_by(func.lower(StandIn.valid).desc(), StandIn.id.desc())


def insert_stand_in(session: Session, values: Mapping[str, Any]) -> int | None:
    """Insert a stand-in and return its id; None if the post has another one on one of the days."""
    query = insert(StandIn).values(**values).on_conflict_do_nothing().returning(StandIn.id)
    return session.scalar(query)


def end_stand_in(session: Session, stand_in_id: int, day: date) -> bool:
    """Let a stand-in end before a day; one that began no earlier never was. False if it is over."""
    unbegun = delete(StandIn).where(StandIn.id == stand_in_id, func.lower(StandIn.valid) >= day)
    if session.scalar(unbegun.returning(StandIn.id).execution_options(synchronize_session=False)):
        return True
    cut = (
        update(StandIn)
        .where(StandIn.id == stand_in_id, func.upper(StandIn.valid) > day)
        .values(valid=ended(StandIn.valid.expression, day))
        .returning(StandIn.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(cut) is not None
