"""Counters of calls in fixed windows, shared by all workers; unlogged, since they may be lost."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import DateTime, String, case, literal
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from gridmap.store.base import Base


class CallCounter(Base):
    """How often something was called since its window began."""

    __tablename__ = "call_counter"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    calls: Mapped[int] = mapped_column()
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Lease:
    """Calls that may be made without asking again: how many are left, until when.

    `beyond`: how many the limit still allows beside them, as far as is known now.
    """

    calls: int
    ends_at: datetime
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """Where a call stands: seconds to wait (0: it may be made), calls left, seconds to the window's end.

    Of leased calls `left` is what this process knows: others may have made more.
    """

    wait_s: int
    left: int
    reset_s: int


def tally(session: Session, key: str, calls: int, seconds: int, *, now: datetime) -> Tally:
    """Count one call and return where it stands.

    The count is one atomic statement; give it a transaction of its own, so that refused calls count.
    """
    made, ends_at = _add(session, key, seconds, now, by=1)
    reset = wait_s(ends_at, now)
    return Tally(reset if made > calls else 0, max(0, calls - made), reset)


def count(session: Session, key: str, calls: int, seconds: int, *, now: datetime) -> int:
    """Count one call; return 0 within the limit, else the seconds until the window ends."""
    return tally(session, key, calls, seconds, now=now).wait_s


def lease(session: Session, key: str, calls: int, seconds: int, *, now: datetime, by: int) -> Lease:
    """Count up to `by` calls ahead; return how many of them the limit allows, 0 beyond it."""
    made, ends_at = _add(session, key, seconds, now, by=by)
    return Lease(max(0, min(by, by - (made - calls))), ends_at, max(0, calls - made))


def wait_s(ends_at: datetime, now: datetime) -> int:
    """Return the seconds until a window ends, at least one."""
    return max(1, math.ceil((ends_at - now).total_seconds()))


def _add(
    session: Session, key: str, seconds: int, now: datetime, *, by: int
) -> tuple[int, datetime]:
    fresh = literal(now + timedelta(seconds=seconds))
    statement = insert(CallCounter).values(key=key[:128], calls=by, ends_at=fresh)
    over = CallCounter.ends_at <= now
    statement = statement.on_conflict_do_update(
        index_elements=[CallCounter.key],
        set_={
            "calls": case((over, by), else_=CallCounter.calls + by),
            "ends_at": case((over, fresh), else_=CallCounter.ends_at),
        },
    )
    found = session.execute(statement.returning(CallCounter.calls, CallCounter.ends_at)).one()
    return found.calls, found.ends_at


@dataclass(slots=True)
class _Kept:
    left: int
    ends_at: datetime
    refused: bool
    beyond: int

    def tally(self, at: datetime) -> Tally:
        reset = wait_s(self.ends_at, at)
        return Tally(reset if self.refused else 0, self.left + self.beyond, reset)


class Leases:
    """Calls that this process has counted ahead, by key; threads share them.

    Args:
        most: keys that are kept; the oldest go, and what was left of them is lost.
    """

    def __init__(self, most: int = 10_000) -> None:
        self._most, self._lock = most, Lock()
        self._kept: dict[str, _Kept] = {}

    def take(self, key: str, at: datetime, more: Callable[[], Lease]) -> Tally:
        """Use one call; return where it stands, with the seconds to wait where the limit allows no more.

        Args:
            key: whose calls.
            at: this moment.
            more: counts ahead; asked when nothing is left.
        """
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.ends_at > at:
                if kept.left:
                    kept.left -= 1
                    return kept.tally(at)
                if kept.refused:
                    return kept.tally(at)
        fresh = more()
        refused = fresh.calls == 0
        kept = _Kept(max(0, fresh.calls - 1), fresh.ends_at, refused, fresh.beyond)
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = kept
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        return kept.tally(at)
