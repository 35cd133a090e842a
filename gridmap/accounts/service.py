"""Sign in and out, who is signed in now, sessions, one's own password.

A session opens nothing until it has given all that it still awaits (`Awaits`): `current` sees
nobody before. Wrong passwords are counted although the request is refused, so `sign_in` and
`change_password` return the refusal, see `gridmap.accounts.trials`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts import passwords, queries, trials
from gridmap.accounts.authority import Awaits, HeldPost, Scope, awaits, scope_of
from gridmap.accounts.post_queries import Found
from gridmap.accounts.tables import Account, SignIn
from gridmap.accounts.trials import sha256
from gridmap.errors import AccountLocked, BadSignIn, InvalidInput, NotFound, NotSignedIn
from gridmap.store import audit
from gridmap.terms import PostKind, Role
from gridmap.timespan import local_day

IDLE_FOR: Final = timedelta(hours=12)
"""A session that was not used for so long is over."""
LASTS_FOR: Final = timedelta(days=7)
"""A session is over after so long, however much it was used."""
WAITS_FOR: Final = timedelta(minutes=15)
"""A session that waits for its one-time code is over after so long."""
SEEN_EVERY: Final = timedelta(minutes=5)
"""Use is written down this often, so that reading a page is not always a write."""
OPTIONAL: Final = "optional"
"""Value of the setting `second_factor` where the county leaves it to each; else it is required."""
LONGEST_AGENT: Final = 300
LONGEST_ADDRESS: Final = 64


@dataclass(frozen=True, slots=True)
class Device:
    """What a session came from, as the browser says it: shown to its owner, believed by nobody."""

    agent: str = ""
    address: str = ""


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


@dataclass(frozen=True, slots=True)
class Standing:
    """A session: whose it is, what it still awaits (None: it is open), what its account needs."""

    who: SignedIn
    awaits: Awaits | None
    enrolled: bool
    required: bool


@dataclass(frozen=True, slots=True)
class HeldTerm:
    """A post of today with its days: the first, the first one after it, the planned end."""

    post: HeldPost
    since: date
    until: date | None
    term_end: date | None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One of an account's sessions, as its owner sees it; `key_sha256` names it and opens nothing."""

    key_sha256: str
    agent: str
    address: str
    since: datetime
    last_used: datetime
    here: bool


def sign_in(
    session: Session, login: str, password: str, now: datetime, device: Device | None = None
) -> Opened | BadSignIn | AccountLocked:
    """Open a session, or return the refusal; every try is a line in the audit log.

    An unknown name takes as long as a wrong password, gets the same answer and is locked like an
    account. What the new session still awaits says `standing`.
    """
    name = as_stored(login)
    account = queries.account_named(session, name)
    known = account if account is not None and account.active else None

    def fits() -> bool:
        stored = known.password_hash if known else passwords.NOBODY
        return passwords.fits(stored, password) and known is not None

    account_id = known.id if known else None
    refusal = trials.attempt(session, name, account_id, fits, BadSignIn(), now)
    if refusal is not None or known is None:
        return refusal or BadSignIn()
    if passwords.is_outdated(known.password_hash):
        known.password_hash = passwords.hashed(password)
    return _opened(session, known, device or Device(), now)


def _opened(session: Session, account: Account, device: Device, now: datetime) -> Opened:
    """Open a session; where a code is still to come it is short, and the count goes on."""
    enrolled = queries.second_factor(session, account.id) is not None
    lasts = WAITS_FOR if enrolled else LASTS_FOR
    opened = Opened(secrets.token_urlsafe(32), account.id, now + lasts)
    queries.end_expired_sessions(session, account.id, now)
    session.add(
        SignIn(
            key_sha256=sha256(opened.key),
            account_id=account.id,
            created_at=now,
            seen_at=now,
            expires_at=opened.expires_at,
            agent=device.agent[:LONGEST_AGENT],
            address=device.address[:LONGEST_ADDRESS],
        )
    )
    if enrolled:
        record(session, "password_passed", account.id, now, by=account.id)
    else:
        signed_in(session, account, now)
    return opened


def signed_in(session: Session, account: Account, now: datetime) -> None:
    """Note that somebody proved who she is: the count of wrong tries starts again."""
    trials.forget(session, account.login)
    account.signed_in_at = now
    record(session, "signed_in", account.id, now, by=account.id)


def record(
    session: Session,
    action: str,
    account_id: int,
    now: datetime,
    *,
    by: int | None,
    **details: object,
) -> None:
    """Write a line on an account; `by` is the account that did it, where one proved who it is."""
    audit.record(session, action, "account", str(account_id), now=now, account_id=by, **details)
    session.flush()


