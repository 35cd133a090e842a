"""Locate very many points of a region: what they lie in is read once, the rest is counted in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.geolocation import queries
from gridmap.geolocation.ground import Ground
from gridmap.geolocation.placed import Placed, placed
from gridmap.geolocation.rules import (
    EDGE_M,
    Verdicts,
    decide,
)
from gridmap.geolocation.snapshot import Layer, Snapshot, verdicts
from gridmap.geolocation.snapshot_queries import Box, snapshot_of
from gridmap.geolocation.spots import Spots

ASKED_AT_ONCE = 5_000
"""Points in one statement."""
MARGIN_DEGREES = 0.01
"""Around the points: more than the widest circle reaches."""


@dataclass(frozen=True, eq=False)
class Region:
    """A region on a day, held in memory for as many points as there are."""

    session: Session
    day: date
    box: Box
    snapshot: Snapshot

    @cached_property
    def ground(self) -> Ground:
        """The same with indexes for very many points."""
        return Ground(self.snapshot)

    def located(self, spots: Spots) -> Placed:
        """Return the two verdicts on each point as arrays: those that `locate` would give."""
        found = placed(self.ground, spots, self.holds(spots))
        self.settle(spots, found)
        return found

    def settle(self, spots: Spots, found: Placed) -> None:
        """Ask the database about the points that are left in `found`."""
        for number, both in self._asked(spots, found.asked):
            found.put(number, both)
        found.asked.clear()

    def verdicts(self, spots: Spots) -> Iterator[tuple[int, Verdicts]]:
        """Yield the two verdicts on each point with its number: those that `locate` would give.

        The few points that the database has to be asked about come last: those outside all grids,
        on the edge of a building, or not in the region.
        """
        asked = []
        known = zip(self.holds(spots).tolist(), verdicts(self.snapshot, spots), strict=True)
        for number, (inside, found) in enumerate(known):
            if inside and found is not None:
                yield number, found
            else:
                asked.append(number)
        yield from self._asked(spots, asked)

    def holds(self, spots: Spots) -> NDArray[np.bool_]:
        """Tell which points lie in the region."""
        west, south, east, north = self.box
        lon, lat = spots.lon, spots.lat
        return (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)

    def _asked(self, spots: Spots, numbers: list[int]) -> Iterator[tuple[int, Verdicts]]:
        for begin in range(0, len(numbers), ASKED_AT_ONCE):
            some = numbers[begin : begin + ASKED_AT_ONCE]
            near = queries.candidates_near(self.session, _points(spots, some), self.day)
            for number, candidates in zip(some, near, strict=True):
                yield number, decide(spots.place(number), candidates)


def _points(spots: Spots, rows: list[int]) -> list[tuple[float, float, float, float, float]]:
    reach = np.maximum(spots.circle_m, EDGE_M)
    columns = (spots.lon, spots.lat, spots.scale[:, 0], spots.scale[:, 1], reach)
    return list(zip(*(column[rows].tolist() for column in columns), strict=True))


def nowhere(session: Session, day: date) -> Region:
    """Return a region that holds nothing: the database is asked about every point, which is best for a few."""
    empty = Layer((), (), np.array([], dtype=object))
    away = (1.0, 1.0, -1.0, -1.0)
    return Region(session, day, away, Snapshot(empty, empty, empty, empty))


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
