"""Tables of holidays and make-up days: taken on record, and rolled back as a whole by any administrator."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from geodata import workbook_imports
from geodata.workbook_imports import CALENDAR
from gridmap.accounts.service import SignedIn
from gridmap.dispatch import catalogue
from gridmap.dispatch.clocks import NamedDay
from gridmap.timespan import local_day


def take(
    session: Session,
    keeper: SignedIn,
    name: str,
    table: str,
    days: Sequence[NamedDay],
    now: datetime,
) -> int:
    """Write a table's days over what stood there, on record; return how many changed.

    Args:
        session: the caller's transaction.
        keeper: an administrator.
        name: of the file.
        table: its text.
        days: what stands in it; see `geodata.calendar.check`.
        now: this moment.
    """
    held = {one.day for one in catalogue.calendar_days(session)}
    with tempfile.TemporaryDirectory(prefix="gridmap-calendar-") as folder:
        path = Path(folder) / name
        path.write_text(table, encoding="utf-8")
        day = local_day(now)
        with workbook_imports.kept(session, keeper, CALENDAR, path, day, now) as record:
            changed = catalogue.put_calendar_days(
                session, days, account_id=keeper.account_id, now=now
            )
            new = sum(one.day not in held for one in days)
            record.counts = {"new": new, "changed": changed - new}
    return changed
