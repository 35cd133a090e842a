"""Accounts: sign in and out, who is signed in now, passwords, accounts for those in post.

A wrong password must be counted although the request is refused, and a refusal that is raised
undoes its transaction. So `sign_in` and `change_password` return the refusal: the caller lets the
transaction commit and raises it afterwards.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts import passwords, queries
from gridmap.accounts.authority import HeldPost, Scope, scope_of
from gridmap.accounts.tables import Account, SignIn
from gridmap.errors import AccountLocked, BadSignIn, InvalidInput, NotFound, NotSignedIn
from gridmap.store import audit
from gridmap.terms import PostKind, Role
from gridmap.timespan import local_day

MOST_FAILURES: Final = 5
"""Wrong passwords in a row before an account is locked."""
LOCKED_FOR: Final = timedelta(minutes=15)
IDLE_FOR: Final = timedelta(hours=12)
"""A session that was not used for so long is over."""
LASTS_FOR: Final = timedelta(days=7)
"""A session is over after so long, however much it was used."""
SEEN_EVERY: Final = timedelta(minutes=5)
"""Use is written down this often, so that reading a page is not always a write."""
LONGEST_LOGIN: Final = 64


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session: `key` goes into the cookie and is stored nowhere."""

    key: str
    account_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, with the posts of today."""

    account_id: int
    person_id: int
    login: str
    name: str
    scope: Scope

    @property
    def posts(self) -> tuple[HeldPost, ...]:
        """Posts held today."""
        return self.scope.posts

    @property
    def roles(self) -> frozenset[Role]:
        """System roles."""
        return self.scope.roles

    def titles(self, language: str) -> tuple[str, ...]:
        """Return what the person is today, in ``zh`` or ``en``: posts, then roles."""
        roles = sorted(self.roles)
        return tuple(
            [post.title(language) for post in self.posts] + [role.label(language) for role in roles]
        )


def sign_in(
    session: Session, login: str, password: str, now: datetime
) -> Opened | BadSignIn | AccountLocked:
    """Open a session, or return the refusal; every try is a line in the audit log.

    An unknown name takes as long as a wrong password and gets the same answer. After
    `MOST_FAILURES` wrong passwords in a row the account is locked for `LOCKED_FOR`.
    """
    account = queries.account_named(session, _as_stored(login))
    if account is None or not account.active:
        passwords.fits(passwords.NOBODY, password)
        audit.record(session, "sign_in_failed", "account", "unknown", now=now)
        session.flush()
        return BadSignIn()
    refusal = _tried(session, account, password, now)
    if refusal is not None:
        return refusal
    if passwords.is_outdated(account.password_hash):
        account.password_hash = passwords.hashed(password)
    opened = Opened(secrets.token_urlsafe(32), account.id, now + LASTS_FOR)
    queries.end_expired_sessions(session, account.id, now)
    session.add(
        SignIn(
            key_sha256=_sha256(opened.key),
            account_id=account.id,
            created_at=now,
            seen_at=now,
            expires_at=opened.expires_at,
        )
    )
    _record(session, "signed_in", account.id, now, by=account.id)
    return opened


def _tried(
    session: Session, account: Account, password: str, now: datetime
) -> BadSignIn | AccountLocked | None:
    """Check a password, count failures, lock; the account's row is locked by the caller's query."""
    if account.locked_until is not None and account.locked_until > now:
        _record(session, "sign_in_while_locked", account.id, now)
        return _locked(account.locked_until - now)
    if passwords.fits(account.password_hash, password):
        account.failures, account.locked_until = 0, None
        return None
    account.failures += 1
    _record(session, "sign_in_failed", account.id, now)
    if account.failures < MOST_FAILURES:
        return BadSignIn()
    account.failures, account.locked_until = 0, now + LOCKED_FOR
    _record(session, "account_locked", account.id, now)
    return _locked(LOCKED_FOR)


def _locked(left: timedelta) -> AccountLocked:
    seconds = math.ceil(left.total_seconds())
    return AccountLocked(minutes=math.ceil(seconds / 60), seconds=seconds)


def _record(
    session: Session, action: str, account_id: int, now: datetime, *, by: int | None = None
) -> None:
    """Write a line on an account; `by` is the account that proved who it is, where one did."""
    audit.record(session, action, "account", str(account_id), now=now, account_id=by)
    session.flush()


def sign_out(session: Session, key: str, now: datetime) -> None:
    """End a session; one that is over already stays over."""
    account_id = queries.end_session(session, _sha256(key))
    if account_id is not None:
        _record(session, "signed_out", account_id, now, by=account_id)


def current(session: Session, key: str, now: datetime) -> SignedIn | None:
    """Return who a session belongs to, with the posts held today; None if it is over.

    One statement, and a second one every `SEEN_EVERY`.
    """
    key_sha256 = _sha256(key)
    rows = queries.signed_in(
        session, key_sha256, now=now, idle_since=now - IDLE_FOR, day=local_day(now)
    )
    if not rows:
        return None
    first = rows[0]
    if first.seen_at < now - SEEN_EVERY:
        queries.touch(session, key_sha256, now)
    posts = (
        HeldPost(row.post_id, PostKind(row.kind), row.target_id, row.place)
        for row in rows
        if row.post_id is not None
    )
    return SignedIn(
        account_id=first.account_id,
        person_id=first.person_id,
        login=first.login,
        name=first.name,
        scope=scope_of(posts, (Role(role) for role in first.roles)),
    )


def create_account(
    session: Session,
    login: str,
    password: str,
    person_id: int,
    roles: Iterable[Role] = (),
    *,
    now: datetime,
) -> int:
    """Make an account for a person and return its id.

    Raises:
        InvalidInput: a name that cannot be typed or is taken, a weak password, or the person has an account.
    """
    name = _as_stored(login)
    _check_login(name)
    passwords.check(password, name)
    account_id = queries.insert_account(
        session,
        login=name,
        password_hash=passwords.hashed(password),
        person_id=person_id,
        roles=roles,
    )
    if account_id is None:
        raise InvalidInput(
            field="login",
            reason_zh=f"账号“{name}”已存在，或此人已有账号。",
            reason_en=f"The account “{name}” exists, or this person has one already.",
        )
    _record(session, "account_created", account_id, now)
    return account_id


def _check_login(login: str) -> None:
    if not login or len(login) > LONGEST_LOGIN or not login.isprintable() or " " in login:
        raise InvalidInput(
            field="login",
            reason_zh=f"账号为 1 到 {LONGEST_LOGIN} 个字符，不含空格。",
            reason_en=f"An account's name has 1 to {LONGEST_LOGIN} characters and no spaces.",
        )


def person_coded(session: Session, code: str) -> int:
    """Return the id of the person with a code of the roster.

    Raises:
        NotFound: nobody has it.
    """
    person_id = queries.person_coded(session, code)
    if person_id is None:
        raise NotFound(what_zh=f"编号为“{code}”的人员", what_en=f"A person with the code “{code}”")
    return person_id


def set_password(session: Session, login: str, password: str, now: datetime) -> None:
    """Give an account a new password: it is unlocked, and all its sessions end.

    Raises:
        NotFound: no such account.
        InvalidInput: a weak password.
    """
    account = queries.account_named(session, _as_stored(login))
    if account is None:
        raise NotFound(what_zh=f"账号“{login}”", what_en=f"The account “{login}”", field="login")
    _replace_password(account, password)
    queries.end_sessions_of(session, account.id)
    _record(session, "password_set", account.id, now)


def change_password(
    session: Session, key: str, old: str, new: str, now: datetime
) -> BadSignIn | AccountLocked | None:
    """Change the password of whoever is signed in by `key`; the account's other sessions end.

    A wrong old password counts as at the sign-in, and its refusal is returned.

    Raises:
        NotSignedIn: the session is over.
        InvalidInput: a weak new password.
    """
    signed_in = current(session, key, now)
    account = queries.account_named(session, signed_in.login) if signed_in else None
    if account is None:
        raise NotSignedIn
    passwords.check(new, account.login)
    refusal = _tried(session, account, old, now)
    if refusal is not None:
        return refusal
    _replace_password(account, new)
    queries.end_sessions_of(session, account.id, but=_sha256(key))
    _record(session, "password_changed", account.id, now, by=account.id)
    return None


def _replace_password(account: Account, password: str) -> None:
    passwords.check(password, account.login)
    account.password_hash = passwords.hashed(password)
    account.failures, account.locked_until = 0, None


def make_accounts_for_posts(
    session: Session, kinds: Iterable[PostKind], password: str, *, day: date, now: datetime
) -> list[str]:
    """Give an account to everybody who holds such a post on a day and has none; return the names.

    The name is the person's code in small letters. All get the same password under one hash, made
    once: for a demonstration or a first day, to be changed by each.

    Raises:
        InvalidInput: a weak password.
    """
    passwords.check(password, "")
    made = queries.insert_accounts_for_posts(session, kinds, day, passwords.hashed(password))
    audit.record(session, "accounts_made", "account", "posts", now=now, count=len(made))
    session.flush()
    return made


def _as_stored(login: str) -> str:
    return login.strip().lower()


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
