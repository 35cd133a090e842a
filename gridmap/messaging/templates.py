"""The words that come with the program, for every event in both languages; counties edit them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gridmap.messaging.joint_templates import DOORS, MEETINGS, OF_DOORS, OF_MEETINGS
from gridmap.messaging.words import Event, Template

LANGUAGES: Final = ("zh", "en")

_FACTS: Final = {
    "zh": "地点：{place}\n阶段：{stage}\n时限：{due}\n说明：{reason}\n{link}",
    "en": "Place: {place}\nStage: {stage}\nDue: {due}\nNote: {reason}\n{link}",
}
"""What staff need to know at a glance; the subject has the category and the number."""
_ASIDE: Final = {
    "zh": "编号：{number}\n类别：{category}\n地点：{place}\n现在由：{holder}\n时限：{due}\n说明：{reason}\n"
    "查看进度：{link}",
    "en": "Number: {number}\nCategory: {category}\nPlace: {place}\nNow with: {holder}\nDue: {due}\nNote: {reason}\n"
    "Follow it here: {link}",
}
"""What a reporter needs to know."""

_OF_PLANS: Final = {
    "zh": "生效日：{due}\n说明：{reason}\n{link}",
    "en": "In force from: {due}\nNote: {reason}\n{link}",
}
"""What a plan's author needs to know; the subject has its name and number."""

_OF_GAPS: Final = {
    "zh": "缺项：{category}\n地点：{place}\n期限：{due}\n说明：{reason}\n{link}",
    "en": "Gap: {category}\nPlace: {place}\nDue: {due}\nNote: {reason}\n{link}",
}
"""What the owner of a gap needs to know."""

_OF_DUTIES: Final = {
    "zh": "党组织：{place}\n日期：{due}\n说明：{reason}\n{link}",
    "en": "Organisation: {place}\nDay: {due}\nNote: {reason}\n{link}",
}
"""What a secretary or group leader needs to know of a meeting."""

_OF_FOLLOW_UP: Final = {
    "zh": "社区：{place}\n期限：{due}\n说明：{reason}\n{link}",
    "en": "Community: {place}\nDue: {due}\nNote: {reason}\n{link}",
}
"""What the owner of a meeting's task, or a responsible unit, needs to know."""

_OF_WEBHOOKS: Final = {
    "zh": "推送：{plan}\n原因：{reason}\n{link}",
    "en": "Webhook: {plan}\nWhy: {reason}\n{link}",
}
"""What an administrator needs to know of a webhook that was stopped."""

_STAFF: Final[dict[Event, dict[str, tuple[str, str]]]] = {
    Event.HELD: {
        "zh": ("新任务：{category}（{number}）", "一件诉求交到您手里。"),
        "en": ("New task: {category} ({number})", "A report is in your hands."),
    },
    Event.REMINDED: {
        "zh": ("即将到期：{category}（{number}）", "这件诉求快到时限了，超时会自动上转。"),
        "en": ("Due soon: {category} ({number})", "It climbs by itself when its time runs out."),
    },
    Event.CLIMBED: {
        "zh": ("超时上转：{category}（{number}）", "这件诉求在下级超过时限，已转到您这里。"),
        "en": ("Climbed: {category} ({number})", "Its time ran out below; it is now with you."),
    },
    Event.RETURNED: {
        "zh": ("退单：{category}（{number}）", "这件诉求被退回，请您重新安排。"),
        "en": ("Returned: {category} ({number})", "It came back; please find who can handle it."),
    },
    Event.SUPERVISED: {
        "zh": ("督办：{category}（{number}）", "领导对这件诉求作了督办。"),
        "en": ("Supervised: {category} ({number})", "A leader asks for this report."),
    },
    Event.HANDED_OVER: {
        "zh": ("移交：{category}（{number}）", "岗位有变动，这件诉求移交给您。"),
        "en": ("Handed over: {category} ({number})", "A post has changed; it is now with you."),
    },
    Event.REOPENED: {
        "zh": ("重新办理：{category}（{number}）", "诉求人反映没有解决，请重新办理。"),
        "en": ("Reopened: {category} ({number})", "The reporter says that it is not solved."),
    },
    Event.OVERDUE_AT_COUNTY: {
        "zh": ("县级超时：{category}（{number}）", "这件诉求在县级也超过了时限。"),
        "en": (
            "Overdue at the county: {category} ({number})",
            "It is out of time at the county, too.",
        ),
    },
    Event.RESUMED: {
        "zh": ("恢复办理：{category}（{number}）", "挂账的诉求到期，请恢复办理。"),
        "en": ("Resumed: {category} ({number})", "The suspended report goes on."),
    },
    Event.JOINED: {
        "zh": ("并案：{category}（{number}）", "另一件诉求并入了您手里的这件。"),
        "en": ("Joined: {category} ({number})", "Another report was joined to yours."),
    },
}