def sign_out(session: Session, key: str, now: datetime) -> None:
    """End a session; one that is over already stays over."""
    account_id = queries.end_session(session, sha256(key))
    if account_id is not None:
        record(session, "signed_out", account_id, now, by=account_id)


def current(session: Session, key: str, now: datetime) -> SignedIn | None:
    """Return who a session belongs to, with the posts held today; None if it is over or not open.

    One statement, and a second one every `SEEN_EVERY`.
    """
    found = standing(session, key, now)
    return found.who if found is not None and found.awaits is None else None


def standing(session: Session, key: str, now: datetime) -> Standing | None:
    """Return a session with what it still awaits; None if it is over. See `current`."""
    key_sha256 = sha256(key)
    rows = queries.signed_in(
        session, key_sha256, now=now, idle_since=now - IDLE_FOR, day=local_day(now)
    )
    if not rows:
        return None
    first = rows[0]
    if first.seen_at < now - SEEN_EVERY:
        queries.touch(session, key_sha256, now)
    posts = (
        HeldPost(row.post_id, PostKind(row.kind), row.target_id, row.place, row.stands_in)
        for row in rows
        if row.post_id is not None
    )
    scope = scope_of(posts, (Role(role) for role in first.roles))
    required = first.factor_rule != OPTIONAL and scope.needs_second_factor
    return Standing(
        who=SignedIn(first.account_id, first.person_id, first.login, first.name, scope),
        awaits=awaits(
            enrolled=first.enrolled,
            passed=first.factor_passed,
            must_change=first.must_change,
            required=required,
        ),
        enrolled=first.enrolled,
        required=required,
    )


def terms(session: Session, who: SignedIn, now: datetime) -> list[HeldTerm]:
    """Return the posts held today with their days; of a stand-in, the days of standing in."""
    held = {post.post_id: post for post in who.posts}
    days = {row.id: row for row in queries.terms(session, held, who.person_id, local_day(now))}
    return [_term(post, days[post_id]) for post_id, post in held.items()]


def _term(post: HeldPost, row: Found) -> HeldTerm:
    valid = row.standing_in if post.stands_in else row.valid
    return HeldTerm(post, valid.lower, valid.upper, None if post.stands_in else row.term_end)


def open_sessions(session: Session, key: str, who: SignedIn, now: datetime) -> list[OpenSession]:
    """Return the sessions of an account that are not over, last used first."""
    here = sha256(key)
    rows = queries.open_sessions(session, who.account_id, now=now, idle_since=now - IDLE_FOR)
    return [
        OpenSession(
            row.key_sha256,
            row.agent,
            row.address,
            row.created_at,
            row.seen_at,
            row.key_sha256 == here,
        )
        for row in rows
    ]


def end_session(session: Session, key_sha256: str, who: SignedIn, now: datetime) -> None:
    """End one of one's own sessions.

    Raises:
        NotFound: it is over, or somebody else's.
    """
    if queries.end_session(session, key_sha256, who.account_id) is None:
        raise NotFound(what_zh="这个登录", what_en="This session")
    record(session, "session_ended", who.account_id, now, by=who.account_id)


def end_other_sessions(session: Session, key: str, who: SignedIn, now: datetime) -> int:
    """End all of one's own sessions but the one with this key; return how many."""
    count = queries.end_sessions_of(session, who.account_id, but=sha256(key))
    record(session, "sessions_ended", who.account_id, now, by=who.account_id, count=count)
    return count


def change_password(
    session: Session, key: str, old: str, new: str, now: datetime
) -> BadSignIn | AccountLocked | None:
    """Change the password of whoever is signed in by `key`; the account's other sessions end.

    A wrong old password counts as at the sign-in, and its refusal is returned.

    Raises:
        NotSignedIn: the session is over, or has not given its one-time code.
        InvalidInput: a weak new password, or the old one again.
    """
    found = standing(session, key, now)
    account = queries.account_named(session, found.who.login) if found else None
    if found is None or account is None or found.awaits is Awaits.CODE:
        raise NotSignedIn
    passwords.check(new, account.login)
    if new == old:
        raise InvalidInput(
            field="new",
            reason_zh="新密码要和现在的不同。",
            reason_en="The new password must differ from the present one.",
        )
    stored = account.password_hash
    refusal = trials.attempt(
        session, account.login, account.id, lambda: passwords.fits(stored, old), BadSignIn(), now
    )
    if refusal is not None:
        return refusal
    trials.forget(session, account.login)
    account.password_hash, account.must_change = passwords.hashed(new), False
    queries.end_sessions_of(session, account.id, but=sha256(key))
    record(session, "password_changed", account.id, now, by=account.id)
    return None


def as_stored(login: str) -> str:
    """Return a name as accounts have it: without blanks around, in small letters."""
    return login.strip().lower()
