"""Reading party life: one organisation with its year, all that somebody reaches, a county's figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from gridmap.accounts.authority import Scope
from gridmap.errors import NotAllowed, NotFound
from gridmap.party_life import queries
from gridmap.party_life.bodies import Body, Reach, keeps, keeps_members, reads, sees_dues
from gridmap.party_life.calendars import DutyRule, Meeting, Period, PeriodState, periods
from gridmap.terms import MeetingState, PartyKind

WHOLE = 100


@dataclass(frozen=True, slots=True)
class Year:
    """A year of an organisation: its duties by period, and all its meetings, by day."""

    body: Body
    year: int
    periods: tuple[Period, ...]
    meetings: tuple[Meeting, ...]

    @property
    def now_asked(self) -> tuple[Period, ...]:
        """Periods that somebody has to do something about."""
        asked = {PeriodState.DUE, PeriodState.UNRECORDED, PeriodState.MISSED}
        return tuple(one for one in self.periods if one.state in asked)

    @property
    def counts(self) -> Counter[PeriodState]:
        """Number of periods by state."""
        return Counter(one.state for one in self.periods)

    @property
    def percent(self) -> int | None:
        """Attendance of all held meetings in percent; None where nothing was held."""
        return attendance(self.meetings)


@dataclass(slots=True)
class Tally:
    """The figures of a community: organisations, periods of the year by state, attendance."""

    code: str
    name: str
    branches: int = 0
    groups: int = 0
    states: Counter[PeriodState] = field(default_factory=Counter)
    meetings: list[Meeting] = field(default_factory=list)

    @property
    def percent(self) -> int | None:
        """Attendance in percent."""
        return attendance(self.meetings)

    @property
    def finished(self) -> int:
        """Periods that are over or done."""
        return self.states[PeriodState.DONE] + self.states[PeriodState.MISSED]

    @property
    def done_percent(self) -> int | None:
        """Share of the finished periods in which the duty was done."""
        if not self.finished:
            return None
        return round(WHOLE * self.states[PeriodState.DONE] / self.finished)


def attendance(meetings: Iterable[Meeting]) -> int | None:
    """Return the attendance of held meetings in percent; None where nobody was expected."""
    held = [one for one in meetings if one.state is MeetingState.HELD and one.expected]
    expected = sum(one.expected or 0 for one in held)
    return round(WHOLE * sum(one.present or 0 for one in held) / expected) if expected else None


def body(session: Session, scope: Scope, code: str, day: date) -> Body:
    """Return an organisation that somebody may read.

    Raises:
        NotFound: there is none of that code on the day, or it lies outside her area.
    """
    found = queries.bodies(session, reads(scope), day, code=code) if code else []
    if not found:
        raise NotFound(what_zh="这个党组织", what_en="This organisation")
    return found[0]


def code_at(session: Session, place: str, day: date) -> str:
    """Return the code of the organisation of a grid or building; empty where it has none."""
    return queries.code_at(session, place, day) or ""


def neighbours(session: Session, found: Body, day: date) -> list[Body]:
    """Return the other organisations of the same community: where members move to most."""
    county = Reach(county=True)
    listed = queries.bodies(session, county, day, community=found.community_code)
    return [one for one in listed if one.id != found.id]


def kept(session: Session, scope: Scope, code: str, day: date) -> Body:
    """Return an organisation whose meetings somebody may write.

    Raises:
        NotFound: see `body`.
        NotAllowed: she may read it and not write.
    """
    found = body(session, scope, code, day)
    if not keeps(scope).holds(found):
        raise NotAllowed
    return found


def may_keep(scope: Scope, found: Body) -> bool:
    """Tell whether somebody may plan and record the meetings of an organisation."""
    return keeps(scope).holds(found)


def may_keep_members(scope: Scope, found: Body) -> bool:
    """Tell whether somebody may write the members of an organisation."""
    return keeps_members(scope).holds(found)


def may_see_dues(scope: Scope, found: Body) -> bool:
    """Tell whether somebody may see who has paid dues."""
    return sees_dues(scope, found)


def year(session: Session, found: Body, number: int, today: date) -> Year:
    """Return a year of an organisation."""
    return _years(session, [found], number, today)[0]


def listed(session: Session, scope: Scope, today: date, *, community: str = "") -> list[Year]:
    """Return the running year of every organisation that somebody reaches, by community and kind."""
    found = queries.bodies(session, reads(scope), today, community=community)
    return _years(session, found, today.year, today)


def all_years(session: Session, numbers: Iterable[int], today: date) -> list[Year]:
    """Return some years of every organisation of a day, whoever may read them."""
    found = queries.bodies(session, Reach(county=True), today)
    return [one for number in numbers for one in _years(session, found, number, today)]


def _years(session: Session, found: Sequence[Body], number: int, today: date) -> list[Year]:
    rules = queries.rules(session)
    first, last = date(number, 1, 1), date(number, 12, 31)
    made: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in queries.meetings(session, [one.id for one in found], first, last):
        made[meeting.organisation_id].append(meeting)
    return [
        Year(
            one,
            number,
            tuple(periods(one, rules, made[one.id], number, today)),
            tuple(made[one.id]),
        )
        for one in found
    ]


def tallies(years: Iterable[Year]) -> list[Tally]:
    """Return the figures by community, in the order in which they come."""
    found: dict[str, Tally] = {}
    for one in years:
        at = one.body
        tally = found.setdefault(at.community_code, Tally(at.community_code, at.community))
        group = at.kind is PartyKind.BUILDING_GROUP
        tally.groups += group
        tally.branches += not group
        tally.states += one.counts
        tally.meetings += one.meetings
    return list(found.values())


def rules(session: Session) -> list[DutyRule]:
    """Return the county's rules of duties, past and coming ones too."""
    return queries.rules(session)
