"""What is known of each community over a window of days, and the facts of one of those days.

A history is read once, in a fixed number of statements; `facts_on` cuts a day out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from gridmap.coverage.facts import (
    NO_REACH,
    CommunityFacts,
    Deed,
    Doubled,
    FollowUp,
    GridFacts,
    GroupSize,
    Lacking,
    Meeting,
    Reach,
    SilentCentre,
    Standing,
    Steps,
    Tenure,
    run_start,
)
from gridmap.timespan import Span


class Named(NamedTuple):
    """A name over a span of days."""

    span: Span
    name: str


class Lack(NamedTuple):
    """Something that is missing at a building or compound over days of the window."""

    days: Span
    fact: Lacking


@dataclass(frozen=True, slots=True)
class GridHistory:
    """A grid over the window; see `GridFacts`."""

    code: str
    names: tuple[Named, ...]
    branches: tuple[Standing, ...] = ()
    workers: tuple[Tenure, ...] = ()
    households: Steps = ()
    part_timers: Steps = ()
    doors: Steps = ()
    late_doors: Steps = ()

    def on(self, day: date) -> GridFacts | None:
        """Return the grid of the day; None when it is none."""
        name = _name(self.names, day)
        if name is None:
            return None
        return GridFacts(
            code=self.code,
            name=name,
            since=run_start((one.span for one in self.names), day) or day,
            branches=_begun(self.branches, day),
            workers=_tenures(self.workers, day),
            households=_steps(self.households, day),
            part_timers=_steps(self.part_timers, day),
            doors=_steps(self.doors, day),
            late_doors=_steps(self.late_doors, day),
        )


@dataclass(frozen=True, slots=True)
class CommunityHistory:
    """A community over the window; see `CommunityFacts`."""

    code: str
    township_code: str
    names: tuple[Named, ...]
    townships: tuple[Named, ...] = ()
    branches: tuple[Standing, ...] = ()
    posts: tuple[Tenure, ...] = ()
    grids: tuple[GridHistory, ...] = ()
    ungrouped: tuple[Lack, ...] = ()
    unserved: tuple[Lack, ...] = ()
    stewardless: tuple[Lack, ...] = ()
    uncommitteed: tuple[Lack, ...] = ()
    several: tuple[Tenure, ...] = ()
    doubled: tuple[Doubled, ...] = ()
    units: tuple[Standing, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    reach: Reach = NO_REACH
    unled: tuple[Lack, ...] = ()
    unmanaged: tuple[Lack, ...] = ()
    follow_up: tuple[FollowUp, ...] = ()
    deeds: tuple[Deed, ...] = ()
    no_theme_day: tuple[Lack, ...] = ()
    no_members_meeting: tuple[Lack, ...] = ()
    no_committee_meeting: tuple[Lack, ...] = ()
    no_group_meeting: tuple[Lack, ...] = ()
    no_lesson: tuple[Lack, ...] = ()
    apart: tuple[Lack, ...] = ()
    groups: tuple[GroupSize, ...] = ()
    checked_in: tuple[Span, ...] = ()
    serving: tuple[date, ...] = ()
    untimed: tuple[SilentCentre, ...] = ()
    unphoned: tuple[SilentCentre, ...] = ()

    def on(self, day: date, *, lacks: bool = True) -> CommunityFacts | None:
        """Return the facts of a day; None on days when there is no such community.

        Args:
            day: a day of the window.
            lacks: whether with the lists of buildings and compounds.
        """
        name = _name(self.names, day)
        if name is None:
            return None
        lists = self._lacks(day) if lacks else {}
        return CommunityFacts(
            code=self.code,
            name=name,
            township=_name(self.townships, day) or self.township_code,
            since=run_start((one.span for one in self.names), day) or day,
            branches=_begun(self.branches, day),
            posts=_tenures(self.posts, day),
            grids=tuple(grid for one in self.grids if (grid := one.on(day))),
            several=_tenures(self.several, day),
            doubled=tuple(one for one in self.doubled if (both := one.span) and both.start <= day),
            units=_begun(self.units, day),
            meetings=tuple(one for one in self.meetings if one.day <= day),
            reach=_reach(self.reach, day),
            follow_up=tuple(one for one in self.follow_up if one.opened <= day),
            deeds=tuple(one for one in self.deeds if one.day <= day),
            groups=tuple(one for one in self.groups if one.span.start <= day),
            checked_in=tuple(span for span in self.checked_in if span.start <= day),
            serving=tuple(held for held in self.serving if held <= day),
            untimed=tuple(one for one in self.untimed if one.span.start <= day),
            unphoned=tuple(one for one in self.unphoned if one.span.start <= day),
            **lists,
        )

    def _lacks(self, day: date) -> dict[str, tuple[Lacking, ...]]:
        return {
            name: tuple(one.fact for one in getattr(self, name) if day in one.days)
            for name in LISTS
        }

    def turns(self, first: date, last: date) -> list[date]:
        """Return the days after `first` and up to `last` on which facts begin or end, without the lists."""
        found = {day for span in self._spans() for day in (span.start, span.end) if day}
        found.update(post.term_end for post in self._people() if post.term_end)
        found.update(visit for post in self.posts for visit in post.visits)
        found.update(day for steps in self._steps() for day, _ in steps)
        found.update(one.day for one in self.meetings)
        found.update(one.day for one in self.deeds)
        found.update(self.serving)
        found.update(one.done_on for one in self.follow_up if one.done_on)
        found.update(one.opened for one in self.follow_up)
        return sorted(day for day in found if first < day <= last)

    def _people(self) -> Iterator[Tenure]:
        yield from self.posts
        yield from self.several
        for grid in self.grids:
            yield from grid.workers
        for pair in self.doubled:
            yield from (pair.one, pair.other)

    def _spans(self) -> Iterator[Span]:
        yield from (post.span for post in self._people())
        yield from (one.span for one in (*self.branches, *self.units))
        yield from (one.span for one in (*self.untimed, *self.unphoned))
        yield from (one.span for one in (*self.names, *self.townships))
        yield from (one.here for one in self.groups if one.here)
        yield from (one.span for one in self.groups)
        yield from self.checked_in
        for grid in self.grids:
            yield from (name.span for name in grid.names)
            yield from (branch.span for branch in grid.branches)

    def _steps(self) -> Iterator[Steps]:
        yield from (self.reach.centres, self.reach.households, *self.reach.far.values())
        for grid in self.grids:
            yield grid.households
            yield grid.part_timers
            yield grid.doors
            yield grid.late_doors


LISTS = (
    *("ungrouped", "unserved", "stewardless", "uncommitteed", "unled", "unmanaged"),
    *(
        "no_theme_day",
        "no_members_meeting",
        "no_committee_meeting",
        "no_group_meeting",
        "no_lesson",
    ),
    "apart",
)
"""Facts that are lists of grids, buildings or compounds where something is missing."""


@dataclass(frozen=True, slots=True)
class History:
    """The county over a window of days, both included: its communities by code."""

    first: date
    last: date
    communities: tuple[CommunityHistory, ...]


def _name(names: Iterable[Named], day: date) -> str | None:
    return next((one.name for one in names if day in one.span), None)


def _begun(stood: Iterable[Standing], day: date) -> tuple[Standing, ...]:
    return tuple(one for one in stood if one.span.start <= day)


def _steps(steps: Steps, day: date) -> Steps:
    return tuple(step for step in steps if step[0] <= day)


def _reach(reach: Reach, day: date) -> Reach:
    return Reach(
        _steps(reach.centres, day),
        _steps(reach.households, day),
        {metres: _steps(steps, day) for metres, steps in reach.far.items()},
    )


def _tenures(posts: Iterable[Tenure], day: date) -> tuple[Tenure, ...]:
    return tuple(_cut(post, day) for post in posts if post.span.start <= day)


def _cut(post: Tenure, day: date) -> Tenure:
    """Return the post as it was known on the day: without visits to come."""
    if not post.visits or post.visits[-1] <= day:
        return post
    return replace(post, visits=tuple(visit for visit in post.visits if visit <= day))
