"""A day cut out of a history knows nothing of what comes later."""

from datetime import date

from gridmap.coverage.facts import Lacking, Meeting, Standing, Tenure
from gridmap.coverage.history import CommunityHistory, GridHistory, Lack, Named
from gridmap.terms import PostKind
from gridmap.timespan import Span
from tests.coverage.drawn import month

HISTORY = CommunityHistory(
    code="c",
    township_code="t",
    names=(Named(Span(month(0), month(3)), "甲"), Named(Span(month(3), month(9)), "乙")),
    townships=(Named(Span(month(0), month(3)), "镇"),),
    branches=(Standing(Span(month(2)), 1),),
    posts=(
        Tenure(PostKind.LEADER_COUNTY, 1, "A", Span(month(1)), visits=(month(2), month(4))),
        Tenure(PostKind.DIRECTOR, 2, "B", Span(month(5)), term_end=month(8)),
    ),
    grids=(GridHistory("g", (Named(Span(month(4)), "格"),), households=((month(4), 5),)),),
    ungrouped=(Lack(Span(month(2), month(3)), Lacking("b", "1号楼", month(1))),),
    meetings=(Meeting(month(6), 1),),
)


def test_names_and_townships_are_those_of_the_day():
    facts = HISTORY.on(month(2))
    assert (facts.name, facts.township, facts.since) == ("甲", "镇", month(0))
    facts = HISTORY.on(month(3))
    assert (facts.name, facts.township, facts.since) == ("乙", "t", month(0))
    assert HISTORY.on(month(9)) is None
    assert HISTORY.on(date(2025, 12, 31)) is None


def test_what_begins_later_is_not_known():
    facts = HISTORY.on(month(3))
    assert [post.person for post in facts.posts] == ["A"]
    assert facts.posts[0].visits == (month(2),)
    assert facts.grids == ()
    assert facts.meetings == ()
    assert HISTORY.on(month(1)).branches == ()
    later = HISTORY.on(month(6))
    assert [grid.households for grid in later.grids] == [((month(4), 5),)]
    assert len(later.posts) == 2
    assert later.posts[0].visits == (month(2), month(4))


def test_what_is_missing_is_missing_on_its_days():
    assert [one.code for one in HISTORY.on(month(2)).ungrouped] == ["b"]
    assert HISTORY.on(month(3)).ungrouped == ()
    assert HISTORY.on(month(2), lacks=False).ungrouped == ()


def test_turns_are_the_days_on_which_a_fact_begins_or_ends():
    assert HISTORY.turns(month(0), month(8)) == [month(n) for n in (1, 2, 3, 4, 5, 6, 8)]
    assert HISTORY.turns(month(2), month(5)) == [month(3), month(4), month(5)]
