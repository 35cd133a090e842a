"""What is asked about the things that a text can name; the database answers it, or a day held in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from gridmap.geolocation.rules import (
    BuildingCandidate,
    GridCandidate,
    Place,
    Verdicts,
)

LEAST_SHARE: Final = 0.02
"""A grid that has a smaller part of a compound's or a road's extent is not meant by its name."""

Spot = tuple[float, float]
"""Longitude and latitude in degrees (WGS 84)."""


@dataclass(frozen=True, slots=True)
class Housed:
    """A building that a text can mean, and the grid that has it."""

    building: BuildingCandidate
    grid: GridCandidate | None


class ExtentSource(Protocol):
    """The extents of a day; two sources of the same day give the same answers, in the same order."""

    def buildings(self, codes: Sequence[str]) -> list[Housed]:
        """Return buildings with their grids, in the order of the codes; unknown codes are passed over."""

    def grids(self, ids: Collection[int]) -> list[GridCandidate]:
        """Return grids by their ids, by code."""

    def compound(self, code: str) -> tuple[int | None, list[GridCandidate]]:
        """Return a compound's id and the grids that have buildings or `LEAST_SHARE` of it, by code."""

    def road(self, name: str) -> tuple[Spot | None, list[GridCandidate]]:
        """Return a point of a road and the grids that have `LEAST_SHARE` of it, by code; no point without grids."""

    def community(self, code: str) -> list[GridCandidate]:
        """Return a community's grids, by code."""

    def around_building(self, code: str, spot: Spot, reach_m: float) -> list[GridCandidate]:
        """Return the grids within reach of a building's footprint, the nearest first.

        Metres are those of the plane at `spot`, a point of the building.
        """

    def around_spot(self, spot: Spot, reach_m: float) -> list[GridCandidate]:
        """Return the grids within reach of a point, the nearest first."""

    def verdicts(self, place: Place) -> Verdicts:
        """Return the two verdicts on a point."""


def nearest_first(grids: Iterable[GridCandidate]) -> list[GridCandidate]:
    """Return grids by their distance, then by code."""
    return sorted(grids, key=lambda one: (one.distance_m, one.code))


def by_code(grids: Iterable[GridCandidate]) -> list[GridCandidate]:
    """Return grids by their codes."""
    return sorted(grids, key=lambda one: one.code)
