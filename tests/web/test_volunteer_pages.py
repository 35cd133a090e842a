"""Volunteers' pages: registering, activities, the changing code, hours, stars, the workbook out and in."""

from __future__ import annotations

import io
from contextlib import contextmanager
from datetime import timedelta

import openpyxl
import pytest

from gridmap.ledger.volunteering import Activity, ServiceHours, SignUp, Volunteer
from gridmap.terms import PostKind, Role
from gridmap.volunteering import activities, checking_in, needs, service
from gridmap.volunteering.organising import Hand, Reach
from tests import worlds
from tests.volunteering.serving import HERE, plan, served, volunteer
from tests.web import signed
from tests.web.signed import post_form, sign_in
from web import create_app, volunteer_pass
from web.config import Config
from web.params import now, today

HTML = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def world(session):
    return worlds.draw(session, "A")


@pytest.fixture
def on_now(session, world):
    """An activity that has begun, without an organiser of its own."""
    county = Hand(Reach(county=True))
    starts = now() - timedelta(minutes=10)
    return activities.make(session, plan(world.community.id, starts), county, now())


@pytest.fixture
def phone(session, client, world):
    """A volunteer's phone."""
    made = volunteer(session, now=now())
    client.set_cookie(volunteer_pass.COOKIE, made.key)
    client.volunteer_id = made.volunteer_id
    return client


def desk(session, client, world, kind=PostKind.COMMUNITY_DESK, roles=()):
    post = world.post(kind, world.community, "站长")
    signed.account(session, post.person_id, "desk", roles=roles)
    sign_in(client, "desk")
    return client


def position(client, activity, key, x=50):
    lon, lat = worlds.lonlat(x, 50)
    client.application.config["WTF_CSRF_ENABLED"] = False
    here = {"key": key, "lon": lon, "lat": lat, "accuracy": 10}
    return client.post(f"/volunteers/activities/{activity}/position", json=here, headers=JSON)


def test_registering_keeps_the_link_on_the_phone_and_code_and_tail_bring_it_back(
    session, client, world
):
    fields = {"name": "王小明", "phone": "13900000001", "community": HERE, "member": "1"}
    wrong = post_form(client, "/volunteers/join", **fields | {"phone": "123"})
    assert wrong.status_code == 422
    assert "11 位手机号" in wrong.text
    answer = post_form(client, "/volunteers/join", **fields)
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    code = session.query(Volunteer).one().code
    assert code in client.get(answer.location, headers=HTML).text
    post_form(client, "/volunteers/me/leave", from_page="/volunteers/me")
    assert client.get("/volunteers/me", headers=HTML).location == "/volunteers/enter"
    assert post_form(client, "/volunteers/enter", code=code, tail="9999").status_code == 404
    assert post_form(client, "/volunteers/enter", code=code, tail="0001").status_code == 303
    assert "王小明" in client.get("/volunteers/me", headers=HTML).text


@pytest.fixture
def limited(session):
    """A client of the app with its rate limits on."""

    @contextmanager
    def open_transaction():
        with session.begin_nested():
            yield session

    config = Config(database_url="postgresql://unused", secret_key="test")  # noqa: S106
    return create_app(config, open_transaction).test_client()


def test_tails_cannot_be_guessed(session, limited, world):
    client = limited
    code = session.get(Volunteer, volunteer(session).volunteer_id).code
    client.application.config["WTF_CSRF_ENABLED"] = False
    statuses = [
        client.post(
            "/volunteers/enter", data={"code": code, "tail": f"{n:04d}"}, headers=HTML
        ).status_code
        for n in range(100, 111)
    ]
    right = client.post("/volunteers/enter", data={"code": code, "tail": "0001"}, headers=HTML)
    assert statuses == [404] * 10 + [429]
    assert right.status_code == 429


def test_a_scanned_code_checks_in_and_an_old_one_does_not(session, phone, on_now):
    old = checking_in.shown_code(session, on_now, now() - timedelta(seconds=60))
    page = f"/volunteers/activities/{on_now}/here"
    refused = post_form(phone, page, code=old)
    assert refused.status_code == 422
    assert "已经过期" in refused.text
    assert session.query(SignUp).count() == 0
    fresh = checking_in.shown_code(session, on_now, now())
    assert (
        post_form(phone, f"{page}", from_page=f"{page}?code={fresh}", code=fresh).status_code == 303
    )
    assert session.query(SignUp).one().way == "code"


