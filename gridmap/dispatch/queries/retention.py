"""SQL of retention: which reports still carry their reporter's data for too long, and erasing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.tables import Feedback, Follower, Photo, Report

FILING = 1
"""The step whose photos are the reporter's own."""


def whole_report(session: Session, number: str) -> Found | None:
    """Return id, number and `erased_at` of a report, of the whole for the number of a part; locked."""
    asked = select(func.coalesce(Report.parent_id, Report.id)).where(Report.number == number)
    query = select(Report.id, Report.number, Report.erased_at).with_for_update()
    return session.execute(query.where(Report.id == asked.scalar_subquery())).one_or_none()


def kept_too_long(session: Session, closed_before: datetime, limit: int) -> Sequence[Found]:
    """Take reports closed before a moment, or joined to such a one, that still carry the data."""
    main = aliased(Report)
    closed_at = func.coalesce(Report.closed_at, main.closed_at)
    query = (
        select(Report.id, Report.number)
        .outerjoin(main, main.id == Report.joined_to_id)
        .where(Report.erased_at.is_(None), Report.parent_id.is_(None), closed_at < closed_before)
        .order_by(Report.id)
        .limit(limit)
        .with_for_update(of=Report, skip_locked=True)
    )
    return session.execute(query).all()


def erase(session: Session, report_ids: Sequence[int], *, words: str, now: datetime) -> None:
    """Erase who reported, in which words and pictures; followers and remarks as well.

    Steps, figures and the place stay. `words` stands where the reporter's own stood.
    """
    together = or_(Report.id.in_(report_ids), Report.parent_id.in_(report_ids))
    for query in (
        update(Report)
        .where(together)
        .values(
            reporter_phone=None,
            reporter_email=None,
            description=words,
            place_text=None,
            said=None,
            erased_at=now,
        ),
        delete(Photo).where(Photo.report_id.in_(report_ids), Photo.step_sequence == FILING),
        update(Follower).where(Follower.report_id.in_(report_ids)).values(phone=None, email=None),
        update(Feedback)
        .where(Feedback.report_id.in_(report_ids), Feedback.remark.is_not(None))
        .values(remark=None),
    ):
        session.execute(query.execution_options(synchronize_session=False))
