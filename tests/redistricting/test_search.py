"""The search: whatever is asked, every proposal is whole, contiguous, exact, and keeps its locks."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.errors import GridmapError
from gridmap.redistricting.faults import parts_of
from gridmap.redistricting.search.propose import Wish, propose, split
from tests.redistricting import lattice

EFFORT = 20_000
SQUARE = "\n".join(["A" * 12] * 12)
HALVES = "\n".join(["A" * 6 + "B" * 6] * 12)


def on_the_way(_progress):
    return True


def proposals(
    drawing, wish, *, counts=None, locked=(), locked_grids=(), seed=1, effort=EFFORT, **world
):
    graph = lattice.lattice(drawing, **world)
    plan = lattice.plan(drawing, communities=world.get("communities"))
    weights = counts or lattice.weights(graph, households=10)
    held = np.zeros(len(graph), dtype=bool)
    held[list(locked)] = True
    found = propose(
        graph, weights, plan.assignment, held, locked_grids, wish, seed, effort, on_the_way
    )
    assert found
    for one in found:
        check(graph, one.assignment)
    return graph, plan, weights, found


def check(graph, assignment):
    """Every atom has a grid, a grid lies in one community, and it hangs together."""
    assert len(assignment) == len(graph)
    assert assignment.min() >= 0
    homes = {}
    for row, home in zip(assignment.tolist(), graph.community.tolist(), strict=True):
        assert homes.setdefault(row, home) == home
    parts = parts_of(graph, assignment)
    ground = parts_of(graph, graph.community)
    for row in homes:
        mine = assignment == row
        assert len(np.unique(parts[mine])) == len(np.unique(ground[mine])), row


@pytest.mark.parametrize("grids", [1, 2, 3, 5, 8])
def test_so_many_grids_as_were_asked_for_nearly_equal(grids):
    _, _, weights, found = proposals(SQUARE, Wish(grids=grids))
    for one in found:
        loads = np.bincount(one.assignment, weights.households)
        loads = loads[loads > 0]
        assert len(loads) == grids
        assert abs(loads / loads.mean() - 1).max() <= 0.15


def test_a_range_of_households_decides_the_number():
    _, _, weights, found = proposals(SQUARE, Wish(households=(200, 320)))
    for one in found:
        loads = np.bincount(one.assignment, weights.households)
        loads = loads[loads > 0]
        assert ((loads >= 200) & (loads <= 320)).all()


def test_proposals_differ_and_keep_the_rows_of_todays_grids():
    uneven = np.random.default_rng(4).integers(0, 30, 144)
    counts = lattice.weights(lattice.lattice(HALVES), households=uneven)
    _, plan, _, found = proposals(HALVES, Wish(grids=7), counts=counts, effort=4_000_000)
    assert len({one.assignment.tobytes() for one in found}) == len(found) >= 2
    for one in found:
        for row in (0, 1):
            assert (plan.assignment[one.assignment == row] == row).mean() > 0.5


def test_the_same_question_and_seed_give_the_same_plan():
    first, again = (proposals(SQUARE, Wish(grids=4), seed=7)[3] for _ in range(2))
    assert [one.assignment.tolist() for one in first] == [one.assignment.tolist() for one in again]


def test_locked_atoms_and_grids_stay():
    locked = [0, 1, 2, 12, 13]
    _, plan, _, found = proposals(HALVES, Wish(grids=4), locked=locked, locked_grids=[1])
    for one in found:
        assert (one.assignment[locked] == 0).all()
        assert ((one.assignment == 1) == (plan.assignment == 1)).all()


def test_compounds_stay_whole_where_that_matters():
    compounds = "\n".join(["aaabbbcccddd"] * 12)
    graph, _, _, found = proposals(SQUARE, Wish(grids=2, whole_compounds=1.0), compounds=compounds)
    best = min(one.figures.split_compounds for one in found)
    assert best == 0
    assert len(np.unique(graph.compound)) == 4


def test_communities_are_kept_apart():
    communities = "\n".join(["0" * 6 + "1" * 6] * 12)
    graph, _, _, found = proposals(HALVES, Wish(grids=6), communities=communities)
    assert len(graph.communities) == 2
    for one in found:
        assert len(np.unique(one.assignment)) == 6


def test_a_community_in_two_parts_is_still_divided():
    drawing = "\n".join(["A" * 5 + "B" * 2 + "A" * 5] * 8)
    communities = "\n".join(["0" * 5 + "1" * 2 + "0" * 5] * 8)
    proposals(drawing, Wish(grids=5), communities=communities)


def test_ground_without_households_belongs_to_somebody():
    counts = lattice.weights(lattice.lattice(SQUARE), households=0)
    proposals(SQUARE, Wish(grids=3), counts=counts)


def test_an_atom_heavier_than_a_grid_should_be():
    graph = lattice.lattice(SQUARE)
    households = np.full(len(graph), 5)
    households[70] = 2_000
    proposals(SQUARE, Wish(grids=4), counts=lattice.weights(graph, households=households))


@pytest.mark.parametrize(("wish", "locked_grids"), [(Wish(grids=500), ()), (Wish(grids=1), (0, 1))])
def test_what_cannot_be_is_refused(wish, locked_grids):
    with pytest.raises(GridmapError):
        proposals(HALVES, wish, locked_grids=locked_grids)


def test_a_search_that_is_stopped_gives_what_it_has():
    graph, plan = lattice.lattice(SQUARE), lattice.plan(SQUARE)
    heard = []

    def stop(progress):
        heard.append(progress)
        return False

    found = propose(
        graph,
        lattice.weights(graph, households=10),
        plan.assignment,
        np.zeros(len(graph), dtype=bool),
        (),
        Wish(grids=4),
        1,
        5_000_000,
        stop,
    )
    assert heard
    assert heard[0].fraction < 1
    for one in found:
        check(graph, one.assignment)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 60), min_size=48, max_size=48), st.integers(2, 6), st.integers(0, 99)
)
def test_whatever_lies_where(households, grids, seed):
    drawing = "\n".join(["A" * 8] * 6)
    counts = lattice.weights(lattice.lattice(drawing), households=households)
    proposals(drawing, Wish(grids=grids), counts=counts, seed=seed)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=48, max_size=48), st.integers(2, 5))
def test_a_split_hangs_together(households, parts):
    drawing = "\n".join(["A" * 8] * 6)
    graph = lattice.lattice(drawing)
    labels = split(graph, lattice.weights(graph, households=households), np.arange(48), parts)
    assert sorted(np.unique(labels)) == list(range(parts))
    check(graph, labels.astype(np.int32))


def test_whoever_never_searches_does_not_load_the_compiler():
    """numba takes a second: commands and pages that search nothing are not to wait for it."""
    script = "import sys, web.wsgi, web.commands; print('numba' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "False"
