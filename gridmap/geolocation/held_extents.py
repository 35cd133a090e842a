"""Extents by a day that is held in memory: for very many texts, with the answers that the database gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geolocation.cells import Cells
from gridmap.geolocation.extent_sources import (
    LEAST_SHARE,
    Housed,
    Spot,
    by_code,
    nearest_first,
)
from gridmap.geolocation.rules import (
    BuildingCandidate,
    GridCandidate,
    Place,
    Verdicts,
    search_m,
)
from gridmap.geolocation.snapshot import Snapshot
from gridmap.geolocation.spots import SLACK
from gridmap.geolocation.vicinity import Vicinity
from gridmap.geometry import crs
from gridmap.geometry.crs import metres_per_degree


@dataclass(frozen=True, slots=True)
class NamedRoad:
    """All of one name: a point of it and its line in degrees (WGS 84)."""

    spot: Spot
    line: shapely.Geometry


@dataclass(frozen=True, slots=True)
class Ways:
    """What a snapshot lacks: the named roads of a day, and the ids of the grids of each community's code."""

    roads: Mapping[str, NamedRoad]
    communities: Mapping[str, Sequence[int]]


class HeldExtents:
    """See `gridmap.geolocation.extent_sources.ExtentSource`; what was asked once is kept.

    Args:
        snapshot: the whole county on a day.
        ways: of the same day and state.
    """

    def __init__(self, snapshot: Snapshot, ways: Ways) -> None:
        self._snapshot, self._ways = snapshot, ways
        self._compounds: dict[str, tuple[int | None, list[GridCandidate]]] = {}
        self._roads: dict[str, tuple[Spot | None, list[GridCandidate]]] = {}
        self._verdicts: dict[Spot, Verdicts] = {}

    def buildings(self, codes: Sequence[str]) -> list[Housed]:
        """Return buildings with their grids."""
        rows = self._building_rows
        return [self._housed(rows[code]) for code in codes if code in rows]

    def grids(self, ids: Collection[int]) -> list[GridCandidate]:
        """Return grids by their ids."""
        return by_code(self._grid_of[one] for one in set(ids) if one in self._grid_of)

    def compound(self, code: str) -> tuple[int | None, list[GridCandidate]]:
        """Return a compound's id and its grids."""
        if code not in self._compounds:
            self._compounds[code] = self._compound(code)
        return self._compounds[code]

    def road(self, name: str) -> tuple[Spot | None, list[GridCandidate]]:
        """Return a point of a road and its grids."""
        if name not in self._roads:
            self._roads[name] = self._road(name)
        return self._roads[name]

    def community(self, code: str) -> list[GridCandidate]:
        """Return a community's grids."""
        return self.grids(self._ways.communities.get(code, ()))

    def around_building(self, code: str, spot: Spot, reach_m: float) -> list[GridCandidate]:
        """Return the grids near a building."""
        row = self._building_rows.get(code)
        if row is None:
            return []
        return self._around(self._snapshot.buildings.shapes[row], spot, reach_m)

    def around_spot(self, spot: Spot, reach_m: float) -> list[GridCandidate]:
        """Return the grids near a point."""
        return self._around(shapely.Point(spot), spot, reach_m)

    def verdicts(self, place: Place) -> Verdicts:
        """Return the two verdicts on a point."""
        lon, lat = crs.to_wgs84(place.lon, place.lat, crs.parse(place.crs))
        return Vicinity(self._cells, lon, lat, search_m(place)).verdicts(place)

    @cached_property
    def _cells(self) -> Cells:
        for layer in (self._snapshot.grids, self._snapshot.compounds):
            shapely.prepare(layer.shapes)
        return Cells(self._snapshot)

    @cached_property
    def _grid_of(self) -> dict[int, GridCandidate]:
        layer = self._snapshot.grids
        return {
            id_: GridCandidate(id_, code, name, 0.0)
            for id_, code, name in zip(layer.ids, layer.codes, layer.names, strict=True)
        }

    @cached_property
    def _building_rows(self) -> dict[str, int]:
        return {code: row for row, code in enumerate(self._snapshot.buildings.codes)}

    @cached_property
    def _compound_rows(self) -> dict[str, int]:
        return {code: row for row, code in enumerate(self._snapshot.compounds.codes)}

    @cached_property
    def _members(self) -> dict[int, set[int]]:
        """The grids that have buildings of each compound."""
        found: dict[int, set[int]] = defaultdict(set)
        layer = self._snapshot.buildings
        for compound, grid in zip(layer.compound_ids, layer.grid_ids, strict=True):
            if compound is not None and grid is not None:
                found[compound].add(grid)
        return found

    def _housed(self, row: int) -> Housed:
        layer = self._snapshot.buildings
        own = layer.grid_ids[row]
        building = BuildingCandidate(
            layer.ids[row], layer.codes[row], 0.0, 0.0, layer.compound_ids[row], own
        )
        return Housed(building, None if own is None else self._grid_of.get(own))

    def _compound(self, code: str) -> tuple[int | None, list[GridCandidate]]:
        row = self._compound_rows.get(code)
        if row is None:
            return None, []
        layer = self._snapshot.compounds
        shape, id_ = layer.shapes[row], layer.ids[row]
        rows, common = self._common(shape)
        parts = rows[shapely.area(common) / shapely.area(shape) >= LEAST_SHARE]
        return id_, self.grids(self._members.get(id_, set()) | self._ids(parts))

    def _road(self, name: str) -> tuple[Spot | None, list[GridCandidate]]:
        road = self._ways.roads.get(name)
        if road is None:
            return None, []
        rows, common = self._common(road.line)
        least = LEAST_SHARE * shapely.length(road.line)
        grids = self.grids(self._ids(rows[shapely.length(common) >= least]))
        return (road.spot if grids else None), grids

    def _common(self, shape: shapely.Geometry) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
        """Return the rows of the grids that meet a shape, and what each has of it."""
        layer = self._snapshot.grids
        rows = layer.tree.query(shape, "intersects")
        common: NDArray[np.object_] = shapely.intersection(layer.shapes[rows], shape)
        return rows, common

    def _ids(self, rows: Iterable[int]) -> set[int]:
        return {self._snapshot.grids.ids[row] for row in rows}

    def _around(self, shape: shapely.Geometry, spot: Spot, reach_m: float) -> list[GridCandidate]:
        layer = self._snapshot.grids
        scale: NDArray[np.float64] = np.array(metres_per_degree(spot[1]))
        rows = layer.tree.query(shape, "dwithin", SLACK * reach_m / float(scale.min()))

        def plane(points: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.asarray((points - spot) * scale)

        away = shapely.distance(
            shapely.transform(layer.shapes[rows], plane), shapely.transform(shape, plane)
        )
        return nearest_first(
            GridCandidate(layer.ids[row], layer.codes[row], layer.names[row], metres)
            for row, metres in zip(rows.tolist(), away.tolist(), strict=True)
            if metres <= reach_m
        )
