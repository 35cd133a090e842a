"""What lies near one point in a day that is held in memory: the candidates that SQL would find.

The ground is looked at in small cells. What can matter to any point of a cell is found once, when the first
point falls into it; measured is always from the point itself, in its own plane.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

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
from gridmap.geolocation.snapshot import Layer, Snapshot
from gridmap.geolocation.spots import ORIGIN, SLACK, Rows
from gridmap.geometry.crs import metres_per_degree

CELL_DEGREES: Final = 0.0003
"""Side of a cell, some 30 m."""
MOST_CELLS: Final = 200_000


@dataclass(frozen=True, slots=True)
class House:
    """A building near a cell: its row and its box in degrees (west, south, east, north)."""

    row: int
    box: tuple[float, float, float, float]
    shape: shapely.Geometry

    def holds(self, lon: float, lat: float) -> bool:
        """Tell whether a point lies in the building or on its edge."""
        west, south, east, north = self.box
        in_box = west <= lon <= east and south <= lat <= north
        return in_box and bool(shapely.intersects_xy(self.shape, lon, lat))


@dataclass(frozen=True, slots=True)
class Sides:
    """The straight sides of some shapes, in degrees: where they begin, how far they go, where each shape's begin."""

    begin: NDArray[np.float64]
    along: NDArray[np.float64]
    first: Rows
    areas: tuple[float, ...]

    @classmethod
    def of(cls, shapes: list[shapely.Geometry]) -> Sides:
        """Return the sides of shapes, shape by shape."""
        rings, shape = shapely.get_parts(
            shapely.boundary(np.array(shapes, dtype=object)), return_index=True
        )
        points, ring = shapely.get_coordinates(rings, return_index=True)
        joined = ring[1:] == ring[:-1]
        begin = points[:-1][joined]
        owner = shape[ring[:-1][joined]]
        first = np.searchsorted(owner, np.arange(len(shapes)))
        areas = tuple(shapely.area(np.array(shapes, dtype=object)).tolist())
        return cls(begin, points[1:][joined] - begin, first, areas)

    def distances(self, lon: float, lat: float, scale: tuple[float, float]) -> list[float]:
        """Return how far each shape's sides are from a point that lies in none of them, in metres of its plane."""
        east, north = (self.begin[:, 0] - lon) * scale[0], (self.begin[:, 1] - lat) * scale[1]
        along_east, along_north = self.along[:, 0] * scale[0], self.along[:, 1] * scale[1]
        length = along_east * along_east + along_north * along_north
        part = -(east * along_east + north * along_north) / np.where(length > 0, length, 1.0)
        part = np.minimum(np.maximum(part, 0.0), 1.0)
        near = np.hypot(east + part * along_east, north + part * along_north)
        found: list[float] = np.minimum.reduceat(near, self.first).tolist()
        return found


@dataclass(frozen=True)
class Cell:
    """What can matter to the points of a cell.

    Attributes:
        grid: the one grid that all of them lie well inside; None where there may be others.
        houses: buildings within `BUILDING_REACH_M` of any of them.
        compounds: ids of those that cover all of them, smallest first; None where an edge runs through.
    """

    grid: GridCandidate | None
    houses: tuple[House, ...]
    compounds: tuple[int, ...] | None

    @cached_property
    def rows(self) -> Rows:
        """Rows of the houses."""
        return np.array([house.row for house in self.houses], dtype=np.intp)

    @cached_property
    def sides(self) -> Sides:
        """The sides of the houses."""
        return Sides.of([house.shape for house in self.houses])


