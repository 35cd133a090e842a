"""Many points against a day that is held in memory: the same verdicts as by SQL, in a fiftieth of the time.

Nearly every point lies well inside one grid, and inside one building or none: those are told apart by
trees and prepared polygons. What is left gets the candidates that `gridmap.geolocation.queries` would
find, measured in each point's own plane as there, and the same `rules.decide`. Where only the database
gives the same answer for sure, there is none: points outside every grid, and on a footprint's very edge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geolocation.circles import WIDEST_M
from gridmap.geolocation.rules import (
    BUILDING_REACH_M,
    EDGE_M,
    ROAD_EDGE_M,
    BuildingCandidate,
    Candidates,
    GridCandidate,
    Place,
    Verdicts,
    decide,
)
from gridmap.geolocation.spots import ORIGIN, Rows, Spots

UNSURE_M = 0.001
"""So near a footprint's edge the two ways to measure may disagree about inside and outside."""


@dataclass(frozen=True, eq=False)
class Layer:
    """Things of one kind on a day: ids, codes and shapes (WGS 84), all of one length.

    `grid_ids`: whose it is (buildings, roads); `compound_ids`: what it belongs to (buildings).
    """

    ids: tuple[int, ...]
    codes: tuple[str, ...]
    shapes: NDArray[np.object_]
    names: tuple[str, ...] = ()
    grid_ids: tuple[int | None, ...] = ()
    compound_ids: tuple[int | None, ...] = ()

    @cached_property
    def edges(self) -> NDArray[np.object_]:
        """The shapes' boundaries."""
        edges: NDArray[np.object_] = shapely.boundary(self.shapes)
        return edges

    @cached_property
    def sides(self) -> NDArray[np.object_]:
        """The straight sides of all boundaries: a box around one of them is small."""
        lines = shapely.get_parts(self.edges)
        points, line = shapely.get_coordinates(lines, return_index=True)
        joined = line[1:] == line[:-1]
        ends = np.stack((points[:-1][joined], points[1:][joined]), axis=1)
        return np.asarray(shapely.linestrings(ends), dtype=object)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of the shapes."""
        return shapely.STRtree(self.shapes)

    @cached_property
    def side_tree(self) -> shapely.STRtree:
        """Index of the sides."""
        return shapely.STRtree(self.sides)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """All that a place of a region can lie in or near on a day."""

    grids: Layer
    buildings: Layer
    compounds: Layer
    roads: Layer


@dataclass(frozen=True, eq=False)
class Near:
    """Pairs of a point and a thing near it, by point; distances in metres of the point's plane."""

    point: Rows
    thing: Rows
    distance_m: NDArray[np.float64]
    depth_m: NDArray[np.float64]
    area_m2: NDArray[np.float64]
    shapes: NDArray[np.object_]

    def counts(self, rows: Rows) -> list[int]:
        """Return how many pairs each of these points has."""
        return _counts(self.point, rows)


def _counts(points: Rows, rows: Rows) -> list[int]:
    held = np.bincount(points, minlength=int(rows.max(initial=0)) + 1)
    counts: list[int] = held[rows].tolist()
    return counts


def verdicts(ground: Snapshot, spots: Spots) -> Iterator[Verdicts | None]:
    """Yield the two verdicts on each point, in order; None where the database has to be asked.

    Verdicts on plain points are shared; the others are made when they are asked for.
    """
    if not len(spots):
        return
    grid, near_grids = _certain_grids(ground, spots)
    building, unsure = _certain_buildings(ground, spots)
    known = near_grids & ~unsure
    plain = known & (grid >= 0) & (building >= 0)
    others = _decided(ground, spots, np.flatnonzero(known & ~plain), grid)
    shared: dict[tuple[int, int], Verdicts] = {}
    rows = zip(known.tolist(), plain.tolist(), grid.tolist(), building.tolist(), strict=True)
    for is_known, is_plain, *both in rows:
        if not is_known:
            yield None
        elif not is_plain:
            yield next(others)
        else:
            key = (both[0], both[1])
            if key not in shared:
                shared[key] = _certain(ground, *key)
            yield shared[key]


