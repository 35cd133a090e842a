"""The clauses on facts alone: timelines drawn in ASCII, one letter a month, `.` a vacancy."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.coverage import clauses
from gridmap.coverage.audits import Rule
from gridmap.coverage.checks import CHECKS, USUAL, judge
from gridmap.coverage.facts import CommunityFacts, GridFacts, Tenure
from gridmap.terms import PostKind
from gridmap.timespan import Span
from tests.coverage.drawn import community, month, posts, standing


def found(clause, facts: CommunityFacts, day: date) -> list[tuple[str, date]]:
    return [(gap.reason.code, gap.since) for gap in clause(facts, day)]


# ---------------------------------------------------------------- leader links


@pytest.mark.parametrize(
    ("clause", "kind", "word"),
    [
        (clauses.county_leader_linked, PostKind.LEADER_COUNTY, "county_leader"),
        (clauses.township_leader_linked, PostKind.LEADER_TOWNSHIP, "township_leader"),
        (clauses.community_desk_manned, PostKind.COMMUNITY_DESK, "community_desk"),
    ],
)
def test_a_leader_is_linked_or_left_or_never_was(clause, kind, word):
    facts = community(*posts(kind, "AAA..BB"))
    assert found(clause, facts, month(2)) == []
    assert found(clause, facts, month(3) - timedelta(days=1)) == []
    assert found(clause, community(*posts(kind, "AAA.")), month(3)) == [(f"{word}_left", month(3))]
    assert found(clause, facts, month(5)) == []
    assert found(clause, community(), month(3)) == [(f"{word}_never", month(0))]


def test_a_municipal_leader_is_linked_where_the_county_names_the_community_and_only_there():
    linked = community(*posts(PostKind.LEADER_MUNICIPAL, ".AABB."))

    def found_in(facts, day, *codes):
        gaps = clauses.municipal_leader_linked(facts, day, {"communities": codes})
        return [(gap.reason.code, gap.since) for gap in gaps]

    here = linked.code
    assert found_in(community(), month(1), here) == [("municipal_leader_never", month(0))]
    assert found_in(linked, month(1), here) == found_in(linked, month(4), here) == []
    assert found_in(linked, month(5), here) == [("municipal_leader_left", month(5))]
    assert found_in(linked, month(5)) == []
    assert found_in(linked, month(4), "419901001009") == [("municipal_leader_elsewhere", month(1))]


def test_a_link_of_another_level_does_not_count():
    facts = community(*posts(PostKind.LEADER_TOWNSHIP, "AAA"))
    assert found(clauses.county_leader_linked, facts, month(1)) == [
        ("county_leader_never", month(0))
    ]


def test_two_leaders_at_once_and_the_last_of_them_is_named():
    both = community(
        *posts(PostKind.LEADER_COUNTY, "AAA."), *posts(PostKind.LEADER_COUNTY, ".BBBB.")
    )
    assert found(clauses.county_leader_linked, both, month(4)) == []
    (gap,) = clauses.county_leader_linked(both, month(5))
    assert (gap.params["person"], gap.since) == ("B", month(5))


# ---------------------------------------------------------------- visits


def visited(*days: date) -> CommunityFacts:
    return community(*posts(PostKind.LEADER_COUNTY, "AA", visits=days))


@pytest.mark.parametrize(
    ("visit", "day", "reason"),
    [
        (date(2026, 4, 1), date(2026, 4, 1), None),  # the quarter's first day, the day itself
        (date(2026, 4, 1), date(2026, 6, 30), None),
        (date(2026, 6, 30), date(2026, 6, 30), None),  # its last day
        (date(2026, 4, 2), date(2026, 4, 1), "visit_never"),  # tomorrow's visit is not yet made
        (date(2026, 3, 31), date(2026, 4, 1), "visit_missed"),  # the quarter before
        (date(2026, 3, 31), date(2026, 3, 31), None),
        (date(2025, 5, 1), date(2026, 5, 1), "visit_missed"),  # the same quarter a year ago
        (date(2025, 12, 31), date(2026, 1, 1), "visit_missed"),  # the year's edge
    ],
)
def test_a_visit_counts_in_its_own_quarter_and_from_its_own_day(visit, day, reason):
    facts = CommunityFacts("1", "甲", "乙", date(2020, 1, 1), posts=visited(visit).posts)
    quarter_start = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    expected = [(reason, quarter_start)] if reason else []
    assert found(clauses.visited_this_quarter, facts, day) == expected


def test_a_visit_by_a_former_county_leader_counts_and_one_by_a_township_leader_does_not():
    former = community(*posts(PostKind.LEADER_COUNTY, "A.", visits=(month(0),)))
    assert found(clauses.visited_this_quarter, former, month(2)) == []
    township = community(*posts(PostKind.LEADER_TOWNSHIP, "A", visits=(month(0),)))
    assert found(clauses.visited_this_quarter, township, month(2)) == [("visit_never", month(0))]


def test_a_community_founded_in_mid_quarter_lacks_its_visit_since_then():
    facts = CommunityFacts("1", "甲", "乙", date(2026, 5, 9))
    assert found(clauses.visited_this_quarter, facts, month(5)) == [
        ("visit_never", date(2026, 5, 9))
    ]


def test_the_missed_visit_names_the_last_one():
    (gap,) = clauses.visited_this_quarter(visited(date(2026, 2, 11)), date(2026, 5, 1))
    assert gap.params["last"] == date(2026, 2, 11)


# ---------------------------------------------------------------- first secretary


def seconded(drawing: str, term_end: date | None = None) -> CommunityFacts:
    return community(*posts(PostKind.FIRST_SECRETARY, drawing, term_end=term_end))


def test_a_first_secretary_in_term_holds_until_the_day_before_the_term_ends():
    facts = seconded("AAAAAA", term_end=month(4))
    clause = clauses.first_secretary_in_term
    assert found(clause, facts, month(4) - timedelta(days=1)) == []
    assert found(clause, facts, month(4)) == [("first_secretary_term_over", month(4))]


def test_a_first_secretary_without_a_planned_end_is_in_term():
    assert found(clauses.first_secretary_in_term, seconded("AA"), month(9)) == []


def test_a_vacant_post_of_first_secretary_is_another_reason_than_a_term_over():
    clause = clauses.first_secretary_in_term
    assert found(clause, seconded("AAA."), month(3)) == [("first_secretary_left", month(3))]
    assert found(clause, community(), month(3)) == [("first_secretary_never", month(0))]


def test_a_vacancy_after_a_term_that_had_run_out_is_as_old_as_the_end_of_the_term():
    (gap,) = clauses.first_secretary_in_term(seconded("AAAA.", term_end=month(2)), month(5))
    assert (gap.reason.code, gap.since) == ("first_secretary_left", month(2))
    assert gap.params["until"] == month(4)


# ---------------------------------------------------------------- secretary and director


def pair(secretary: str, director: str) -> CommunityFacts:
    return community(*posts(PostKind.SECRETARY, secretary), *posts(PostKind.DIRECTOR, director))


@pytest.mark.parametrize(
    ("secretary", "director", "at", "expected"),
    [
        ("AAAA", "AAAA", 3, []),
        ("AA.", "AAAA", 2, [("secretary_left", 2)]),
        ("AAAA", "AA.", 3, [("director_left", 2)]),
        ("AAAA", ".", 3, [("director_never", 0)]),
        (".", "AAAA", 3, [("secretary_never", 0)]),
        (".", ".", 3, [("secretary_never", 0), ("director_never", 0)]),
        ("AA.", "AAA.", 4, [("secretary_left", 2), ("director_left", 2)]),
        ("AAAA", "BBBB", 3, [("two_people", 0)]),
        ("AAAA", "AABB", 3, [("two_people", 2)]),
        ("AABB", "AAAB", 2, [("two_people", 2)]),
        ("AABB", "AAAB", 3, []),
        ("AAAA", "BB.A", 3, []),
    ],
)
def test_one_shoulder(secretary, director, at, expected):
    facts = pair(secretary, director)
    known = [post for post in facts.posts if post.span.start <= month(at)]
    assert found(clauses.one_shoulder, community(*known), month(at)) == [
        (reason, month(since)) for reason, since in expected
    ]


# ---------------------------------------------------------------- branches and workers


def test_a_general_branch_stands_or_ended_or_never_was():
    clause = clauses.general_branch_stands
    for drawing, at, expected in (
        ("AAA", 2, []),
        ("AAA.", 3, [("general_branch_ended", month(3))]),
        ("AABB", 3, []),  # renamed: another version of it
        (".", 3, [("general_branch_never", month(0))]),
    ):
        facts = community(branches=standing(drawing))
        assert found(clause, facts, month(at)) == expected


@pytest.mark.parametrize("clause", [clauses.each_grid_its_branch, clauses.each_grid_its_worker])
def test_only_the_grid_that_lacks_something_is_named(clause):
    def grid(code: str, drawing: str) -> GridFacts:
        branches = standing(drawing)
        return GridFacts(code, code, month(1), branches, posts(PostKind.GRID_WORKER, drawing))

    facts = community(grids=(grid("g1", "AAAA"), grid("g2", "AA."), grid("g3", ".")))
    gaps = list(clause(facts, month(3)))
    assert [(gap.subject.code, gap.since) for gap in gaps] == [("g2", month(2)), ("g3", month(1))]
    assert gaps[0].reason.code.endswith(("_ended", "_left"))
    assert gaps[1].reason.code.endswith("_never")


# ---------------------------------------------------------------- laws


def clause_days(
    clause, history: list[Tenure], last: date
) -> list[tuple[date, list[tuple[str, date]]]]:
    """Judge every day of 2026 up to `last`, each by what was known on it."""
    days = (month(0) + timedelta(days=n) for n in range((last - month(0)).days + 1))
    return [
        (day, found(clause, community(*(t for t in history if t.span.start <= day)), day))
        for day in days
    ]


timeline = st.text("AB.", min_size=1, max_size=6)
term_ends = st.none() | st.integers(0, 7).map(month)


@settings(max_examples=40, deadline=None)
@given(timeline, timeline, term_ends)
def test_since_is_the_first_day_of_the_unbroken_gap(first, second, term_end):
    history = [
        *posts(PostKind.FIRST_SECRETARY, first, term_end=term_end),
        *posts(PostKind.LEADER_COUNTY, first),
        *posts(PostKind.SECRETARY, first),
        *posts(PostKind.DIRECTOR, second),
    ]
    for clause in (
        clauses.first_secretary_in_term,
        clauses.county_leader_linked,
        clauses.one_shoulder,
    ):
        began = None
        for day, gaps in clause_days(clause, history, month(7)):
            began = (began or day) if gaps else None
            assert all(since == began for _, since in gaps)


def test_keys_are_unique_and_every_check_speaks_both_languages():
    keys = [check.key for check in CHECKS]
    assert len(set(keys)) == len(keys)
    for check in CHECKS:
        for words in (check.label, check.asks):
            assert words.zh
            assert words.en
            assert words.zh != words.en


def test_what_does_not_apply_is_not_judged():
    bare = judge(community(), month(3))
    assert "municipal_leader" not in bare.held
    assert "grid_branch" not in bare.held
    facts = community(grids=(GridFacts("g", "g", month(0)),))
    rules = {**USUAL, "municipal_leader": Rule(limits={"communities": (facts.code,)})}
    named = judge(facts, month(3), rules)
    assert named.held["municipal_leader"] is False
    assert named.held["grid_branch"] is False
    lacking = [check for check, held in named.held.items() if not held]
    assert named.missing == sum(check in named.required for check in lacking) > 0
    assert named.warnings == sum(check not in named.required for check in lacking) > 0


def test_sentences_fill_their_places_and_a_name_with_braces_stays_a_name():
    tenure = Tenure(PostKind.LEADER_COUNTY, 1, "{until}<b>", Span(month(0), month(1)))
    finding = judge(community(tenure), month(3)).findings[0]
    assert finding.why("zh") == "县级联系领导{until}<b>自2026年2月1日起不再联系，之后无人接续。"
    assert finding.why("en") == (
        "County leader {until}<b> has not been linked from February 1, 2026; nobody followed."
    )
    assert finding.mend("zh").startswith("明确联系领导")
