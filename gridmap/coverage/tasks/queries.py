"""SQL: the tasks of gaps, and who may be named for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from gridmap.accounts.authority import Scope
from gridmap.coverage.tasks.tables import CoverageTask
from gridmap.ledger.areas import Area, AreaVersion, Grid
from gridmap.ledger.posts import Person, Post
from gridmap.store.base import as_of
from gridmap.terms import AreaKind, PostKind

Found = Row[*tuple[Any, ...]]
MOST_ROWS: Final = 500

_OWNER, _OPENER, _COMMUNITY = aliased(Person), aliased(Person), aliased(Area)


def _rows(day: date) -> Select[*tuple[Any, ...]]:
    return (
        select(
            CoverageTask,
            _OWNER.name.label("owner"),
            _OWNER.code.label("owner_code"),
            _OPENER.name.label("opener"),
            _COMMUNITY.code.label("community_code"),
            func.coalesce(AreaVersion.name, _COMMUNITY.code).label("community"),
        )
        .join(_OWNER, _OWNER.id == CoverageTask.owner_id)
        .join(_OPENER, _OPENER.id == CoverageTask.opened_by_id)
        .join(_COMMUNITY, _COMMUNITY.id == CoverageTask.community_id)
        .outerjoin(AreaVersion, and_(AreaVersion.area_id == _COMMUNITY.id, as_of(AreaVersion, day)))
    )


def listed(
    session: Session,
    day: date,
    *,
    is_open: bool,
    owner_id: int | None = None,
    community: str | None = None,
) -> Sequence[Found]:
    """Return tasks: open ones by their day, closed ones with the last first; names as of the day."""
    query = _rows(day)
    closed = CoverageTask.closed_at
    query = query.where(closed.is_(None) if is_open else closed.is_not(None))
    if owner_id is not None:
        query = query.where(CoverageTask.owner_id == owner_id)
    if community:
        query = query.where(_COMMUNITY.code == community)
    order = (CoverageTask.due, CoverageTask.id) if is_open else (closed.desc(), CoverageTask.id)
    return session.execute(query.order_by(*order).limit(MOST_ROWS)).all()


def one(session: Session, task_id: int, day: date) -> Found | None:
    """Return one task with the names that belong to it."""
    return session.execute(_rows(day).where(CoverageTask.id == task_id)).one_or_none()


def held(session: Session, task_id: int) -> CoverageTask | None:
    """Return one task, held until the transaction ends."""
    query = select(CoverageTask).where(CoverageTask.id == task_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def all_open_held(session: Session) -> Sequence[CoverageTask]:
    """Return the open tasks, held till the end; what somebody is changing just now is left out."""
    query = select(CoverageTask).where(CoverageTask.closed_at.is_(None)).order_by(CoverageTask.id)
    held_query = query.with_for_update(skip_locked=True)
    return session.scalars(held_query.execution_options(populate_existing=True)).all()


def open_of(session: Session, check: str, kind: str, code: str) -> CoverageTask | None:
    """Return the open task of a gap."""
    return session.scalar(
        select(CoverageTask).where(
            CoverageTask.closed_at.is_(None),
            CoverageTask.check == check,
            CoverageTask.subject_kind == kind,
            CoverageTask.subject_code == code,
        )
    )


def community(session: Session, code: str) -> Area | None:
    """Return a community by its code."""
    return session.scalar(select(Area).where(Area.code == code, Area.kind == AreaKind.COMMUNITY))


def within(session: Session, scope: Scope, community_id: int) -> bool:
    """Tell whether a community lies in somebody's scope: her own, her township's, or the county's."""
    if scope.county or community_id in scope.communities:
        return True
    query = select(Area.parent_id).where(Area.id == community_id)
    return session.scalar(query) in scope.townships


def person(session: Session, code: str) -> Person | None:
    """Return a person by code."""
    return session.scalar(select(Person).where(Person.code == code))


def answerable(session: Session, community: Area, day: date) -> Sequence[Found]:
    """Return who holds a post of a community, its grids, its township or the county on the day: code, name, kinds."""
    county = select(Area.parent_id).where(Area.id == community.parent_id).scalar_subquery()
    grids = select(Grid.id).where(Grid.community_id == community.id)
    here = or_(
        Post.area_id.in_([community.id, community.parent_id]),
        Post.area_id == county,
        and_(Post.grid_id.in_(grids), Post.kind == PostKind.GRID_WORKER),
    )
    return session.execute(
        select(Person.code, Person.name, func.array_agg(Post.kind.distinct()).label("kinds"))
        .join(Post, and_(Post.person_id == Person.id, as_of(Post, day)))
        .where(here)
        .group_by(Person.id)
        .order_by(Person.name, Person.code)
    ).all()
