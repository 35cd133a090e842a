"""Responsible units (分包单位): which agency answers for which community, whom to call, what it did.

A quarter counts as worked in when there is a visit, a meeting, an activity or an entry of the unit's
own; reports that it handled, tasks that it finished and hours that its people served are told besides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotAllowed, NotFound
from gridmap.ledger.posts import Agency
from gridmap.ledger.red_property import UnitDeed
from gridmap.messaging import service as messaging
from gridmap.messaging.words import Event, Notice, Place
from gridmap.red_property import meetings
from gridmap.red_property import unit_queries as queries
from gridmap.red_property.unit_queries import Found
from gridmap.store import audit
from gridmap.terms import Term, UnitDeedKind
from gridmap.timespan import Span, local_day, quarter_of

LONGEST_NOTE: Final = 500
LATEST: Final = timedelta(days=400)
"""How far back a deed may be written down."""
WARNED_BEFORE: Final = timedelta(days=21)
"""A unit that has done nothing is told so many days before the quarter ends."""


class DeedKind(Term):
    """Where a deed of a unit is on record."""

    ENTRY = "entry", "工作记录", "Entry"
    VISIT = "visit", "领导走访", "Leader's visit"
    MEETING = "meeting", "参加联席会议", "Joint meeting"
    ACTIVITY = "activity", "志愿活动", "Voluntary activity"
    TASK = "task", "办结议定事项", "Task finished"


COUNTED: Final = frozenset({DeedKind.ENTRY, DeedKind.VISIT, DeedKind.MEETING, DeedKind.ACTIVITY})
"""What makes a quarter one in which the unit worked for its community."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that a unit did on a day; `detail` is the kind of its own entry, or who came."""

    unit_id: int
    day: date
    kind: DeedKind
    detail: str | None
    note: str
    record_id: int


@dataclass(frozen=True, slots=True)
class Unit:
    """An agency's assignment to a community, and what it did in the days that were asked for."""

    id: int
    agency_id: int
    agency_code: str
    agency: str
    agency_phone: str | None
    community_id: int
    community_code: str
    community: str
    contact: str | None
    contact_phone: str | None
    span: Span
    deeds: tuple[Deed, ...] = ()
    handled: int = 0
    minutes: int = 0

    @property
    def counted(self) -> tuple[Deed, ...]:
        """Deeds that make a quarter a worked one."""
        return tuple(one for one in self.deeds if one.kind in COUNTED)

    @property
    def last(self) -> date | None:
        """Day of the latest of these."""
        return max((one.day for one in self.counted), default=None)


def listed(
    session: Session,
    days: Span,
    day: date,
    *,
    agency: str | None = None,
    community: str | None = None,
) -> tuple[Unit, ...]:
    """Return the assignments of all days, with what was done over some days until a day: plans are no deeds.

    Args:
        session: open session.
        days: days whose deeds are wanted; with an end.
        day: day that is looked from; its names are shown.
        agency: code, for one agency alone.
        community: code, for one community alone.
    """
    last = min(days.end - timedelta(days=1), day) if days.end else day
    deeds: dict[int, list[Deed]] = defaultdict(list)
    for row in queries.did(session, days.start, last, agency=agency, community=community):
        deeds[row.unit_id].append(_deed(row))
    counts = {row.unit_id: row for row in queries.counts(session, days.start, last, agency=agency)}
    rows = queries.units(session, day, agency=agency, community=community)
    return tuple(_unit(row, deeds, counts) for row in rows)


def _deed(row: Found) -> Deed:
    return Deed(row.unit_id, row.day, DeedKind(row.kind), row.detail, row.note, row.record_id)


def _unit(row: Found, deeds: Mapping[int, Sequence[Deed]], counts: Mapping[int, Found]) -> Unit:
    counted = counts.get(row.id)
    return Unit(
        id=row.id,
        agency_id=row.agency_id,
        agency_code=row.agency_code,
        agency=row.agency,
        agency_phone=row.agency_phone,
        community_id=row.community_id,
        community_code=row.community_code,
        community=row.community,
        contact=row.contact,
        contact_phone=row.contact_phone,
        span=Span(row.valid.lower, row.valid.upper),
        deeds=tuple(deeds.get(row.id, ())),
        handled=counted.handled if counted else 0,
        minutes=int(counted.minutes) if counted else 0,
    )


