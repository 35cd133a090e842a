"""The question of a search, whole: what there is, what may not change, what is wanted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from gridmap.redistricting.graph import Assignment, AtomGraph, Bools, Floats, Int32s, Weights
from gridmap.redistricting.search.contraction import summed_by
from gridmap.redistricting.search.wishes import Wish


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What a search is to answer.

    Attributes:
        graph: the atoms.
        weights: what lies in them.
        today: row of today's grid of each atom, -1 for none.
        locked_atoms: atoms that stay in their grid.
        locked_grids: rows of today's grids that stay as they are.
        wish: what is wanted.
    """

    graph: AtomGraph
    weights: Weights
    today: Assignment
    locked_atoms: Bools
    locked_grids: Collection[int]
    wish: Wish

    def free(self) -> Bools:
        """Return which atoms lie in no locked grid."""
        return ~np.isin(self.today, np.array(sorted(self.locked_grids), np.int32))

    def lock(self) -> Int32s:
        """Return the row that each locked atom must keep, -1 for atoms that may move."""
        return np.where(self.locked_atoms, self.today, -1).astype(np.int32)

    def load(self) -> Floats:
        """Return what is to be balanced: households; where a community has none, buildings, or else area."""
        graph, weights = self.graph, self.weights
        load = np.zeros(len(graph))
        missing = np.ones(len(graph.communities), np.bool_)
        for values in (weights.households, weights.buildings, graph.area_m2):
            usable = values.astype(np.float64)
            load = np.where(missing[graph.community], usable, load)
            missing &= summed_by(graph.community, load, len(missing)) <= 0
        return load
