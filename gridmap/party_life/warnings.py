"""Warnings for the map: building groups under the norm, members who live elsewhere than they belong."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from gridmap.accounts.authority import Scope
from gridmap.party_life import queries, warning_queries
from gridmap.party_life.bodies import Reach, reads
from gridmap.party_life.warning_queries import Found
from gridmap.terms import PartyKind


@dataclass(frozen=True, slots=True)
class SmallGroup:
    """A building group with fewer full members than the county wants."""

    code: str
    name: str
    full_members: int
    building: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class LivesElsewhere:
    """A member who lives in a building and belongs to another's organisation.

    `person` is None for readers whose organisation it is not: they see that somebody lives there.
    """

    person: str | None
    organisation_code: str
    organisation: str


@dataclass(frozen=True, slots=True)
class House:
    """A building in which members live who belong elsewhere."""

    building: str
    name: str
    lon: float
    lat: float
    members: tuple[LivesElsewhere, ...]


def small_groups(session: Session, scope: Scope, day: date, least: int) -> list[SmallGroup]:
    """Return the groups that the reader reaches with fewer full members than `least`.

    Groups without any number on record are left out: nobody has counted them.
    """
    bodies = [
        one
        for one in queries.bodies(session, reads(scope), day)
        if one.kind is PartyKind.BUILDING_GROUP
        and one.full_members < least
        and one.full_members + one.probationary > 0
    ]
    spots = warning_queries.spots(session, [one.building_id or 0 for one in bodies], day)
    found = []
    for one in bodies:
        spot = spots.get(one.building_id or 0)
        if spot is not None:
            found.append(
                SmallGroup(one.code, one.name, one.full_members, spot.building, spot.lon, spot.lat)
            )
    return found


def houses(session: Session, scope: Scope, day: date) -> list[House]:
    """Return the buildings where members live who belong elsewhere, as far as the reader reaches."""
    reach = reads(scope)
    own = {one.code for one in queries.bodies(session, reach, day)}
    grouped: dict[str, list[Found]] = defaultdict(list)
    for row in warning_queries.apart(session, day):
        if row.code in own or _lives_within(reach, row):
            grouped[row.building].append(row)
    return [_house(rows, own) for rows in grouped.values()]


def _lives_within(reach: Reach, row: Found) -> bool:
    return (
        reach.county
        or row.lives_township in reach.townships
        or row.lives_community in reach.communities
        or row.lives_grid in reach.grids
        or row.lives_building in reach.buildings
    )


def _house(rows: list[Found], own: set[str]) -> House:
    members = tuple(
        LivesElsewhere(row.person if row.code in own else None, row.code, row.organisation)
        for row in rows
    )
    return House(rows[0].building, rows[0].house, rows[0].lon, rows[0].lat, members)
