"""The clauses of rule 4 as data: what must be there."""

from __future__ import annotations

from datetime import date
from typing import Final

from gridmap.coverage import clauses, reasons
from gridmap.coverage.audits import Check, Level, Places, plain
from gridmap.coverage.facts import CommunityFacts, SubjectKind
from gridmap.coverage.gaps import Limits, quarters_turn
from gridmap.coverage.words import Words
from gridmap.terms import PostKind


def _has_grids(community: CommunityFacts, _day: date, _limits: Limits) -> bool:
    return bool(community.grids)


def _municipal(community: CommunityFacts, day: date, limits: Limits) -> bool:
    links = community.held(PostKind.LEADER_MUNICIPAL)
    return community.code in limits["communities"] or any(day in link.span for link in links)


REQUIRED: Final[tuple[Check, ...]] = (
    Check(
        key="county_leader",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("县领导", "County leader"),
        asks=Words("每个社区有县级领导联系。", "A county leader is linked to each community."),
        mend=reasons.LINK_LEADER,
        find=plain(clauses.county_leader_linked),
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
        find=plain(clauses.visited_this_quarter),
        turns=quarters_turn,
    ),
    Check(
        key="township_leader",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("乡镇领导", "Township leader"),
        asks=Words("每个社区有乡镇领导联系。", "A township leader is linked to each community."),
        mend=reasons.LINK_LEADER,
        find=plain(clauses.township_leader_linked),
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
        find=plain(clauses.first_secretary_in_term),
    ),
    Check(
        key="general_branch",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("党总支", "General branch"),
        asks=Words("每个社区有党总支。", "Each community has its general branch."),
        mend=reasons.FOUND_GENERAL_BRANCH,
        find=plain(clauses.general_branch_stands),
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
        find=plain(clauses.one_shoulder),
    ),
    Check(
        key="grid_branch",
        version=1,
        level=Level.REQUIRED,
        looks_at=SubjectKind.GRID,
        label=Words("网格支部", "Grid branch"),
        asks=Words("每个网格有党支部。", "Each grid has its party branch."),
        mend=reasons.FOUND_GRID_BRANCH,
        find=plain(clauses.each_grid_its_branch),
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
        find=plain(clauses.each_grid_its_worker),
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
        find=plain(clauses.community_desk_manned),
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
        find=plain(clauses.each_building_its_group),
        lists="ungrouped",
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
        find=plain(clauses.each_compound_served),
        lists="unserved",
    ),
    Check(
        key="municipal_leader",
        version=3,
        level=Level.REQUIRED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("市领导", "Municipal leader"),
        asks=Words(
            "县里指定的社区有市级领导联系，其他社区没有。",
            "A municipal leader is linked to each community that the county names, and to no other.",
        ),
        mend=reasons.LINK_LEADER,
        find=clauses.municipal_leader_linked,
        applies=_municipal,
        thresholds=(Places("communities", Words("指定的社区", "Communities that are named")),),
    ),
)
"""In the order in which tables show them."""
