"""Audits, series and comparisons of coverage as JSON, in the reader's language."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, Final

from gridmap.coverage.audits import Audit, Check, CommunityAudit, Finding, Pairs
from gridmap.coverage.checks import CHECKS
from gridmap.coverage.facts import SubjectKind
from gridmap.coverage.required import REQUIRED
from gridmap.coverage.service import Comparison, Series
from gridmap.coverage.words import quarter_words
from gridmap.errors import NotFound

MOST_EACH: Final = 20
"""Findings of one check in one community, in the answer for the county; `counts` has them all."""


def audit(found: Audit, reader: str, only: str | None) -> dict[str, Any]:
    """Return the county on a day, or one community with everything that it lacks.

    Raises:
        NotFound: no community of that code on the day.
    """
    communities = [one for one in found.communities if only in (None, one.code)]
    if only and not communities:
        raise NotFound(field="community")
    most = None if only else MOST_EACH
    return {
        "day": found.day.isoformat(),
        "quarter": {
            "start": found.quarter.start.isoformat(),
            "end": found.quarter.end.isoformat() if found.quarter.end else None,
            "label": quarter_words(found.quarter, reader),
        },
        "checks": [_check(check, found, reader) for check in CHECKS],
        "communities": [_community(one, reader, most) for one in communities],
        "totals": {
            "communities": len(found.communities),
            "complete": found.complete,
            "missing": found.missing,
            "warnings": found.warnings,
            "findings": len(found.findings),
            "visits_this_quarter": {
                "made": found.holding("county_visit"),
                "due": len(found.communities),
            },
        },
    }


def _check(check: Check, found: Audit, reader: str) -> dict[str, Any]:
    rule = found.rules[check.key]
    return {
        "key": check.key,
        "version": check.version,
        "level": check.level.value,
        "level_label": check.level.label(reader),
        "looks_at": check.looks_at.value,
        "label": check.label.fill(reader),
        "asks": check.asks.fill(reader),
        "mend": check.mend.fill(reader),
        "on": rule.on,
        "thresholds": {
            one.key: rule.limits[one.key] for one in check.thresholds if not isinstance(one, Pairs)
        },
        "asked": sum(check.key in one.held for one in found.communities),
        "lacking": sum(one.held.get(check.key) is False for one in found.communities),
    }


def _community(community: CommunityAudit, reader: str, most: int | None) -> dict[str, Any]:
    return {
        "code": community.code,
        "name": community.name,
        "township": community.township,
        "held": dict(community.held),
        "missing": community.missing,
        "warnings": community.warnings,
        "counts": dict(community.counts),
        "grids": _by_grid(community.findings),
        **({} if most else {"buildings": _by_building(community.findings)}),
        "findings": [_finding(one, reader) for one in _first(community.findings, most)],
    }


def _by_grid(findings: Iterable[Finding]) -> dict[str, dict[str, int]]:
    """Return the number of findings by the grid's code, then by check."""
    return _counted((one.gap.subject.grid, one.check) for one in findings)


def _by_building(findings: Iterable[Finding]) -> dict[str, dict[str, int]]:
    kinds = (SubjectKind.BUILDING, SubjectKind.COMPOUND)
    return _counted(
        (one.gap.subject.code, one.check) for one in findings if one.gap.subject.kind in kinds
    )


def _counted(found: Iterable[tuple[str | None, str]]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for code, check in found:
        if code:
            counts[code][check] += 1
    return counts


def _first(findings: Iterable[Finding], most: int | None) -> Iterable[Finding]:
    seen: Counter[str] = Counter()
    for one in findings:
        seen[one.check] += 1
        if most is None or seen[one.check] <= most:
            yield one


def _finding(finding: Finding, reader: str) -> dict[str, Any]:
    gap = finding.gap
    form = gap.mend
    return {
        "check": finding.check,
        "subject_kind": gap.subject.kind.value,
        "subject_code": gap.subject.code,
        "subject_name": gap.subject.name,
        "grid": gap.subject.grid,
        "since": gap.since.isoformat(),
        "code": gap.reason.code,
        "reason": finding.why(reader),
        "mend": finding.mend(reader),
        "records": [{"register": one.register, "id": one.id} for one in gap.records],
        "form": {
            "register": form.register,
            "target": form.target,
            "kind": form.kind,
            "action": form.action,
        },
    }


def series(found: Series, check: str | None) -> dict[str, Any]:
    """Return the steps of a series: by check, and by community for a check or for all required."""
    required = [one.key for one in REQUIRED]
    steps = []
    for step in found.steps:
        missing = step.missing(required)
        by = step.counts.get(check, {}) if check else missing
        steps.append(
            {
                "day": step.day.isoformat(),
                "complete": len(step.communities) - len(missing),
                "communities_standing": len(step.communities),
                "missing": missing.total(),
                "appeared": step.appeared,
                "went": step.went,
                "checks": {
                    key: {"lacking": len(counts), "findings": sum(counts.values())}
                    for key, counts in step.counts.items()
                    if counts
                },
                "communities": dict(by),
            }
        )
    return {
        "from": found.first.isoformat(),
        "to": found.last.isoformat(),
        "check": check,
        "steps": steps,
    }


def comparison(found: Comparison, reader: str) -> dict[str, Any]:
    """Return two days and the findings that appeared, went and stayed."""
    names = {one.code: one.name for one in (*found.one.communities, *found.other.communities)}
    return {
        "day": found.other.day.isoformat(),
        "with": found.one.day.isoformat(),
        "totals": [
            {
                "day": each.day.isoformat(),
                "communities": len(each.communities),
                "complete": each.complete,
                "missing": each.missing,
                "warnings": each.warnings,
                "findings": len(each.findings),
            }
            for each in (found.one, found.other)
        ],
        **{
            name: {
                "number": len(findings),
                "findings": [
                    {
                        "community_code": one.community_code,
                        "community_name": names[one.community_code],
                        **_finding(one, reader),
                    }
                    for one in _first(findings, MOST_EACH)
                ],
            }
            for name, findings in (
                ("appeared", found.appeared),
                ("went", found.went),
                ("stayed", found.stayed),
            )
        },
    }
