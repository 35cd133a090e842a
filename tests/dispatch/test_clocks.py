"""The laws of working time, against a slow reference that walks minute by minute."""

import time as stopwatch
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata import calendar as table
from gridmap.dispatch.categories import Limit, LimitUnit
from gridmap.dispatch.clocks import (
    DEFAULT_HOURS,
    LEAST_NOTICE,
    RUNNING_UNITS,
    WorkCalendar,
    deadline,
    reminder,
)
from gridmap.errors import InvalidInput
from gridmap.timespan import LOCAL_ZONE

COUNTY = WorkCalendar({one.day: one.working for one in table.read()}, revision=7)
HOURS, DAYS = LimitUnit.WORKING_HOURS, LimitUnit.WORKING_DAYS
MINUTE = timedelta(minutes=1)


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=LOCAL_ZONE)


def due(start: str, value: int, unit: LimitUnit, calendar=COUNTY) -> str:
    return calendar.due(at(start), Limit(value, unit)).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("start", "value", "unit", "expected"),
    [
        ("2026-11-24 09:00", 2, HOURS, "2026-11-24 11:00:00"),
        ("2026-11-24 11:00", 2, HOURS, "2026-11-24 15:30:00"),
        ("2026-11-24 11:00", 1, HOURS, "2026-11-24 12:00:00"),
        ("2026-11-24 16:00", 2, HOURS, "2026-11-24 18:00:00"),
        ("2026-11-24 12:00", 1, HOURS, "2026-11-24 15:30:00"),
        ("2026-11-24 13:10:20", 1, HOURS, "2026-11-24 15:30:00"),
        ("2026-11-24 17:59:59", 1, HOURS, "2026-11-25 09:29:59"),
        ("2026-11-24 18:00", 1, HOURS, "2026-11-25 09:30:00"),
        ("2026-11-24 23:00", 7, HOURS, "2026-11-25 18:00:00"),
        ("2026-11-20 17:00", 2, HOURS, "2026-11-23 09:30:00"),
        ("2026-11-24 09:00:07", 1, DAYS, "2026-11-25 09:00:07"),
        ("2026-11-20 16:45", 1, DAYS, "2026-11-23 16:45:00"),
        ("2026-11-21 16:45", 1, DAYS, "2026-11-24 08:30:00"),
        ("2026-11-23 08:30", 1, DAYS, "2026-11-24 08:30:00"),
        ("2026-11-24 12:00", 1, DAYS, "2026-11-25 14:30:00"),
        # National Day 2026: the 1st to the 7th are free, Saturday the 10th is worked.
        ("2026-09-30 10:00", 1, DAYS, "2026-10-08 10:00:00"),
        ("2026-10-09 17:00", 2, HOURS, "2026-10-10 09:30:00"),
        ("2026-10-09 17:00", 2, DAYS, "2026-10-12 17:00:00"),
        ("2026-09-30 23:00", 12, LimitUnit.EMERGENCY_HOURS, "2026-10-01 11:00:00"),
        ("2026-10-03 23:00", 24, LimitUnit.NATURAL_HOURS, "2026-10-04 23:00:00"),
    ],
)
def test_known_days(start, value, unit, expected):
    assert due(start, value, unit) == expected


def test_a_year_without_holidays_is_its_plain_week():
    assert COUNTY.knows(2026)
    assert not COUNTY.knows(2027)
    assert due("2027-02-05 10:00", 1, DAYS) == "2027-02-08 10:00:00"


def test_a_moment_is_read_in_any_zone_and_answered_in_the_county_s():
    limit = Limit(4, HOURS)
    local = COUNTY.due(at("2026-11-24 17:00"), limit)
    assert COUNTY.due(datetime(2026, 11, 24, 9, tzinfo=UTC), limit) == local
    assert local.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize("unit", LimitUnit)
def test_a_moment_without_a_zone_is_refused(unit):
    with pytest.raises(ValueError, match="2026"):
        COUNTY.due(datetime(2026, 1, 1), Limit(1, unit))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weekdays": frozenset()}, "weekdays"),
        ({"weekdays": frozenset({0, 1})}, "weekdays"),
        ({"hours": ()}, "hours"),
        ({"hours": ((time(9), time(9)),)}, "hours"),
        ({"hours": ((time(14), time(18)), (time(9), time(12)))}, "hours"),
        ({"hours": ((time(9), time(13)), (time(12), time(18)))}, "hours"),
    ],
)
def test_a_calendar_without_working_time_is_refused(changes, field):
    with pytest.raises(InvalidInput) as refusal:
        replace(COUNTY, **changes)
    assert refusal.value.field == field


# --- laws -------------------------------------------------------------------------------------

moments = st.datetimes(
    min_value=datetime(2024, 12, 1),  # noqa: DTZ001
    max_value=datetime(2027, 3, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, LOCAL_ZONE]),
)
limits = st.builds(Limit, st.integers(1, 60), st.sampled_from(LimitUnit))
working_limits = limits.filter(lambda limit: limit.unit not in RUNNING_UNITS)
clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))


@st.composite
def calendars(draw) -> WorkCalendar:
    """Any week, any hours, any exceptions, or the county's own."""
    if draw(st.booleans()):
        return COUNTY
    edges = sorted(draw(st.sets(clock_times, min_size=2, max_size=6)))
    pairs = tuple(zip(edges[::2], edges[1::2], strict=False))
    days = st.dates(date(2024, 11, 1), date(2028, 1, 1))
    return WorkCalendar(
        days=draw(st.dictionaries(days, st.booleans(), max_size=40)),
        hours=pairs,
        weekdays=frozenset(draw(st.sets(st.integers(1, 7), min_size=1))),
    )


