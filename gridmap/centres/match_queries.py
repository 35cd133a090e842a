"""SQL: branches that are willing and have room, matches of members with them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from gridmap.ledger.centres import BranchMatch

Found = Row[Any]

_WILLING: Final = text("""
SELECT w.id, w.places, p.organisation_id, p.name, g.code AS grid_code, g.community_id,
       ST_X(spot) AS lon, ST_Y(spot) AS lat, s.person_id AS secretary,
       ARRAY(SELECT i.person_id FROM stand_in i
             WHERE i.post_id = s.id AND i.valid @> CAST(:day AS date)) AS stand_ins
FROM willing_branch w
JOIN grid g ON g.id = w.grid_id
JOIN party_version p ON p.grid_id = g.id AND p.valid @> CAST(:day AS date)
JOIN grid_version v ON v.grid_id = g.id AND v.valid @> CAST(:day AS date)
CROSS JOIN LATERAL ST_PointOnSurface(v.boundary) AS spot
LEFT JOIN post s ON s.grid_id = g.id AND s.kind = 'branch_secretary' AND s.valid @> CAST(:day AS date)
WHERE w.valid @> CAST(:day AS date)
  AND NOT EXISTS (SELECT FROM branch_match m
                  WHERE m.organisation_id = p.organisation_id AND m.volunteer_id = :volunteer)
  AND w.places > (SELECT count(*) FROM branch_match m
                  WHERE m.organisation_id = p.organisation_id AND m.state <> 'declined'
                    AND w.valid @> CAST(m.at AT TIME ZONE 'Asia/Shanghai' AS date))
ORDER BY g.code
FOR UPDATE OF w
""")

_CENTRE: Final = text("""
SELECT c.code, c.name, ST_X(c.spot) AS lon, ST_Y(c.spot) AS lat
FROM centre_member m JOIN service_centre c ON c.code = m.centre AND c.valid @> CAST(:day AS date)
WHERE m.volunteer_id = :volunteer AND m.valid @> CAST(:day AS date)
""")

_WAITING: Final = text("""
SELECT v.id FROM volunteer v
JOIN centre_member m ON m.volunteer_id = v.id AND m.valid @> CAST(:day AS date)
WHERE v.party_member AND v.erased_at IS NULL
  AND NOT EXISTS (SELECT FROM branch_match b WHERE b.volunteer_id = v.id AND b.state <> 'declined')
ORDER BY lower(m.valid), v.id
""")

_MATCHES: Final = """
SELECT m.id, m.state, m.metres, m.along_roads, m.at, m.decided_at, m.reason, m.volunteer_id,
       v.name, v.phone, v.occupation, v.erased_at, k.employer AS company, c.name AS centre,
       p.name AS branch, p.grid_id, g.code AS grid_code, g.community_id
FROM branch_match m
JOIN volunteer v ON v.id = m.volunteer_id
JOIN LATERAL (SELECT name, grid_id FROM party_version p WHERE p.organisation_id = m.organisation_id
              AND p.grid_id IS NOT NULL ORDER BY (p.valid @> CAST(:day AS date)) DESC, lower(p.valid) DESC LIMIT 1
             ) AS p ON true
JOIN grid g ON g.id = p.grid_id
LEFT JOIN service_centre c ON c.code = m.centre AND c.valid @> CAST(:day AS date)
LEFT JOIN centre_member k ON k.volunteer_id = m.volunteer_id AND k.valid @> CAST(:day AS date)
"""

_OF_READER: Final = text(
    _MATCHES
    + """
JOIN area a ON a.id = g.community_id
WHERE (:county OR g.id = ANY(:grids) OR a.id = ANY(:communities) OR a.parent_id = ANY(:townships))
  AND v.erased_at IS NULL
ORDER BY m.state <> 'proposed', m.at DESC
LIMIT :limit
"""
)
_OF_VOLUNTEER: Final = text(
    _MATCHES + " WHERE m.volunteer_id = :volunteer ORDER BY m.state = 'declined', m.id DESC LIMIT 1"
)
_ONE: Final = text(_MATCHES + " WHERE m.id = :match")


def willing(session: Session, volunteer_id: int, day: date) -> Sequence[Found]:
    """Return the branches with room that have not been proposed to a member; kept until the commit."""
    return session.execute(_WILLING, {"volunteer": volunteer_id, "day": day}).all()


def waiting(session: Session, day: date) -> Sequence[int]:
    """Return the party members of the centres without a branch, who has waited longest first."""
    return session.scalars(_WAITING, {"day": day}).all()


def centre_of(session: Session, volunteer_id: int, day: date) -> Found | None:
    """Return the centre that somebody belongs to, and where it is."""
    return session.execute(_CENTRE, {"volunteer": volunteer_id, "day": day}).one_or_none()


def of_reader(
    session: Session,
    day: date,
    places: tuple[bool, Collection[int], Collection[int], Collection[int]],
    limit: int,
) -> Sequence[Found]:
    """Return matches with branches of the county, of grids, communities, townships; open ones first."""
    county, grids, communities, townships = places
    given = {
        "day": day,
        "county": county,
        "grids": list(grids),
        "communities": list(communities),
        "townships": list(townships),
        "limit": limit,
    }
    return session.execute(_OF_READER, given).all()


def of_volunteer(session: Session, volunteer_id: int, day: date) -> Found | None:
    """Return the match of somebody that stands, else the last that was declined."""
    return session.execute(_OF_VOLUNTEER, {"volunteer": volunteer_id, "day": day}).one_or_none()


def one(session: Session, match_id: int, day: date) -> Found | None:
    """Return a match."""
    return session.execute(_ONE, {"match": match_id, "day": day}).one_or_none()


def locked(session: Session, match_id: int) -> BranchMatch | None:
    """Return a match that nobody else changes until the commit."""
    query = select(BranchMatch).where(BranchMatch.id == match_id).with_for_update()
    return session.scalars(query).one_or_none()


def has_standing(session: Session, volunteer_id: int) -> bool:
    """Tell whether somebody is proposed to a branch or has been accepted."""
    query = select(BranchMatch.id).where(
        BranchMatch.volunteer_id == volunteer_id, BranchMatch.state != "declined"
    )
    return session.scalar(query) is not None
