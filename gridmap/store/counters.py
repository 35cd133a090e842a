"""Counters of calls in fixed windows, shared by all workers; unlogged, since they may be lost."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

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


def count(session: Session, key: str, calls: int, seconds: int, *, now: datetime) -> int:
    """Count one call; return 0 within the limit, else the seconds until the window ends.

    The count is one atomic statement; give it a transaction of its own, so that refused calls count.
    """
    fresh = literal(now + timedelta(seconds=seconds))
    statement = insert(CallCounter).values(key=key[:128], calls=1, ends_at=fresh)
    over = CallCounter.ends_at <= now
    statement = statement.on_conflict_do_update(
        index_elements=[CallCounter.key],
        set_={
            "calls": case((over, 1), else_=CallCounter.calls + 1),
            "ends_at": case((over, fresh), else_=CallCounter.ends_at),
        },
    )
    made, ends_at = session.execute(
        statement.returning(CallCounter.calls, CallCounter.ends_at)
    ).one()
    return math.ceil((ends_at - now).total_seconds()) if made > calls else 0
