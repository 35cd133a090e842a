"""The words for joint meetings that are planned ahead, and for door visits that are behind."""

from __future__ import annotations

from typing import Final

from gridmap.messaging.words import Event

OF_MEETINGS: Final = {
    "zh": "社区：{holder}\n时间：{due}\n地点：{place}\n说明：{reason}\n{link}",
    "en": "Community: {holder}\nWhen: {due}\nWhere: {place}\nNote: {reason}\n{link}",
}
"""What the invited need to know; the subject has the topic."""

MEETINGS: Final[dict[Event, dict[str, tuple[str, str]]]] = {
    Event.JOINT_CALLED: {
        "zh": (
            "请参加联席会议：{category}",
            "请您参加，会前可以提议题；来不了请早告诉社区。",
        ),
        "en": (
            "Please come to the joint meeting: {category}",
            "You are invited and may propose points before it; tell the community if you cannot come.",
        ),
    },
    Event.JOINT_SOON: {
        "zh": ("快开会了：{category}", "请看议程，按时参加。"),
        "en": ("The joint meeting is near: {category}", "Please look at the agenda."),
    },
    Event.JOINT_MOVED: {
        "zh": ("联席会议改期：{category}", "时间或地点改了，以这一条为准。"),
        "en": ("Joint meeting moved: {category}", "Time or place have changed to these."),
    },
    Event.JOINT_CANCELLED: {
        "zh": ("联席会议取消：{category}", "这次会议不开了。"),
        "en": ("Joint meeting cancelled: {category}", "It will not take place."),
    },
    Event.JOINT_WAITING: {
        "zh": (
            "联席会议待补纪要：{category}",
            "日子已过，还没有写纪要。开过的请补写；没开的请改期或取消。",
        ),
        "en": (
            "Minutes are missing: {category}",
            "The day has passed. Write the minutes if it was held; else move or cancel it.",
        ),
    },
}

OF_DOORS: Final = {
    "zh": "最早应走访：{due}\n各网格超期户数/全部户数：{reason}\n{link}",
    "en": "The first was due on: {due}\nDoors overdue of all, by grid: {reason}\n{link}",
}
"""What is behind: days, names and numbers, the same in every language."""

DOORS: Final[dict[Event, dict[str, tuple[str, str]]]] = {
    Event.DOORS_LATE: {
        "zh": ("{place}有 {number} 户走访超期", "每周提醒一次。打开走访路线，从最近的一户开始。"),
        "en": (
            "Doors overdue in {place}: {number}",
            "Told once a week. Open your round and begin with the nearest door.",
        ),
    },
    Event.DOORS_BEHIND: {
        "zh": (
            "{place}走访落后，共 {number} 户超期",
            "每周提醒一次。请与网格员商量，安排人手补上。",
        ),
        "en": (
            "Far behind with visits: {place}, {number} doors overdue",
            "Told once a week. Please see with the grid workers who can help.",
        ),
    },
}
