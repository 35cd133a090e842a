"""What the board counts: every measure with its words and its meaning, and the days it looks at.

A figure for days that are over is the same whenever it is asked. It rests on what never changes:
steps, answers, the moment of filing, the promise made that day. Only place and category are those
of now: a corrected pin or line corrects the past, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from gridmap.terms import Line, Term
from gridmap.timespan import start_of

NEAR_DUE: Final = timedelta(hours=24)
"""What is due within this time is near due."""


class Measure(Term):
    """Something that the board counts; what exactly stands in `MEANINGS`."""

    OPEN = "open", "未办结", "Open"
    OVERDUE = "overdue", "超时", "Overdue"
    NEAR_DUE = "near_due", "临期", "Near due"
    SUSPENDED = "suspended", "挂账", "Suspended"
    SUPERVISED = "supervised", "督办中", "Supervised"
    UNPLACED = "unplaced", "未落格", "In no grid"

    FILED = "filed", "上报", "Filed"
    PARTS = "parts", "分办子单", "Parts"

    CLOSED = "closed", "结案", "Closed"
    CLIMBED = "climbed", "超时上转", "Climbed"
    REOPENED = "reopened", "重新办理", "Reopened"
    LAPSED = "lapsed", "期满未答复", "No answer in time"
    NOT_REACHED = "not_reached", "未联系上", "Not reached"

    DUE = "due", "应结案", "Due"
    DUE_CLOSED = "due_closed", "应结案中已结案", "Due and closed"
    DUE_ON_TIME = "due_on_time", "按时处置并结案", "Handled on time and closed"
    DUE_JOINED = "due_joined", "已并案", "Joined to another"
    DUE_SUSPENDED = "due_suspended", "已挂账", "Suspended"
    NOT_YET_DUE = "not_yet_due", "尚未到期", "Not due yet"

    CALLBACKS = "callbacks", "有效回访", "Valid callbacks"
    CONTACTED = "contacted", "已联系", "Contacted"
    SOLVED = "solved", "认为已解决", "Called solved"
    SATISFIED = "satisfied", "满意", "Satisfied"
    BASICALLY = "basically", "基本满意", "Basically satisfied"
    DISSATISFIED = "dissatisfied", "不满意", "Dissatisfied"


class Family(StrEnum):
    """Measures that are counted from the same rows."""

    STATE = "state"
    """Whole reports as they stand at the end of the period, or now."""
    FILED = "filed"
    """Reports filed in the period."""
    MOVED = "moved"
    """Whole reports with a step in the period."""
    DUE = "due"
    """Whole reports that were promised in the period, as they stand at its end, or now."""
    ANSWERS = "answers"
    """Answers of reporters in the period, the last one of each round."""


_M = Measure
FAMILIES: Final[dict[Family, tuple[Measure, ...]]] = {
    Family.STATE: (_M.OPEN, _M.OVERDUE, _M.NEAR_DUE, _M.SUSPENDED, _M.SUPERVISED, _M.UNPLACED),
    Family.FILED: (_M.FILED, _M.PARTS),
    Family.MOVED: (_M.CLOSED, _M.CLIMBED, _M.REOPENED, _M.LAPSED, _M.NOT_REACHED),
    Family.DUE: (
        *(_M.DUE, _M.DUE_CLOSED, _M.DUE_ON_TIME),
        *(_M.DUE_JOINED, _M.DUE_SUSPENDED, _M.NOT_YET_DUE),
    ),
    Family.ANSWERS: (
        *(_M.CALLBACKS, _M.CONTACTED, _M.SOLVED),
        *(_M.SATISFIED, _M.BASICALLY, _M.DISSATISFIED),
    ),
}

FAMILY_OF: Final[dict[Measure, Family]] = {
    measure: family for family, measures in FAMILIES.items() for measure in measures
}

MEANINGS: Final[dict[Measure, tuple[str, str]]] = {
    _M.OPEN: ("期末（本期为此刻）还在办理的整件诉求", "Whole reports still open at the period's end, or now"),
    _M.OVERDUE: (
        "未办结，且本阶段时限已过，或过了承诺办结时间还没有处置",
        "Open; the stage's time is over, or the promised time is and nobody has handled it",
    ),
    _M.NEAR_DUE: ("未办结、未超时，24 小时内到期", "Open, not overdue, due within 24 hours"),
    _M.SUSPENDED: ("期末挂账的诉求", "Reports suspended at the period's end"),
    _M.SUPERVISED: ("未办结，且督办过", "Open reports that a leader supervises"),
    _M.UNPLACED: ("未办结，没有落入网格", "Open reports in no grid"),
    _M.FILED: ("本期上报的整件诉求", "Whole reports filed in the period"),
    _M.PARTS: ("本期分给部门的子单，整件只算一次", "Parts given to agencies in the period; the whole counts once"),
    _M.CLOSED: ("本期结过案的诉求", "Reports that were closed in the period"),
    _M.CLIMBED: ("本期因超时上转或在县级超时的诉求", "Climbed, or out of time at the county, in the period"),
    _M.REOPENED: ("本期重新办理的诉求", "Reports reopened in the period"),
    _M.LAPSED: ("本期期满未答复而结案，没有评价", "Closed in the period without an answer"),
    _M.NOT_REACHED: ("本期回访没有联系上，也没有别的答复", "Called in the period, not reached, and no other answer"),
    _M.DUE: (
        "承诺办结时间在本期、已经到了，且期末没有并案、没有挂账的整件诉求",
        "Whole reports promised in the period whose time has come, neither joined nor suspended at its end",
    ),
    _M.DUE_CLOSED: ("应结案中，期末已结案", "Of those due: closed at the period's end"),
    _M.DUE_ON_TIME: (
        "应结案中已结案，最后一次处置不晚于承诺办结时间",
        "Of those due: closed, and last handled no later than promised",
    ),
    _M.DUE_JOINED: ("承诺在本期，期末已并入别的诉求", "Promised in the period, joined to another at its end"),
    _M.DUE_SUSPENDED: ("承诺在本期，期末挂账", "Promised in the period, suspended at its end"),
    _M.NOT_YET_DUE: ("承诺在本期，时间还没有到", "Promised in the period, its time has not come yet"),
    _M.CALLBACKS: ("本期诉求人的答复，每轮办理取最后一次", "Answers in the period, the last one of each round"),
    _M.CONTACTED: ("有效回访中，有人联系过诉求人", "Of the callbacks: somebody had been in touch"),
    _M.SOLVED: ("有效回访中，诉求人认为已解决", "Of the callbacks: the reporter calls it solved"),
    _M.SATISFIED: ("有效回访中，满意", "Of the callbacks: satisfied"),
    _M.BASICALLY: ("有效回访中，基本满意", "Of the callbacks: basically satisfied"),
    _M.DISSATISFIED: ("有效回访中，不满意", "Of the callbacks: dissatisfied"),
}  # fmt: skip
"""What each measure counts, in Chinese and in English: shown beside the number's reports."""

