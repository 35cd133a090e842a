"""Why a clause of rule 4 does not hold, and how that is mended.

A day that something ended is the first day on which it no longer is, so the sentences say 'from'.
"""

from __future__ import annotations

from gridmap.coverage.words import Action, Form, Reason, Value, Words, quarter_words
from gridmap.terms import PartyKind, PostKind

__all__ = ["Value", "Words", "quarter_words"]

_LINK_COUNTY_FORM = Form("leader-links", Action.BEGIN, PostKind.LEADER_COUNTY)
_LINK_TOWNSHIP_FORM = Form("leader-links", Action.BEGIN, PostKind.LEADER_TOWNSHIP)
_LINK_MUNICIPAL_FORM = Form("leader-links", Action.BEGIN, PostKind.LEADER_MUNICIPAL)
_RECORD_VISIT_FORM = Form("visits", Action.VISIT)
_SEND_FIRST_FORM = Form("first-secretaries", Action.BEGIN, PostKind.FIRST_SECRETARY)
_RENEW_FIRST_FORM = Form("first-secretaries", Action.RENEW, PostKind.FIRST_SECRETARY)
_SECRETARY_FORM = Form("secretaries", Action.BEGIN, PostKind.SECRETARY)
_DIRECTOR_FORM = Form("secretaries", Action.BEGIN, PostKind.DIRECTOR)
_GENERAL_BRANCH_FORM = Form("branches", Action.BEGIN, PartyKind.GENERAL_BRANCH)
_GRID_BRANCH_FORM = Form("branches", Action.BEGIN, PartyKind.GRID_BRANCH)
_GRID_WORKER_FORM = Form("grid-workers", Action.BEGIN, PostKind.GRID_WORKER)
_DESK_FORM = Form("desks", Action.BEGIN, PostKind.COMMUNITY_DESK)
_GROUP_FORM = Form("building-groups")
_CONTRACT_FORM = Form("property-contracts")

LINK_LEADER = Words(
    "明确联系领导，并登记联系起始日期。", "Name the leader and record the first day of the link."
)
VISIT_NOW = Words(
    "请县级联系领导在本季度内到社区指导，并登记走访日期。",
    "Have the county leader visit within the quarter and record the day.",
)
SECOND_CADRE = Words(
    "从县直机关单位选派第一书记，登记任期起止。",
    "Second a cadre from a county agency and record the term.",
)
ELECT_ONE = Words(
    "按程序推选，由一人兼任书记和主任，并登记任职日期。",
    "Elect one person to both posts and record the first day.",
)
FOUND_GENERAL_BRANCH = Words(
    "报上级党委批准成立社区党总支并登记。",
    "Have the general branch approved by the committee above and record it.",
)
FOUND_GRID_BRANCH = Words(
    "在网格上成立党支部，党员不足3人的与相邻网格联合组建，并登记。",
    "Found a branch on the grid (with under 3 full members: jointly with a neighbour) and record it.",
)
ASSIGN_WORKER = Words(
    "配备一名专职网格员并登记。", "Assign one full-time worker and record the post."
)
MAN_DESK = Words(
    "为社区网格服务站配备值守人员并登记。",
    "Assign somebody to the community's desk and record the post.",
)
FOUND_GROUP = Words(
    "由网格党支部在该楼栋设立党小组并登记。",
    "Let the grid branch form a group for the building and record it.",
)
SERVE_COMPOUND = Words(
    "选聘物业服务企业并登记合同；暂无物业的列入无物业小区台账，由社区“两委”组织居民自我管理。",
    "Record a property contract, or enter the compound in the ledger of unserved ones with self-management.",
)

