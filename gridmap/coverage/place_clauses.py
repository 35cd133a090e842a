"""Advised clauses about grids, branches, buildings, compounds, centres, meetings; pure functions."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date

from gridmap.coverage import cautions
from gridmap.coverage.facts import (
    CommunityFacts,
    GridFacts,
    Record,
    SubjectKind,
    run_start,
    value_on,
)
from gridmap.coverage.gaps import Gap, Limits, Place, community_place, lacking_gap
from gridmap.coverage.people_clauses import since_when, steps_turns
from gridmap.terms import PostKind

HUNDRED = 100
MONTHS = 12


def part_timers_enough(community: CommunityFacts, day: date, limits: Limits) -> Iterator[Gap]:
    """Every grid has so many part-time workers per 100 households."""
    least: int = limits["per_hundred"]
    for grid in community.grids:

        def short(at: date, grid: GridFacts = grid) -> bool:
            return HUNDRED * value_on(grid.part_timers, at) < least * value_on(grid.households, at)

        if short(day):
            since = since_when(steps_turns(grid.households, grid.part_timers), day, short)
            yield Place(grid.subject, grid.since).gap(
                since,
                cautions.PART_TIME_FEW,
                households=value_on(grid.households, day),
                workers=value_on(grid.part_timers, day),
                least=least,
            )


def branches_sized(community: CommunityFacts, day: date, limits: Limits) -> Iterator[Gap]:
    """Every grid branch has at least so many full members and at most so many."""
    least, most = limits["least"], limits["most"]
    for grid in community.grids:
        branch = next((one for one in grid.branches if day in one.span), None)
        if branch is None or least <= branch.full_members <= most:
            continue  # a missing branch is a clause of rule 4
        small = branch.full_members < least
        spans = [
            one.span
            for one in grid.branches
            if (one.full_members < least if small else one.full_members > most)
        ]
        yield Place(grid.subject, grid.since).gap(
            run_start(spans, day),
            cautions.BRANCH_SMALL if small else cautions.BRANCH_LARGE,
            Record("branches", branch.id),
            members=branch.full_members,
            least=least,
            most=most,
        )


def committee_elected(community: CommunityFacts, day: date, limits: Limits) -> Iterator[Gap]:
    """An organisation of so many members has a committee of so many, its secretary among them."""
    members, least = limits["members"], limits["least"]
    seats = [
        post
        for kind in (PostKind.SECRETARY, PostKind.COMMITTEE_MEMBER)
        for post in community.held(kind)
    ]

    def seated(at: date) -> int:
        return len({post.person_id for post in seats if at in post.span})

    def broken(at: date) -> bool:
        large = any(at in one.span and one.full_members >= members for one in community.branches)
        return large and seated(at) < least

    if not broken(day):
        return
    spans = [*(post.span for post in seats), *(one.span for one in community.branches)]
    turns = (turn for span in spans for turn in (span.start, span.end) if turn)
    branch = next(one for one in community.branches if day in one.span)
    yield community_place(community).gap(
        since_when(turns, day, broken),
        cautions.COMMITTEE_SMALL,
        Record("branches", branch.id),
        *(post.record for post in seats if day in post.span),
        members=branch.full_members,
        seats=seated(day),
        least=least,
    )


def each_building_its_steward(
    community: CommunityFacts, _day: date, _limits: Limits
) -> Iterator[Gap]:
    """Every building with households has a steward."""
    why = cautions.STEWARD_NEVER, cautions.STEWARD_LEFT
    for building in community.stewardless:
        yield lacking_gap(building, SubjectKind.BUILDING, "stewards", why)


def each_compound_its_committee(
    community: CommunityFacts, _day: date, _limits: Limits
) -> Iterator[Gap]:
    """Every compound has an owners' committee."""
    why = cautions.OWNERS_NEVER, cautions.OWNERS_ENDED
    for compound in community.uncommitteed:
        yield lacking_gap(compound, SubjectKind.COMPOUND, "owners-committees", why)


def centre_within_reach(community: CommunityFacts, day: date, limits: Limits) -> Iterator[Gap]:
    """All but a share of the households can walk to a service centre of the community."""
    reach, metres, most = community.reach, limits["metres"], limits["share"]
    far, place = reach.far.get(metres, ()), community_place(community)

    def unserved(at: date) -> bool:
        return value_on(reach.centres, at) == 0

    def broken(at: date) -> bool:
        return unserved(at) or (HUNDRED * value_on(far, at) > most * value_on(reach.households, at))

    if not broken(day):
        return
    since = since_when(steps_turns(reach.centres, reach.households, far), day, broken)
    if unserved(day):
        yield place.gap(since if reach.centres else None, cautions.CENTRE_NONE)
        return
    yield place.gap(
        since,
        cautions.CENTRE_FAR,
        far=value_on(far, day),
        total=value_on(reach.households, day),
        metres=metres,
        most=most,
    )


def meetings_held(community: CommunityFacts, day: date, limits: Limits) -> Iterator[Gap]:
    """A joint meeting was held within so many months."""
    place, months = community_place(community), limits["months"]
    held = [one for one in community.meetings if one.day <= day]
    if not held:
        due = months_after(community.since, months)
        if due <= day:
            yield place.gap(due, cautions.MEETING_NEVER)
        return
    last = max(held, key=lambda one: (one.day, one.id))
    due = months_after(last.day, months)
    if due <= day:
        record = Record("joint-meetings", last.id)
        yield place.gap(due, cautions.MEETING_LONG_AGO, record, last=last.day, months=months)


def meetings_turn(
    community: CommunityFacts, limits: Limits, _first: date, _last: date
) -> Iterator[date]:
    """Days on which a meeting, or the community's beginning, is so many months ago."""
    days = (community.since, *(one.day for one in community.meetings))
    return (months_after(day, limits["months"]) for day in days)


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later; the month's last where it is shorter.

    >>> months_after(date(2026, 11, 30), 3)
    datetime.date(2027, 2, 28)
    """
    number = day.year * MONTHS + day.month - 1 + months
    year, month = number // MONTHS, number % MONTHS + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
