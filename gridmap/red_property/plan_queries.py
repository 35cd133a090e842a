"""SQL: planned joint meetings, who is invited and told, what is proposed, how they moved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from gridmap.ledger.buildings import Compound
from gridmap.ledger.meeting_plans import MeetingInvite, MeetingPlan, MeetingProposal
from gridmap.ledger.posts import Person

Found = Row[*tuple[Any, ...]]

_PLANS: Final = text("""
SELECT p.id, p.day, p.time, p.place, p.topic, p.note, p.state, p.reason, p.meeting_id, p.made_at, p.person_id,
       h.name AS person, a.id AS community_id, a.code AS community_code, coalesce(n.name, a.code) AS community,
       (SELECT count(*) FROM meeting_proposal q WHERE q.plan_id = p.id) AS points
FROM meeting_plan p
JOIN area a ON a.id = p.community_id
JOIN person h ON h.id = p.person_id
LEFT JOIN area_version n ON n.area_id = a.id AND n.valid @> CAST(:day AS date)
WHERE (CAST(:id AS integer) IS NULL OR p.id = :id)
  AND (CAST(:community AS text) IS NULL OR a.code = :community)
  AND (CAST(:state AS text) IS NULL OR p.state = :state)
  AND (CAST(:since AS date) IS NULL OR p.day >= :since)
ORDER BY p.day, p.time, p.id
""")

_INVITES: Final = text("""
SELECT i.id, i.came,
       CASE WHEN i.company_id IS NOT NULL THEN 'company' WHEN i.compound_id IS NOT NULL THEN 'owners'
            WHEN i.community_id IS NOT NULL THEN 'residents' WHEN i.agency_id IS NOT NULL THEN 'agency'
            ELSE 'person' END AS side,
       coalesce(f.code, c.code, a.code, y.code, h.code) AS code,
       coalesce(f.name, o.name, v.name, n.name, y.name, h.name, c.code, a.code) AS name,
       coalesce(i.company_id, i.compound_id, i.community_id, i.agency_id, i.person_id) AS of
FROM meeting_invite i
JOIN meeting_plan p ON p.id = i.plan_id
LEFT JOIN property_company f ON f.id = i.company_id
LEFT JOIN compound c ON c.id = i.compound_id
LEFT JOIN owners_committee o ON o.compound_id = c.id AND o.valid @> p.day
LEFT JOIN compound_version v ON v.compound_id = c.id AND v.valid @> p.day
LEFT JOIN area a ON a.id = i.community_id
LEFT JOIN area_version n ON n.area_id = a.id AND n.valid @> p.day
LEFT JOIN agency y ON y.id = i.agency_id
LEFT JOIN person h ON h.id = i.person_id
WHERE i.plan_id = :plan
ORDER BY i.id
""")

# Who hears of it for each side: a company's managers and joint posts in the community, an owners' committee's
# joint posts, the residents' committee's own posts, an agency's handlers, whoever is asked by name.
_TOLD: Final = text("""
SELECT DISTINCT t.invite_id, t.person_id, h.name
FROM (
    SELECT i.id AS invite_id, i.person_id FROM meeting_invite i
    WHERE i.plan_id = :plan AND i.person_id IS NOT NULL
    UNION ALL
    SELECT i.id, w.person_id
    FROM meeting_invite i
    JOIN meeting_plan p ON p.id = i.plan_id
    JOIN property_contract k ON k.company_id = i.company_id AND k.valid @> CAST(:day AS date)
    JOIN compound_version v ON v.compound_id = k.compound_id AND v.valid @> CAST(:day AS date)
        AND v.community_id = p.community_id
    JOIN post w ON w.compound_id = k.compound_id AND w.kind = 'property_manager' AND w.valid @> CAST(:day AS date)
    WHERE i.plan_id = :plan
    UNION ALL
    SELECT i.id, j.person_id
    FROM meeting_invite i
    JOIN meeting_plan p ON p.id = i.plan_id
    JOIN joint_post j ON j.community_id = p.community_id AND j.valid @> CAST(:day AS date)
        AND (j.company_id = i.company_id OR j.compound_id = i.compound_id)
    WHERE i.plan_id = :plan
    UNION ALL
    SELECT i.id, w.person_id
    FROM meeting_invite i
    JOIN post w ON w.area_id = i.community_id AND w.valid @> CAST(:day AS date)
        AND w.kind IN ('secretary', 'director', 'committee_member', 'community_desk')
    WHERE i.plan_id = :plan
    UNION ALL
    SELECT i.id, w.person_id
    FROM meeting_invite i
    JOIN post w ON w.agency_id = i.agency_id AND w.kind = 'agency_handler' AND w.valid @> CAST(:day AS date)
    WHERE i.plan_id = :plan
) t
JOIN person h ON h.id = t.person_id
ORDER BY t.invite_id, h.name, t.person_id
""")

_PROPOSALS: Final = text("""
SELECT q.id, q.title, q.person_id, q.at, h.name AS person, r.number AS report, c.code AS compound_code,
       coalesce(v.name, c.code) AS compound
