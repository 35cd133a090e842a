"""Advised clauses about people: terms, posts, links, visits; pure functions, as in `clauses`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from gridmap.coverage import cautions
from gridmap.coverage.facts import (
    POST_REGISTERS,
    CommunityFacts,
    Steps,
    Tenure,
    overlap,
    run_start,
)
from gridmap.coverage.gaps import Gap, Limits, Place, absence, community_place, vacancy
from gridmap.coverage.words import Action, Form
from gridmap.terms import LEADER_LINKS, PostKind
from gridmap.timespan import Span, previous_quarter, quarter_of, quarters_between


def terms_last(community: CommunityFacts, day: date, limits: Limits) -> Iterator[Gap]:
    """No term ends within so many days; but for first secretaries, none is over."""
    place, ahead = community_place(community), timedelta(days=limits["days"])
    for post in community.posts:
        end = post.term_end
        if end is None or day not in post.span or end > day + ahead:
            continue
        if end > day:
            since, reason = max(post.span.start, end - ahead), cautions.TERM_SOON
        elif post.kind is PostKind.FIRST_SECRETARY:
            continue  # a clause of rule 4
        else:
            since, reason = max(post.span.start, end), cautions.TERM_OVER
        gap = place.gap(since, reason, post.record, post=post.kind, person=post.person, until=end)
        yield replace(gap, form=Form(POST_REGISTERS[post.kind], Action.RENEW, post.kind))


def terms_turn(
    community: CommunityFacts, limits: Limits, _first: date, _last: date
) -> Iterator[date]:
    """Days from which on a term's end is near enough."""
    return (
        post.term_end - timedelta(days=limits["days"]) for post in community.posts if post.term_end
    )


def posts_apart(community: CommunityFacts, day: date, limits: Limits) -> Iterator[Gap]:
    """Nobody holds two posts of a pair that the county wants held by two people."""
    place = community_place(community)
    asked = {frozenset(pair) for pair in limits["pairs"]}
    for pair in community.doubled:
        one, other, both = pair.one, pair.other, pair.span
        if both is None or day not in both or frozenset((one.kind, other.kind)) not in asked:
            continue
        gap = place.gap(
            both.start,
            cautions.INCOMPATIBLE,
            one.record,
            other.record,
            person=one.person,
            one=one.kind,
            other=other.kind,
        )
        yield replace(gap, form=Form(POST_REGISTERS[other.kind], Action.END, other.kind))


def leaders_not_overburdened(community: CommunityFacts, day: date, limits: Limits) -> Iterator[Gap]:
    """No leader who is linked here is linked to more than so many communities."""
    place, most = community_place(community), limits["most"]
    for link in community.posts:
        if link.kind not in LEADER_LINKS or day not in link.span:
            continue
        links = [
            one
            for one in community.several
            if one.person_id == link.person_id and one.kind in LEADER_LINKS
        ]
        number = _places(links, day)
        if number > most:
            yield place.gap(
                max(_burdened(links, day, most), link.span.start),
                cautions.TOO_MANY_LINKS,
                *(one.record for one in links if day in one.span),
                post=link.kind,
                person=link.person,
                number=number,
                most=most,
            )


def _places(links: Iterable[Tenure], day: date) -> int:
    return len({one.place_code for one in links if day in one.span})


def _burdened(links: Iterable[Tenure], day: date, most: int) -> date:
    """Return since when there have been too many links."""
    turns = (turn for one in links for turn in (one.span.start, one.span.end) if turn)
    return since_when(turns, day, lambda at: _places(links, at) > most)


def since_when(turns: Iterable[date], day: date, broken: Callable[[date], bool]) -> date:
    """Return the first day of the unbroken time up to the day in which something is broken.

    Args:
        turns: days on which it may have changed.
        day: a day on which it is broken.
        broken: tells of a day whether it is.
    """
    since = day
    for turn in sorted({turn for turn in turns if turn <= day}, reverse=True):
        if not broken(turn):
            break
        since = turn
    return since