LEFT_OUT_OF_DUE: Final = (_M.NOT_YET_DUE, _M.DUE_JOINED, _M.DUE_SUSPENDED, _M.PARTS)
LEFT_OUT_OF_CALLBACKS: Final = (_M.LAPSED, _M.NOT_REACHED)
"""What the closing rates and the three rates do not count, and why."""


class Bucket(StrEnum):
    """A stretch of a trend."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


MOST_DAYS: Final = 45
MOST_WEEKS_DAYS: Final = 200


@dataclass(frozen=True, slots=True)
class Window:
    """The days of a figure, both included, and the moment it is made at.

    A period that is not over is looked at as of `now`.
    """

    first: date
    last: date
    now: datetime

    @property
    def begin(self) -> datetime:
        """First moment of the period."""
        return start_of(self.first)

    @property
    def end(self) -> datetime:
        """First moment after the period."""
        return start_of(self.last + timedelta(days=1))

    @property
    def at(self) -> datetime:
        """Moment as of which reports are looked at: the period's end, or now."""
        return min(self.end, self.now)

    @property
    def bucket(self) -> Bucket:
        """Stretches in which a trend of these days is read well."""
        days = (self.last - self.first).days + 1
        if days <= MOST_DAYS:
            return Bucket.DAY
        return Bucket.WEEK if days <= MOST_WEEKS_DAYS else Bucket.MONTH


NOWHERE: Final = "none"
"""Stands for a code: reports in no community, or in no grid."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Which reports are counted, beyond the reader's area: codes of community and grid, line, category.

    `NOWHERE` as a code asks for those outside all of them. `company` asks for reports of the compounds that
    a property company served on the day of filing.
    """

    community: str | None = None
    grid: str | None = None
    line: Line | None = None
    category: str | None = None
    compound: str | None = None
    company: str | None = None
