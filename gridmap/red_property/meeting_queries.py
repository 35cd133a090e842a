"""SQL: joint meetings with agenda, agencies and tasks; tasks whose day is near or past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from gridmap.accounts.authority import Scope
from gridmap.ledger.areas import Area, AreaVersion
from gridmap.ledger.holding_queries import ANSWERING
from gridmap.ledger.red_property import MeetingTask
from gridmap.store.base import as_of
from gridmap.terms import AreaKind

Found = Row[*tuple[Any, ...]]
MOST_ROWS: Final = 200

_MEETINGS: Final = text("""
SELECT m.id, m.code, m.day, m.topic, m.attended, m.decisions, a.id AS community_id, a.code AS community_code,
       coalesce(n.name, a.code) AS community,
       count(t.id) AS tasks, count(t.id) FILTER (WHERE t.done_on IS NOT NULL) AS done,
       count(t.id) FILTER (WHERE t.done_on IS NULL AND t.due < :day) AS late
FROM joint_meeting m
JOIN area a ON a.id = m.community_id
LEFT JOIN area_version n ON n.area_id = a.id AND n.valid @> CAST(:day AS date)
LEFT JOIN meeting_task t ON t.meeting_id = m.id
WHERE (CAST(:community AS text) IS NULL OR a.code = :community)
  AND (CAST(:id AS integer) IS NULL OR m.id = :id) AND m.day <= :day
GROUP BY m.id, a.id, n.name
ORDER BY m.day DESC, m.id DESC
LIMIT :most
""")
# A point that was proposed before the meeting knows what it is about.
_ITEMS: Final = text("""
SELECT i.id, i.position, i.title, i.decision, r.number AS report, k.name AS category, c.code AS compound_code,
       v.name AS compound
FROM meeting_item i
LEFT JOIN meeting_proposal q ON q.id = i.proposal_id
LEFT JOIN report r ON r.id = q.report_id
LEFT JOIN category k ON k.id = r.category_id
LEFT JOIN compound c ON c.id = q.compound_id
LEFT JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
WHERE i.meeting_id = :id ORDER BY i.position
""")
_AGENCIES: Final = text("""
SELECT y.code, y.name FROM meeting_agency g JOIN agency y ON y.id = g.agency_id
WHERE g.meeting_id = :id ORDER BY y.code
""")
_TASKS: Final = text("""
SELECT t.id, t.title, t.due, t.done_on, t.result, h.id AS owner_id, h.code AS owner_code, h.name AS owner,
       m.id AS meeting_id, m.day AS meeting_day, m.topic, a.id AS community_id, a.code AS community_code,
       coalesce(n.name, a.code) AS community
FROM meeting_task t
JOIN person h ON h.id = t.person_id
JOIN joint_meeting m ON m.id = t.meeting_id
JOIN area a ON a.id = m.community_id
LEFT JOIN area_version n ON n.area_id = a.id AND n.valid @> CAST(:day AS date)
WHERE (CAST(:meeting AS integer) IS NULL OR m.id = :meeting)
  AND (CAST(:id AS integer) IS NULL OR t.id = :id)
  AND (CAST(:owner AS integer) IS NULL OR t.person_id = :owner)
  AND (CAST(:community AS text) IS NULL OR a.code = :community)
  AND (NOT :open OR t.done_on IS NULL)
ORDER BY t.done_on DESC NULLS FIRST, t.due, t.id
LIMIT :most
""")

_HERE: Final = ANSWERING.format(community=":community", day="CAST(:day AS date)")
_OWNERS: Final = text(f"""
SELECT h.code, h.name, array_agg(DISTINCT w.kind) AS kinds
FROM post w
JOIN person h ON h.id = w.person_id
WHERE w.valid @> CAST(:day AS date) AND {_HERE}
GROUP BY h.id
ORDER BY h.name, h.code
""")  # noqa: S608 - made of constants

# Whoever holds somebody's post of the community for her: what she has to do is told to both.
_STAND_INS: Final = text(f"""
SELECT DISTINCT s.person_id FROM post w
JOIN stand_in s ON s.post_id = w.id AND s.valid @> CAST(:day AS date)
WHERE w.person_id = :person AND w.valid @> CAST(:day AS date) AND {_HERE}
ORDER BY 1
""")  # noqa: S608 - made of constants


def meetings(
    session: Session, day: date, *, community: str | None = None, meeting_id: int | None = None
) -> Sequence[Found]:
    """Return meetings up to a day, the latest first, with how many tasks they have."""
    asked = {"day": day, "community": community, "id": meeting_id, "most": MOST_ROWS}
    return session.execute(_MEETINGS, asked).all()


def items(session: Session, meeting_id: int, day: date) -> Sequence[Found]:
    """Return the agenda of a meeting, with what its points are about."""
    return session.execute(_ITEMS, {"id": meeting_id, "day": day}).all()


def agencies(session: Session, meeting_id: int) -> Sequence[Found]:
    """Return the agencies that took part in a meeting."""
    return session.execute(_AGENCIES, {"id": meeting_id}).all()


def tasks(
    session: Session,
    day: date,
    *,
    only_open: bool = False,
    **asked: int | str | None,
) -> Sequence[Found]:
    """Return tasks, open ones by their day, then those done.

    Args:
        session: open session.
        day: day whose names are shown.
        only_open: without those that are done.
        asked: `meeting`, `id`, `owner` (ids), `community` (code): which.
    """
    usual: dict[str, int | str | None] = dict.fromkeys(("meeting", "id", "owner", "community"))
    given = {"day": day, "open": only_open, "most": MOST_ROWS} | usual | asked
    return session.execute(_TASKS, given).all()


def owners(session: Session, community_id: int, day: date) -> Sequence[Found]:
    """Return who may be given a task of a community's meeting: code, name, kinds of posts."""
    return session.execute(_OWNERS, {"community": community_id, "day": day}).all()


def stand_ins(session: Session, person_id: int, community_id: int, day: date) -> list[int]:
    """Return who stands in on a day for a post that somebody holds in a community."""
    asked = {"person": person_id, "community": community_id, "day": day}
    return list(session.scalars(_STAND_INS, asked))


def held(session: Session, task_id: int) -> MeetingTask | None:
    """Return a task, held until the transaction ends."""
    query = select(MeetingTask).where(MeetingTask.id == task_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def open_held(session: Session, until: date) -> Sequence[MeetingTask]:
    """Return open tasks that are due by a day, held till the end; those being changed are left out."""
    query = select(MeetingTask).where(MeetingTask.done_on.is_(None), MeetingTask.due <= until)
    query = query.order_by(MeetingTask.id).with_for_update(skip_locked=True)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def within(session: Session, scope: Scope, community_id: int) -> bool:
    """Tell whether a community lies in somebody's scope: her own, her township's, or the county's."""
    if scope.county or community_id in scope.communities:
        return True
    query = select(Area.parent_id).where(Area.id == community_id)
    return session.scalar(query) in scope.townships


def communities(session: Session, scope: Scope, day: date) -> Sequence[Found]:
    """Return code, name and id of the communities of a day that lie in somebody's scope."""
    query = (
        select(Area.code, AreaVersion.name, Area.id)
        .join(AreaVersion, AreaVersion.area_id == Area.id)
        .where(Area.kind == AreaKind.COMMUNITY, as_of(AreaVersion, day))
        .order_by(Area.code)
    )
    if not scope.county:
        own = Area.id.in_(sorted(scope.communities)) | Area.parent_id.in_(sorted(scope.townships))
        query = query.where(own)
    return session.execute(query).all()
