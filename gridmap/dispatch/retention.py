"""Retention: who reported, and in which words, is erased on request or after a set time.

The event stays, with its place, its steps and its figures: what was open, where, how long and what
came of it can still be counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.dispatch.queries import catalogue
from gridmap.dispatch.queries import retention as queries
from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.records import no_report
from gridmap.errors import InvalidInput
from gridmap.messaging import service as messaging
from gridmap.store import audit

RETENTION_DAYS: Final = "retention_days"
"""The county's setting: for how many days after closing the reporter's data is kept."""
DEFAULT_RETENTION_DAYS: Final = 3 * 365
ERASED_WORDS: Final = "（诉求内容已删除 / The reporter's words were erased）"
AFTER_ITS_TIME: Final = "保存期满 / kept for its time"
BATCH: Final = 200


def erase(
    session: Session, number: str, account_id: int | None, now: datetime, reason: str
) -> bool:
    """Erase the reporter's data of one report, its parts and its followers, at whatever stage.

    Phone, e-mail, words, the photos sent with them, followers' addresses, remarks and mails go; the
    link of the report goes on working, the phone's tail does not.

    Args:
        session: open session.
        number: the report's number, or that of one of its parts.
        account_id: who erases it; None for the command line.
        now: this moment.
        reason: who asked for it and why; it goes into the audit log.

    Returns:
        False if it was erased before.

    Raises:
        NotFound: no such report.
        InvalidInput: no reason.
    """
    if not reason.strip():
        raise InvalidInput(
            field="reason",
            reason_zh="请写明删除的原因。",
            reason_en="Say why it is erased.",
        )
    row = queries.whole_report(session, number)
    if row is None:
        raise no_report()
    if row.erased_at is not None:
        return False
    _erase(session, [row], account_id, now, reason.strip())
    return True


def erase_due(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Erase one batch of reports that were closed longer ago than the county keeps such data.

    Returns:
        How many; call it again until it is 0.
    """
    kept: Any = catalogue.setting(session, RETENTION_DAYS)
    days = DEFAULT_RETENTION_DAYS if kept is None else int(kept)
    rows = queries.kept_too_long(session, now - timedelta(days=days), limit)
    if rows:
        _erase(session, rows, None, now, AFTER_ITS_TIME)
    return len(rows)


def _erase(
    session: Session, rows: Sequence[Found], account_id: int | None, now: datetime, reason: str
) -> None:
    queries.erase(session, [row.id for row in rows], words=ERASED_WORDS, now=now)
    for row in rows:
        messaging.forget_reporter(session, row.number)
        audit.record(
            session,
            "report_erased",
            "report",
            str(row.id),
            now=now,
            account_id=account_id,
            reason=reason,
        )
    session.flush()