_PLANS: Final[dict[Event, dict[str, tuple[str, str]]]] = {
    Event.PLAN_RETURNED: {
        "zh": ("退回修改：{plan}（方案 {number}）", "您起草的网格方案被退回，请修改后再送审。"),
        "en": (
            "Sent back: {plan} (plan {number})",
            "Please change it and send it for review again.",
        ),
    },
    Event.PLAN_APPROVED: {
        "zh": ("已核准：{plan}（方案 {number}）", "您起草的网格方案已核准，可以发布。"),
        "en": ("Approved: {plan} (plan {number})", "Your plan of grids can be published."),
    },
    Event.PLAN_ADOPTED: {
        "zh": ("已发布：{plan}（方案 {number}）", "您起草的网格方案已发布，请看有哪些事项要决定。"),
        "en": ("Published: {plan} (plan {number})", "Please see what is left to be decided."),
    },
    Event.PLAN_WITHDRAWN: {
        "zh": ("已撤回：{plan}（方案 {number}）", "您起草的网格方案在生效之前撤回了。"),
        "en": ("Withdrawn: {plan} (plan {number})", "Your plan was withdrawn before its day."),
    },
}

_GAPS: Final[dict[Event, dict[str, tuple[str, str]]]] = {
    Event.GAP_NAMED: {
        "zh": (
            "补缺任务：{place} {category}（任务 {number}）",
            "这个缺项请您负责补上；登记好以后任务自动办结。",
        ),
        "en": (
            "To mend: {category}, {place} (task {number})",
            "This gap is yours; the task closes by itself once the record is there.",
        ),
    },
    Event.GAP_OVERDUE: {
        "zh": ("补缺任务到期：{place} {category}（任务 {number}）", "期限已过，缺项还没有补上。"),
        "en": (
            "Overdue: {category}, {place} (task {number})",
            "The day has passed and the gap is still open.",
        ),
    },
    Event.GAP_MENDED: {
        "zh": ("缺项已补上：{place} {category}（任务 {number}）", "登记已经到位，任务自动办结。"),
        "en": (
            "Mended: {category}, {place} (task {number})",
            "The record is there; the task closed by itself.",
        ),
    },
    Event.GAP_DROPPED: {
        "zh": ("任务已撤销：{place} {category}（任务 {number}）", "这件补缺任务不再需要您办理。"),
        "en": (
            "Dropped: {category}, {place} (task {number})",
            "You need not mend this gap any more.",
        ),
    },
}