FROM meeting_proposal q
JOIN person h ON h.id = q.person_id
LEFT JOIN report r ON r.id = q.report_id
LEFT JOIN compound c ON c.id = q.compound_id
LEFT JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
WHERE q.plan_id = :plan
ORDER BY q.id
""")

_MOVES: Final = text("""
SELECT m.day, m.time, m.place, m.reason, m.at, h.name AS person
FROM meeting_move m JOIN person h ON h.id = m.person_id
WHERE m.plan_id = :plan ORDER BY m.id
""")

_COMPOUNDS: Final = text("""
SELECT c.code, v.name FROM compound c
JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
WHERE v.community_id = :community ORDER BY v.name, c.code
""")

_DESKS: Final = text("""
SELECT w.person_id FROM post w
WHERE w.area_id = :community AND w.kind = 'community_desk' AND w.valid @> CAST(:day AS date)
""")

_ANSWERS: Final = text("""
SELECT EXISTS (
    SELECT FROM post w LEFT JOIN grid g ON g.id = w.grid_id
    LEFT JOIN grid_building b ON b.building_id = w.building_id AND b.valid @> CAST(:day AS date)
    LEFT JOIN grid bg ON bg.id = b.grid_id
    LEFT JOIN compound_version v ON v.compound_id = w.compound_id AND v.valid @> CAST(:day AS date)
    WHERE w.person_id = :person AND w.valid @> CAST(:day AS date)
      AND :community IN (w.area_id, g.community_id, bg.community_id, v.community_id))
""")


def plans(
    session: Session,
    day: date,
    *,
    plan_id: int | None = None,
    community: str | None = None,
    state: str | None = None,
    since: date | None = None,
) -> Sequence[Found]:
    """Return planned meetings, the next first: one, those of a community, in a state, from a day on.

    None is left out: whoever is invited to the last of them hears of it like all others.
    """
    asked = {"day": day, "id": plan_id, "community": community, "state": state, "since": since}
    return session.execute(_PLANS, asked).all()


def invites(session: Session, plan_id: int) -> Sequence[Found]:
    """Return who is invited to a planned meeting."""
    return session.execute(_INVITES, {"plan": plan_id}).all()


def told(session: Session, plan_id: int, day: date) -> Sequence[Found]:
    """Return who hears of a planned meeting for each invitation."""
    return session.execute(_TOLD, {"plan": plan_id, "day": day}).all()


def proposals(session: Session, plan_id: int, day: date) -> Sequence[Found]:
    """Return what is proposed for the agenda, in the order in which it came."""
    return session.execute(_PROPOSALS, {"plan": plan_id, "day": day}).all()


def moves(session: Session, plan_id: int) -> Sequence[Found]:
    """Return when and where a meeting was to be before it was moved, the first plan first."""
    return session.execute(_MOVES, {"plan": plan_id}).all()


def compounds(session: Session, community_id: int, day: date) -> Sequence[Found]:
    """Return code and name of a community's compounds of a day."""
    return session.execute(_COMPOUNDS, {"community": community_id, "day": day}).all()


def compound_id(session: Session, code: str) -> int | None:
    """Return the id of a compound by code."""
    return session.scalar(select(Compound.id).where(Compound.code == code))


def desks(session: Session, community_id: int, day: date) -> list[int]:
    """Return the people at a community's desk on a day."""
    asked = {"community": community_id, "day": day}
    return list(session.scalars(_DESKS, asked))


def answers(session: Session, person_id: int, community_id: int, day: date) -> bool:
    """Tell whether somebody holds a post in a community on a day."""
    asked = {"person": person_id, "community": community_id, "day": day}
    return bool(session.scalar(_ANSWERS, asked))


def people(session: Session, codes: Sequence[str]) -> dict[str, int]:
    """Return ids of people by code."""
    query = select(Person.code, Person.id).where(Person.code.in_(codes))
    return {row.code: row.id for row in session.execute(query)}


def held(session: Session, plan_id: int) -> MeetingPlan | None:
    """Return a planned meeting, held until the transaction ends."""
    query = select(MeetingPlan).where(MeetingPlan.id == plan_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def invite_rows(session: Session, plan_id: int) -> Sequence[MeetingInvite]:
    """Return the invitations of a planned meeting, to be written to."""
    return session.scalars(select(MeetingInvite).where(MeetingInvite.plan_id == plan_id)).all()


def proposal(session: Session, plan_id: int, proposal_id: int) -> MeetingProposal | None:
    """Return a proposal of a planned meeting."""
    query = select(MeetingProposal).where(
        MeetingProposal.id == proposal_id, MeetingProposal.plan_id == plan_id
    )
    return session.scalar(query)
