"""The residents' pages: the form's frame, and tracking without anybody's personal data."""

import io
import json
import re

import pytest
from PIL import Image

from gridmap.dispatch.catalogue import put_entries
from gridmap.dispatch.categories import Topic
from gridmap.terms import Rung
from tests.dispatch.filings import CATEGORIES, category, staffed
from tests.web import signed
from tests.worlds import START, lonlat

PAGE = {"Accept": "text/html"}
HOSTILE = "<img src=x onerror=alert(1)>`};alert(1);//\"'"


@pytest.fixture
def world(session):
    world, _ = staffed(session)
    return world


@pytest.fixture
def filed(client, world):
    """A report with a phone number and a photo, filed by the API."""
    lon, lat = lonlat(30, 30)
    report = {
        "category": "RUBBISH",
        "description": "门口垃圾没人收",
        "phone": "13800138000",
        "place": {"lon": lon, "lat": lat, "crs": "wgs84"},
    }
    photo = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(photo, "JPEG")
    photo.seek(0)
    answer = client.post(
        "/api/v1/reports",
        data={"report": json.dumps(report), "photos": [(photo, "a.jpg")]},
        headers={"Idempotency-Key": "key-0001"},
    )
    return answer.json


def test_the_form_offers_topics_and_their_categories(client, world):
    page = client.get("/report", headers=PAGE)
    assert page.status_code == 200
    topics = re.findall(r'name="topic" id="topic-(\w+)"', page.text)
    assert topics == ["environment", "facilities", "disputes", "service", "other"]
    codes = re.findall(r'name="category" id="category-(\w+)"', page.text)
    assert sorted(codes) == sorted(entry.code for entry in CATEGORIES)
    assert re.search(r'id="category-LIGHT"[^>]*data-rung="楼栋党小组"', page.text)


def test_a_categorys_name_is_text(client, world, session):
    hostile = category("HOSTILE", Rung.COMMUNITY, Topic.OTHER, name=HOSTILE)
    put_entries(session, (*CATEGORIES, hostile), START)
    page = client.get("/report", headers=PAGE).text
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_scripts_and_styles_carry_the_nonce_and_nothing_is_inline(client, world):
    for path in ("/report", "/track", "/sign-in"):
        answer = client.get(path, headers=PAGE)
        policy = answer.headers["Content-Security-Policy"]
        nonce = re.search(r"script-src [^;]*'nonce-([^']+)'", policy)[1]
        for tag in re.findall(r"<(?:script|style)\b[^>]*>", answer.text):
            assert 'src="/static/' in tag or "application/json" in tag or nonce in tag, tag
        assert not re.search(r"<[^>]+\s(?:on\w+|style)=", answer.text), path


def test_the_form_in_english(client, world):
    client.set_cookie("lang", "en")
    page = client.get("/report", headers=PAGE).text
    assert "Category LIGHT" in page
    assert "Public facilities" in page
    assert 'data-rung="Building group"' in page


def test_a_worker_sees_that_she_reports_as_herself(client, world, session):
    post = world.post("part_time_worker", world.grids["A"], "甲兼职")
    signed.account(session, post.person_id, "jia")
    signed.sign_in(client, "jia")
    page = client.get("/report", headers=PAGE).text
    assert "甲兼职" in re.search(r'<p class="hint">([^<]*身份上报。)</p>', page)[1]


def test_tracking_asks_for_number_and_tail(client, world):
    page = client.get("/track", headers=PAGE)
    assert page.status_code == 200
    assert re.findall(r'<input class="input"[^>]*name="(\w+)"', page.text) == ["number", "tail"]


@pytest.mark.parametrize("written", ["{n}", " {n} ", "{n}".replace("-", "－")])
def test_number_and_tail_open_the_timeline(client, filed, written):
    number = written.format(n=filed["number"])
    page = client.get("/track", query_string={"number": number, "tail": "８０００"}, headers=PAGE)
    assert page.status_code == 200
    assert "类别RUBBISH" in page.text
    assert "书香苑社区 · A网格" in page.text
    assert "交给网格党支部" in page.text
    assert "等待受理" in page.text


def test_tracking_shows_nothing_personal(client, filed):
    page = client.get(filed["track_url"], headers=PAGE)
    assert page.status_code == 200
    for private in ("13800138000", "门口垃圾", "甲格员", "113.9", "乙格员"):
        assert private not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_the_link_shows_the_photos_and_the_tail_does_not(client, filed):
    number, key = filed["number"], filed["track_key"]
    by_link = client.get(filed["track_url"], headers=PAGE).text
    assert f"/track/{number}/photos/1?key={key}" in by_link
    by_tail = client.get(f"/track/{number}?tail=8000", headers=PAGE).text
    assert "/photos/" not in by_tail
    assert key not in by_tail
    photo = client.get(f"/track/{number}/photos/1?key={key}")
    assert (photo.status_code, photo.mimetype) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(photo.data)).size == (60, 40)


@pytest.mark.parametrize("query", ["", "?key=", "?key=wrong", "?tail=8000"])
def test_a_photo_needs_the_key(client, filed, query):
    assert client.get(f"/track/{filed['number']}/photos/1{query}").status_code == 404


@pytest.mark.parametrize("position", [0, 2, 99999999999999999999])
def test_a_photo_that_is_not_there(client, filed, position):
    path = f"/track/{filed['number']}/photos/{position}?key={filed['track_key']}"
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"number": "2026-999999", "tail": "8000"},
        {"number": "{n}", "tail": "8001"},
        {"number": "{n}", "tail": "80"},
        {"number": "{n}", "key": "wrong"},
        {"number": "x\0y", "tail": "8000"},
        {"number": HOSTILE, "tail": "8000"},
    ],
)
def test_what_does_not_fit_is_said_beside_the_form(client, filed, query):
    asked = {name: value.replace("{n}", filed["number"]) for name, value in query.items()}
    page = client.get("/track", query_string=asked, headers=PAGE)
    assert page.status_code == 404
    assert "编号和电话后四位对不上" in page.text
    assert 'name="tail"' in page.text
    assert "<img src=x" not in page.text


def test_a_bare_number_asks_for_the_tail(client, filed):
    page = client.get(f"/track/{filed['number']}", headers=PAGE)
    assert page.status_code == 200
    assert f'value="{filed["number"]}"' in page.text
    assert "类别RUBBISH" not in page.text
