"""The residents' pages: the form's frame, and tracking without anybody's personal data."""

import io
import json
import re

import pytest
from PIL import Image
from sqlalchemy import func, select

from gridmap.dispatch.catalogue import put_entries
from gridmap.dispatch.categories import Topic
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import PhotoFile
from gridmap.dispatch.tables import Feedback, Step
from gridmap.terms import Outcome, PhotoKind, Rung
from tests.dispatch.filings import CATEGORIES, act, category, staffed
from tests.web import signed
from tests.worlds import START, lonlat

PAGE = {"Accept": "text/html"}
HOSTILE = "<img src=x onerror=alert(1)>`};alert(1);//\"'"


@pytest.fixture
def world(session, client):
    world, client.people = staffed(session)
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


def test_a_worker_sees_what_she_filed(client, world, session):
    post = world.post("part_time_worker", world.grids["A"], "甲兼职")
    signed.account(session, post.person_id, "jia")
    signed.sign_in(client, "jia")
    lon, lat = lonlat(30, 30)
    place = {"lon": lon, "lat": lat, "crs": "wgs84"}
    sent = {"category": "LIGHT", "description": "巡查看到灯不亮", "place": place}
    headers = {"Idempotency-Key": "key-0009"}
    number = client.post("/api/v1/reports", json=sent, headers=headers).json["number"]
    page = client.get("/track", headers=PAGE).text
    mine = page[page.index('id="filed"') :]
    assert f'href="/desk/{number}"' in mine
    assert "巡查看到灯不亮" in mine
    client.delete_cookie("gridmap_session")
    assert 'id="filed"' not in client.get("/track", headers=PAGE).text


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


@pytest.fixture
def asked(client, session, filed):
    """The report, handled and checked: its reporter is asked."""
    number, people = filed["number"], client.people
    act(session, number, people["A"], Action.ACCEPTED)
    after = PhotoFile(b"\xff\xd8jpeg", 10, 10, PhotoKind.AFTER)
    act(
        session,
        number,
        people["A"],
        Action.HANDLED,
        note=f"清走了 {HOSTILE}",
        outcome=Outcome.SOLVED,
        photos=(after,),
    )
    act(session, number, people["community"], Action.CHECKED)
    return filed


def form_of(page):
    """The hidden values that every answer carries."""
    return {
        name: re.search(rf'name="{name}" value="([^"]+)"', page)[1]
        for name in ("csrf_token", "version", "key")
    }


def answer(client, filed, proof=None, carried=None, **said):
    query = proof or {"key": filed["track_key"]}
    path = f"/track/{filed['number']}"
    carried = carried or form_of(client.get(path, query_string=query, headers=PAGE).text)
    return client.post(path, query_string=query, data=carried | said, headers=PAGE)


def test_the_reporter_is_asked_and_sees_reply_and_photos(client, asked):
    page = client.get(asked["track_url"], headers=PAGE).text
    assert "解决了吗？" in page
    assert "清走了 &lt;img src=x" in page
    assert re.search(r"photos/2\?key=[^>]*>\s*<img[^>]*>\s*<span>处置后", page)
    assert "甲格员" not in page


def test_not_solved_says_where_it_went_now(client, asked):
    sent = answer(client, asked, say="reopen", contacted="no", remark="又满了")
    assert sent.status_code == 303
    page = client.get(sent.location, headers=PAGE).text
    assert "已经重新办理，现在交给社区。最迟" in page
    assert "待受理" in page
    assert "解决了吗？" not in page


def test_solved_closes_it_and_it_can_be_reopened_for_some_days(client, asked):
    sent = answer(client, asked, say="solved", contacted="yes", satisfaction="basically")
    page = client.get(sent.location, headers=PAGE).text
    assert "谢谢您的答复" in page
    assert "其实没有解决" in page
    sent = answer(client, asked, say="reopen", contacted="yes", remark="第二天又满了")
    assert "已经重新办理" in client.get(sent.location, headers=PAGE).text


