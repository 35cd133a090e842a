"""What is known of a community on a day: the facts that the clauses of coverage judge.

The facts carry history up to the day (ended posts, dissolved branches), so that a clause can say
since when it does not hold. A span contains its start and not its end, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from gridmap.terms import PostKind, Term
from gridmap.timespan import Span

Steps = tuple[tuple[date, int], ...]
"""A number over time: each pair holds from its day until the next; ascending, up to the day."""


class SubjectKind(Term):
    """What a clause looks at, and what a gap is about."""

    COMMUNITY = "community", "社区", "Community"
    GRID = "grid", "网格", "Grid"
    BUILDING = "building", "楼栋", "Building"
    COMPOUND = "compound", "小区", "Compound"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a gap is about, as it is named on the day; a building or grid knows its grid's code."""

    kind: SubjectKind
    code: str
    name: str
    grid: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A dated record of a register (台账): what a finding rests on."""

    register: str
    id: int


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
        id: key of the post's record.
        place_code, place: where the post is held: code and name of the community or grid.
    """

    kind: PostKind
    person_id: int
    person: str
    span: Span
    term_end: date | None = None
    visits: tuple[date, ...] = ()
    id: int = 0
    place_code: str = ""
    place: str = ""

    @property
    def in_term(self) -> Span | None:
        """Days on which the post is held and its term has not run out; None when there are none."""
        return overlap(self.span, Span(date.min, self.term_end))

    @property
    def record(self) -> Record:
        """The post in its register."""
        return Record(POST_REGISTERS[self.kind], self.id)


@dataclass(frozen=True, slots=True)
class Doubled:
    """Two posts of one person at once, one of them in the community."""

    one: Tenure
    other: Tenure

    @property
    def span(self) -> Span | None:
        """Days on which both are held."""
        return overlap(self.one.span, self.other.span)


@dataclass(frozen=True, slots=True)
class Standing:
    """A dated record of what stands: a version of a branch, a responsible unit's assignment."""

    span: Span
    id: int = 0
    name: str = ""
    full_members: int = 0


@dataclass(frozen=True, slots=True)
class Meeting:
    """A joint meeting (党建联席会议) that was held."""

    day: date
    id: int = 0


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a joint meeting of the day `opened` wants done until the end of `due`; `done_on`: when it was."""

    id: int
    title: str
    opened: date
    due: date
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """A responsible unit (id of its record) did something in its community on a day."""

    unit_id: int
    day: date


@dataclass(frozen=True, slots=True)
class SilentCentre:
    """A centre that serves the community, and days on which something of it was not on record; `id`: its record's."""

    code: str
    name: str
    span: Span
    id: int = 0