def test_a_position_is_refused_when_it_is_replayed(session, phone, on_now):
    phone.application.config["WTF_CSRF_ENABLED"] = False
    ask = f"/volunteers/activities/{on_now}/challenge"
    key = phone.post(ask, json={}, headers=JSON).json["key"]
    far = position(phone, on_now, key, x=900)
    assert (far.status_code, far.json["code"]) == (422, "too_far")
    again = position(phone, on_now, key)
    assert (again.status_code, again.json["code"]) == (422, "stale_position"), "used up"
    key = phone.post(ask, json={}, headers=JSON).json["key"]
    assert position(phone, on_now, key).status_code == 200
    assert session.query(SignUp).one().distance_m == 0
    assert position(phone, on_now, key).json["code"] == "stale_position"


def test_strangers_see_neither_screen_nor_people(session, phone, on_now, world):
    for page in ("screen", "screen/code", "hours"):
        assert phone.get(f"/volunteers/activities/{on_now}/{page}").status_code == 404
    own = session.get(Activity, on_now)
    own.organiser_id = phone.volunteer_id
    session.flush()
    shown = phone.get(f"/volunteers/activities/{on_now}/screen/code").json
    assert shown["picture"].startswith("data:image/svg+xml")
    assert shown["open"]


def test_the_desk_calls_confirms_and_corrects(session, client, world):
    desk(session, client, world)
    lon, lat = worlds.lonlat(50, 50)
    at = now() + timedelta(hours=8)
    fields = {"community": HERE, "title": "清扫", "place": "广场", "day": today().isoformat()}
    fields |= {"from": "00:00", "to": "23:59", "radius_m": "150", "lon": str(lon), "lat": str(lat)}
    made = post_form(client, "/volunteers/desk/activities/new", **fields)
    assert made.status_code == 303, at
    activity = session.query(Activity).one()
    one = volunteer(session, now=now()).volunteer_id
    activities.sign_up(session, activity.id, one, now())
    place = session.query(SignUp).one()
    page = f"/volunteers/activities/{activity.id}/hours"
    post_form(
        client, f"/volunteers/activities/{activity.id}/present", from_page=page, place=place.id
    )
    bad = post_form(client, page, **{f"ok_{place.id}": "1", f"minutes_{place.id}": "9999"})
    assert bad.status_code == 422
    assert session.query(ServiceHours).count() == 0
    post_form(client, page, **{f"ok_{place.id}": "1", f"minutes_{place.id}": "120"})
    record = session.query(ServiceHours).one()
    member = f"/volunteers/desk/members/{one}"
    post_form(client, member, record=record.id, minutes="90", reason="早退")
    shown = client.get(member, headers=HTML).text
    assert "早退" in shown
    assert "1 小时 30 分钟" in shown
    assert "清扫" in client.get("/volunteers/desk", headers=HTML).text


def test_another_community_is_not_the_desks(session, client, world, on_now):
    other = worlds.Area(kind="community", code="419901001002", parent=world.community.parent)
    session.add(other)
    session.flush()
    post = world.post(PostKind.COMMUNITY_DESK, other, "别处")
    signed.account(session, post.person_id, "elsewhere")
    sign_in(client, "elsewhere")
    one = volunteer(session).volunteer_id
    for page in (
        f"/volunteers/activities/{on_now}/hours",
        f"/volunteers/desk/activities/{on_now}",
        f"/volunteers/desk/members/{one}",
        f"/volunteers/desk/members?community={HERE}",
    ):
        assert client.get(page, headers=HTML).status_code == 404


def test_a_need_is_posted_taken_and_closed(session, client, world):
    desk(session, client, world)
    fields = {"community": HERE, "title": "陪老人就医", "people": "1"}
    assert post_form(client, "/volunteers/desk/needs/new", **fields).status_code == 303
    missing = post_form(client, "/volunteers/desk/needs/new", **fields | {"report": "2026-999999"})
    assert "没有这份诉求" in missing.text
    (need,) = needs.open_ones(session, now())
    made = volunteer(session, now=now())
    client.set_cookie(volunteer_pass.COOKIE, made.key)
    page = f"/volunteers/needs/{need.id}"
    assert post_form(client, f"{page}/take", from_page=page).status_code == 303
    taking = needs.takers_of(session, need.id)[0]
    close = f"/volunteers/desk/needs/{need.id}/close"
    fields = {"how": "done", "result": "办好了", f"minutes_{taking.id}": "45"}
    assert post_form(client, close, **fields).status_code == 303
    assert session.query(ServiceHours).one().minutes == 45


def sent(client, content, do="take"):
    page = "/volunteers/desk/import"
    return post_form(client, page, do=do, file=(io.BytesIO(content), "hours.xlsx"))


def book(*rows):
    made = openpyxl.Workbook()
    for row in (("编号", "手机号", "姓名", "服务日期", "服务时长", "活动名称"), *rows):
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.fixture
def manager(session, client, world):
    return desk(session, client, world, PostKind.COMMUNITY_DESK, [Role.ADMINISTRATOR])