_DUTIES: Final[dict[Event, dict[str, tuple[str, str]]]] = {
    Event.PARTY_DUE: {
        "zh": ("提醒：{place} {category}（{number}）", "请按时组织，开完后登记到会情况和记录。"),
        "en": (
            "Reminder: {category}, {place} ({number})",
            "Please hold it in time and record attendance and minutes.",
        ),
    },
    Event.PARTY_MISSED: {
        "zh": (
            "未登记：{place} {category}（{number}）",
            "日期已过，还没有登记。开过的请补登记，没开的请补开。",
        ),
        "en": (
            "Not on record: {category}, {place} ({number})",
            "The day has passed. Record it if it was held, or hold it now.",
        ),
    },
    Event.PARTY_MATCHED: {
        "zh": (
            "流动党员待接收：{place}（{number}）",
            "一位在服务中心报到的党员离您的支部最近，请答复是否接收。",
        ),
        "en": (
            "A member waits: {place} ({number})",
            "A member who registered at a service centre is nearest to your branch. Please answer.",
        ),
    },
}

_FOLLOW_UP: Final[dict[Event, dict[str, tuple[str, str]]]] = {
    Event.FOLLOW_UP_NAMED: {
        "zh": ("联席会议交办：{category}", "联席会议议定由您办理；办完请登记完成日和结果。"),
        "en": (
            "Task of a joint meeting: {category}",
            "It is yours; record the day and the result when it is done.",
        ),
    },
    Event.FOLLOW_UP_DUE: {
        "zh": ("将到期：{category}", "期限快到了；办完请登记。"),
        "en": ("Due soon: {category}", "Its day is near; record it when it is done."),
    },
    Event.FOLLOW_UP_LATE: {
        "zh": ("已过期：{category}", "期限已过，还没有登记办结。"),
        "en": ("Overdue: {category}", "Its day has passed and it is not recorded as done."),
    },
    Event.UNIT_IDLE: {
        "zh": (
            "{category}本季在{place}还没有工作记录",
            "请到社区走访、参会或开展服务；做过的请补登记。",
        ),
        "en": (
            "{category}: nothing on record in {place} this quarter",
            "Please visit, attend or serve the community; what was done is recorded now.",
        ),
    },
}

_WEBHOOKS: Final[dict[Event, dict[str, tuple[str, str]]]] = {
    Event.WEBHOOK_STOPPED: {
        "zh": (
            "推送已停用：{plan}（编号 {number}）",
            "这个推送连续多次送不出去，已自动停用；对方恢复后请重新启用。",
        ),
        "en": (
            "Webhook stopped: {plan} (number {number})",
            "It failed many times in a row and was switched off; switch it on when the other side works again.",
        ),
    },
}

_REPORTER: Final[dict[Event, dict[str, tuple[str, str]]]] = {
    Event.REPORTER_FILED: {
        "zh": ("您的诉求已收到（{number}）", "您好，您的诉求已收到。"),
        "en": ("Your report was received ({number})", "Your report was received."),
    },
    Event.REPORTER_ACCEPTED: {
        "zh": ("您的诉求已受理（{number}）", "您好，您的诉求已受理。"),
        "en": ("Your report was accepted ({number})", "Your report was accepted."),
    },
    Event.REPORTER_DISPATCHED: {
        "zh": ("您的诉求已派遣处置（{number}）", "您好，您的诉求已派遣处置。"),
        "en": ("Your report is being handled ({number})", "Your report was given to a handler."),
    },
    Event.REPORTER_ASKED: {
        "zh": (
            "请您确认：问题解决了吗？（{number}）",
            "您好，您的诉求已处置并核查，请告诉我们问题是否解决。没有解决会重新办理。",
        ),
        "en": (
            "Is it solved? Please tell us ({number})",
            "Your report was handled and checked. Please tell us whether it is solved; if not, it goes on.",
        ),
    },
    Event.REPORTER_REOPENED: {
        "zh": ("您的诉求重新办理（{number}）", "您好，您的诉求已重新办理。"),
        "en": ("Your report was reopened ({number})", "Your report was opened again."),
    },
    Event.REPORTER_SUSPENDED: {
        "zh": ("您的诉求转入挂账跟踪（{number}）", "您好，您的诉求一时不能解决，已指定专人跟踪。"),
        "en": (
            "Your report needs longer ({number})",
            "It cannot be solved at once; somebody follows it up.",
        ),
    },
    Event.REPORTER_CLOSED: {
        "zh": ("您的诉求已结案（{number}）", "您好，您的诉求已结案，感谢您的反映。"),
        "en": ("Your report was closed ({number})", "Your report was closed. Thank you."),
    },
    Event.REPORTER_JOINED: {
        "zh": ("您的诉求与另一件合并办理（{number}）", "您好，同一问题已有人反映，两件合并办理。"),
        "en": (
            "Your report was joined to another ({number})",
            "The same was reported before; both go on as one.",
        ),
    },
}

