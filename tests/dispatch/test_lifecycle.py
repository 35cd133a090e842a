"""The table of moves: what is in it is possible, everything else is refused with what is."""

import pytest

from gridmap.dispatch import lifecycle
from gridmap.dispatch.categories import LimitedStep
from gridmap.dispatch.lifecycle import (
    LIMITED_STEP,
    MOVES,
    OPEN_STAGES,
    Action,
    Hand,
    after,
    allowed,
    keeps_clock,
    move_of,
)
from gridmap.errors import IllegalStep
from gridmap.terms import Stage

PEOPLE = frozenset(Hand) - {Hand.CLOCK}


def moves_from(stage, *, part):
    return [move for move in MOVES if stage in move.sources and move.parts in {None, part}]


@pytest.mark.parametrize("part", [False, True])
@pytest.mark.parametrize("stage", [None, *Stage])
@pytest.mark.parametrize("action", Action)
def test_only_the_table_moves_a_report(stage, action, part):
    listed = {move.action: move for move in moves_from(stage, part=part)}
    assert set(allowed(stage, part=part)) == set(listed)
    if action in listed:
        assert after(stage, action, part=part) is (listed[action].target or stage)
        return
    with pytest.raises(IllegalStep) as refusal:
        after(stage, action, part=part)
    for possible in allowed(stage, PEOPLE, part=part):
        assert possible.zh in refusal.value.message("zh")
        assert possible.en in refusal.value.message("en")


def test_every_stage_can_be_reached():
    assert {move.target for move in MOVES} == {*Stage, None}


@pytest.mark.parametrize("part", [False, True])
@pytest.mark.parametrize("stage", [None, *Stage])
def test_no_action_leads_two_ways_from_one_stage(stage, part):
    actions = [move.action for move in moves_from(stage, part=part)]
    assert len(actions) == len(set(actions))


@pytest.mark.parametrize("part", [False, True])
def test_closed_can_be_reached_from_every_stage(part):
    """No dead end: whatever the stage, people's own moves lead to the end of the loop."""
    reached, grown = {Stage.CLOSED}, True
    while grown:
        before = set(reached)
        reached |= {
            stage
            for stage in Stage
            for move in moves_from(stage, part=part)
            if move.hands & PEOPLE and (move.target or stage) in before
        }
        grown = reached != before
    assert reached >= OPEN_STAGES - ({Stage.ASKING, Stage.SUSPENDED} if part else set())
    assert part or reached == set(Stage)


def test_a_new_report_is_open():
    assert lifecycle.after(None, Action.FILED) in OPEN_STAGES


def test_every_open_stage_waits_for_somebody_and_for_the_clock():
    for stage in OPEN_STAGES:
        hands = frozenset().union(*(move.hands for move in moves_from(stage, part=False)))
        assert hands & {Hand.HOLDER, Hand.CHECKER}
        assert Hand.CLOCK in hands


def test_only_the_reporter_takes_up_what_is_closed():
    assert allowed(Stage.CLOSED) == (Action.REOPENED,)
    assert move_of(Stage.CLOSED, Action.REOPENED).hands == {Hand.REPORTER}
    assert allowed(Stage.CLOSED, part=True) == ()


def test_a_part_is_neither_split_nor_put_off_nor_asked_about():
    assert {Action.PARTED, Action.SUSPENDED, Action.JOINED, Action.AGREED}.isdisjoint(
        action for stage in Stage for action in allowed(stage, part=True)
    )


def test_the_clock_goes_on_only_where_the_same_limit_runs():
    assert LIMITED_STEP[Stage.ACCEPTED] is LIMITED_STEP[Stage.HANDLING] is LimitedStep.HANDLE
    kept = [
        (stage, move.action)
        for move in MOVES
        for stage in move.sources
        if stage is not None and keeps_clock(move, stage, move.target or stage)
    ]
    for stage, action in kept:
        target = after(stage, action) if action is not Action.CHECKED else stage
        assert target is stage or {stage, target} <= {Stage.ACCEPTED, Stage.HANDLING}
    assert (Stage.ACCEPTED, Action.DISPATCHED) in kept
    assert (Stage.ASKING, Action.UNREACHED) in kept
    for ending in (Action.AGREED, Action.LAPSED):
        assert not keeps_clock(move_of(Stage.ASKING, ending), Stage.ASKING, Stage.CLOSED)


def test_every_need_is_asked_of_people_only():
    assert all(not move.needs for move in MOVES if move.hands == {Hand.CLOCK})
