"""From hours of a year to stars: each full step of the county's table is one star, five at most. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from gridmap.errors import InvalidInput

MOST: Final = 5
MOST_HOURS: Final = 8784
"""Hours of a leap year."""
HOUR: Final = 60


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the table: from which year on it holds, and the hours of one to five stars."""

    id: int
    from_year: int
    hours: tuple[int, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """What a year's minutes give, and what is missing to the next star (None at the top)."""

    minutes: int
    stars: int
    reached_hours: int | None
    next_hours: int | None

    @property
    def missing_minutes(self) -> int | None:
        """Minutes to the next star."""
        return None if self.next_hours is None else self.next_hours * HOUR - self.minutes


def stars_of(minutes: int, hours: Sequence[int]) -> int:
    """Return the stars of a year's minutes: a step counts when it is full.

    >>> [stars_of(minutes, (20, 50, 100, 200, 300)) for minutes in (1199, 1200, 17999, 18000)]
    [0, 1, 4, 5]
    """
    return sum(minutes >= step * HOUR for step in hours)


def explain(minutes: int, hours: Sequence[int]) -> Explained:
    """Return the stars with the step that was reached and the next one.

    >>> explain(1230, (20, 50, 100, 200, 300)).missing_minutes
    1770
    """
    stars = stars_of(minutes, hours)
    return Explained(
        minutes=minutes,
        stars=stars,
        reached_hours=hours[stars - 1] if stars else None,
        next_hours=hours[stars] if stars < len(hours) else None,
    )


def in_force(versions: Sequence[Version], year: int) -> Version | None:
    """Return the version that holds for a year: the latest first year up to it, the newest of equals."""
    held = [one for one in versions if one.from_year <= year]
    return max(held, key=lambda one: (one.from_year, one.id), default=None)


def check(hours: Sequence[int]) -> tuple[int, ...]:
    """Return the hours of a table, or refuse them.

    Raises:
        InvalidInput: not five, or not each more than the one before.
    """
    rising = all(before < after for before, after in itertools.pairwise(hours))
    if len(hours) != MOST or hours[0] < 1 or hours[-1] > MOST_HOURS or not rising:
        raise InvalidInput(
            field="hours",
            reason_zh=f"一到五星的小时数要逐级增加，最少 1，最多 {MOST_HOURS}。",
            reason_en=f"The hours of one to five stars must rise, from 1 to at most {MOST_HOURS}.",
        )
    return tuple(hours)


def year_of(year: int) -> tuple[date, date]:
    """Return the first day of a year and the first after it.

    >>> year_of(2026)[1]
    datetime.date(2027, 1, 1)
    """
    return date(year, 1, 1), date(year + 1, 1, 1)
