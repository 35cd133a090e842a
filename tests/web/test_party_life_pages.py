"""The pages of party life as their users go through them: plan, record, members, dues, rules."""

import re

import pytest

from gridmap.terms import PostKind, Role
from tests.party_life.branches import BRANCH, GROUP, NOW, branches, ruled
from tests.web import signed
from web import params

HTML = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def at_that_time(monkeypatch):
    monkeypatch.setattr(params, "now", lambda: NOW)
    for module in ("", "_view", "_meetings", "_members", "_dues", "_warnings"):
        page = __import__(f"web.pages.party_life{module}", fromlist=["x"])
        for name in ("now", "today"):
            if hasattr(page, name):
                monkeypatch.setattr(
                    page, name, lambda name=name: NOW if name == "now" else NOW.date()
                )


@pytest.fixture
def made(session):
    return ruled(branches(session))


def get(client, path, status=200):
    page = client.get(path, headers=HTML)
    assert page.status_code == status, page.text
    return page.text


def test_a_secretary_plans_a_meeting_and_records_who_was_there(made, client):
    signed.sign_in(client, "secretary")
    assert "甲支部" in get(client, "/party-life")
    calendar = get(client, f"/party-life/{BRANCH}")
    assert "主题党日 · 6月" in calendar
    assert "党费" in calendar
    new = f"/party-life/{BRANCH}/meetings"
    wrong = signed.post_form(client, new, kind="theme_day", day="2026-06-09", topic="")
    assert wrong.status_code == 422
    sent = {"kind": "theme_day", "day": "2026-06-09", "topic": "清理楼道", "place": "网格活动室"}
    planned = signed.post_form(client, new, **sent)
    address = planned.location
    assert re.fullmatch(r"/party-life/meetings/\d+", address)
    assert "登记这次会" in get(client, address)
    how = {
        "day": "2026-06-09",
        "minutes": "一、学习。\n二、讨论。",
        "expected": "8",
        "present": "9",
    }
    refused = signed.post_form(client, f"{address}/held", from_page=address, **how)
    assert (refused.status_code, "实到人数不能多于应到人数" in refused.text) == (422, True)
    held = signed.post_form(client, f"{address}/held", from_page=address, **how | {"present": "7"})
    assert held.status_code == 303
    assert "到 7 / 8 · 88%" in get(client, address)
    assert "主题党日 · 6月" not in get(client, f"/party-life/{BRANCH}")


def test_members_come_and_go_and_dues_are_noted(made, client):
    signed.sign_in(client, "secretary")
    page = f"/party-life/{BRANCH}/members"
    sent = {
        "name": "甲示一",
        "phone": "13900000001",
        "standing": "full",
        "came": "admitted",
        "day": "2026-03-01",
    }
    assert signed.post_form(client, page, **sent | {"building": "no"}).status_code == 422
    assert signed.post_form(client, page, **sent | {"building": "b1"}).status_code == 303
    listed = get(client, page)
    assert "甲示一" in listed
    assert "住别处" in listed
    dues = f"/party-life/{BRANCH}/dues"
    assert "没登记" in get(client, dues)
    noted = signed.post_form(client, dues, month="2026-06", rest="1", **_blank(get(client, dues)))
    assert noted.status_code == 303
    assert re.search(r"已交</dt><dd>1<", get(client, dues))
    book = client.get(f"{dues}.xlsx")
    assert book.data[:2] == b"PK"
    number = re.search(r"/members/(\d+)/transfer", listed)[1]
    move = {"code": BRANCH, "to": GROUP, "day": "2026-06-02"}
    moved = signed.post_form(
        client, f"/party-life/members/{number}/transfer", from_page=page, **move
    )
    assert moved.status_code == 303
    assert "甲示一" in get(client, f"/party-life/{GROUP}/members")


def _blank(page):
    return dict.fromkeys(re.findall(r'name="(paid_\d+)" value=""', page), "")


@pytest.mark.parametrize("login", ["other", "leader", "steward"])
def test_nobody_elses_dues_are_shown(made, client, login):
    signed.sign_in(client, login)
    assert client.get(f"/party-life/{BRANCH}/dues", headers=HTML).status_code in {403, 404}
    assert client.get(f"/party-life/{BRANCH}/dues.xlsx").status_code in {403, 404}


def test_the_administrator_sets_the_duties_once_for_all(session, client):
    made = branches(session)
    person = made.world.post(PostKind.COUNTY_DESK, made.world.community, "管").person_id
    signed.account(session, person, "boss", [Role.ADMINISTRATOR])
    signed.sign_in(client, "boss")
    rules = "/party-life/rules"
    assert "还没有设定" in get(client, rules)
    assert signed.post_form(client, rules, kind="all", day="2026-01-01").status_code == 303
    assert "还没有设定" not in get(client, rules)
    sent = {"kind": "lesson", "months": "5", "day": "2026-02-01"}
    assert signed.post_form(client, rules, **sent).status_code == 422
    assert get(client, "/party-life/warnings")
