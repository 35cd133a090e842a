"""A gap: something that is missing somewhere, since when, why, what it rests on; and how clauses make gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gridmap.coverage.facts import (
    CommunityFacts,
    Lacking,
    Record,
    Standing,
    Subject,
    SubjectKind,
    Tenure,
    last_end,
)
from gridmap.coverage.words import Form, Reason, Value
from gridmap.timespan import quarters_between

Limits = Mapping[str, Any]
"""Thresholds of a check on a day, by key: whole numbers, or pairs of words."""

Clause = Callable[[CommunityFacts, date], Iterator["Gap"]]
Limited = Callable[[CommunityFacts, date, Limits], Iterator["Gap"]]

Turns = Callable[[CommunityFacts, Limits, date, date], Iterable[date]]
"""Days on which a clause may judge otherwise though no fact of a community changes: at least those between two days."""


def quarters_turn(
    _community: CommunityFacts, _limits: Limits, first: date, last: date
) -> Iterator[date]:
    """Turns of a clause that looks at the calendar quarter."""
    return quarters_between(first, last)


@dataclass(frozen=True, slots=True)
class Mend:
    """The form that mends a gap: a register, for which target, which kind of record, what it does."""

    register: str
    target: str | None
    kind: str | None
    action: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing: where, since which day, why, and the records that say so."""

    subject: Subject
    since: date
    reason: Reason
    params: Mapping[str, Value] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    form: Form | None = None

    @property
    def mend(self) -> Mend:
        """The form that mends it: its own, else that of the reason."""
        form = self.form or self.reason.form
        return Mend(form.register, form.target or self.subject.code, form.kind, form.action.value)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a holder or an organisation is looked for: the subject, and since when it stands."""

    subject: Subject
    since: date

    def gap(self, broken: date | None, reason: Reason, *records: Record, **params: Value) -> Gap:
        """Make a gap that began when the clause broke, but not before the subject stood."""
        since = max(self.since, broken or self.since)
        return Gap(self.subject, since, reason, params, records)


def community_place(community: CommunityFacts) -> Place:
    """Return the community as the place of a gap."""
    return Place(community.subject, community.since)


def vacancy(
    place: Place, posts: Iterable[Tenure], day: date, never: Reason, left: Reason
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
    yield place.gap(until, left, last.record, person=last.person, until=until)


def absence(
    place: Place,
    spans: Iterable[Standing],
    day: date,
    register: str,
    reasons: tuple[Reason, Reason],
) -> Iterator[Gap]:
    """Yield a gap unless something stands on the day; the reasons are for never, and for ended."""
    stood = tuple(spans)
    if any(day in one.span for one in stood):
        return
    until = last_end((one.span for one in stood), day)
    never, ended = reasons
    if until is None:
        yield place.gap(None, never)
        return
    last = max(one.id for one in stood if one.span.end == until)
    yield place.gap(until, ended, Record(register, last), until=until)


def lacking_gap(one: Lacking, kind: SubjectKind, register: str, why: tuple[Reason, Reason]) -> Gap:
    """Return the gap of a building or compound; the reasons are for never, and for ended."""
    place = Place(Subject(kind, one.code, one.name, one.grid), one.since)
    never, ended = why
    if one.until is None:
        return place.gap(None, never)
    records = () if one.record_id is None else (Record(register, one.record_id),)
    return place.gap(None, ended, *records, until=one.until, company=one.company or "")
