"""What the pages of party life show: organisations, periods, meetings and members in words."""

from __future__ import annotations

from typing import Any, Final

from flask import request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from pydantic_core import PydanticCustomError

from gridmap.party_life.bodies import Body
from gridmap.party_life.calendars import Meeting, Period, PeriodState
from gridmap.party_life.looking import Tally, Year
from gridmap.party_life.members import Member
from gridmap.terms import DutyKind, MeetingState, PartyStanding
from gridmap.timespan import Span
from web import language
from web.pages.settings_forms import SentForm
from web.params import safe_text, today

COLOURS: Final = {
    PeriodState.DONE: "green",
    PeriodState.PLANNED: "blue",
    PeriodState.UNRECORDED: "amber",
    PeriodState.DUE: "amber",
    PeriodState.MISSED: "red",
    PeriodState.AHEAD: "",
}
_QUARTER: Final = 3
_YEAR: Final = 12
_LOW: Final = 50
"""Percent: a members' or committee's meeting needs more than half (支部工作条例 articles 11, 12)."""
_QUORUM: Final = frozenset({DutyKind.MEMBERS, DutyKind.COMMITTEE})


def asked_for(name: str, longest: int) -> str:
    """Return a word of the address or the form; what cannot be one is none."""
    try:
        return safe_text(request.values.get(name, ""))[:longest]
    except PydanticCustomError:
        return ""


def free_text(form: SentForm, name: str) -> str:
    """Return a text of several lines that may be empty; control characters are refused beside the field."""
    written = form.sent.get(name, "").replace("\r\n", "\n")
    try:
        return safe_text(written)
    except PydanticCustomError:
        form.faults.setdefault(name, _("含有不允许的控制字符。"))
        return ""


def rhythm(months: int) -> str:
    """Return once in so many months, in words."""
    words = {
        0: _("不要求"),
        1: _("每月一次"),
        _QUARTER: _("每季度一次"),
        6: _("每半年一次"),
        _YEAR: _("每年一次"),
    }
    return str(words.get(months) or _("每 {n} 个月一次").replace("{n}", str(months)))


