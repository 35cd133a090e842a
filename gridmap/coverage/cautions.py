"""Why an advised clause does not hold, and how that is mended; days as in `reasons`."""

from __future__ import annotations

from gridmap.coverage.words import Action, Form, Reason, Words
from gridmap.terms import PartyKind, PostKind

RENEW_TERM = Words(
    "办理续任并登记新的任期，或提前确定接任人选。",
    "Renew and record the new term, or name the successor in time.",
)
_POST_FORM = Form("secretaries", Action.RENEW)

TERM_SOON = Reason(
    "term_soon",
    Words(
        "{post}{person}的任期到{until}届满。",
        "The term of {person} ({post}) ends on {until}.",
    ),
    RENEW_TERM,
    _POST_FORM,
)
TERM_OVER = Reason(
    "term_over",
    Words(
        "{post}{person}任期届满，自{until}起未续任也未换届。",
        "The term of {person} ({post}) is over; not renewed from {until}.",
    ),
    RENEW_TERM,
    _POST_FORM,
)

END_ONE_POST = Words(
    "由两人分任，结束其中一个岗位并登记。", "Let two people hold them: end one of the posts."
)
INCOMPATIBLE = Reason(
    "incompatible_posts",
    Words(
        "{person}同时任{one}和{other}，县里规定不宜兼任。",
        "{person} is both {one} and {other}; the county wants them held by two people.",
    ),
    END_ONE_POST,
    Form("secretaries", Action.END),
)

SHARE_LINKS = Words(
    "由其他领导接手部分社区，并登记联系起始日期。",
    "Let another leader take over, and record the first day of the link.",
)
TOO_MANY_LINKS = Reason(
    "leader_links_many",
    Words(
        "{post}{person}同时联系{number}个社区，超过{most}个。",
        "{person} ({post}) is linked to {number} communities, more than {most}.",
    ),
    SHARE_LINKS,
    Form("leader-links", Action.END),
)

VISIT_OFTEN = Words(
    "请县级联系领导到社区指导并登记走访日期；走访过的，补登记。",
    "Have the county leader visit and record the day; a visit that was made is recorded now.",
)
_VISIT_FORM = Form("visits", Action.VISIT)
QUARTER_SKIPPED = Reason(
    "visit_quarter_skipped",
    Words(
        "{quarter}整个季度没有县级联系领导走访记录。",
        "No visit by the county leader is on record for the whole of {quarter}.",
    ),
    VISIT_OFTEN,
    _VISIT_FORM,
)
VISIT_LONG_AGO = Reason(
    "visit_long_ago",
    Words(
        "自{last}起已超过{most}天没有县级联系领导走访。",
        "No visit by the county leader for more than {most} days since {last}.",
    ),
    VISIT_OFTEN,
    _VISIT_FORM,
)

ONE_WORKER_A_GRID = Words(
    "为其中一个网格另配一名专职网格员并登记。",
    "Assign another full-time worker to one of the grids and record the post.",
)
WORKER_SHARED = Reason(
    "worker_shared",
    Words(
        "专职网格员{person}同时负责{other}。",
        "Full-time worker {person} also answers for {other}.",
    ),
    ONE_WORKER_A_GRID,
    Form("grid-workers", Action.END, PostKind.GRID_WORKER),
)

RECRUIT = Words("招募兼职网格员并登记。", "Recruit part-time workers and record their posts.")
PART_TIME_FEW = Reason(
    "part_time_few",
    Words(
        "{households}户有{workers}名兼职网格员，每百户不足{least}名。",
        "{workers} part-time workers for {households} households, under {least} per 100.",
    ),
    RECRUIT,
    Form("part-time-workers", Action.BEGIN, PostKind.PART_TIME_WORKER),
)

JOIN_BRANCHES = Words(
    "与相邻网格联合组建党支部，或发展、转入党员后更新人数。",
    "Form a joint branch with a neighbour, or update the number when members join.",
)
_BRANCH_FORM = Form("branches", Action.RENEW, PartyKind.GRID_BRANCH)
BRANCH_SMALL = Reason(
    "branch_small",
    Words(
        "网格党支部有正式党员{members}名，不足{least}名。",
        "The branch has {members} full members, under {least}.",
    ),
    JOIN_BRANCHES,
    _BRANCH_FORM,
)
BRANCH_LARGE = Reason(
    "branch_large",
    Words(
        "网格党支部有正式党员{members}名，超过{most}名。",
        "The branch has {members} full members, more than {most}.",
    ),
    Words(
        "按程序分设党支部，或报上级党委批准升格为党总支。",
        "Split the branch, or have a general branch approved by the committee above.",
    ),
    _BRANCH_FORM,
)
ELECT_COMMITTEE = Words(
    "选举产生党组织委员会并登记委员。", "Elect the committee and record its members."
)
COMMITTEE_SMALL = Reason(
    "committee_small",
    Words(
        "社区党组织有正式党员{members}名，登记的委员（含书记）只有{seats}名，不足{least}名。",
        "The organisation has {members} full members, but {seats} on its committee, under {least}.",
    ),
    ELECT_COMMITTEE,
    Form("secretaries", Action.BEGIN, PostKind.COMMITTEE_MEMBER),
)

