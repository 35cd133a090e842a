"""Coverage over days: counts on every day when something changes; the days between are equal.

A community is judged anew on the days on which one of its facts, or a rule, begins or ends, and by checks that
look at the day itself (a quarter turns, a term comes near) on their own turns as well. Buildings and compounds
are lists of spans already and are only counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from gridmap.coverage.audits import Check, Rules
from gridmap.coverage.checks import CHECKS
from gridmap.coverage.facts import CommunityFacts
from gridmap.coverage.history import CommunityHistory, History
from gridmap.coverage.rules import RuleDays

ONE_DAY = timedelta(days=1)
Key = tuple[str, str, str]
"""Check, community and subject of a finding."""

Subjects = tuple[str, ...]
"""Codes of what a check finds in a community."""

Deltas = Mapping[date, Counter[Key]]
"""By how much the findings of a key grow on a day (negative: how many go)."""


@dataclass(frozen=True, slots=True)
class Step:
    """A day on which something changed; what it says holds until the next step.

    Attributes:
        day: the day.
        communities: codes of the communities of the day.
        counts: number of findings by check, then by community; what is not there is none.
        appeared, went: subjects of a check that came and went since the day before.
    """

    day: date
    communities: frozenset[str]
    counts: Mapping[str, Mapping[str, int]]
    appeared: int
    went: int

    def missing(self, checks: Iterable[str]) -> Counter[str]:
        """Number of these checks that do not hold, by community; those with none are left out."""
        return Counter(code for check in checks for code in self.counts.get(check, ()))


@dataclass(frozen=True, slots=True)
class Series:
    """Days from `first` to `last`, both included: a step on the first day, then one a change."""

    first: date
    last: date
    steps: tuple[Step, ...]

    def on(self, day: date) -> Step:
        """Return the step that holds on a day of the series."""
        return next(step for step in reversed(self.steps) if step.day <= day)

    def within(self, first: date, last: date) -> Series:
        """Return the part from `first` to `last`, both included and both days of the series."""
        if (first, last) == (self.first, self.last):
            return self
        start = replace(self.on(first), day=first, appeared=0, went=0)
        later = (step for step in self.steps if first < step.day <= last)
        return Series(first, last, (start, *later))


@dataclass(frozen=True, slots=True)
class Counted:
    """A series with what it was counted from, and what each community added to it, by its code."""

    history: History
    rules: RuleDays
    added: Mapping[str, Deltas]
    series: Series


def counted(history: History, rules: RuleDays, before: Counted | None = None) -> Counted:
    """Count what is missing on every day of a history.

    Args:
        history: what there was.
        rules: how the checks were put.
        before: an earlier count; communities for which nothing differs are not counted again.
    """
    added = _same(history, rules, before)
    turns = [(history.first, rules.on(history.first))]
    turns += [(day, rules.on(day)) for day in rules.turns(history.first, history.last)]
    for community in history.communities:
        if community.code not in added:
            deltas = added[community.code] = defaultdict(Counter)
            _judged(community, history, turns, deltas)
            _listed(community, history, turns, deltas)
    series = Series(history.first, history.last, tuple(_steps(history, _sum(added.values()))))
    return Counted(history, rules, added, series)


def _same(history: History, rules: RuleDays, before: Counted | None) -> dict[str, Deltas]:
    """Return what communities added before that are as they were."""
    if before is None or before.rules != rules:
        return {}
    was = before.history
    if (was.first, was.last) != (history.first, history.last):
        return {}
    known = {community.code: community for community in was.communities}
    return {
        now.code: before.added[now.code]
        for now in history.communities
        if known.get(now.code) == now
    }


def _sum(added: Iterable[Deltas]) -> Deltas:
    """Return all deltas together; keys of two communities are never the same."""
    whole: dict[date, Counter[Key]] = defaultdict(Counter)
    for deltas in added:
        for day, change in deltas.items():
            dict.update(whole[day], change)
    return whole


def _judged(
    community: CommunityHistory,
    history: History,
    turns: list[tuple[date, Rules]],
    deltas: dict[date, Counter[Key]],
) -> None:
    """Add what the checks that are no lists find, by the days on which that changes."""
    ruled = dict(turns)
    days = sorted({*ruled, *community.turns(history.first, history.last)})
    judged = [check for check in CHECKS if not check.lists]
    was: dict[str, Subjects] = dict.fromkeys((check.key for check in judged), ())
    rules = turns[0][1]
    for start, following in zip(days, [*days[1:], history.last + ONE_DAY], strict=True):
        rules = ruled.get(start, rules)
        facts = community.on(start, lacks=False)
        for check in judged:
            for day in _days(check, facts, rules, start, following):
                now, before = _found(check, facts, day, rules), was[check.key]
                if now != before:
                    change = deltas[day]
                    change.update((check.key, community.code, subject) for subject in now)
                    change.subtract((check.key, community.code, subject) for subject in before)
                    was[check.key] = now


def _days(
    check: Check, facts: CommunityFacts | None, rules: Rules, start: date, following: date
) -> list[date]:
    """Return the days from one turn of the facts to the next on which a check may answer otherwise."""
    if check.turns is None or facts is None:
        return [start]
    turns = check.turns(facts, rules[check.key].limits, start, following)
    return [start, *sorted({day for day in turns if start < day < following})]


def _found(check: Check, facts: CommunityFacts | None, day: date, rules: Rules) -> Subjects:
    rule = rules[check.key]
    if facts is None or not rule.on or not check.applies(facts, day, rule.limits):
        return ()
    return tuple([gap.subject.code for gap in check.find(facts, day, rule.limits)])


def _listed(
    community: CommunityHistory,
    history: History,
    turns: list[tuple[date, Rules]],
    deltas: dict[date, Counter[Key]],
) -> None:
    """Add the lists of what is missing at buildings and compounds."""
    end = history.last + ONE_DAY
    ends = [*(day for day, _ in turns[1:]), end]
    for check in CHECKS:
        if not check.lists:
            continue
        on = [
            (max(name.span.start, start), min(name.span.end or end, until))
            for (start, rules), until in zip(turns, ends, strict=True)
            if rules[check.key].on
            for name in community.names
        ]
        for days, fact in getattr(community, check.lists):
            key = (check.key, community.code, fact.code)
            for start, until in on:
                since, gone = max(days.start, start), min(days.end or end, until)
                if since < gone:
                    deltas[since][key] += 1
                    deltas[gone][key] -= 1


def _steps(history: History, deltas: Deltas) -> Iterator[Step]:
    """Sum what was added, day by day; a step for the first day and for each day that changes."""
    standing = _standing(history)
    active: Counter[Key] = Counter()
    counts: dict[str, Counter[str]] = {check.key: Counter() for check in CHECKS}
    communities: frozenset[str] = frozenset()
    for day in sorted({history.first, *deltas, *standing}):
        if day > history.last:
            break
        appeared, went = _add(deltas.get(day, Counter()), active, counts)
        before, communities = communities, standing.get(day, communities)
        if day == history.first:
            appeared = went = 0
        elif not (appeared or went or before != communities):
            continue
        yield Step(day, communities, _snapshot(counts), appeared, went)


def _add(
    change: Counter[Key], active: Counter[Key], counts: dict[str, Counter[str]]
) -> tuple[int, int]:
    appeared = went = 0
    for key, amount in change.items():
        if not amount:
            continue
        before = active[key]
        active[key] += amount
        counts[key[0]][key[1]] += amount
        appeared += before == 0
        went += active[key] == 0
    return appeared, went


def _snapshot(counts: Mapping[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {
        check: {code: number for code, number in by.items() if number}
        for check, by in counts.items()
    }


def _standing(history: History) -> dict[date, frozenset[str]]:
    """Return which communities there are, by the days on which that changes."""
    days = {history.first}
    for community in history.communities:
        days.update(day for one in community.names for day in (one.span.start, one.span.end) if day)
    return {
        day: frozenset(
            one.code for one in history.communities if any(day in name.span for name in one.names)
        )
        for day in days
        if history.first <= day <= history.last
    }
