"""Coverage as of a day: what holds in each community, what is missing, why, and how to mend it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from apiflask import APIBlueprint
from pydantic import Field

from gridmap.coverage import service
from gridmap.coverage.checks import CHECKS, Audit, Check, CommunityAudit, Finding
from gridmap.coverage.reasons import quarter_words
from web import language
from web.params import DayQuery
from web.session import current_session

blueprint = APIBlueprint("coverage_api", __name__, url_prefix="/api/v1", tag="coverage")

FIRST_DAY = date(1949, 10, 1)
LAST_DAY = date(2999, 12, 31)


class CoverageQuery(DayQuery):
    """The day that coverage is judged for, past or to come."""

    day: Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)] | None = Field(
        default=None, description="Day in Asia/Shanghai (YYYY-MM-DD); today if missing"
    )


@blueprint.get("/coverage")
@blueprint.input(CoverageQuery, location="query")
def audit(query_data: CoverageQuery) -> dict[str, Any]:
    """Return every community with the clauses that hold and the findings, as of a day."""
    return _audit(service.audit(current_session(), query_data.on), language.current())


def _audit(found: Audit, reader: str) -> dict[str, Any]:
    return {
        "day": found.day.isoformat(),
        "quarter": {
            "start": found.quarter.start.isoformat(),
            "end": found.quarter.end.isoformat() if found.quarter.end else None,
            "label": quarter_words(found.quarter, reader),
        },
        "checks": [_check(check, reader) for check in CHECKS],
        "communities": [_community(community, reader) for community in found.communities],
        "totals": {
            "communities": len(found.communities),
            "complete": found.complete,
            "missing": found.missing,
            "visits_this_quarter": {
                "made": found.holding("county_visit"),
                "due": len(found.communities),
            },
        },
    }


def _check(check: Check, reader: str) -> dict[str, Any]:
    return {
        "key": check.key,
        "version": check.version,
        "level": check.level.value,
        "looks_at": check.looks_at.value,
        "label": check.label.fill(reader),
        "asks": check.asks.fill(reader),
        "mend": check.mend.fill(reader),
    }


def _community(community: CommunityAudit, reader: str) -> dict[str, Any]:
    return {
        "code": community.code,
        "name": community.name,
        "township": community.township,
        "held": dict(community.held),
        "missing": community.missing,
        "findings": [_finding(finding, reader) for finding in community.findings],
    }


def _finding(finding: Finding, reader: str) -> dict[str, Any]:
    gap = finding.gap
    return {
        "check": finding.check,
        "subject_kind": gap.subject.kind.value,
        "subject_code": gap.subject.code,
        "subject_name": gap.subject.name,
        "since": gap.since.isoformat(),
        "code": gap.reason.code,
        "reason": finding.why(reader),
        "mend": finding.mend(reader),
    }
