"""Words about a centre's times: open now and until when, the week, what is far; in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from flask_babel import format_date, gettext

from gridmap.centres.opening import Stretch, Times, clock_of, closed_because, week_of
from gridmap.centres.service import Centre
from gridmap.timespan import LOCAL_ZONE, local_day
from web import language
from web.map_marks import Tone

SOON: Final = timedelta(minutes=30)
KILOMETRE: Final = 1000
_WEEK: Final = 7


def _(words: str) -> str:
    return str(gettext(words))


def short_day(day: date) -> str:
    """Return a day without its year: 12月3日, Dec 3."""
    return str(format_date(day, "MMM d" if language.current() == "en" else "M月d日"))


def stretches_words(found: Sequence[Stretch]) -> str:
    """Return when a centre is open on a day, in words."""
    if not found:
        return _("不开放")
    if found == ((0, 1440),):
        return _("全天")
    return _("、").join(f"{clock_of(opens)}–{clock_of(closes)}" for opens, closes in found)


def badge_of(centre: Centre, now: datetime) -> tuple[str, Tone]:
    """Return in a word whether a centre is open, with its colour."""
    if not centre.times.known:
        return _("时间未登记"), "grey"
    if not centre.state.open:
        return _("已关门"), "grey"
    closes = centre.state.turns_at
    if closes is not None and closes - now <= SOON:
        return _("快要关门"), "amber"
    return _("正在开放"), "green"


def turn_words(centre: Centre, now: datetime) -> str:
    """Return when it closes or opens next, and why it is closed; for unknown times how they are learnt."""
    if not centre.times.known:
        return _("请打电话问开放时间。") if centre.phone else _("还不知道什么时候开放。")
    turns, because = centre.state.turns_at, centre.state.because
    if centre.state.open:
        return _("{when}关门").replace("{when}", _moment(turns, now)) if turns else _("一直开放")
    words = _("{when}开门").replace("{when}", _moment(turns, now)) if turns else ""
    if because:
        closed = _("今天不开放：{reason}").replace("{reason}", because)
        return (
            _("{one}，{other}").replace("{one}", closed).replace("{other}", words)
            if words
            else closed
        )
    return words or _("近期不开放")


def _moment(at: datetime, now: datetime) -> str:
    local = at.astimezone(LOCAL_ZONE)
    clock = clock_of(local.hour * 60 + local.minute)
    return f"{_day_words(local.date(), local_day(now))} {clock}".strip()


def _day_words(day: date, today: date) -> str:
    ahead = (day - today).days
    if ahead == 0:
        return ""
    if ahead == 1:
        return _("明天")
    return str(format_date(day, "EEEE")) if ahead < _WEEK else short_day(day)


def week_words(times: Times, day: date) -> list[dict[str, object]]:
    """Return a line a day for the week from a day on."""
    return [
        {
            "day": _("今天") if one == day else format_date(one, "EEEE"),
            "date": short_day(one),
            "hours": stretches_words(found),
            "open": bool(found),
            "because": closed_because(times, one),
        }
        for one, found in week_of(times, day)
    ]


def metres_words(metres: float) -> str:
    """Return a distance as people say it."""
    if metres >= KILOMETRE:
        return _("{n} 公里").replace("{n}", f"{metres / KILOMETRE:.1f}")
    return _("{n} 米").replace("{n}", f"{metres:.0f}")


def hours_words(minutes: int) -> str:
    """Return minutes of service as hours with one decimal.

    >>> hours_words(90)
    '1.5'
    """
    return f"{minutes / 60:.1f}".removesuffix(".0")


def served_words(centre: Centre) -> str:
    """Return whom a centre serves."""
    if centre.whole_county:
        return _("服务全县")
    names = _("、").join(one.name for one in centre.served)
    return _("服务{names}").replace("{names}", names) if names else _("还没有登记服务的社区")
