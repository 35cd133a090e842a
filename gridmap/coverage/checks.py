"""The checks of coverage: CHECKS has one pure function a clause, and `judge` puts them all.

Coverage holds when each community has what rule 4 asks for (`required`); what other terms imply
(`advised`) warns and does not count.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from gridmap.coverage.advised import ADVISED
from gridmap.coverage.audits import Audit, Check, CommunityAudit, Finding, Level, Rule, Rules
from gridmap.coverage.facts import CommunityFacts
from gridmap.coverage.required import REQUIRED

__all__ = ["CHECKS", "Audit", "Check", "CommunityAudit", "Finding", "Level", "judge"]

CHECKS: Final[tuple[Check, ...]] = (*REQUIRED, *ADVISED)
"""The clauses in the order in which tables show them."""

USUAL: Final[Rules] = {check.key: Rule(limits=check.usual) for check in CHECKS}
"""How the checks are put where the county has set nothing."""

_REQUIRED: Final = frozenset(check.key for check in REQUIRED)


def judge(community: CommunityFacts, day: date, rules: Rules = USUAL) -> CommunityAudit:
    """Put every clause that is on and applies to a community's facts of the day."""
    found = {
        check.key: tuple(
            Finding(check.key, community.code, gap)
            for gap in check.find(community, day, rules[check.key].limits)
        )
        for check in CHECKS
        if rules[check.key].on and check.applies(community, day, rules[check.key].limits)
    }
    return CommunityAudit(
        code=community.code,
        name=community.name,
        township=community.township,
        held={key: not findings for key, findings in found.items()},
        findings=tuple(finding for findings in found.values() for finding in findings),
        required=_REQUIRED,
    )