def agency(session: Session, code: str) -> tuple[str, str | None]:
    """Return an agency's name and telephone.

    Raises:
        NotFound: there is none of that code.
    """
    found = _agency(session, code)
    return found.name, found.phone


def _agency(session: Session, code: str) -> Agency:
    found = queries.agency(session, code)
    if found is None:
        raise NotFound(what_zh="这个部门", what_en="This agency")
    return found


def may_record(session: Session, reader: SignedIn, unit: Unit) -> bool:
    """Tell whether somebody may write down what a unit did: its handlers, and who keeps the community's registers."""
    if unit.agency_id in reader.scope.agencies:
        return True
    return meetings.may_keep(session, reader, unit.community_id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A deed to be written down: where, when, what."""

    community: str
    day: date
    kind: UnitDeedKind
    note: str


def record(session: Session, reader: SignedIn, code: str, wanted: Wanted, now: datetime) -> int:
    """Write down what an agency did in a community that it answers for; return the record's id.

    Raises:
        NotFound: there is no such agency.
        NotAllowed: the reader neither handles for the agency nor keeps the community's registers.
        InvalidInput: it does not answer for the community on that day, the day lies ahead or too far back,
            nothing is said, or the same is written already.
    """
    by = _agency(session, code)
    _check(wanted, local_day(now))
    home = queries.assigned(session, by.id, wanted.community, wanted.day)
    if home is None:
        raise InvalidInput(
            field="community",
            reason_zh="这一天该部门没有分包这个社区。",
            reason_en="The agency does not answer for this community on that day.",
        )
    handles = by.id in reader.scope.agencies
    if not handles and not meetings.may_keep(session, reader, home.id):
        raise NotAllowed
    row = UnitDeed(
        community_id=home.id,
        agency_id=by.id,
        day=wanted.day,
        kind=wanted.kind.value,
        note=wanted.note.strip(),
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as clash:
        raise InvalidInput(
            field="day",
            reason_zh="这一天同一类工作已经登记过。",
            reason_en="A deed of this day and kind is written already.",
        ) from clash
    audit.record(
        session,
        "record_begun",
        "record",
        f"unit-deeds:{row.id}",
        now=now,
        account_id=reader.account_id,
        agency=code,
        community=wanted.community,
        day=wanted.day.isoformat(),
        kind=wanted.kind.value,
        note=row.note,
    )
    return row.id


def _check(wanted: Wanted, today: date) -> None:
    if not wanted.note.strip() or len(wanted.note.strip()) > LONGEST_NOTE:
        raise InvalidInput(
            field="note",
            reason_zh=f"请写明做了什么，最多 {LONGEST_NOTE} 个字。",
            reason_en=f"Say what was done, in at most {LONGEST_NOTE} characters.",
        )
    if not today - LATEST <= wanted.day <= today:
        raise InvalidInput(
            field="day",
            reason_zh=f"日期应在 {today - LATEST} 到 {today} 之间。",
            reason_en=f"The day must lie between {today - LATEST} and {today}.",
        )


def remind(session: Session, now: datetime) -> int:
    """Near a quarter's end, tell of units that have done nothing in it, once a quarter; return how many."""
    day = local_day(now)
    quarter = quarter_of(day)
    if quarter.end is None or day < quarter.end - WARNED_BEFORE:
        return 0
    idle = {
        unit.id: unit
        for unit in listed(session, quarter, day)
        if day in unit.span and unit.span.start <= quarter.start and not unit.counted
    }
    notices = [
        Notice(
            Event.UNIT_IDLE,
            f"unit_idle:{row.unit_id}:{quarter.start}",
            {
                Place.CATEGORY: idle[row.unit_id].agency,
                Place.PLACE: idle[row.unit_id].community,
                Place.DUE: (quarter.end - timedelta(days=1)).isoformat(),
                Place.LINK: f"/units/{idle[row.unit_id].agency_code}",
            },
            person_id=row.person_id,
        )
        for row in queries.asked_for(session, sorted(idle), day)
    ]
    return messaging.post(session, notices, now)
