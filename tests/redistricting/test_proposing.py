"""Proposals: asked for in a request, searched by a worker, stopped, taken, refused in words."""

from contextlib import contextmanager
from datetime import timedelta

import numpy as np
import pytest

from gridmap.accounts.authority import scope_of
from gridmap.accounts.service import SignedIn
from gridmap.accounts.tables import Account
from gridmap.errors import NotFound
from gridmap.redistricting import drafting, proposing
from gridmap.redistricting.editing import Edit, EditKind
from gridmap.redistricting.proposing import OpenTransaction
from gridmap.redistricting.refusals import NotPlannable
from gridmap.redistricting.search import propose
from gridmap.redistricting.search.propose import Wish
from gridmap.redistricting.searching import Asked
from gridmap.redistricting.states import RunState
from gridmap.redistricting.tables import ProposalRun
from gridmap.terms import Role
from tests import worlds
from tests.dispatch.filings import NOW


@pytest.fixture(autouse=True)
def short_searches(monkeypatch):
    """A second buys millions of moves; a dozen houses need a few thousand."""
    monkeypatch.setattr(propose, "effort_for", lambda _graph, _seconds: 50_000)


@pytest.fixture
def planner(session):
    person = worlds.Person(code="planner", name="规划员")
    session.add(person)
    session.flush()
    account = Account(login="lan", password_hash="-", person_id=person.id, roles=[Role.PLANNER])  # noqa: S106
    session.add(account)
    session.flush()
    return SignedIn(account.id, person.id, "lan", "规划员", scope_of((), (Role.PLANNER,)))


@pytest.fixture
def plan(session, planner):
    """Twelve houses in two grids."""
    world = worlds.draw(session, "AAABBB\nAAABBB")
    for x in range(6):
        for y in range(2):
            grid = "A" if x < 3 else "B"
            world.house(f"h{x}{y}", 100 * x + 30, 100 * y + 30, grid=grid, households=10 + x)
    return drafting.begin(session, planner, "试", worlds.COUNTY, drafting.Origin(), NOW)


@pytest.fixture
def open_transaction(session) -> OpenTransaction:
    @contextmanager
    def opened():
        with session.begin_nested():
            yield session

    return opened


def work(open_transaction):
    return proposing.carry_out(open_transaction, lambda: NOW, lambda: False)


def ask(session, planner, plan, wish, **more):
    return proposing.ask(session, planner, plan.id, 1, Asked(wish, **{"seconds": 1} | more), NOW)


def test_a_worker_searches_and_the_planner_takes_what_it_found(
    session, planner, plan, open_transaction
):
    run = ask(session, planner, plan, Wish(grids=4))
    seen = proposing.seen(session, planner, plan.id, run, NOW)
    assert (seen.state, seen.proposals) == (RunState.WAITING, ())
    assert work(open_transaction) == 1
    seen = proposing.seen(session, planner, plan.id, run, NOW)
    assert (seen.state, seen.progress, seen.refusal) == (RunState.DONE, 1.0, None)
    best = seen.proposals[0]
    assert best.figures["grids"] == 4
    assert len({grid.code for grid in best.grids}) == len(best.grids)
    wanted = Edit(EditKind.PROPOSAL, source={"run": run, "kind": best.kind})
    made = proposing.take(session, planner, plan.id, 1, wanted, NOW)
    assert np.array_equal(made.after.plan.assignment, best.assignment)
    undone = drafting.undo(session, planner, plan.id, 2, NOW)
    assert undone.after.plan == made.before.plan


def test_the_same_question_gives_the_same_proposals(session, planner, plan, open_transaction):
    found = []
    for _ in range(2):
        run = ask(session, planner, plan, Wish(grids=3), seed=9)
        work(open_transaction)
        seen = proposing.seen(session, planner, plan.id, run, NOW)
        found.append([(one.kind, one.assignment.tolist()) for one in seen.proposals])
    assert found[0] == found[1] != []


def test_what_cannot_be_is_told_in_words(session, planner, plan, open_transaction):
    run = ask(session, planner, plan, Wish(grids=900))
    work(open_transaction)
    seen = proposing.seen(session, planner, plan.id, run, NOW)
    assert seen.state is RunState.FAILED
    assert seen.refusal["zh"] != seen.refusal["en"]


def test_a_search_is_stopped_before_or_while_it_runs(session, planner, plan, open_transaction):
    first = ask(session, planner, plan, Wish(grids=4))
    second = ask(session, planner, plan, Wish(grids=5))
    states = {
        run: proposing.seen(session, planner, plan.id, run, NOW).state for run in (first, second)
    }
    assert states == {first: RunState.STOPPED, second: RunState.WAITING}
    session.get(ProposalRun, second).stop = True
    work(open_transaction)
    seen = proposing.seen(session, planner, plan.id, second, NOW)
    assert seen.state is RunState.STOPPED
    assert seen.proposals, "what was found until then stays"


def test_only_a_search_of_the_plan_is_stopped(session, planner, plan, open_transaction):
    run = ask(session, planner, plan, Wish(grids=4))
    for asked in ((plan.id, run + 1), (plan.id + 1, run)):
        with pytest.raises(NotFound, match="计算"):
            proposing.stop(session, planner, *asked)
    assert proposing.seen(session, planner, plan.id, run, NOW).state is RunState.WAITING
    proposing.stop(session, planner, plan.id, run)
    assert proposing.seen(session, planner, plan.id, run, NOW).state is RunState.STOPPED


def test_a_search_whose_worker_was_lost_is_taken_again(session, planner, plan, open_transaction):
    run = ask(session, planner, plan, Wish(grids=4))
    row = session.get(ProposalRun, run)
    row.state, row.seen_at = RunState.RUNNING, NOW - timedelta(seconds=30)
    assert work(open_transaction) == 0, "somebody is at it"
    row.seen_at = NOW - timedelta(minutes=5)
    session.flush()
    assert work(open_transaction) == 1


def test_a_proposal_of_an_older_version_is_not_taken(session, planner, plan, open_transaction):
    run = ask(session, planner, plan, Wish(grids=4))
    work(open_transaction)
    kind = proposing.seen(session, planner, plan.id, run, NOW).proposals[0].kind
    renamed = Edit(EditKind.RENAME, grid=0, text="别的名字")
    drafting.edit(session, planner, plan.id, 1, renamed, NOW)
    wanted = Edit(EditKind.PROPOSAL, source={"run": run, "kind": kind})
    with pytest.raises(NotPlannable):
        proposing.take(session, planner, plan.id, 2, wanted, NOW)
    missing = Edit(EditKind.PROPOSAL, source={"run": run, "kind": "no such"})
    with pytest.raises(NotFound):
        proposing.take(session, planner, plan.id, 2, missing, NOW)


def test_locks_hold_through_a_proposal(session, planner, plan, open_transaction):
    locked = Edit(EditKind.LOCK_GRIDS, grids=(0,))
    drafting.edit(session, planner, plan.id, 1, locked, NOW)
    asked = Asked(Wish(grids=3), seconds=1)
    run = proposing.ask(session, planner, plan.id, 2, asked, NOW)
    work(open_transaction)
    seen = proposing.seen(session, planner, plan.id, run, NOW)
    before = drafting.held(session, planner, plan.id, 2, NOW).plan.assignment
    for one in seen.proposals:
        assert np.array_equal(one.assignment == 0, before == 0)