@dataclass(frozen=True, slots=True)
class GroupSize:
    """How many full members a building's party group has over a span; `code`: of the building.

    `here`: the days of it on which the building counts for the community; None: on no day.
    """

    code: str
    name: str
    grid: str
    span: Span
    here: Span | None
    full_members: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class Lacking:
    """A building or compound where something is missing on the day.

    Attributes:
        code, name: the building or compound.
        since: first day of the unbroken gap.
        until: day on which what is missing last ended, if it ever was.
        record_id: the record that ended then.
        grid: code of the grid, of a building that has one.
        company: of a compound, the company whose contract ended last (None: it left the ledger).
    """

    code: str
    name: str
    since: date
    until: date | None = None
    record_id: int | None = None
    grid: str | None = None
    company: str | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the dwellings of a community are from its service centres, along the roads.

    Attributes:
        centres: number of centres that serve it, over time.
        households: its households, over time.
        far: by metres, the households whose way to the nearest centre is longer, over time.
    """

    centres: Steps = ()
    households: Steps = ()
    far: Mapping[int, Steps] = field(default_factory=dict)


NO_REACH: Final = Reach()
"""Of a community without centres and dwellings."""


@dataclass(frozen=True, slots=True)
class GridFacts:
    """A grid on a day.

    Attributes:
        code, name: as on the day.
        since: first day of its unbroken existence.
        branches: its party branch's versions.
        workers: full-time workers, present and past.
        households: households of its dwellings, over time.
        part_timers: its part-time workers, over time.
        doors: doors on its list of visits, over time.
        late_doors: those of them that are overdue, over time.
    """

    code: str
    name: str
    since: date
    branches: tuple[Standing, ...] = ()
    workers: tuple[Tenure, ...] = ()
    households: Steps = ()
    part_timers: Steps = ()
    doors: Steps = ()
    late_doors: Steps = ()

    @property
    def subject(self) -> Subject:
        """The grid as the subject of a gap."""
        return Subject(SubjectKind.GRID, self.code, self.name, self.code)


@dataclass(frozen=True, slots=True)
class CommunityFacts:
    """A community with all that stands in it on a day.

    Attributes:
        code, name, township: as on the day.
        since: first day of its unbroken existence.
        branches: versions of its general branch.
        posts: its secretaries, directors, first secretaries, links, desk, police, present and past.
        grids: its grids on the day.
        ungrouped: its dwellings without a party group.
        unserved: its compounds with neither company nor ledger entry.
        stewardless: its dwellings without a steward.
        uncommitteed: its compounds without an owners' committee.
        several: links and full-time posts, here and elsewhere, of those who hold them in several places.
        doubled: pairs of posts that one person holds or held at once.
        units: the agencies that answer for it (分包单位).
        meetings: joint meetings up to the day.
        reach: how far its dwellings are from its service centres.
        unled: its compounds with a company, where neither it nor the owners have a party organisation.
        unmanaged: its compounds of the ledger where nobody is named for any work.
        follow_up: what its joint meetings up to the day want done.
        deeds: what its responsible units did up to the day.
        no_theme_day, no_members_meeting, no_committee_meeting, no_lesson: its grids whose branch did not do
            the duty in the last finished period.
        no_group_meeting: its buildings whose party group did not meet.
        apart: its buildings where members live who belong elsewhere.
        groups: its building groups that may be small.
        checked_in: spans in which an agency had reported to it (单位报到).
        serving: days up to this one on which voluntary service was held.
        untimed, unphoned: centres that serve it, with the days on which they had no opening times, or no telephone.
    """

    code: str
    name: str
    township: str
    since: date
    branches: tuple[Standing, ...] = ()
    posts: tuple[Tenure, ...] = ()
    grids: tuple[GridFacts, ...] = ()
    ungrouped: tuple[Lacking, ...] = ()
    unserved: tuple[Lacking, ...] = ()
    stewardless: tuple[Lacking, ...] = ()
    uncommitteed: tuple[Lacking, ...] = ()
    several: tuple[Tenure, ...] = ()
    doubled: tuple[Doubled, ...] = ()
    units: tuple[Standing, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    reach: Reach = NO_REACH
    unled: tuple[Lacking, ...] = ()
    unmanaged: tuple[Lacking, ...] = ()
    follow_up: tuple[FollowUp, ...] = ()
    deeds: tuple[Deed, ...] = ()
    no_theme_day: tuple[Lacking, ...] = ()
    no_members_meeting: tuple[Lacking, ...] = ()
    no_committee_meeting: tuple[Lacking, ...] = ()
    no_group_meeting: tuple[Lacking, ...] = ()
    no_lesson: tuple[Lacking, ...] = ()
    apart: tuple[Lacking, ...] = ()
    groups: tuple[GroupSize, ...] = ()
    checked_in: tuple[Span, ...] = ()
    serving: tuple[date, ...] = ()
    untimed: tuple[SilentCentre, ...] = ()
    unphoned: tuple[SilentCentre, ...] = ()

    @property
    def subject(self) -> Subject:
        """The community as the subject of a gap."""
        return Subject(SubjectKind.COMMUNITY, self.code, self.name)

    def held(self, kind: PostKind) -> tuple[Tenure, ...]:
        """Return the tenures of one kind of post."""
        return tuple(post for post in self.posts if post.kind == kind)


POST_REGISTERS: dict[PostKind, str] = {
    PostKind.SECRETARY: "secretaries",
    PostKind.DIRECTOR: "secretaries",
    PostKind.COMMITTEE_MEMBER: "secretaries",
    PostKind.FIRST_SECRETARY: "first-secretaries",
    PostKind.LEADER_MUNICIPAL: "leader-links",
    PostKind.LEADER_COUNTY: "leader-links",
    PostKind.LEADER_TOWNSHIP: "leader-links",
    PostKind.GRID_WORKER: "grid-workers",
    PostKind.PART_TIME_WORKER: "part-time-workers",
    PostKind.BRANCH_SECRETARY: "branch-posts",
    PostKind.GROUP_LEADER: "branch-posts",
    PostKind.STEWARD: "stewards",
    PostKind.POLICE_OFFICER: "police",
    PostKind.COMMUNITY_DESK: "desks",
    PostKind.TOWNSHIP_DESK: "desks",
    PostKind.COUNTY_DESK: "desks",
    PostKind.AGENCY_HANDLER: "agency-handlers",
    PostKind.PROPERTY_MANAGER: "property-posts",
    PostKind.PARTY_ADVISER: "property-posts",
}
"""The register in which each kind of post is kept."""


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


def run_start(spans: Iterable[Span], day: date) -> date | None:
    """Return the first day of the unbroken run of spans that holds the day; None when none does.

    >>> year = Span(date(2025, 1, 1), date(2026, 1, 1)), Span(date(2026, 1, 1))
    >>> run_start(year, date(2026, 5, 1))
    datetime.date(2025, 1, 1)
    """
    at: date | None = None
    for span in sorted(spans, key=lambda one: one.start, reverse=True):
        if at is None:
            if day in span:
                at = span.start
        elif span.start < at and (span.end is None or span.end >= at):
            at = span.start
    return at


def value_on(steps: Steps, day: date) -> int:
    """Return what a number was on a day; 0 before its first step.

    >>> value_on(((date(2025, 1, 1), 3), (date(2025, 6, 1), 0)), date(2025, 5, 31))
    3
    """
    for start, value in reversed(steps):
        if start <= day:
            return value
    return 0
