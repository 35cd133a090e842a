"""Who comes after whom: the rules on drawings, and what holds for any two plans."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.redistricting.plan import GridDraft, Plan
from gridmap.redistricting.succession import LEAST_SHARE, Fate, Line, Lineage, succession
from tests.redistricting import lattice

BEFORE = """
    AAAABBBB
    AAAABBBB
    CCCCCCCC
"""
A, B, C = 0, 1, 2
"""Rows of the grids; their ids are one more."""


def codes_of(*plans):
    return {one.grid_id: one.code for plan in plans for one in plan.grids if one.grid_id}


def decided(after, before=BEFORE, **lies):
    """The succession from a drawing to a plan; where nothing is said a building in every atom."""
    graph, stood = lattice.lattice(before), lattice.plan(before)
    weights = replace(lattice.weights(graph), **lies)
    return succession(stood, after, graph, weights, codes_of(stood))


def painted(after, **new):
    """A plan in which letters beyond those of `BEFORE` are new grids; `new` changes fields by letter."""
    stood = lattice.plan(BEFORE)
    flat = [cell for row in lattice.cells(after) for cell in row]
    letters = "ABC" + "".join(sorted(set(flat) - set("ABC")))
    grids = [
        *stood.grids,
        *(
            GridDraft(lattice.COMMUNITY, f"419901001000{row + 1:03d}", letters[row])
            for row in range(3, len(letters))
        ),
    ]
    for letter, fields in new.items():
        row = letters.index(letter)
        grids[row] = replace(grids[row], **fields)
    return Plan(tuple(grids), np.array([letters.index(cell) for cell in flat]))


def test_the_same_plan_changes_nothing():
    made = decided(painted(BEFORE))
    assert not made
    assert (made.ends, made.lines, made.begun, made.redrawn) == ((), (), (), ())
    assert set(made.fates.values()) == {Fate.GOES_ON}


def test_a_merged_grid_ends_and_the_other_comes_from_it():
    made = decided(painted("AAAAAAAA\nAAAAAAAA\nCCCCCCCC"))
    assert made.ends == (B + 1,)
    assert made.heirs == {B + 1: (A,)}
    assert made.lines == (Line(A, B + 1, Lineage.MERGED),)
    assert made.redrawn == (A,)


def test_a_split_grid_goes_on_and_the_part_comes_from_it():
    made = decided(painted("AADDBBBB\nAADDBBBB\nCCCCCCCC"))
    assert made.ends == ()
    assert made.fates[3] is Fate.BEGINS
    assert made.lines == (Line(3, A + 1, Lineage.SPLIT),)


def test_a_grid_that_ends_in_two_new_ones_was_split():
    made = decided(painted("DDDEBBBB\nDDDEBBBB\nCCCCCCCC"))
    assert made.ends == (A + 1,)
    assert made.lines == (Line(3, A + 1, Lineage.SPLIT), Line(4, A + 1, Lineage.SPLIT))
    assert made.heirs == {A + 1: (3, 4)}


def test_a_grid_that_ends_in_two_that_go_on_was_merged_into_both():
    made = decided(painted("CCCBBBBB\nCCCBBBBB\nCCCCCCCC"))
    assert made.ends == (A + 1,)
    assert made.lines == (Line(B, A + 1, Lineage.MERGED), Line(C, A + 1, Lineage.MERGED))


def test_two_grids_that_end_in_one_new_one_were_merged():
    made = decided(painted("DDDDDDDD\nDDDDDDDD\nCCCCCCCC"))
    assert made.ends == (A + 1, B + 1)
    assert {line.kind for line in made.lines} == {Lineage.MERGED}
    assert {line.predecessor for line in made.lines} == {A + 1, B + 1}


def test_a_border_that_moves_is_redrawn():
    made = decided(painted("AAABBBBB\nAAAABBBB\nCCCCCCCC"))
    assert made.ends == ()
    assert made.lines == (Line(B, A + 1, Lineage.REDRAWN),)
    assert made.redrawn == (A, B)


def test_another_code_is_another_grid_on_the_same_ground():
    made = decided(painted(BEFORE, A={"code": "419901001000009"}))
    assert made.fates[A] is Fate.RENUMBERED
    assert made.ends == (A + 1,)
    assert made.renumbered == {A + 1: A}
    assert made.lines == (Line(A, A + 1, Lineage.REDRAWN),)
    assert made.moved[:4].all()
    assert not made.moved[4:8].any()


def test_a_grid_that_ended_comes_back_under_its_own_code():
    gone = GridDraft(lattice.COMMUNITY, "419901001000009", "旧", 99)
    after = painted("AADDBBBB\nAADDBBBB\nCCCCCCCC")
    after = replace(after, grids=(*after.grids[:3], gone))
    graph, stood = lattice.lattice(BEFORE), lattice.plan(BEFORE)
    weights = lattice.weights(graph)
    made = succession(stood, after, graph, weights, codes_of(stood) | {99: gone.code})
    assert made.fates[3] is Fate.RETURNS
    assert made.lines == (Line(3, A + 1, Lineage.SPLIT),)
    other = succession(stood, after, graph, weights, codes_of(stood) | {99: "419901001000008"})
    assert other.fates[3] is Fate.BEGINS


def test_another_name_alone_is_no_lineage():
    made = decided(painted(BEFORE, B={"name": "北苑"}))
    assert made
    assert (made.renamed, made.lines, made.ends) == ((B,), (), ())
    assert not made.moved.any()


def test_a_sliver_without_buildings_counts_for_nobody():
    """One of 20 atoms is 5 %: not more than the least share."""
    before = "AAAAAAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBBBBB"
    nobody = np.zeros(40, dtype=np.int64)
    stood, graph = lattice.plan(before), lattice.lattice(before)

    def lines(after, buildings):
        weights = replace(lattice.weights(graph), buildings=buildings)
        return succession(stood, after, graph, weights, codes_of(stood)).lines

    assert 1 / 20 <= LEAST_SHARE < 2 / 20
    assert lines(stood.placed([19], 1), nobody) == ()
    assert lines(stood.placed([18, 19], 1), nobody) == (Line(1, 1, Lineage.REDRAWN),)
    assert lines(stood.placed([19], 1), nobody + 1) == (Line(1, 1, Lineage.REDRAWN),)


def test_the_first_heir_has_most_households():
    homes = np.ones(24, dtype=np.int64)
    homes[[3, 11]] = 50
    made = decided(painted("CCCBBBBB\nCCCBBBBB\nCCCCCCCC"), households=homes)
    assert made.heirs[A + 1] == (B, C)


LETTERS = st.text(alphabet="ABCDE", min_size=24, max_size=24)


@pytest.mark.parametrize("renumbers", [False, True])
@given(drawing=LETTERS, built=st.integers(0, 2**24 - 1), at=st.integers(0, 2))
def test_whatever_is_painted(renumbers, drawing, built, at):
    rows = "\n".join(drawing[start : start + 8] for start in (0, 8, 16))
    after = painted(rows, **({"ABC"[at]: {"code": "419901001000999"}} if renumbers else {}))
    buildings = np.array([built >> bit & 1 for bit in range(24)], dtype=np.int64)
    made = decided(after, buildings=buildings)
    stood = lattice.plan(BEFORE)
    going_on = {
        after.grids[row].grid_id for row, fate in made.fates.items() if fate is Fate.GOES_ON
    }
    assert set(made.fates) == set(after.present())
    assert set(made.ends) | going_on == {1, 2, 3}
    assert not set(made.ends) & going_on
    check_moved(made, stood, after)
    check_lines(made, stood, after, buildings)


def identity(after, made, row):
    return after.grids[row].grid_id if made.fates[row] is Fate.GOES_ON else ("new", row)


def check_moved(made, stood, after):
    for atom in range(24):
        was = stood.grids[stood.assignment[atom]].grid_id
        assert made.moved[atom] == (was != identity(after, made, after.assignment[atom]))


def check_lines(made, stood, after, buildings):
    pairs = {(line.predecessor, line.row): line.kind for line in made.lines}
    assert len(pairs) == len(made.lines)
    ground = {}
    for atom in np.flatnonzero(made.moved):
        pair = stood.grids[stood.assignment[atom]].grid_id, int(after.assignment[atom])
        ground.setdefault(pair, []).append(atom)
    assert pairs.keys() <= ground.keys()
    for pair, atoms in ground.items():
        if buildings[atoms].any():
            assert pair in pairs
    assert {grid for grid, _ in pairs} >= set(made.ends)
    assert {row for _, row in pairs} >= set(made.begun)
    for (grid, row), kind in pairs.items():
        begins = made.fates[row] is not Fate.GOES_ON
        if grid not in made.ends:
            assert kind is (Lineage.SPLIT if begins else Lineage.REDRAWN)
        elif not begins:
            assert kind is Lineage.MERGED
    for grid in made.ends:
        took = {row for one, row in ground if one == grid}
        assert set(made.heirs[grid]) == took