def test_the_platforms_workbook_adds_once_and_goes_out_again(session, manager, world):
    one = volunteer(session, now=now() - timedelta(days=200)).volunteer_id
    day = today().replace(month=1, day=1)
    good = book(
        ("P-1", "13900000001", "王小明", day, 1.5, "理发"),
        ("P-2", "13900000001", "王小明", day, 2, "值守"),
    )
    bad = book(
        ("P-1", "13900000001", "王小明", day, 1.5, "理发"),
        ("P-3", "13900000009", "谁", day, 1, "没有这个人"),
        ("P-4", "13900000001", "李", day, 1, "名字不对"),
        ("P-5", "13900000001", "王小明", day, 30, "太长"),
    )
    refused = sent(manager, bad)
    assert refused.status_code == 422
    assert "第 5 行" in refused.text
    assert session.query(ServiceHours).count() == 0
    assert "检查通过" in sent(manager, good, "check").text
    assert session.query(ServiceHours).count() == 0
    for _time in range(2):
        assert sent(manager, good).status_code == 303
        assert session.query(ServiceHours).count() == 2
    other = book(("P-1", "13900000001", "王小明", day, 9, "理发"))
    assert "更正" in sent(manager, other).text
    served(session, one, day, 30, "hand")
    out = manager.get(f"/volunteers/desk/hours/export?year={day.year}")
    assert out.status_code == 200
    page = manager.get("/volunteers/desk/import", headers=HTML).text
    undo = page.split("/undo")[0].rsplit("/", 1)[1]
    assert undo.isdigit()


def test_what_is_exported_comes_back_without_a_difference(session, manager, world, on_now):
    made = volunteer(session, now=now())
    code = checking_in.shown_code(session, on_now, now())
    place = checking_in.by_code(session, on_now, made.volunteer_id, code, now())
    page = f"/volunteers/activities/{on_now}/hours"
    post_form(manager, page, **{f"ok_{place.id}": "1", f"minutes_{place.id}": "75"})
    out = manager.get("/volunteers/desk/hours/export").data
    rows = list(openpyxl.load_workbook(io.BytesIO(out)).active.values)
    assert rows[1][1:5] == (
        service.card(session, made.volunteer_id, today()).code,
        "王小明",
        rows[1][3],
        75,
    )
    assert "新增 0 条" in sent(manager, out, "check").text
    moved = openpyxl.load_workbook(io.BytesIO(out))
    moved.active.cell(2, 6).value = "别的"
    content = io.BytesIO()
    moved.save(content)
    assert "不能在表里改" in sent(manager, content.getvalue(), "check").text
    service.erase(session, made.volunteer_id, now())
    erased = manager.get("/volunteers/desk/hours/export").data
    assert "新增 0 条，共 0 小时；已有 1 条" in sent(manager, erased, "check").text


def test_an_import_is_taken_out_whole(session, manager, world):
    volunteer(session, now=now() - timedelta(days=200))
    sent(manager, book((None, "13900000001", None, today(), 2, "值守")))
    number = session.query(ServiceHours).one().import_id
    page = "/volunteers/desk/import"
    assert post_form(manager, f"{page}/{number}/undo", from_page=page).status_code == 303
    assert session.query(ServiceHours).count() == 0
    again = post_form(manager, f"{page}/{number}/undo", from_page=page)
    assert (again.status_code, "已经撤销过" in again.text) == (409, True)


def test_stars_are_given_out_on_the_page_once(session, manager, world):
    one = volunteer(session).volunteer_id
    year = today().year - 1
    served(session, one, today().replace(year=year, month=3, day=1), 1200, "a")
    page = "/volunteers/desk/stars"
    hours = {f"hours_{n}": str(20 * n) for n in range(1, 6)}
    falling = post_form(
        manager, f"{page}/table", from_page=page, from_year=year, **hours | {"hours_2": "5"}
    )
    assert "逐级增加" in falling.text
    post_form(manager, f"{page}/table", from_page=page, from_year=year, **hours)
    assert post_form(manager, f"{page}/rate", from_page=page, year=year).status_code == 303
    again = post_form(manager, f"{page}/rate", from_page=page, year=year)
    assert "只评一次" in again.text
    assert "★" in manager.get(f"/volunteers/desk/members/{one}", headers=HTML).text
    assert "★" in manager.get(f"/volunteers/board?year={year}", headers=HTML).text


def test_erasing_needs_a_tick(session, phone, world):
    page = "/volunteers/me"
    post_form(phone, f"{page}/erase", from_page=page)
    assert session.query(Volunteer).one().name == "王小明"
    post_form(phone, f"{page}/erase", from_page=page, sure="yes")
    assert session.query(Volunteer).one().name == ""
