"""What other terms than rule 4 imply, as data: it warns and never counts."""

from __future__ import annotations

from datetime import date
from typing import Final

from gridmap.coverage import cautions, people_clauses, place_clauses
from gridmap.coverage.audits import Check, Level, Pairs, Threshold
from gridmap.coverage.centres_checks import CENTRES
from gridmap.coverage.facts import CommunityFacts, SubjectKind, value_on
from gridmap.coverage.gaps import Limits
from gridmap.coverage.party_life_checks import PARTY_LIFE
from gridmap.coverage.red_property_checks import RED_PROPERTY
from gridmap.coverage.rounds_checks import ROUNDS
from gridmap.coverage.volunteering_checks import VOLUNTEERING
from gridmap.coverage.words import Words
from gridmap.terms import PostKind

DAYS: Final = Words("天", "days")
PEOPLE: Final = Words("名", "people")

APART: Final = (
    (PostKind.SECRETARY, PostKind.FIRST_SECRETARY),
    (PostKind.DIRECTOR, PostKind.FIRST_SECRETARY),
    (PostKind.LEADER_COUNTY, PostKind.LEADER_TOWNSHIP),
    (PostKind.LEADER_COUNTY, PostKind.LEADER_MUNICIPAL),
    (PostKind.GRID_WORKER, PostKind.PART_TIME_WORKER),
    (PostKind.GRID_WORKER, PostKind.POLICE_OFFICER),
    (PostKind.GRID_WORKER, PostKind.PROPERTY_MANAGER),
    (PostKind.DIRECTOR, PostKind.PROPERTY_MANAGER),
)
"""Posts that two people hold, as a rule; no rule of law, so a county keeps its own."""


def _has_grids(community: CommunityFacts, _day: date, _limits: Limits) -> bool:
    return bool(community.grids)


def _has_households(community: CommunityFacts, day: date, _limits: Limits) -> bool:
    return value_on(community.reach.households, day) > 0


def _linked(community: CommunityFacts, day: date, _limits: Limits) -> bool:
    return any(day in link.span for link in community.held(PostKind.LEADER_COUNTY))