class Cells:
    """A snapshot, ready for one point after another; threads share it.

    Attributes:
        snapshot: what there is.
        verdicts: those on plain pins, by grid, row of the building (-1 for none) and compounds.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.verdicts: dict[tuple[int, int, tuple[int, ...]], Verdicts] = {}
        self._cells: dict[tuple[int, int], Cell] = {}

    def cell(self, lon: float, lat: float) -> Cell:
        """Return the cell that a point falls into."""
        key = (int(lon // CELL_DEGREES), int(lat // CELL_DEGREES))
        found = self._cells.get(key)
        if found is None:
            if len(self._cells) >= MOST_CELLS:
                self._cells = {}
            found = self._cells[key] = self._looked_at(*key)
        return found

    def _looked_at(self, column: int, row: int) -> Cell:
        west, south = column * CELL_DEGREES, row * CELL_DEGREES
        box = (west, south, west + CELL_DEGREES, south + CELL_DEGREES)
        ground = self.snapshot
        return Cell(
            self._grid(_wider(box, EDGE_M)),
            tuple(_houses(ground.buildings, _wider(box, BUILDING_REACH_M))),
            self._compounds(_wider(box, EDGE_M)),
        )

    def _grid(self, box: shapely.Geometry) -> GridCandidate | None:
        layer = self.snapshot.grids
        rows = layer.tree.query(box, "intersects").tolist()
        if len(rows) != 1 or not shapely.covers(layer.shapes[rows[0]], box):
            return None
        return GridCandidate(layer.ids[rows[0]], layer.codes[rows[0]], layer.names[rows[0]], 0.0)

    def _compounds(self, box: shapely.Geometry) -> tuple[int, ...] | None:
        layer = self.snapshot.compounds
        rows = layer.tree.query(box, "intersects")
        if not bool(np.all(shapely.covers(layer.shapes[rows], box))):
            return None
        return smallest_first(layer, rows)


def smallest_first(layer: Layer, rows: Rows) -> tuple[int, ...]:
    """Return the ids of compounds, the smallest first."""
    sized = sorted(
        (shapely.area(layer.shapes[row]), layer.codes[row], row) for row in rows.tolist()
    )
    return tuple(layer.ids[row] for _, _, row in sized)


def _wider(box: tuple[float, float, float, float], reach_m: float) -> shapely.Geometry:
    west, south, east, north = box
    of_lon, of_lat = metres_per_degree(max(abs(south), abs(north)))
    x, y = SLACK * reach_m / of_lon, SLACK * reach_m / of_lat
    return shapely.box(west - x, south - y, east + x, north + y)


def _houses(layer: Layer, box: shapely.Geometry) -> Iterable[House]:
    for row in layer.tree.query(box, "intersects").tolist():
        west, south, east, north = layer.shapes[row].bounds
        yield House(row, (west, south, east, north), layer.shapes[row])


class Vicinity:
    """One point on the ground; see `gridmap.geolocation.queries` for how distances are measured.

    Args:
        cells: what there is.
        lon, lat: degrees (WGS 84).
        reach_m: how far grids are looked for; beyond `EDGE_M` shapes are wanted, too.
    """

    def __init__(self, cells: Cells, lon: float, lat: float, reach_m: float) -> None:
        self._ground, self._lon, self._lat = cells.snapshot, lon, lat
        self._known = cells.verdicts
        self._cell = cells.cell(lon, lat)
        self._reach_m = max(reach_m, EDGE_M)
        self._circled = reach_m > EDGE_M
        self._is_outdoors = False

    @cached_property
    def _scale(self) -> tuple[float, float]:
        return metres_per_degree(self._lat)

    @cached_property
    def _point(self) -> shapely.Point:
        return shapely.Point(self._lon, self._lat)

    def verdicts(self, place: Place) -> Verdicts:
        """Return the two verdicts on the place that the point is of."""
        plain = self._plain()
        if plain is None:
            return decide(place, self._candidates())
        grid, row = plain
        compounds = () if row >= 0 else self._cell.compounds or ()
        known = self._known
        key = (grid.id, row, compounds)
        found = known.get(key)
        if found is None:
            houses = (self._house(row, 0.0, 0.0, None),) if row >= 0 else ()
            found = known[key] = decide(place, Candidates((grid,), houses, compounds))
        return found

    def _plain(self) -> tuple[GridCandidate, int] | None:
        """Return the one grid and the row of the one building that a pin lies in, where nothing else matters.

        -1 where no building is within reach; None where it is not so simple.
        """
        cell = self._cell
        if self._circled or cell.grid is None:
            return None
        inside = [house for house in cell.houses if house.holds(self._lon, self._lat)]
        self._is_outdoors = not inside
        if len(inside) == 1:
            return cell.grid, inside[0].row
        return None if cell.houses or cell.compounds is None else (cell.grid, -1)

    def _candidates(self) -> Candidates:
        grids = self._grids() or self._nearest_grids()
        edge = sum(one.distance_m <= self._reach_m for one in grids) > 1
        return Candidates(
            grids=grids,
            buildings=self._buildings(),
            compounds=self._compounds(),
            road_owners=self._road_owners() if edge else (),
        )

    def _within(self, layer: Layer, reach_m: float) -> Rows:
        found: Rows = layer.tree.query(self._point, "dwithin", SLACK * reach_m / min(self._scale))
        return found

    def _grids(self) -> tuple[GridCandidate, ...]:
        if self._cell.grid is not None and not self._circled:
            return (self._cell.grid,)
        layer = self._ground.grids
        found = self._measured(layer, self._within(layer, self._reach_m))
        return tuple(one for one in found if one.distance_m <= self._reach_m)

    def _nearest_grids(self) -> tuple[GridCandidate, ...]:
        layer = self._ground.grids
        if not layer.ids:
            return ()
        _row, away = layer.tree.query_nearest(self._point, return_distance=True)
        stretch = max(self._scale) / min(self._scale)
        rows = layer.tree.query(self._point, "dwithin", float(away[0]) * stretch * SLACK)
        return tuple(self._measured(layer, rows))

    def _measured(self, layer: Layer, rows: Rows) -> list[GridCandidate]:
        planes = self._in_plane(layer.shapes[rows])
        distances = shapely.distance(planes, ORIGIN)
        return [
            GridCandidate(
                layer.ids[row],
                layer.codes[row],
                layer.names[row],
                away,
                float(shapely.distance(shapely.boundary(plane), ORIGIN)) if away == 0 else 0.0,
                plane if self._circled else None,
            )
            for row, plane, away in zip(rows.tolist(), planes, distances.tolist(), strict=True)
        ]

    def _buildings(self) -> tuple[BuildingCandidate, ...]:
        layer, rows = self._ground.buildings, self._cell.rows
        if not len(rows):
            return ()
        if self._is_outdoors:
            sides, square = self._cell.sides, self._scale[0] * self._scale[1]
            away = sides.distances(self._lon, self._lat, self._scale)
            return tuple(
                self._house(house.row, metres, area * square, None)
                for house, metres, area in zip(self._cell.houses, away, sides.areas, strict=True)
                if metres <= BUILDING_REACH_M
            )
        planes = self._in_plane(layer.shapes[rows])
        distances = shapely.distance(planes, ORIGIN).tolist()
        areas = shapely.area(planes).tolist()
        return tuple(
            self._house(row, away, area, plane if self._circled else None)
            for row, plane, away, area in zip(rows.tolist(), planes, distances, areas, strict=True)
            if away <= BUILDING_REACH_M
        )

    def _house(
        self, row: int, away: float, area: float, shape: shapely.Geometry | None
    ) -> BuildingCandidate:
        layer = self._ground.buildings
        return BuildingCandidate(
            layer.ids[row],
            layer.codes[row],
            away,
            area,
            layer.compound_ids[row],
            layer.grid_ids[row],
            shape,
        )

    def _compounds(self) -> tuple[int, ...]:
        if self._cell.compounds is not None:
            return self._cell.compounds
        layer = self._ground.compounds
        return smallest_first(layer, layer.tree.query(self._point, "intersects"))

    def _road_owners(self) -> tuple[int, ...]:
        layer = self._ground.roads
        rows = self._within(layer, ROAD_EDGE_M)
        distances = shapely.distance(self._in_plane(layer.shapes[rows]), ORIGIN).tolist()
        found = sorted(
            (away, layer.codes[row], layer.grid_ids[row])
            for row, away in zip(rows.tolist(), distances, strict=True)
            if away <= ROAD_EDGE_M
        )
        return tuple(owner for _, _, owner in found if owner is not None)

    def _in_plane(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        plane = shapely.get_coordinates(shapes) * self._scale
        plane -= (self._lon * self._scale[0], self._lat * self._scale[1])
        moved: NDArray[np.object_] = shapely.set_coordinates(shapes.copy(), plane)
        return moved
