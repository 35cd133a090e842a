"""Open now, closes at, opens next: a centre's week and its closed days, at the edges."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.centres.opening import (
    DAYS_OF,
    LOOKS_AHEAD,
    Closure,
    Opening,
    Times,
    clock_of,
    minutes_of,
    state_at,
    stretches,
    week_of,
)
from gridmap.terms import Weekdays
from gridmap.timespan import LOCAL_ZONE, Span

MONDAY = date(2026, 3, 2)


def at(clock, day=MONDAY):
    hours, minutes = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hours, minutes, tzinfo=LOCAL_ZONE)


HALVES = Times(
    (
        Opening(Weekdays.WORKDAYS, "08:30", "12:00"),
        Opening(Weekdays.WORKDAYS, "14:00", "18:00"),
        Opening(Weekdays.SATURDAY, "09:00", "12:00"),
    )
)


@pytest.mark.parametrize(
    ("clock", "is_open", "turns"),
    [
        ("08:29", False, "08:30"),
        ("08:30", True, "12:00"),
        ("11:59", True, "12:00"),
        ("12:00", False, "14:00"),
        ("14:00", True, "18:00"),
    ],
)
def test_open_from_the_first_minute_to_before_the_last(clock, is_open, turns):
    state = state_at(HALVES, at(clock))
    assert (state.open, state.turns_at) == (is_open, at(turns))


def test_after_the_last_hour_of_the_week_it_opens_on_monday():
    saturday = MONDAY + timedelta(days=5)
    state = state_at(HALVES, at("12:00", saturday))
    assert (state.open, state.turns_at) == (False, at("08:30", MONDAY + timedelta(days=7)))


def test_a_moment_is_read_on_the_countys_day():
    sunday_night = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)  # seven on Monday in the county
    assert state_at(HALVES, sunday_night).turns_at == at("08:30")


def test_a_closed_day_closes_whatever_the_week_says_and_tells_why():
    closed = Times(HALVES.openings, (Closure(Span(MONDAY, MONDAY + timedelta(days=2)), "装修"),))
    state = state_at(closed, at("10:00"))
    assert not state.open
    assert state.because == "装修"
    assert state.turns_at == at("08:30", MONDAY + timedelta(days=2))


def test_shut_until_further_notice_opens_at_no_known_time():
    shut = Times(HALVES.openings, (Closure(Span(MONDAY), "停用"),))
    assert state_at(shut, at("10:00")).turns_at is None


def test_through_the_night_it_closes_after_midnight():
    night = Times(
        (Opening(Weekdays.MONDAY, "20:00", "24:00"), Opening(Weekdays.TUESDAY, "00:00", "02:00"))
    )
    assert state_at(night, at("23:00")).turns_at == at("02:00", MONDAY + timedelta(days=1))
    assert state_at(night, at("01:00", MONDAY + timedelta(days=1))).open


def test_always_open_never_turns():
    always = Times((Opening(Weekdays.DAILY, "00:00", "24:00"),))
    state = state_at(always, at("03:00"))
    assert (state.open, state.turns_at) == (True, None)


def test_new_hours_hold_from_their_day():
    later = MONDAY + timedelta(days=1)
    times = Times(
        (
            Opening(Weekdays.DAILY, "08:00", "10:00", Span(date(2024, 1, 1), later)),
            Opening(Weekdays.DAILY, "09:00", "11:00", Span(later)),
        )
    )
    assert [found for _, found in week_of(times, MONDAY)][:2] == [((480, 600),), ((540, 660),)]


CLOCKS = st.integers(0, 24 * 60 - 1)
LINES = st.lists(
    st.tuples(st.sampled_from(list(Weekdays)), CLOCKS, st.integers(1, 24 * 60)).filter(
        lambda line: line[1] < line[2]
    ),
    max_size=5,
)


def padded(minutes):
    return clock_of(minutes).zfill(5)


@settings(max_examples=25)
@given(LINES, st.integers(0, 7 * 24 * 60 - 1))
def test_the_state_is_that_of_the_minute_asked_of_each_line(lines, minute):
    """A second, plain reading: open if any line has the minute; the turn is the first minute that differs."""
    times = Times(tuple(Opening(days, padded(a), padded(b)) for days, a, b in lines))

    def is_open(moment):
        of_day = moment.hour * 60 + moment.minute
        return any(moment.weekday() in DAYS_OF[days] and a <= of_day < b for days, a, b in lines)

    moment = at("00:00") + timedelta(minutes=minute)
    state = state_at(times, moment)
    assert state.open == is_open(moment)
    week = [moment + timedelta(minutes=k) for k in range(1, 7 * 24 * 60 + 1, 1)]
    first = next((one for one in week if is_open(one) != state.open), None)
    assert state.turns_at == first
    assert all(minutes_of(padded(a)) == a for _, a, _ in lines)
    assert LOOKS_AHEAD > 7
    assert all(a < b for _, found in week_of(times, MONDAY) for a, b in found)
    assert stretches(Times(), MONDAY) == ()
