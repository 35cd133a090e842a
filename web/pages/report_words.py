"""A report's way in the words of its reporter: what was done, what is going on, what is to come."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask_babel import format_datetime
from flask_babel import gettext as _

from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.views import Tracked, TrackedStep
from gridmap.terms import Outcome, Stage
from web import language

BADGES: Final = {
    Stage.FILED: "amber",
    Stage.ASKING: "amber",
    Stage.SUSPENDED: "purple",
    Stage.CLOSED: "green",
    Stage.JOINED: "",
}
"""Colour of a stage; blue where somebody is at work on it."""
AHEAD: Final = (Stage.FILED, Stage.HANDLING, Stage.CHECKING, Stage.ASKING)
"""The way that every report goes, as its reporter sees it."""


def timeline(found: Tracked, now: datetime) -> list[dict[str, Any]]:
    """Return the steps that were made, the one that is going on, and those to come."""
    done = [_done(step) for step in found.steps]
    if found.stage is Stage.CLOSED:
        return done
    return [*done, _going_on(found, now), *_to_come(found.stage)]


def _done(step: TrackedStep) -> dict[str, str]:
    reader = language.current()
    said = _sentences().get(step.action, "{rung}").replace("{rung}", step.rung.label(reader))
    outcome = step.outcome.label(reader) if step.outcome else ""
    why = [reason.label(reader) for reason in step.reasons]
    return {
        "title": step.action.label(reader),
        "time": moment(step.at),
        "note": " · ".join([said.replace("{outcome}", outcome), *why]),
        "state": "late" if step.action in {Action.CLIMBED, Action.OVERDUE} else "done",
    }


def _sentences() -> dict[Action, str]:
    """What a step means to the reporter; `{rung}` is who has the report after it."""
    return {
        Action.FILED: _("交给{rung}"),
        Action.ACCEPTED: _("{rung}接下了"),
        Action.DISPATCHED: _("派人去办，由{rung}负责"),
        Action.PARTED: _("几个部门分头去办"),
        Action.HANDLED: _("处置结果：{outcome}"),
        Action.RETURNED: _("重新安排，现在由{rung}负责"),
        Action.SENT_UP: _("交到上一级，现在由{rung}负责"),
        Action.TRANSFERRED: _("换到对口的部门，现在由{rung}负责"),
        Action.RELOCATED: _("地点已改正，现在由{rung}负责"),
        Action.SUSPENDED: _("一时办不了，已登记在册，有专人跟踪"),
        Action.RESUMED: _("接着办，由{rung}负责"),
        Action.CHECKED: _("另一个人核查过了"),
        Action.REJECTED: _("核查没有通过，退回去重办"),
        Action.AGREED: _("上报的人同意结案"),
        Action.REOPENED: _("上报的人说没有解决，交给{rung}重新办"),
        Action.LAPSED: _("到期没有收到答复"),
        Action.JOINED: _("和说同一件事的另一件一起办"),
        Action.SEPARATED: _("单独办理，交给{rung}"),
        Action.CLIMBED: _("超过时限，自动交到{rung}"),
        Action.OVERDUE: _("超过时限，县网格中心在催办"),
    }


def _going_on(found: Tracked, now: datetime) -> dict[str, str]:
    titles = {
        Stage.FILED: _("受理"),
        Stage.CHECKING: _("核查"),
        Stage.ASKING: _("请您确认"),
        Stage.SUSPENDED: _("挂账跟踪"),
        Stage.JOINED: _("合并办理"),
    }
    notes = {
        Stage.FILED: _("已通知{rung}，等待受理"),
        Stage.CHECKING: _("由没有经手的人核查办得怎么样"),
        Stage.ASKING: _("等上报的人确认")
        if found.follows
        else _("解决了没有，您说了算；到期没有答复就结案"),
        Stage.SUSPENDED: _("到期自动恢复办理"),
        Stage.JOINED: _("请看并入的那一件"),
    }
    note = notes.get(found.stage, _("{rung}正在处理"))
    late = found.due_at is not None and found.due_at < now
    return {
        "title": titles.get(found.stage, _("处置")),
        "time": promise(found.due_at, now),
        "note": note.replace("{rung}", found.rung.label(language.current())),
        "state": "late" if late and found.stage is not Stage.ASKING else "now",
    }


def _to_come(stage: Stage) -> list[dict[str, str]]:
    names = {
        Stage.HANDLING: _("处置"),
        Stage.CHECKING: _("核查"),
        Stage.ASKING: _("请您确认"),
    }
    here = {Stage.ACCEPTED: Stage.HANDLING, Stage.SUSPENDED: Stage.HANDLING}.get(stage, stage)
    if here not in AHEAD:
        return []
    return [{"title": names[one]} for one in AHEAD[AHEAD.index(here) + 1 :]]


def promise(due_at: datetime | None, now: datetime) -> str:
    """Return until when the running stage is to be done, or that it is late; empty without a limit."""
    if due_at is None:
        return ""
    words: str = _("原定 {time}，已超时") if due_at < now else _("最迟 {time}")
    return words.replace("{time}", moment(due_at))


def moment(at: datetime) -> str:
    """Return a moment as people write it."""
    return str(format_datetime(at, "short"))


def verdict(found: Tracked) -> str:
    """Return what came of it, in the reporter's words; empty while nothing did."""
    words = {
        Outcome.SOLVED: _("办好了"),
        Outcome.NOT_SOLVED: _("这次没能解决"),
        Outcome.NOT_OURS: _("不归我们管"),
        Outcome.DUPLICATE: _("和另一件是同一件事"),
    }
    told = found.outcome is not None and found.stage is not Stage.JOINED
    return words[found.outcome] if told and found.outcome else ""
