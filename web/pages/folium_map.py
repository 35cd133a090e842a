"""The map as folium composes it: options, panes, styles and the first view; never a word of text.

folium writes JavaScript, and text that lands in JavaScript can run. So nothing but ids, numbers
and styles goes through here. Names of places reach the page as JSON and are drawn with
`textContent` or on a canvas.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import folium
from branca.element import Element, Figure
from folium.map import CustomPane
from folium.template import Template

Bbox = tuple[float, float, float, float]
"""West, south, east, north in degrees, WGS 84."""

MAP_ID: Final = "map_county"
"""Id of the map's element, and of the variable that holds the Leaflet map for `map.js`."""

PANES: Final[tuple[tuple[str, int], ...]] = (
    ("ground", 210),  # water, green, roads, buildings
    # Leaflet's own overlay pane is 400: a choropleth lies on the houses and under the borders
    ("borders", 420),  # borders, what is chosen, words
)
"""Name and z-index. None takes a pointer: a tap belongs to the map, which asks where it landed.

A pane is a canvas, and without a GPU each canvas costs time in every frame of a drag: hence two.
"""

RED: Final = "#b8141f"
INK: Final = "#1b2430"

ROADS: Final[dict[str, tuple[int, float, float]]] = {
    "motorway": (9, 11.0, 10),
    "trunk": (8, 10.0, 10),
    "primary": (7, 9.0, 11),
    "secondary": (6, 7.5, 12),
    "tertiary": (5, 6.0, 13),
    "residential": (4, 4.5, 14),
    "unclassified": (4, 4.5, 14),
    "living_street": (3, 4.0, 14.5),
    "pedestrian": (3, 3.5, 15),
    "service": (2, 2.4, 15),
    "footway": (1, 1.4, 16),
    "path": (1, 1.4, 16),
}
"""Kind of road: rank in the drawing order, width in pixels at zoom 16, first zoom."""

LABELS: Final[dict[str, dict[str, object]]] = {
    "community": {"fromZoom": 10, "size": 14, "weight": 600, "color": INK},
    "centre": {"fromZoom": 14.5, "size": 12, "weight": 600, "color": RED},
    "road": {"fromZoom": 15, "size": 12, "weight": 400, "color": "#5a6779"},
    "compound": {"fromZoom": 16, "size": 13, "weight": 600, "color": "#5c5140"},
    "green": {"fromZoom": 16, "size": 12, "weight": 400, "color": "#3f6b35"},
    "water": {"fromZoom": 14, "size": 13, "weight": 400, "color": "#3d7ba6"},
    "named": {"fromZoom": 17, "size": 12, "weight": 400, "color": INK},
    "number": {"fromZoom": 18, "size": 13, "weight": 400, "color": INK},
    "place": {"fromZoom": 17, "size": 12, "weight": 400, "color": "#5a6779"},
}
"""From which zoom a kind of label shows, its size in pixels, weight and colour."""


def _line(color: str, weight: float, **more: object) -> dict[str, object]:
    return {"stroke": True, "color": color, "weight": weight, "fill": False, **more}


def _area(fill: str, opacity: float = 1, **more: object) -> dict[str, object]:
    return {"fill": True, "fillColor": fill, "fillOpacity": opacity, "stroke": False, **more}


STYLES: Final[dict[str, dict[str, object]]] = {
    "water": _area("#bcd9ec", stroke=True, color="#a9cde6", weight=1),
    "stream": _line("#bcd9ec", 4),
    "green": _area("#e1eedb"),
    "ground": _area("#f3f0e9"),
    "civic": _area("#f1e9ee"),
    "casing": _line("#d5dde5", 1, lineCap="butt", lineJoin="round"),
    "road": _line("#ffffff", 1, lineCap="round", lineJoin="round"),
    "building": _area("#e6e0d6", stroke=True, color="#c9bfae", weight=1),
    "chosen": _area("#f3a5a5", stroke=True, color=RED, weight=2),
    "community": _line(RED, 7, opacity=0.1),
    "grid": _line(RED, 1.75, opacity=0.9, dashArray="6 4"),
    "chosen_grid": _area(RED, 0.035, stroke=True, color=RED, weight=3),
    "accuracy": _area("#1d5bb8", 0.12, stroke=True, color="#1d5bb8", weight=1),
}
"""Leaflet path options by layer: `map.js` holds no colour of its own for shapes."""

DRAWING: Final[dict[str, object]] = {
    "styles": STYLES,
    "roads": ROADS,
    "buildings": {"tileZoom": 15, "fromZoom": 14.5},
    "labels": LABELS,
}
"""All that `map.js` draws by; the script puts it on the Leaflet map as `drawing`."""

OPTIONS: Final[dict[str, Any]] = {
    "min_zoom": 10,
    "max_zoom": 20,
    "zoom_snap": 0.5,
    "zoom_delta": 1,
    "wheel_px_per_zoom_level": 90,
    "attribution_control": False,  # credits are text of the county: `map.js` sets them safely
    "bounce_at_zoom_limits": False,
}


class OfflineMap(folium.Map):
    """A Leaflet map without an asset, a network address or a text of its own.

    A stock `folium.Map` links ten files on four networks and styles the whole document. This one
    has its own template and empty lists of assets; the page brings Leaflet itself. The lists
    belong to the instance, since folium's `add_js_link` changes whatever list it finds.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}
        #{{ this.get_name() }} { width: 100%; height: 100%; }
        {% endmacro %}
        {% macro html(this, kwargs) %}
        <div class="map" id="{{ this.get_name() }}"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
            center: {{ this.location|tojson }},
            ...{{ this.options|tojavascript }}
        });
        {{ this.get_name() }}.fitBounds({{ this.first_view|tojson }}, {
            padding: [12, 12],
            animate: false
        });
        {{ this.get_name() }}.drawing = {{ this.drawing|tojson }};
        {% endmacro %}
        """
    )

    def __init__(self, bbox: Bbox) -> None:
        west, south, east, north = bbox
        super().__init__(
            location=((south + north) / 2, (west + east) / 2),
            tiles=None,
            zoom_start=14,
            zoom_control=False,
            prefer_canvas=True,
            **OPTIONS,
        )
        self.default_js = []
        self.default_css = []
        self.drawing = DRAWING
        # not folium's FitBounds: it animates, and Leaflet drops a view that is set meanwhile
        self.first_view = ((south, west), (north, east))
        for name, z_index in PANES:
            CustomPane(name, z_index).add_to(self)

    def get_name(self) -> str:
        """Return the fixed id; folium names the element and its variable by it."""
        return MAP_ID


@dataclass(frozen=True)
class MapParts:
    """What a page places: CSS rules, the map's element, and the script that makes the map.

    Only numbers and this module's constants are in them, so a template may mark them `safe`.
    """

    header: str
    html: str
    script: str


@lru_cache(maxsize=16)
def compose(bbox: Bbox) -> MapParts:
    """Return the parts of a map whose first view holds `bbox`; the page adds its own nonce.

    Args:
        bbox: west, south, east, north in degrees (WGS 84).
    """
    return parts_of(OfflineMap(bbox))


def parts_of(offline: OfflineMap) -> MapParts:
    """Return the parts of a map that stands alone."""
    figure = Figure()
    figure.header = Element()  # without branca's own meta tags: the page has its head
    offline.add_to(figure)
    figure.render()  # lays each macro's outcome into header, html and script
    return MapParts(figure.header.render(), figure.html.render(), figure.script.render())
