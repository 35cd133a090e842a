"""Verdicts on many points as arrays; what there is to choose from stands beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geolocation.cell_index import NONE, Numbers
from gridmap.geolocation.rules import (
    BuildingCandidate,
    BuildingVerdict,
    GridCandidate,
    GridVerdict,
    Verdicts,
)
from gridmap.geolocation.snapshot import Layer, Snapshot
from gridmap.geolocation.spots import Rows
from gridmap.terms import Verdict

STATUSES: Final = (Verdict.NONE, Verdict.ASK, Verdict.ACCEPTED)
PLAIN: Final = (
    (),
    ("astride",),
    ("nearest",),
    ("several_near",),
    ("courtyard",),
    ("no_building_near",),
    ("circle",),
    ("nearest", "circle"),
)
"""The sets of faults that plain points have; see `gridmap.geolocation.placed`."""
_ASK: Final = STATUSES.index(Verdict.ASK)
_ARRAYS: Final = (
    "grid_status",
    "building_status",
    "grid_faults",
    "building_faults",
    "grid_id",
    "building_id",
    "compound_id",
    "distance_m",
)

Choices = TypeVar("Choices", tuple[GridCandidate, ...], tuple[BuildingCandidate, ...])


class Placed:
    """Verdicts on n points.

    Attributes:
        grid_status, building_status: n, numbers of `STATUSES`.
        grid_faults, building_faults: n, numbers of `faults`.
        grid_id, building_id, compound_id: n, `NONE` for none.
        distance_m: n, metres to the building; NaN without one.
        faults: the sets of faults that occur.
        asked: points that only the database can decide on; their rows say nothing.
    """

    def __init__(self, snapshot: Snapshot, count: int) -> None:
        self.snapshot = snapshot
        self.grid_status, self.building_status = (np.zeros(count, np.int8) for _ in range(2))
        self.grid_faults, self.building_faults = (np.zeros(count, np.int16) for _ in range(2))
        self.grid_id, self.building_id, self.compound_id = (
            np.full(count, NONE, np.int64) for _ in range(3)
        )
        self.distance_m = np.full(count, np.nan)
        self.faults: list[tuple[str, ...]] = list(PLAIN)
        self.asked: list[int] = []
        self._grids: dict[int, tuple[GridCandidate, ...]] = {}
        self._buildings: dict[int, tuple[BuildingCandidate, ...]] = {}
        self._near: list[Near] = []
        self._decided: set[int] = set()
        self._numbers: dict[tuple[str, ...], int] = {}

    def __len__(self) -> int:
        return len(self.grid_status)

    def put(self, row: int, both: Verdicts) -> None:
        """Set the verdicts on a point."""
        grid, building = both
        self._decided.add(row)
        self.grid_status[row] = STATUSES.index(grid.status)
        self.grid_faults[row] = self._fault(grid.faults)
        self.grid_id[row] = NONE if grid.id is None else grid.id
        self.building_status[row] = STATUSES.index(building.status)
        self.building_faults[row] = self._fault(building.faults)
        self.building_id[row] = NONE if building.id is None else building.id
        self.compound_id[row] = NONE if building.compound_id is None else building.compound_id
        self.distance_m[row] = np.nan if building.distance_m is None else building.distance_m
        _keep(self._grids, row, grid.alternatives)
        _keep(self._buildings, row, building.alternatives)

    def spread(self, rows: Rows, count: int) -> Placed:
        """Return the same as verdicts on some rows among more; the others have none."""
        whole = Placed(self.snapshot, count)
        for name in _ARRAYS:
            getattr(whole, name)[rows] = getattr(self, name)
        at = rows.tolist()
        whole.faults = list(self.faults)
        whole.asked = [at[row] for row in self.asked]
        whole._grids = {at[row]: choices for row, choices in self._grids.items()}
        whole._buildings = {at[row]: choices for row, choices in self._buildings.items()}
        whole._near = [replace(near, points=rows[near.points]) for near in self._near]
        whole._decided = {at[row] for row in self._decided}
        return whole

    def beside(self, near: Near) -> None:
        """Keep the buildings that points lie beside; only what is asked of them is worked out."""
        self._near.append(near)

    def verdicts(self, row: int) -> Verdicts:
        """Return the verdicts on a point, as `rules.decide` gives them."""
        distance = float(self.distance_m[row])
        return (
            GridVerdict(
                STATUSES[self.grid_status[row]],
                self.faults[self.grid_faults[row]],
                _id(self.grid_id[row]),
                self.grid_choices(row),
            ),
            BuildingVerdict(
                STATUSES[self.building_status[row]],
                self.faults[self.building_faults[row]],
                _id(self.building_id[row]),
                None if np.isnan(distance) else distance,
                _id(self.compound_id[row]),
                self.building_choices(row),
            ),
        )

    def grid_choices(self, row: int) -> tuple[GridCandidate, ...]:
        """Return the grids that a point's verdict asks about or names as the nearest."""
        return self._grids.get(row, ())

    def building_choices(self, row: int) -> tuple[BuildingCandidate, ...]:
        """Return the buildings that a point's verdict asks about."""
        if self.building_status[row] != _ASK:
            return ()
        if row in self._decided:
            return self._buildings.get(row, ())
        for near in self._near:
            place = int(np.searchsorted(near.points, row))
            if place < len(near.points) and near.points[place] == row:
                return tuple(near.candidates(place, self.snapshot.buildings))
        return ()

    def grids_to_choose(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the points whose verdicts name other grids, with their codes."""
        for row, choices in self._grids.items():
            yield row, [one.code for one in choices]

    def buildings_to_choose(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the points whose verdicts ask about buildings, with their codes."""
        codes = (*self.snapshot.buildings.codes, "")
        for near in self._near:
            for row, things in zip(near.points.tolist(), near.rows.tolist(), strict=True):
                if row not in self._decided:
                    yield row, [codes[thing] for thing in things if thing != NONE]
        for row, choices in self._buildings.items():
            yield row, [one.code for one in choices]

    def __getstate__(self) -> dict[str, object]:
        """Leave the ground out: whoever gets this sent has it."""
        return self.__dict__ | {"snapshot": None}

    def _fault(self, faults: tuple[str, ...]) -> int:
        numbers = self._numbers
        if len(numbers) < len(self.faults):
            numbers.update({known: number for number, known in enumerate(self.faults)})
        if faults not in numbers:
            numbers[faults] = len(self.faults)
            self.faults.append(faults)
        return numbers[faults]


@dataclass(frozen=True, eq=False)
class Near:
    """Points beside several buildings: rows, buildings and metres of each, square metres a square degree."""

    points: Rows
    rows: NDArray[np.int32]
    metres: Numbers
    scale: Numbers

    def candidates(self, place: int, layer: Layer) -> Iterator[BuildingCandidate]:
        """Yield the buildings beside one of the points, the nearest first."""
        columns = (self.rows[place], self.metres[place])
        for thing, metres in zip(*(column.tolist() for column in columns), strict=True):
            if thing != NONE:
                area = float(shapely.area(layer.shapes[thing])) * float(self.scale[place])
                yield BuildingCandidate(
                    layer.ids[thing],
                    layer.codes[thing],
                    metres,
                    area,
                    layer.compound_ids[thing],
                    layer.grid_ids[thing],
                )


def _keep(held: dict[int, Choices], row: int, choices: Choices) -> None:
    if choices:
        held[row] = choices
    else:
        held.pop(row, None)


def _id(value: np.int64) -> int | None:
    return None if value == NONE else int(value)