NAME_STEWARD = Words(
    "推选一名楼门长并登记。", "Choose a steward for the building and record the post."
)
_STEWARD_FORM = Form("stewards", Action.BEGIN, PostKind.STEWARD)
STEWARD_NEVER = Reason(
    "steward_never",
    Words("楼栋尚未配备楼门长。", "The building has had no steward yet."),
    NAME_STEWARD,
    _STEWARD_FORM,
)
STEWARD_LEFT = Reason(
    "steward_left",
    Words("楼门长自{until}起空缺。", "The building has no steward from {until}."),
    NAME_STEWARD,
    _STEWARD_FORM,
)

FOUND_COMMITTEE = Words(
    "指导业主成立业主委员会并登记。", "Help the owners to elect a committee and record it."
)
_OWNERS_FORM = Form("owners-committees")
OWNERS_NEVER = Reason(
    "owners_committee_never",
    Words("小区尚未成立业主委员会。", "The compound has had no owners' committee yet."),
    FOUND_COMMITTEE,
    _OWNERS_FORM,
)
OWNERS_ENDED = Reason(
    "owners_committee_ended",
    Words(
        "小区业主委员会自{until}起不再存续。",
        "The compound has no owners' committee from {until}.",
    ),
    FOUND_COMMITTEE,
    _OWNERS_FORM,
)

OPEN_CENTRE = Words(
    "就近增设党群服务中心（站点），或由更近的中心服务并登记。",
    "Open a centre nearer by, or let a nearer one serve the community, and record it.",
)
_CENTRE_FORM = Form("service-centres")
CENTRE_NONE = Reason(
    "service_centre_none",
    Words("没有党群服务中心服务本社区。", "No service centre serves the community."),
    OPEN_CENTRE,
    _CENTRE_FORM,
)
CENTRE_FAR = Reason(
    "service_centre_far",
    Words(
        "{total}户中有{far}户沿道路步行超过{metres}米才到党群服务中心，超过{most}%。",
        "{far} of {total} households walk over {metres} m along roads to a centre, more than {most}%.",
    ),
    OPEN_CENTRE,
    _CENTRE_FORM,
)

CALL_MEETING = Words("召开党建联席会议并登记。", "Call the joint meeting and record its day.")
_MEETING_FORM = Form("joint-meetings", Action.MEET)
MEETING_NEVER = Reason(
    "joint_meeting_never",
    Words("没有党建联席会议记录。", "No joint meeting is on record."),
    CALL_MEETING,
    _MEETING_FORM,
)
MEETING_LONG_AGO = Reason(
    "joint_meeting_long_ago",
    Words(
        "上次党建联席会议是{last}，已满{months}个月没有再开。",
        "The last joint meeting was on {last}; none for {months} months.",
    ),
    CALL_MEETING,
    _MEETING_FORM,
)

NAME_OFFICER = Words("明确社区民警并登记。", "Name the police officer and record the first day.")
_POLICE_FORM = Form("police", Action.BEGIN, PostKind.POLICE_OFFICER)
POLICE_NEVER = Reason(
    "police_never",
    Words("尚未明确社区民警。", "No police officer has been named yet."),
    NAME_OFFICER,
    _POLICE_FORM,
)
POLICE_LEFT = Reason(
    "police_left",
    Words(
        "社区民警{person}离任，自{until}起空缺。",
        "Police officer {person} left; vacant from {until}.",
    ),
    NAME_OFFICER,
    _POLICE_FORM,
)

NAME_UNIT = Words("明确分包单位并登记。", "Name the responsible unit and record it.")
_UNIT_FORM = Form("responsible-units")
UNIT_NEVER = Reason(
    "responsible_unit_never",
    Words("尚未明确分包单位。", "No responsible unit has been named yet."),
    NAME_UNIT,
    _UNIT_FORM,
)
UNIT_ENDED = Reason(
    "responsible_unit_ended",
    Words("自{until}起没有分包单位。", "There is no responsible unit from {until}."),
    NAME_UNIT,
    _UNIT_FORM,
)