DEFAULTS: Final[Mapping[tuple[Event, str], Template]] = {
    (event, language): Template(subject, f"{first}\n{facts[language]}")
    for table, facts in (
        (_STAFF, _FACTS),
        (_PLANS, _OF_PLANS),
        (_GAPS, _OF_GAPS),
        (_DUTIES, _OF_DUTIES),
        (_FOLLOW_UP, _OF_FOLLOW_UP),
        (MEETINGS, OF_MEETINGS),
        (DOORS, OF_DOORS),
        (_WEBHOOKS, _OF_WEBHOOKS),
        (_REPORTER, _ASIDE),
    )
    for event, texts in table.items()
    for language, (subject, first) in texts.items()
}
"""Event and language to its words."""


_DIGESTS: Final = {
    "zh": "{event}：{count} 件|这次共有 {count} 件，不一一列出。",
    "en": "{event}: {count} reports|There are {count} of them, too many to list.",
}


def digest(event: Event, language: str, count: int) -> Template:
    """Return the words to a group when one event happened to many reports at once.

    >>> digest(Event.CLIMBED, "zh", 500).subject
    '超时上转：500 件'
    """
    words = _DIGESTS[language].format(event=event.label(language), count=count)
    subject, _bar, body = words.partition("|")
    return Template(subject, body)


_SUMMARIES: Final[dict[Event, dict[str, tuple[str, str]]]] = {
    Event.HANDED_OVER: {
        "zh": (
            "网格调整后有 {count} 件诉求转到您名下",
            "网格边界从今天起有调整，这些诉求的位置现在归您负责，时限不变。\n请打开工作台查看。",
        ),
        "en": (
            "Yours now, since grids have changed: {count}",
            "Grid boundaries are others since today; these places are yours. Deadlines stay.\nSee your desk.",
        ),
    }
}
"""What somebody is told of many reports at once."""
_TO_GROUPS: Final[dict[Event, dict[str, tuple[str, str]]]] = {
    Event.HANDED_OVER: {
        "zh": (
            "网格调整：{count} 件诉求改派",
            "网格边界从今天起有调整，这里有 {count} 件未结案的诉求换了承办人，时限不变。",
        ),
        "en": (
            "Handed over, since grids have changed: {count}",
            "Grid boundaries are others since today. Open reports here that somebody else has now: {count}.",
        ),
    }
}
"""What a group is told of them."""


def summary(event: Event, language: str, count: int, *, to_group: bool = False) -> Template:
    """Return the words for a person, or for a group, when one change moved many reports.

    >>> summary(Event.HANDED_OVER, "zh", 37).subject
    '网格调整后有 37 件诉求转到您名下'
    """
    known = language if language in LANGUAGES else LANGUAGES[0]
    subject, body = (_TO_GROUPS if to_group else _SUMMARIES)[event][known]
    return Template(subject.format(count=count), body.format(count=count))


def in_force(event: Event, language: str, edited: Mapping[tuple[str, str], Template]) -> Template:
    """Return the words of an event: the county's own, or those that come with the program.

    >>> in_force(Event.HELD, "en", {}).subject
    'New task: {category} ({number})'
    """
    known = language if language in LANGUAGES else LANGUAGES[0]
    return edited.get((event.value, known)) or DEFAULTS[event, known]
