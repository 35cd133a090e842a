"""The checks of coverage as data: CHECKS has one pure function a clause, and `judge` puts them all.

Coverage holds when each community has its county leader link with a visit this quarter, its
township leader link, its first secretary in term, its general branch with a secretary who is also
the director (一肩挑), each grid its branch and one full-time worker, each building its group, each
compound a property company or a place in the ledger; a municipal link only where the county
expects one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from gridmap.coverage import clauses, reasons
from gridmap.coverage.clauses import Clause, Gap
from gridmap.coverage.facts import CommunityFacts, SubjectKind
from gridmap.coverage.reasons import Words
from gridmap.terms import Term
from gridmap.timespan import Span, quarter_of


class Level(Term):
    """How much a clause binds."""

    REQUIRED = "required", "必须落实", "Required"


def _everywhere(_community: CommunityFacts) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Check:
    """A clause as data.

    Attributes:
        key: stable word for programs and addresses.
        version: grows when the clause judges otherwise than before.
        level: how much it binds.
        looks_at: kind of subject that its gaps are about.
        label: its name in a table's head.
        asks: what must be there, in one sentence.
        mend: what to do where it is not there, in one sentence.
        find: yields the gaps of a community on a day.
        applies: whether there is anything to judge in a community.
    """

    key: str
    version: int
    level: Level
    looks_at: SubjectKind
    label: Words
    asks: Words
    mend: Words
    find: Clause
    applies: Callable[[CommunityFacts], bool] = _everywhere


@dataclass(frozen=True, slots=True)
class Finding:
    """A gap with the clause that found it and the community that it counts for."""

    check: str
    community_code: str
    gap: Gap

    def why(self, language: str) -> str:
        """Return the reason as a sentence in ``zh`` or ``en``."""
        return self.gap.reason.why.fill(language, self.gap.params)

    def mend(self, language: str) -> str:
        """Return how to mend it as a sentence in ``zh`` or ``en``."""
        return self.gap.reason.mend.fill(language)


@dataclass(frozen=True, slots=True)
class CommunityAudit:
    """A community on the day: which clauses hold (those that apply), and what is missing."""

    code: str
    name: str
    township: str
    held: Mapping[str, bool]
    findings: tuple[Finding, ...]

    @property
    def missing(self) -> int:
        """Number of clauses that do not hold."""
        return sum(not held for held in self.held.values())


@dataclass(frozen=True, slots=True)
class Audit:
    """The county on a day, by community."""

    day: date
    communities: tuple[CommunityAudit, ...]

    @property
    def quarter(self) -> Span:
        """The calendar quarter of the day."""
        return quarter_of(self.day)

    @property
    def complete(self) -> int:
        """Number of communities where everything holds."""
        return sum(community.missing == 0 for community in self.communities)

    @property
    def missing(self) -> int:
        """Number of clauses that do not hold, over all communities."""
        return sum(community.missing for community in self.communities)

    def holding(self, check: str) -> int:
        """Number of communities where one clause holds."""
        return sum(community.held.get(check, False) for community in self.communities)


def _has_grids(community: CommunityFacts) -> bool:
    return bool(community.grids)


def _municipal_due(community: CommunityFacts) -> bool:
    return community.municipal_due


CHECKS: Final[tuple[Check, ...]] = (
    Check(
        key="county_leader",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("县领导", "County leader"),
        asks=Words("每个社区有县级领导联系。", "A county leader is linked to each community."),
        mend=reasons.LINK_LEADER,
        find=clauses.county_leader_linked,
    ),
    Check(
        key="county_visit",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("本季走访", "Quarter visit"),
        asks=Words(
            "县级联系领导每季度到社区指导至少一次。",
            "The linked county leader visits each community at least once a quarter.",
        ),
        mend=reasons.VISIT_NOW,
        find=clauses.visited_this_quarter,
    ),
    Check(
        key="township_leader",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("乡镇领导", "Township leader"),
        asks=Words("每个社区有乡镇领导联系。", "A township leader is linked to each community."),
        mend=reasons.LINK_LEADER,
        find=clauses.township_leader_linked,
    ),
    Check(
        key="first_secretary",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("第一书记", "First secretary"),
        asks=Words(
            "每个社区有一名任期内的第一书记。",
            "Each community has a first secretary whose term has not run out.",
        ),
        mend=reasons.SECOND_CADRE,
        find=clauses.first_secretary_in_term,
    ),
    Check(
        key="general_branch",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("党总支", "General branch"),
        asks=Words("每个社区有党总支。", "Each community has its general branch."),
        mend=reasons.FOUND_GENERAL_BRANCH,
        find=clauses.general_branch_stands,
    ),
    Check(
        key="one_shoulder",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("一肩挑", "One-shoulder"),
        asks=Words(
            "社区党组织书记和居委会主任由一人担任。",
            "One person is party secretary and residents' committee director.",
        ),
        mend=reasons.ELECT_ONE,
        find=clauses.one_shoulder,
    ),
    Check(
        key="grid_branch",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.GRID,
        label=Words("网格支部", "Grid branch"),
        asks=Words("每个网格有党支部。", "Each grid has its party branch."),
        mend=reasons.FOUND_GRID_BRANCH,
        find=clauses.each_grid_its_branch,
        applies=_has_grids,
    ),
    Check(
        key="grid_worker",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.GRID,
        label=Words("网格员", "Grid worker"),
        asks=Words("每个网格有一名专职网格员。", "Each grid has one full-time worker."),
        mend=reasons.ASSIGN_WORKER,
        find=clauses.each_grid_its_worker,
        applies=_has_grids,
    ),
    Check(
        key="community_desk",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("服务站", "Desk"),
        asks=Words("每个社区的网格服务站有人值守。", "Each community's desk is manned."),
        mend=reasons.MAN_DESK,
        find=clauses.community_desk_manned,
    ),
    Check(
        key="building_group",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.BUILDING,
        label=Words("楼栋小组", "Building groups"),
        asks=Words(
            "每个有住户的楼栋有党小组。", "Each building with households has its party group."
        ),
        mend=reasons.FOUND_GROUP,
        find=clauses.each_building_its_group,
    ),
    Check(
        key="compound_property",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.COMPOUND,
        label=Words("物业台账", "Property"),
        asks=Words(
            "每个小区有物业服务企业，或列入无物业小区台账。",
            "Each compound has a property company or a place in the ledger of unserved compounds.",
        ),
        mend=reasons.SERVE_COMPOUND,
        find=clauses.each_compound_served,
    ),
    Check(
        key="municipal_leader",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("市领导", "Municipal leader"),
        asks=Words(
            "县里指定的社区有市级领导联系。",
            "A municipal leader is linked to each community that the county names.",
        ),
        mend=reasons.LINK_LEADER,
        find=clauses.municipal_leader_linked,
        applies=_municipal_due,
    ),
)
"""The clauses in the order in which tables show them."""


def judge(community: CommunityFacts, day: date) -> CommunityAudit:
    """Put every clause that applies to a community's facts of the day."""
    found = {
        check.key: tuple(
            Finding(check.key, community.code, gap) for gap in check.find(community, day)
        )
        for check in CHECKS
        if check.applies(community)
    }
    return CommunityAudit(
        code=community.code,
        name=community.name,
        township=community.township,
        held={key: not findings for key, findings in found.items()},
        findings=tuple(finding for findings in found.values() for finding in findings),
    )
