"""SQL: planned joint meetings, who is invited and told, what is proposed, how they moved."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.orm import Session

from gridmap.ledger.buildings import Compound
from gridmap.ledger.holding_queries import ANSWERING, HOLDING
from gridmap.ledger.meeting_plans import MeetingInvite, MeetingPlan, MeetingProposal
from gridmap.ledger.red_property import MeetingItem

Found = Row[*tuple[Any, ...]]

_PLANS: Final = text("""
SELECT p.id, p.day, p.time, p.place, p.topic, p.note, p.state, p.reason, p.meeting_id, p.made_at, p.person_id,
       h.name AS person, a.id AS community_id, a.code AS community_code, coalesce(n.name, a.code) AS community,
       (SELECT count(*) FROM meeting_proposal q WHERE q.plan_id = p.id) AS points, m.code AS meeting
FROM meeting_plan p
JOIN area a ON a.id = p.community_id
JOIN person h ON h.id = p.person_id
LEFT JOIN area_version n ON n.area_id = a.id AND n.valid @> CAST(:day AS date)
LEFT JOIN joint_meeting m ON m.id = p.meeting_id
WHERE (CAST(:ids AS int[]) IS NULL OR p.id = ANY(:ids))
  AND (CAST(:community AS text) IS NULL OR a.code = :community)
  AND (CAST(:state AS text) IS NULL OR p.state = :state)
  AND (CAST(:since AS date) IS NULL OR p.day >= :since)
  AND (CAST(:until AS date) IS NULL OR p.day <= :until)
ORDER BY p.day, p.time, p.id
""")

_INVITES: Final = text("""
SELECT i.id, i.plan_id, i.came,
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
WHERE i.plan_id = ANY(CAST(:plans AS int[]))
ORDER BY i.id
""")

# Who hears of it for each side: a company's managers and joint posts in the community, an owners' committee's
# joint posts, the residents' committee's own posts, an agency's handlers, whoever is asked by name; and whoever
# stands in for any of their posts today.
_TOLD: Final = text(f"""
WITH {HOLDING},
asked AS (
    SELECT i.id, i.plan_id, i.company_id, i.compound_id, i.community_id, i.agency_id, i.person_id,
           p.community_id AS home, greatest(p.day, CAST(:today AS date)) AS day
    FROM meeting_invite i JOIN meeting_plan p ON p.id = i.plan_id
    WHERE i.plan_id = ANY(CAST(:plans AS int[]))
)
SELECT t.plan_id, t.invite_id, t.person_id, h.name, max(t.since) AS since
FROM (
    SELECT i.plan_id, i.id AS invite_id, i.person_id, CAST(NULL AS date) AS since
    FROM asked i WHERE i.person_id IS NOT NULL
    UNION ALL
    SELECT i.plan_id, i.id, s.person_id, lower(s.valid)
    FROM asked i
    JOIN post w ON w.person_id = i.person_id AND w.valid @> i.day
        AND {ANSWERING.format(community="i.home", day="i.day")}
    JOIN stand_in s ON s.post_id = w.id AND s.valid @> CAST(:today AS date)
    UNION ALL
    SELECT i.plan_id, i.id, w.person_id, greatest(w.since, lower(k.valid))
    FROM asked i
    JOIN property_contract k ON k.company_id = i.company_id AND k.valid @> i.day
    JOIN compound_version v ON v.compound_id = k.compound_id AND v.valid @> i.day AND v.community_id = i.home
    JOIN holding w ON w.compound_id = k.compound_id AND w.kind = 'property_manager' AND w.valid @> i.day
    UNION ALL
    SELECT i.plan_id, i.id, j.person_id, lower(j.valid)
    FROM asked i
    JOIN joint_post j ON j.community_id = i.home AND j.valid @> i.day
        AND (j.company_id = i.company_id OR j.compound_id = i.compound_id)
    UNION ALL
    SELECT i.plan_id, i.id, w.person_id, w.since
    FROM asked i
    JOIN holding w ON w.area_id = i.community_id AND w.valid @> i.day
        AND w.kind IN ('secretary', 'director', 'committee_member', 'community_desk')
    UNION ALL
    SELECT i.plan_id, i.id, w.person_id, w.since
    FROM asked i
    JOIN holding w ON w.agency_id = i.agency_id AND w.kind = 'agency_handler' AND w.valid @> i.day
) t
JOIN person h ON h.id = t.person_id
GROUP BY t.plan_id, t.invite_id, h.name, t.person_id
ORDER BY t.plan_id, t.invite_id, h.name, t.person_id
""")  # noqa: S608 - made of constants

# Who may be asked by name: whoever holds a post that answers for anything in the community, is linked with it as
# a leader, or sits in its party organisation by a joint post.
_GUESTS: Final = text(f"""
SELECT h.id, h.code, h.name, array_agg(DISTINCT t.duty) AS duties
FROM (
    SELECT w.person_id, 'post:' || w.kind AS duty FROM post w
    WHERE w.valid @> CAST(:day AS date)
      AND ({ANSWERING.format(community=":community", day="CAST(:day AS date)")}
           OR (w.area_id = :community AND w.kind LIKE 'leader_%'))
    UNION ALL
    SELECT j.person_id, 'joint:' || j.duty FROM joint_post j
    WHERE j.community_id = :community AND j.valid @> CAST(:day AS date)
) t
JOIN person h ON h.id = t.person_id
GROUP BY h.id
ORDER BY h.name, h.code
""")  # noqa: S608 - made of constants

_PROPOSALS: Final = text("""
SELECT q.id, q.plan_id, q.title, q.person_id, q.at, h.name AS person, r.number AS report, k.name AS category,
       c.code AS compound_code, coalesce(v.name, c.code) AS compound
