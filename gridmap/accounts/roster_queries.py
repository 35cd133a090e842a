"""SQL: people in post and their accounts, accounts that are made, who administers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import (
    ColumnElement,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap.accounts.post_queries import POST_COLUMNS, Found, Query, held_posts, with_places
from gridmap.accounts.roster import State, Wanted
from gridmap.accounts.tables import Account, SecondFactor, SignInTrial
from gridmap.ledger.posts import Person, Post
from gridmap.store.base import as_of
from gridmap.terms import PostKind, Role

LOGIN_SHA256 = func.encode(func.sha256(func.convert_to(Account.login, "UTF8")), "hex")
"""The hash under which tries at an account's name are counted, see `trials.sha256`."""


def person_coded(session: Session, code: str) -> int | None:
    """Return the id of the person with a code."""
    return session.scalar(select(Person.id).where(Person.code == code))


def members(
    session: Session, wanted: Wanted, *, after: str | None, day: date, now: datetime, limit: int
) -> Sequence[Found]:
    """Return people in post on a day or with an account, by code, with their accounts."""
    query = _wanted(_people(now), wanted, day, now)
    if after is not None:
        query = query.where(Person.code > after)
    return session.execute(query.order_by(Person.code).limit(limit)).all()


def count_members(session: Session, wanted: Wanted, *, day: date, now: datetime) -> int:
    """Return how many people `members` would give in all."""
    found = _wanted(_people(now), wanted, day, now).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def member(session: Session, account_id: int, now: datetime) -> Found | None:
    """Return the person of an account, as `members` does."""
    return session.execute(_people(now).where(Account.id == account_id)).one_or_none()


def _people(now: datetime) -> Query:
    locked = and_(SignInTrial.login_sha256 == LOGIN_SHA256, SignInTrial.locked_until > now)
    return (
        select(
            Person.id.label("person_id"),
            Person.code,
            Person.name,
            Account.id.label("account_id"),
            Account.login,
            Account.active,
            Account.roles,
            Account.must_change,
            Account.signed_in_at,
            SignInTrial.locked_until,
            SecondFactor.confirmed_at,
        )
        .select_from(Person)
        .outerjoin(Account, Account.person_id == Person.id)
        .outerjoin(SignInTrial, locked)
        .outerjoin(SecondFactor, SecondFactor.account_id == Account.id)
    )


def _wanted(query: Query, wanted: Wanted, day: date, now: datetime) -> Query:
    in_post = _in_post([wanted.kind] if wanted.kind else (), day)
    query = query.where(in_post if wanted.kind else or_(Account.id.is_not(None), in_post))
    if wanted.words:
        query = query.where(
            or_(
                *(
                    column.icontains(wanted.words, autoescape=True)
                    for column in (Person.name, Person.code, Account.login)
                )
            )
        )
    return query.where(_in_state(wanted.state, now)) if wanted.state else query


def _in_post(kinds: Iterable[PostKind], day: date) -> ColumnElement[bool]:
    clauses = [Post.person_id == Person.id, as_of(Post, day)]
    chosen = sorted(kinds)
    if chosen:
        clauses.append(Post.kind.in_(chosen))
    return exists().where(*clauses)


def _in_state(state: State, now: datetime) -> ColumnElement[bool]:
    active = func.coalesce(Account.active, false())
    clauses: dict[State, ColumnElement[bool]] = {
        State.WITHOUT: Account.id.is_(None),
        State.ACTIVE: active,
        State.LOCKED: and_(active, SignInTrial.locked_until > now),
        State.NO_FACTOR: and_(active, SecondFactor.account_id.is_(None)),
        State.NEVER: and_(active, Account.signed_in_at.is_(None)),
        State.INACTIVE: Account.active.is_(False),
    }
    return clauses[state]


def posts_of(session: Session, person_ids: Iterable[int], day: date) -> Sequence[Found]:
    """Return the posts of some people on a day, stand-ins too, with the names of their places."""
    held = held_posts(day)
    query = (
        select(Person.id.label("person_id"), held.c.stands_in, *POST_COLUMNS)
        .select_from(Person)
        .join(held, true())
        .join(Post, Post.id == held.c.post_id)
        .where(Person.id.in_(sorted(person_ids)))
        .order_by(Person.id, held.c.stands_in, Post.id)
    )
    return session.execute(with_places(query, day)).all()


def account(session: Session, account_id: int) -> Account | None:
    """Return an account by its id, as it stands now."""
    return session.get(Account, account_id, populate_existing=True)


def administrators(session: Session) -> list[int]:
    """Return the active administrators, locked: two who dismiss each other wait for one another."""
    query = (
        select(Account.id)
        .where(Account.active, Account.roles.contains([Role.ADMINISTRATOR.value]))
        .order_by(Account.id)
        .with_for_update()
    )
    return list(session.scalars(query))


def insert_account(
    session: Session,
    *,
    login: str,
    password_hash: str,
    person_id: int,
    roles: Iterable[Role] = (),
    must_change: bool = False,
) -> int | None:
    """Insert an account and return its id; None if the name is taken or the person has one."""
    query = (
        insert(Account)
        .values(
            login=login,
            password_hash=password_hash,
            person_id=person_id,
            roles=sorted(roles),
            must_change=must_change,
        )
        .on_conflict_do_nothing()
        .returning(Account.id)
    )
    return session.scalar(query)


def people_without_account(
    session: Session, kinds: Iterable[PostKind], day: date, limit: int
) -> Sequence[Found]:
    """Return people who hold such a post on a day and have no account, by code.

    Who could not get one, since the name (the code in small letters) is another's, is left out.
    """
    query = (
        select(Person.id.label("person_id"), Person.code, Person.name)
        .where(_in_post(kinds, day), _has_no_account())
        .order_by(Person.code)
        .limit(limit)
    )
    return session.execute(query).all()


def _has_no_account() -> ColumnElement[bool]:
    """Two conditions, not one with OR: each is then a join by hash."""
    known = exists().where(Account.person_id == Person.id)
    taken = exists().where(Account.login == func.lower(Person.code))
    return and_(~known, ~taken)


def count_without_account(session: Session, day: date) -> dict[PostKind, int]:
    """Return how many holders of each kind of post have no account on a day."""
    query = (
        select(Post.kind, func.count(Post.person_id.distinct()).label("people"))
        .join(Person, Person.id == Post.person_id)
        .where(as_of(Post, day), _has_no_account())
        .group_by(Post.kind)
    )
    return {PostKind(row.kind): row.people for row in session.execute(query)}


def insert_accounts_for_posts(
    session: Session, kinds: Iterable[PostKind], day: date, password_hash: str
) -> list[str]:
    """Give an account to everybody who holds such a post on a day and has none; return the names.

    The name is the person's code in small letters; who already has an account keeps it.
    """
    holders = select(func.lower(Person.code), Person.id, literal(password_hash)).where(
        _in_post(kinds, day)
    )
    query = (
        insert(Account)
        .from_select(["login", "person_id", "password_hash"], holders)
        .on_conflict_do_nothing()
        .returning(Account.login)
    )
    return sorted(session.scalars(query))
