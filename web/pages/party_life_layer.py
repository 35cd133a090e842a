"""Warnings of party life as a layer of the map: groups under the norm, members who belong elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from flask import url_for
from flask_babel import gettext as _

from gridmap.party_life import warnings
from gridmap.party_life.warnings import House, SmallGroup
from web import access
from web.map_marks import MapLayer, Mark, point
from web.pages.party_life_warnings import least_on
from web.session import current_session

MOST_LINES: Final = 6
COUNTED_FROM: Final = 2
"""A number is written on a mark that stands for so many members."""


def marks(day: date) -> Sequence[Mark]:
    """Return the warnings of the organisations that the reader reaches; both of one building side by side."""
    scope, session = access.require_account().scope, current_session()
    least = least_on(day)
    small = [_small(one, least) for one in warnings.small_groups(session, scope, day, least)]
    return [*small, *(_apart(one) for one in warnings.houses(session, scope, day))]


def _small(one: SmallGroup, least: int) -> Mark:
    return Mark(
        point(one.lon, one.lat),
        one.name,
        "red",
        _("正式党员 {n} 名").replace("{n}", str(one.full_members)),
        (_("县里定的最少 {n} 名").replace("{n}", str(least)),),
        url_for("party_life.branch", code=one.code),
        _("看组织生活"),
    )


def _apart(house: House) -> Mark:
    """A building where members live who belong elsewhere; named only to those whose organisation it is."""
    lines = [
        f"{one.person or _('一名党员')} → {one.organisation}" for one in house.members[:MOST_LINES]
    ]
    more = len(house.members) - MOST_LINES
    lines += [_("还有 {n} 名").replace("{n}", str(more))] if more > 0 else []
    return Mark(
        point(house.lon, house.lat),
        house.name,
        "blue",
        _("{n} 名党员组织关系在别处").replace("{n}", str(len(house.members))),
        tuple(lines),
        url_for("party_life.warnings"),
        _("看提醒地图"),
        count=len(house.members) if len(house.members) >= COUNTED_FROM else 0,
    )


LAYERS: Final = (
    MapLayer(
        "party-life",
        "组织生活提醒",
        "Party life: warnings",
        (
            ("red", "党小组人数不足", "Group too small"),
            ("blue", "住这里、组织关系在别处", "Lives here, belongs elsewhere"),
        ),
        marks,
        page="party_life.warnings",
        staff=True,
        as_page=True,
    ),
)
