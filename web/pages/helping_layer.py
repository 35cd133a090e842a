"""Activities of volunteers and needs that wait for them, as layers of the map."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Final

from flask import url_for
from flask_babel import gettext as _

from gridmap.volunteering import activities, needs
from web.map_marks import MapLayer, Mark, point
from web.pages import volunteer_words as words
from web.params import now
from web.session import current_session

MOST_LINES: Final = 6
COUNTED_FROM: Final = 2
"""A number is written on a mark that stands for so many."""


def activity_marks(_day: date) -> list[Mark]:
    """Return the activities that are still to come, whatever day the map shows."""
    made = []
    for one in activities.coming(current_session(), now()):
        if one.cancelled_at is not None:
            continue
        full = one.places is not None and one.taken >= one.places
        left = (
            ""
            if one.places is None
            else _("还有 {n} 个名额").replace("{n}", str(one.places - one.taken))
        )
        made.append(
            Mark(
                point(one.lon, one.lat),
                one.title,
                "grey" if full else "blue",
                _("名额已满") if full else _("可以报名"),
                (
                    words.when(one.starts_at, one.ends_at),
                    one.place,
                    one.community,
                    "" if full else left,
                ),
                url_for("volunteer_activities.show", activity_id=one.id),
                _("看活动") if full else _("去报名"),
            )
        )
    return made


def need_marks(_day: date) -> list[Mark]:
    """Return a mark a community with the needs that wait there: a need tells no address."""
    session, at = current_session(), now()
    by_community: dict[int, list[needs.Seen]] = defaultdict(list)
    for one in needs.open_ones(session, at):
        by_community[one.community_id].append(one)
    middles = activities.middles(session, by_community.keys(), at)
    made = []
    for found in by_community.values():
        first = found[0]
        if first.community_code not in middles:
            continue
        more = len(found) - MOST_LINES
        lines = [one.title for one in found[:MOST_LINES]]
        lines += [_("还有 {n} 个").replace("{n}", str(more))] if more > 0 else []
        made.append(
            Mark(
                point(*middles[first.community_code]),
                first.community,
                "red",
                _("{n} 个需求").replace("{n}", str(len(found))),
                tuple(lines),
                url_for("volunteer_pages.show", community=first.community_code),
                _("看看能帮什么"),
                count=len(found) if len(found) >= COUNTED_FROM else 0,
            )
        )
    return made


LAYERS: Final = (
    MapLayer(
        "activities",
        "志愿活动",
        "Volunteers' activities",
        (("blue", "可以报名", "Places left"), ("grey", "名额已满", "Full")),
        activity_marks,
        page="volunteer_pages.show",
    ),
    MapLayer(
        "needs",
        "社区需求",
        "Help wanted",
        (("red", "等人来帮", "Waiting for help"),),
        need_marks,
        page="volunteer_pages.show",
        raised=True,
    ),
)
