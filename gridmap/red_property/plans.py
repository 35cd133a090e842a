"""Planned joint meetings as they are read: when, who is invited and told, the agenda so far, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import NotFound
from gridmap.red_property import meetings, withholding
from gridmap.red_property import plan_queries as queries
from gridmap.red_property.attending import Party, Side
from gridmap.red_property.meetings import Task
from gridmap.red_property.plan_queries import Found
from gridmap.red_property.withholding import AboutReport
from gridmap.terms import MeetingState, Term


class Standing(Term):
    """How a planned meeting stands on a day."""

    AHEAD = "ahead", "已安排", "Planned"
    TODAY = "today", "今天开", "Today"
    WAITING = "waiting", "待补纪要", "Minutes missing"
    HELD = "held", "已开", "Held"
    CANCELLED = "cancelled", "已取消", "Cancelled"


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned meeting; `points` is how many are proposed for its agenda, `meeting` the code of its record."""

    id: int
    day: date
    time: str
    place: str
    topic: str
    note: str | None
    state: MeetingState
    reason: str | None
    meeting_id: int | None
    made_at: datetime
    person_id: int
    person: str
    community_id: int
    community_code: str
    community: str
    points: int
    meeting: str | None = None

    def standing(self, today: date) -> Standing:
        """Return how it stands on a day."""
        if self.state is not MeetingState.PLANNED:
            return Standing(self.state.value)
        if self.day == today:
            return Standing.TODAY
        return Standing.WAITING if self.day < today else Standing.AHEAD


@dataclass(frozen=True, slots=True)
class Invite:
    """Who is invited, and the people who hear of it for them; `came` is known once it was held."""

    id: int
    party: Party
    told: tuple[str, ...]
    came: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal(AboutReport):
    """A point that somebody proposes; it may be about a report or a compound."""

    id: int
    person_id: int
    person: str
    compound_code: str | None
    compound: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """When and where a meeting was to be before it was moved, and why it was."""

    day: date
    time: str
    place: str
    reason: str
    person: str


@dataclass(frozen=True, slots=True)
class WholePlan:
    """A planned meeting with all that belongs to it; `follow_up`: what earlier meetings want done and is open."""

    plan: Plan
    invites: tuple[Invite, ...]
    proposals: tuple[Proposal, ...]
    moves: tuple[Move, ...]
    follow_up: tuple[Task, ...]


def open_plans(session: Session, day: date, community: str | None = None) -> tuple[Plan, ...]:
    """Return the meetings that are planned and not held: those that wait for minutes, then the next ones."""
    rows = queries.plans(session, day, community=community, state=MeetingState.PLANNED)
    return tuple(plan_of(row) for row in rows)


def cancelled(session: Session, day: date, community: str | None = None) -> tuple[Plan, ...]:
    """Return the meetings of the last quarter of a year that were cancelled."""
    since = day - timedelta(days=92)
    rows = queries.plans(
        session, day, community=community, state=MeetingState.CANCELLED, since=since
    )
    return tuple(plan_of(row) for row in rows)


def plan(session: Session, plan_id: int, day: date) -> Plan:
    """Return a planned meeting.

    Raises:
        NotFound: there is none.
    """
    rows = queries.plans(session, day, ids=[plan_id])
    if not rows:
        raise NotFound(what_zh="这次会议安排", what_en="This planned meeting")
    return plan_of(rows[0])


def whole(session: Session, reader: SignedIn, plan_id: int, day: date) -> WholePlan:
    """Return a planned meeting with invitations, proposals, moves and what earlier meetings left open.

    Of the reports that proposals are about a reader sees those that she may read.

    Raises:
        NotFound: there is none.
    """
    found = plan(session, plan_id, day)
    names: dict[int, list[str]] = {}
    for row in queries.told(session, [plan_id], day):
        names.setdefault(row.invite_id, []).append(row.name)
    return WholePlan(
        found,
        tuple(
            Invite(row.id, side_of(row), tuple(names.get(row.id, ())), row.came)
            for row in queries.invites(session, [plan_id])
        ),
        withholding.shown(session, reader, proposals(session, plan_id, day)),
        tuple(move_of(row) for row in queries.moves(session, [plan_id])),
        meetings.tasks(session, day, community=found.community_code),
    )


def proposals(session: Session, plan_id: int, day: date) -> tuple[Proposal, ...]:
    """Return what is proposed for the agenda of a meeting, in the order in which it came; not for everybody's eyes."""
    return tuple(proposal_of(row) for row in queries.proposals(session, [plan_id], day))


def proposal_of(row: Found) -> Proposal:
    """Return a row as a proposal; not for everybody's eyes, see `withholding`."""
    return Proposal(
        id=row.id,
        title=row.title,
        person_id=row.person_id,
        person=row.person,
        report=row.report,
        category=row.category,
        compound_code=row.compound_code,
        compound=row.compound if row.compound_code else None,
    )


def side_of(row: Found) -> Party:
    """Return who is invited."""
    return Party(Side(row.side), row.code, row.name, row.of)


def move_of(row: Found) -> Move:
    """Return a row as a move."""
    return Move(row.day, row.time, row.place, row.reason, row.person)


def compounds(session: Session, community_id: int, day: date) -> tuple[tuple[str, str], ...]:
    """Return code and name of the compounds that a point of a community's agenda may be about."""
    return tuple((row.code, row.name) for row in queries.compounds(session, community_id, day))


def may_propose(session: Session, reader: SignedIn, found: Plan, day: date) -> bool:
    """Tell whether somebody may propose a point: who is told of it, holds a post there, or keeps its registers."""
    return (
        queries.answers(session, reader.person_id, found.community_id, day)
        or any(row.person_id == reader.person_id for row in queries.told(session, [found.id], day))
        or meetings.may_keep(session, reader, found.community_id)
    )


def plan_of(row: Found) -> Plan:
    """Return a row as a planned meeting."""
    return Plan(
        id=row.id,
        day=row.day,
        time=row.time,
        place=row.place,
        topic=row.topic,
        note=row.note,
        state=MeetingState(row.state),
        reason=row.reason,
        meeting_id=row.meeting_id,
        made_at=row.made_at,
        person_id=row.person_id,
        person=row.person,
        community_id=row.community_id,
        community_code=row.community_code,
        community=row.community,
        points=row.points,
        meeting=row.meeting,
    )
