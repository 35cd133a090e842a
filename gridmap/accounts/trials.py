"""Tries at a name: counted and locked alike, whether an account has the name or not.

A wrong try must be counted although the request is refused, and a refusal that is raised undoes
its transaction. So whoever tries gets the refusal returned: the caller lets the transaction commit
and raises it afterwards.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from gridmap.accounts import queries
from gridmap.errors import AccountLocked, GridmapError
from gridmap.store import audit

MOST_FAILURES: Final = 5
"""Wrong tries in a row before a name is locked."""
LOCKED_FOR: Final = timedelta(minutes=15)
KEPT_FOR: Final = timedelta(days=1)
"""Tries that are older are forgotten: they would fill the table with what strangers type."""
UNKNOWN: Final = "unknown"

Wrong = TypeVar("Wrong", bound=GridmapError)


def sha256(text: str) -> str:
    """Return the hash under which a key or a name is kept (hexadecimal)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def attempt(
    session: Session,
    login: str,
    account_id: int | None,
    fits: Callable[[], bool],
    wrong: Wrong,
    now: datetime,
) -> Wrong | AccountLocked | None:
    """Try what was typed at a name; count it when it is wrong, and lock the name after too many.

    What was right changes no count: `forget` does, when the whole sign-in is done.

    Args:
        session: open session; the name's count is locked until it ends.
        login: the name as it is stored.
        account_id: the account that has it, for the audit log; None where there is none.
        fits: the check; not called while the name is locked.
        wrong: the refusal of a wrong try.
        now: this moment.
    """
    name = sha256(login)
    trial = queries.begin_trial(session, name, now)
    if trial.locked_until is not None and trial.locked_until > now:
        _record(session, "sign_in_while_locked", account_id, now)
        return _locked(trial.locked_until - now)
    if fits():
        return None
    _record(session, "sign_in_failed", account_id, now)
    queries.forget_old_trials(session, now - KEPT_FOR)
    if trial.failures + 1 < MOST_FAILURES:
        queries.write_trial(session, name, failures=trial.failures + 1, locked_until=None)
        return wrong
    queries.write_trial(session, name, failures=0, locked_until=now + LOCKED_FOR)
    _record(session, "account_locked", account_id, now)
    return _locked(LOCKED_FOR)


def forget(session: Session, login: str) -> None:
    """Start the count of a name again, unlocked."""
    queries.forget_trial(session, sha256(login))


def _locked(left: timedelta) -> AccountLocked:
    seconds = math.ceil(left.total_seconds())
    return AccountLocked(minutes=math.ceil(seconds / 60), seconds=seconds)


def _record(session: Session, action: str, account_id: int | None, now: datetime) -> None:
    key = UNKNOWN if account_id is None else str(account_id)
    audit.record(session, action, "account", key, now=now)
    session.flush()
