"""Calls that are counted ahead: the limit holds however many processes share it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gridmap.store import counters
from gridmap.store.counters import Lease, Leases

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def asking(session, calls, seconds, by, at=AT):
    """What asks for more calls of one key, and how often it was asked."""
    asked = []

    def more(now=at):
        asked.append(now)
        return counters.lease(session, "k", calls, seconds, now=now, by=by)

    return more, asked


def test_calls_within_the_limit_are_counted_in_one_statement(session):
    more, asked = asking(session, calls=10, seconds=60, by=4)
    leases = Leases()
    assert [leases.take("k", AT, more).wait_s for _ in range(10)] == [0] * 10
    assert len(asked) == 3


def test_beyond_the_limit_the_wait_is_said_and_nobody_is_asked_again(session):
    more, asked = asking(session, calls=3, seconds=60, by=2)
    leases = Leases()
    answers = [leases.take("k", AT, more).wait_s for _ in range(3)]
    assert answers == [0, 0, 0]
    late = AT + timedelta(seconds=20)
    assert [leases.take("k", late, lambda: more(late)).wait_s for _ in range(5)] == [40] * 5
    assert len(asked) == 3


def test_what_is_left_is_said(session):
    more, _ = asking(session, calls=5, seconds=60, by=2)
    leases = Leases()
    found = [leases.take("k", AT, more) for _ in range(6)]
    assert [one.left for one in found] == [4, 3, 2, 1, 0, 0]
    assert {one.reset_s for one in found} == {60}
    assert [one.wait_s for one in found] == [0, 0, 0, 0, 0, 60]


def test_each_call_is_told_what_is_left(session):
    found = [counters.tally(session, "t", 2, 60, now=AT) for _ in range(3)]
    assert [(one.wait_s, one.left, one.reset_s) for one in found] == [
        (0, 1, 60),
        (0, 0, 60),
        (60, 0, 60),
    ]


def test_two_processes_share_one_limit(session):
    one, other = Leases(), Leases()
    more, _ = asking(session, calls=6, seconds=60, by=4)
    assert [one.take("k", AT, more).wait_s for _ in range(4)] == [0] * 4
    assert [other.take("k", AT, more).wait_s for _ in range(3)] == [0, 0, 60]


def test_a_new_window_begins_anew(session):
    leases = Leases()
    more, _ = asking(session, calls=1, seconds=60, by=1)
    assert [leases.take("k", AT, more).wait_s for _ in range(2)] == [0, 60]
    later = AT + timedelta(seconds=61)
    assert leases.take("k", later, lambda: more(later)).wait_s == 0


def test_the_oldest_keys_go():
    leases = Leases(most=2)
    asked = []

    def more(key):
        asked.append(key)
        return Lease(5, AT + timedelta(seconds=60))

    for key in ("a", "b", "c", "a"):
        leases.take(key, AT, lambda key=key: more(key))
    assert asked == ["a", "b", "c", "a"]
