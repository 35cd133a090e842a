"""Which rules hold on which day: what the county has set, from a day to a day, over what is usual."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from gridmap.coverage.audits import Check, Pairs, Places, Rule, Rules, Threshold
from gridmap.coverage.checks import CHECKS, USUAL
from gridmap.coverage.gaps import Limits
from gridmap.timespan import Span


@dataclass(frozen=True, slots=True)
class RuleSpan:
    """How a check is put from a day to a day, and who set it when."""

    check: str
    rule: Rule
    span: Span
    set_by: str | None = None


@dataclass(frozen=True, slots=True)
class RuleDays:
    """All rules that the county has set; what it has not set is as usual."""

    spans: tuple[RuleSpan, ...] = ()

    def on(self, day: date) -> Rules:
        """Return the rule of every check on a day."""
        held = {one.check: one.rule for one in self.spans if day in one.span}
        return {**USUAL, **held}

    def between(self, first: date, last: date) -> Iterator[Rules]:
        """Return the rules of each run of days on which they are the same."""
        return (self.on(day) for day in (first, *self.turns(first, last)))

    def turns(self, first: date, last: date) -> list[date]:
        """Return the days after `first` and up to `last` on which a rule begins or ends."""
        found = {day for one in self.spans for day in (one.span.start, one.span.end) if day}
        return sorted(day for day in found if first < day <= last)


def limits_of(check: Check, stored: dict[str, Any]) -> Limits:
    """Return the thresholds of a check as its clause takes them; what was not stored is as usual."""
    return {
        threshold.key: _read(threshold, stored[threshold.key])
        if threshold.key in stored
        else threshold.usual
        for threshold in check.thresholds
    }


def _read(threshold: Threshold | Pairs | Places, stored: Any) -> object:  # noqa: ANN401 - as JSON has it
    if isinstance(threshold, Pairs):
        return tuple((one, other) for one, other in stored)
    return tuple(stored) if isinstance(threshold, Places) else stored


@dataclass(frozen=True, slots=True)
class Asked:
    """What the facts have to tell for rules: which pairs of posts, and what lies beyond which metres."""

    pairs: tuple[tuple[str, str], ...]
    metres: tuple[int, ...]

    def within(self, other: Asked) -> bool:
        """Tell whether who asks for the other has all of this."""
        return set(self.pairs) <= set(other.pairs) and set(self.metres) <= set(other.metres)


def asked_by(rules: Iterable[Rules]) -> Asked:
    """Return what the facts have to tell for any of the rules."""
    on = [
        each[check.key].limits
        for each in rules
        for check in CHECKS
        if check.thresholds and each[check.key].on
    ]
    pairs = {pair for limits in on for pair in limits.get("pairs", ())}
    metres = {limits["metres"] for limits in on if "metres" in limits}
    return Asked(tuple(sorted(pairs)), tuple(sorted(metres)))
