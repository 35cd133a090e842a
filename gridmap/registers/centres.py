"""SQL: the communities that service centres serve, kept in step with the centres' own records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, func, insert, update
from sqlalchemy.orm import Session

from gridmap.ledger.property import ServiceCentreArea
from gridmap.registers.changes import Action
from gridmap.registers.drafting import Draft
from gridmap.registers.spans import day_in
from gridmap.store.base import ended, from_day


def serve(session: Session, drafts: Sequence[Draft]) -> None:
    """Write which communities the centres of some drafts serve."""
    for draft in drafts:
        code, action = str(draft.values["code"]), draft.change.action
        if action is Action.END and draft.change.day is not None:
            _cut(session, code, draft.change.day)
        elif action is Action.CHANGE and draft.values["communities"] != draft.before["communities"]:
            day = day_in(draft.values, "begins") or date.min
            _cut(session, code, day)
            _add(session, draft, code, day, day_in(draft.before, "ends"))
        elif action in {Action.CORRECT, Action.WITHDRAW}:
            _drop(session, draft, code)
        if action in {Action.CORRECT, Action.BEGIN}:
            begins = day_in(draft.values, "begins") or date.min
            _add(session, draft, code, begins, day_in(draft.values, "ends"))


def _cut(session: Session, code: str, day: date) -> None:
    of = ServiceCentreArea.centre_code == code
    session.execute(delete(ServiceCentreArea).where(of, func.lower(ServiceCentreArea.valid) >= day))
    session.execute(
        update(ServiceCentreArea)
        .where(of, ServiceCentreArea.valid.contains(day))
        .values(valid=ended(ServiceCentreArea.__table__.c.valid, day))
        .execution_options(synchronize_session=False)
    )


def _drop(session: Session, draft: Draft, code: str) -> None:
    """Take away what the record as it stood said."""
    begins = day_in(draft.before, "begins") or date.min
    session.execute(
        delete(ServiceCentreArea)
        .where(
            ServiceCentreArea.centre_code == code,
            ServiceCentreArea.valid.overlaps(from_day(begins, day_in(draft.before, "ends"))),
        )
        .execution_options(synchronize_session=False)
    )


def _add(session: Session, draft: Draft, code: str, begins: date, ends: date | None) -> None:
    rows = [
        {"centre_code": code, "community_id": number, "valid": from_day(begins, ends)}
        for number in draft.ids.get("communities", [])
    ]
    session.execute(insert(ServiceCentreArea), rows)
