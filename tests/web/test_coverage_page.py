"""The coverage page: its frame, its policy, its words; names only as data."""

import re

import pytest

from gridmap.coverage.checks import CHECKS
from tests.coverage.sound import sound


@pytest.fixture
def page(client, session):
    """Gets the page of a small county as text."""
    sound(session)

    def get(query: str = "") -> str:
        response = client.get(f"/coverage?{query}", headers={"Accept": "text/html"})
        assert response.status_code == 200
        return response.get_data(as_text=True)

    return get


def test_every_check_can_be_shown_and_has_its_column(page):
    html = page()
    keys = re.findall(r'data-check="(\w*)"', html)
    expected = [check.key for check in CHECKS]
    assert keys == ["", *expected, *expected]
    for check in CHECKS:
        assert check.label.zh in html
        assert check.asks.zh in html


def test_english_by_the_switch(page, client):
    client.set_cookie("lang", "en")
    html = page()
    assert 'lang="en"' in html
    for check in CHECKS:
        assert check.label.en in html


def test_every_script_and_style_is_ours_or_bears_the_nonce(page):
    for tag, attributes in re.findall(r"<(script|style|link)\b([^>]*)>", page()):
        source = re.search(r'(?:src|href)="([^"]+)"', attributes)
        assert 'type="application/json"' in attributes or (
            source[1].startswith("/") if source else 'nonce="' in attributes
        ), tag


def test_page_has_no_inline_style_and_no_handler(page):
    assert not re.search(r"<[^>]+\s(style|on\w+)=", page("check=%22onload=alert(1)"))


def test_every_asset_that_the_page_names_is_there(page, client):
    assets = set(re.findall(r'(?:src|href)="(/static/[^"?]+)', page()))
    assert any(asset.endswith("coverage.js") for asset in assets)
    for asset in assets:
        with client.get(asset) as response:
            assert response.status_code == 200, asset


def test_names_never_reach_the_page_through_folium(client, session):
    world = sound(session).world
    world.compound("x", 0, 100, 50, 150, name="`};alert(1)//<img src=x onerror=alert(1)>")
    assert "alert(1)" not in client.get("/coverage").get_data(as_text=True)


def test_an_empty_database_gets_a_page_that_says_so(client):
    response = client.get("/coverage", headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert "没有找到" in response.get_data(as_text=True)