COUNTY_NEVER = Reason(
    "county_leader_never",
    Words("尚未明确县级联系领导。", "No county leader has been linked yet."),
    LINK_LEADER,
    _LINK_COUNTY_FORM,
)
COUNTY_LEFT = Reason(
    "county_leader_left",
    Words(
        "县级联系领导{person}自{until}起不再联系，之后无人接续。",
        "County leader {person} has not been linked from {until}; nobody followed.",
    ),
    LINK_LEADER,
    _LINK_COUNTY_FORM,
)
TOWNSHIP_NEVER = Reason(
    "township_leader_never",
    Words("尚未明确乡镇联系领导。", "No township leader has been linked yet."),
    LINK_LEADER,
    _LINK_TOWNSHIP_FORM,
)
TOWNSHIP_LEFT = Reason(
    "township_leader_left",
    Words(
        "乡镇联系领导{person}自{until}起不再联系，之后无人接续。",
        "Township leader {person} has not been linked from {until}; nobody followed.",
    ),
    LINK_LEADER,
    _LINK_TOWNSHIP_FORM,
)
MUNICIPAL_NEVER = Reason(
    "municipal_leader_never",
    Words("尚未明确市级联系领导。", "No municipal leader has been linked yet."),
    LINK_LEADER,
    _LINK_MUNICIPAL_FORM,
)
MUNICIPAL_LEFT = Reason(
    "municipal_leader_left",
    Words(
        "市级联系领导{person}自{until}起不再联系，之后无人接续。",
        "Municipal leader {person} has not been linked from {until}; nobody followed.",
    ),
    LINK_LEADER,
    _LINK_MUNICIPAL_FORM,
)
MUNICIPAL_ELSEWHERE = Reason(
    "municipal_leader_elsewhere",
    Words(
        "市级领导{person}联系本社区，但县里没有指定本社区由市级领导联系。",
        "Municipal leader {person} is linked here, but the county names no municipal link for this community.",
    ),
    Words(
        "结束这项联系，或由县里把本社区列入市级领导联系的社区。",
        "End the link, or let the county name this community.",
    ),
    Form("leader-links", Action.END, PostKind.LEADER_MUNICIPAL),
)
VISIT_MISSED = Reason(
    "visit_missed",
    Words(
        "{quarter}县级联系领导尚未到社区指导；上次走访是{last}。",
        "No visit by the county leader in {quarter} so far; the last was on {last}.",
    ),
    VISIT_NOW,
    _RECORD_VISIT_FORM,
)
VISIT_NEVER = Reason(
    "visit_never",
    Words(
        "{quarter}县级联系领导尚未到社区指导，此前也没有走访记录。",
        "No visit by the county leader in {quarter} so far, and none on record before.",
    ),
    VISIT_NOW,
    _RECORD_VISIT_FORM,
)
FIRST_SECRETARY_NEVER = Reason(
    "first_secretary_never",
    Words("尚未选派第一书记。", "No first secretary has been sent yet."),
    SECOND_CADRE,
    _SEND_FIRST_FORM,
)
FIRST_SECRETARY_LEFT = Reason(
    "first_secretary_left",
    Words(
        "第一书记{person}离任，自{until}起空缺。",
        "First secretary {person} left; vacant from {until}.",
    ),
    SECOND_CADRE,
    _SEND_FIRST_FORM,
)
FIRST_SECRETARY_TERM_OVER = Reason(
    "first_secretary_term_over",
    Words(
        "第一书记{person}任期届满，自{until}起未续任也未轮换。",
        "First secretary {person}'s term is over; neither renewed nor rotated from {until}.",
    ),
    Words(
        "办理续任并登记新的任期，或选派下一任第一书记。",
        "Renew and record the new term, or send the next first secretary.",
    ),
    _RENEW_FIRST_FORM,
)
BRANCH_NEVER = Reason(
    "general_branch_never",
    Words("尚未成立社区党总支。", "No general branch has been founded yet."),
    FOUND_GENERAL_BRANCH,
    _GENERAL_BRANCH_FORM,
)
BRANCH_ENDED = Reason(
    "general_branch_ended",
    Words("社区党总支自{until}起不再存续。", "There is no general branch from {until}."),
    FOUND_GENERAL_BRANCH,
    _GENERAL_BRANCH_FORM,
)
SECRETARY_NEVER = Reason(
    "secretary_never",
    Words("社区党组织书记尚未任职。", "No community party secretary has taken office yet."),
    ELECT_ONE,
    _SECRETARY_FORM,
)
SECRETARY_LEFT = Reason(
    "secretary_left",
    Words(
        "社区党组织书记{person}离任，自{until}起空缺。",
        "Community party secretary {person} left; vacant from {until}.",
    ),
    ELECT_ONE,
    _SECRETARY_FORM,
)
DIRECTOR_NEVER = Reason(
    "director_never",
    Words("居委会主任尚未任职。", "No residents' committee director has taken office yet."),
    ELECT_ONE,
    _DIRECTOR_FORM,
)
DIRECTOR_LEFT = Reason(
    "director_left",
    Words(
        "居委会主任{person}离任，自{until}起空缺。",
        "Residents' committee director {person} left; vacant from {until}.",
    ),
    ELECT_ONE,
    _DIRECTOR_FORM,
)
TWO_PEOPLE = Reason(
    "two_people",
    Words(
        "书记{secretary}与主任{director}不是同一人。",
        "Secretary {secretary} and director {director} are two people.",
    ),
    Words(
        "换届或补选时由一人兼任书记和主任，并登记任职日期。",
        "At the next election let one person hold both posts, and record the first day.",
    ),
    _DIRECTOR_FORM,
)
GRID_BRANCH_NEVER = Reason(
    "grid_branch_never",
    Words("网格尚未设立党支部。", "The grid has no party branch yet."),
    FOUND_GRID_BRANCH,
    _GRID_BRANCH_FORM,
)
GRID_BRANCH_ENDED = Reason(
    "grid_branch_ended",
    Words("网格党支部自{until}起不再存续。", "The grid has no party branch from {until}."),
    FOUND_GRID_BRANCH,
    _GRID_BRANCH_FORM,
)
WORKER_NEVER = Reason(
    "grid_worker_never",
    Words("网格尚未配备专职网格员。", "The grid has had no full-time worker yet."),
    ASSIGN_WORKER,
    _GRID_WORKER_FORM,
)
WORKER_LEFT = Reason(
    "grid_worker_left",
    Words(
        "专职网格员{person}离岗，自{until}起空缺。",
        "Full-time worker {person} left; vacant from {until}.",
    ),
    ASSIGN_WORKER,
    _GRID_WORKER_FORM,
)
DESK_NEVER = Reason(
    "community_desk_never",
    Words(
        "社区网格服务站尚无人值守，诉求会越过社区上转乡镇。",
        "Nobody has manned the community's desk yet: reports pass over it to the township.",
    ),
    MAN_DESK,
    _DESK_FORM,
)
DESK_LEFT = Reason(
    "community_desk_left",
    Words(
        "社区网格服务站人员{person}离岗，自{until}起空缺，诉求会越过社区上转乡镇。",
        "{person} left the community's desk; vacant from {until}: reports pass over it to the township.",
    ),
    MAN_DESK,
    _DESK_FORM,
)
GROUP_NEVER = Reason(
    "building_group_never",
    Words("楼栋尚未设立党小组。", "The building has no party group yet."),
    FOUND_GROUP,
    _GROUP_FORM,
)
GROUP_ENDED = Reason(
    "building_group_ended",
    Words("楼栋党小组自{until}起不再存续。", "The building has no party group from {until}."),
    FOUND_GROUP,
    _GROUP_FORM,
)
PROPERTY_NEVER = Reason(
    "property_never",
    Words(
        "没有物业服务企业，也未列入无物业小区台账。",
        "No property company, and not in the ledger of unserved compounds.",
    ),
    SERVE_COMPOUND,
    _CONTRACT_FORM,
)
PROPERTY_CONTRACT_ENDED = Reason(
    "property_contract_ended",
    Words(
        "{company}的物业服务合同自{until}起终止，未续聘，也未列入无物业小区台账。",
        "The contract of {company} ended from {until}; not renewed, and not in the ledger of unserved compounds.",
    ),
    SERVE_COMPOUND,
    _CONTRACT_FORM,
)
PROPERTY_LEFT_LEDGER = Reason(
    "property_left_ledger",
    Words(
        "自{until}起移出无物业小区台账，但没有登记物业服务企业。",
        "Taken out of the ledger of unserved compounds from {until}, but no property company is recorded.",
    ),
    SERVE_COMPOUND,
    _CONTRACT_FORM,
)
