"""The page of stand-ins: named, seen by both, ended early."""

import re
from datetime import timedelta

import pytest

from tests.dispatch.filings import staffed
from tests.web import signed
from tests.web.signed import post_form, sign_in
from web.params import today

PAGE = {"Accept": "text/html"}
STAND_INS = "/account/stand-ins"


@pytest.fixture
def people(session, client):
    """The staffed town with accounts; grid A's worker is signed in."""
    _world, people = staffed(session)
    for login, someone in (("jia", "A"), ("yi", "B"), ("desk", "community"), ("lou", "a1")):
        signed.account(session, people[someone].person_id, login)
    sign_in(client, "jia")
    return people


def found(client, person, holder=""):
    """What the search finds: posts and people, by their ids."""
    page = client.get(STAND_INS, query_string={"person": person, "holder": holder}).text
    return tuple(re.findall(rf'name="{name}" value="(\d+)"', page) for name in ("post", "person"))


def name(client, post, person, first=None, last=None, **fields):
    days = {"first": (first or today()).isoformat(), "last": (last or today()).isoformat()}
    return post_form(client, STAND_INS, post=post, person=person, **(days | fields))


def other(client, login):
    signed_in = client.application.test_client()
    sign_in(signed_in, login)
    return signed_in


def test_naming_gives_the_post_and_ending_takes_it(client, people):
    (post,), (person,) = found(client, "乙格员")
    answer = name(client, post, person, note="国庆<b>休假</b>")
    assert (answer.status_code, answer.location) == (303, STAND_INS)
    page = client.get(STAND_INS).text
    assert "代班中" in page
    assert "<b>休假" not in page
    stand_in = other(client, "yi")
    assert "A网格专职网格员（代）" in stand_in.get("/account").text
    ended = re.search(rf"{STAND_INS}/\d+/end", page)[0]
    refused = post_form(stand_in, ended, from_page=STAND_INS)
    assert refused.status_code == 404
    assert post_form(client, ended, from_page=STAND_INS).status_code == 303
    assert "（代）" not in stand_in.get("/account").text


def test_a_desk_names_for_the_grids_of_its_community(client, people):
    desk = other(client, "desk")
    (post,), (person,) = found(desk, "乙楼长", "甲格员")
    assert name(desk, post, person).status_code == 303
    assert "社区员 指定" in client.get(STAND_INS).text


def test_a_worker_finds_no_post_of_others(client, people):
    posts, _people = found(client, "乙格员", "乙格员")
    assert posts == []
    desk = other(client, "desk")
    (post,), _people = found(desk, "甲楼长", "乙格员")
    assert name(client, post, people["a1"].person_id).status_code == 404


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"post": ""}, 422, "请选好岗位"),
        ({"person": "x"}, 422, "请选好岗位"),
        ({"first": "9999-12-31"}, 422, "请选好岗位"),
        ({"first": "2026-02-30"}, 422, "请选好岗位"),
        ({"first": "2020-01-01"}, 422, "今天或以后"),
        ({"note": "反\u202e转"}, 422, "请选好岗位"),
        ({"post": "2147483646"}, 404, "没有找到这个岗位"),
    ],
)
def test_nonsense_names_nobody(client, people, fields, status, words):
    (post,), (person,) = found(client, "乙格员")
    days = {"first": today().isoformat(), "last": today().isoformat()}
    answer = post_form(client, STAND_INS, **({"post": post, "person": person} | days | fields))
    assert answer.status_code == status
    assert words in answer.text
    assert "还没有代班" in client.get(STAND_INS).text


def test_who_has_no_account_is_marked(client, people):
    assert "还没有账号" in client.get(f"{STAND_INS}?person=乙楼长").text
    assert "还没有账号" not in client.get(f"{STAND_INS}?person=乙格员").text


def test_history_stays(client, people):
    (post,), (person,) = found(client, "乙格员")
    tomorrow = today() + timedelta(days=1)
    name(client, post, person, tomorrow, tomorrow)
    page = client.get(STAND_INS).text
    assert "未开始" in page
    assert "提前结束" in page
