"""The advised clauses about people, on facts alone: where each holds, and each way it fails."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gridmap.coverage.checks import judge
from gridmap.coverage.facts import Doubled, GridFacts, Standing, Tenure
from gridmap.terms import PostKind
from gridmap.timespan import Span
from tests.coverage.drawn import check, community, judged, month, posts, spans

HOME = "419901001001"
ONE_DAY = timedelta(days=1)

# ---------------------------------------------------------------- terms


@pytest.mark.parametrize("kind", [PostKind.FIRST_SECRETARY, PostKind.SECRETARY, PostKind.DIRECTOR])
def test_a_term_that_ends_soon_is_found_from_sixty_days_before(kind):
    end = month(6)
    facts = community(*posts(kind, "AAAAAAAA", term_end=end))
    warned = end - timedelta(days=60)
    assert judged("term_ends", facts, warned - ONE_DAY) == []
    assert judged("term_ends", facts, warned) == [(HOME, "term_soon", warned)]
    assert judged("term_ends", facts, end - ONE_DAY) == [(HOME, "term_soon", warned)]
    assert judged("term_ends", facts, end - ONE_DAY, days=1) == [(HOME, "term_soon", end - ONE_DAY)]
    assert judged("term_ends", facts, end - 2 * ONE_DAY, days=1) == []


def test_a_term_over_is_found_but_for_first_secretaries_who_have_a_clause_of_their_own():
    over = community(*posts(PostKind.DIRECTOR, "AAAA", term_end=month(2)))
    assert judged("term_ends", over, month(2)) == [(HOME, "term_over", month(2))]
    seconded = community(*posts(PostKind.FIRST_SECRETARY, "AAAA", term_end=month(2)))
    assert judged("term_ends", seconded, month(2)) == []


def test_a_post_without_a_term_or_that_was_left_is_no_matter():
    assert judged("term_ends", community(*posts(PostKind.SECRETARY, "AAA")), month(2)) == []
    left = community(*posts(PostKind.SECRETARY, "AA.", term_end=month(3)))
    assert judged("term_ends", left, month(2)) == []


def test_a_term_shorter_than_the_warning_is_found_from_its_first_day():
    facts = community(*posts(PostKind.SECRETARY, ".AA", term_end=month(2)))
    assert judged("term_ends", facts, month(1), days=365) == [(HOME, "term_soon", month(1))]


def test_the_form_that_renews_a_term_is_that_of_its_post():
    facts = community(*posts(PostKind.FIRST_SECRETARY, "AA", term_end=month(2)))
    (gap,) = check("term_ends").find(facts, month(1), {"days": 60})
    assert (gap.mend.register, gap.mend.action) == ("first-secretaries", "renew")


# ---------------------------------------------------------------- two posts of one person


def doubled(one: str, other: str, kinds=(PostKind.SECRETARY, PostKind.FIRST_SECRETARY)):
    """The overlaps of two drawn posts, all of one person."""
    return tuple(
        Doubled(Tenure(kinds[0], 7, "甲", mine, id=1), Tenure(kinds[1], 7, "甲", other_span, id=2))
        for _, mine in spans(one)
        for _, other_span in spans(other)
    )


@pytest.mark.parametrize(
    ("one", "other", "at", "since"),
    [
        ("AAA.", ".AAA", 0, None),
        ("AAA.", ".AAA", 1, 1),
        ("AAA.", ".AAA", 2, 1),
        ("AAA.", ".AAA", 3, None),
    ],
)
def test_two_posts_at_once(one, other, at, since):
    facts = community(doubled=doubled(one, other))
    expected = [] if since is None else [(HOME, "incompatible_posts", month(since))]
    assert judged("posts_apart", facts, month(at)) == expected


def test_only_the_pairs_that_the_county_names():
    both = doubled("AA", "AA", (PostKind.SECRETARY, PostKind.POLICE_OFFICER))
    facts = community(doubled=both)
    assert judged("posts_apart", facts, month(0)) == []
    either_way = (("police_officer", "secretary"),)
    assert len(judged("posts_apart", facts, month(0), pairs=either_way)) == 1


# ---------------------------------------------------------------- leaders with many links


def links(*drawings: str) -> tuple[Tenure, ...]:
    """The links of one leader to a place for each drawing; the first is this community."""
    return tuple(
        Tenure(PostKind.LEADER_COUNTY, 7, "甲", span, id=n + 1, place_code=str(n), place=str(n))
        for n, drawing in enumerate(drawings)
        for _, span in spans(drawing)
    )


def test_a_leader_with_more_links_than_the_county_wants():
    several = links("AAAAAA", ".AAAAA", "..A.AA")
    facts = community(*several[:1], several=several)
    assert judged("leader_links", facts, month(2), most=3) == []
    assert judged("leader_links", facts, month(1), most=2) == []
    assert judged("leader_links", facts, month(2), most=2) == [
        (HOME, "leader_links_many", month(2))
    ]
    assert judged("leader_links", facts, month(3), most=2) == []  # one link ended
    assert judged("leader_links", facts, month(5), most=2) == [
        (HOME, "leader_links_many", month(4))
    ]


def test_links_of_another_leader_are_not_counted():
    several = links("AAA", "AAA")
    other = Tenure(PostKind.LEADER_COUNTY, 8, "乙", Span(month(0)), place_code="9")
    facts = community(several[0], several=(*several, other))
    assert judged("leader_links", facts, month(1), most=2) == []


# ---------------------------------------------------------------- visits between quarters


def visited(*days: date, drawing: str = "AAAAAAAAAAAAAAA"):
    return community(*posts(PostKind.LEADER_COUNTY, drawing, visits=days))


def test_a_quarter_without_a_visit_is_found_in_the_next_quarter_and_no_longer():
    facts = visited(date(2026, 2, 1), date(2026, 8, 1), date(2026, 10, 3))
    long = {"days": 730}
    assert judged("visit_gap", facts, date(2026, 6, 30), **long) == []
    skipped = [(HOME, "visit_quarter_skipped", date(2026, 7, 1))]
    assert judged("visit_gap", facts, date(2026, 7, 1), **long) == skipped
    assert judged("visit_gap", facts, date(2026, 9, 30), **long) == skipped
    assert judged("visit_gap", facts, date(2026, 10, 1), **long) == []
    assert judged("visit_gap", facts, date(2026, 10, 1), quarters=2, **long) == skipped


def test_quarters_in_a_row_without_a_visit_began_with_the_first():
    facts = visited(date(2026, 1, 5))
    assert judged("visit_gap", facts, date(2026, 11, 1), days=730) == [
        (HOME, "visit_quarter_skipped", date(2026, 7, 1))
    ]


def test_a_quarter_in_which_the_link_began_is_not_a_whole_one():
    facts = visited(drawing=".AAAAAAAA")  # linked on 1 February
    assert judged("visit_gap", facts, date(2026, 4, 1), days=730) == []
    assert judged("visit_gap", facts, date(2026, 7, 1), days=730) == [
        (HOME, "visit_quarter_skipped", date(2026, 7, 1))
    ]


def test_a_visit_long_ago_is_found_from_the_day_after_so_many_days():
    facts = visited(date(2026, 2, 1), date(2026, 4, 1))
    late = date(2026, 4, 1) + timedelta(days=121)
    assert judged("visit_gap", facts, late - ONE_DAY) == []
    assert judged("visit_gap", facts, late) == [(HOME, "visit_long_ago", late)]
    (gap,) = check("visit_gap").find(facts, late, {"days": 120, "quarters": 1})
    assert gap.params["last"] == date(2026, 4, 1)


def test_without_a_link_visits_are_not_asked_for():
    facts = visited(drawing="AA.")
    assert "visit_gap" not in judge(facts, month(3)).held


# ---------------------------------------------------------------- one worker, one grid


def workers(*drawings: str) -> tuple[tuple[GridFacts, ...], tuple[Tenure, ...]]:
    """Grids g0, g1... with drawn full-time workers, and all their posts."""
    held = [
        tuple(
            Tenure(PostKind.GRID_WORKER, ord(who), who, span, place_code=f"g{n}", place=f"格{n}")
            for who, span in spans(drawing)
        )
        for n, drawing in enumerate(drawings)
    ]
    grids = tuple(GridFacts(f"g{n}", f"格{n}", month(0), (), own) for n, own in enumerate(held))
    return grids, tuple(post for own in held for post in own)


def test_a_full_time_worker_of_two_grids_is_found_in_both_while_both_are_held():
    grids, several = workers("AAAA", "BAAB", "CCCC")
    facts = community(grids=grids, several=several)
    assert judged("worker_shared", facts, month(0)) == []
    shared = [("g0", "worker_shared", month(1)), ("g1", "worker_shared", month(1))]
    assert judged("worker_shared", facts, month(1)) == shared
    assert judged("worker_shared", facts, month(2)) == shared
    assert judged("worker_shared", facts, month(3)) == []


# ---------------------------------------------------------------- police, responsible unit


def test_police_officer_is_named_or_left_or_never_was():
    facts = community(*posts(PostKind.POLICE_OFFICER, "AA.B"))
    assert judged("police", facts, month(1)) == []
    left = community(*posts(PostKind.POLICE_OFFICER, "AA."))
    assert judged("police", left, month(2)) == [(HOME, "police_left", month(2))]
    assert judged("police", community(), month(2)) == [(HOME, "police_never", month(0))]


def test_responsible_unit_is_named_or_ended_or_never_was():
    units = tuple(Standing(span, 1) for _, span in spans("AA."))
    facts = community(units=units)
    assert judged("responsible_unit", facts, month(1)) == []
    assert judged("responsible_unit", facts, month(2)) == [
        (HOME, "responsible_unit_ended", month(2))
    ]
    assert judged("responsible_unit", community(), month(2)) == [
        (HOME, "responsible_unit_never", month(0))
    ]
