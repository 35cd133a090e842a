"""Sentences for people: why a change cannot be made. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Words = tuple[str, str]

GONE: Final = ("这条记录已不存在，请刷新。", "This record is gone; reload.")
BEYOND: Final = ("不在您负责的范围内。", "This lies outside your area.")
NO_SUCH_COLUMN: Final = ("没有这一列。", "There is no such column.")
NEEDED: Final = ("必须填写。", "This is needed.")
NO_SUCH_CODE: Final = ("没有这个编码。", "There is no such code.")
OTHER_NAME: Final = ("这个编号的人叫“{name}”。", "The person of this code is “{name}”.")
OWN_CODE: Final = ("编码不能改变。", "A code never changes.")
NO_DAY: Final = ("请填从哪天起。", "Say from which day.")
NO_REASON: Final = ("请写明哪里错了。", "Say what was wrong.")
NO_CHANGE: Final = ("和原来一样，没有要保存的变化。", "Nothing differs from what stands there.")
ENDS_FIRST: Final = ("结束日须在开始日之后。", "It must end after its first day.")
NOT_BEGUN: Final = (
    "须在开始日 {begins} 之后。从未生效的请用“撤下”，开始就写错的请用“更正”。",
    "It must be after the first day, {begins}. Withdraw what never was; correct what was wrong.",
)
OVER: Final = (
    "这条记录 {ends} 已结束。日期写错了请用“更正”。",
    "This record ended on {ends}. Correct it if that day is wrong.",
)
NO_END: Final = ("这类记录没有结束日。", "Such records do not end.")
NO_TERM: Final = ("这类记录没有任期。", "Such records have no term.")
SHORTER_TERM: Final = (
    "新的届满日须晚于原来的 {term_end}。",
    "The new term must end after the old one, {term_end}.",
)
TERM_FIRST: Final = ("届满日须在开始日之后。", "The term must end after the first day.")
IN_FUTURE: Final = ("不能晚于今天。", "It cannot lie after today.")
NOT_LINKED: Final = (
    "这位领导没有联系过这个社区，请先在“领导联系社区”里登记。",
    "This leader was never linked to the community; write the link first.",
)
LINK_NOT_THEN: Final = (
    "{day} 不在联系期内（{spans}）。",
    "The link did not hold on {day} (it held {spans}).",
)
TWO_LEADERS: Final = (
    "这个社区有几位同名的联系领导，请填人员编号。",
    "Several linked leaders have this name; give the code.",
)
VISIT_OUTSIDE: Final = (
    "{days} 有走访记录，须在任职期内。先更正走访，或改日期。",
    "There are visits on {days}, which must lie in the span. Correct those first.",
)
NO_COMMUNITY: Final = ("请至少填一个社区。", "Give one community at least.")
REFERRED: Final = (
    "还有别的记录用到它，不能撤下；可以结束或更正。",
    "Other records refer to it: it cannot be withdrawn, only ended or corrected.",
)
ELSE_WRONG: Final = ("数据库拒绝了这条记录。", "The database refused this record.")

CONSTRAINTS: Final[Mapping[str, tuple[str, Words]]] = {
    "ex_post_person": (
        "person",
        ("此人在这些日期里已有这个岗位。", "The person has this post on these days already."),
    ),
    "ex_post_single": (
        "begins",
        (
            "这个岗位在这些日期里已有人，请先结束前任。",
            "Somebody else has this post on these days; end that first.",
        ),
    ),
    "ex_party_version": (
        "code",
        ("这个党组织在这些日期里已有一条记录。", "The organisation has a record on these days."),
    ),
    "ex_party_version_area": (
        "target",
        ("这个社区在这些日期里已有党总支。", "The community has its branch on these days."),
    ),
    "ex_party_version_grid": (
        "target",
        ("这个网格在这些日期里已有党支部。", "The grid has its branch on these days."),
    ),
    "ex_party_version_building": (
        "target",
        ("这栋楼在这些日期里已有党小组。", "The building has its group on these days."),
    ),
    "ex_unit_checkin": (
        "agency",
        ("这个单位在这些日期里已在这个社区报到。", "The agency is checked in here on these days."),
    ),
    "ex_responsible_unit": (
        "agency",
        ("这个部门在这些日期里已分包这个社区。", "The agency has the community on these days."),
    ),
    "ex_property_contract": (
        "begins",
        (
            "这个小区在这些日期里已有物业合同，请先结束前一份。",
            "The compound has a contract on these days; end that first.",
        ),
    ),
    "ex_owners_committee": (
        "begins",
        ("这个小区在这些日期里已有业委会。", "The compound has a committee on these days."),
    ),
    "ex_unserved_compound": (
        "begins",
        ("这个小区在这些日期里已在台账里。", "The compound is in the ledger on these days."),
    ),
    "ex_service_centre": (
        "code",
        ("这个中心在这些日期里已有一条记录。", "The centre has a record on these days."),
    ),
    "ex_service_centre_area": (
        "communities",
        (
            "中心在这些日期里已服务这个社区。",
            "The centre serves the community on these days already.",
        ),
    ),
    "uq_visit_post_id_day": (
        "day",
        ("这一天的走访已经登记过。", "The visit of this day is written already."),
    ),
    "uq_joint_meeting_community_id_day_topic": (
        "topic",
        ("这一天同一议题的会议已经登记过。", "A meeting of this day and topic is written already."),
    ),
    "ex_household": (
        "code",
        ("这个编号在这些日期里已有一条记录。", "The code has a record on these days."),
    ),
    "ex_household_door": (
        "room",
        ("这一户在这些日期里已在名单里。", "The door is on the list on these days."),
    ),
    "ck_household_door": (
        "room",
        (
            "整栋走访的不填单元和户室，其他类别要填。",
            "A whole building has neither unit nor room; every other kind has one.",
        ),
    ),
    "uq_door_visit_moment": (
        "time",
        ("这一户这个时间的走访已经登记过。", "A visit of this minute is written already."),
    ),
    "ck_door_visit_asked": (
        "satisfaction",
        ("家中无人的没有满意度。", "Where nobody was at home there is no grade."),
    ),
    "ck_door_visit_time": (
        "time",
        ("时间写成 14:30 这样。", "Write the time as 14:30."),
    ),
    "uq_property_company_code": (
        "code",
        ("这个编码已有别的企业。", "Another company has this code."),
    ),
    "uq_agency_code": ("code", ("这个编码已有别的部门。", "Another agency has this code.")),
    "uq_person_code": ("code", ("这个编号已有别的人。", "Somebody else has this code.")),
    "ex_company_party": (
        "begins",
        ("这家企业在这些日期里已有登记。", "The company has a record on these days."),
    ),
    "ex_joint_post": (
        "person",
        ("此人在这些日期里已在这个社区兼职。", "The person has a joint post here on these days."),
    ),
    "ck_joint_post_side": (
        "company",
        (
            "企业编码和小区编码只填一个，说明从哪边来。",
            "Write either the company's code or the compound's: where the person comes from.",
        ),
    ),
    "ex_self_management": (
        "work",
        ("这个事项在这些日期里已有人负责。", "Somebody looks after this on these days."),
    ),
    "uq_meeting_item_meeting_id_position": (
        "position",
        ("这次会议已有这个序号的议题。", "The meeting has a point of this number."),
    ),
    "uq_meeting_party": (
        "meeting",
        ("这一方已登记在这次会议里。", "This side is down for this meeting already."),
    ),
    "ck_meeting_party_side": (
        "company",
        (
            "企业、小区、社区的编码只填一个，说明是哪一方。",
            "Write one code: of the company, the compound or the community.",
        ),
    ),
    "uq_meeting_agency_meeting_id_agency_id": (
        "agency",
        ("这个部门已登记参加这次会议。", "The agency is down for this meeting already."),
    ),
    "uq_meeting_task_meeting_id_title": (
        "title",
        ("这次会议已有这件事项。", "The meeting has this task already."),
    ),
    "ck_meeting_task_result": (
        "result",
        ("填了完成日，请写明办理结果。", "Say what came of it, with the day it was done."),
    ),
    "uq_unit_deed_community_id_agency_id_day_kind": (
        "day",
        ("这一天同一类工作已经登记过。", "A deed of this day and kind is written already."),
    ),
    "ex_centre_opening": (
        "opens",
        (
            "这些日子已有这个开门时间。",
            "There is a line with this opening time for these days already.",
        ),
    ),
    "ck_centre_opening_order": (
        "closes",
        (
            "关门须晚于开门；跨过半夜的请分成两条。",
            "It must close after it opens; part it at midnight.",
        ),
    ),
    "ck_centre_opening_clock": (
        "opens",
        ("开门须早于 24:00。", "It must open before 24:00."),
    ),
    "ex_centre_member": (
        "volunteer",
        (
            "此人在这些日期里已属于一个中心，请先结束前一条。",
            "This person belongs to a centre on these days; end that first.",
        ),
    ),
    "ex_centre_closure": (
        "begins",
        ("这个中心在这些日期里已登记不开放。", "The centre is down as closed on these days."),
    ),
    "ex_willing_branch": (
        "target",
        (
            "这个网格的党支部在这些日期里已登记。",
            "The branch of this grid has a record on these days.",
        ),
    ),
    "ck_willing_branch_places": (
        "places",
        ("至少接收一名。", "One place at least."),
    ),
    "ex_party_membership": (
        "person",
        (
            "此人在这些日期里的组织关系已在别的党组织，请先结束。",
            "On these days the person belongs to another organisation; end that first.",
        ),
    ),
    "ck_party_meeting_present": (
        "present",
        (
            "已开的要填应到和实到，实到不多于应到；没开的不填。",
            "Held ones have both counts, present not above expected; others have none.",
        ),
    ),
    "uq_party_meeting_organisation_id_kind_day": (
        "day",
        ("这一天已有一次同类的会。", "There is a meeting of this kind on the day already."),
    ),
    "ck_party_version_target": (
        "target",
        ("类型和所在不相符。", "The kind does not fit the place."),
    ),
}
"""Rules of the schema: the column that a breach is told by, and the sentence."""
