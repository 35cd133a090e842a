"""The ladder without a database: where a report starts and who takes it, whoever is in post."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.accounts.authority import READS, Level
from gridmap.dispatch import ladder
from gridmap.dispatch.ladder import (
    ANSWERING,
    RUNGS,
    Reason,
    above,
    answering_post,
    checker,
    first_holder,
    rung_of,
    start,
)
from gridmap.geolocation.location import PostHeld
from gridmap.terms import PostKind, Rung


def post(kind, post_id=1, unit=None, since=date(2024, 1, 1)):
    return PostHeld(
        post_id=post_id,
        kind=kind,
        person_id=post_id,
        name="某人",
        area_id=None,
        grid_id=None,
        building_id=None,
        compound_id=None,
        unit=unit,
        since=since,
        term_end=None,
        duty_phone=None,
        seconded_from=None,
    )


POSTS = st.lists(
    st.builds(
        post,
        st.sampled_from(PostKind),
        st.integers(1, 1000),
        st.none() | st.integers(1, 6),
        st.dates(date(2020, 1, 1), date(2026, 1, 1)),
    ),
    max_size=8,
    unique_by=lambda held: held.post_id,
)


@given(st.sampled_from(Rung), POSTS, st.booleans(), st.booleans())
def test_a_report_always_stands_somewhere_and_never_too_low(first, posts, placed, in_building):
    standing = start(first, posts, placed=placed, in_building=in_building)
    assert RUNGS.index(standing.rung) >= RUNGS.index(first)
    if not placed:
        assert standing.rung is Rung.COUNTY
        assert standing.reasons[0] is Reason.UNPLACED
    if standing.rung is Rung.BUILDING_GROUP:
        assert placed
        assert in_building
    if standing.holder is None:
        assert standing.rung is Rung.COUNTY
        assert standing.reasons[-1] is Reason.VACANT_COUNTY
    else:
        assert standing.holder in posts
        assert standing.holder.kind in ANSWERING[standing.rung]


@given(st.sampled_from(Rung), POSTS)
def test_no_rung_is_skipped_where_somebody_answers(first, posts):
    standing = first_holder(first, posts)
    passed = RUNGS[RUNGS.index(first) : RUNGS.index(standing.rung)]
    kinds = {held.kind for held in posts}
    assert all(kinds.isdisjoint(ANSWERING[rung]) for rung in passed)
    climbed = [Reason(f"vacant:{rung}") for rung in passed]
    assert list(standing.reasons[: len(passed)]) == climbed


@given(st.sampled_from(Rung), POSTS, st.randoms())
def test_the_order_of_the_posts_decides_nothing(first, posts, random):
    shuffled = list(posts)
    random.shuffle(shuffled)
    assert first_holder(first, posts) == first_holder(first, shuffled)


@pytest.mark.parametrize(
    ("rung", "kinds", "taken"),
    [
        (Rung.BUILDING_GROUP, (PostKind.GROUP_LEADER, PostKind.STEWARD), PostKind.STEWARD),
        (Rung.BUILDING_GROUP, (PostKind.GROUP_LEADER,), PostKind.GROUP_LEADER),
        (Rung.GRID_BRANCH, (PostKind.BRANCH_SECRETARY, PostKind.GRID_WORKER), PostKind.GRID_WORKER),
        (Rung.COMMUNITY, (PostKind.SECRETARY, PostKind.DIRECTOR), PostKind.DIRECTOR),
        (Rung.COMMUNITY, (PostKind.SECRETARY, PostKind.COMMUNITY_DESK), PostKind.COMMUNITY_DESK),
    ],
)
def test_the_first_kind_of_a_rung_takes_it(rung, kinds, taken):
    posts = [post(kind, number) for number, kind in enumerate(kinds, start=1)]
    assert first_holder(rung, posts).holder.kind is taken


def test_the_steward_of_the_whole_building_goes_before_those_of_entrances():
    entrance, whole = post(PostKind.STEWARD, 1, unit=1), post(PostKind.STEWARD, 2)
    assert first_holder(Rung.BUILDING_GROUP, [entrance, whole]).holder is whole
    later = post(PostKind.STEWARD, 3, since=date(2025, 1, 1))
    assert first_holder(Rung.BUILDING_GROUP, [later, whole]).holder is whole


def test_part_time_workers_and_leaders_take_nothing():
    posts = [post(PostKind.PART_TIME_WORKER, 1), post(PostKind.LEADER_COUNTY, 2)]
    standing = first_holder(Rung.GRID_BRANCH, posts)
    assert (standing.rung, standing.holder) == (Rung.COUNTY, None)


def test_without_a_building_the_grid_begins():
    posts = [post(PostKind.STEWARD, 1), post(PostKind.GRID_WORKER, 2)]
    standing = start(Rung.BUILDING_GROUP, posts, placed=True, in_building=False)
    assert (standing.rung, standing.reasons) == (Rung.GRID_BRANCH, (Reason.NO_BUILDING,))


def test_every_reason_of_the_ladder_has_words():
    assert {f"vacant:{rung}" for rung in Rung} <= set(Reason)
    assert all(reason.label("zh") and reason.label("en") for reason in Reason)


class Held:
    """A duty."""

    def __init__(self, post_id, kind, target_id):
        self.post_id, self.kind, self.target_id = post_id, kind, target_id


def test_duties_answer_for_their_own_target_only():
    duties = [Held(5, PostKind.GRID_WORKER, 7), Held(6, PostKind.STEWARD, 7)]
    assert answering_post(Rung.GRID_BRANCH, 7, duties) == 5
    assert answering_post(Rung.BUILDING_GROUP, 7, duties) == 6
    assert answering_post(Rung.GRID_BRANCH, 8, duties) is None
    assert answering_post(Rung.COMMUNITY, 7, duties) is None
    assert ladder.answered(duties)[Rung.GRID_BRANCH] == {7}
    assert ladder.answered(duties)[Rung.COUNTY] == frozenset()


def test_the_county_desk_answers_for_what_has_no_place():
    assert answering_post(Rung.COUNTY, None, [Held(5, PostKind.COUNTY_DESK, 1)]) == 5


def test_whoever_answers_at_a_rung_reads_that_far():
    levels = dict(zip(RUNGS, Level, strict=True))
    for rung, kinds in ANSWERING.items():
        assert {READS[kind] for kind in kinds} == {levels[rung]}


@given(st.sampled_from(Rung), POSTS, st.integers(1, 1000), st.booleans())
def test_somebody_else_checks_wherever_there_is_anybody_else(rung, posts, handler, entrusted):
    standing = checker(rung, posts, handler, entrusted=entrusted)
    others = [one for one in posts if one.person_id != handler and rung_of(one.kind) is not None]
    if standing.holder is None:
        assert others == []
        assert standing.rung is Rung.COUNTY
        assert standing.reasons[-1] is Reason.NO_OTHER_CHECKER
        return
    assert standing.holder in others
    lowest = rung if entrusted else above(rung) or Rung.COUNTY
    higher = [one for one in others if RUNGS.index(rung_of(one.kind)) >= RUNGS.index(lowest)]
    assert (standing.holder in higher) == bool(higher)
