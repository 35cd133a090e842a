"""What is asked of a search, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gridmap.redistricting.graph import Assignment


class Kind(StrEnum):
    """What a proposal is best at."""

    LEAST_CHANGE = "least_change"
    BALANCED = "balanced"
    SHAPE = "shape"


KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a planner wants. Without `grids` and `households` each community keeps its number of grids.

    Attributes:
        grids: how many grids in all, shared out by households where there are several communities.
        households: fewest and most in a grid; decides their number where `grids` is not given.
        balance: 0..1, how much equal grids matter inside the band.
        compactness: 0..1, how much round grids matter.
        whole_compounds: 0..1, how much it matters that no compound is divided.
        roads: 0..1, how much edges along roads and water are preferred.
        stability: 0..1, how much it matters that households stay in their grid.
        min_members: full party members that a branch should have.
        kinds: the proposals asked for, in this order.
    """

    grids: int | None = None
    households: tuple[int, int] | None = None
    balance: float = 0.5
    compactness: float = 0.5
    whole_compounds: float = 0.8
    roads: float = 0.5
    stability: float = 0.2
    min_members: int = 3
    kinds: Sequence[Kind | str] = KINDS


@dataclass(frozen=True, slots=True)
class Figures:
    """What proposals are compared by.

    Attributes:
        grids: how many have atoms.
        deviation: largest deviation from the mean households of the grid's community, as a share of it.
        in_band: share of the grids within the wanted households (10 % about the mean where only their number
            was asked for).
        cut_m: metres of border between grids of one community.
        polsby_mean, polsby_min: Polsby-Popper, mean and smallest.
        split_compounds: compounds in more than one grid.
        road_share: share of `cut_m` along streets, main roads, water or rail.
        small_branches: grids with fewer full members than wanted.
        households_moved, reports_moved: households and open reports whose grid is another than today's.
        stray_parts: parts of grids beyond the first; none but where the ground itself lies apart.
    """

    grids: int
    deviation: float
    in_band: float
    cut_m: float
    polsby_mean: float
    polsby_min: float
    split_compounds: int
    road_share: float
    small_branches: int
    households_moved: int
    reports_moved: int
    stray_parts: int


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """A search on its way.

    Attributes:
        fraction: 0..1 of the work done.
        kind: the proposal that is being improved.
        assignment: the best of it so far, whole and contiguous.
        figures: of this assignment.
    """

    fraction: float
    kind: Kind
    assignment: Assignment
    figures: Figures


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A plan that a search found: the row of the grid of each atom; rows of today's grids keep their meaning."""

    kind: Kind
    assignment: Assignment
    figures: Figures
