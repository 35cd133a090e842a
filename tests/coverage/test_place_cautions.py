"""The advised clauses about places and meetings, on facts alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gridmap.coverage.checks import judge
from gridmap.coverage.facts import GridFacts, Lacking, Meeting, Reach, Standing
from gridmap.terms import PostKind
from gridmap.timespan import Span
from tests.coverage.drawn import community, judged, month, posts

HOME = "419901001001"
ONE_DAY = timedelta(days=1)

# ---------------------------------------------------------------- part-time workers


def manned(households, part_timers):
    grid = GridFacts("g1", "甲格", month(0), households=households, part_timers=part_timers)
    return community(grids=(grid,))


@pytest.mark.parametrize(
    ("households", "people", "least", "short"),
    [(300, 3, 1, False), (301, 3, 1, True), (300, 2, 1, True), (0, 0, 5, False), (50, 1, 2, False)],
)
def test_part_time_workers_per_hundred_households(households, people, least, short):
    facts = manned(((month(0), households),), ((month(0), people),))
    found = judged("part_time", facts, month(3), per_hundred=least)
    assert found == ([("g1", "part_time_few", month(0))] if short else [])


def test_too_few_since_somebody_left_or_since_households_came():
    facts = manned(
        ((month(0), 100), (month(4), 300)), ((month(0), 2), (month(2), 0), (month(3), 2))
    )
    assert judged("part_time", facts, month(1)) == []
    assert judged("part_time", facts, month(2)) == [("g1", "part_time_few", month(2))]
    assert judged("part_time", facts, month(3)) == []
    assert judged("part_time", facts, month(5)) == [("g1", "part_time_few", month(4))]


# ---------------------------------------------------------------- branches and committees


def branch(*members: int) -> tuple[Standing, ...]:
    """A version a month with so many full members; the last is open."""
    ends = [month(n + 1) for n in range(len(members) - 1)] + [None]
    return tuple(
        Standing(Span(month(n), end), n + 1, full_members=count)
        for n, (count, end) in enumerate(zip(members, ends, strict=True))
    )


@pytest.mark.parametrize(
    ("members", "reason"),
    [(2, "branch_small"), (3, None), (50, None), (51, "branch_large"), (0, "branch_small")],
)
def test_the_size_of_a_branch(members, reason):
    facts = community(grids=(GridFacts("g1", "甲格", month(0), branch(members)),))
    expected = [("g1", reason, month(0))] if reason else []
    assert judged("branch_members", facts, month(2)) == expected


def test_a_branch_is_small_since_its_members_went():
    facts = community(grids=(GridFacts("g1", "甲格", month(0), branch(5, 2, 1)),))
    assert judged("branch_members", facts, month(0)) == []
    assert judged("branch_members", facts, month(2)) == [("g1", "branch_small", month(1))]
    bare = community(grids=(GridFacts("g1", "甲格", month(0)),))
    assert judged("branch_members", bare, month(2)) == []  # no branch: a clause of rule 4


@pytest.mark.parametrize(
    ("members", "seats", "short"), [(6, 1, False), (7, 1, True), (7, 2, True), (7, 3, False)]
)
def test_seven_members_want_a_committee_of_three(members, seats, short):
    holders = [*posts(PostKind.SECRETARY, "AAA")]
    for who in "BCD"[: seats - 1]:
        holders += posts(PostKind.COMMITTEE_MEMBER, who * 3)
    facts = community(*holders, branches=branch(members))
    expected = [(HOME, "committee_small", month(0))] if short else []
    assert judged("committee", facts, month(2)) == expected


def test_a_committee_is_short_since_a_member_left():
    holders = (
        *posts(PostKind.SECRETARY, "AAAA"),
        *posts(PostKind.COMMITTEE_MEMBER, "BBBB"),
        *posts(PostKind.COMMITTEE_MEMBER, "CC.."),
    )
    facts = community(*holders, branches=branch(9))
    assert judged("committee", facts, month(2) - ONE_DAY) == []
    assert judged("committee", facts, month(3)) == [(HOME, "committee_small", month(2))]


# ---------------------------------------------------------------- stewards, owners


@pytest.mark.parametrize(
    ("check", "field", "never", "ended"),
    [
        ("steward", "stewardless", "steward_never", "steward_left"),
        ("owners_committee", "uncommitteed", "owners_committee_never", "owners_committee_ended"),
    ],
)
def test_what_a_building_or_compound_lacks(check, field, never, ended):
    lacks = (Lacking("b1", "1号楼", month(0)), Lacking("b2", "2号楼", month(2), month(2), 7))
    assert judged(check, community(**{field: lacks}), month(3)) == [
        ("b1", never, month(0)),
        ("b2", ended, month(2)),
    ]
    assert judged(check, community(), month(3)) == []


# ---------------------------------------------------------------- the service centre


def reach(centres, households, far):
    return community(reach=Reach(centres, households, {1000: far}))


ONE = ((month(0), 1),)


@pytest.mark.parametrize(
    ("far", "reason"),
    [(0, None), (20, None), (21, "service_centre_far"), (100, "service_centre_far")],
)
def test_a_share_of_households_may_be_beyond(far, reason):
    facts = reach(ONE, ((month(0), 100),), ((month(0), far),))
    expected = [(HOME, reason, month(0))] if reason else []
    assert judged("service_centre", facts, month(2)) == expected


def test_no_centre_since_the_last_one_closed():
    facts = reach(((month(1), 1), (month(3), 0)), ((month(0), 100),), ())
    assert judged("service_centre", facts, month(2)) == []
    assert judged("service_centre", facts, month(4)) == [(HOME, "service_centre_none", month(3))]
    never = reach((), ((month(0), 100),), ())
    assert judged("service_centre", never, month(4)) == [(HOME, "service_centre_none", month(0))]


def test_where_nobody_lives_no_centre_is_asked_for():
    assert "service_centre" not in judge(reach((), (), ()), month(2)).held
    emptied = reach((), ((month(0), 9), (month(1), 0)), ())
    assert "service_centre" not in judge(emptied, month(2)).held


# ---------------------------------------------------------------- joint meetings


@pytest.mark.parametrize(
    ("held", "day", "since"),
    [
        (date(2026, 4, 20), date(2026, 7, 19), None),
        (date(2026, 4, 20), date(2026, 7, 20), date(2026, 7, 20)),
        (date(2026, 11, 30), date(2027, 2, 27), None),
        (
            date(2026, 11, 30),
            date(2027, 2, 28),
            date(2027, 2, 28),
        ),  # a shorter month, the next year
    ],
)
def test_a_meeting_is_due_after_three_months(held, day, since):
    facts = community(meetings=(Meeting(date(2026, 1, 2), 1), Meeting(held, 2)))
    expected = [(HOME, "joint_meeting_long_ago", since)] if since else []
    assert judged("joint_meeting", facts, day) == expected


def test_a_new_community_has_so_many_months_for_its_first_meeting():
    assert judged("joint_meeting", community(), month(3) - ONE_DAY) == []
    assert judged("joint_meeting", community(), month(3)) == [
        (HOME, "joint_meeting_never", month(3))
    ]
    tomorrow = community(meetings=(Meeting(month(3) + ONE_DAY, 1),))
    assert len(judged("joint_meeting", tomorrow, month(3))) == 1
