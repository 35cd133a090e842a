"""Edits on drawings: what moves, what stays, what is refused; and any sequence of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.redistricting import edits
from gridmap.redistricting.faults import parts_of
from gridmap.redistricting.plan import UNASSIGNED, GridDraft
from gridmap.redistricting.refusals import AcrossCommunities, CodeTaken, Locked, NotPlannable
from tests.redistricting import lattice

DRAWING = """
    AAB
    AAB
    CCB
"""
CODES = [f"419901001007{number:03d}" for number in range(100, 120)]


@pytest.fixture
def plan():
    return lattice.plan(DRAWING)


@pytest.fixture
def graph():
    return lattice.lattice(DRAWING)


def test_moving_paints_atoms_into_a_grid(plan, graph):
    after = edits.move(plan, graph, [1, 4], 1)
    assert lattice.drawn(after, DRAWING) == "ABB\nABB\nCCB"
    assert lattice.drawn(plan, DRAWING) == "AAB\nAAB\nCCB"


def test_moving_what_is_there_already_is_no_change(plan, graph):
    assert edits.move(plan, graph, [0, 1], 0) is plan
    assert edits.move(plan, graph, [], 0) is plan


def test_moving_leaves_locked_ground_where_it_is(plan, graph):
    held = edits.lock_atoms(plan, graph, [1], locked=True)
    assert lattice.drawn(edits.move(held, graph, [0, 1], 1), DRAWING) == "BAB\nAAB\nCCB"
    with pytest.raises(Locked):
        edits.move(held, graph, [1], 1)
    freed = edits.lock_atoms(held, graph, [1], locked=False)
    assert freed == plan


def test_a_locked_grid_neither_gives_nor_takes(plan, graph):
    held = edits.lock_grids(plan, [0], locked=True)
    with pytest.raises(Locked):
        edits.move(held, graph, [2], 0)
    with pytest.raises(Locked):
        edits.move(held, graph, [0], 1)
    with pytest.raises(Locked):
        edits.merge(held, lattice.weights(graph), [0, 1])
    assert edits.lock_grids(held, [0], locked=False) == plan


def test_ground_stays_in_its_community():
    drawing, communities = "AAB\nAAB", "001\n001"
    graph = lattice.lattice(drawing, communities=communities)
    plan = lattice.plan(drawing, communities=communities)
    with pytest.raises(AcrossCommunities):
        edits.move(plan, graph, [2], 0)
    with pytest.raises(NotPlannable):
        edits.merge(plan, lattice.weights(graph), [0, 1])
    with pytest.raises(NotPlannable):
        edits.new_grid(plan, graph, [1, 2], CODES[0])


@pytest.mark.parametrize(("atoms", "row"), [([99], 0), ([-1], 0), ([0], 9), ([0], -1)])
def test_what_is_not_there_is_refused(plan, graph, atoms, row):
    with pytest.raises(NotPlannable):
        edits.move(plan, graph, atoms, row)


def test_merging_keeps_the_larger_or_the_one_that_is_named(plan, graph):
    counts = lattice.weights(graph, households=10)
    assert lattice.drawn(edits.merge(plan, counts, [1, 2]), DRAWING) == "AAB\nAAB\nBBB"
    assert lattice.drawn(edits.merge(plan, counts, [1, 2], 2), DRAWING) == "AAC\nAAC\nCCC"
    for wrong in ([0], [], [0, 9]):
        with pytest.raises(NotPlannable):
            edits.merge(plan, counts, wrong)
    with pytest.raises(NotPlannable):
        edits.merge(plan, counts, [0, 1], 2)


def test_a_merged_grid_can_be_split_and_the_ground_is_the_same(plan, graph):
    counts = lattice.weights(graph)
    merged = edits.merge(plan, counts, [0, 1])
    split = edits.split(merged, graph, counts, 0, 2, iter(CODES))
    assert split.grids[3].grid_id is None
    assert split.grids[3].code == CODES[0]
    before = {*plan.atoms_of(0).tolist(), *plan.atoms_of(1).tolist()}
    assert {*split.atoms_of(0).tolist(), *split.atoms_of(3).tolist()} == before
    assert graph.area_m2[split.atoms_of(0, 3)].sum() == graph.area_m2[merged.atoms_of(0)].sum()


@pytest.mark.parametrize("parts", [2, 3, 4, 6])
def test_parts_of_a_split_hang_together_and_are_even(parts):
    drawing = "\n".join(["A" * 12] * 6)
    graph, plan = lattice.lattice(drawing), lattice.plan(drawing)
    counts = lattice.weights(graph, households=10)
    after = edits.split(plan, graph, counts, 0, parts, iter(CODES))
    sizes = after.sizes()
    assert len(sizes) == parts
    assert max(sizes) - min(sizes) <= 0.15 * 72 / parts + 1
    assert len(np.unique(parts_of(graph, after.assignment))) == parts


def test_a_grid_is_split_into_no_more_parts_than_it_has_pieces(plan, graph):
    counts = lattice.weights(graph)
    with pytest.raises(NotPlannable):
        edits.split(plan, graph, counts, 2, 3, iter(CODES))
    with pytest.raises(NotPlannable):
        edits.split(plan, graph, counts, 0, 1, iter(CODES))


def test_a_new_grid_has_a_name_and_a_code_of_its_own(plan, graph):
    after = edits.new_grid(plan, graph, [6, 7], CODES[0], " 河滨网格 ")
    assert after.grids[3] == GridDraft(lattice.COMMUNITY, CODES[0], "河滨网格")
    assert after.atoms_of(3).tolist() == [6, 7]
    assert after.present() == [0, 1, 3]
    unnamed = edits.new_grid(after, graph, [0], CODES[1])
    assert unnamed.grids[4].name not in {grid.name for grid in after.grids}


def test_names_are_checked(plan):
    assert edits.rename(plan, 0, " 东街网格 ").grids[0].name == "东街网格"
    assert edits.rename(plan, 0, "A") is plan
    for wrong in ("", " ", "x" * 41, "B"):
        with pytest.raises(NotPlannable):
            edits.rename(plan, 0, wrong)


def test_codes_are_used_once(plan):
    free = CODES[3]
    assert edits.renumber(plan, 0, free, used=()).grids[0].code == free
    assert edits.renumber(plan, 0, plan.grids[0].code, used=()) is plan
    with pytest.raises(CodeTaken):
        edits.renumber(plan, 0, plan.grids[1].code, used=())
    with pytest.raises(CodeTaken):
        edits.renumber(plan, 0, free, used={free})


def test_notes(plan):
    noted = edits.annotate(plan, 0, "等业委会意见")
    assert noted.grids[0].note == "等业委会意见"
    assert edits.annotate(noted, 0, "") == plan
    with pytest.raises(NotPlannable):
        edits.annotate(plan, 0, "x" * 501)


def test_taking_an_assignment_keeps_what_is_locked(plan, graph):
    wanted = plan.assignment.copy()
    wanted[0] = 1
    assert edits.take(plan, graph, plan.grids, wanted).assignment[0] == 1
    held = edits.lock_atoms(plan, graph, [0], locked=True)
    with pytest.raises(Locked):
        edits.take(held, graph, held.grids, wanted)
    into = edits.lock_grids(plan, [1], locked=True)
    with pytest.raises(Locked):
        edits.take(into, graph, into.grids, wanted)
    with pytest.raises(NotPlannable):
        edits.take(edits.rename(plan, 0, "别名"), graph, plan.grids, wanted)
    assert edits.take(plan, graph, plan.grids, plan.assignment.copy()) is plan


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["move", "merge", "split", "new", "lock"]),
        st.lists(st.integers(0, 8), min_size=1, max_size=5),
        st.integers(0, 5),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_whatever_is_done_every_atom_has_one_grid_of_its_community(steps):
    graph, made = lattice.lattice(DRAWING), [lattice.plan(DRAWING)]
    counts = lattice.weights(graph)
    for kind, atoms, row in steps:
        try:
            made.append(step(made[-1], graph, counts, kind, atoms, row))
        except (NotPlannable, Locked):
            continue
    for plan in made:
        assert (plan.assignment != UNASSIGNED).all()
        assert plan.sizes().sum() == len(graph)
        assert len({grid.code for grid in plan.grids}) == len(plan.grids)
    assert made[0] == lattice.plan(DRAWING)


def step(plan, graph, counts, kind, atoms, row):
    rows = sorted({int(plan.assignment[atom]) for atom in atoms})
    if kind == "move":
        return edits.move(plan, graph, atoms, row)
    if kind == "merge":
        return edits.merge(plan, counts, rows)
    if kind == "split":
        fresh = (f"419901001007{500 + len(plan.grids) + n:03d}" for n in range(9))
        return edits.split(plan, graph, counts, rows[0], 2, fresh)
    if kind == "new":
        return edits.new_grid(plan, graph, atoms, f"419901001007{500 + len(plan.grids):03d}")
    return edits.lock_atoms(plan, graph, atoms, locked=row % 2 == 0)
