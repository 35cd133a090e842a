"""Service centres as a layer of the map: where they are and whether they are open."""

from __future__ import annotations

from datetime import date
from typing import Final

from flask import url_for
from flask_babel import gettext as _

from gridmap.centres import service
from web.map_marks import MapLayer, Mark, point
from web.pages.centres_words import badge_of, served_words, turn_words
from web.params import now
from web.session import current_session


def marks(_day: date) -> list[Mark]:
    """Return today's centres, whatever day the map shows: whether one is open is a question of now."""
    at = now()
    made = []
    for centre in service.directory(current_session(), at):
        badge, tone = badge_of(centre, at)
        made.append(
            Mark(
                point(centre.lon, centre.lat),
                centre.name,
                tone,
                badge,
                (turn_words(centre, at), centre.address or "", served_words(centre)),
                url_for("centre_pages.one", code=centre.code),
                _("开放时间和报到"),
            )
        )
    return made


LAYERS: Final = (
    MapLayer(
        "centres",
        "党群服务中心",
        "Service centres",
        (
            ("green", "正在开放", "Open now"),
            ("amber", "快要关门", "Closing soon"),
            ("grey", "已关门", "Closed"),
        ),
        marks,
        page="centre_pages.show",
    ),
)
