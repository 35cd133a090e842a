"""The rules that the county has set: reading them, and setting one from a day on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gridmap.coverage import rule_queries
from gridmap.coverage.audits import Check, Pairs, Places, Rule, Threshold
from gridmap.coverage.checks import CHECKS
from gridmap.coverage.rules import RuleDays, RuleSpan, limits_of
from gridmap.coverage.tables import CoverageRule
from gridmap.errors import InvalidInput
from gridmap.store import audit
from gridmap.store.base import from_day as days_from
from gridmap.terms import PostKind
from gridmap.timespan import Span, local_day

MOST_PAIRS = 50
_BY_KEY: Mapping[str, Check] = {check.key: check for check in CHECKS}


def rule_days(session: Session) -> RuleDays:
    """Return all rules, past and to come, in one statement; of checks that are no more, none."""
    return RuleDays(
        tuple(
            RuleSpan(
                row.check,
                Rule(row.on, limits_of(_BY_KEY[row.check], row.thresholds)),
                Span(row.valid.lower, row.valid.upper),
                name,
            )
            for row, name in rule_queries.rules_and_setters(session)
            if row.check in _BY_KEY and row.valid.lower
        )
    )


def set_rule(
    session: Session,
    key: str,
    rule: Rule,
    from_day: date,
    *,
    account_id: int | None,
    now: datetime,
) -> None:
    """Put a check by a rule from a day on, until the next rule that is already set for a later day.

    Of two rules for one day the later counts. Days that are over keep the rule that they had.

    Args:
        session: the caller's transaction.
        key: of the check.
        rule: whether it is put, and thresholds; those that are left out are as usual.
        from_day: first day that is judged by it.
        account_id: who sets it.
        now: aware; its day in Asia/Shanghai is the first that may be named.

    Raises:
        InvalidInput: no such check, a past day, or a threshold out of bounds; `field` names it.
    """
    check = _BY_KEY.get(key)
    if check is None:
        raise InvalidInput(
            field="check", reason_zh="没有这项检查。", reason_en="There is no such check."
        )
    if from_day < local_day(now):
        raise InvalidInput(
            field="day",
            reason_zh="只能从今天或以后的日期起生效，过去的日子仍按当时的规则判断。",
            reason_en="It takes effect from today or later; past days keep the rules that they had.",
        )
    thresholds = _checked(session, check, rule.limits)
    rule_queries.hold(session)
    later = _make_room(session, key, from_day)
    session.add(
        CoverageRule(
            check=key,
            on=rule.on,
            thresholds=thresholds,
            valid=days_from(from_day, later),
            account_id=account_id,
            set_at=now,
        )
    )
    session.flush()
    audit.record(
        session,
        "coverage_rule_set",
        "coverage_rule",
        key,
        now=now,
        account_id=account_id,
        on=rule.on,
        thresholds=thresholds,
        from_day=from_day.isoformat(),
    )


def _make_room(session: Session, key: str, day: date) -> date | None:
    """End what holds on the day, drop what began on it; returns when the next rule begins."""
    later: date | None = None
    for row in rule_queries.rules_of(session, key):
        start, end = row.valid.lower, row.valid.upper
        if start is None or (end is not None and end <= day):
            continue
        if start > day:
            later = later or start
        elif start == day:
            session.delete(row)
        else:
            row.valid = days_from(start, day)
    session.flush()
    return later


def _checked(session: Session, check: Check, limits: Mapping[str, Any]) -> dict[str, Any]:
    """Return the thresholds as they are stored.

    Raises:
        InvalidInput: an unknown threshold, a number out of bounds, a pair that is none, no such community.
    """
    known = {threshold.key: threshold for threshold in check.thresholds}
    for name in limits:
        if name not in known:
            raise InvalidInput(
                field=name,
                reason_zh="这项检查没有这个阈值。",
                reason_en="This check has no such threshold.",
            )
    made: dict[str, Any] = {
        name: _valued(session, threshold, limits[name])
        for name, threshold in known.items()
        if name in limits
    }
    whole = {**check.usual, **made}
    if whole.get("least", 0) > whole.get("most", whole.get("least", 0)):
        raise InvalidInput(
            field="most",
            reason_zh="最多不能小于最少。",
            reason_en="The most must not be less than the least.",
        )
    return made


def _valued(session: Session, threshold: Threshold | Pairs | Places, value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(threshold, Pairs):
        return _pairs(threshold, value)
    if isinstance(threshold, Places):
        return _places(session, threshold, value)
    return _number(threshold, value)


def _places(session: Session, threshold: Places, codes: Collection[str]) -> list[str]:
    unknown = sorted(set(codes) - rule_queries.communities(session, codes))
    if unknown:
        raise InvalidInput(
            field=threshold.key,
            reason_zh=f"没有编码为 {unknown[0]} 的社区。",
            reason_en=f"There is no community of the code {unknown[0]}.",
        )
    return sorted(set(codes))


def _number(threshold: Threshold, value: object) -> int:
    if not isinstance(value, int) or not threshold.least <= value <= threshold.most:
        raise InvalidInput(
            field=threshold.key,
            reason_zh=f"要在 {threshold.least} 到 {threshold.most} 之间。",
            reason_en=f"It must be between {threshold.least} and {threshold.most}.",
        )
    return value


def _pairs(threshold: Pairs, value: Any) -> list[list[str]]:  # noqa: ANN401 - from outside
    made = sorted({tuple(sorted(pair)) for pair in value})
    for pair in made:
        if len(set(pair)) != 2 or not set(pair) <= set(PostKind):  # noqa: PLR2004 - a pair
            raise InvalidInput(
                field=threshold.key,
                reason_zh="每一对要写两个不同的岗位。",
                reason_en="Every pair needs two different posts.",
            )
    if len(made) > MOST_PAIRS:
        raise InvalidInput(
            field=threshold.key,
            reason_zh=f"最多 {MOST_PAIRS} 对。",
            reason_en=f"At most {MOST_PAIRS} pairs.",
        )
    return [[str(one), str(other)] for one, other in made]
