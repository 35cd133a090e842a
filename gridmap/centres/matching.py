"""Party members among couriers, riders and drivers come to the nearest branch that is willing to take them in.

The nearest is that with the shortest way from the member's centre to the middle of the branch's grid, along
roads, or straight where no road leads. Its secretary accepts or declines with a reason; a refusal proposes
the member to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.authority import Reader, Scope
from gridmap.centres import match_queries as queries
from gridmap.centres.match_queries import Found
from gridmap.centres.reach_queries import ways_of
from gridmap.errors import InvalidInput, NotFound
from gridmap.ledger.centres import BranchMatch
from gridmap.messaging import service as messaging
from gridmap.messaging.words import Event, Notice
from gridmap.store import audit
from gridmap.terms import MatchState, Occupation, PostKind
from gridmap.timespan import local_day

MOST_SHOWN: Final = 100
LONGEST_REASON: Final = 300


@dataclass(frozen=True, slots=True)
class Match:
    """A member and the branch that he was proposed to.

    Attributes:
        metres: from the member's centre to the branch.
        along_roads: whether that is along roads; else straight.
        reason: why it was declined.
    """

    id: int
    state: MatchState
    metres: int
    along_roads: bool
    at: datetime
    decided_at: datetime | None
    reason: str | None
    name: str
    phone: str | None
    occupation: Occupation | None
    company: str | None
    centre: str | None
    branch: str
    grid_id: int
    grid_code: str
    community_id: int


def propose(session: Session, volunteer_id: int, now: datetime) -> bool:
    """Propose a member to the nearest willing branch with room, and tell its secretary and whoever stands in.

    Returns:
        Whether there is a match now that stands: this one or an earlier one.
    """
    day = local_day(now)
    if queries.has_standing(session, volunteer_id):
        return True
    centre = queries.centre_of(session, volunteer_id, day)
    branches = queries.willing(session, volunteer_id, day) if centre else []
    if centre is None or not branches:
        return False
    places = [(row.lon, row.lat) for row in branches]
    ways = ways_of(session, day).between((centre.lon, centre.lat), places)
    nearest = min(range(len(ways)), key=lambda at: (not ways[at].along_roads, ways[at].metres))
    branch, way = branches[nearest], ways[nearest]
    match = BranchMatch(
        volunteer_id=volunteer_id,
        organisation_id=branch.organisation_id,
        centre=centre.code,
        metres=way.metres,
        along_roads=way.along_roads,
        state=MatchState.PROPOSED,
        at=now,
    )
    session.add(match)
    session.flush()
    _tell(session, match.id, branch, centre.name, now)
    return True


def propose_waiting(session: Session, now: datetime) -> int:
    """Propose all members of the centres who have no branch yet; return how many found one.

    For the nights: a branch has become willing, or has room again.
    """
    waiting = queries.waiting(session, local_day(now))
    return sum(propose(session, volunteer_id, now) for volunteer_id in waiting)


def _tell(session: Session, match_id: int, branch: Found, centre: str, now: datetime) -> None:
    if branch.secretary is None:
        return
    values = {
        "number": str(match_id),
        "place": branch.name,
        "reason": centre,
        "link": "/centres/members",
    }
    notices = [
        Notice(
            Event.PARTY_MATCHED,
            f"match:{match_id}",
            values,
            person_id=person,
            community_id=branch.community_id,
        )
        for person in (branch.secretary, *branch.stand_ins)
    ]
    messaging.post(session, notices, now)


def standing(session: Session, volunteer_id: int, day: date) -> Match | None:
    """Return the match of somebody that stands, else the last that was declined."""
    row = queries.of_volunteer(session, volunteer_id, day)
    return _match(row) if row else None


def listed(session: Session, reader: Reader, now: datetime) -> list[Match]:
    """Return the matches with branches within somebody's reach, those to be answered first."""
    scope = reader.scope
    places = (scope.county, scope.grids, scope.communities, scope.townships)
    rows = queries.of_reader(session, local_day(now), places, MOST_SHOWN)
    return [_match(row) for row in rows]


def may_decide(scope: Scope, match: Match) -> bool:
    """Tell whether somebody speaks for a branch: its secretary, the community's secretary or desk."""
    return any(
        (post.kind is PostKind.BRANCH_SECRETARY and post.target_id == match.grid_id)
        or (
            post.kind in {PostKind.SECRETARY, PostKind.COMMUNITY_DESK}
            and post.target_id == match.community_id
        )
        for post in scope.posts
    )


def decide(
    session: Session, reader: Reader, match_id: int, *, accept: bool, reason: str, now: datetime
) -> Match:
    """Accept a member or decline him with a reason; who is declined is proposed to the next branch.

    Raises:
        NotFound: no such match, or another's branch.
        InvalidInput: it was decided before, or there is no reason.
    """
    held = queries.locked(session, match_id)
    row = queries.one(session, match_id, local_day(now)) if held else None
    if held is None or row is None or not may_decide(reader.scope, _match(row)):
        raise NotFound(what_zh="这条匹配", what_en="This match")
    if held.state != MatchState.PROPOSED:
        raise InvalidInput(
            reason_zh="这位党员已经有了答复，请刷新。",
            reason_en="This member has been answered already; reload.",
        )
    words = " ".join(reason.split())[:LONGEST_REASON]
    if not accept and not words:
        raise InvalidInput(
            field="reason",
            reason_zh="不接收请写明原因。",
            reason_en="Say why the branch does not take him in.",
        )
    held.state = MatchState.ACCEPTED if accept else MatchState.DECLINED
    held.decided_at, held.decided_by_id, held.reason = now, reader.person_id, words or None
    session.flush()
    audit.record(
        session, "branch_match_decided", "branch_match", str(match_id), now=now, state=held.state
    )
    if not accept:
        propose(session, held.volunteer_id, now)
    return _match(row)


def _match(row: Found) -> Match:
    return Match(
        id=row.id,
        state=MatchState(row.state),
        metres=row.metres,
        along_roads=row.along_roads,
        at=row.at,
        decided_at=row.decided_at,
        reason=row.reason,
        name=row.name,
        phone=row.phone,
        occupation=Occupation(row.occupation) if row.occupation else None,
        company=row.company,
        centre=row.centre,
        branch=row.branch,
        grid_id=row.grid_id,
        grid_code=row.grid_code,
        community_id=row.community_id,
    )
