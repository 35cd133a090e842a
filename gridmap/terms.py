"""The field's words: each English term of the code with its Chinese."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A closed list of words; every member carries its Chinese and its English label."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        """Make a member that equals its code and knows both labels."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        member.en = en
        return member

    def label(self, language: str) -> str:
        """Return the label in ``zh`` or ``en``.

        >>> Rung.COMMUNITY.label("zh"), Rung.COMMUNITY.label("en")
        ('社区', 'Community')
        """
        return self.en if language == "en" else self.zh


class AreaKind(Term):
    """Administrative areas; a tree (12-digit codes)."""

    COUNTY = "county", "县", "County"
    TOWNSHIP = "township", "乡镇/街道", "Township"
    COMMUNITY = "community", "社区", "Community"


class PartyKind(Term):
    """Levels of the party tree under a community."""

    GENERAL_BRANCH = "general_branch", "社区党总支", "General branch"
    GRID_BRANCH = "grid_branch", "网格党支部", "Grid branch"
    BUILDING_GROUP = "building_group", "楼栋党小组", "Building party group"


class PostKind(Term):
    """What a person answers for. Which target a kind has stands in `POST_TARGETS`."""

    SECRETARY = "secretary", "社区党组织书记", "Community party secretary"
    DIRECTOR = "director", "居委会主任", "Residents' committee director"
    COMMITTEE_MEMBER = "committee_member", "社区“两委”委员", "Community committee member"
    FIRST_SECRETARY = "first_secretary", "第一书记", "First secretary"
    LEADER_MUNICIPAL = "leader_municipal", "市级联系领导", "Municipal linked leader"
    LEADER_COUNTY = "leader_county", "县级联系领导", "County linked leader"
    LEADER_TOWNSHIP = "leader_township", "乡镇联系领导", "Township linked leader"
    GRID_WORKER = "grid_worker", "专职网格员", "Full-time grid worker"
    PART_TIME_WORKER = "part_time_worker", "兼职网格员", "Part-time grid worker"
    BRANCH_SECRETARY = "branch_secretary", "网格党支部书记", "Grid branch secretary"
    GROUP_LEADER = "group_leader", "楼栋党小组组长", "Building group leader"
    STEWARD = "steward", "楼门长", "Building steward"
    POLICE_OFFICER = "police_officer", "社区民警", "Community police officer"
    COMMUNITY_DESK = "community_desk", "社区网格服务站人员", "Community desk"
    TOWNSHIP_DESK = "township_desk", "乡镇网格化服务管理中心人员", "Township centre desk"
    COUNTY_DESK = "county_desk", "县网格化服务管理中心人员", "County centre desk"
    AGENCY_HANDLER = "agency_handler", "部门承办人", "Agency handler"
    PROPERTY_MANAGER = "property_manager", "物业项目经理", "Property manager"
    PARTY_ADVISER = "party_adviser", "党建指导员", "Party-building adviser"


POST_TARGETS: dict[PostKind, str] = {
    PostKind.SECRETARY: "area",
    PostKind.DIRECTOR: "area",
    PostKind.COMMITTEE_MEMBER: "area",
    PostKind.FIRST_SECRETARY: "area",
    PostKind.LEADER_MUNICIPAL: "area",
    PostKind.LEADER_COUNTY: "area",
    PostKind.LEADER_TOWNSHIP: "area",
    PostKind.GRID_WORKER: "grid",
    PostKind.PART_TIME_WORKER: "grid",
    PostKind.BRANCH_SECRETARY: "grid",
    PostKind.GROUP_LEADER: "building",
    PostKind.STEWARD: "building",
    PostKind.POLICE_OFFICER: "area",
    PostKind.COMMUNITY_DESK: "area",
    PostKind.TOWNSHIP_DESK: "area",
    PostKind.COUNTY_DESK: "area",
    PostKind.AGENCY_HANDLER: "agency",
    PostKind.PROPERTY_MANAGER: "compound",
    PostKind.PARTY_ADVISER: "compound",
}
"""What each kind of post is held for: an area, a grid, a building, a compound or an agency."""

SINGLE_HOLDER_POSTS: frozenset[PostKind] = frozenset(
    {
        PostKind.SECRETARY,
        PostKind.DIRECTOR,
        PostKind.FIRST_SECRETARY,
        PostKind.GRID_WORKER,
        PostKind.BRANCH_SECRETARY,
        PostKind.GROUP_LEADER,
    }
)
"""Posts that one person at a time can hold for a target; the schema excludes a second one."""

LEADER_LINKS: frozenset[PostKind] = frozenset(
    {PostKind.LEADER_MUNICIPAL, PostKind.LEADER_COUNTY, PostKind.LEADER_TOWNSHIP}
)
"""Leader links (领导联系社区): posts whose holder visits the community."""


