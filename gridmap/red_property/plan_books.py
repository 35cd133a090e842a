"""Planned joint meetings of a period as lines of a workbook: sides, agenda, state; see `plan_taking` for the way in."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.red_property import attending, meetings, plans, withholding
from gridmap.red_property import plan_queries as queries
from gridmap.red_property.attending import Party
from gridmap.red_property.plans import Move, Plan, Proposal
from gridmap.red_property.telling import wrong
from gridmap.red_property.withholding import UNTITLED
from gridmap.store import audit
from gridmap.timespan import local_day

BETWEEN: Final = re.compile(r"[;；\n]")
"""What stands between the sides in a cell."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A planned meeting as a line, as its reader may see it."""

    plan: Plan
    sides: tuple[Party, ...]
    points: tuple[Proposal, ...]
    moves: tuple[Move, ...]

    @property
    def told(self) -> str:
        """Which meeting it is."""
        return f"{self.plan.day.isoformat()} {self.plan.topic} · {self.plan.community}"


@dataclass(frozen=True, slots=True)
class Askable:
    """A side that a line may name: of which community."""

    community_code: str
    community: str
    party: Party


def code_of(plan_id: int) -> str:
    """Return a planned meeting's number as a workbook has it.

    >>> code_of(42)
    'AP000042'
    """
    return f"AP{plan_id:06d}"


def side_words(party: Party, language: str) -> str:
    """Return a side as a cell names it: its name, and the code that tells it from others.

    >>> from gridmap.red_property.attending import Side
    >>> side_words(Party(Side.COMPANY, "WY1", "安心物业"), "zh")
    '安心物业（WY1）'
    """
    words = f"{party.label(language)}（{party.code}）"
    return party.code if BETWEEN.search(words) else words


def point_words(point: Proposal, language: str) -> str:
    """Return a point as a cell has it, in one line."""
    return " ".join(point.title.split()) or UNTITLED[language]


def listed(
    session: Session,
    reader: SignedIn,
    first: date,
    last: date,
    now: datetime,
    community: str | None = None,
) -> tuple[Entry, ...]:
    """Return the meetings planned for a period, held and cancelled ones too; that they left is on record.

    Args:
        session: open session.
        reader: who asks: of reports on an agenda she sees those that she may read.
        first: the first day of the period.
        last: its last day.
        now: this moment.
        community: code; all where none is given.

    Raises:
        InvalidInput: the period ends before it begins.
    """
    if last < first:
        raise wrong("last", "结束日期早于开始日期。", "The last day lies before the first.")
    day = local_day(now)
    rows = queries.plans(session, day, community=community, since=first, until=last)
    audit.record(
        session,
        "joint_plans_exported",
        "meeting_plan",
        "list",
        now=now,
        account_id=reader.account_id,
        first=first.isoformat(),
        last=last.isoformat(),
        rows=len(rows),
    )
    return _entries(session, reader, [plans.plan_of(row) for row in rows], day)


def known(session: Session, reader: SignedIn, ids: Collection[int], day: date) -> dict[int, Entry]:
    """Return planned meetings by id, as far as there are any."""
    found = [plans.plan_of(row) for row in queries.plans(session, day, ids=ids)] if ids else []
    return {one.plan.id: one for one in _entries(session, reader, found, day)}


def _entries(
    session: Session, reader: SignedIn, found: Sequence[Plan], day: date
) -> tuple[Entry, ...]:
    ids = [one.id for one in found]
    sides: dict[int, list[Party]] = {}
    points: dict[int, list[Proposal]] = {}
    moves: dict[int, list[Move]] = {}
    for row in queries.invites(session, ids):
        sides.setdefault(row.plan_id, []).append(plans.side_of(row))
    rows = queries.proposals(session, ids, day)
    shown = withholding.shown(session, reader, [plans.proposal_of(row) for row in rows])
    for row, point in zip(rows, shown, strict=True):
        points.setdefault(row.plan_id, []).append(point)
    for row in queries.moves(session, ids):
        moves.setdefault(row.plan_id, []).append(plans.move_of(row))
    return tuple(
        Entry(
            one,
            tuple(sides.get(one.id, ())),
            tuple(points.get(one.id, ())),
            tuple(moves.get(one.id, ())),
        )
        for one in found
    )


def askable(session: Session, keeper: SignedIn, day: date) -> tuple[Askable, ...]:
    """Return the sides of record of all communities whose meetings somebody plans."""
    names = dict(meetings.kept_communities(session, keeper, day))
    codes = {number: code for code, number in meetings.kept_ids(session, keeper, day).items()}
    return tuple(
        Askable(codes[community], names[codes[community]], party)
        for community, party in attending.of_record(session, codes, day)
    )