def _certain(ground: Snapshot, grid: int, building: int) -> Verdicts:
    """The verdicts on a point well inside one grid and one building, by the rules."""
    houses = ground.buildings
    near = Candidates(
        (_alone(ground.grids, grid),),
        (
            BuildingCandidate(
                houses.ids[building],
                houses.codes[building],
                0.0,
                0.0,
                houses.compound_ids[building],
                houses.grid_ids[building],
            ),
        ),
    )
    return decide(Place(0.0, 0.0, "wgs84"), near)


def _certain_grids(ground: Snapshot, spots: Spots) -> tuple[Rows, NDArray[np.bool_]]:
    """The one grid that a point lies well inside, -1 for none or several; whether any is near."""
    count, rows = len(spots), np.arange(len(spots))
    grid, several = _only(_inside(spots, ground.grids, rows), count)
    at_edge = _beside(spots, ground.grids, rows, EDGE_M)
    near = (grid >= 0) | several
    near[at_edge] = True
    circles = np.flatnonzero(spots.circle_m)
    grid[at_edge] = -1
    grid[_beside(spots, ground.grids, circles, spots.circle_m[circles])] = -1
    grid[spots.gps & (spots.accuracy_m > WIDEST_M)] = -1
    return grid, near


def _beside(spots: Spots, layer: Layer, rows: Rows, reach_m: NDArray[np.float64] | float) -> Rows:
    """Those of these points from which an edge may be within reach; errs on the safe side."""
    degrees = spots.degrees(rows, reach_m)
    point, _side = layer.side_tree.query(spots.points[rows], "dwithin", degrees)
    found: Rows = rows[point]
    return found


def _beside_edges(spots: Spots, layer: Layer, reach_m: float) -> Rows:
    """The same for all points and a layer of small things, whose single sides need no tree."""
    degrees = spots.degrees(np.arange(len(spots)), reach_m)
    point, thing = layer.tree.query(spots.points, "dwithin", degrees)
    near = shapely.dwithin(layer.edges[thing], spots.points[point], degrees[point])
    found: Rows = point[near]
    return found


def _inside(spots: Spots, layer: Layer, rows: Rows) -> tuple[Rows, Rows]:
    """Pairs of these points and the things that they lie in, by point."""
    point, thing = layer.tree.query(spots.points[rows], "intersects")
    return rows[point], thing


def _only(pairs: tuple[Rows, Rows], count: int) -> tuple[Rows, NDArray[np.bool_]]:
    """For each point the one thing that it lies in, -1 for none or several; whether several."""
    point, thing = pairs
    held = np.bincount(point, minlength=count)
    found = np.full(count, -1, dtype=np.intp)
    found[point] = thing
    found[held != 1] = -1
    return found, held > 1


def _certain_buildings(ground: Snapshot, spots: Spots) -> tuple[Rows, NDArray[np.bool_]]:
    """The one building that a point surely lies in, -1 for none; whether it lies on an edge."""
    count = len(spots)
    rows = np.arange(count)
    building, _several = _only(_inside(spots, ground.buildings, rows), count)
    unsure = np.zeros(count, dtype=bool)
    unsure[_beside_edges(spots, ground.buildings, UNSURE_M)] = True
    # a phone's position is sure of a building only by the rules
    building[spots.gps] = -1
    return building, unsure


