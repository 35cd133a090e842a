"""A made-up county as an atom graph: streets, compounds, old lanes, shops and parks, with people in them.

Streets run in a lattice with uneven steps. A block is a compound (or a part of one), an old quarter without
compounds, shops, or a park; a building stands in rows inside its block, and its atom is its Voronoi cell. So
borders between blocks run along streets, as in atoms made from real ground. Nothing here is anybody's data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.redistricting.graph import AtomGraph, RoadClass, Weights

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STREET_M = (110.0, 230.0)
MAIN_EVERY = 4
ATOMS_A_BLOCK = 11.9
JOINED = 0.15
BUILT = (0, 1)
"""Kinds of blocks with rows of houses."""

KINDS = ("compound", "old", "shops", "park")
GROWS_ON = 0.15
"""Chance that a block belongs to the compound beside it."""

SHARES = (0.27, 0.5, 0.15, 0.08)
HOUSEHOLDS_AN_ATOM = {"compound": 19.5, "old": 14.5, "shops": 2.0, "park": 0.0}
MEMBERS_A_HOUSEHOLD = 0.024


@dataclass(frozen=True, slots=True)
class MadeUp:
    """What was made: the graph, what lies in it, and the atoms' shapes.

    Attributes:
        shapes: n polygons in metres.
    """

    graph: AtomGraph
    weights: Weights
    shapes: NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class _Ground:
    """Atoms before they have shapes: a point each, its block's place, kind and compound."""

    x: Floats
    y: Floats
    column: Ints
    row: Ints
    lane: Ints
    kind: Ints
    compound: Ints
    community: Ints


def make(communities: int, atoms: int, seed: int) -> MadeUp:
    """Make a county of so many communities and about so many atoms; the same seed makes the same."""
    rng = np.random.default_rng(seed)
    side = max(3, round(float(np.sqrt(atoms / ATOMS_A_BLOCK))))
    ground = _ground(rng, side, communities)
    shapes = _cells(ground)
    graph = _graph(ground, shapes, communities)
    return MadeUp(graph, _people(rng, ground), shapes)


def _ground(rng: np.random.Generator, side: int, communities: int) -> _Ground:
    across, up = (np.cumsum(np.r_[0, rng.uniform(*STREET_M, side)]) for _ in range(2))
    kind = rng.choice(len(KINDS), (side, side), p=SHARES)
    compound = _compounds(rng, kind)
    community = _communities(rng, across, up, communities)
    parts = [
        _rows(rng, (across[i], across[i + 1]), (up[j], up[j + 1]), (i, j, kind[i, j]))
        for i in range(side)
        for j in range(side)
    ]
    points = np.concatenate(parts)
    column, row = points[:, 2].astype(int), points[:, 3].astype(int)
    return _Ground(
        x=points[:, 0],
        y=points[:, 1],
        column=column,
        row=row,
        lane=points[:, 4].astype(int),
        kind=kind[column, row],
        compound=compound[column, row],
        community=community[column, row],
    )


def _compounds(rng: np.random.Generator, kind: Ints) -> Ints:
    """Number the compounds; a third of the blocks that could join their neighbour do."""
    number = np.full(kind.shape, -1, np.int64)
    for place in np.argwhere(kind == 0):
        i, j = (int(value) for value in place)
        beside = [number[p] for p in ((i - 1, j), (i, j - 1)) if min(p) >= 0 and number[p] >= 0]
        joins = bool(beside) and rng.random() < GROWS_ON
        number[i, j] = beside[0] if joins else 1000 + i * kind.shape[1] + j
    return number


def _communities(rng: np.random.Generator, across: Floats, up: Floats, count: int) -> Ints:
    """Give each block to the nearest of `count` centres that repel each other."""
    middle = np.stack(
        np.meshgrid((across[1:] + across[:-1]) / 2, (up[1:] + up[:-1]) / 2, indexing="ij"), -1
    ).reshape(-1, 2)
    centres = middle[rng.choice(len(middle), count, replace=False)]
    for _ in range(6):  # Lloyd's steps: communities of like size
        nearest = np.argmin(((middle[:, None] - centres[None]) ** 2).sum(-1), axis=1)
        centres = np.stack([middle[nearest == c].mean(0) for c in range(count)])
    nearest = np.argmin(((middle[:, None] - centres[None]) ** 2).sum(-1), axis=1)
    return nearest.reshape(len(across) - 1, len(up) - 1)


def _rows(
    rng: np.random.Generator, x: tuple[float, float], y: tuple[float, float], block: tuple[int, ...]
) -> Floats:
    """Place the buildings of a block in rows: columns x, y, block's column and row, row of buildings."""
    i, j, kind = block
    wide, high = {0: (3, 4), 1: (3, 4), 2: (2, 2), 3: (1, 2)}[kind]
    wide, high = (
        wide + int(rng.integers(0, 2)),
        high + int(rng.integers(-1, 2)) * (kind < KINDS.index("shops")),
    )
    stepx, stepy = (x[1] - x[0]) / wide, (y[1] - y[0]) / high
    spots = [
        (x[0] + (a + 0.5) * stepx, y[0] + (b + 0.5) * stepy, i, j, b)
        for a in range(wide)
        for b in range(high)
    ]
    made = np.array(spots, float)
    jitter = 0.4 if kind == 1 else 0.25
    made[:, 0] += rng.uniform(-jitter, jitter, len(made)) * stepx
    made[:, 1] += rng.uniform(-jitter, jitter, len(made)) * stepy
    return made


