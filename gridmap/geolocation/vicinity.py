"""What lies near one point in a day that is held in memory: the candidates that SQL would find.

What can matter is found by cells; measured is always from the point itself, in its own plane. A pin is measured
with plain numbers, what has a circle by GEOS.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geolocation.cells import Cells
from gridmap.geolocation.outlines import nearest
from gridmap.geolocation.rules import (
    BUILDING_REACH_M,
    EDGE_M,
    ROAD_EDGE_M,
    SECOND_BUILDING_M,
    BuildingCandidate,
    Candidates,
    GridCandidate,
    Place,
    Verdicts,
    decide,
)
from gridmap.geolocation.snapshot import Layer
from gridmap.geolocation.spots import ORIGIN, SLACK, Rows
from gridmap.geometry.crs import metres_per_degree
from gridmap.terms import PlaceSource


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
        self._scale = metres_per_degree(lat)
        self._reach_m = max(reach_m, EDGE_M)
        self._circled = reach_m > EDGE_M
        self._grid = None if self._circled else self._cell.grid(lon, lat)

    @cached_property
    def _point(self) -> shapely.Point:
        return shapely.Point(self._lon, self._lat)

    def verdicts(self, place: Place) -> Verdicts:
        """Return the two verdicts on the place that the point is of."""
        cell, grid = self._cell, self._grid
        if grid is None or place.source is PlaceSource.GPS:
            return decide(place, self._candidates())
        inside = [house for house in cell.over if house.outline.holds(self._lon, self._lat)]
        if len(inside) == 1:
            return self._known_verdicts(place, grid, inside[0].row, ())
        if inside:
            return decide(place, self._candidates())
        compounds = self._compounds()
        if not cell.houses:
            return self._known_verdicts(place, grid, -1, compounds)
        return decide(place, Candidates((grid,), self._beside(compounds), compounds))

    def _known_verdicts(
        self, place: Place, grid: GridCandidate, row: int, compounds: tuple[int, ...]
    ) -> Verdicts:
        key = (grid.id, row, compounds)
        found = self._known.get(key)
        if found is None:
            houses = (self._house(row, 0.0, 0.0, None),) if row >= 0 else ()
            found = self._known[key] = decide(place, Candidates((grid,), houses, compounds))
        return found

    def _beside(self, compounds: tuple[int, ...]) -> tuple[BuildingCandidate, ...]:
        """Return what the rules look at around a pin that lies in no building."""
        houses, outlines = self._cell.rivals[compounds[0] if compounds else None]
        square = self._scale[0] * self._scale[1]
        return tuple(
            self._house(houses[at].row, away, outlines[at].area * square, None)
            for away, at in nearest(outlines, self._lon, self._lat, self._scale, SECOND_BUILDING_M)
            if away <= BUILDING_REACH_M
        )

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
        if self._grid is not None:
            return (self._grid,)
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
        return self._cell.compounds_at(self._lon, self._lat)

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
