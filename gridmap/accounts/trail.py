"""The audit log as the auditor reads it; each export of it is a line of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.accounts import trail_queries
from gridmap.accounts.actions import ACTIONS, OBJECTS, Sought, label
from gridmap.accounts.post_queries import Found
from gridmap.accounts.service import SignedIn
from gridmap.store import audit

PAGE_LINES: Final = 50
MOST_EXPORTED: Final = 50_000
"""Lines of one export; who needs more narrows the days."""

Cursor = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: when, who (nobody: no account proved who it was), what, to which object."""

    id: int
    at: datetime
    action: str
    login: str | None
    name: str | None
    object_kind: str
    object_key: str
    subject: str | None
    details: dict[str, Any]

    def what(self, language: str) -> str:
        """Return the action's words in ``zh`` or ``en``; its code where it has none."""
        return label(ACTIONS, self.action, language)

    def which(self, language: str) -> str:
        """Return the object in words: its kind, then its name, or its key where it has none."""
        return f"{label(OBJECTS, self.object_kind, language)} {self.subject or self.object_key}"


@dataclass(frozen=True, slots=True)
class Trail:
    """A page of the log; `after` is where it ended, None at the end."""

    lines: tuple[Line, ...]
    after: Cursor | None


def read(
    session: Session, sought: Sought, *, after: Cursor | None = None, limit: int = PAGE_LINES
) -> Trail:
    """Return a page of the audit log, newest first; one statement."""
    rows = trail_queries.lines(session, sought, after=after, limit=limit + 1)
    shown = tuple(_line(row) for row in rows[:limit])
    last = shown[-1] if len(rows) > limit else None
    return Trail(shown, (last.at, last.id) if last else None)


def export(session: Session, sought: Sought, who: SignedIn, now: datetime) -> tuple[Line, ...]:
    """Return the newest `MOST_EXPORTED` lines that are sought, and write down that they went out."""
    lines = read(session, sought, limit=MOST_EXPORTED).lines
    audit.record(
        session,
        "audit_exported",
        "audit",
        "log",
        now=now,
        account_id=who.account_id,
        lines=len(lines),
        sought=sought.written(),
    )
    session.flush()
    return lines


def known_actions(session: Session) -> list[str]:
    """Return every action that stands in the log, for the choice of a filter."""
    return trail_queries.actions(session)


def _line(row: Found) -> Line:
    subject = f"{row.subject_name}（{row.subject_login}）" if row.subject_login else None
    return Line(
        row.id,
        row.at,
        row.action,
        row.login,
        row.name,
        row.object_kind,
        row.object_key,
        subject,
        row.details,
    )
