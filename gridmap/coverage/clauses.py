"""Each clause of coverage as a pure function: what is missing in a community on a day.

A function takes the facts of a community and yields a gap for everything that is missing; no gap
means that the clause holds. `since` of a gap is the first day from which the clause has not held
for its subject without a break, as far as the ledger tells. A visit is due anew every quarter, so
its gap begins with the quarter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from gridmap.coverage import reasons
from gridmap.coverage.facts import (
    CommunityFacts,
    Subject,
    SubjectKind,
    Tenure,
    last_end,
    overlap,
)
from gridmap.coverage.reasons import Reason, Value
from gridmap.terms import PostKind
from gridmap.timespan import Span, quarter_of


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing: where, since which day, and why."""

    subject: Subject
    since: date
    reason: Reason
    params: Mapping[str, Value] = field(default_factory=dict)


Clause = Callable[[CommunityFacts, date], Iterator[Gap]]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a holder or an organisation is looked for: the subject, and since when it stands."""

    subject: Subject
    since: date

    def gap(self, broken: date | None, reason: Reason, **params: Value) -> Gap:
        """Make a gap that began when the clause broke, but not before the subject stood."""
        return Gap(self.subject, max(self.since, broken or self.since), reason, params)


def _post(
    place: _Place, posts: Iterable[Tenure], day: date, never: Reason, left: Reason
) -> Iterator[Gap]:
    """Yield a gap unless somebody holds the post on the day."""
    posts = tuple(posts)
    if any(day in post.span for post in posts):
        return
    gone = [post for post in posts if post.span.end]
    if not gone:
        yield place.gap(None, never)
        return
    last = max(gone, key=lambda post: (post.span.end or day, post.person_id))
    until = last.span.end or day
    yield place.gap(until, left, person=last.person, until=until)


def _stands(
    place: _Place, spans: Iterable[Span], day: date, never: Reason, ended: Reason
) -> Iterator[Gap]:
    """Yield a gap unless one of the spans holds on the day."""
    spans = tuple(spans)
    if any(day in span for span in spans):
        return
    until = last_end(spans, day)
    if until is None:
        yield place.gap(None, never)
    else:
        yield place.gap(until, ended, until=until)


def _community(community: CommunityFacts) -> _Place:
    return _Place(community.subject, community.since)


def county_leader_linked(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """A county leader is linked to the community."""
    posts = community.held(PostKind.LEADER_COUNTY)
    never, left = reasons.COUNTY_NEVER, reasons.COUNTY_LEFT
    yield from _post(_community(community), posts, day, never, left)


def township_leader_linked(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """A township leader is linked to the community."""
    posts = community.held(PostKind.LEADER_TOWNSHIP)
    never, left = reasons.TOWNSHIP_NEVER, reasons.TOWNSHIP_LEFT
    yield from _post(_community(community), posts, day, never, left)


def municipal_leader_linked(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """A municipal leader is linked to the community (asked only where the county expects one)."""
    posts = community.held(PostKind.LEADER_MUNICIPAL)
    never, left = reasons.MUNICIPAL_NEVER, reasons.MUNICIPAL_LEFT
    yield from _post(_community(community), posts, day, never, left)


def visited_this_quarter(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """A county leader came to the community in the quarter of the day, on the day or before."""
    quarter = quarter_of(day)
    links = community.held(PostKind.LEADER_COUNTY)
    last = max((visit for link in links for visit in link.visits if visit <= day), default=None)
    if last is not None and last in quarter:
        return
    place = _community(community)
    if last is None:
        yield place.gap(quarter.start, reasons.VISIT_NEVER, quarter=quarter)
    else:
        yield place.gap(quarter.start, reasons.VISIT_MISSED, quarter=quarter, last=last)


def first_secretary_in_term(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """The community has a first secretary whose term has not run out."""
    posts = community.held(PostKind.FIRST_SECRETARY)
    terms = [post.in_term for post in posts if post.in_term]
    if any(day in term for term in terms):
        return
    place, broken = _community(community), last_end(terms, day)
    for post in posts:
        if day in post.span and post.term_end:
            yield place.gap(
                broken,
                reasons.FIRST_SECRETARY_TERM_OVER,
                person=post.person,
                until=post.term_end,
            )
            return
    never, left = reasons.FIRST_SECRETARY_NEVER, reasons.FIRST_SECRETARY_LEFT
    for gap in _post(place, posts, day, never, left):
        yield place.gap(broken, gap.reason, **gap.params)


def general_branch_stands(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """The community has its general branch."""
    never, ended = reasons.BRANCH_NEVER, reasons.BRANCH_ENDED
    yield from _stands(_community(community), community.branches, day, never, ended)


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
    place, broken = _community(community), last_end(both, day)
    vacant = [
        *_post(place, secretaries, day, reasons.SECRETARY_NEVER, reasons.SECRETARY_LEFT),
        *_post(place, directors, day, reasons.DIRECTOR_NEVER, reasons.DIRECTOR_LEFT),
    ]
    for gap in vacant:
        yield place.gap(broken, gap.reason, **gap.params)
    if not vacant:
        names = [
            next(post.person for post in posts if day in post.span)
            for posts in (secretaries, directors)
        ]
        yield place.gap(broken, reasons.TWO_PEOPLE, secretary=names[0], director=names[1])


def each_grid_its_branch(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """Every grid has its party branch."""
    never, ended = reasons.GRID_BRANCH_NEVER, reasons.GRID_BRANCH_ENDED
    for grid in community.grids:
        yield from _stands(_Place(grid.subject, grid.since), grid.branches, day, never, ended)


def each_grid_its_worker(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """Every grid has its full-time worker; the ledger allows no second one on a day."""
    never, left = reasons.WORKER_NEVER, reasons.WORKER_LEFT
    for grid in community.grids:
        yield from _post(_Place(grid.subject, grid.since), grid.workers, day, never, left)


def community_desk_manned(community: CommunityFacts, day: date) -> Iterator[Gap]:
    """Somebody mans the community's desk, so that no report has to pass over the community."""
    posts = community.held(PostKind.COMMUNITY_DESK)
    never, left = reasons.DESK_NEVER, reasons.DESK_LEFT
    yield from _post(_community(community), posts, day, never, left)


def each_building_its_group(community: CommunityFacts, _day: date) -> Iterator[Gap]:
    """Every building with households has its party group."""
    for building in community.ungrouped:
        place = _Place(Subject(SubjectKind.BUILDING, building.code, building.name), building.since)
        until = building.group_until
        if until is None:
            yield place.gap(None, reasons.GROUP_NEVER)
        else:
            yield place.gap(until, reasons.GROUP_ENDED, until=until)


def each_compound_served(community: CommunityFacts, _day: date) -> Iterator[Gap]:
    """Every compound has a property company or a place in the ledger of unserved compounds."""
    for compound in community.unserved:
        place = _Place(Subject(SubjectKind.COMPOUND, compound.code, compound.name), compound.since)
        contract, ledger = compound.contract_until, compound.ledger_until
        if ledger and (contract is None or contract < ledger):
            yield place.gap(ledger, reasons.PROPERTY_LEFT_LEDGER, until=ledger)
        elif contract:
            yield place.gap(
                contract,
                reasons.PROPERTY_CONTRACT_ENDED,
                company=compound.company or "",
                until=contract,
            )
        else:
            yield place.gap(None, reasons.PROPERTY_NEVER)