def test_by_the_tail_too(client, asked):
    proof = {"tail": "8000"}
    sent = answer(client, asked, proof, say="solved", contacted="yes", satisfaction="satisfied")
    assert sent.status_code == 303
    assert "tail=8000" in sent.location
    assert "已结案" in client.get(sent.location, headers=PAGE).text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "请选“解决了”还是“没有解决”"),
        ({"say": "solved", "satisfaction": "satisfied"}, "请选有没有人联系过您"),
        ({"say": "solved", "contacted": "yes"}, "请选您满意不满意"),
        ({"say": "note", "remark": " "}, "请写下要补充的话"),
        ({"say": "note", "remark": "长" * 501}, "最多 500 个字"),
        ({"say": "solved", "contacted": "yes", "satisfaction": "x"}, "请选您满意不满意"),
    ],
)
def test_what_is_missing_is_said_and_nothing_written_is_lost(client, asked, said, words):
    sent = answer(client, asked, **{"remark": "这句话不能丢"} | said)
    assert sent.status_code == 422
    assert words in sent.text
    assert said.get("remark", "这句话不能丢").strip() in sent.text or not said


def test_an_answer_to_a_state_that_is_past_keeps_the_words(client, session, asked):
    path = asked["track_url"]
    carried = form_of(client.get(path, headers=PAGE).text)
    answer(client, asked, say="reopen", contacted="no")
    late = answer(
        client, asked, carried=carried | {"key": "another-key-1"}, say="reopen", contacted="no"
    )
    assert late.status_code == 409
    assert "刚刚有了新进展" in late.text


def test_two_taps_are_one_answer(client, session, asked):
    carried = form_of(client.get(asked["track_url"], headers=PAGE).text)
    said = {"say": "reopen", "contacted": "no"}
    codes = [answer(client, asked, carried=carried, **said).status_code for _ in range(2)]
    assert codes == [303, 303]
    assert session.scalar(select(func.count()).select_from(Feedback)) == 1


def test_an_answer_needs_the_forms_token(client, asked):
    carried = form_of(client.get(asked["track_url"], headers=PAGE).text)
    del carried["csrf_token"]
    sent = answer(client, asked, carried=carried, say="reopen", contacted="no")
    assert sent.status_code == 422
    assert "已经重新办理" not in sent.text


def test_a_word_to_add_reaches_the_record(client, session, asked):
    sent = answer(client, asked, say="note", remark="晚上七点后有人")
    assert "已经送到经办人手里" in client.get(sent.location, headers=PAGE).text
    assert session.scalars(select(Step.note).where(Step.action == "noted")).one() == (
        "晚上七点后有人"
    )


def test_the_worker_script_names_its_files_and_changes_with_the_categories(client, world, session):
    first = client.get("/sw.js?lang=zh")
    assert (first.status_code, first.mimetype) == (200, "text/javascript")
    assert first.headers["Cache-Control"] == "no-cache"
    shell = json.loads(first.text.splitlines()[0].removeprefix("const SHELL = ").rstrip(";"))
    for path in [*shell["files"], *shell["pages"].values()]:
        with client.get(path) as kept:
            assert kept.status_code == 200, path
    assert "/static/js/steps.js" in shell["files"]
    put_entries(session, CATEGORIES[:2], START)
    assert client.get("/sw.js?lang=zh").text != first.text
    assert client.get("/sw.js?lang=zh").text == client.get("/sw.js").text


def test_the_shell_is_for_nobody_in_particular(client, world, session):
    post = world.post("part_time_worker", world.grids["A"], "甲兼职")
    signed.account(session, post.person_id, "jia")
    signed.sign_in(client, "jia")
    assert "甲兼职" in client.get("/report", headers=PAGE).text
    for path in ("/shell/zh/report", "/shell/en/report", "/shell/zh/kept"):
        page = client.get(path, headers=PAGE)
        assert page.status_code == 200
        assert "甲兼职" not in page.text
        assert "csrf" not in page.text
    assert "Category LIGHT" in client.get("/shell/en/report").text
    for path in ("/shell/xx/report", "/shell/zh/desk"):
        assert client.get(path, headers=PAGE).status_code == 404