def steps_turns(*steps: Steps) -> Iterator[date]:
    """Return the days on which any of the numbers changes."""
    return (day for one in steps for day, _ in one)


def visits_go_on(community: CommunityFacts, day: date, limits: Limits) -> Iterator[Gap]:
    """Since the community is linked, no quarter went without a visit, and no visit is long ago."""
    links = community.held(PostKind.LEADER_COUNTY)
    linked = run_start((link.span for link in links), day)
    if linked is None:
        return  # nobody is linked: a clause of rule 4
    visits = sorted(visit for link in links for visit in link.visits if linked <= visit <= day)
    days, quarters = timedelta(days=limits["days"]), limits["quarters"]

    def skipped(at: date) -> Span | None:
        return _skipped([visit for visit in visits if visit <= at], linked, at, quarters)

    def last(at: date) -> date:
        return max((visit for visit in visits if visit <= at), default=linked)

    def broken(at: date) -> bool:
        return at >= linked and (skipped(at) is not None or at > last(at) + days)

    if not broken(day):
        return
    late = (one + days + timedelta(days=1) for one in (linked, *visits))
    since = since_when((*_quarters(linked, day), *visits, *late), day, broken)
    place, behind = community_place(community), [one.record for one in links if day in one.span]
    quarter = skipped(day)
    if quarter:
        yield place.gap(since, cautions.QUARTER_SKIPPED, *behind, quarter=quarter)
    else:
        yield place.gap(
            since, cautions.VISIT_LONG_AGO, *behind, last=last(day), most=limits["days"]
        )


def visits_turn(
    community: CommunityFacts, limits: Limits, first: date, last: date
) -> Iterator[date]:
    """Days on which a quarter is over, or the last visit, or the link, is long enough ago."""
    yield from quarters_between(first, last)
    late = timedelta(days=limits["days"] + 1)
    for link in community.held(PostKind.LEADER_COUNTY):
        yield from (day + late for day in (link.span.start, *link.visits))


def _quarters(first: date, last: date) -> Iterator[date]:
    """Yield the first days of the quarters up to the last day, the latest first."""
    start = quarter_of(last).start
    while start >= first:
        yield start
        start = previous_quarter(start).start


def _skipped(visits: Iterable[date], linked: date, day: date, quarters: int) -> Span | None:
    """Return the latest quarter without a visit of some that are over by the day."""
    starts = {quarter_of(visit).start for visit in visits}
    quarter = previous_quarter(day)
    for _ in range(quarters):
        if quarter.start >= linked and quarter.start not in starts:
            return quarter
        quarter = previous_quarter(quarter.start)
    return None


def workers_not_shared(community: CommunityFacts, day: date, _limits: Limits) -> Iterator[Gap]:
    """No full-time worker of a grid works another grid, too."""
    for grid in community.grids:
        shared = [
            (worker, other, both)
            for worker in grid.workers
            for other in community.several
            if other.person_id == worker.person_id
            and other.kind is PostKind.GRID_WORKER
            and other.place_code != grid.code
            and (both := overlap(worker.span, other.span))
        ]
        now = [(worker, other) for worker, other, both in shared if day in both]
        if now:
            since = run_start((both for _, _, both in shared), day)
            yield Place(grid.subject, grid.since).gap(
                since,
                cautions.WORKER_SHARED,
                now[0][0].record,
                *(other.record for _, other in now),
                person=now[0][0].person,
                other=now[0][1].place,
            )


def police_named(community: CommunityFacts, day: date, _limits: Limits) -> Iterator[Gap]:
    """The community has its police officer."""
    posts = community.held(PostKind.POLICE_OFFICER)
    never, left = cautions.POLICE_NEVER, cautions.POLICE_LEFT
    yield from vacancy(community_place(community), posts, day, never, left)


def unit_named(community: CommunityFacts, day: date, _limits: Limits) -> Iterator[Gap]:
    """An agency answers for the community."""
    why = cautions.UNIT_NEVER, cautions.UNIT_ENDED
    yield from absence(community_place(community), community.units, day, "responsible-units", why)
