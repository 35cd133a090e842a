"""Who has reported to a community: agencies and people, with the hours of the running year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from gridmap.terms import Occupation
from gridmap.volunteering import stars
from gridmap.volunteering.queries import hours as hours_queries
from gridmap.volunteering.queries import people as queries

LISTED: Final = 1000


@dataclass(frozen=True, slots=True)
class Unit:
    """An agency that has reported to a community (单位报到), and whom to call."""

    id: int
    code: str
    name: str
    contact: str | None
    contact_phone: str | None
    since: date


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who has reported to a community, with the minutes of the year."""

    id: int
    code: str
    name: str
    party_member: bool
    occupation: Occupation | None
    agency: str | None
    since: date
    minutes: int


def units_of(session: Session, community_id: int, day: date) -> tuple[Unit, ...]:
    """Return the agencies that have reported to a community as of a day."""
    return tuple(Unit(*row) for row in queries.units_of(session, community_id, day))


def of_community(session: Session, community_id: int, day: date) -> tuple[Member, ...]:
    """Return the people who have reported to a community as of a day, the most hours first."""
    totals = hours_queries.totals(session, *stars.year_of(day.year))
    served = {row.volunteer_id: int(row.minutes) for row in totals}
    found = [
        Member(
            row.id,
            row.code,
            row.name,
            row.party_member,
            Occupation(row.occupation) if row.occupation else None,
            row.agency,
            row.since,
            served.get(row.id, 0),
        )
        for row in queries.members_of(session, community_id, day, LISTED)
    ]
    return tuple(sorted(found, key=lambda one: (-one.minutes, one.code)))


def counts(session: Session, community_id: int, day: date) -> tuple[int, int]:
    """Return how many people and agencies have reported to a community as of a day."""
    people = queries.members_of(session, community_id, day, LISTED)
    return len(people), len(queries.units_of(session, community_id, day))
