"""Half-open spans of days, quarters, and the county's own calendar day (Asia/Shanghai)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")
QUARTER_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start` (included) to `end` (excluded; None = open)."""

    start: date
    end: date | None = None

    def __contains__(self, day: date) -> bool:
        """Tell whether the day lies in the span.

        >>> first = quarter_of(date(2026, 2, 1))
        >>> date(2026, 3, 31) in first, date(2026, 4, 1) in first
        (True, False)
        """
        return self.start <= day and (self.end is None or day < self.end)


@lru_cache(maxsize=4096)
def quarter_of(day: date) -> Span:
    """Return the calendar quarter that holds the day.

    >>> quarter_of(date(2026, 11, 24))
    Span(start=datetime.date(2026, 10, 1), end=datetime.date(2027, 1, 1))
    """
    first_month = (day.month - 1) // QUARTER_MONTHS * QUARTER_MONTHS + 1
    months = day.year * 12 + first_month - 1 + QUARTER_MONTHS
    return Span(date(day.year, first_month, 1), date(months // 12, months % 12 + 1, 1))


def next_quarter(day: date) -> date:
    """Return the first day of the quarter after the one that holds the day.

    >>> str(next_quarter(date(2026, 11, 24)))
    '2027-01-01'
    """
    longer_than_any = timedelta(days=93)
    return quarter_of(quarter_of(day).start + longer_than_any).start


def quarters_between(first: date, last: date) -> Iterator[date]:
    """Yield the first days of the quarters that begin after a day and by another one.

    >>> [str(day) for day in quarters_between(date(2026, 1, 1), date(2026, 7, 1))]
    ['2026-04-01', '2026-07-01']
    """
    start = next_quarter(first)
    while start <= last:
        yield start
        start = next_quarter(start)


@lru_cache(maxsize=4096)
def previous_quarter(day: date) -> Span:
    """Return the quarter before the one that holds the day.

    >>> previous_quarter(date(2026, 1, 5)).start
    datetime.date(2025, 10, 1)
    """
    return quarter_of(quarter_of(day).start - timedelta(days=1))


def period_of(day: date, months: int) -> Span:
    """Return the calendar period of so many months (a divisor of 12) that holds the day.

    >>> period_of(date(2026, 11, 24), 1)
    Span(start=datetime.date(2026, 11, 1), end=datetime.date(2026, 12, 1))
    >>> period_of(date(2026, 11, 24), 3) == quarter_of(date(2026, 11, 24))
    True
    """
    first = (day.month - 1) // months * months
    after = day.year * 12 + first + months
    return Span(date(day.year, first + 1, 1), date(after // 12, after % 12 + 1, 1))


def local_day(now: datetime) -> date:
    """Return the day in Asia/Shanghai at a moment.

    Args:
        now: aware datetime.

    >>> local_day(datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    datetime.date(2026, 11, 24)
    """
    return now.astimezone(LOCAL_ZONE).date()


def start_of(day: date) -> datetime:
    """Return the moment at which a day begins in Asia/Shanghai, in UTC.

    >>> start_of(date(2026, 11, 24)).isoformat()
    '2026-11-23T16:00:00+00:00'
    """
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL_ZONE).astimezone(UTC)
