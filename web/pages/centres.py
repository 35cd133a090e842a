"""Service centres: the list with a map, a page each with its week, its reach and what is done from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from apiflask import APIBlueprint
from flask import jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gridmap.accounts.authority import Right
from gridmap.centres import reach, service
from gridmap.centres.opening import Closure
from gridmap.centres.reach import RINGS, Home
from gridmap.centres.service import Centre, Counts
from gridmap.publishing import service as publishing
from gridmap.timespan import local_day
from web import access, volunteer_pass
from web.pages.centres_words import (
    badge_of,
    hours_words,
    served_words,
    short_day,
    turn_words,
    week_words,
)
from web.pages.folium_map import compose
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint("centre_pages", __name__, enable_openapi=False)

CODE: Final = "<string(maxlength=64):code>"
NONE_YET: Final = Counts()


@blueprint.get("/centres")
def show() -> ResponseReturnValue:
    """Show all centres: which are open now, whom they serve, what is done from them."""
    at, session = now(), current_session()
    counted = service.counts(session, at)
    centres = [line(one, at, counted.get(one.code)) for one in service.directory(session, at)]
    return render_template(
        "centres.html",
        map=compose(publishing.county(session, today()).bbox),
        centres=centres,
        open_now=sum(one["open"] for one in centres),
        keeper=_keeps(),
        me=volunteer_pass.current(),
    )


@blueprint.get(f"/centres/{CODE}")
def one(code: str) -> ResponseReturnValue:
    """Show a centre."""
    at, session, reader = now(), current_session(), access.account()
    found = service.centre(session, code, at)
    homes = reach.homes(session, found, local_day(at))
    return render_template(
        "centres_one.html",
        map=compose(publishing.county(session, today()).bbox),
        centre=line(found, at, service.counts(session, at).get(code)),
        week=week_words(found.times, local_day(at)),
        coming=[_closed(c) for c in found.times.closures if local_day(at) < c.days.start],
        rings=_rings(homes),
        keeper=_keeps(),
        runs=reader is not None and service.keeps(reader.scope, found),
        me=volunteer_pass.current(),
        days=service.COUNTED_DAYS,
    )


@blueprint.get(f"/centres/{CODE}/reach.json")
def reached(code: str) -> ResponseReturnValue:
    """Return the houses that a centre serves, each as [lon, lat, metres, households], and the centre."""
    at, session = now(), current_session()
    found = service.centre(session, code, at)
    homes = reach.homes(session, found, local_day(at))
    return jsonify(
        centre=[found.lon, found.lat],
        rings=list(RINGS),
        homes=[[round(h.lon, 6), round(h.lat, 6), h.metres, h.households] for h in homes],
    )


def line(found: Centre, at: datetime, counted: Counts | None) -> dict[str, Any]:
    """Return a centre as pages show it."""
    badge, tone = badge_of(found, at)
    return {
        "code": found.code,
        "name": found.name,
        "address": found.address,
        "phone": found.phone,
        "lon": round(found.lon, 6),
        "lat": round(found.lat, 6),
        "badge": badge,
        "tone": tone,
        "open": found.state.open,
        "turns": turn_words(found, at),
        "served": served_words(found),
        "communities": found.served,
        "whole_county": found.whole_county,
        "times_known": found.times.known,
        "counts": counted or NONE_YET,
        "hours": hours_words(counted.minutes if counted else 0),
    }


def _rings(homes: list[Home]) -> list[dict[str, Any]]:
    found = reach.rings(homes)
    total = sum(ring.households for ring in found)
    before, lines = 0, []
    for ring in found:
        share = round(100 * ring.households / total) if total else 0
        lines.append(
            {"from": before, "to": ring.limit, "households": ring.households, "share": share}
        )
        before = ring.limit or before
    return lines if total else []


def _closed(closure: Closure) -> str:
    first, end = short_day(closure.days.start), closure.days.end
    words = str(_("{first}起不开放：{reason}")).replace("{first}", first)
    words = words.replace("{reason}", closure.reason)
    if end is None:
        return words
    until = str(_("{day}恢复")).replace("{day}", short_day(end))
    return str(_("{one}，{other}")).replace("{one}", words).replace("{other}", until)


def _keeps() -> bool:
    reader = access.account()
    return reader is not None and reader.scope.may(Right.KEEP_REGISTERS)