def is_open(calendar: WorkCalendar, moment: datetime) -> bool:
    """Whether a moment lies in office hours, their last moment included."""
    local = moment.astimezone(LOCAL_ZONE)
    clock = local.time()
    return calendar.is_working(local.date()) and any(s <= clock <= e for s, e in calendar.hours)


@given(calendars(), moments, moments, limits)
def test_who_begins_later_is_due_no_earlier(calendar, one, other, limit):
    first, second = sorted((one, other))
    assert calendar.due(first, limit) <= calendar.due(second, limit)


@given(calendars(), moments, limits)
def test_more_time_is_due_later(calendar, start, limit):
    longer = Limit(limit.value + 1, limit.unit)
    assert start < calendar.due(start, limit) < calendar.due(start, longer)


@given(calendars(), moments, working_limits)
def test_working_limits_end_in_open_time(calendar, start, limit):
    assert is_open(calendar, calendar.due(start, limit))


@given(calendars(), moments, st.integers(1, 200))
def test_what_is_worked_until_due_is_the_limit(calendar, start, hours):
    end = calendar.due(start, Limit(hours, HOURS))
    assert calendar.worked(start, end) == timedelta(hours=hours)
    assert calendar.worked(end, start) == -timedelta(hours=hours)


@given(calendars(), moments, st.integers(1, 60))
def test_a_working_day_is_a_day_of_office_hours(calendar, start, days):
    a_day = sum(
        (timedelta(hours=e.hour - s.hour, minutes=e.minute - s.minute) for s, e in calendar.hours),
        timedelta(),
    )
    assert calendar.worked(start, calendar.due(start, Limit(days, DAYS))) == days * a_day


@given(calendars(), moments, moments, moments)
def test_working_time_adds_up(calendar, one, two, three):
    worked = calendar.worked
    assert worked(one, two) + worked(two, three) == worked(one, three)
    assert (worked(one, two) >= timedelta()) or (one > two)


@given(calendars(), moments, limits)
def test_a_reminder_lies_between_start_and_deadline(calendar, start, limit):
    end = calendar.due(start, limit)
    told = reminder(calendar, limit, start, end)
    assert start <= told < end
    if limit.unit in RUNNING_UNITS:
        assert end - told == max((end - start) / 4, LEAST_NOTICE)
    elif told > start:
        whole = calendar.worked(start, end)
        left = calendar.worked(told, end)
        assert abs(left - max(whole / 4, LEAST_NOTICE)) <= timedelta(microseconds=1)
        assert is_open(calendar, told)


# --- the slow reference -----------------------------------------------------------------------


def open_minute(calendar: WorkCalendar, minute: datetime) -> bool:
    if not calendar.is_working(minute.date()):
        return False
    return any(start <= minute.time() < end for start, end in calendar.hours)


def slow_hours(calendar: WorkCalendar, start: datetime, hours: int) -> datetime:
    minute, left = start, hours * 60
    while True:
        if open_minute(calendar, minute):
            left -= 1
        minute += MINUTE
        if left == 0:
            return minute


def slow_days(calendar: WorkCalendar, start: datetime, days: int) -> datetime:
    minute = start
    while not open_minute(calendar, minute):
        minute += MINUTE
    while days:
        minute += timedelta(days=1)
        days -= calendar.is_working(minute.date())
    return minute


whole_minutes = st.integers(0, 700 * 24 * 60).map(lambda n: at("2025-01-01 00:00") + n * MINUTE)
near = st.sampled_from(
    [
        WorkCalendar(COUNTY.days),
        WorkCalendar(COUNTY.days, hours=((time(9), time(17)),), weekdays=frozenset(range(1, 7))),
        WorkCalendar(COUNTY.days, hours=(*DEFAULT_HOURS, (time(19), time(20, 30)))),
    ]
)


@given(near, whole_minutes, st.integers(1, 20))
def test_hours_agree_with_walking_the_minutes(calendar, start, hours):
    assert calendar.due(start, Limit(hours, HOURS)) == slow_hours(calendar, start, hours)


@given(near, whole_minutes, st.integers(1, 20))
def test_days_agree_with_walking_the_days(calendar, start, days):
    assert calendar.due(start, Limit(days, DAYS)) == slow_days(calendar, start, days)


@given(near, whole_minutes, st.integers(0, 4 * 24 * 60))
def test_worked_agrees_with_counting_the_minutes(calendar, start, minutes):
    counted = sum(open_minute(calendar, start + n * MINUTE) for n in range(minutes))
    assert calendar.worked(start, start + minutes * MINUTE) == counted * MINUTE


# --- deadlines --------------------------------------------------------------------------------


def test_a_deadline_names_the_rule_that_made_it():
    limit = Limit(1, DAYS)
    made = deadline(COUNTY, limit, "handle", at("2026-11-24 10:00"), category_id=12)
    assert made.due_at == at("2026-11-25 10:00")
    assert made.remind_at == at("2026-11-25 08:30") - timedelta(minutes=15) - timedelta(hours=14.5)
    assert made.rule == {
        "category": 12,
        "step": "handle",
        "value": 1,
        "unit": "working_days",
        "calendar": 7,
    }


def test_ten_thousand_deadlines_a_second():
    start, limit = at("2026-09-30 10:00"), Limit(5, DAYS)
    COUNTY.due(start, limit)
    begun = stopwatch.process_time()
    for _ in range(2000):
        COUNTY.due(start, limit)
    assert 2000 / (stopwatch.process_time() - begun) > 10_000
