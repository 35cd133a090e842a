"""The county's days, counted back from the day it is made for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from gridmap.timespan import Span

YEARS_BACK = 3
MOVED_MONTHS_AGO = 14


@dataclass(frozen=True, slots=True)
class Almanac:
    """Days relative to `day`, the last day that the county knows."""

    day: date

    @property
    def opening(self) -> date:
        """Return the first day of the ledger: a New Year's Day, more than two years ago."""
        return date(self.day.year - YEARS_BACK, 1, 1)

    def months_ago(self, months: int) -> date:
        """Return the first day of the month so many months before the day's own.

        >>> Almanac(date(2026, 11, 24)).months_ago(14)
        datetime.date(2025, 9, 1)
        """
        count = self.day.year * 12 + self.day.month - 1 - months
        return date(count // 12, count % 12 + 1, 1)

    def days_ago(self, days: int) -> date:
        """Return the day so many days before (or, negative, after) the day."""
        return self.day - timedelta(days=days)

    @property
    def moved(self) -> date:
        """Return the day on which a boundary between two communities changed."""
        return self.months_ago(MOVED_MONTHS_AGO)

    @property
    def always(self) -> Span:
        """Return the span of what never changed."""
        return Span(self.opening)


def years_after(start: date, years: int) -> date:
    """Return the same day of a later year; 29 February becomes 1 March.

    >>> years_after(date(2024, 2, 29), 2)
    datetime.date(2026, 3, 1)
    """
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)
