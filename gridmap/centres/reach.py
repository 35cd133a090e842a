"""Whom a centre reaches on foot: households of the communities that it serves, by distance along roads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from gridmap.centres.reach_queries import dwellings, ways_of
from gridmap.centres.service import Centre

RINGS: Final = (500, 1000, 1500)
"""Metres along roads: about 6, 12 and 18 minutes on foot."""


@dataclass(frozen=True, slots=True)
class Home:
    """A house with its households, and how far the centre is, in metres."""

    code: str
    lon: float
    lat: float
    households: int
    metres: int
    along_roads: bool
    community_id: int


@dataclass(frozen=True, slots=True)
class Ring:
    """Households within `limit` metres of the centre and beyond the ring before; None: beyond all."""

    limit: int | None
    households: int


def homes(session: Session, centre: Centre, day: date) -> list[Home]:
    """Return the houses of the communities that a centre serves, with the way to it."""
    rows = dwellings(session, [one.id for one in centre.served], day)
    places = [(row.lon, row.lat) for row in rows]
    ways = ways_of(session, day).between((centre.lon, centre.lat), places)
    return [
        Home(
            row.code, row.lon, row.lat, row.households, way.metres, way.along_roads, row.community_id
        )
        for row, way in zip(rows, ways, strict=True)
    ]  # fmt: skip


def ring_of(metres: int) -> int | None:
    """Return the ring in which a distance lies; None beyond the last.

    >>> ring_of(500), ring_of(501), ring_of(9000)
    (500, 1000, None)
    """
    return next((limit for limit in RINGS if metres <= limit), None)


def rings(found: Sequence[Home]) -> list[Ring]:
    """Return the households of each ring, and of what lies beyond."""
    counted: dict[int | None, int] = dict.fromkeys((*RINGS, None), 0)
    for home in found:
        counted[ring_of(home.metres)] += home.households
    return [Ring(limit, households) for limit, households in counted.items()]