class Line(Term):
    """The six lines of the one net (“一张网”): every category of report belongs to one."""

    PARTY = "party", "党建", "Party building"
    POLITICAL_LEGAL = "political_legal", "政法综治", "Political-legal affairs"
    CIVIL = "civil", "民政", "Civil affairs"
    URBAN = "urban", "城管", "Urban management"
    PETITION = "petition", "信访", "Petitions"
    EMERGENCY = "emergency", "应急管理", "Emergency management"


class Rung(Term):
    """The ladder that a report climbs, lowest first."""

    BUILDING_GROUP = "building_group", "楼栋党小组", "Building group"
    GRID_BRANCH = "grid_branch", "网格党支部", "Grid branch"
    COMMUNITY = "community", "社区", "Community"
    TOWNSHIP = "township", "乡镇网格中心", "Township centre"
    COUNTY = "county", "县网格中心", "County centre"


class Stage(Term):
    """Where a report stands between filing and closing."""

    FILED = "filed", "待受理", "Filed"
    ACCEPTED = "accepted", "已受理", "Accepted"
    HANDLING = "handling", "处置中", "In handling"
    CHECKING = "checking", "待核查", "To be checked"
    ASKING = "asking", "待回访", "Reporter is asked"
    SUSPENDED = "suspended", "挂账", "Suspended"
    JOINED = "joined", "已并案", "Joined"
    CLOSED = "closed", "已结案", "Closed"


class Outcome(Term):
    """What came of a report; apart from its stage: a closed report need not be solved."""

    SOLVED = "solved", "已解决", "Solved"
    NOT_SOLVED = "not_solved", "未解决", "Not solved"
    NOT_OURS = "not_ours", "不属本单位", "Not ours"
    DUPLICATE = "duplicate", "重复", "Duplicate"


class Satisfaction(Term):
    """The reporter's word on how the report was dealt with."""

    SATISFIED = "satisfied", "满意", "Satisfied"
    BASICALLY = "basically", "基本满意", "Basically satisfied"
    DISSATISFIED = "dissatisfied", "不满意", "Dissatisfied"


class PhotoKind(Term):
    """What a photo shows: the place from near and far, before and after handling."""

    NEAR = "near", "近景", "Near"
    FAR = "far", "远景", "Far"
    BEFORE = "before", "处置前", "Before"
    AFTER = "after", "处置后", "After"


class Verdict(Term):
    """How sure a place is: taken, to be asked, or none."""

    ACCEPTED = "accepted", "已定位", "Located"
    ASK = "ask", "请确认", "Please confirm"
    NONE = "none", "未落格", "No match"


class PlaceSource(Term):
    """Who said where: a human's pin beats the phone's own position."""

    PIN = "pin", "地图选点", "Pin on the map"
    GPS = "gps", "手机定位", "Phone position"
    SEARCH = "search", "搜索地址", "Address search"
    WORDS = "words", "文字描述", "Written words"


class PartyForm(Term):
    """How a property company or an owners' committee has its party organisation."""

    ALONE = "alone", "单建", "Own organisation"
    JOINT = "joint", "联建", "Joint organisation"
    ADVISER = "adviser", "派驻党建指导员", "Sent adviser"


class Role(Term):
    """System roles, granted apart from posts."""

    ADMINISTRATOR = "administrator", "系统管理员", "Administrator"
    PLANNER = "planner", "网格规划员", "Planner"
    AUDITOR = "auditor", "审计员", "Auditor"


class Named(Term):
    """What a name can stand for; the ledger's word for it beside the entity's code."""

    COMMUNITY = "community", "社区", "Community"
    COMPOUND = "compound", "小区", "Compound"
    BUILDING = "building", "楼栋", "Building"
    ROAD = "road", "道路", "Road"
    CROSSING = "crossing", "路口", "Crossing"
    POI = "poi", "地点", "Place"


class NameKind(Term):
    """How a name relates to its entity. The official one stands with the entity's own dated rows."""

    OFFICIAL = "official", "正式名", "Official"
    ALIAS = "alias", "别名", "Alias"
    SHORT = "short", "简称", "Short form"
    FORMER = "former", "曾用名", "Former"
    LANE = "lane", "弄名", "Lane"
    POI = "poi", "地标名", "Landmark"


class NameState(Term):
    """What a person has decided about a name: only confirmed ones find a place."""

    PROPOSED = "proposed", "待确认", "Proposed"
    CONFIRMED = "confirmed", "已确认", "Confirmed"
    REJECTED = "rejected", "不采用", "Rejected"


class NameSource(Term):
    """Who brought a name or an address."""

    IMPORT = "import", "导入", "Import"
    DESK = "desk", "派遣台", "Desk"
    HAND = "hand", "手工", "By hand"


class Parity(Term):
    """Which numbers between the first and the last belong to an address."""

    ALL = "all", "全部", "All"
    ODD = "odd", "单号", "Odd"
    EVEN = "even", "双号", "Even"


class Occupation(Term):
    """What a volunteer of the new employment groups does."""

    COURIER = "courier", "快递员", "Courier"
    RIDER = "rider", "外卖骑手", "Delivery rider"
    DRIVER = "driver", "网约车司机", "Ride-hailing driver"
    OTHER = "other", "其他", "Other"


