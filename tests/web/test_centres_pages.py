"""Service centres on pages: who sees what, registering by phone, checking in, reports that count; map layers."""

import json
from datetime import timedelta

import pytest

from gridmap.centres import proofs
from gridmap.dispatch.catalogue import put_entries
from gridmap.ledger.centres import CentreCheckIn, VolunteerReport
from gridmap.terms import PostKind
from gridmap.volunteering import codes
from tests.centres import places
from tests.centres.places import CODE, NOW
from tests.dispatch.filings import CATEGORIES
from tests.web import signed
from tests.worlds import START, lonlat
from web import params

PAGE = {"Accept": "text/html"}
JOIN = f"/road/join/{CODE}"
LON, LAT = lonlat(52, 50)
HERE = {"lon": LON, "lat": LAT, "accuracy": 12.0}


@pytest.fixture
def at(monkeypatch):
    """Sets the clock of the pages."""

    def put(moment):
        monkeypatch.setattr(params, "now", lambda: moment)
        for module in ("centres", "centres_road", "centres_staff", "centres_layer"):
            monkeypatch.setattr(f"web.pages.{module}.now", lambda: moment)
        monkeypatch.setattr("web.api.reports.now", lambda: moment)

    put(NOW)
    return put


@pytest.fixture
def world(session, at):
    assert at
    made = places.county(session)
    places.willing(session, made, B=1)
    put_entries(session, CATEGORIES, START)
    return made


def join(client, **fields):
    form = {"name": "王示安", "phone": "13900000001", "occupation": "rider"} | fields
    return signed.post_form(client, JOIN, **form)


def check_in(client, **position):
    page = client.get(JOIN, headers=PAGE)
    token = page.text.split('name="csrf-token" content="')[1].split('"')[0]
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    key = client.post(f"/road/check-in/{CODE}/key", json={}, headers=headers).json["key"]
    answer = client.post(
        f"/road/check-in/{CODE}/position", json={"key": key} | HERE | position, headers=headers
    )
    return answer, (key, headers)


def test_the_list_says_who_is_open_and_until_when(client, world, at):
    assert world
    page = client.get("/centres", headers=PAGE)
    assert "现在 1 个开着门" in page.text
    assert "18:00关门" in page.text
    at(NOW + timedelta(hours=9))
    assert "明天 8:30开门" in client.get("/centres", headers=PAGE).text
    client.set_cookie("lang", "en")
    assert "opens tomorrow 8:30" in client.get("/centres", headers=PAGE).text


def test_a_centres_page_tells_its_week_and_reach(client, world):
    assert world
    page = client.get(f"/centres/{CODE}", headers=PAGE)
    assert "8:30–18:00" in page.text
    assert "40 户" in page.text  # ten near by, thirty farther off: all within the first ring
    reach = client.get(f"/centres/{CODE}/reach.json").json
    assert [home[3] for home in reach["homes"]] == [10, 30]
    assert client.get("/centres/FW99", headers=PAGE).status_code == 404


def test_registering_checking_in_and_reporting_count(client, session, world):
    assert world
    assert join(client, party_member="true").status_code == 303
    answer, (key, headers) = check_in(client)
    assert answer.json["first"]
    again = client.post(
        f"/road/check-in/{CODE}/position", json={"key": key} | HERE, headers=headers
    )
    assert not again.json["first"]
    assert session.query(CentreCheckIn).count() == 1
    report = {
        "category": "RUBBISH",
        "description": "路上看到：垃圾。",
        "place": {"lon": LON, "lat": LAT, "crs": "wgs84", "accuracy": 12.0, "source": "gps"},
    }
    for _ in range(2):
        sent = client.post(
            "/api/v1/reports", json=report, headers={"Idempotency-Key": "from-the-road-0001"}
        )
        assert sent.status_code in {200, 201}
    assert session.query(VolunteerReport).count() == 1
    page = client.get("/road", headers=PAGE).text
    assert sent.json["number"] in page
    assert "B支部" in page


