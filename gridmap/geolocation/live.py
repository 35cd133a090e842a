"""Locate on today's county without the database: a thread follows what is written, within a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import Final

from gridmap.geolocation.circles import reach_m
from gridmap.geolocation.location import Location
from gridmap.geolocation.rules import (
    Place,
    Verdicts,
    circle_m,
)
from gridmap.geolocation.service import near_enough
from gridmap.geolocation.today import Today, brought_up
from gridmap.geolocation.vicinity import Vicinity
from gridmap.geometry import crs
from gridmap.store.following import Follower, OpenTransaction

EVERY_S: Final = 0.25
FRESH_S: Final = 1.0
"""What was looked at longer ago is not answered from: the database is asked."""


@dataclass(frozen=True, slots=True)
class _Seen:
    today: Today
    at: float


class Live:
    """Today's county in this process, followed by a thread from the first question on.

    Args:
        read: opens a transaction that sees one state of the database.
        day: returns today in Asia/Shanghai.
        every_s: seconds between two looks.
    """

    def __init__(
        self, read: OpenTransaction, day: Callable[[], date], *, every_s: float = EVERY_S
    ) -> None:
        self._read, self._day = read, day
        self._seen: _Seen | None = None
        self._follower = Follower(self.look, every_s=every_s)

    def look(self) -> None:
        """Bring the county up to date; the thread does it again and again."""
        at, before = monotonic(), self._seen
        with self._read() as session:
            today = brought_up(session, self._day(), before.today if before else None)
        self._seen = _Seen(today, at)

    def state(self, day: date) -> Today | None:
        """Return the county on a day, at most `FRESH_S` old; None where the database must be asked."""
        self._follower.start()
        seen = self._seen
        if seen is None or seen.today.day != day or monotonic() - seen.at > FRESH_S:
            return None
        return seen.today

    def stop(self) -> None:
        """Follow no longer."""
        self._follower.stop()


def locate(today: Today, place: Place) -> Location:
    """Return what `service.locate` returns, from memory.

    Raises:
        UnknownCrs, BadCoordinates, OutsideCounty: as there.
    """
    lon, lat, verdicts = decided(today, place)
    return near_enough(today.standing.location(place, (lon, lat), *verdicts))


def decided(today: Today, place: Place) -> tuple[float, float, Verdicts]:
    """Return a place's point in WGS 84 and the two verdicts on it.

    Raises:
        UnknownCrs, BadCoordinates: see `service.locate`.
    """
    lon, lat = crs.to_wgs84(place.lon, place.lat, crs.parse(place.crs))
    around = Vicinity(today.cells, lon, lat, reach_m(circle_m(place)))
    return lon, lat, around.verdicts(place)
