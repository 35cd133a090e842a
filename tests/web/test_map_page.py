"""The map page: its frame, its policy, the day in its address; and the manifest."""

import re
from datetime import date

import pytest

from tests.worlds import draw

DRAWING = """
AAB
AAB
"""


@pytest.fixture
def show(client, session):
    """Gets the map page of a small county as text; `query` is its address after the '?'."""
    draw(session, DRAWING, since=date(2024, 1, 1))

    def get(query: str = "", **headers: str):
        response = client.get(f"/?{query}", headers={"Accept": "text/html", **headers})
        assert response.status_code == 200
        return response

    return get


def status_of(client, address: str) -> int:
    with client.get(address) as response:  # a file that is sent stays open until then
        return response.status_code


def test_every_script_and_style_is_ours_or_bears_the_nonce(show):
    response = show()
    html = response.get_data(as_text=True)
    nonce = re.search(
        r"script-src[^;]*'nonce-([^']+)'", response.headers["Content-Security-Policy"]
    )
    assert nonce
    tags = re.findall(r"<(script|style|link)\b([^>]*)>", html)
    assert len(tags) > 5
    for tag, attributes in tags:
        if 'type="application/json"' in attributes:
            continue  # data: not run
        source = re.search(r'(?:src|href)="([^"]+)"', attributes)
        if source:
            assert source[1].startswith("/"), source[1]
            assert not source[1].startswith("//"), source[1]
        else:
            assert f'nonce="{nonce[1]}"' in attributes, tag


def test_page_has_no_inline_style_and_no_handler(show):
    html = show().get_data(as_text=True)
    assert not re.search(r"<[^>]+\s(style|on\w+)=", html)
    assert "<iframe" not in html


def test_every_asset_that_the_page_names_is_there(show, client):
    html = show().get_data(as_text=True)
    assets = set(re.findall(r'(?:src|href)="(/static/[^"?]+)', html))
    assert any(asset.endswith("leaflet.js") for asset in assets)
    assert {asset: status_of(client, asset) for asset in assets} == dict.fromkeys(assets, 200)


def test_first_view_is_the_countys_extent(show):
    html = show().get_data(as_text=True)
    view = re.search(r"fitBounds\(\[\[([\d.]+), ([\d.]+)\], \[([\d.]+), ([\d.]+)\]\]", html)
    assert view
    south, west, north, east = (float(number) for number in view.groups())
    assert (west, south) == pytest.approx((113.9, 34.7), abs=1e-6)
    assert north > south
    assert east > west


def test_a_link_to_another_day_says_so_before_any_script_runs(show):
    html = show("day=2025-06-30&lon=113.9005&lat=34.7005").get_data(as_text=True)
    assert "正在看 2025年6月30日 的地图" in html
    assert not re.search(r'id="day-band"[^>]*hidden', html)


@pytest.mark.parametrize("query", ["", "day=", "day=soon", "day=2025-02-30", "day=%3Cscript%3E"])
def test_today_and_nonsense_show_no_band(show, query):
    html = show(query).get_data(as_text=True)
    assert re.search(r'id="day-band"[^>]*hidden', html)
    assert "<script>" not in html


def test_names_never_reach_the_page_through_folium(client, session):
    world = draw(session, DRAWING)
    world.compound("x", 0, 0, 50, 50, name="`};alert(1)//<img src=x onerror=alert(1)>")
    html = client.get("/", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert "alert(1)" not in html


def test_english_by_the_switch(show, client):
    client.set_cookie("lang", "en")
    html = show("day=2025-06-30").get_data(as_text=True)
    assert 'lang="en"' in html
    assert "You are looking at the map of June 30, 2025" in html


def test_manifest_describes_an_app_whose_icons_exist(client):
    response = client.get("/manifest.webmanifest")
    assert response.mimetype == "application/manifest+json"
    described = response.get_json(force=True)
    assert described["name"] == "网格地图"
    assert described["start_url"] == described["scope"] == "/"
    assert {icon["sizes"] for icon in described["icons"]} >= {"192x192", "512x512"}
    for icon in described["icons"]:
        assert status_of(client, icon["src"]) == 200
