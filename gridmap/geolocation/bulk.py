"""Locate very many points of a region: what they lie in is read once, the rest is counted in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.geolocation import queries
from gridmap.geolocation.rules import EDGE_M, decide
from gridmap.geolocation.snapshot import Snapshot, Verdicts, verdicts
from gridmap.geolocation.snapshot_queries import Box, snapshot_of
from gridmap.geolocation.spots import Spots

MARGIN_DEGREES = 0.01
"""Around the points: more than the widest circle reaches."""


@dataclass(frozen=True, slots=True)
class Region:
    """A region on a day, held in memory for as many points as there are."""

    session: Session
    day: date
    box: Box
    snapshot: Snapshot

    def verdicts(self, spots: Spots) -> Iterator[tuple[int, Verdicts]]:
        """Yield the two verdicts on each point with its number: those that `locate` would give.

        The few points that the database has to be asked about come last: those outside all grids,
        on the edge of a building, or not in the region.
        """
        asked = []
        known = zip(self._holds(spots).tolist(), verdicts(self.snapshot, spots), strict=True)
        for number, (inside, found) in enumerate(known):
            if inside and found is not None:
                yield number, found
            else:
                asked.append(number)
        near = queries.candidates_near(self.session, _points(spots, asked), self.day)
        for number, candidates in zip(asked, near, strict=True):
            yield number, decide(spots.place(number), candidates)

    def _holds(self, spots: Spots) -> NDArray[np.bool_]:
        west, south, east, north = self.box
        lon, lat = spots.lon, spots.lat
        return (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)


def _points(spots: Spots, rows: list[int]) -> list[tuple[float, float, float, float, float]]:
    reach = np.maximum(spots.circle_m, EDGE_M)
    columns = (spots.lon, spots.lat, spots.scale[:, 0], spots.scale[:, 1], reach)
    return list(zip(*(column[rows].tolist() for column in columns), strict=True))


def region(session: Session, box: Box, day: date) -> Region:
    """Read all that points inside a box can lie in or near on a day; four statements.

    Args:
        session: open session.
        box: west, south, east, north of the points in degrees (WGS 84).
        day: day in Asia/Shanghai.
    """
    west, south, east, north = box
    more = MARGIN_DEGREES
    wider = (west - more, south - more, east + more, north + more)
    return Region(session, day, box, snapshot_of(session, wider, day))
