"""The county's map on pages that show something of their own on it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from gridmap.errors import NotFound
from gridmap.publishing import service as publishing
from web.pages.folium_map import Bbox, compose
from web.session import current_session

CHINA: Final[Bbox] = (73.5, 18.0, 135.1, 53.6)
"""The map's first view where no county is known yet."""


def map_of(day: date) -> dict[str, Any]:
    """Return the map's parts and its first view, in degrees."""
    try:
        bbox, known = publishing.county(current_session(), day).bbox, True
    except NotFound:
        bbox, known = CHINA, False
    return {"map": compose(bbox), "bbox": list(bbox), "has_county": known}
