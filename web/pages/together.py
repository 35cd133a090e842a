"""Everyone who helps: where volunteers, couriers, visitors of doors, branches and property companies work together."""

from __future__ import annotations

from typing import Final

from apiflask import APIBlueprint
from flask import render_template
from flask_babel import lazy_gettext as _

from web import access

blueprint = APIBlueprint("together", __name__, enable_openapi=False)

PLACES: Final = (
    (
        "volunteer_pages.show",
        "/volunteers",
        _("志愿服务"),
        _("活动报名、现场签到、服务时长和星级；单位和党员双报到"),
    ),
    (
        "centre_pages.show",
        "/centres",
        _("党群服务中心"),
        _("在哪里、几点开门、服务哪些社区；骑手、快递员、司机报到"),
    ),
    ("rounds.show", "/rounds", _("上门走访"), _("今天该走哪几家，走访路线，需求和纠纷转为诉求")),
    ("party_life.show", "/party-life", _("组织生活"), _("主题党日、三会一课、党员和党费")),
    (
        "red_property.show",
        "/red-property",
        _("红色物业"),
        _("物业企业、业委会、无物业小区、联席会议和议定事项"),
    ),
    ("units.show", "/units", _("分包单位"), _("哪个部门分包哪个社区，找谁，做了什么")),
)
"""Endpoint, address, name and what one finds there."""


@blueprint.get("/together")
def show() -> str:
    """Show the ways in that are open to the reader."""
    return render_template(
        "together.html", places=[place for place in PLACES if access.opens(place[0])]
    )
