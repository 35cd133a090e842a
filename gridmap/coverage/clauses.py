"""Each clause of rule 4 as a pure function: what is missing in a community on a day.

A function takes the facts of a community and yields a gap for everything that is missing; no gap
means that the clause holds. `since` of a gap is the first day from which the clause has not held
for its subject without a break, as far as the ledger tells. A visit is due anew every quarter, so
its gap begins with the quarter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from gridmap.coverage import reasons
from gridmap.coverage.facts import (
    CommunityFacts,
    SubjectKind,
    Tenure,
    last_end,
    overlap,
    run_start,
)
from gridmap.coverage.gaps import Gap, Limits, Place, absence, community_place, lacking_gap, vacancy
from gridmap.terms import PostKind
from gridmap.timespan import quarter_of


def county_leader_linked(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """A county leader is linked to the community."""
    posts = community.held(PostKind.LEADER_COUNTY)
    never, left = reasons.COUNTY_NEVER, reasons.COUNTY_LEFT
    yield from vacancy(community_place(community), posts, day, never, left)


def township_leader_linked(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """A township leader is linked to the community."""
    posts = community.held(PostKind.LEADER_TOWNSHIP)
    never, left = reasons.TOWNSHIP_NEVER, reasons.TOWNSHIP_LEFT
    yield from vacancy(community_place(community), posts, day, never, left)


def municipal_leader_linked(community: CommunityFacts, day: date, limits: Limits) -> Iterator[Gap]:
    """A municipal leader is linked to the community where the county names it, and only there."""
    place, posts = community_place(community), community.held(PostKind.LEADER_MUNICIPAL)
    if community.code in limits["communities"]:
        yield from vacancy(place, posts, day, reasons.MUNICIPAL_NEVER, reasons.MUNICIPAL_LEFT)
        return
    now = [post for post in posts if day in post.span]
    if now:
        since = run_start((post.span for post in posts), day)
        records = [post.record for post in now]
        yield place.gap(since, reasons.MUNICIPAL_ELSEWHERE, *records, person=now[0].person)


def visited_this_quarter(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """A county leader came to the community in the quarter of the day, on the day or before."""
    quarter = quarter_of(day)
    links = community.held(PostKind.LEADER_COUNTY)
    last = max((visit for link in links for visit in link.visits if visit <= day), default=None)
    if last is not None and last in quarter:
        return
    place, behind = community_place(community), [one.record for one in links if day in one.span]
    if last is None:
        yield place.gap(quarter.start, reasons.VISIT_NEVER, *behind, quarter=quarter)
    else:
        yield place.gap(quarter.start, reasons.VISIT_MISSED, *behind, quarter=quarter, last=last)


def first_secretary_in_term(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """The community has a first secretary whose term has not run out."""
    posts = community.held(PostKind.FIRST_SECRETARY)
    terms = [post.in_term for post in posts if post.in_term]
    if any(day in term for term in terms):
        return
    place, broken = community_place(community), last_end(terms, day)
    for post in posts:
        if day in post.span and post.term_end:
            yield place.gap(
                broken,
                reasons.FIRST_SECRETARY_TERM_OVER,
                post.record,
                person=post.person,
                until=post.term_end,
            )
            return
    never, left = reasons.FIRST_SECRETARY_NEVER, reasons.FIRST_SECRETARY_LEFT
    for gap in vacancy(place, posts, day, never, left):
        yield place.gap(broken, gap.reason, *gap.records, **gap.params)


def general_branch_stands(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """The community has its general branch."""
    why = reasons.BRANCH_NEVER, reasons.BRANCH_ENDED
    yield from absence(community_place(community), community.branches, day, "branches", why)


def one_shoulder(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """One person is party secretary and residents' committee director (一肩挑)."""
    secretaries, directors = (
        community.held(kind) for kind in (PostKind.SECRETARY, PostKind.DIRECTOR)
    )
    both = [
        shared
        for one in secretaries
        for other in directors
        if one.person_id == other.person_id and (shared := overlap(one.span, other.span))
    ]
    if any(day in shared for shared in both):
        return
    place, broken = community_place(community), last_end(both, day)
    vacant = [
        *vacancy(place, secretaries, day, reasons.SECRETARY_NEVER, reasons.SECRETARY_LEFT),
        *vacancy(place, directors, day, reasons.DIRECTOR_NEVER, reasons.DIRECTOR_LEFT),
    ]
    for gap in vacant:
        yield place.gap(broken, gap.reason, *gap.records, **gap.params)
    if not vacant:
        one, other = (_holder(posts, day) for posts in (secretaries, directors))
        yield place.gap(
            broken,
            reasons.TWO_PEOPLE,
            one.record,
            other.record,
            secretary=one.person,
            director=other.person,
        )


def _holder(posts: Iterable[Tenure], day: date) -> Tenure:
    return next(post for post in posts if day in post.span)


def each_grid_its_branch(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """Every grid has its party branch."""
    why = reasons.GRID_BRANCH_NEVER, reasons.GRID_BRANCH_ENDED
    for grid in community.grids:
        place = Place(grid.subject, grid.since)
        yield from absence(place, grid.branches, day, "branches", why)


def each_grid_its_worker(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """Every grid has its full-time worker; the ledger allows no second one on a day."""
    never, left = reasons.WORKER_NEVER, reasons.WORKER_LEFT
    for grid in community.grids:
        yield from vacancy(Place(grid.subject, grid.since), grid.workers, day, never, left)


def community_desk_manned(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """Somebody mans the community's desk, so that no report has to pass over the community."""
    posts = community.held(PostKind.COMMUNITY_DESK)
    never, left = reasons.DESK_NEVER, reasons.DESK_LEFT
    yield from vacancy(community_place(community), posts, day, never, left)


def each_building_its_group(community: CommunityFacts, _day: date) -> Iterator[Gap]:
    """Every building with households has its party group."""
    why = reasons.GROUP_NEVER, reasons.GROUP_ENDED
    for building in community.ungrouped:
        yield lacking_gap(building, SubjectKind.BUILDING, "building-groups", why)


def each_compound_served(community: CommunityFacts, _day: date) -> Iterator[Gap]:
    """Every compound has a property company or a place in the ledger of unserved compounds."""
    for one in community.unserved:
        if one.until and one.company is None:
            why, register = reasons.PROPERTY_LEFT_LEDGER, "unserved-compounds"
        else:
            why, register = reasons.PROPERTY_CONTRACT_ENDED, "property-contracts"
        yield lacking_gap(one, SubjectKind.COMPOUND, register, (reasons.PROPERTY_NEVER, why))
