"""The second factor of an account: show a secret, confirm it, give codes, recover, remove.

Wrong codes at the sign-in count together with wrong passwords; such refusals are returned, see
`gridmap.accounts.trials`. The secret itself is stored as it is: the server needs it to check.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts import queries, totp, trials
from gridmap.accounts.authority import Awaits
from gridmap.accounts.service import (
    LASTS_FOR,
    OPTIONAL,
    Opened,
    SignedIn,
    Standing,
    record,
    signed_in,
    standing,
)
from gridmap.accounts.tables import Account, SecondFactor, SignIn
from gridmap.accounts.trials import sha256
from gridmap.errors import AccountLocked, NotSignedIn, WrongOneTimeCode
from gridmap.store import audit

ISSUER: Final = "网格地图"
REQUIRED: Final = "required"


@dataclass(frozen=True, slots=True)
class Shown:
    """A secret that waits for its first code: to type in, and as the address of a QR code."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An account's second factor: since when, and how many recovery codes are left."""

    since: datetime
    recovery_codes: int


def pass_code(
    session: Session, key: str, code: str, now: datetime
) -> Opened | WrongOneTimeCode | AccountLocked:
    """Take a one-time code or a recovery code and open the session, under a new key.

    Raises:
        NotSignedIn: the session is over, or waits for no code.
    """
    found = standing(session, key, now)
    row = queries.session_keyed(session, sha256(key))
    if found is None or row is None or found.awaits is not Awaits.CODE:
        raise NotSignedIn
    refusal = _tried(session, found.who, code, now)
    if refusal is not None:
        return refusal
    opened = Opened(secrets.token_urlsafe(32), row.account_id, now + LASTS_FOR)
    row.key_sha256, row.factor_passed = sha256(opened.key), True
    row.seen_at, row.expires_at = now, opened.expires_at
    signed_in(session, session.get_one(Account, row.account_id), now)
    return opened


def _tried(
    session: Session, who: SignedIn, code: str, now: datetime
) -> WrongOneTimeCode | AccountLocked | None:
    return trials.attempt(
        session,
        who.login,
        who.account_id,
        lambda: _takes(session, who.account_id, code, now),
        WrongOneTimeCode(field="code"),
        now,
    )


def _takes(session: Session, account_id: int, code: str, now: datetime) -> bool:
    """Take a code that fits, so that it never fits again."""
    if totp.is_recovery_code(code):
        used = queries.use_recovery_code(session, account_id, totp.recovery_hash(code), now)
        if used:
            left = queries.unused_recovery_codes(session, account_id)
            record(session, "recovery_code_used", account_id, now, by=account_id, left=left)
        return used
    factor = queries.second_factor(session, account_id)
    if factor is None:
        return False
    step = totp.accepted_step(factor.secret, code, now, factor.last_step)
    if step is not None:
        factor.last_step = step
        session.flush()
    return step is not None


def enrolled(session: Session, account_id: int) -> Enrolled | None:
    """Return an account's second factor; None where it has none."""
    factor = queries.second_factor(session, account_id)
    if factor is None:
        return None
    return Enrolled(factor.confirmed_at, queries.unused_recovery_codes(session, account_id))


def shown_secret(session: Session, key: str, now: datetime) -> Shown:
    """Return the secret that this session shows until a code confirms it; the same at every look.

    Raises:
        NotSignedIn: the session is over or waits for something else, or there is a second factor.
    """
    found, row = _enrolling(session, key, now)
    if row.pending_secret is None:
        row.pending_secret = totp.new_secret()
        session.flush()
    address = totp.address(row.pending_secret, found.who.login, ISSUER)
    return Shown(row.pending_secret, address)


def _enrolling(session: Session, key: str, now: datetime) -> tuple[Standing, SignIn]:
    found = standing(session, key, now)
    row = queries.session_keyed(session, sha256(key))
    if found is None or row is None or found.enrolled or found.awaits is Awaits.CHANGE:
        raise NotSignedIn
    return found, row


def confirm(session: Session, key: str, code: str, now: datetime) -> tuple[str, ...]:
    """Make the shown secret the account's second factor; return its recovery codes, shown once.

    Other sessions of the account must give a code before they go on.

    Raises:
        NotSignedIn: see `shown_secret`.
        WrongOneTimeCode: the code does not belong to the secret that is shown.
    """
    found, row = _enrolling(session, key, now)
    step = totp.accepted_step(row.pending_secret, code, now, 0) if row.pending_secret else None
    if row.pending_secret is None or step is None:
        raise WrongOneTimeCode(field="code")
    session.add(
        SecondFactor(
            account_id=row.account_id, secret=row.pending_secret, confirmed_at=now, last_step=step
        )
    )
    row.pending_secret, row.factor_passed = None, True
    record(session, "second_factor_enrolled", row.account_id, now, by=row.account_id)
    return _fresh_codes(session, found.who.account_id)


def _fresh_codes(session: Session, account_id: int) -> tuple[str, ...]:
    codes = totp.new_recovery_codes()
    queries.replace_recovery_codes(session, account_id, map(totp.recovery_hash, codes))
    return codes


def renew_recovery_codes(
    session: Session, who: SignedIn, code: str, now: datetime
) -> tuple[str, ...] | WrongOneTimeCode | AccountLocked:
    """Replace the recovery codes of whoever gives a code; the earlier ones are void."""
    refusal = _tried(session, who, code, now)
    if refusal is not None:
        return refusal
    trials.forget(session, who.login)
    record(session, "recovery_codes_renewed", who.account_id, now, by=who.account_id)
    return _fresh_codes(session, who.account_id)


def remove(
    session: Session, key: str, who: SignedIn, code: str, now: datetime
) -> WrongOneTimeCode | AccountLocked | None:
    """Remove the second factor of whoever gives a code (a new phone, or no longer wanted).

    The account's other sessions end; where a second factor is required, this one awaits a new one.
    """
    refusal = _tried(session, who, code, now)
    if refusal is not None:
        return refusal
    trials.forget(session, who.login)
    queries.end_sessions_of(session, who.account_id, but=sha256(key))
    queries.remove_second_factor(session, who.account_id)
    record(session, "second_factor_removed", who.account_id, now, by=who.account_id)
    return None


def is_required(session: Session) -> bool:
    """Tell whether the county requires a second factor of desks and above; yes if nothing is set."""
    return queries.factor_rule(session) != OPTIONAL


def require(session: Session, *, required: bool, by: int | None, now: datetime) -> None:
    """Set whether desks and above need a second factor."""
    rule = REQUIRED if required else OPTIONAL
    queries.write_factor_rule(session, rule)
    audit.record(
        session, "second_factor_rule", "setting", queries.FACTOR_RULE, now=now, account_id=by,
        rule=rule,
    )  # fmt: skip
    session.flush()
