"""What can be told, to whom, and how a template becomes a message: plain text, no database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gridmap.errors import InvalidInput
from gridmap.terms import Term

LONGEST_SUBJECT: Final = 120
LONGEST_BODY: Final = 2000
MOST_ROBOT_BYTES: Final = 3800
"""A WeCom robot takes at most 4096 bytes of markdown."""

_PLACE: Final = re.compile(r"\{([^{}\n]*)\}")
_WIDE_BRACES: Final = re.compile(r"[｛｝]")
_SPACES: Final = re.compile(r"\s+")
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}\Z"
)
_LONGEST_ADDRESS: Final = 254
_MARKDOWN: Final = str.maketrans(
    {
        "*": "＊",
        "_": "＿",
        "`": "‘",
        "#": "＃",
        "~": "～",
        "|": "｜",
        "!": "！",
        "@": "＠",
        "\\": "＼",
    }
    | {"[": "［", "]": "］", "(": "（", ")": "）", "<": "＜", ">": "＞"}
)
_REPORTER: Final = "reporter_"
_PERSONAL: Final = (
    *("plan_", "gap_", "webhook_", "party_", "follow_up_", "unit_"),
    *("joint_", "doors_"),
)


class Event(Term):
    """What is told: to those who work on a report, who planned, owns a gap or keeps the system, a reporter."""

    HELD = "held", "新任务", "New task"
    REMINDED = "reminded", "即将到期", "Due soon"
    CLIMBED = "climbed", "超时上转", "Climbed"
    RETURNED = "returned", "退单", "Returned"
    SUPERVISED = "supervised", "督办", "Supervised"
    HANDED_OVER = "handed_over", "移交", "Handed over"
    REOPENED = "reopened", "重新办理", "Reopened"
    OVERDUE_AT_COUNTY = "overdue_at_county", "县级超时", "Overdue at the county"
    RESUMED = "resumed", "恢复办理", "Resumed"
    JOINED = "joined", "并案", "Joined"

    PLAN_RETURNED = "plan_returned", "网格方案退回修改", "Plan of grids sent back"
    PLAN_APPROVED = "plan_approved", "网格方案已核准", "Plan of grids approved"
    PLAN_ADOPTED = "plan_adopted", "网格方案已发布", "Plan of grids published"
    PLAN_WITHDRAWN = "plan_withdrawn", "网格方案已撤回", "Plan of grids withdrawn"

    GAP_NAMED = "gap_named", "补缺任务", "A gap to mend"
    GAP_OVERDUE = "gap_overdue", "补缺任务到期", "A gap is overdue"
    GAP_MENDED = "gap_mended", "缺项已补上", "A gap is mended"
    GAP_DROPPED = "gap_dropped", "补缺任务已撤销", "A gap's task is dropped"

    PARTY_DUE = "party_due", "组织生活将到期", "A duty of the branch is due"
    PARTY_MISSED = "party_missed", "组织生活未登记", "A duty of the branch is not on record"
    PARTY_MATCHED = "party_matched", "流动党员待接收", "A member waits to be taken in"

    FOLLOW_UP_NAMED = "follow_up_named", "联席会议交办", "A joint meeting's task"
    FOLLOW_UP_DUE = "follow_up_due", "议定事项将到期", "A joint meeting's task is due"
    FOLLOW_UP_LATE = "follow_up_late", "议定事项过期", "A joint meeting's task is overdue"
    UNIT_IDLE = "unit_idle", "分包单位本季无工作", "A responsible unit has done nothing"

    JOINT_CALLED = "joint_called", "联席会议邀请", "Invited to a joint meeting"
    JOINT_SOON = "joint_soon", "联席会议将开", "A joint meeting is near"
    JOINT_MOVED = "joint_moved", "联席会议改期", "A joint meeting was moved"
    JOINT_CANCELLED = "joint_cancelled", "联席会议取消", "A joint meeting was cancelled"
    JOINT_WAITING = "joint_waiting", "联席会议待补纪要", "A joint meeting waits for its minutes"

    DOORS_LATE = "doors_late", "走访超期（每周）", "Doors overdue (weekly)"
    DOORS_BEHIND = "doors_behind", "网格走访落后（每周）", "Grids far behind with visits (weekly)"

    WEBHOOK_STOPPED = "webhook_stopped", "推送已停用", "A webhook was stopped"

    REPORTER_FILED = "reporter_filed", "告知：已收到", "To the reporter: received"
    REPORTER_ACCEPTED = "reporter_accepted", "告知：已受理", "To the reporter: accepted"
    REPORTER_DISPATCHED = "reporter_dispatched", "告知：已派遣", "To the reporter: dispatched"
    REPORTER_ASKED = "reporter_asked", "请您确认结果", "The reporter is asked"
    REPORTER_REOPENED = "reporter_reopened", "告知：重新办理", "To the reporter: reopened"
    REPORTER_SUSPENDED = "reporter_suspended", "告知：挂账跟踪", "To the reporter: suspended"
    REPORTER_CLOSED = "reporter_closed", "告知：已结案", "To the reporter: closed"
    REPORTER_JOINED = "reporter_joined", "告知：已并案", "To the reporter: joined"

    @property
    def for_reporter(self) -> bool:
        """Tell whether it goes to the reporter rather than to staff.

        >>> Event.REPORTER_ASKED.for_reporter, Event.HELD.for_reporter
        (True, False)
        """
        return self.value.startswith(_REPORTER)

    @property
    def is_personal(self) -> bool:
        """Tell whether it goes to one person alone: a plan's author, a gap's owner, an administrator.

        >>> Event.PLAN_APPROVED.is_personal, Event.GAP_NAMED.is_personal, Event.HELD.is_personal
        (True, True, False)
        """
        return self.value.startswith(_PERSONAL)


STAFF_EVENTS: Final = tuple(
    event for event in Event if not (event.for_reporter or event.is_personal)
)
"""Events that group robots can be told of, too."""


class Place(Term):
    """The places of a template: `{number}` and so on; there are no others."""

    NUMBER = "number", "诉求（或方案、任务）编号", "Number of the report, plan or task"
    CATEGORY = "category", "类别", "Category"
    PLACE = "place", "地点", "Where it is"
    PLAN = "plan", "网格方案的名称", "Name of the plan of grids"
    HOLDER = "holder", "现在由谁负责", "Who holds it now"
    STAGE = "stage", "阶段", "Stage"
    DUE = "due", "时限", "When it is due"
    REASON = "reason", "原因或说明", "Reason or note"
    LINK = "link", "打开诉求的网址（站内消息不带）", "Address of the report (not in the inbox)"


PLACES: Final = frozenset(place.value for place in Place)


@dataclass(frozen=True, slots=True)
class Template:
    """The words of an event in one language, with places."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell, as the caller knows it.

    Attributes:
        event: what happened.
        key: what makes it one happening, for example ``2026-000318:7``; the same key is told to the
            same recipient once.
        values: what fills the places, as plain text; `link` is a path of this site (``/desk/…``).
        person_id: whose inbox gets it; a stand-in gets a notice of her own under the same key.
        email: address that a reporter left.
        language: ``zh`` or ``en``, of the reader.
        number: the report's number.
        community_id: community of the report, whose group robots are told of staff events; None for
            the county's robots only.
        count: of so many reports it tells at once, in the words of `templates.summary`: with a
            person in her inbox alone, without one to the robots alone. None: of one report.
    """

    event: Event
    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    person_id: int | None = None
    email: str | None = None
    language: str = "zh"
    number: str | None = None
    community_id: int | None = None
    count: int | None = None


def check(template: Template) -> Template:
    """Return an edited template, or refuse it.

    Raises:
        InvalidInput: empty, too long, or with a place that does not exist; names it.
    """
    for name, text, longest in (
        ("subject", template.subject, LONGEST_SUBJECT),
        ("body", template.body, LONGEST_BODY),
    ):
        if not text.strip():
            raise _refused(name, "标题和正文都不能空着。", "Subject and body must not be empty.")
        if len(text) > longest:
            raise _refused(name, f"最多 {longest} 个字。", f"At most {longest} characters.")
        _check_places(name, text)
    return template


def _check_places(name: str, text: str) -> None:
    if _WIDE_BRACES.search(text):
        raise _refused(
            name, "花括号请用半角 { }，不要用全角 ｛ ｝。", "Use { } and not the full-width ｛ ｝."
        )
    for found in _PLACE.findall(text):
        if found not in PLACES:
            known = "、".join(f"{{{place}}}" for place in Place)
            raise _refused(
                name,
                f"没有占位符“{{{found}}}”，可用的有：{known}。",
                f"There is no place “{{{found}}}”; there are: {known.replace('、', ', ')}.",
            )


def _refused(field_name: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(field=field_name, reason_zh=zh, reason_en=en)


def render(template: Template, values: Mapping[str, str]) -> Template:
    r"""Fill the places; a line whose places are all empty is left out.

    Values are put in as they are and never read for places themselves. A subject is one line.

    >>> render(Template("{number}", "类别：{category}\n时限：{due}"), {"number": "1", "category": "路灯"})
    Template(subject='1', body='类别：路灯')
    """
    lines = (_filled(line, values) for line in template.body.splitlines())
    subject = _SPACES.sub(" ", _filled(template.subject, values) or "").strip()
    body = "\n".join(line for line in lines if line is not None).strip()
    return Template(subject[:LONGEST_SUBJECT], body)


def _filled(line: str, values: Mapping[str, str]) -> str | None:
    names = [name for name in _PLACE.findall(line) if name in PLACES]
    if names and not any(values.get(name) for name in names):
        return None
    return _PLACE.sub(
        lambda found: values.get(found[1], "") if found[1] in PLACES else found[0], line
    )


def for_robot(values: Mapping[str, str], address: str, language: str) -> dict[str, str]:
    """Return values for a group robot's markdown: no value can mark, mention or link anything.

    Args:
        values: plain values.
        address: full address of the report; may be empty.
        language: ``zh`` or ``en``.

    >>> for_robot({"reason": "**急** [看](http://x)"}, "", "zh")["reason"]
    '＊＊急＊＊ ［看］（http:／／x）'
    """
    clean = {
        name: _SPACES.sub(" ", value).translate(_MARKDOWN).replace("://", ":／／")
        for name, value in values.items()
    }
    opens = "Open" if language == "en" else "打开诉求"
    clean[Place.LINK] = f"[{opens}]({address})" if address else ""
    return clean


def cut(text: str, most_bytes: int = MOST_ROBOT_BYTES) -> str:
    """Return the text cut to so many bytes of UTF-8, at a character's end.

    >>> cut("网格", 4)
    '网'
    """
    return text.encode()[:most_bytes].decode(errors="ignore")


def is_address(email: str) -> bool:
    r"""Tell whether an e-mail address is one that plain SMTP carries.

    >>> is_address("li@example.org"), is_address("li@x\nBcc: y@example.org"), is_address("李@例子")
    (True, False, False)
    """
    return len(email) <= _LONGEST_ADDRESS and _ADDRESS.match(email) is not None


def masked(email: str) -> str:
    """Return an address as others may see it.

    >>> masked("liming@example.org")
    'l***@example.org'
    """
    name, _at, domain = email.partition("@")
    return f"{name[:1]}***@{domain}"