def period_words(span: Span) -> str:
    """Return the name of a period: a month, a quarter, else its months."""
    last = (span.end or span.start).month - 1 or _YEAR
    if last == span.start.month:
        return str(_("{n}月").replace("{n}", str(last)))
    if last - span.start.month + 1 == _QUARTER:
        return str(_("{n}季度").replace("{n}", str(last // _QUARTER)))
    return str(_("{a}–{b}月").replace("{a}", str(span.start.month)).replace("{b}", str(last)))


def body(one: Body) -> dict[str, Any]:
    """Return an organisation as its page's head shows it."""
    return {
        "code": one.code,
        "name": one.name,
        "kind": one.kind.label(language.current()),
        "community": one.community,
        "community_code": one.community_code,
        "full": one.full_members,
        "probationary": one.probationary,
        "listed": one.listed,
    }


def line(one: Year) -> dict[str, Any]:
    """Return an organisation as a line of the list."""
    counts = one.counts
    asked_now = [
        (f"{each.kind.label(language.current())} {period_words(each.span)}", COLOURS[each.state])
        for each in one.now_asked[-3:]
    ]
    return {
        **body(one.body),
        "asked": asked_now,
        "more": max(0, len(one.now_asked) - len(asked_now)),
        "done": counts[PeriodState.DONE],
        "finished": counts[PeriodState.DONE] + counts[PeriodState.MISSED],
        "percent": one.percent,
        "address": url_for("party_life.branch", code=one.body.code),
    }


def tally(one: Tally) -> dict[str, Any]:
    """Return a community's figures."""
    return {
        "name": one.name,
        "branches": one.branches,
        "groups": one.groups,
        "done": one.done_percent,
        "missed": one.states[PeriodState.MISSED],
        "waiting": one.states[PeriodState.DUE] + one.states[PeriodState.UNRECORDED],
        "percent": one.percent,
        "address": url_for("party_life.show", community=one.code),
    }


def asked(one: Period) -> dict[str, Any]:
    """Return what is to be done about a period."""
    reader = language.current()
    last = min(today(), (one.span.end or today()))
    return {
        "label": one.kind.label(reader),
        "period": period_words(one.span),
        "state": one.state.label(reader),
        "colour": COLOURS[one.state],
        "kind": one.kind.value,
        "day": (
            one.span.start if last < one.span.start else min(last, _last(one.span))
        ).isoformat(),
        "due": one.state is PeriodState.DUE,
        "until": format_date(_last(one.span), "medium"),
        "meeting": one.meeting.id if one.meeting else None,
        "planned": format_date(one.meeting.day, "medium") if one.meeting else "",
    }


def _last(span: Span) -> Any:  # noqa: ANN401 - a day
    end = span.end or span.start
    return end.fromordinal(end.toordinal() - 1)


def rows(found: Year) -> list[dict[str, Any]]:
    """Return the calendar: a row a duty, a cell a period with the months that it spans."""
    kinds = list(dict.fromkeys(one.kind for one in found.periods))
    return [
        {
            "label": kind.label(language.current()),
            "cells": _cells([one for one in found.periods if one.kind is kind]),
        }
        for kind in kinds
    ]


def _cells(found: list[Period]) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = []
    month = 1
    for one in found:
        if one.span.start.month > month:
            cells.append({"months": one.span.start.month - month, "state": ""})
        width = (_last(one.span).month - one.span.start.month) + 1
        cells.append(
            {
                "months": width,
                "state": one.state.value,
                "words": f"{period_words(one.span)} {one.state.label(language.current())}",
                "day": one.meeting.day.day if one.meeting else "",
                "meeting": one.meeting.id if one.meeting else None,
            }
        )
        month = one.span.start.month + width
    if month <= _YEAR:
        cells.append({"months": _YEAR + 1 - month, "state": ""})
    return cells


def meeting(one: Meeting) -> dict[str, Any]:
    """Return a meeting as lists and its page show it."""
    reader = language.current()
    return {
        "id": one.id,
        "kind": one.kind.value,
        "label": one.kind.label(reader),
        "day": format_date(one.day, "medium"),
        "iso": one.day.isoformat(),
        "state": one.state.value,
        "state_words": one.state.label(reader),
        "topic": one.topic,
        "place": one.place or "",
        "minutes": one.minutes or "",
        "expected": one.expected,
        "present": one.present,
        "percent": one.percent,
        "short": one.kind in _QUORUM and one.percent is not None and one.percent <= _LOW,
        "late": one.state is MeetingState.PLANNED and one.day < today(),
    }


def planned_duty(found: Year, kind: DutyKind) -> dict[str, Any]:
    """Return a duty as the form of the year's plan asks for it."""
    mine = [one for one in found.periods if one.kind is kind]
    free = [one for one in mine if one.state in {PeriodState.DUE, PeriodState.AHEAD}]
    months = (_last(mine[0].span).month - mine[0].span.start.month) + 1
    return {
        "kind": kind.value,
        "label": kind.label(language.current()),
        "rhythm": rhythm(months),
        "months": months,
        "free": [period_words(one.span) for one in free],
    }


def member(one: Member) -> dict[str, Any]:
    """Return a member as the list shows her."""
    reader = language.current()
    return {
        "id": one.id,
        "person": one.person_id,
        "code": one.person_code,
        "name": one.name,
        "phone": one.phone or "",
        "standing": one.standing.label(reader),
        "probationary": one.standing is PartyStanding.PROBATIONARY,
        "organisation": one.organisation,
        "since": format_date(one.span.start, "medium"),
        "until": format_date(one.span.end, "medium") if one.span.end else "",
        "came": one.came.label(reader) if one.came else "",
        "went": one.went.label(reader) if one.went else "",
        "elsewhere": one.elsewhere or "",
        "house": one.house or "",
        "apart": one.elsewhere_lives,
    }
