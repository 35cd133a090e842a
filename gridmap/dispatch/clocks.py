"""Working-time clocks: when a limit runs out, by the county's calendar and office hours.

Working time is a line: every working day adds the same stretch of office hours to it, nights,
weekends and holidays add nothing. A moment has one position on the line, so that adding hours and
measuring what was worked are one sum and its inverse, without walking through days or minutes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, Final

from gridmap.dispatch.categories import Limit, LimitUnit
from gridmap.errors import InvalidInput
from gridmap.timespan import LOCAL_ZONE

Hours = tuple[tuple[time, time], ...]

WEEK: Final = 7
DEFAULT_HOURS: Final[Hours] = ((time(8, 30), time(12, 0)), (time(14, 30), time(18, 0)))
"""Office hours of a county that has set none: seven hours a day with the midday rest."""
NATIONAL_DAY: Final = date(2000, 10, 1)
DEFAULT_WEEKDAYS: Final = frozenset({1, 2, 3, 4, 5})
RUNNING_UNITS: Final = frozenset({LimitUnit.EMERGENCY_HOURS, LimitUnit.NATURAL_HOURS})
"""Units that run through nights and holidays."""
REMINDER_SHARE: Final = 4
"""A reminder goes out when one part in four of the time is left."""
LEAST_NOTICE: Final = timedelta(minutes=30)
"""So much time a reminder leaves at least: an hour for danger is announced at half time."""

_MICROSECOND: Final = timedelta(microseconds=1)
_MICROSECONDS_AN_HOUR: Final = timedelta(hours=1) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that differs from the plain week: a holiday, or (`working`) a make-up day (调休上班日)."""

    day: date
    working: bool
    name: str


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked, and from when to when.

    Attributes:
        days: exceptions to the week: False a holiday, True a make-up working day.
        hours: office hours of every working day, in order, each with its first moment included and
            its last one excluded.
        weekdays: working days of the plain week, Monday 1 to Sunday 7.
        revision: version of this calendar; deadlines carry it.

    Raises:
        InvalidInput: no weekday, no hours, or hours that do not follow one another.
    """

    days: Mapping[date, bool]
    hours: Hours = DEFAULT_HOURS
    weekdays: frozenset[int] = DEFAULT_WEEKDAYS
    revision: int | str = 0

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= set(range(1, WEEK + 1)):
            raise InvalidInput(
                field="weekdays",
                reason_zh="每周至少要有一个工作日。",
                reason_en="A week needs at least one working day.",
            )
        edges = [edge for span in self.hours for edge in span]
        if not edges or any(first >= second for first, second in pairwise(edges)):
            raise InvalidInput(
                field="hours",
                reason_zh="办公时间要从早到晚，先开始后结束，互不重叠。",
                reason_en="Office hours run from early to late, start before they end and do not overlap.",
            )

    def is_working(self, day: date) -> bool:
        """Tell whether people work on a day.

        >>> WorkCalendar({date(2026, 10, 10): True}).is_working(date(2026, 10, 10))
        True
        """
        return self.days.get(day, day.isoweekday() in self.weekdays)

    def knows(self, year: int) -> bool:
        """Tell whether the holidays of a year were entered; without them its plain week counts.

        The National Day stands for them: every year's notice has it, and New Year alone is no year.

        >>> WorkCalendar({date(2027, 1, 1): False}).knows(2027)
        False
        """
        return self.days.get(NATIONAL_DAY.replace(year=year)) is False

    def due(self, start: datetime, limit: Limit) -> datetime:
        """Return when a limit that begins at a moment runs out.

        - Emergency and natural hours run through: so many hours later.
        - Working hours: the first moment at which so many were worked. Two hours from 16:00 end at
          18:00 that day, not at the next morning's 08:30.
        - Working days: the same time of day so many working days later, for a day's work is asked
          for, wherever in the day it began; the clock on the wall then tells everybody when. Begun
          outside office hours it counts from the next working moment: whoever reports on Saturday
          has the answer due on Tuesday at opening, and so has whoever reports on Monday at opening.

        Args:
            start: aware moment.
            limit: how long.

        Returns:
            Moment in Asia/Shanghai, exact to the microsecond; for working time never in closed time.

        >>> calendar = WorkCalendar({})
        >>> friday = datetime(2026, 11, 20, 17, 0, tzinfo=LOCAL_ZONE)
        >>> str(calendar.due(friday, Limit(2, LimitUnit.WORKING_HOURS)))
        '2026-11-23 09:30:00+08:00'
        >>> str(calendar.due(friday, Limit(1, LimitUnit.WORKING_DAYS)))
        '2026-11-23 17:00:00+08:00'
        """
        if limit.unit in RUNNING_UNITS:
            return _later(start, timedelta(hours=limit.value))
        position = self._position(start)
        if limit.unit is LimitUnit.WORKING_HOURS:
            return self._first_moment(position + limit.value * _MICROSECONDS_AN_HOUR)
        return self._last_moment(position + limit.value * self._day_length)

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time between two aware moments; negative where the end comes first."""
        return (self._position(end) - self._position(start)) * _MICROSECOND

    def before(self, moment: datetime, worked: timedelta) -> datetime:
        """Return the working moment from which so much working time leads to a moment."""
        return self._last_moment(max(self._position(moment) - worked // _MICROSECOND, 0))

    @cached_property
    def _spans(self) -> tuple[tuple[int, int], ...]:
        """Office hours in microseconds since midnight."""
        return tuple((_since_midnight(start), _since_midnight(end)) for start, end in self.hours)

    @cached_property
    def _ends(self) -> tuple[int, ...]:
        """How much of a day was worked at the end of each stretch of its hours."""
        return tuple(accumulate(end - start for start, end in self._spans))

    @property
    def _day_length(self) -> int:
        """Working time of a day in microseconds."""
        return self._ends[-1]

    @cached_property
    def _week(self) -> tuple[int, ...]:
        """For each day of the plain week, how many of its working days lie before it."""
        worked = [int(day in self.weekdays) for day in range(1, WEEK + 1)]
        return tuple(accumulate(worked, initial=0))

    @cached_property
    def _exceptions(self) -> tuple[list[int], list[int]]:
        """Ordinals of the days that change the count, and the change that lies before each."""
        changes = sorted(
            (day.toordinal(), 1 if working else -1)
            for day, working in self.days.items()
            if working is not (day.isoweekday() in self.weekdays)
        )
        sums = accumulate((change for _ordinal, change in changes), initial=0)
        return [ordinal for ordinal, _change in changes], list(sums)

    @cached_property
    def _largest_change(self) -> int:
        return max(abs(change) for change in self._exceptions[1])

    def _days_before(self, ordinal: int) -> int:
        """Return how many working days lie before a day, since the calendar's first Monday."""
        weeks, weekday = divmod(ordinal - 1, WEEK)
        ordinals, changes = self._exceptions
        plain = weeks * self._week[WEEK] + self._week[weekday]
        return plain + changes[bisect_left(ordinals, ordinal)]

    def _plain_day(self, count: int) -> int:
        """Return the working day of the plain week that has so many working days before it."""
        weeks, rest = divmod(max(count, 0), self._week[WEEK])
        return weeks * WEEK + bisect_right(self._week, rest)

    def _working_day(self, count: int) -> int:
        """Return the working day that has so many working days before it, exceptions counted."""
        first = self._plain_day(count - self._largest_change - 1)
        last = self._plain_day(count + self._largest_change + 1)
        days = range(first, last + 1)
        return first + bisect_right(days, count, key=lambda day: self._days_before(day + 1))

    def _position(self, moment: datetime) -> int:
        """Return how much was worked up to a moment, in microseconds."""
        local = _aware(moment).astimezone(LOCAL_ZONE)
        worked = self._days_before(local.toordinal()) * self._day_length
        if not self.is_working(local.date()):
            return worked
        clock = _since_midnight(local)
        return worked + sum(min(clock, end) - start for start, end in self._spans if clock > start)

    def _first_moment(self, position: int) -> datetime:
        """Return the first moment at which so much was worked: it may end a stretch of hours."""
        days, rest = divmod(position - 1, self._day_length)
        return self._moment(days, rest + 1, bisect_left(self._ends, rest + 1))

    def _last_moment(self, position: int) -> datetime:
        """Return the last moment at which so much was worked: it may begin a stretch of hours."""
        days, rest = divmod(position, self._day_length)
        return self._moment(days, rest, bisect_right(self._ends, rest))

    def _moment(self, days: int, rest: int, span: int) -> datetime:
        """Return the moment in a stretch of hours when `rest` of the day's work was done."""
        clock = self._spans[span][1] - (self._ends[span] - rest)
        day = date.fromordinal(self._working_day(days))
        return datetime.combine(day, time(), LOCAL_ZONE) + timedelta(microseconds=clock)


def _aware(moment: datetime) -> datetime:
    """Refuse a moment without a zone: it would silently be read in the server's."""
    if moment.tzinfo is None:
        raise ValueError(moment)
    return moment


def _since_midnight(clock: time | datetime) -> int:
    seconds = (clock.hour * 60 + clock.minute) * 60 + clock.second
    return seconds * 1_000_000 + clock.microsecond


def _later(start: datetime, passed: timedelta) -> datetime:
    return (_aware(start).astimezone(UTC) + passed).astimezone(LOCAL_ZONE)


def reminder(calendar: WorkCalendar, limit: Limit, start: datetime, due: datetime) -> datetime:
    """Return when a reminder goes out before a deadline.

    A quarter of the limit is then left, counted as the limit itself is counted, and at least
    `LEAST_NOTICE`; it never goes out before the start.

    >>> start = datetime(2026, 11, 20, 17, 0, tzinfo=LOCAL_ZONE)
    >>> due = datetime(2026, 11, 23, 10, 30, tzinfo=LOCAL_ZONE)
    >>> str(reminder(WorkCalendar({}), Limit(3, LimitUnit.WORKING_HOURS), start, due))
    '2026-11-23 09:45:00+08:00'
    """
    if limit.unit in RUNNING_UNITS:
        left = max((due - start) / REMINDER_SHARE, LEAST_NOTICE)
        return max(start, due - left).astimezone(LOCAL_ZONE)
    left = max(calendar.worked(start, due) / REMINDER_SHARE, LEAST_NOTICE)
    return max(start, calendar.before(due, left)).astimezone(LOCAL_ZONE)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a step is due, when its reminder goes out, and the version of the rule that made both.

    `rule` is plain JSON: `category` (id of the category's version; None for the county's own
    limits), `step`, `value`, `unit` and `calendar` (the calendar's revision).
    """

    due_at: datetime
    remind_at: datetime
    rule: Mapping[str, Any]


def deadline(
    calendar: WorkCalendar, limit: Limit, step: str, start: datetime, *, category_id: int | None
) -> Deadline:
    """Return the deadline of a step that begins at a moment.

    Args:
        calendar: the county's calendar.
        limit: how long the step may take.
        step: word of the limited step.
        start: aware moment.
        category_id: version of the category whose limit it is; None for the county's own limits.

    >>> start = datetime(2026, 11, 20, 17, 0, tzinfo=LOCAL_ZONE)
    >>> limit = Limit(1, LimitUnit.EMERGENCY_HOURS)
    >>> str(deadline(WorkCalendar({}), limit, "accept", start, category_id=7).remind_at)
    '2026-11-20 17:30:00+08:00'
    """
    due = calendar.due(start, limit)
    rule = {
        "category": category_id,
        "step": str(step),
        "value": limit.value,
        "unit": str(limit.unit),
        "calendar": calendar.revision,
    }
    return Deadline(due, reminder(calendar, limit, start, due), rule)