def test_an_old_key_and_a_far_position_are_refused(client, world, at):
    assert world
    join(client)
    far, _ = check_in(client, lon=lonlat(390, 50)[0])
    assert (far.status_code, far.json["code"]) == (422, "too_far")
    _, (key, headers) = check_in(client, lon=lonlat(390, 50)[0])
    at(NOW + timedelta(seconds=60))
    late = client.post(f"/road/check-in/{CODE}/position", json={"key": key} | HERE, headers=headers)
    assert (late.status_code, late.json["code"]) == (422, "stale_position")
    nobody = client.application.test_client()
    assert nobody.get(JOIN, headers=PAGE).status_code == 200
    client.delete_cookie("gridmap_volunteer")
    stranger = client.post(f"/road/check-in/{CODE}/key", json={}, headers=headers)
    assert stranger.status_code == 422


def test_a_form_with_a_fault_says_so_and_keeps_what_was_written(client, world):
    assert world
    answer = join(client, phone="12")
    assert answer.status_code == 422
    assert "请填 11 位手机号" in answer.text
    assert 'value="王示安"' in answer.text


def staff(session, world, client, kind, target, login):
    post = world.post(kind, target, login)
    signed.account(session, post.person_id, login)
    browser = client.application.test_client()
    signed.sign_in(browser, login)
    return browser


def test_people_and_screen_are_for_the_centres_own_desk(client, session, world):
    join(client, party_member="true")
    desk = staff(session, world, client, PostKind.COMMUNITY_DESK, world.community, "desk")
    worker = staff(session, world, client, PostKind.GRID_WORKER, world.grids["A"], "worker")
    assert "王示安" in desk.get(f"/centres/{CODE}/members", headers=PAGE).text
    shown = desk.get(f"/centres/{CODE}/screen.json").json
    secret = client.application.config["GRIDMAP"].secret_key
    assert codes.is_fresh(proofs.screen_secret(secret, CODE), shown["code"], NOW)
    assert desk.get(f"/centres/{CODE}/poster", headers=PAGE).status_code == 200
    for page in ("members", "screen", "screen.json", "poster"):
        assert worker.get(f"/centres/{CODE}/{page}").status_code == 404
        assert client.get(f"/centres/{CODE}/{page}").status_code == 401
    answer = signed.post_form(
        client, f"/road/check-in/{CODE}/code", from_page=JOIN, code=shown["code"]
    )
    assert answer.status_code == 303
    assert session.query(CentreCheckIn).one().way == "code"


def test_a_secretary_answers_for_her_branch_alone(client, session, world):
    join(client, party_member="true")
    own = staff(session, world, client, PostKind.BRANCH_SECRETARY, world.grids["B"], "own")
    other = staff(session, world, client, PostKind.BRANCH_SECRETARY, world.grids["C"], "other")
    page = own.get("/centres/members", headers=PAGE).text
    assert "王示安" in page
    assert "王示安" not in other.get("/centres/members", headers=PAGE).text
    number = page.split('id="match-')[1].split('"')[0]
    path = f"/centres/members/{number}"
    refused = signed.post_form(own, path, from_page="/centres/members", answer="decline", reason="")
    assert refused.status_code == 422
    assert "请写明原因" in refused.text.replace("不接收请写明原因", "请写明原因")
    done = signed.post_form(own, path, from_page="/centres/members", answer="accept")
    assert done.status_code == 303
    assert "已接收" in own.get("/centres/members", headers=PAGE).text


def test_the_map_offers_layers_and_gives_their_marks(client, world):
    assert world
    page = client.get("/?layers=centres", headers=PAGE).text
    assert 'value="centres"' in page
    layer = json.loads(client.get("/map-layers/centres").text)
    (mark,) = layer["features"]
    assert (mark["properties"]["badge"], mark["properties"]["tone"]) == ("正在开放", "green")
    assert mark["properties"]["href"] == f"/centres/{CODE}"
    assert client.get("/map-layers/activities").json["features"] == []
    assert client.get("/map-layers/needs").json["features"] == []
    assert client.get("/map-layers/nothing").status_code == 404
    assert client.get("/map-layers/centres?day=nonsense").status_code == 422
