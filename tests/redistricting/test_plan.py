"""A plan is a value: equal by content, never changed, stored without loss."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gridmap.redistricting.plan import difference, packed, unpacked
from tests.redistricting import lattice

DRAWING = """
    AAB
    ACB
"""


def test_an_edited_plan_is_another_and_the_first_stays():
    before = lattice.plan(DRAWING)
    after = before.placed([0], 1)
    assert before != after
    assert before == lattice.plan(DRAWING)
    assert hash(before) == hash(lattice.plan(DRAWING))
    with pytest.raises(ValueError, match="read-only"):
        before.assignment[0] = 2


def test_what_differs_names_atoms_and_grids():
    before = lattice.plan(DRAWING)
    after = before.placed([0, 1], 1).with_grid(2, name="新名")
    found = difference(before, after)
    assert found.atoms == (0, 1)
    assert found.rows == (0, 1, 2)
    assert not difference(before, before)


def test_members_are_the_atoms_by_row():
    plan = lattice.plan("AB.\nBAC")
    assert [members.tolist() for members in plan.members()] == [[0, 4], [1, 3], [5]]
    assert plan.sizes().tolist() == [2, 2, 1]
    assert plan.present() == [0, 1, 2]


@settings(deadline=None)
@given(arrays.arrays(np.int32, st.integers(0, 400), elements=st.integers(-1, 2**15 - 1)))
def test_a_stored_assignment_comes_back(assignment):
    assert np.array_equal(unpacked(packed(assignment)), assignment)
