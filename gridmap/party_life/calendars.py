"""The year of a branch: which duty falls into which period, and how it stands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gridmap.ledger.duties import owed_by
from gridmap.party_life.bodies import Body
from gridmap.terms import DutyKind, MeetingState, Term
from gridmap.timespan import Span, period_of


class PeriodState(Term):
    """How a duty stands in a period."""

    DONE = "done", "已开", "Held"
    PLANNED = "planned", "已安排", "Planned"
    UNRECORDED = "unrecorded", "待登记", "To be recorded"
    DUE = "due", "待安排", "To be planned"
    MISSED = "missed", "未开", "Missed"
    AHEAD = "ahead", "未到", "Ahead"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of an organisation; `present` of `expected` were there once it is held."""

    id: int
    organisation_id: int
    kind: DutyKind
    day: date
    state: MeetingState
    topic: str
    place: str | None = None
    minutes: str | None = None
    expected: int | None = None
    present: int | None = None

    @property
    def percent(self) -> int | None:
        """Attendance in percent; None before it is held or where nobody was expected."""
        if self.present is None or not self.expected:
            return None
        return round(100 * self.present / self.expected)


@dataclass(frozen=True, slots=True)
class DutyRule:
    """How often a duty is due from a day to a day: once in so many months; 0: not at all."""

    kind: DutyKind
    months: int
    span: Span
    source: str = ""
    set_by: str | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A period of a duty: its days, how it stands, the meeting that says so."""

    kind: DutyKind
    span: Span
    state: PeriodState
    meeting: Meeting | None = None


def periods(
    body: Body, rules: Iterable[DutyRule], meetings: Sequence[Meeting], year: int, today: date
) -> list[Period]:
    """Return the periods of an organisation's duties that begin in a year, by duty and time.

    A period counts if it began when the rule and the organisation stood: half periods are owed
    by nobody.
    """
    known = tuple(rules)
    return [
        _period(kind, span, meetings, today)
        for kind in owed_by(body.kind, body.full_members)
        for span in _spans([one for one in known if one.kind is kind], year)
        if span.start >= body.since
    ]


def _spans(rules: Sequence[DutyRule], year: int) -> Iterable[Span]:
    day = date(year, 1, 1)
    while day.year == year:
        rule = next((one for one in rules if day in one.span and one.months), None)
        span = period_of(day, rule.months if rule else 1)
        if rule and span.start >= rule.span.start:
            yield span
        day = span.end or date.max


def _period(kind: DutyKind, span: Span, meetings: Sequence[Meeting], today: date) -> Period:
    within = [
        one
        for one in meetings
        if one.kind is kind and one.day in span and one.state is not MeetingState.CANCELLED
    ]
    held = [one for one in within if one.state is MeetingState.HELD]
    if held:
        return Period(kind, span, PeriodState.DONE, held[-1])
    planned = within[-1] if within else None
    if planned and planned.day >= today:
        return Period(kind, span, PeriodState.PLANNED, planned)
    over = span.end is not None and span.end <= today
    if over:
        return Period(kind, span, PeriodState.MISSED, planned)
    if planned:
        return Period(kind, span, PeriodState.UNRECORDED, planned)
    return Period(kind, span, PeriodState.DUE if span.start <= today else PeriodState.AHEAD)


def planned_days(
    spans: Iterable[Span], day_of_month: int, month_of_period: int, today: date
) -> list[date]:
    """Return a day in each period: so many months into it, on a day of that month; none that is past.

    >>> planned_days([Span(date(2026, 10, 1), date(2027, 1, 1))], 31, 2, date(2026, 11, 1))
    [datetime.date(2026, 11, 30)]
    """
    found = []
    for span in spans:
        month = span.start
        for _ in range(month_of_period - 1):
            following = period_of(month, 1).end or month
            month = following if following in span else month
        last = (period_of(month, 1).end or month) - timedelta(days=1)
        day = min(last, month + timedelta(days=day_of_month - 1))
        if day >= today:
            found.append(day)
    return found
