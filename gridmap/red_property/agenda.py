"""The agenda of a planned joint meeting: people propose points for it before the day, and may take them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.dispatch import service as dispatch
from gridmap.errors import InvalidInput, NotAllowed, NotFound
from gridmap.ledger.meeting_plans import MeetingProposal
from gridmap.red_property import plan_queries as queries
from gridmap.red_property import plans, telling
from gridmap.red_property.meetings import may_keep
from gridmap.red_property.plans import Plan, Standing, plan
from gridmap.red_property.telling import check_words, closed, wrong
from gridmap.terms import MeetingState
from gridmap.timespan import local_day

LONGEST_TITLE: Final = 200
MOST_POINTS: Final = 30


@dataclass(frozen=True, slots=True)
class Point:
    """A point that somebody proposes: its words, and the report (number) or compound (code) that it is about."""

    title: str
    report: str = ""
    compound: str = ""


def propose(session: Session, reader: SignedIn, plan_id: int, point: Point, now: datetime) -> int:
    """Propose a point for the agenda of a meeting that is still ahead; return its id.

    Raises:
        NotFound: there is no such meeting.
        NotAllowed: the reader is neither invited nor of the community.
        InvalidInput: no words, a report that she may not read, a compound of elsewhere, proposed already, too late.
    """
    today = local_day(now)
    found = plan(session, plan_id, today)
    if not plans.may_propose(session, reader, found, today):
        raise NotAllowed
    if found.standing(today) not in {Standing.AHEAD, Standing.TODAY}:
        raise InvalidInput(
            reason_zh="会议已过或已取消，不能再提议题。",
            reason_en="It is over or cancelled: no points can be proposed any more.",
        )
    if found.points >= MOST_POINTS:
        raise wrong("title", f"最多 {MOST_POINTS} 项。", f"At most {MOST_POINTS} points.")
    row = MeetingProposal(plan_id=plan_id, person_id=reader.person_id, at=now, title="")
    row.title, row.report_id = _about_report(session, reader, plan_id, point, now)
    row.compound_id = _about_compound(session, found, point.compound, today)
    check_words("title", row.title, LONGEST_TITLE)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as clash:
        raise wrong("title", "这项议题已经有人提过。", "This point is proposed already.") from clash
    telling.note(session, reader, "joint_point_proposed", plan_id, now, title=row.title)
    return row.id


def drop(session: Session, reader: SignedIn, plan_id: int, proposal_id: int, now: datetime) -> None:
    """Take a proposal back; whoever made it does, or whoever keeps the community's registers.

    Raises:
        NotFound: there is none.
        NotAllowed: the reader is neither.
        InvalidInput: the meeting is not planned any more.
    """
    found = plan(session, plan_id, local_day(now))
    row = queries.proposal(session, plan_id, proposal_id)
    if row is None:
        raise NotFound(what_zh="这项议题", what_en="This point")
    if row.person_id != reader.person_id and not may_keep(session, reader, found.community_id):
        raise NotAllowed
    if found.state is not MeetingState.PLANNED:
        raise closed()
    session.delete(row)
    session.flush()
    telling.note(session, reader, "joint_point_dropped", plan_id, now, title=row.title)


def words(session: Session, plan_id: int) -> dict[int, str]:
    """Return the words of the points that are proposed, by id, for the minutes: a reader sees what `plans` shows."""
    return queries.proposal_words(session, plan_id)


def link(session: Session, plan_id: int, proposal_of: Mapping[int, int]) -> None:
    """Note which proposals of a plan the points of its minutes came from.

    Args:
        session: the transaction that wrote the minutes.
        plan_id: of the plan.
        proposal_of: ids of proposals by id of the point.

    Raises:
        NotFound: a proposal is none of this plan.
    """
    wanted = set(proposal_of.values())
    if queries.lock_proposals(session, plan_id, wanted) != wanted:
        raise NotFound(what_zh="这项议题", what_en="This point")
    for item_id, proposal_id in proposal_of.items():
        queries.link(session, item_id, proposal_id)


def _about_report(
    session: Session, reader: SignedIn, plan_id: int, point: Point, now: datetime
) -> tuple[str, int | None]:
    """The words of a point, and the report that it is about: its category where nothing else is written.

    The number is not among the words: everybody reads them.
    """
    title, number = point.title.strip(), point.report.strip()
    if not number:
        return title, None
    found = dispatch.detail(session, number, reader, now)
    if isinstance(found, NotFound):
        raise wrong(
            "report",
            "没有这件诉求，或者不在您能查看的范围内。",
            "There is no such report within your reach.",
        )
    return title or _free(session, plan_id, found.row.category.name), found.row.id


def _free(session: Session, plan_id: int, words: str) -> str:
    """Words that no other point of the meeting has: a second one of its kind is numbered."""
    taken = set(queries.proposal_words(session, plan_id).values())
    numbered = (f"{words}（{number}）" for number in range(2, MOST_POINTS + 2))
    return next(one for one in (words, *numbered) if one not in taken)


def _about_compound(session: Session, found: Plan, code: str, today: date) -> int | None:
    if not code:
        return None
    if code not in {one for one, _name in plans.compounds(session, found.community_id, today)}:
        raise wrong("compound", "请从名单里选。", "Choose from the list.")
    return queries.compound_id(session, code)
