"""The map: who answers for a spot, as of a day; and the manifest that makes the site installable."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from gridmap.publishing import service as publishing
from web import access, language
from web.pages import map_layers
from web.pages.folium_map import compose
from web.params import today
from web.session import current_session

blueprint = Blueprint("map_pages", __name__)


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """Show the map; the rest of its address (lon, lat, z, building) is read by its script."""
    county = publishing.county(current_session(), today())
    day = _other_day(request.args.get("day", ""))
    return render_template(
        "map.html",
        map=compose(county.bbox),
        day_words=format_date(day, "long") if day else None,
        layers=map_layers.offered(),
        opens=access.opens,
    )


def _other_day(written: str) -> date | None:
    """Return the day that a link names, or None for today and for what is no day."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return None if day == today() else day


@blueprint.get("/manifest.webmanifest")
def manifest() -> ResponseReturnValue:
    """Describe the site as an app that phones can install."""
    response = jsonify(
        name=_("网格地图"),
        short_name=_("网格地图"),
        description=_("看看这里归谁管，有事就地上报。"),
        lang="en" if language.current() == "en" else "zh-CN",
        id="/",
        start_url="/",
        scope="/",
        display="standalone",
        background_color="#f5f6f8",
        theme_color="#b8141f",
        icons=[
            _icon("mark.svg", "any", "image/svg+xml"),
            _icon("mark-192.png", "192x192"),
            _icon("mark-512.png", "512x512"),
            _icon("mark-maskable-512.png", "512x512") | {"purpose": "maskable"},
        ],
        shortcuts=[
            {"name": _("上报"), "url": "/report", "icons": [_icon("mark-192.png", "192x192")]},
            {"name": _("查进度"), "url": "/track", "icons": [_icon("mark-192.png", "192x192")]},
            {"name": _("派遣台"), "url": "/desk", "icons": [_icon("mark-192.png", "192x192")]},
        ],
    )
    response.mimetype = "application/manifest+json"
    return response


def _icon(name: str, sizes: str, kind: str = "image/png") -> dict[str, str]:
    return {"src": url_for("static", filename=f"icons/{name}"), "sizes": sizes, "type": kind}
