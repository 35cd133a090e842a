"""The coverage map as one HTML file: composed by folium, Leaflet inside, no request to anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import shapely
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from geodata.handouts.county import DaySheet
from geodata.handouts.moments import moments
from web.pages.folium_map import Bbox, OfflineMap, parts_of

STATIC: Final = Path(__file__).parents[1] / "static"
STYLES: Final = ("vendor/leaflet/leaflet.css", "css/handout_map.css")
SCRIPTS: Final = ("vendor/leaflet/leaflet.js",)
PROGRAM: Final = "js/handout_map.js"


class HandoutMap(OfflineMap):
    """The offline map without the county's ground: whoever opens the file has no server."""

    def __init__(self, bbox: Bbox) -> None:
        super().__init__(bbox)
        self.drawing = {}


def standalone(sheets: Sequence[DaySheet], language: str) -> str:
    """Return the file's text.

    Args:
        sheets: the days of its slider, in their order; at least one.
        language: ``zh`` or ``en``.
    """
    west, south, east, north = (
        float(value) for value in shapely.total_bounds([area.shape for area in sheets[-1].areas])
    )
    template = _environment().get_template("coverage_standalone.html")
    return template.render(
        map=parts_of(HandoutMap((west, south, east, north))),
        data=moments(sheets, language),
        styles=[_asset(name) for name in STYLES],
        scripts=[_asset(name) for name in SCRIPTS],
        program=_asset(PROGRAM),
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("web"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


@lru_cache(maxsize=8)
def _asset(name: str) -> Markup:
    """Return a file of ours or a vendored one, as it is: none holds words of people."""
    return Markup((STATIC / name).read_text(encoding="utf-8"))  # noqa: S704
