"""The county's rules of duties: how often each is due, from a day on; what held before stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.errors import InvalidInput
from gridmap.ledger.duties import USUAL, owed_by
from gridmap.ledger.party_life import PartyDuty
from gridmap.party_life import queries
from gridmap.store import audit
from gridmap.store.base import from_day
from gridmap.terms import DutyKind

__all__ = ["LONGEST_SOURCE", "MONTHS", "USUAL", "Wanted", "owed_by", "set_duty"]

MONTHS: Final = (0, 1, 2, 3, 6, 12)
"""Once in so many months; 0: not at all."""
LONGEST_SOURCE: Final = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """How often a duty shall be due from a day on, and by which source."""

    kind: DutyKind
    months: int
    day: date
    source: str = ""


def set_duty(session: Session, wanted: Wanted, *, account_id: int | None, now: datetime) -> None:
    """Set how often a duty is due from a day on; a later rule that was set is replaced.

    Raises:
        InvalidInput: no such rhythm, or too long a source.
    """
    kind, months, day, source = wanted.kind, wanted.months, wanted.day, wanted.source
    if months not in MONTHS:
        raise InvalidInput(
            field="months", reason_zh="请从列表中选一项。", reason_en="Choose from the list."
        )
    if len(source.strip()) > LONGEST_SOURCE:
        raise InvalidInput(
            field="source",
            reason_zh=f"依据最多 {LONGEST_SOURCE} 个字。",
            reason_en=f"The source has at most {LONGEST_SOURCE} characters.",
        )
    queries.end_rules(session, kind, day)
    session.add(
        PartyDuty(
            kind=kind,
            months=months,
            source=source.strip(),
            account_id=account_id,
            set_at=now,
            valid=from_day(day),
        )
    )
    session.flush()
    audit.record(
        session,
        "party_duty_set",
        "party_duty",
        kind.value,
        now=now,
        account_id=account_id,
        months=months,
        day=day.isoformat(),
    )
