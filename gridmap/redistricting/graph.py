"""Atoms, the smallest pieces that a plan can move, and the borders between them, as arrays.

Rows 0..n-1 are "atoms", rows 0..m-1 "borders". Borders exist only between atoms of one community. An assignment
is an int32 array of length n: the row of a plan's grid, -1 for none. A grid lies in one community and should be
contiguous over the borders.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int8s = NDArray[np.int8]
Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Assignment = Int32s


class RoadClass(IntEnum):
    """What runs along the common border of two atoms."""

    NONE = 0
    LANE = 1  # or path
    STREET = 2
    MAIN = 3  # or water, or rail


class Neighbours(NamedTuple):
    """Both directions of every border, by atom (CSR): atom i has entries ``indptr[i]:indptr[i + 1]``.

    Attributes:
        indptr: n + 1 positions.
        indices: 2 m rows of neighbouring atoms, ascending within an atom.
        border: 2 m rows of the borders that they share.
    """

    indptr: Int32s
    indices: Int32s
    border: Int32s


@dataclass(frozen=True, slots=True, eq=False)
class AtomGraph:
    """The atoms of one or more communities and the borders between them.

    Attributes:
        communities: area ids, ascending by code.
        community: n rows into `communities`.
        compound: n compound ids of the ledger, -1 where there is none.
        area_m2: n areas.
        outer_m: n lengths in metres of border that is shared with no atom of the same community.
        x, y: n interior points in metres of the county's Gauss-Krueger zone.
        first, second: m borders as rows of atoms, first < second, sorted by both.
        border_m: m lengths in metres of the common border.
        road: m values of `RoadClass`.
    """

    communities: tuple[int, ...]
    community: Int32s
    compound: Int32s
    area_m2: Floats
    outer_m: Floats
    x: Floats
    y: Floats
    first: Int32s
    second: Int32s
    border_m: Floats
    road: Int8s
    _cache: dict[str, Neighbours] = field(
        init=False, repr=False, default_factory=dict, compare=False
    )

    def __len__(self) -> int:
        return len(self.community)

    def neighbours(self) -> Neighbours:
        """Return the borders by atom; made once."""
        found = self._cache.get("neighbours")
        if found is None:
            found = self._cache["neighbours"] = neighbours_of(len(self), self.first, self.second)
        return found

    def rows_of(self, community: int) -> Int32s:
        """Return the rows of the atoms of one community (a row into `communities`), ascending."""
        return np.flatnonzero(self.community == community).astype(np.int32)

    def subgraph(self, community: int) -> tuple[AtomGraph, Int32s]:
        """Cut out one community.

        Args:
            community: row into `communities`.

        Returns:
            The graph of its atoms alone, and their rows in this graph (the atom i there is ``rows[i]`` here).
        """
        rows = self.rows_of(community)
        return self.taken(rows), rows

    def taken(self, rows: Int32s) -> AtomGraph:
        """Return the graph of some atoms alone, whatever community they are of.

        A border with an atom that is left out becomes part of `outer_m`.

        Args:
            rows: rows of atoms, ascending.
        """
        place = np.full(len(self), -1, np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        first, second = place[self.first], place[self.second]
        kept = (first >= 0) & (second >= 0)
        outer = self.outer_m.copy()
        np.add.at(outer, self.first[~kept], self.border_m[~kept])
        np.add.at(outer, self.second[~kept], self.border_m[~kept])
        communities, community = np.unique(self.community[rows], return_inverse=True)
        return AtomGraph(
            communities=tuple(self.communities[row] for row in communities),
            community=community.astype(np.int32),
            compound=self.compound[rows],
            area_m2=self.area_m2[rows],
            outer_m=outer[rows],
            x=self.x[rows],
            y=self.y[rows],
            first=first[kept],
            second=second[kept],
            border_m=self.border_m[kept],
            road=self.road[kept],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What lies in each atom: n counts each.

    Attributes:
        households, residents, buildings: as of the plan's day.
        members: full party members.
        reports: open ones.
    """

    households: Int64s
    residents: Int64s
    buildings: Int64s
    members: Int64s
    reports: Int64s

    def taken(self, rows: Int32s) -> Weights:
        """Return the counts of some atoms alone."""
        return Weights(
            self.households[rows],
            self.residents[rows],
            self.buildings[rows],
            self.members[rows],
            self.reports[rows],
        )


def neighbours_of(atoms: int, first: Int32s, second: Int32s) -> Neighbours:
    """Put both directions of every border into CSR arrays.

    Args:
        atoms: how many atoms there are.
        first: the borders' one side, as rows of atoms.
        second: the borders' other side.

    >>> neighbours_of(3, np.array([0, 1], np.int32), np.array([1, 2], np.int32)).indices.tolist()
    [1, 0, 2, 1]
    """
    source = np.concatenate([first, second])
    target = np.concatenate([second, first])
    border = np.tile(np.arange(len(first), dtype=np.int32), 2)
    order = np.lexsort((target, source))
    indptr = np.zeros(atoms + 1, np.int32)
    np.cumsum(np.bincount(source, minlength=atoms), out=indptr[1:])
    return Neighbours(indptr, target[order].astype(np.int32), border[order])
