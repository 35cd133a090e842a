"""How much time is left, and by which rule, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from gridmap.dispatch.categories import Limit, LimitUnit
from gridmap.dispatch.lifecycle import OPEN_STAGES
from gridmap.dispatch.views import WorkRow
from gridmap.terms import Stage
from web import language

LATE: Final = "late"
NEAR: Final = "near"
FINE: Final = "fine"
NONE: Final = "none"
TONES: Final = {LATE: "red", NEAR: "amber", FINE: "blue", NONE: ""}
"""State of a deadline to the colour of its badge; the words stand in it."""

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_IN_DAYS_FROM: Final = 2 * _DAY
_IN_HOURS_FROM: Final = 10
"""Hours from which minutes no longer matter."""


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """A deadline as a card shows it: words, and how it stands (`late`, `near`, `fine`, `none`)."""

    text: str
    state: str

    @property
    def tone(self) -> str:
        """Colour of the badge."""
        return TONES[self.state]


def time_left(row: WorkRow, now: datetime) -> TimeLeft | None:
    """Return how much time a report has left; None where no deadline runs."""
    if row.due_at is None or row.stage not in OPEN_STAGES:
        return None
    if row.stage is Stage.SUSPENDED:
        day = format_date(row.due_at, "MMMd" if language.current() == "en" else "M月d日")
        return TimeLeft(_("{day}复查").replace("{day}", str(day)), NONE)
    left = row.due_at - now
    if left < timedelta(0):
        return TimeLeft(_("超时 {span}").replace("{span}", span(-left)), LATE)
    near = row.remind_at is None or row.remind_at <= now
    text = _("剩 {span}").replace("{span}", span(left))
    return TimeLeft(text, NEAR if near else FINE)


def span(length: timedelta) -> str:
    """Return a length of time in the two units that matter: 18 分, 3 小时 5 分, 4 天."""
    seconds = int(length.total_seconds())
    if seconds >= _IN_DAYS_FROM:
        return str(_("{n} 天")).replace("{n}", str(seconds // _DAY))
    hours, minutes = seconds // _HOUR, seconds % _HOUR // _MINUTE
    parts = []
    if hours:
        parts.append(_("{n} 小时").replace("{n}", str(hours)))
    if not hours or (minutes and hours < _IN_HOURS_FROM):
        parts.append(_("{n} 分").replace("{n}", str(minutes)))
    return " ".join(parts)


def hours_left(row: WorkRow, now: datetime) -> float | None:
    """Return the hours until the deadline, for a table; negative when late, None without one."""
    if row.due_at is None or row.stage not in OPEN_STAGES:
        return None
    return round((row.due_at - now).total_seconds() / _HOUR, 1)


def moment(at: datetime) -> str:
    """Return a moment in short."""
    return str(format_datetime(at, "short"))


def rule_words(rule: Mapping[str, Any] | None) -> str:
    """Return the rule that made a deadline: its limit and the version of its calendar."""
    if not rule:
        return ""
    if "unit" not in rule:
        return str(_("按复查日期"))
    limit = Limit(rule["value"], LimitUnit(rule["unit"])).label(language.current())
    said = _("限 {limit}").replace("{limit}", limit)
    version = _("日历第 {n} 版").replace("{n}", str(rule.get("calendar", "")))
    both = str(_("{limit}，{calendar}"))
    return both.replace("{limit}", said).replace("{calendar}", version)
