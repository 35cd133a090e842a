"""What is wrong with a plan: each rule on a drawing that breaks it, and on one that does not."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.redistricting.faults import Case, FaultKind, Surroundings, inspect, parts_of
from gridmap.redistricting.metrics import Band, measure
from tests.redistricting import lattice

SOUND = """
    AAB
    AAB
"""


def faults(drawing, *, around=None, counts=None, **world):
    graph = lattice.lattice(drawing, **world)
    plan = lattice.plan(drawing, communities=world.get("communities"))
    known = counts or lattice.weights(graph, households=10, members=2)
    workers = {grid.grid_id: f"员{grid.name}" for grid in plan.grids}
    around = around or Surroundings(Band(0, 1000), workers=workers)
    measures = measure(graph, known, plan.assignment, len(plan.grids))
    return inspect(Case.of(plan, graph, known, measures, around))


def kinds(found):
    return [fault.kind for fault in found]


def test_a_sound_plan_has_none():
    assert faults(SOUND) == ()


def test_ground_without_a_grid():
    (fault,) = faults("AA.\nAA.")
    assert (fault.kind, fault.atoms, fault.number) == (FaultKind.UNASSIGNED, (2, 5), 2)
    assert fault.blocks


def test_a_community_without_a_grid():
    found = faults("AA.", communities="001")
    assert FaultKind.NO_GRID in kinds(found)
    assert all(fault.blocks for fault in found)


def test_a_grid_in_two_parts_shows_the_smaller():
    (fault,) = faults("ABAA\nBBAA", around=Surroundings(Band(0, 1000), workers={1: "", 2: ""}))
    assert (fault.kind, fault.row, fault.atoms) == (FaultKind.IN_PARTS, 0, (0,))


def test_parts_that_the_community_itself_has_are_no_fault():
    graph_of_two_islands = {"communities": "0110"}
    found = faults("ABBA", **graph_of_two_islands)
    assert FaultKind.IN_PARTS not in kinds(found)


def test_a_grid_inside_another():
    found = faults("AAA\nABA\nAAA", counts=None)
    assert FaultKind.ENCLAVE in kinds(found)
    assert FaultKind.ENCLAVE not in kinds(faults("AAA\nABA\nABA"))


def test_a_compound_over_two_grids():
    around = Surroundings(Band(0, 1000), compounds={ord("x"): "书香苑"}, workers={1: "", 2: ""})
    (fault,) = faults(SOUND, compounds=".xx\n...", around=around)
    assert (fault.kind, fault.subject, fault.number) == (FaultKind.SPLIT_COMPOUND, "书香苑", 2)
    assert not fault.blocks


def test_a_compound_that_a_community_divides_is_not_the_grids_doing():
    found = faults("AAB\nAAB", compounds=".xx\n...", communities="001\n001")
    assert FaultKind.SPLIT_COMPOUND not in kinds(found)


def test_households_out_of_the_band_and_small_branches():
    graph = lattice.lattice(SOUND)
    counts = lattice.weights(graph, households=[100] * 4 + [1, 1], members=[1, 1, 1, 0, 1, 1])
    around = Surroundings(Band(200, 500), workers={1: "", 2: ""})
    found = faults(SOUND, counts=counts, around=around)
    assert [(fault.kind, fault.row, fault.number) for fault in found] == [
        (FaultKind.OUT_OF_BAND, 1, 101),
        (FaultKind.SMALL_BRANCH, 1, 2),
    ]


def test_workers_and_grids_that_lose_each_other():
    around = Surroundings(Band(0, 1000), workers={1: "甲", 99: "乙"})
    found = faults(SOUND, around=around)
    assert [(fault.kind, fault.subject) for fault in found] == [
        (FaultKind.WORKER_WITHOUT_GRID, "乙"),
        (FaultKind.GRID_WITHOUT_WORKER, "B"),
    ]


@settings(deadline=None)
@given(st.lists(st.integers(0, 2), min_size=24, max_size=24))
def test_parts_are_those_that_shapely_finds(rows):
    drawing = "\n".join(["AAAAAA"] * 4)
    graph, squares = lattice.lattice(drawing), lattice.shapes(drawing)
    assignment = np.array(rows, dtype=np.int32)
    parts = parts_of(graph, assignment)
    for row in range(3):
        # corners do not join: shrink by a hair, so that only whole edges do
        mine = shapely.buffer(squares[assignment == row], 0)
        union = shapely.union_all(mine)
        pieces = shapely.get_parts(union)
        expected = sum(1 for piece in pieces if piece.area)
        assert len(np.unique(parts[assignment == row])) == expected


@pytest.mark.parametrize("kind", list(FaultKind))
def test_every_kind_says_itself_in_both_languages(kind):
    assert kind.label("zh") != kind.label("en")
