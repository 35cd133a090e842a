"""Workbooks of volunteers, attendance and dues on their pages: listed, rolled back by a button, refused with rows."""

import io
import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from gridmap.ledger.volunteering import SignUp, Volunteer
from gridmap.terms import PostKind
from gridmap.volunteering import activities
from gridmap.volunteering.organising import Hand, Reach
from tests import worlds
from tests.geodata.conftest import read_in_process
from tests.party_life.branches import BRANCH, branches
from tests.volunteering.serving import plan, volunteer
from tests.volunteering.sheets import Sheet
from tests.web import signed
from tests.web.signed import post_form, sign_in
from web import create_app
from web.config import Config
from web.params import now
from web.ratelimits import LIMITS

HTML = {"Accept": "text/html"}
BOOKS = "/volunteers/desk/books"


@pytest.fixture(autouse=True)
def read_here(monkeypatch):
    read_in_process(monkeypatch)


@pytest.fixture
def world(session):
    return worlds.draw(session, "A")


def employ(session, world, kind, target, login):
    signed.account(session, world.post(kind, target, login).person_id, login)


@pytest.fixture
def desk(session, world, client):
    employ(session, world, PostKind.COMMUNITY_DESK, world.community, "desk")
    employ(session, world, PostKind.GRID_WORKER, world.grids["A"], "worker")
    sign_in(client, "desk")
    return client


def send(client, page, address, sheet):
    file = (io.BytesIO(sheet.saved()), "名册 六月.xlsx")
    return post_form(client, address, from_page=page, do="take", file=file)


def undo_of(page):
    return re.search(r'action="([^"#]+/undo[^"#]*)#', page)[1].replace("&amp;", "&")


def renamed(client, made):
    sheet = Sheet(client.get(f"{BOOKS}/roll").data)
    sheet.put(sheet.line("志愿者编号", made.code), 姓名="王晓明")
    answer = send(client, BOOKS, f"{BOOKS}/roll", sheet)
    assert answer.status_code == 303
    page = client.get(BOOKS, headers=HTML).text
    assert "名册 六月.xlsx" in page
    return undo_of(page)


def test_a_list_is_rolled_back_on_its_page_once(session, desk):
    made = volunteer(session, now=now())
    address = renamed(desk, made)
    done = post_form(desk, address, from_page=BOOKS)
    assert (done.status_code, done.location) == (303, f"{BOOKS}?undone=roll#roll-taken")
    page = desk.get(done.location, headers=HTML).text
    assert "恢复原样" in page
    assert "/undo" not in page
    assert session.get(Volunteer, made.volunteer_id).name == "王小明"
    again = post_form(desk, address, from_page=BOOKS)
    assert (again.status_code, "已经撤销过" in again.text) == (409, True)


def test_what_stands_in_the_way_of_a_list_is_named(session, desk):
    made = volunteer(session, now=now())
    address = renamed(desk, made)
    session.get(Volunteer, made.volunteer_id).occupation = "rider"
    told = post_form(desk, address, from_page=BOOKS)
    assert told.status_code == 409
    assert f"后来改过的志愿者 1 条（{made.code}）" in told.text


def test_who_may_not_take_a_list_rolls_none_back(session, desk):
    made = volunteer(session, now=now())
    address = renamed(desk, made)
    worker = desk.application.test_client()
    sign_in(worker, "worker")
    assert "最近导入的名册" not in worker.get(BOOKS, headers=HTML).text
    assert post_form(worker, address, from_page=BOOKS).status_code == 403
    foreign = address.replace("/roll/", "/attendance/")
    assert post_form(worker, foreign, from_page=BOOKS).status_code == 404
    assert session.get(Volunteer, made.volunteer_id).name == "王晓明"


def test_an_attendance_is_rolled_back_on_its_page(session, desk, world):
    county = Hand(Reach(county=True))
    starts = now() - timedelta(minutes=10)
    activity = activities.make(session, plan(world.community.id, starts), county, now())
    activities.sign_up(session, activity, volunteer(session, now=now()).volunteer_id, now())
    sheet = Sheet(desk.get(f"{BOOKS}/attendance/{activity}").data)
    sheet.put(2, 到场="是", **{"时长（分钟）": 45})
    send(desk, BOOKS, f"{BOOKS}/attendance", sheet)
    assert session.query(SignUp).one().minutes == 45
    address = undo_of(desk.get(BOOKS, headers=HTML).text)
    assert post_form(desk, address, from_page=BOOKS).status_code == 303
    place = session.query(SignUp).one()
    assert (place.minutes, place.checked_in_at) == (None, None)
    assert session.scalar(text("SELECT count(*) FROM service_hours")) == 0


def test_dues_are_rolled_back_on_their_page(session, client):
    branches(session)
    sign_in(client, "secretary")
    sent = {"name": "甲示一", "phone": "13900000001", "standing": "full", "came": "admitted"}
    members = f"/party-life/{BRANCH}/members"
    began = f"{now():%Y-%m}-01"
    assert post_form(client, members, **sent, day=began, building="b1").status_code == 303
    page = f"/party-life/{BRANCH}/dues"
    sheet = Sheet(client.get(f"{page}.xlsx").data).put(2, **{f"{now():%Y-%m}": "已交"})
    taken = send(client, page, f"{page}/take", sheet)
    shown = client.get(taken.location, headers=HTML).text
    assert "新增 1 格，变更 0 格，清空 0 格" in shown
    other = client.application.test_client()
    sign_in(other, "other")
    assert post_form(other, undo_of(shown), from_page="/party-life").status_code in {403, 404}
    done = post_form(client, undo_of(shown), from_page=page)
    assert done.status_code == 303
    assert "恢复原样" in client.get(done.location, headers=HTML).text
    assert session.scalar(text("SELECT count(*) FROM party_dues")) == 0
    again = post_form(client, undo_of(shown), from_page=page)
    assert (again.status_code, "已经撤销过" in again.text) == (409, True)
    same = send(client, page, f"{page}/take", Sheet(client.get(f"{page}.xlsx").data))
    assert "什么都没变" in client.get(same.location, headers=HTML).text


def test_uploads_of_volunteers_and_dues_have_a_limit(session, world):
    @contextmanager
    def open_transaction():
        with session.begin_nested():
            yield session

    config = Config(database_url="postgresql://unused", secret_key="test")  # noqa: S106
    client = create_app(config, open_transaction).test_client()
    employ(session, world, PostKind.COMMUNITY_DESK, world.community, "desk")
    sign_in(client, "desk")
    client.application.config["WTF_CSRF_ENABLED"] = False
    answers = [client.post(f"{BOOKS}/roll", headers=HTML).status_code for _ in range(31)]
    assert answers == [422] * 30 + [429]
    uploads = ("take_roll", "take_attendance")
    endpoints = [
        *(f"volunteer_books.{one}" for one in uploads),
        "volunteer_import.send",
        "party_life.take_dues",
    ]
    assert {LIMITS[one] for one in endpoints} == {LIMITS["names.take"]}