def _cells(ground: _Ground) -> NDArray[np.object_]:
    """Voronoi cells on the millimetre grid; a ring of points outside keeps the outer ones finite."""
    low = np.array([ground.x.min(), ground.y.min()]) - 60
    high = np.array([ground.x.max(), ground.y.max()]) + 60
    edge = np.linspace(0, 1, 1 + int(max(high - low) // 60))
    across, up = low[0] + edge * (high - low)[0], low[1] + edge * (high - low)[1]
    ring = np.concatenate(
        [np.stack([across, np.full_like(across, level)], 1) for level in (low[1], high[1])]
        + [np.stack([np.full_like(up, level), up], 1)[1:-1] for level in (low[0], high[0])]
    )
    points = np.concatenate([np.stack([ground.x, ground.y], 1), ring])
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), ordered=True))
    made: NDArray[np.object_] = shapely.transform(
        cells[: len(ground.x)], lambda xy: np.round(xy, 3)
    )
    return made


def _graph(ground: _Ground, shapes: NDArray[np.object_], communities: int) -> AtomGraph:
    first, second, length = _borders(shapes)
    same = ground.community[first] == ground.community[second]
    outer = shapely.length(shapes)
    for side in (first, second):
        np.subtract.at(outer, side[same], length[same])
    first, second, length = first[same], second[same], length[same]
    return AtomGraph(
        communities=tuple(range(1, communities + 1)),
        community=ground.community.astype(np.int32),
        compound=ground.compound.astype(np.int32),
        area_m2=shapely.area(shapes),
        outer_m=np.maximum(outer, 0.0),
        x=ground.x,
        y=ground.y,
        first=first.astype(np.int32),
        second=second.astype(np.int32),
        border_m=length,
        road=_roads(ground, first, second),
    )


def _borders(shapes: NDArray[np.object_]) -> tuple[Ints, Ints, Floats]:
    """Find the pairs of cells with a common side, and its length; sides lie vertex on vertex."""
    coordinates, atom = shapely.get_coordinates(shapes, return_index=True)
    keys = np.round(coordinates * 1000).astype(np.int64)
    start, end = np.arange(len(keys) - 1), np.arange(1, len(keys))
    inside = (atom[start] == atom[end]) & (keys[start] != keys[end]).any(1)
    start, end, owner = start[inside], end[inside], atom[start][inside]
    a, b = keys[start], keys[end]
    turned = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    side = np.where(turned[:, None], np.c_[b, a], np.c_[a, b])
    order = np.lexsort(side.T)
    side, owner = side[order], owner[order]
    twin = np.flatnonzero((side[1:] == side[:-1]).all(1))
    length = np.hypot(*(side[twin, 2:] - side[twin, :2]).T) / 1000
    pair = np.sort(np.stack([owner[twin], owner[twin + 1]], 1), axis=1)
    unique, place = np.unique(pair, axis=0, return_inverse=True)
    return unique[:, 0], unique[:, 1], np.bincount(place.ravel(), length)


def _roads(ground: _Ground, first: Ints, second: Ints) -> NDArray[np.int8]:
    """Class each border: a street between blocks, every fourth a main one; lanes in old quarters."""
    kind = np.zeros(len(first), np.int8)
    lanes = (ground.kind[first] == KINDS.index("old")) & (ground.lane[first] != ground.lane[second])
    kind[lanes] = RoadClass.LANE
    for place in (ground.column, ground.row):
        crossed = place[first] != place[second]
        main = crossed & (np.maximum(place[first], place[second]) % MAIN_EVERY == 0)
        kind[crossed] = np.maximum(kind[crossed], RoadClass.STREET)
        kind[main] = RoadClass.MAIN
    joined = (ground.compound[first] == ground.compound[second]) & (ground.compound[first] >= 0)
    kind[joined & (kind < RoadClass.MAIN)] = RoadClass.NONE  # a wall around both blocks
    return kind


def _people(rng: np.random.Generator, ground: _Ground) -> Weights:
    per_atom = np.array([HOUSEHOLDS_AN_ATOM[kind] for kind in KINDS])[ground.kind]
    block = ground.column * (ground.row.max() + 1) + ground.row
    density = rng.lognormal(-0.15, 0.55, block.max() + 1)[block]
    households = rng.poisson(per_atom * density * rng.uniform(0.6, 1.4, len(block)))
    zeal = rng.lognormal(-0.2, 0.6, block.max() + 1)[block]
    return Weights(
        households=households.astype(np.int64),
        residents=(households * 2.6).astype(np.int64),
        buildings=(ground.kind != KINDS.index("park")).astype(np.int64),
        members=rng.poisson(households * MEMBERS_A_HOUSEHOLD * zeal).astype(np.int64),
        reports=rng.poisson(households * 0.01).astype(np.int64),
    )


def shift(weights: Weights, seed: int, by: float = 0.25) -> Weights:
    """Change the households of every atom by up to this share, blockwise by neighbours in the rows."""
    rng = np.random.default_rng(seed)
    runs = np.repeat(rng.uniform(1 - by, 1 + by, 1 + len(weights.households) // 20), 20)
    households = np.round(weights.households * runs[: len(weights.households)]).astype(np.int64)
    return Weights(
        households, weights.residents, weights.buildings, weights.members, weights.reports
    )
