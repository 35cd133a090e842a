"""SQL over the ledger that several features share."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.ledger.posts import Person


def person_by_code(session: Session, code: str) -> Person | None:
    """Return the person with that code of the roster."""
    return session.scalar(select(Person).where(Person.code == code))
