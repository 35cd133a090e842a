"""SQL: posts of leaders and first secretaries with their visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session, aliased

from gridmap.ledger.areas import Area, AreaVersion
from gridmap.ledger.posts import Agency, Person, Post, Visit
from gridmap.store.base import as_of
from gridmap.terms import PostKind

Found = Row[*tuple[Any, ...]]

KINDS: Final = (
    PostKind.LEADER_MUNICIPAL,
    PostKind.LEADER_COUNTY,
    PostKind.LEADER_TOWNSHIP,
    PostKind.FIRST_SECRETARY,
)
"""Posts that have a page each."""


def posts(session: Session, day: date, person: str | None = None) -> Sequence[Found]:
    """Return the posts that are held on a day, or all that one person held up to it; names as of the day.

    Args:
        session: open session.
        day: of the ledger.
        person: code of the person whose posts are wanted, past ones too.
    """
    township, seconded = aliased(AreaVersion), aliased(Agency)
    query = (
        select(
            Post.id,
            Post.kind,
            func.lower(Post.valid).label("since"),
            func.upper(Post.valid).label("until"),
            Post.term_end,
            Person.code.label("person_code"),
            Person.name.label("person"),
            Agency.name.label("agency"),
            seconded.name.label("seconded_from"),
            Area.code.label("community_code"),
            func.coalesce(AreaVersion.name, Area.code).label("community"),
            func.coalesce(township.name, "").label("township"),
        )
        .join(Person, Person.id == Post.person_id)
        .join(Area, Area.id == Post.area_id)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .outerjoin(seconded, seconded.id == Post.seconded_from_id)
        .outerjoin(AreaVersion, and_(AreaVersion.area_id == Area.id, as_of(AreaVersion, day)))
        .outerjoin(township, and_(township.area_id == Area.parent_id, as_of(township, day)))
        .where(Post.kind.in_(KINDS))
        .order_by(Person.name, Person.code, func.lower(Post.valid).desc(), Area.code)
    )
    if person is None:
        return session.execute(query.where(as_of(Post, day))).all()
    past = query.where(Person.code == person, func.lower(Post.valid) <= day)
    return session.execute(past).all()


def visits(session: Session, post_ids: Sequence[int], day: date) -> Sequence[Found]:
    """Return the visits of some posts up to a day, the last first: id, post_id, day, note."""
    if not post_ids:
        return ()
    return session.execute(
        select(Visit.id, Visit.post_id, Visit.day, Visit.note)
        .where(Visit.post_id.in_(post_ids), Visit.day <= day)
        .order_by(Visit.day.desc(), Visit.id)
    ).all()
