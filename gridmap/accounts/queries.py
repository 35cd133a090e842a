"""SQL: accounts by name, tries to sign in, sessions with today's posts, second factors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Date,
    ScalarSelect,
    and_,
    bindparam,
    delete,
    exists,
    func,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap.accounts.post_queries import POST_COLUMNS, Found, Query, held_posts, with_places
from gridmap.accounts.tables import Account, RecoveryCode, SecondFactor, SignIn, SignInTrial
from gridmap.ledger.posts import Person, Post, StandIn
from gridmap.ledger.settings import Setting
from gridmap.store.base import as_of

FACTOR_RULE: Final = "second_factor"
"""Key of the county's setting whether desks and above need a second factor."""
FORGOTTEN_AT_ONCE: Final = 200
"""Old tries that one new try clears away, so that no sign-in has to clear up for long."""


def account_named(session: Session, login: str) -> Account | None:
    """Return the account of a name, as it stands now."""
    query = select(Account).where(Account.login == login)
    return session.scalar(query.execution_options(populate_existing=True))


def begin_trial(session: Session, login_sha256: str, now: datetime) -> Found:
    """Return a name's failures and its lock; from here on tries at this name wait for each other."""
    query = (
        insert(SignInTrial)
        .values(login_sha256=login_sha256, last_at=now)
        .on_conflict_do_update(index_elements=[SignInTrial.login_sha256], set_={"last_at": now})
        .returning(SignInTrial.failures, SignInTrial.locked_until)
    )
    return session.execute(query).one()


def write_trial(
    session: Session, login_sha256: str, *, failures: int, locked_until: datetime | None
) -> None:
    """Write a name's failures and its lock."""
    session.execute(
        update(SignInTrial)
        .where(SignInTrial.login_sha256 == login_sha256)
        .values(failures=failures, locked_until=locked_until)
        .execution_options(synchronize_session=False)
    )


def forget_trial(session: Session, login_sha256: str) -> None:
    """Forget the failures at a name and its lock."""
    query = delete(SignInTrial).where(SignInTrial.login_sha256 == login_sha256)
    session.execute(query.execution_options(synchronize_session=False))


