"""When a centre is open: its week and its closed days, asked at a moment. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from gridmap.terms import Weekdays
from gridmap.timespan import LOCAL_ZONE, Span, local_day

DAYS_OF: Final[Mapping[Weekdays, frozenset[int]]] = {
    Weekdays.DAILY: frozenset(range(7)),
    Weekdays.WORKDAYS: frozenset(range(5)),
    Weekdays.WEEKEND: frozenset({5, 6}),
    **{
        day: frozenset({number})
        for number, day in enumerate(
            (
                Weekdays.MONDAY,
                Weekdays.TUESDAY,
                Weekdays.WEDNESDAY,
                Weekdays.THURSDAY,
                Weekdays.FRIDAY,
                Weekdays.SATURDAY,
                Weekdays.SUNDAY,
            )
        )
    },
}
"""Numbers of `date.weekday`: 0 is Monday."""
LOOKS_AHEAD: Final = 60
"""Days within which the next opening is sought; beyond that it is told as closed."""
_MINUTES_OF_DAY: Final = 24 * 60

ALWAYS: Final = Span(date.min)

Stretch = tuple[int, int]
"""From when to when a centre is open: minutes since midnight, half-open."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A line of the week: on which days from when to when ('08:30' to '12:00', at most '24:00')."""

    weekdays: Weekdays
    opens: str
    closes: str
    days: Span = ALWAYS


@dataclass(frozen=True, slots=True)
class Closure:
    """Days without opening, and why."""

    days: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Times:
    """All that is written of a centre's times."""

    openings: tuple[Opening, ...] = ()
    closures: tuple[Closure, ...] = ()

    @property
    def known(self) -> bool:
        """Tell whether any hours are written."""
        return bool(self.openings)


@dataclass(frozen=True, slots=True)
class OpenState:
    """Open or not at a moment; `turns_at`: when it closes or opens next, None where nobody knows.

    `because`: why it is closed on the day of the moment, where it has been written.
    """

    open: bool
    turns_at: datetime | None = None
    because: str | None = None


def minutes_of(clock: str) -> int:
    """Return the minutes since midnight of a written time.

    >>> minutes_of("08:30"), minutes_of("24:00")
    (510, 1440)
    """
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def clock_of(minutes: int) -> str:
    """Return minutes since midnight as people write them.

    >>> clock_of(510), clock_of(1440)
    ('8:30', '24:00')
    """
    return f"{minutes // 60}:{minutes % 60:02d}"


def closed_because(times: Times, day: date) -> str | None:
    """Return why a centre is closed on a day whatever its week says; None where it is not."""
    return next((one.reason for one in times.closures if day in one.days), None)


def stretches(times: Times, day: date) -> tuple[Stretch, ...]:
    """Return when a centre is open on a day: lines that touch or overlap become one stretch.

    >>> halves = (Opening(Weekdays.DAILY, "08:30", "12:00"), Opening(Weekdays.DAILY, "14:00", "18:00"))
    >>> stretches(Times(halves), date(2026, 3, 2))
    ((510, 720), (840, 1080))
    """
    if closed_because(times, day) is not None:
        return ()
    return _merged(
        (minutes_of(one.opens), minutes_of(one.closes))
        for one in times.openings
        if day in one.days and day.weekday() in DAYS_OF[one.weekdays]
    )


def _merged(found: Iterable[Stretch]) -> tuple[Stretch, ...]:
    made: list[Stretch] = []
    for opens, closes in sorted(found):
        if made and opens <= made[-1][1]:
            made[-1] = made[-1][0], max(made[-1][1], closes)
        else:
            made.append((opens, closes))
    return tuple(made)


def state_at(times: Times, now: datetime) -> OpenState:
    """Return whether a centre is open at a moment, and when that changes."""
    day, local = local_day(now), now.astimezone(LOCAL_ZONE)
    minute = local.hour * 60 + local.minute
    for opens, closes in stretches(times, day):
        if opens <= minute < closes:
            return OpenState(open=True, turns_at=_closing(times, day, closes))
    return OpenState(
        open=False, turns_at=_next_opening(times, day, minute), because=closed_because(times, day)
    )


def _closing(times: Times, day: date, closes: int) -> datetime | None:
    """Return when a stretch ends that may go on past midnight; None where it goes on for weeks."""
    for _ in range(LOOKS_AHEAD):
        if closes < _MINUTES_OF_DAY:
            return _moment(day, closes)
        tomorrow = day + timedelta(days=1)
        following = stretches(times, tomorrow)
        if not following or following[0][0] > 0:
            return _moment(tomorrow, 0)
        day, closes = tomorrow, following[0][1]
    return None


def _next_opening(times: Times, day: date, minute: int) -> datetime | None:
    for ahead in range(LOOKS_AHEAD):
        then = day + timedelta(days=ahead)
        for opens, _closes in stretches(times, then):
            if ahead or opens > minute:
                return _moment(then, opens)
    return None


def _moment(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(), LOCAL_ZONE) + timedelta(minutes=minutes)


def week_of(times: Times, day: date) -> Sequence[tuple[date, tuple[Stretch, ...]]]:
    """Return the seven days that begin with a day, and when the centre is open on each."""
    days = [day + timedelta(days=ahead) for ahead in range(7)]
    return [(one, stretches(times, one)) for one in days]
