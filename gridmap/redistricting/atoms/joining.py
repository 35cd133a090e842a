"""Pieces that nobody would paint alone join a neighbour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gridmap.geometry.arrangement import Arrangement, Borders, borders, numbered, totals
from gridmap.geometry.components import components
from gridmap.geometry.tessellation import MIN_AREA, MIN_WIDTH
from gridmap.redistricting.atoms.ground import NONE, Classes, Flags, Numbers, Rows

FACTOR: Final = np.array([1.0, 0.8, 0.4, 0.2])
"""What a metre of common border speaks for joining, by what runs along it (`RoadClass`): a strip between a
wall and a street belongs to what is behind the wall, and nothing joins over a main road that need not."""

TINY_M2: Final = 40.0
TINY_M: Final = 2.5
"""With a building, too, ground that is smaller or narrower is too little to be painted alone."""

OTHER_KIND: Final = 0.5
"""What it speaks for joining another compound, or land and water."""

_MOST_ROUNDS: Final = 100


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """Which regions join a neighbour, and which one.

    Regions without a building that are smaller or narrower than given join, and whatever is tiny or drawing
    noise.
    They never join another community, and noise only if there is nothing else. Over the edge of a grid
    only noise joins, and only if there is no other way.

    Attributes:
        community, grids: p numbers; pieces with another one are in another community or in other grids.
        compound: p ids, `NONE` for none, which goes with every other.
        water, built: p flags: is it water; does it hold the spot of a building.
        road: a classes of what runs along the arcs.
        small_m2, narrow_m: square metres and metres.
    """

    community: Rows
    grids: Rows
    compound: Rows
    water: Flags
    built: Flags
    road: Classes
    small_m2: float
    narrow_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """What regions of pieces are like at a moment. A region is called by the row of one of its pieces.

    Attributes:
        of_piece: p regions, `NONE` for a piece of none.
        area, perimeter: p numbers in square metres and metres, zero where no region has that row.
        host: p rows of the largest piece of a region: what is known of it holds for the region.
        borders: which regions share how many metres.
    """

    of_piece: Rows
    area: Numbers
    perimeter: Numbers
    host: Rows
    borders: Borders

    def numbered(self) -> tuple[Rows, Rows]:
        """Number the regions from 0, in the order of their first piece.

        Returns:
            p numbers, `NONE` for a piece of no region; and the row of the largest piece of each region.
        """
        number, count = numbered(self.of_piece)
        inside = np.flatnonzero(number != NONE)
        largest = np.empty(count, dtype=np.int64)
        largest[number[inside]] = self.host[self.of_piece[inside]]
        return number, largest


def join(arrangement: Arrangement, start: Rows, rule: Rule) -> Regions:
    """Join regions over the border that most speaks for it, until none is left that shall and can.

    In a round all join at once and only then are areas and borders looked at anew, so nothing depends on
    an order; of equal borders the one towards the lower row is taken.

    Args:
        arrangement: p pieces and a arcs.
        start: p regions of the pieces, `NONE` for pieces that stay out of it.
        rule: who joins whom.
    """
    area = shapely.area(arrangement.pieces)
    regions = _seen(arrangement, area, start)
    for _ in range(_MOST_ROUNDS):
        source, target = _best(regions, rule, _worth(regions, arrangement, rule))
        if not len(source):
            break
        leader = np.append(components(len(start), source, target), NONE)
        regions = _seen(arrangement, area, leader[regions.of_piece])
    return regions


def is_noise(area: Numbers, perimeter: Numbers) -> Flags:
    """Tell which shapes are smaller or narrower than what a drawing is sure of."""
    noise: Flags = (area < MIN_AREA) | (widths(area, perimeter) < MIN_WIDTH)
    return noise


def widths(area: Numbers, perimeter: Numbers) -> Numbers:
    """Return how wide shapes are: the short side of the rectangle of the same area and perimeter.

    >>> widths(np.array([30.0, 100.0]), np.array([26.0, 40.0]))
    array([ 3., 10.])
    """
    half = perimeter / 2
    # for a narrow shape, the difference of two large numbers would lose the small one
    width: Numbers = (2 * area) / np.maximum(
        half + np.sqrt(np.clip(half**2 - 4 * area, 0, None)), 1e-9
    )
    return width


def _seen(arrangement: Arrangement, area: Numbers, region: Rows) -> Regions:
    count = len(region)
    inside = np.flatnonzero(region != NONE)
    by_size = inside[np.lexsort((-area[inside], region[inside]))]
    named, first = np.unique(region[by_size], return_index=True)
    host = np.full(count, NONE, dtype=np.int64)
    host[named] = by_size[first]
    padded = np.append(region, NONE)
    left, right = padded[arrangement.left], padded[arrangement.right]
    edge = np.flatnonzero(left != right)
    sides, metres = np.concatenate([left[edge], right[edge]]), np.tile(arrangement.length[edge], 2)
    owned = sides != NONE
    return Regions(
        of_piece=region,
        area=totals(region[inside], area[inside], count),
        perimeter=totals(sides[owned], metres[owned], count),
        host=host,
        borders=borders(arrangement, region),
    )


def _joining(now: Regions, rule: Rule, noise: Flags) -> Flags:
    width = widths(now.area, now.perimeter)
    tiny = (now.area < TINY_M2) | (width < TINY_M)
    small = (now.area < rule.small_m2) | (width < rule.narrow_m)
    built = np.zeros(len(small), dtype=bool)
    homes = now.of_piece[rule.built]
    built[homes[homes != NONE]] = True
    joins: Flags = (noise | tiny | (small & ~built)) & (now.host != NONE)
    return joins


def _worth(now: Regions, arrangement: Arrangement, rule: Rule) -> Numbers:
    """Return what speaks for joining over each border, apart from grids; 0: nothing may."""
    arcs = np.flatnonzero(now.borders.of_arc != NONE)
    metres = arrangement.length[arcs] * FACTOR[rule.road[arcs]]
    worth = totals(now.borders.of_arc[arcs], metres, len(now.borders.first))
    one, other = now.host[now.borders.first], now.host[now.borders.second]
    mine, theirs = rule.compound[one], rule.compound[other]
    alike = (mine == theirs) | (mine == NONE) | (theirs == NONE)
    alike &= rule.water[one] == rule.water[other]
    worth *= np.where(alike, 1.0, OTHER_KIND)
    return np.where(rule.community[one] == rule.community[other], worth, 0.0)


def _best(now: Regions, rule: Rule, worth: Numbers) -> tuple[Rows, Rows]:
    """Return who joins whom: of each region that joins, the neighbour over its best border."""
    noise = is_noise(now.area, now.perimeter)
    source = np.concatenate([now.borders.first, now.borders.second])
    target = np.concatenate([now.borders.second, now.borders.first])
    value = np.tile(worth, 2)
    same = rule.grids[now.host[source]] == rule.grids[now.host[target]]
    able = (value > 0) & _joining(now, rule, noise)[source] & (same | noise[source])
    rows = np.flatnonzero(able)
    keys = (target[rows], -value[rows], ~same[rows], noise[target[rows]], source[rows])
    order = rows[np.lexsort(keys)]
    _, first = np.unique(source[order], return_index=True)
    return source[order[first]], target[order[first]]
