"""The ground in small cells: what can matter to any point of a cell is found once, when the first falls into it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import shapely

from gridmap.geolocation.outlines import Box, Outline, Side, distance_m
from gridmap.geolocation.rules import BUILDING_REACH_M, EDGE_M, GridCandidate, Verdicts
from gridmap.geolocation.snapshot import Layer, Snapshot
from gridmap.geolocation.spots import SLACK, Rows
from gridmap.geometry.crs import metres_per_degree

CELL_DEGREES: Final = 0.0003
"""Side of a cell, some 30 m."""
MOST_CELLS: Final = 200_000
_ROUNDING: Final = CELL_DEGREES / 1_000
"""A cell is looked at so much wider: its borders are rounded."""


@dataclass(frozen=True, slots=True)
class House:
    """A building near a cell: its row, whose it is, and its outline."""

    row: int
    compound_id: int | None
    outline: Outline


Rivals = tuple[tuple[House, ...], tuple[Outline, ...]]
"""Houses and their outlines."""


@dataclass(frozen=True)
class Cell:
    """What can matter to the points of a cell.

    Attributes:
        grids: those within `EDGE_M` of any of them, with their outlines.
        edges: sides of grids within `EDGE_M` of any of them.
        houses: buildings within `BUILDING_REACH_M` of any of them.
        over: those of the houses that one of them can lie in.
        compounds: those that one of them can lie in, the smallest first: id and outline.
        covering: ids of the compounds, where all of them lie in each; None where an edge runs through.
    """

    grids: tuple[tuple[GridCandidate, Outline], ...]
    edges: tuple[Side, ...]
    houses: tuple[House, ...]
    over: tuple[House, ...]
    compounds: tuple[tuple[int, Outline], ...]
    covering: tuple[int, ...] | None

    @cached_property
    def rows(self) -> Rows:
        """Rows of the houses."""
        return np.array([house.row for house in self.houses], dtype=np.intp)

    @cached_property
    def rivals(self) -> dict[int | None, Rivals]:
        """Houses that stand for a point beside them: those of the smallest compound that it lies in, or of none."""
        found: dict[int | None, list[House]] = {None: [], **{id_: [] for id_, _ in self.compounds}}
        for house in self.houses:
            if house.compound_id in found:
                found[house.compound_id].append(house)
        return {
            compound: (tuple(those), tuple(house.outline for house in those))
            for compound, those in found.items()
        }

    def grid(self, lon: float, lat: float) -> GridCandidate | None:
        """Return the one grid that a point lies well inside; None where there may be none or others."""
        if len(self.grids) == 1 and not self.edges:
            return self.grids[0][0]
        if distance_m(self.edges, lon, lat, metres_per_degree(lat)) <= SLACK * EDGE_M:
            return None
        inside = [grid for grid, outline in self.grids if outline.holds(lon, lat)]
        return inside[0] if len(inside) == 1 else None

    def compounds_at(self, lon: float, lat: float) -> tuple[int, ...]:
        """Return the ids of the compounds that a point lies in, the smallest first."""
        if self.covering is not None:
            return self.covering
        return tuple(id_ for id_, outline in self.compounds if outline.holds(lon, lat))


class Cells:
    """A snapshot, ready for one point after another; threads share it.

    Attributes:
        snapshot: what there is.
        verdicts: those on pins in a building or near none, by grid, row of the building (-1) and compounds.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.verdicts: dict[tuple[int, int, tuple[int, ...]], Verdicts] = {}
        self._cells: dict[tuple[int, int], Cell] = {}
        self._outlines: dict[tuple[int, int], Outline] = {}

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
        near = _wider(box, EDGE_M)
        houses = tuple(self._houses(_wider(box, BUILDING_REACH_M)))
        compounds, covering = self._compounds(near)
        return Cell(
            grids=tuple(self._grids(near)),
            edges=tuple(self._edges(near)),
            houses=houses,
            over=tuple(house for house in houses if _meet(house.outline.box, box)),
            compounds=compounds,
            covering=covering,
        )

    def _outline(self, layer: Layer, row: int) -> Outline:
        key = (id(layer), row)
        found = self._outlines.get(key)
        if found is None:
            found = self._outlines[key] = Outline.of(layer.shapes[row])
        return found

    def _houses(self, box: shapely.Geometry) -> Iterable[House]:
        layer = self.snapshot.buildings
        for row in layer.tree.query(box, "intersects").tolist():
            yield House(row, layer.compound_ids[row], self._outline(layer, row))

    def _grids(self, box: shapely.Geometry) -> Iterable[tuple[GridCandidate, Outline]]:
        layer = self.snapshot.grids
        for row in layer.tree.query(box, "intersects").tolist():
            grid = GridCandidate(layer.ids[row], layer.codes[row], layer.names[row], 0.0)
            yield grid, self._outline(layer, row)

    def _edges(self, box: shapely.Geometry) -> Iterable[Side]:
        layer = self.snapshot.grids
        rows = layer.side_tree.query(box, "intersects")
        ends = shapely.get_coordinates(layer.sides[rows]).reshape(-1, 4)
        return ((x1, y1, x2, y2) for x1, y1, x2, y2 in ends.tolist())

    def _compounds(
        self, box: shapely.Geometry
    ) -> tuple[tuple[tuple[int, Outline], ...], tuple[int, ...] | None]:
        layer = self.snapshot.compounds
        rows = layer.tree.query(box, "intersects")
        sized = sorted(
            (self._outline(layer, row).area, layer.codes[row], row) for row in rows.tolist()
        )
        compounds = tuple((layer.ids[row], self._outline(layer, row)) for _, _, row in sized)
        covers = bool(np.all(shapely.covers(layer.shapes[rows], box)))
        return compounds, tuple(id_ for id_, _ in compounds) if covers else None


def _wider(box: Box, reach_m: float) -> shapely.Geometry:
    west, south, east, north = box
    of_lon, of_lat = metres_per_degree(max(abs(south), abs(north)))
    x, y = SLACK * reach_m / of_lon + _ROUNDING, SLACK * reach_m / of_lat + _ROUNDING
    return shapely.box(west - x, south - y, east + x, north + y)


def _meet(one: Box, other: Box) -> bool:
    """Tell whether two boxes have a point in common, or nearly."""
    return (
        one[0] <= other[2] + _ROUNDING
        and other[0] <= one[2] + _ROUNDING
        and one[1] <= other[3] + _ROUNDING
        and other[1] <= one[3] + _ROUNDING
    )
