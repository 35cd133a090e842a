"""Coverage as of a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from gridmap.coverage import queries
from gridmap.coverage.checks import Audit, judge


def audit(session: Session, day: date) -> Audit:
    """Judge every community by every clause as of a day; four statements.

    Args:
        session: any session; nothing is written.
        day: day in Asia/Shanghai; a post that ends on the day no longer counts.

    Returns:
        The communities of the day by code; none on a day before the ledger begins.
    """
    facts = queries.facts_of(session, day)
    return Audit(day, tuple(judge(community, day) for community in facts.communities))