def forget_old_trials(session: Session, before: datetime) -> None:
    """Forget some names that nobody tried since; rows that others work on are left alone."""
    old = (
        select(SignInTrial.login_sha256)
        .where(SignInTrial.last_at < before)
        .limit(FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    query = delete(SignInTrial).where(SignInTrial.login_sha256.in_(old))
    session.execute(query.execution_options(synchronize_session=False))


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
    asked = {"key": key_sha256, "now": now, "idle_since": idle_since, "day": day}
    return session.execute(_signed_in(), asked).all()


@cache
def _signed_in() -> Query:
    """Return the statement; it is asked with every request, and takes longer to make than to run."""
    day: BindParameter[date] = bindparam("day", type_=Date)
    held = held_posts(day)
    query = (
        select(
            SignIn.account_id,
            SignIn.seen_at,
            SignIn.factor_passed,
            Account.login,
            Account.roles,
            Account.must_change,
            exists().where(SecondFactor.account_id == Account.id).label("enrolled"),
            _factor_rule().label("factor_rule"),
            Person.id.label("person_id"),
            Person.name,
            held.c.stands_in,
            *POST_COLUMNS,
        )
        .join(Account, Account.id == SignIn.account_id)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(held, true())
        .outerjoin(Post, Post.id == held.c.post_id)
        .where(
            SignIn.key_sha256 == bindparam("key"),
            SignIn.expires_at > bindparam("now"),
            SignIn.seen_at > bindparam("idle_since"),
            Account.active,
        )
        .order_by(held.c.stands_in, Post.id)
    )
    return with_places(query, day)


def terms(session: Session, post_ids: Iterable[int], person_id: int, day: date) -> Sequence[Found]:
    """Return since when and until when posts are held, and where somebody stands in, those days."""
    mine = and_(StandIn.post_id == Post.id, StandIn.person_id == person_id, as_of(StandIn, day))
    query = (
        select(Post.id, Post.valid, Post.term_end, StandIn.valid.label("standing_in"))
        .outerjoin(StandIn, mine)
        .where(Post.id.in_(sorted(post_ids)))
    )
    return session.execute(query).all()


def _factor_rule() -> ScalarSelect[Any]:
    return select(Setting.value).where(Setting.key == FACTOR_RULE).scalar_subquery()


def factor_rule(session: Session) -> object:
    """Return the county's setting for second factors as it is stored; None where there is none."""
    return session.scalar(select(_factor_rule()))


def write_factor_rule(session: Session, rule: str) -> None:
    """Write the county's setting for second factors."""
    session.merge(Setting(key=FACTOR_RULE, value=rule))
    session.flush()


def touch(session: Session, key_sha256: str, now: datetime) -> None:
    """Remember that a session was used."""
    session.execute(
        update(SignIn)
        .where(SignIn.key_sha256 == key_sha256)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


def open_sessions(
    session: Session, account_id: int, *, now: datetime, idle_since: datetime
) -> Sequence[SignIn]:
    """Return the sessions of an account that are not over, last used first."""
    query = (
        select(SignIn)
        .where(
            SignIn.account_id == account_id,
            SignIn.expires_at > now,
            SignIn.seen_at > idle_since,
        )
        .order_by(SignIn.seen_at.desc(), SignIn.key_sha256)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def session_keyed(session: Session, key_sha256: str) -> SignIn | None:
    """Return a session by the hash of its key."""
    return session.get(SignIn, key_sha256, populate_existing=True)


def end_session(session: Session, key_sha256: str, account_id: int | None = None) -> int | None:
    """End one session (of that account); return its account, or None if there was none."""
    query = delete(SignIn).where(SignIn.key_sha256 == key_sha256)
    if account_id is not None:
        query = query.where(SignIn.account_id == account_id)
    return session.scalar(
        query.returning(SignIn.account_id).execution_options(synchronize_session=False)
    )


def end_sessions_of(session: Session, account_id: int, *, but: str | None = None) -> int:
    """End the sessions of an account, except the one whose key has the hash `but`; count them."""
    query = delete(SignIn).where(SignIn.account_id == account_id)
    if but is not None:
        query = query.where(SignIn.key_sha256 != but)
    ended = query.returning(SignIn.key_sha256).execution_options(synchronize_session=False)
    return len(session.scalars(ended).all())


def end_expired_sessions(session: Session, account_id: int, now: datetime) -> None:
    """Forget the sessions of an account that are over."""
    query = delete(SignIn).where(SignIn.account_id == account_id, SignIn.expires_at <= now)
    session.execute(query.execution_options(synchronize_session=False))


def second_factor(session: Session, account_id: int) -> SecondFactor | None:
    """Return an account's second factor, locked: a code is taken once, also by two at a time."""
    query = select(SecondFactor).where(SecondFactor.account_id == account_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def unused_recovery_codes(session: Session, account_id: int) -> int:
    """Return how many recovery codes are left."""
    query = select(func.count()).where(
        RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(query) or 0


def use_recovery_code(session: Session, account_id: int, code_sha256: str, now: datetime) -> bool:
    """Use up a recovery code; False if there is no such one or it was used."""
    query = (
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_sha256 == code_sha256,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.account_id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(query) is not None


def replace_recovery_codes(session: Session, account_id: int, hashes: Iterable[str]) -> None:
    """Put these recovery codes in the place of an account's earlier ones."""
    _forget_recovery_codes(session, account_id)
    session.add_all([RecoveryCode(account_id=account_id, code_sha256=one) for one in hashes])
    session.flush()


def _forget_recovery_codes(session: Session, account_id: int) -> None:
    query = delete(RecoveryCode).where(RecoveryCode.account_id == account_id)
    session.execute(query.execution_options(synchronize_session="fetch"))


def remove_second_factor(session: Session, account_id: int) -> bool:
    """Remove an account's second factor and its recovery codes; False if it had none."""
    _forget_recovery_codes(session, account_id)
    query = delete(SecondFactor).where(SecondFactor.account_id == account_id)
    removed = session.scalar(
        query.returning(SecondFactor.account_id).execution_options(synchronize_session="fetch")
    )
    return removed is not None
