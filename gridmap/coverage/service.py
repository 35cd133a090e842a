"""Coverage as of a day, over days, and between two days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from gridmap.coverage import queries
from gridmap.coverage.audits import Finding, Rules
from gridmap.coverage.checks import Audit, judge
from gridmap.coverage.history import History
from gridmap.coverage.rules import RuleDays, asked_by
from gridmap.coverage.ruling import rule_days, set_rule
from gridmap.coverage.series import Counted, Series, counted
from gridmap.store.memory import Memory

__all__ = ["Comparison", "Series", "audit", "compare", "rule_days", "rules", "series", "set_rule"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two days: the audit of each, and the findings that appeared, went and stayed."""

    one: Audit
    other: Audit
    appeared: tuple[Finding, ...]
    went: tuple[Finding, ...]
    stayed: tuple[Finding, ...]


_counted: Memory[Counted] = Memory(2)
"""What was counted last, by the identity of its history: that is kept there, so no other has it."""


def audit(session: Session, day: date) -> Audit:
    """Judge every community by every clause as of a day, by the rules of that day.

    Args:
        session: any session; nothing is written.
        day: day in Asia/Shanghai; a post that ends on the day no longer counts.

    Returns:
        The communities of the day by code; none on a day before the ledger begins.
    """
    return audits(session, [day])[0]


def audits(session: Session, days: Sequence[date]) -> tuple[Audit, ...]:
    """Judge as of several days, in their order; the ledger is read once for all of them. See `audit`."""
    known = rule_days(session)
    rules = [known.on(day) for day in days]
    history = queries.history(session, min(days), max(days), asked_by(rules))
    return tuple(_judged(history, day, rule) for day, rule in zip(days, rules, strict=True))


def _judged(history: History, day: date, rules: Rules) -> Audit:
    facts = (community.on(day) for community in history.communities)
    return Audit(day, tuple(judge(one, day, rules) for one in facts if one), rules)


def series(session: Session, first: date, last: date) -> Series:
    """Count what is missing on every day from `first` to `last`, both included.

    Args:
        session: any session; nothing is written.
        first: a day in Asia/Shanghai.
        last: the same or a later one.
    """
    known = rule_days(session)
    asked = asked_by(known.between(first, last))
    history = queries.history(session, first, last, asked)
    return _series(history, known).within(first, last)


def _series(history: History, known: RuleDays) -> Series:
    found = _counted.find(lambda key: key == id(history))
    if found is None or found.rules != known:
        found = counted(history, known, _counted.find(lambda _: True))
        _counted.keep(id(history), found)
    return found.series


def forget() -> None:
    """Forget what was kept: the next call reads and counts everything anew."""
    queries.forget()
    _counted.forget()


def compare(session: Session, one: date, other: date) -> Comparison:
    """Return what is missing on each of two days and what changed from the one to the other."""
    before, after = audit(session, one), audit(session, other)
    was = {finding.key for finding in before.findings}
    now = {finding.key for finding in after.findings}
    return Comparison(
        before,
        after,
        appeared=tuple(finding for finding in after.findings if finding.key not in was),
        went=tuple(finding for finding in before.findings if finding.key not in now),
        stayed=tuple(finding for finding in after.findings if finding.key in was),
    )


def rules(session: Session, day: date) -> Rules:
    """Return how every check is put on a day: what the county set, else what is usual."""
    return rule_days(session).on(day)
