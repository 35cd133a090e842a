"""SQL: accounts by name, who is signed in with today's posts, people without an account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap.accounts.tables import Account, SignIn
from gridmap.ledger.areas import AreaVersion, GridVersion
from gridmap.ledger.buildings import BuildingVersion, CompoundVersion
from gridmap.ledger.posts import Agency, Person, Post
from gridmap.store.base import as_of
from gridmap.terms import PostKind

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


def account_named(session: Session, login: str) -> Account | None:
    """Return the account of a name, locked: tries at one account are counted one after another."""
    query = (
        select(Account)
        .where(Account.login == login)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalar(query)


def person_coded(session: Session, code: str) -> int | None:
    """Return the id of the person with a code."""
    return session.scalar(select(Person.id).where(Person.code == code))


def signed_in(
    session: Session, key_sha256: str, *, now: datetime, idle_since: datetime, day: date
) -> Sequence[Found]:
    """Return who a session belongs to: one row for each post of the day, one with none; or no row.

    Args:
        session: open session.
        key_sha256: hash of the key in the cookie.
        now: sessions that expired before are over.
        idle_since: sessions last seen before are over.
        day: day of the posts and of the names of their places.
    """
    query = (
        select(
            SignIn.account_id,
            SignIn.seen_at,
            Account.login,
            Account.roles,
            Person.id.label("person_id"),
            Person.name,
            Post.id.label("post_id"),
            Post.kind,
            func.coalesce(
                Post.area_id, Post.grid_id, Post.building_id, Post.compound_id, Post.agency_id
            ).label("target_id"),
            func.coalesce(AreaVersion.name, GridVersion.name, Agency.name, BUILDING_NAME).label(
                "place"
            ),
        )
        .join(Account, Account.id == SignIn.account_id)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(Post, and_(Post.person_id == Person.id, as_of(Post, day)))
        .where(
            SignIn.key_sha256 == key_sha256,
            SignIn.expires_at > now,
            SignIn.seen_at > idle_since,
            Account.active,
        )
        .order_by(Post.id)
    )
    return session.execute(_with_places(query, day)).all()


def _with_places(query: Query, day: date) -> Query:
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


def touch(session: Session, key_sha256: str, now: datetime) -> None:
    """Remember that a session was used."""
    session.execute(
        update(SignIn)
        .where(SignIn.key_sha256 == key_sha256)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


def end_session(session: Session, key_sha256: str) -> int | None:
    """End one session; return its account, or None if it was over."""
    query = delete(SignIn).where(SignIn.key_sha256 == key_sha256).returning(SignIn.account_id)
    return session.scalar(query.execution_options(synchronize_session=False))


def end_sessions_of(session: Session, account_id: int, *, but: str | None = None) -> None:
    """End the sessions of an account, except the one whose key has the hash `but`."""
    query = delete(SignIn).where(SignIn.account_id == account_id)
    if but is not None:
        query = query.where(SignIn.key_sha256 != but)
    session.execute(query.execution_options(synchronize_session=False))


def end_expired_sessions(session: Session, account_id: int, now: datetime) -> None:
    """Forget the sessions of an account that are over."""
    query = delete(SignIn).where(SignIn.account_id == account_id, SignIn.expires_at <= now)
    session.execute(query.execution_options(synchronize_session=False))


def insert_account(
    session: Session, *, login: str, password_hash: str, person_id: int, roles: Iterable[str]
) -> int | None:
    """Insert an account and return its id; None if the name is taken or the person has one."""
    query = (
        insert(Account)
        .values(login=login, password_hash=password_hash, person_id=person_id, roles=sorted(roles))
        .on_conflict_do_nothing()
        .returning(Account.id)
    )
    return session.scalar(query)


def insert_accounts_for_posts(
    session: Session, kinds: Iterable[PostKind], day: date, password_hash: str
) -> list[str]:
    """Give an account to everybody who holds such a post on a day and has none; return the names.

    The name is the person's code in small letters; who already has an account keeps it.
    """
    holders = (
        select(func.lower(Person.code), Person.id, literal(password_hash))
        .join(Post, Post.person_id == Person.id)
        .where(as_of(Post, day), Post.kind.in_(sorted(kinds)))
        .distinct()
    )
    query = (
        insert(Account)
        .from_select(["login", "person_id", "password_hash"], holders)
        .on_conflict_do_nothing()
        .returning(Account.login)
    )
    return sorted(session.scalars(query))
