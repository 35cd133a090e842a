"""Facts of a community drawn in ASCII: one letter a month from January 2026, `.` a vacancy."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from gridmap.coverage.audits import Check
from gridmap.coverage.checks import CHECKS
from gridmap.coverage.facts import CommunityFacts, Standing, Tenure
from gridmap.terms import PostKind
from gridmap.timespan import Span

YEAR = 2026


def month(number: int) -> date:
    """The first day of a month, counted from January 2026 = 0."""
    return date(YEAR + number // 12, number % 12 + 1, 1)


def spans(drawing: str) -> list[tuple[str, Span]]:
    """The runs of equal letters of a drawing; the last run is open."""
    found, at = [], 0
    for letter, run in groupby(drawing):
        start, at = at, at + len(list(run))
        end = None if at == len(drawing) else month(at)
        if letter != ".":
            found.append((letter, Span(month(start), end)))
    return found


def posts(kind: PostKind, drawing: str, **more) -> tuple[Tenure, ...]:
    return tuple(Tenure(kind, ord(who), who, span, **more) for who, span in spans(drawing))


def standing(drawing: str) -> tuple[Standing, ...]:
    return tuple(Standing(span, ord(name)) for name, span in spans(drawing))


def community(*tenures: Tenure, **more) -> CommunityFacts:
    return CommunityFacts("419901001001", "书香苑社区", "测试街道", month(0), posts=tenures, **more)


def check(key: str) -> Check:
    """A check by its key."""
    return next(one for one in CHECKS if one.key == key)


def judged(key: str, facts: CommunityFacts, day: date, **limits) -> list[tuple[str, str, date]]:
    """What a check finds: subject, reason, since; limits that are not given are the usual ones."""
    one = check(key)
    assert one.applies(facts, day, {**one.usual, **limits})
    return [
        (gap.subject.code, gap.reason.code, gap.since)
        for gap in one.find(facts, day, {**one.usual, **limits})
    ]
