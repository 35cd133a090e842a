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
    "uq_property_company_code": (
        "code",
        ("这个编码已有别的企业。", "Another company has this code."),
    ),
    "uq_agency_code": ("code", ("这个编码已有别的部门。", "Another agency has this code.")),
    "uq_person_code": ("code", ("这个编号已有别的人。", "Somebody else has this code.")),
    "ck_party_version_target": (
        "target",
        ("类型和所在不相符。", "The kind does not fit the place."),
    ),
}
"""Rules of the schema: the column that a breach is told by, and the sentence."""