FROM meeting_proposal q
JOIN person h ON h.id = q.person_id
LEFT JOIN report r ON r.id = q.report_id
LEFT JOIN category k ON k.id = r.category_id
LEFT JOIN compound c ON c.id = q.compound_id
LEFT JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
WHERE q.plan_id = ANY(CAST(:plans AS int[]))
ORDER BY q.id
""")

_MOVES: Final = text("""
SELECT m.plan_id, m.day, m.time, m.place, m.reason, m.at, h.name AS person
FROM meeting_move m JOIN person h ON h.id = m.person_id
WHERE m.plan_id = ANY(CAST(:plans AS int[])) ORDER BY m.id
""")

_COMPOUNDS: Final = text("""
SELECT c.code, v.name FROM compound c
JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
WHERE v.community_id = :community ORDER BY v.name, c.code
""")

_DESKS: Final = text(f"""
WITH {HOLDING}
SELECT DISTINCT w.person_id FROM holding w
WHERE w.area_id = :community AND w.kind = 'community_desk' AND w.valid @> CAST(:today AS date)
""")  # noqa: S608 - made of constants

_ANSWERS: Final = text(f"""
WITH {HOLDING}
SELECT EXISTS (
    SELECT FROM holding w LEFT JOIN grid g ON g.id = w.grid_id
    LEFT JOIN grid_building b ON b.building_id = w.building_id AND b.valid @> CAST(:today AS date)
    LEFT JOIN grid bg ON bg.id = b.grid_id
    LEFT JOIN compound_version v ON v.compound_id = w.compound_id AND v.valid @> CAST(:today AS date)
    WHERE w.person_id = :person AND w.valid @> CAST(:today AS date)
      AND :community IN (w.area_id, g.community_id, bg.community_id, v.community_id))
""")  # noqa: S608 - made of constants


def plans(
    session: Session,
    day: date,
    *,
    ids: Collection[int] | None = None,
    **asked: date | str | None,
) -> Sequence[Found]:
    """Return planned meetings, the next first.

    None is left out: whoever is invited to the last of them hears of it like all others.

    Args:
        session: open session.
        day: day whose names are shown.
        ids: only these.
        asked: `community` (code), `state`, `since` and `until` (days of the meetings): which.
    """
    usual: dict[str, date | str | None] = dict.fromkeys(("community", "state", "since", "until"))
    wanted = None if ids is None else list(ids)
    return session.execute(_PLANS, usual | asked | {"day": day, "ids": wanted}).all()


def invites(session: Session, plan_ids: Collection[int]) -> Sequence[Found]:
    """Return who is invited to planned meetings."""
    return session.execute(_INVITES, {"plans": list(plan_ids)}).all()


def told(session: Session, plan_ids: Collection[int], today: date) -> Sequence[Found]:
    """Return who hears of planned meetings for each invitation: by the posts of the meeting's day, and since when.

    Stand-ins are those of today: they read what the holder cannot.
    """
    return session.execute(_TOLD, {"plans": list(plan_ids), "today": today}).all()


def guests(session: Session, community_id: int, day: date) -> Sequence[Found]:
    """Return who may be asked by name to a community's meeting of a day, with what they do there."""
    return session.execute(_GUESTS, {"community": community_id, "day": day}).all()


def proposals(session: Session, plan_ids: Collection[int], day: date) -> Sequence[Found]:
    """Return what is proposed for the agendas, in the order in which it came."""
    return session.execute(_PROPOSALS, {"plans": list(plan_ids), "day": day}).all()


def proposal_words(session: Session, plan_id: int) -> dict[int, str]:
    """Return the words of all points that are proposed, by id; not for everybody's eyes."""
    query = select(MeetingProposal.id, MeetingProposal.title).where(
        MeetingProposal.plan_id == plan_id
    )
    return {row.id: row.title for row in session.execute(query)}


def lock_proposals(session: Session, plan_id: int, ids: Collection[int]) -> set[int]:
    """Return which of the ids are proposals of a plan, and keep those from being taken back till the end."""
    query = select(MeetingProposal.id).where(
        MeetingProposal.plan_id == plan_id, MeetingProposal.id.in_(ids)
    )
    return set(session.scalars(query.with_for_update(read=True, key_share=True)))


def link(session: Session, item_id: int, proposal_id: int) -> None:
    """Note which proposal a point of a meeting came from."""
    session.execute(
        update(MeetingItem).where(MeetingItem.id == item_id).values(proposal_id=proposal_id)
    )


def moves(session: Session, plan_ids: Collection[int]) -> Sequence[Found]:
    """Return when and where meetings were to be before they were moved, the first plan first."""
    return session.execute(_MOVES, {"plans": list(plan_ids)}).all()


def compounds(session: Session, community_id: int, day: date) -> Sequence[Found]:
    """Return code and name of a community's compounds of a day."""
    return session.execute(_COMPOUNDS, {"community": community_id, "day": day}).all()


def compound_id(session: Session, code: str) -> int | None:
    """Return the id of a compound by code."""
    return session.scalar(select(Compound.id).where(Compound.code == code))


def desks(session: Session, community_id: int, day: date) -> list[int]:
    """Return the people at a community's desk on a day, those who stand in, too."""
    asked = {"community": community_id, "today": day}
    return list(session.scalars(_DESKS, asked))


def answers(session: Session, person_id: int, community_id: int, day: date) -> bool:
    """Tell whether somebody holds a post in a community on a day, or stands in for one."""
    asked = {"person": person_id, "community": community_id, "today": day}
    return bool(session.scalar(_ANSWERS, asked))


def lock_books(session: Session) -> None:
    """Let one workbook of plans at a time be taken in: two would lock the same meetings in two orders."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("meeting_plans"))))


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
