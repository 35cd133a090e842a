"""Checked by somebody else, entrusted to helpers and back: who, where to, and what if nobody is there."""

from datetime import timedelta

import pytest

from gridmap.dispatch.ladder import Reason
from gridmap.dispatch.lifecycle import Action, ReturnReason
from gridmap.errors import InvalidInput, NotAllowed, SameHands
from gridmap.terms import Outcome, Rung, Stage
from tests.dispatch.crowd import end, stand_in
from tests.dispatch.filings import DAY

BACK = {"reason": ReturnReason.NOT_OURS, "note": "不归我们管"}


@pytest.mark.parametrize(
    ("name", "takes"),
    [("urban", {"urban", "urban 2"}), ("manager", {"manager"}), ("police", {"police"})],
)
def test_what_is_entrusted_is_for_the_helper_alone_and_is_checked_by_who_entrusted_it(
    town, name, takes
):
    number = town.file("RUBBISH")
    found = town.act(number, "worker", Action.DISPATCHED, post_id=town[name].id)
    assert (found.row.rung, found.row.entrusted) == (Rung.GRID_BRANCH, True)
    assert town.may(number, Action.HANDLED) == takes
    town.act(number, name, Action.HANDLED, note="已清理", outcome=Outcome.SOLVED)
    assert town.stands(number) == (Stage.CHECKING, Rung.GRID_BRANCH, "worker")
    assert town.may(number, Action.CHECKED) == {"worker", "branch"}


@pytest.mark.parametrize("action", [Action.RETURNED, Action.SENT_UP])
def test_what_was_entrusted_comes_back_to_the_rung(town, action):
    number = town.file("RUBBISH")
    town.act(number, "desk 2", Action.DISPATCHED, post_id=town["police"].id)
    found = town.act(number, "police", action, **BACK)
    assert town.stands(number) == (Stage.FILED, Rung.COMMUNITY, "desk")
    assert not found.row.entrusted
    assert found.actions == ()


def test_an_agency_passes_on_within_the_agency_only(town):
    number = town.file("RUBBISH")
    town.act(number, "worker", Action.DISPATCHED, post_id=town["urban"].id)
    for name in ("civil", "worker", "police"):
        with pytest.raises(InvalidInput):
            town.act(number, "urban", Action.DISPATCHED, post_id=town[name].id)
    town.act(number, "urban", Action.DISPATCHED, post_id=town["urban 2"].id)
    assert town.stands(number) == (Stage.HANDLING, Rung.GRID_BRANCH, "urban 2")


def test_a_helper_passes_nothing_on(town):
    number = town.file("RUBBISH")
    town.act(number, "worker", Action.DISPATCHED, post_id=town["manager"].id)
    for name in ("police", "steward", "civil"):
        with pytest.raises(NotAllowed):
            town.act(number, "manager", Action.DISPATCHED, post_id=town[name].id)


def test_handled_is_checked_one_rung_up_by_somebody_else(town):
    number = town.file()
    town.handled(number)
    assert town.stands(number) == (Stage.CHECKING, Rung.GRID_BRANCH, "worker")
    assert town.may(number, Action.CHECKED) == {"worker", "branch"}
    found = town.act(number, "branch", Action.CHECKED)
    assert (found.row.stage, found.row.outcome) == (Stage.ASKING, Outcome.SOLVED)


def test_the_handler_does_not_check_even_from_another_post(town):
    """She stands in for the grid worker as well: her own work stays for somebody else."""
    number = town.file()
    stand_in(town.session, town["worker"], town["steward"].person_id, DAY, DAY + timedelta(days=9))
    town.handled(number)
    with pytest.raises(SameHands):
        town.act(number, "steward", Action.CHECKED)
    town.act(number, "worker", Action.CHECKED)


def test_alone_at_the_top_it_is_checked_below_and_without_anybody_it_waits(town):
    number = town.file(x=-300, y=50)
    end(town.session, town["county 2"], DAY)
    town.act(number, "county", Action.ACCEPTED)
    found = town.act(number, "county", Action.HANDLED, note="已办", outcome=Outcome.SOLVED)
    assert (found.row.holder, found.row.rung) == (None, Rung.COUNTY)
    assert Reason.NO_OTHER_CHECKER in found.steps[-1].reasons
    with pytest.raises(SameHands):
        town.act(number, "county", Action.CHECKED)
    placed = town.file("WAGES")
    town.act(placed, "township", Action.SENT_UP, note="请县里办")
    town.handled(placed, "county")
    assert town.stands(placed) == (Stage.CHECKING, Rung.TOWNSHIP, "township")


def test_two_at_the_top_check_each_other(town):
    number = town.file(x=-300, y=50)
    town.handled(number, "county 2")
    assert town.stands(number) == (Stage.CHECKING, Rung.COUNTY, "county")
    with pytest.raises(SameHands):
        town.act(number, "county 2", Action.REJECTED, note="没办好")


def test_a_failed_check_goes_back_to_the_hands_that_did_it(town):
    number = town.file()
    town.handled(number, "leader of a1")
    town.act(number, "worker", Action.REJECTED, note="灯还是不亮")
    assert town.stands(number) == (Stage.HANDLING, Rung.BUILDING_GROUP, "leader of a1")
    row = town.row(number)
    assert (row.outcome, row.handled_at) == (None, None)
    town.act(number, "leader of a1", Action.HANDLED, note="又修了", outcome=Outcome.SOLVED)
    end(town.session, town["leader of a1"], DAY)
    town.act(number, "worker", Action.REJECTED, note="还是不亮")
    assert town.stands(number) == (Stage.HANDLING, Rung.GRID_BRANCH, "worker")
    assert town.reasons(number) == [Reason.POST_ENDED]


def test_a_failed_check_of_an_agency_goes_back_to_the_agency(town):
    number = town.file("RUBBISH")
    town.act(number, "worker", Action.DISPATCHED, post_id=town["urban"].id)
    town.act(number, "urban", Action.HANDLED, note="已清", outcome=Outcome.SOLVED)
    found = town.act(number, "worker", Action.REJECTED, note="没清干净")
    assert town.stands(number) == (Stage.HANDLING, Rung.GRID_BRANCH, "urban")
    assert found.row.entrusted
