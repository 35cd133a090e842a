"""Made-up ground to cut into atoms: streets, compounds with rows of houses, old quarters, shops, parks, a river.

Streets run in a lattice with uneven steps, slightly skew, so that nothing is square. Everything follows from
the seed, and nothing of it is anybody's data.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import affinity

from gridmap.redistricting.atoms import Ground

ORIGIN = (557_000.0, 3_768_000.0)
"""Metres of a Gauss-Krueger zone: numbers as large as real ones."""

SLABS, OLD, SHOPS = (
    ((48.0, 13.0), (9.0, 16.0)),
    ((11.0, 9.0), (0.0, 5.0)),
    ((40.0, 30.0), (14.0, 20.0)),
)
"""Length and depth of houses, and the gaps between them, in metres."""

VERGE = 9.0
"""Metres between the middle of a street and the wall behind it."""


@dataclass
class Block:
    """A quadrangle between four streets."""

    corners: np.ndarray
    kind: str

    @property
    def shape(self):
        return shapely.Polygon(self.corners)


def town(columns=4, rows=3, seed=0, communities=(2, 1)):
    """Make a town of so many blocks, divided into so many communities across and up."""
    rng = np.random.default_rng(seed)
    nodes = _lattice(columns, rows, rng)
    kinds = rng.choice(
        ["compound", "old", "shops", "park"], size=(columns, rows), p=[0.6, 0.2, 0.12, 0.08]
    )
    blocks = [
        Block(nodes[[i, i + 1, i + 1, i], [j, j, j + 1, j + 1]], kinds[i, j])
        for i in range(columns)
        for j in range(rows)
    ]
    compounds, buildings = [], []
    for block in blocks:
        _settle(block, rng, compounds, buildings)
    return Ground(
        communities=_communities(nodes, *communities),
        compounds=compounds,
        buildings=[(1000 + at, *one) for at, one in enumerate(buildings)],
        roads=_streets(nodes),
    )


def _lattice(columns, rows, rng):
    x = np.concatenate([[0], np.cumsum(rng.uniform(130, 260, columns))])
    y = np.concatenate([[0], np.cumsum(rng.uniform(120, 220, rows))])
    nodes = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
    nodes += rng.uniform(-12, 12, nodes.shape)
    return nodes @ np.array([[0.99, 0.12], [-0.12, 0.99]]) + ORIGIN


def _communities(nodes, across, up):
    columns, rows = nodes.shape[0] - 1, nodes.shape[1] - 1
    xs = np.linspace(0, columns, across + 1).round().astype(int)
    ys = np.linspace(0, rows, up + 1).round().astype(int)
    found = []
    for j in range(up):
        for i in range(across):
            west, east, south, north = xs[i], xs[i + 1], ys[j], ys[j + 1]
            ring = [
                *nodes[west:east, south],
                *nodes[east, south:north],
                *nodes[east:west:-1, north],
                *nodes[west, north:south:-1],
            ]
            number = len(found) + 1
            found.append((100 + number, f"3203210010{number:02d}", shapely.Polygon(ring)))
    return found


def _streets(nodes):
    kinds = ("primary", "residential", "tertiary")
    along = [(kinds[at % 3], shapely.LineString(line)) for at, line in enumerate(nodes)]
    across = [
        (kinds[at % 3], shapely.LineString(line)) for at, line in enumerate(nodes.swapaxes(0, 1))
    ]
    return along + across


def _settle(block, rng, compounds, buildings):
    yard = block.shape.buffer(-VERGE, join_style="mitre")
    if block.kind == "compound":
        number = len(compounds) + 1
        compounds.append((number, yard))
        buildings += _rows(block, yard, rng, number, SLABS)
    elif block.kind == "old":
        buildings += _rows(block, yard, rng, None, OLD)
    elif block.kind == "shops":
        buildings += _rows(block, yard, rng, None, SHOPS)


def _rows(block, yard, rng, compound, houses):
    """Put houses in rows, in the direction of the block's southern street."""
    (size, gap), found = houses, []
    start, along = block.corners[0], block.corners[1] - block.corners[0]
    turn = np.degrees(np.arctan2(along[1], along[0]))
    length, depth = np.linalg.norm(along), np.linalg.norm(block.corners[3] - start) * 1.1
    step_x, step_y = size[0] + gap[0], size[1] + gap[1]
    shapely.prepare(yard)
    for y in np.arange(VERGE + 3, depth, step_y):
        for x in np.arange(VERGE + 3, length, step_x):
            if rng.random() < 0.06:
                continue
            box = shapely.box(x, y, x + size[0] * rng.uniform(0.8, 1), y + size[1])
            house = affinity.translate(affinity.rotate(box, turn, origin=(0, 0)), *start)
            if yard.contains(house):
                found.append((compound, house, house.representative_point()))
    return found


def at_origin(shape):
    """Move a drawing to where its numbers are as large as real ones."""
    return affinity.translate(shape, *ORIGIN)


def off_by(atoms, grid):
    """Return by how many metres a grid misses the union of the atoms in it."""
    inside = shapely.contains_xy(grid, atoms.graph.x, atoms.graph.y)
    union = shapely.union_all(atoms.shapes[inside])
    if union.is_empty:
        return np.inf
    there = shapely.distance(shapely.points(shapely.get_coordinates(grid)), union.boundary)
    back = shapely.distance(shapely.points(shapely.get_coordinates(union)), grid.boundary)
    return max(there.max(), back.max())
