"""What is shown of a plan after any sequence of edits: as the rules read, and the same bit for bit whether all
grids are asked for or only those that an edit has touched.
"""

from dataclasses import replace

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.redistricting.facts import Facts
from gridmap.redistricting.faults import Case, Surroundings, inspect, split_compounds
from gridmap.redistricting.graph import Weights
from gridmap.redistricting.metrics import Band, measure
from gridmap.redistricting.opening import Opened, Over
from gridmap.redistricting.outlines import Outlines
from gridmap.redistricting.picture import picture
from gridmap.redistricting.plan import UNASSIGNED, GridDraft, difference
from gridmap.redistricting.tables import Plan as PlanRow
from gridmap.redistricting.terrain import Terrain
from tests.redistricting import lattice, plainly

BEGUN = """
    AABBCCD
    AABBCCD
    EEBBCCD
    EEFFFGG
    EEFFFGG
"""
COMMUNITIES = """
    0011110
    0011110
    0011110
    0022200
    0022200
"""
"""The first community lies in two parts."""

COMPOUNDS = """
    xx.yyzz
    .xxyyzz
    .x.y..z
    ..x..zz
    xx...z.
"""
AROUND = Surroundings(
    Band(60, 160),
    communities={lattice.COMMUNITY: "甲社区", lattice.COMMUNITY + 1: "乙社区"},
    compounds={ord("x"): "书香苑", ord("y"): "河滨园"},
    workers={1: "甲", 2: "乙", 5: "丙", 99: "丁"},
)
ATOMS, ROWS = 35, 7


def world(seed):
    """Ground with uneven lengths, areas and counts, some atoms without a house.

    Households come in tens, so that sums fall on the bounds of the band as well.
    """
    rng = np.random.default_rng(seed)
    graph = lattice.lattice(BEGUN, communities=COMMUNITIES, compounds=COMPOUNDS)
    uneven = replace(
        graph,
        area_m2=rng.uniform(1e3, 1e4, ATOMS),
        outer_m=graph.outer_m * rng.uniform(0.1, 1, ATOMS),
        border_m=rng.uniform(1, 100, len(graph.first)),
        road=rng.integers(0, 4, len(graph.first)).astype(np.int8),
    )
    counts = [rng.integers(0, high, ATOMS) for high in (90, 3, 3, 2)]
    return uneven, Weights(10 * rng.integers(0, 5, ATOMS), *counts)


def opened(seed):
    graph, weights = world(seed)
    shapes = lattice.shapes(BEGUN)
    ground = Terrain(
        key="drawn",
        layer_ids=(),
        epsg=4547,
        graph=graph,
        shapes=shapes,
        outlines=Outlines(shapes),
        tree=shapely.STRtree(shapes),
        degrees=shapes,
        boxes=shapely.bounds(shapes),
        face=np.arange(ATOMS, dtype=np.int32),
        building_ids=np.zeros(0, dtype=np.int64),
        building_codes=np.zeros(0, dtype=object),
        building_atoms=np.zeros(0, dtype=np.int32),
    )
    plan = lattice.plan(BEGUN, communities=COMMUNITIES)
    return Opened(
        PlanRow(),
        1,
        plan,
        Over((), {}, plan.assignment),
        ground,
        Facts(weights, plan, AROUND, {}),
    )


EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.sets(st.integers(0, ATOMS - 1)), st.integers(0, ROWS - 1)),
        st.tuples(st.just("free"), st.sets(st.integers(0, ATOMS - 1)), st.just(UNASSIGNED)),
        st.tuples(st.just("merge"), st.integers(0, ROWS - 1), st.integers(0, ROWS - 1)),
        st.tuples(st.just("new"), st.sets(st.integers(0, ATOMS - 1)), st.integers(0, 2)),
        st.tuples(st.just("rename"), st.integers(0, ROWS - 1), st.text(max_size=3)),
    ),
    max_size=6,
)


def made(plan, edit):
    """The plan after an edit; nothing is refused here, so that every rule is broken sooner or later."""
    kind, what, into = edit
    if kind == "rename":
        return plan.with_grid(what, name=into)
    if kind == "new":
        draft = GridDraft(lattice.COMMUNITY + into, f"{len(plan.grids):015d}", "新网格")
        return plan.added(draft).placed(sorted(what), len(plan.grids))
    atoms = plan.atoms_of(what) if kind == "merge" else sorted(what)
    return plan.placed(atoms, into)


def box_of(terrain, atoms):
    if not len(atoms):
        return None
    boxes = terrain.boxes[list(atoms)].T
    return tuple(float(one) for one in (*boxes[:2].min(axis=1), *boxes[2:].max(axis=1)))


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 9), EDITS)
def test_faults_are_those_of_the_rules_as_they_read(seed, sequence):
    graph, weights = world(seed)
    plan = lattice.plan(BEGUN, communities=COMMUNITIES)
    for edit in sequence:
        plan = made(plan, edit)
        measures = measure(graph, weights, plan.assignment, len(plan.grids))
        found = inspect(Case.of(plan, graph, weights, measures, AROUND))
        expected = plainly.faults(plan, graph, weights, AROUND)
        assert found == expected
        divided = [fault.atoms[0] for fault in expected if fault.kind == "split_compound"]
        assert split_compounds(graph, weights, plan.assignment) == [
            (int(graph.community[atom]), int(graph.compound[atom])) for atom in divided
        ]


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 9), EDITS)
def test_what_edits_have_touched_put_together_is_the_whole(seed, sequence):
    at = opened(seed)
    shown = {grid.row: grid for grid in picture(at).grids}
    for edit in sequence:
        after = replace(at, plan=made(at.plan, edit))
        touched = difference(at.plan, after.plan).rows
        part, whole = picture(after, touched), picture(after)
        at = after
        for row in touched:
            shown.pop(row, None)
        shown |= {grid.row: grid for grid in part.grids}
        assert sorted(shown) == at.plan.present()
        assert [repr(shown[row]) for row in sorted(shown)] == [repr(one) for one in whole.grids]
        for one in ("gone", "faults", "fault_bounds", "changed"):
            assert getattr(part, one) == getattr(whole, one)
        assert repr(part.balance) == repr(whole.balance)
        assert repr(part.balance_today) == repr(whole.balance_today)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 9), EDITS)
def test_changes_are_against_today(seed, sequence):
    at = begun = opened(seed)
    for edit in sequence:
        at = replace(at, plan=made(at.plan, edit))
    found, buildings = picture(at), at.facts.weights.buildings
    for grid in found.grids:
        now, then = (one.plan.assignment == grid.row for one in (at, begun))
        assert grid.figures["buildings"] == buildings[now].sum()
        assert grid.change["buildings"] == buildings[now].sum() - buildings[then].sum()
        assert grid.is_new == (grid.row >= ROWS)
    assert found.gone == tuple(row for row in range(ROWS) if row not in at.plan.present())
    moved = at.plan.assignment != begun.plan.assignment
    assert found.changed.buildings == buildings[moved].sum()


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 9), EDITS)
def test_boxes_are_around_the_atoms(seed, sequence):
    at = opened(seed)
    for edit in sequence:
        at = replace(at, plan=made(at.plan, edit))
    found = picture(at)
    assert found.fault_bounds == tuple(box_of(at.terrain, one.atoms) for one in found.faults)
    for grid in found.grids:
        assert grid.bounds == box_of(at.terrain, at.plan.atoms_of(grid.row))
