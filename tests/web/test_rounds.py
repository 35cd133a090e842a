"""Door visits over HTTP: the round as JSON, a visit sent twice, pages by role, the rules' form."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gridmap.ledger.rounds import DoorVisit, VisitRule
from gridmap.terms import HouseholdKind, PostKind, Role
from tests.dispatch.filings import NOW, county, town
from tests.rounds.doors import DAY, household
from tests.web import signed
from web import params

VISITS = "/api/v1/rounds/visits"
HTML = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def at_that_time(monkeypatch):
    monkeypatch.setattr(params, "now", lambda: NOW)
    monkeypatch.setattr("web.api.rounds.now", lambda: NOW)
    monkeypatch.setattr("web.access.now", lambda: NOW)
    monkeypatch.setattr("web.pages.account.now", lambda: NOW)
    for module in ("api.rounds", "pages.rounds", "pages.rounds_origin"):
        monkeypatch.setattr(f"web.{module}.today", lambda: DAY)
    monkeypatch.setattr("web.pages.rounds.now", lambda: NOW)


@pytest.fixture
def world(session):
    world = town(session)
    for login, kind, target in (
        ("worker", PostKind.GRID_WORKER, world.grids["A"]),
        ("other", PostKind.GRID_WORKER, world.grids["B"]),
        ("desk", PostKind.COMMUNITY_DESK, world.community),
        ("county", PostKind.COUNTY_DESK, county(session)),
        ("police", PostKind.POLICE_OFFICER, world.community),
    ):
        roles = [Role.ADMINISTRATOR] if login == "county" else []
        signed.account(session, world.post(kind, target, login).person_id, login, roles)
    household(world, "D1", "a1")
    return world


def send(client, body=None, key="phone-key-1"):
    said = {
        "household": "D1",
        "at": NOW.isoformat(),
        "outcome": "visited",
        "satisfaction": 4,
        "matters": [{"kind": "need", "category": "RELIEF", "text": "想申请送餐"}],
    } | (body or {})
    return client.post(VISITS, json=said, headers={"Idempotency-Key": key})


def test_a_round_and_a_visit_that_is_sent_twice(client, world):
    signed.sign_in(client, "worker")
    (stop,) = client.get("/api/v1/rounds/mine").json["stops"]
    (door,) = stop["doors"]
    assert (door["code"], door["state"], door["name"]) == ("D1", "overdue", "李示安")
    first, again = send(client), send(client)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.json == again.json
    assert first.json["next_due"] == (DAY + timedelta(days=30)).isoformat()
    assert world.session.scalar(select(func.count()).select_from(DoorVisit)) == 1
    assert send(client, {"satisfaction": 1}).status_code == 422
    assert client.get("/api/v1/rounds/mine").json["stops"] == []
    (number,) = first.json["reports"]
    page = client.get(f"/desk/{number}", headers=HTML).text
    assert "上门走访带回的需求" in page
    assert "/rounds/doors/D1" in page
    assert number in client.get("/rounds/doors/D1", headers=HTML).text
    assert number in client.get("/rounds", headers=HTML).text


@pytest.mark.parametrize(
    "body",
    [
        {"at": "2026-06-01T08:00:00"},
        {"at": "yesterday"},
        {"outcome": "away"},
        {"satisfaction": 9},
        {"note": "坏\u0000字"},
        {"matters": [{"kind": "wish", "category": "RELIEF", "text": "想要"}]},
        {"position": [113.9, 34.7]},
    ],
)
def test_nonsense_is_refused_and_nothing_is_written(client, world, body):
    signed.sign_in(client, "worker")
    answer = send(client, body)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert world.session.scalar(select(func.count()).select_from(DoorVisit)) == 0


@pytest.mark.parametrize(("login", "status"), [("other", 404), ("county", 403), ("police", 403)])
def test_who_does_not_visit_the_door_writes_nothing(client, world, login, status):
    signed.sign_in(client, login)
    assert send(client).status_code == status


def test_names_are_for_visitors_counts_for_those_above(client, world):
    grid = f"/rounds/grids/{world.grids['A'].code}"
    signed.sign_in(client, "county")
    assert client.get("/rounds", headers=HTML).status_code == 200
    assert "李示安" not in client.get(grid, headers=HTML).text
    assert client.get("/rounds/doors/D1", headers=HTML).status_code == 403
    assert [one["overdue"] for one in client.get("/rounds/due.json").json] == [1]
    desk = client.application.test_client()
    signed.sign_in(desk, "desk")
    assert "李示安" in desk.get(grid, headers=HTML).text
    signed.post_form(desk, "/rounds/doors/D1/erase", from_page="/rounds/doors/D1")
    assert "李示安" not in desk.get("/rounds/doors/D1", headers=HTML).text


def test_the_administrator_sets_the_intervals(client, world):
    signed.sign_in(client, "county")
    days = {f"days_{kind}": "45" for kind in HouseholdKind}
    bad = signed.post_form(client, "/rounds/rules", day="2026-05-01", **days)
    assert bad.status_code == 422
    assert "从今天或以后的某一天起。" in bad.text
    assert signed.post_form(client, "/rounds/rules", day=f"{DAY}", **days).status_code == 303
    held = world.session.scalars(select(VisitRule.days).where(VisitRule.valid.contains(DAY))).all()
    assert set(held) == {45}
    assert "李示安" not in client.get("/rounds/rules", headers=HTML).text


def test_the_round_opens_for_nobody_in_particular(client, world):
    shell = client.get("/shell/zh/round")
    assert shell.status_code == 200
    assert "李示安" not in shell.text
    assert "/shell/zh/round" in client.get("/sw.js").text
    assert client.get("/rounds/walk", headers=HTML).status_code == 302
