"""folium composes the map without assets, addresses or text; the scripts agree with its drawing."""

import re
from pathlib import Path

import folium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.publishing.collections import TILE_ZOOM
from web.pages.folium_map import DRAWING, LABELS, MAP_ID, PANES, STYLES, OfflineMap, compose

BBOX = (113.9, 34.7, 113.95, 34.74)
SCRIPTS = Path(__file__).parents[2] / "web/static/js"


def test_parts_are_separate_and_hold_no_tags_of_the_page():
    parts = compose(BBOX)
    whole = parts.header + parts.html + parts.script
    assert not re.search(r"<(script|style|link|meta|iframe|html)", whole)
    assert parts.html.strip() == f'<div class="map" id="{MAP_ID}"></div>'
    assert "style=" not in parts.html


def test_nothing_is_fetched_from_anywhere():
    parts = compose(BBOX)
    assert not re.search(r"//|https?:|cdn|@import|url\(", parts.header + parts.html + parts.script)


def test_script_makes_one_canvas_map_with_the_panes_in_their_order():
    script = compose(BBOX).script
    assert script.count("L.map(") == 1
    assert '"preferCanvas": true' in script
    assert '"attributionControl": false' in script
    made = re.findall(r'createPane\(\s*"(\w+)"\);\s*\w+\.style\.zIndex = (\d+)', script)
    assert [(name, int(z)) for name, z in made] == list(PANES)
    assert script.count("pointerEvents = 'none'") == len(PANES)


def test_first_view_is_set_at_once_because_leaflet_drops_a_view_set_during_an_animation():
    script = " ".join(compose(BBOX).script.split())
    assert (
        "fitBounds([[34.7, 113.9], [34.74, 113.95]], { padding: [12, 12], animate: false }"
        in script
    )


def test_map_leaves_foliums_own_lists_of_assets_alone():
    before = [*folium.Map.default_js], [*folium.Map.default_css]
    one, other = OfflineMap(BBOX), OfflineMap(BBOX)
    one.add_js_link("mine", "/static/mine.js")
    assert other.default_js == []
    assert ([*folium.Map.default_js], [*folium.Map.default_css]) == before
    assert before[0], "a stock map has assets: without them this test shows nothing"


@given(
    st.tuples(
        st.floats(-180, 179),
        st.floats(-85, 84),
        st.floats(0.001, 1),
        st.floats(0.001, 1),
    )
)
def test_every_extent_comes_out_as_numbers(corner_and_size):
    west, south, width, height = corner_and_size
    script = compose((west, south, west + width, south + height)).script
    view = re.search(r"fitBounds\((\[\[.*?\]\])", script)
    assert view
    numbers = [float(number) for number in re.findall(r"-?\d[\d.e+-]*", view[1])]
    assert numbers == pytest.approx([south, west, south + height, west + width])


def test_text_as_an_extent_does_not_reach_the_script():
    hostile = "0]]);alert(1);//"
    with pytest.raises((TypeError, ValueError)):
        compose((hostile, 34.7, 113.95, 34.74))


def test_scripts_draw_with_styles_and_labels_that_exist():
    map_js = (SCRIPTS / "map.js").read_text(encoding="utf-8")
    used = set(re.findall(r'"(\w+)", "(?:ground|borders)"\)', map_js))
    used |= set(re.findall(r"drawing\.styles\.(\w+)", map_js))
    used |= set(re.findall(r'this\.light\(feature, "(\w+)"\)', map_js))
    assert {"water", "community", "grid", "building", "chosen", "chosen_grid"} <= used
    assert used <= set(STYLES)
    order = re.search(r"const ORDER = (\[.*?\])", (SCRIPTS / "labels.js").read_text("utf-8"))
    assert order
    assert set(re.findall(r'"(\w+)"', order[1])) == set(LABELS)


def test_drawing_asks_for_the_tiles_that_are_served():
    assert DRAWING["buildings"]["tileZoom"] == TILE_ZOOM
