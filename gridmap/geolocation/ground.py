"""A day held in memory with indexes that are made for very many points."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geolocation.cell_index import NONE, CellIndex
from gridmap.geolocation.rules import BUILDING_REACH_M, EDGE_M
from gridmap.geolocation.snapshot import Layer, Snapshot
from gridmap.geolocation.spots import SLACK
from gridmap.geometry.crs import metres_per_degree

ROUNDING_M: Final = 1e-6
"""Two ways to measure agree to this: a comparison that is nearer is left to the rules."""

Ids = NDArray[np.int64]


class Ground:
    """What there is on a day, and each layer's index, made when it is first needed."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    @cached_property
    def grids(self) -> CellIndex:
        """The grids, found from as far as an edge reaches."""
        return _index(self.snapshot.grids, EDGE_M + ROUNDING_M)

    @cached_property
    def buildings(self) -> CellIndex:
        """The buildings, found from as far as one may stand for a point beside it."""
        return _index(self.snapshot.buildings, BUILDING_REACH_M)

    @cached_property
    def compounds(self) -> CellIndex:
        """The compounds."""
        return CellIndex(self.snapshot.compounds.shapes)

    @cached_property
    def grid_ids(self) -> Ids:
        """Id of each grid."""
        return _ids(self.snapshot.grids.ids)

    @cached_property
    def building_ids(self) -> Ids:
        """Id of each building."""
        return _ids(self.snapshot.buildings.ids)

    @cached_property
    def buildings_by_id(self) -> Ids:
        """Rows of the buildings in the order of their ids."""
        return np.argsort(self.building_ids)

    @cached_property
    def building_grids(self) -> Ids:
        """The grid that each building belongs to; `NONE` for none."""
        return _ids(self.snapshot.buildings.grid_ids)

    @cached_property
    def building_compounds(self) -> Ids:
        """The compound that each building belongs to; `NONE` for none."""
        return _ids(self.snapshot.buildings.compound_ids)

    @cached_property
    def compound_ids(self) -> Ids:
        """Id of each compound."""
        return _ids(self.snapshot.compounds.ids)

    @cached_property
    def compound_ranks(self) -> Ids:
        """Place of each compound among all, the smallest first."""
        layer = self.snapshot.compounds
        rank = np.empty(len(layer.ids), dtype=np.int64)
        rank[np.lexsort((np.array(layer.codes), shapely.area(layer.shapes)))] = np.arange(len(rank))
        return rank


def _index(layer: Layer, reach_m: float) -> CellIndex:
    """Index a layer so that its things are found from so many metres away."""
    bounds = shapely.bounds(layer.shapes).reshape(-1, 4)
    bounds = bounds[~np.isnan(bounds).any(axis=1)]
    if not len(bounds):
        return CellIndex(layer.shapes)
    lowest, highest = float(bounds[:, 1].min()), float(bounds[:, 3].max())
    scales = np.array([metres_per_degree(lat) for lat in (lowest, highest)])
    east, north = (SLACK * reach_m / scales.min(axis=0)).tolist()
    return CellIndex(layer.shapes, margin=(east, north))


def _ids(ids: Iterable[int | None]) -> Ids:
    return np.array([NONE if one is None else one for one in ids], dtype=np.int64)
