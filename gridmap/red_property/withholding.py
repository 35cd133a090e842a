"""What a point of an agenda tells of the report that it is about.

Whoever may read the report sees its number; everybody else who opens the meeting only that there is one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.dispatch import records


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutReport:
    """A point that may be about a report.

    Attributes:
        title: its words; empty where they were the report's own and the report is withheld.
        report: the report's number.
        category: what the report is about.
        withheld: there is a report, and the reader may not read it.
    """

    title: str
    report: str | None = None
    category: str | None = None
    withheld: bool = False


UNTITLED: Final = {"zh": "一件诉求", "en": "A report"}
"""What stands for the words of a point that are withheld."""

P = TypeVar("P", bound=AboutReport)


def shown(session: Session, reader: SignedIn, points: Sequence[P]) -> tuple[P, ...]:
    """Return points as a reader may see them; one statement where any is about a report."""
    numbers = {point.report for point in points if point.report}
    readable = records.readable_ones(session, numbers, reader)
    return tuple(_shown(point, readable) for point in points)


def _shown(point: P, readable: frozenset[str]) -> P:
    if not point.report:
        return point
    if point.report in readable:
        return replace(point, title=without_number(point.title, point.report))
    words = masked(point.title, point.report, point.category or "")
    return replace(point, title=words, report=None, category=None, withheld=True)


def without_number(title: str, number: str) -> str:
    """Return a title without the report's number behind it: that stands beside it.

    >>> without_number("路灯不亮（2026-000318）", "2026-000318")
    '路灯不亮'
    """
    return title.replace(f"（{number}）", "") or title


def masked(title: str, number: str, category: str) -> str:
    """Return the words of a point for whoever may not read the report; nothing where they are the report's own.

    >>> masked("路灯不亮（2026-000318）", "2026-000318", "路灯不亮"), masked("路灯不亮（2）", "2026-000318", "路灯不亮")
    ('', '')
    >>> masked("再议 2026-000318", "2026-000318", "路灯不亮")
    '再议 …'
    """
    words = without_number(title, number).replace(number, "…")
    own = category and re.fullmatch(re.escape(category) + r"(（[0-9]+）)?", words)
    return "" if own else words