def _in_plane(spots: Spots, rows: Rows, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Move each shape to its point and scale it to metres there, as ST_TransScale does it."""
    moved = shapes.copy()
    held = shapely.get_num_coordinates(shapes)
    scale = spots.scale[rows]
    offset = -np.column_stack((spots.lon[rows], spots.lat[rows])) * scale
    plane = shapely.get_coordinates(shapes) * np.repeat(scale, held, axis=0)
    plane += np.repeat(offset, held, axis=0)
    return shapely.set_coordinates(moved, plane)


def _near(spots: Spots, layer: Layer, reach_m: NDArray[np.float64], rows: Rows) -> Near:
    """Pairs of these points and the things of a layer within each point's reach."""
    degrees = spots.degrees(rows, reach_m[rows])
    found, thing = layer.tree.query(spots.points[rows], "dwithin", degrees)
    point = rows[found]
    shapes = _in_plane(spots, point, layer.shapes[thing])
    distance = shapely.distance(shapes, ORIGIN)
    kept = distance <= reach_m[point]
    point, thing, distance = point[kept], thing[kept], distance[kept]
    inside = distance == 0
    depth = np.zeros(len(point))
    depth[inside] = _depth_m(spots, point[inside], layer, thing[inside])
    shapes = shapes[kept]
    area = shapely.area(shapes)
    shapes[spots.circle_m[point] == 0] = None
    return Near(point, thing, distance, depth, area, shapes)


def _depth_m(spots: Spots, rows: Rows, layer: Layer, things: Rows) -> NDArray[np.float64]:
    """How far inside its thing each of these points lies."""
    edges = _in_plane(spots, rows, layer.edges[things])
    depth: NDArray[np.float64] = shapely.distance(edges, ORIGIN)
    return depth


def _decided(
    ground: Snapshot, spots: Spots, rows: Rows, certain: Rows
) -> Iterator[Verdicts | None]:
    """Let the rules decide on points that are not plain; None where no grid is near.

    `certain`: the row of the one grid that each point of all surely lies in, -1 for none.
    """
    reach = np.maximum(spots.circle_m, EDGE_M)
    grids = _near(spots, ground.grids, reach, rows[certain[rows] < 0])
    edge = np.flatnonzero(np.bincount(grids.point, minlength=len(spots)) > 1)
    roads = _near(spots, ground.roads, np.full(len(spots), ROAD_EDGE_M), edge)
    houses = _near(spots, ground.buildings, np.full(len(spots), BUILDING_REACH_M), rows)
    owners, covered = _owners(ground.roads, roads), _covered(ground.compounds, spots, rows)
    of_grids = _grid_candidates(ground.grids, grids)
    of_houses = _building_candidates(ground.buildings, houses)
    parts = zip(
        rows.tolist(),
        certain[rows].tolist(),
        grids.counts(rows),
        houses.counts(rows),
        covered,
        strict=True,
    )
    for row, grid, around, beside, compounds in parts:
        near_grids = tuple(islice(of_grids, around)) if grid < 0 else (_alone(ground.grids, grid),)
        near_houses = tuple(islice(of_houses, beside))
        near = Candidates(near_grids, near_houses, compounds, owners.get(row, ()))
        yield decide(spots.place(row), near) if near_grids else None


def _alone(layer: Layer, row: int) -> GridCandidate:
    """A grid around a point that no other grid is near to."""
    return GridCandidate(layer.ids[row], layer.codes[row], layer.names[row], 0.0)


def _grid_candidates(layer: Layer, near: Near) -> Iterator[GridCandidate]:
    pairs = zip(
        near.thing.tolist(),
        near.distance_m.tolist(),
        near.depth_m.tolist(),
        near.shapes.tolist(),
        strict=True,
    )
    for thing, distance, depth, shape in pairs:
        yield GridCandidate(
            layer.ids[thing], layer.codes[thing], layer.names[thing], distance, depth, shape
        )


def _building_candidates(layer: Layer, near: Near) -> Iterator[BuildingCandidate]:
    pairs = zip(
        near.thing.tolist(),
        near.distance_m.tolist(),
        near.area_m2.tolist(),
        near.shapes.tolist(),
        strict=True,
    )
    for thing, distance, area, shape in pairs:
        yield BuildingCandidate(
            layer.ids[thing],
            layer.codes[thing],
            distance,
            area,
            layer.compound_ids[thing],
            layer.grid_ids[thing],
            shape,
        )


def _covered(layer: Layer, spots: Spots, rows: Rows) -> Iterator[tuple[int, ...]]:
    """Yield the compounds that cover each of these points, the smallest first."""
    point, thing = _inside(spots, layer, rows)
    rank = np.empty(len(layer.ids), dtype=np.intp)
    order = np.lexsort((np.array(layer.codes), shapely.area(layer.shapes)))
    rank[order] = np.arange(len(order))
    ids = np.array(layer.ids, dtype=np.intp)[thing[np.lexsort((rank[thing], point))]]
    found = iter(ids.tolist())
    for count in _counts(point, rows):
        yield tuple(islice(found, count))


def _owners(layer: Layer, near: Near) -> dict[int, tuple[int, ...]]:
    """The grids that answer for the roads at each point, the nearest road first."""
    found: dict[int, list[tuple[float, str, int]]] = {}
    pairs = zip(near.point.tolist(), near.thing.tolist(), near.distance_m.tolist(), strict=True)
    for point, thing, distance in pairs:
        owner = layer.grid_ids[thing]
        if owner is not None:
            found.setdefault(point, []).append((distance, layer.codes[thing], owner))
    return {point: tuple(owner for *_, owner in sorted(ways)) for point, ways in found.items()}
