"""Warnings of party life on a map: groups under the norm, members who live elsewhere than they belong."""

from __future__ import annotations

from datetime import date
from typing import Final

from flask import jsonify, render_template
from flask.typing import ResponseReturnValue

from gridmap.coverage import service as coverage
from gridmap.party_life import warnings
from gridmap.publishing import service as publishing
from web import access
from web.pages.folium_map import compose
from web.params import today
from web.session import current_session

CHECK: Final = "group_members"
"""The check of coverage whose threshold is the norm of building groups."""


def least_on(day: date) -> int:
    """Return how many full members a building group has by the county's rule of a day; 0 where it has none."""
    rule = coverage.rules(current_session(), day)[CHECK]
    least: int = rule.limits["least"] if rule.on else 0
    return least


def show() -> ResponseReturnValue:
    """Show both kinds of warnings as lists beside a map."""
    reader, session = access.require_account(), current_session()
    return render_template(
        "party_life_warnings.html",
        map=compose(publishing.county(session, today()).bbox),
        small=warnings.small_groups(session, reader.scope, today(), least_on(today())),
        houses=warnings.houses(session, reader.scope, today()),
        least=least_on(today()),
    )


def spots() -> ResponseReturnValue:
    """Answer where the warnings are: code of the building, kind, place, how many."""
    reader, session = access.require_account(), current_session()
    small = [
        {"building": one.building, "kind": "small", "lon": one.lon, "lat": one.lat,
         "name": one.name, "n": one.full_members}
        for one in warnings.small_groups(session, reader.scope, today(), least_on(today()))
    ]  # fmt: skip
    apart = [
        {"building": one.building, "kind": "apart", "lon": one.lon, "lat": one.lat,
         "name": one.name, "n": len(one.members)}
        for one in warnings.houses(session, reader.scope, today())
    ]  # fmt: skip
    return jsonify([*small, *apart])