class NeedState(Term):
    """Where a need stands between being posted and being met."""

    OPEN = "open", "待认领", "Open"
    TAKEN = "taken", "已认领", "Taken up"
    DONE = "done", "已办成", "Done"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"


class CheckInWay(Term):
    """How a volunteer checked in on the spot."""

    CODE = "code", "扫码", "Code"
    POSITION = "position", "定位", "Position"
    ORGANISER = "organiser", "组织者确认", "Organiser"


class HoursSource(Term):
    """Where minutes of service come from."""

    ACTIVITY = "activity", "活动", "Activity"
    NEED = "need", "认领需求", "Need taken up"
    IMPORT = "import", "平台导入", "Imported"
    CORRECTION = "correction", "更正", "Correction"


class JointDuty(Term):
    """Joint posts (交叉任职) in a community's party organisation."""

    MEMBER = "member", "兼职委员", "Part-time member"
    DEPUTY = "deputy", "兼职副书记", "Part-time deputy secretary"


class Upkeep(Term):
    """What somebody looks after in a compound without a property company."""

    CLEANING, GATE = ("cleaning", "保洁", "Cleaning"), ("gate", "门岗", "Gate")
    REPAIRS, LIGHTS = ("repairs", "维修", "Repairs"), ("lights", "路灯", "Lights")
    DRAINS, PARKING = ("drains", "下水", "Drains"), ("parking", "停车", "Parking")
    GREENERY, FIRE = ("greenery", "绿化", "Greenery"), ("fire", "消防", "Fire safety")


class UnitDeedKind(Term):
    """What a responsible unit does in its community."""

    VISIT, PROJECT = ("visit", "走访", "Visit"), ("project", "共建项目", "Joint project")
    LECTURE, HELP = ("lecture", "宣讲", "Lecture"), ("help", "帮扶", "Help")
    OTHER = "other", "其他", "Other"


class Weekdays(Term):
    """Days of the week on which a centre has the same hours."""

    DAILY = "daily", "每天", "Every day"
    WORKDAYS = "workdays", "周一至周五", "Monday to Friday"
    WEEKEND = "weekend", "周六、周日", "Saturday and Sunday"
    MONDAY = "monday", "周一", "Monday"
    TUESDAY = "tuesday", "周二", "Tuesday"
    WEDNESDAY = "wednesday", "周三", "Wednesday"
    THURSDAY = "thursday", "周四", "Thursday"
    FRIDAY = "friday", "周五", "Friday"
    SATURDAY = "saturday", "周六", "Saturday"
    SUNDAY = "sunday", "周日", "Sunday"


class MatchState(Term):
    """What a branch has said to a member who was proposed to it."""

    PROPOSED = "proposed", "待支部接收", "Proposed"
    ACCEPTED = "accepted", "已接收", "Accepted"
    DECLINED = "declined", "未接收", "Declined"


class HouseholdKind(Term):
    """Why somebody knocks at a door; a door is listed under the kind that is due most often."""

    ELDERLY_ALONE = "elderly_alone", "独居老人", "Elderly living alone"
    CHILDREN = "children", "困境儿童", "Children in need"
    DISABLED = "disabled", "残疾人家庭", "Disabled"
    NEEDY = "needy", "困难家庭", "Needy family"
    VETERAN = "veteran", "优抚对象", "Veteran"
    TENANTS = "tenants", "出租户", "Tenants"
    PARTY_MEMBER = "party_member", "老党员", "Veteran party member"
    ORDINARY = "ordinary", "普通户", "Ordinary"
    BUILDING = "building", "整栋走访", "Whole building"


class DoorOutcome(Term):
    """What came of knocking at a door."""

    VISITED = "visited", "已入户", "Visited"
    NOT_HOME = "not_home", "家中无人", "Not at home"


class DutyKind(Term):
    """What a branch owes: the theme day (主题党日), and the meetings and lessons of 三会一课."""

    THEME_DAY = "theme_day", "主题党日", "Theme day"
    MEMBERS = "members_meeting", "党员大会", "Members' meeting"
    COMMITTEE = "committee_meeting", "支委会", "Committee meeting"
    GROUP = "group_meeting", "党小组会", "Group meeting"
    LESSON = "lesson", "党课", "Party lesson"


class MeetingState(Term):
    """How far a meeting of an organisation is."""

    PLANNED = "planned", "已安排", "Planned"
    HELD = "held", "已开", "Held"
    CANCELLED = "cancelled", "已取消", "Cancelled"


class PartyStanding(Term):
    """A member's standing."""

    FULL = "full", "正式党员", "Full member"
    PROBATIONARY = "probationary", "预备党员", "Probationary member"


class PartyMove(Term):
    """How somebody's relation to an organisation began or ended."""

    TRANSFERRED = "transferred", "组织关系转移", "Transferred"
    ADMITTED = "admitted", "新发展", "Admitted"
    DIED = "died", "去世", "Died"
    LEFT = "left", "出党", "Left the party"
