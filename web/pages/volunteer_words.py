"""What several pages of volunteering say in the same words: times, hours, stars, activities, needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from flask import url_for
from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from gridmap.terms import NeedState
from gridmap.timespan import local_day
from gridmap.volunteering import hours as keeping
from gridmap.volunteering import rating
from gridmap.volunteering.activities import Seen
from gridmap.volunteering.needs import Seen as SeenNeed
from gridmap.volunteering.service import Card
from web import language
from web.params import now, today
from web.session import current_session

HOUR: Final = 60
SOON_DAYS: Final = 3
NEED_BADGES: Final = {
    NeedState.OPEN: "red",
    NeedState.TAKEN: "blue",
    NeedState.DONE: "green",
    NeedState.WITHDRAWN: "",
}


def hours(minutes: int) -> str:
    """Return minutes in words: hours, and the minutes beyond them."""
    whole, rest = divmod(abs(minutes), HOUR)
    words = []
    if whole or not rest:
        words.append(_("{n} 小时").replace("{n}", str(whole)))
    if rest:
        words.append(_("{n} 分钟").replace("{n}", str(rest)))
    return ("−" if minutes < 0 else "") + " ".join(words)


def when(starts_at: datetime, ends_at: datetime) -> str:
    """Return the day and the hours of an activity."""
    day = format_date(local_day(starts_at), "EEE MMMd日" if _zh() else "EEE d MMM")
    end = format_datetime(ends_at, "HH:mm")
    if local_day(ends_at) != local_day(starts_at):
        end = format_datetime(ends_at, "M-d HH:mm")
    return f"{day} {format_datetime(starts_at, 'HH:mm')}–{end}"


def _zh() -> bool:
    return language.current() != "en"


def day_words(starts_at: datetime) -> str:
    """Return today, tomorrow, or nothing."""
    away = (local_day(starts_at) - today()).days
    words: dict[int, str] = {0: _("今天"), 1: _("明天")}
    return words.get(away, "")


def state(one: Seen, at: datetime) -> tuple[str, str]:
    """Return where an activity stands in words, and the colour of its badge."""
    if one.cancelled_at is not None:
        return _("已取消"), ""
    if one.ends_at <= at:
        waiting = _("{n} 人待确认时长").replace("{n}", str(one.unconfirmed))
        return (waiting, "amber") if one.unconfirmed else (_("已结束"), "")
    if one.starts_at <= at:
        return _("进行中"), "green"
    if one.left is None:
        return _("可报名"), "blue"
    if one.left == 0:
        return _("名额已满"), "amber"
    return _("还有 {n} 个名额").replace("{n}", str(one.left)), "blue"


def activity(one: Seen) -> dict[str, Any]:
    """Return what a list shows of an activity."""
    words, colour = state(one, now())
    return {
        "id": one.id,
        "address": url_for("volunteer_activities.show", activity_id=one.id),
        "title": one.title,
        "when": when(one.starts_at, one.ends_at),
        "day": day_words(one.starts_at),
        "place": one.place,
        "community": one.community,
        "agency": one.agency,
        "lon": round(one.lon, 5),
        "lat": round(one.lat, 5),
        "state": words,
        "colour": colour,
        "taken": one.taken,
        "places": one.places,
    }


def activities(found: Sequence[Seen]) -> list[dict[str, Any]]:
    """Return what a list shows of activities."""
    return [activity(one) for one in found]


def need(one: SeenNeed) -> dict[str, Any]:
    """Return what a list shows of a need."""
    until = ""
    urgent = False
    if one.until_day is not None:
        until = _("{day}前").replace(
            "{day}", format_date(one.until_day, "MMMd日" if _zh() else "d MMM")
        )
        urgent = one.state is NeedState.OPEN and (one.until_day - today()).days <= SOON_DAYS
    return {
        "id": one.id,
        "address": url_for("volunteer_needs.show", need_id=one.id),
        "title": one.title,
        "body": one.body,
        "community": one.community,
        "until": until,
        "urgent": urgent,
        "state": one.state.label(language.current()),
        "colour": NEED_BADGES[one.state],
        "live": one.state in {NeedState.OPEN, NeedState.TAKEN},
        "people": _("{taken}/{wanted} 人")
        .replace("{taken}", str(one.takers))
        .replace("{wanted}", str(one.wanted)),
        "report": one.report_number,
        "result": one.result,
    }


def masked(name: str) -> str:
    """Return a name of which strangers see the first character only.

    >>> masked("王小明"), masked("")
    ('王**', '')
    """
    return name[:1] + "*" * len(name[1:])


def choices(found: Sequence[Any]) -> list[tuple[str, str]]:
    """Return code and name of communities or agencies to choose from."""
    return [(one.code, one.name) for one in found]


def strip(card: Card) -> dict[str, Any]:
    """Return what stands above a volunteer's own pages: who, where, badge, hours of the year."""
    session, year = current_session(), today().year
    served = {one.year: one.minutes for one in keeping.years_of(session, card.id)}
    return {
        "name": card.name,
        "code": card.code,
        "community": card.community or "",
        "badge": rating.badges(session, [card.id]).get(card.id),
        "year": year,
        "hours": hours(served.get(year, 0)),
    }
