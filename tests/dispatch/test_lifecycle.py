"""The table of moves: what is in it is possible, everything else is refused with what is."""

import pytest

from gridmap.dispatch import lifecycle
from gridmap.dispatch.lifecycle import MOVES, OPEN_STAGES, Action, after, allowed
from gridmap.errors import IllegalStep
from gridmap.terms import Stage


@pytest.mark.parametrize("stage", [None, *Stage])
@pytest.mark.parametrize("action", Action)
def test_only_the_table_moves_a_report(stage, action):
    target = next((m.target for m in MOVES if m.action is action and stage in m.sources), None)
    if target is not None:
        assert after(stage, action) is target
        assert action in allowed(stage)
        return
    with pytest.raises(IllegalStep) as refusal:
        after(stage, action)
    for possible in allowed(stage):
        assert possible.zh in refusal.value.message("zh")


def test_every_stage_can_be_reached():
    assert {move.target for move in MOVES} == set(Stage)


def test_no_action_leads_two_ways_from_one_stage():
    pairs = [(move.action, source) for move in MOVES for source in move.sources]
    assert len(pairs) == len(set(pairs))


def test_a_new_report_is_open():
    assert lifecycle.after(None, Action.FILED) in OPEN_STAGES