ADVISED: Final[tuple[Check, ...]] = (
    Check(
        key="term_ends",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("任期将满", "Term ends"),
        asks=Words(
            "任期在规定天数内不会届满，届满的已续任或换届。",
            "No term ends within the days that are set, and none is over.",
        ),
        mend=cautions.RENEW_TERM,
        find=people_clauses.terms_last,
        thresholds=(Threshold("days", Words("提前提醒", "Warn before"), 60, 1, 730, DAYS),),
        turns=people_clauses.terms_turn,
    ),
    Check(
        key="posts_apart",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("不宜兼任", "Posts apart"),
        asks=Words(
            "县里规定不宜兼任的岗位由两人分任。",
            "Two people hold the posts that the county wants held apart.",
        ),
        mend=cautions.END_ONE_POST,
        find=people_clauses.posts_apart,
        thresholds=(Pairs("pairs", Words("不宜兼任的岗位", "Posts to be held apart"), APART),),
    ),
    Check(
        key="leader_links",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("联系过多", "Many links"),
        asks=Words(
            "一名领导联系的社区不超过规定数。",
            "No leader is linked to more communities than the county wants.",
        ),
        mend=cautions.SHARE_LINKS,
        find=people_clauses.leaders_not_overburdened,
        thresholds=(
            Threshold(
                "most", Words("最多联系", "At most"), 3, 1, 50, Words("个社区", "communities")
            ),
        ),
    ),
    Check(
        key="visit_gap",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("走访间隔", "Visit gaps"),
        asks=Words(
            "县级领导联系以来每个季度都有走访，两次走访间隔不过长。",
            "Since the link began no quarter went without a visit, and none is long ago.",
        ),
        mend=cautions.VISIT_OFTEN,
        find=people_clauses.visits_go_on,
        applies=_linked,
        thresholds=(
            Threshold("days", Words("间隔最多", "At most"), 120, 1, 730, DAYS),
            Threshold(
                "quarters", Words("向前看", "Look back"), 1, 1, 8, Words("个季度", "quarters")
            ),
        ),
        turns=people_clauses.visits_turn,
    ),
    Check(
        key="worker_shared",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.GRID,
        label=Words("一人一格", "One grid each"),
        asks=Words("一名专职网格员只负责一个网格。", "A full-time worker works one grid only."),
        mend=cautions.ONE_WORKER_A_GRID,
        find=people_clauses.workers_not_shared,
        applies=_has_grids,
    ),
    Check(
        key="part_time",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.GRID,
        label=Words("兼职人数", "Part-time"),
        asks=Words(
            "每个网格的兼职网格员与户数相称。",
            "Each grid has part-time workers enough for its households.",
        ),
        mend=cautions.RECRUIT,
        find=place_clauses.part_timers_enough,
        applies=_has_grids,
        thresholds=(
            Threshold("per_hundred", Words("每百户最少", "Per 100 households"), 1, 1, 50, PEOPLE),
        ),
    ),
    Check(
        key="branch_members",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.GRID,
        label=Words("支部人数", "Branch size"),
        asks=Words(
            "网格党支部的正式党员不少于规定数，也不过多。",
            "Each grid branch has full members enough, and not too many.",
        ),
        mend=cautions.JOIN_BRANCHES,
        find=place_clauses.branches_sized,
        applies=_has_grids,
        thresholds=(
            Threshold("least", Words("最少", "At least"), 3, 1, 50, PEOPLE),
            Threshold("most", Words("最多", "At most"), 50, 3, 500, PEOPLE),
        ),
    ),
    Check(
        key="committee",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("委员会", "Committee"),
        asks=Words(
            "正式党员达到规定数的社区党组织设有委员会。",
            "A community's organisation with members enough has its committee.",
        ),
        mend=cautions.ELECT_COMMITTEE,
        find=place_clauses.committee_elected,
        thresholds=(
            Threshold("members", Words("党员达到", "From"), 7, 3, 100, PEOPLE),
            Threshold("least", Words("委员最少", "Members of the committee"), 3, 2, 15, PEOPLE),
        ),
    ),
    Check(
        key="steward",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.BUILDING,
        label=Words("楼门长", "Stewards"),
        asks=Words("每个有住户的楼栋有楼门长。", "Each building with households has a steward."),
        mend=cautions.NAME_STEWARD,
        find=place_clauses.each_building_its_steward,
        lists="stewardless",
    ),
    Check(
        key="owners_committee",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMPOUND,
        label=Words("业委会", "Owners"),
        asks=Words("每个小区有业主委员会。", "Each compound has an owners' committee."),
        mend=cautions.FOUND_COMMITTEE,
        find=place_clauses.each_compound_its_committee,
        lists="uncommitteed",
    ),
    Check(
        key="service_centre",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("中心可达", "Centre near"),
        asks=Words(
            "绝大多数住户沿道路步行可到服务本社区的党群服务中心。",
            "Most households can walk to a service centre of the community along the roads.",
        ),
        mend=cautions.OPEN_CENTRE,
        find=place_clauses.centre_within_reach,
        applies=_has_households,
        thresholds=(
            Threshold(
                "metres", Words("步行最远", "Walk at most"), 1000, 100, 20000, Words("米", "m")
            ),
            Threshold(
                "share",
                Words("达不到的住户最多", "Households beyond, at most"),
                20,
                0,
                100,
                Words("%", "%"),
            ),
        ),
    ),
    Check(
        key="joint_meeting",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("联席会议", "Meetings"),
        asks=Words(
            "每个社区按规定的间隔召开党建联席会议。",
            "Each community holds its joint meeting as often as is set.",
        ),
        mend=cautions.CALL_MEETING,
        find=place_clauses.meetings_held,
        thresholds=(
            Threshold(
                "months", Words("至少每", "At least every"), 3, 1, 24, Words("个月", "months")
            ),
        ),
        turns=place_clauses.meetings_turn,
    ),
    Check(
        key="police",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("社区民警", "Police"),
        asks=Words("每个社区有社区民警。", "Each community has its police officer."),
        mend=cautions.NAME_OFFICER,
        find=people_clauses.police_named,
    ),
    Check(
        key="responsible_unit",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("分包单位", "Unit"),
        asks=Words("每个社区有分包单位。", "An agency answers for each community."),
        mend=cautions.NAME_UNIT,
        find=people_clauses.unit_named,
    ),
    *RED_PROPERTY,
    *ROUNDS,
    *PARTY_LIFE,
    *VOLUNTEERING,
    *CENTRES,
)
"""In the order in which tables show them."""
