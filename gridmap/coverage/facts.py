"""What is known of a community on a day: the facts that the clauses of coverage judge.

The facts carry history up to the day (ended posts, dissolved branches), so that a clause can say
since when it does not hold. A span contains its start and not its end, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from gridmap.terms import PostKind, Term
from gridmap.timespan import Span


class SubjectKind(Term):
    """What a clause looks at, and what a gap is about."""

    COMMUNITY = "community", "社区", "Community"
    GRID = "grid", "网格", "Grid"
    BUILDING = "building", "楼栋", "Building"
    COMPOUND = "compound", "小区", "Compound"


@dataclass(frozen=True, slots=True)
class Subject:
    """The community, grid, building or compound that a gap is about, as it is named on the day."""

    kind: SubjectKind
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Tenure:
    """A post that somebody holds or held; it began on the day or before.

    Attributes:
        kind: which post.
        person_id: key of the holder; two tenures of one person have the same.
        person: the holder's name.
        span: days on which the post is held.
        term_end: first day after the planned term, where there is one.
        visits: days up to the day on which the holder, then in the post, came to the community.
    """

    kind: PostKind
    person_id: int
    person: str
    span: Span
    term_end: date | None = None
    visits: tuple[date, ...] = ()

    @property
    def in_term(self) -> Span | None:
        """Days on which the post is held and its term has not run out; None when there are none."""
        return overlap(self.span, Span(date.min, self.term_end))


@dataclass(frozen=True, slots=True)
class GridFacts:
    """A grid; `since` is the first day of its unbroken existence up to the day."""

    code: str
    name: str
    since: date
    branches: tuple[Span, ...] = ()
    workers: tuple[Tenure, ...] = ()

    @property
    def subject(self) -> Subject:
        """The grid as the subject of a gap."""
        return Subject(SubjectKind.GRID, self.code, self.name)


@dataclass(frozen=True, slots=True)
class UngroupedBuilding:
    """A building with households that has no party group on the day.

    Attributes:
        code, name: the building.
        since: first day of its unbroken time as a dwelling.
        group_until: day on which its last group ended, if it ever had one.
    """

    code: str
    name: str
    since: date
    group_until: date | None = None


@dataclass(frozen=True, slots=True)
class UnservedCompound:
    """A compound that on the day has neither a property company nor a place in the ledger.

    Attributes:
        code, name: the compound.
        since: first day of its unbroken existence.
        company: the last property company, if it ever had one.
        contract_until: day on which the last contract ended.
        ledger_until: day on which the last entry in the ledger of unserved compounds ended.
    """

    code: str
    name: str
    since: date
    company: str | None = None
    contract_until: date | None = None
    ledger_until: date | None = None


@dataclass(frozen=True, slots=True)
class CommunityFacts:
    """A community with all that stands in it on a day.

    Attributes:
        code, name, township: as on the day.
        since: first day of its unbroken existence.
        municipal_due: whether the county expects a municipal leader's link here.
        branches: days on which a general branch stood.
        posts: secretaries, directors, first secretaries and leader links, present and past.
        grids: its grids on the day.
        ungrouped: its dwellings without a party group.
        unserved: its compounds with neither company nor ledger entry.
    """

    code: str
    name: str
    township: str
    since: date
    municipal_due: bool = False
    branches: tuple[Span, ...] = ()
    posts: tuple[Tenure, ...] = ()
    grids: tuple[GridFacts, ...] = ()
    ungrouped: tuple[UngroupedBuilding, ...] = ()
    unserved: tuple[UnservedCompound, ...] = ()

    @property
    def subject(self) -> Subject:
        """The community as the subject of a gap."""
        return Subject(SubjectKind.COMMUNITY, self.code, self.name)

    def held(self, kind: PostKind) -> tuple[Tenure, ...]:
        """Return the tenures of one kind of post."""
        return tuple(post for post in self.posts if post.kind == kind)


@dataclass(frozen=True, slots=True)
class DayFacts:
    """The county on a day: its communities by code."""

    day: date
    communities: tuple[CommunityFacts, ...]


def last_end(spans: Iterable[Span], day: date) -> date | None:
    """Return the latest end up to the day, or None when nothing has ended yet.

    >>> last_end([Span(date(2025, 1, 1), date(2025, 6, 1)), Span(date(2025, 7, 1))], date(2025, 6, 1))
    datetime.date(2025, 6, 1)
    """
    return max((span.end for span in spans if span.end and span.end <= day), default=None)


def overlap(one: Span, other: Span) -> Span | None:
    """Return the days that two spans share, or None.

    >>> overlap(Span(date(2025, 1, 1), date(2025, 6, 1)), Span(date(2025, 6, 1))) is None
    True
    """
    start = max(one.start, other.start)
    ends = [end for end in (one.end, other.end) if end is not None]
    end = min(ends, default=None)
    return Span(start, end) if end is None or start < end else None
