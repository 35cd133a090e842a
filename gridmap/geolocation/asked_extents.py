"""Extents by the database: for one question at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from gridmap.geolocation import extent_queries as queries
from gridmap.geolocation.extent_sources import Housed, Spot
from gridmap.geolocation.rules import (
    GridCandidate,
    Place,
    Verdicts,
)
from gridmap.geolocation.service import decided


@dataclass(frozen=True)
class AskedExtents:
    """See `gridmap.geolocation.extent_sources.ExtentSource`; every answer is one statement."""

    session: Session
    day: date

    def buildings(self, codes: Sequence[str]) -> list[Housed]:
        """Return buildings with their grids; no statement for no codes."""
        return queries.buildings(self.session, codes, self.day) if codes else []

    def grids(self, ids: Collection[int]) -> list[GridCandidate]:
        """Return grids by their ids; no statement for no ids."""
        return queries.grids(self.session, ids, self.day) if ids else []

    def compound(self, code: str) -> tuple[int | None, list[GridCandidate]]:
        """Return a compound's id and its grids."""
        return queries.compound(self.session, code, self.day)

    def road(self, name: str) -> tuple[Spot | None, list[GridCandidate]]:
        """Return a point of a road and its grids."""
        return queries.road(self.session, name, self.day)

    def community(self, code: str) -> list[GridCandidate]:
        """Return a community's grids."""
        return queries.community(self.session, code, self.day)

    def around_building(self, code: str, spot: Spot, reach_m: float) -> list[GridCandidate]:
        """Return the grids near a building."""
        return queries.around_building(self.session, code, spot, self.day, reach_m)

    def around_spot(self, spot: Spot, reach_m: float) -> list[GridCandidate]:
        """Return the grids near a point."""
        return queries.around_spot(self.session, spot, self.day, reach_m)

    def verdicts(self, place: Place) -> Verdicts:
        """Return the two verdicts on a point."""
        return decided(self.session, [place], self.day)[0][2]
