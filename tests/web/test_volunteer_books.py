"""The volunteers' workbooks on their page, and somebody of the staff who is a volunteer herself."""

from __future__ import annotations

import io
from contextlib import contextmanager
from datetime import timedelta

import pytest

from gridmap.ledger.volunteering import ServiceHours, SignUp, Volunteer
from gridmap.terms import PostKind
from gridmap.volunteering import activities, service
from gridmap.volunteering.organising import Hand, Reach
from tests import worlds
from tests.geodata.conftest import read_in_process
from tests.volunteering.serving import HERE, plan, volunteer
from tests.volunteering.sheets import Sheet
from tests.web import signed
from tests.web.signed import post_form, sign_in
from web import create_app, volunteer_pass
from web.config import Config
from web.params import now, today

HTML = {"Accept": "text/html"}
BOOKS = "/volunteers/desk/books"
ACCOUNT = "/volunteers/account"
NAME = "严示安"


@pytest.fixture(autouse=True)
def read_here(monkeypatch):
    """Read workbooks in this process."""
    read_in_process(monkeypatch)


@pytest.fixture
def world(session):
    return worlds.draw(session, "A")


@pytest.fixture
def staff(session, world):
    """Gives an account to a post of the community."""

    def make(kind=PostKind.COMMUNITY_DESK, name=NAME, login="desk"):
        signed.account(session, world.post(kind, world.community, name).person_id, login)

    return make


@pytest.fixture
def keeper(client, staff):
    staff()
    sign_in(client, "desk")
    return client


@pytest.fixture
def on_now(session, world):
    """An activity that has begun."""
    county = Hand(Reach(county=True))
    starts = now() - timedelta(minutes=10)
    return activities.make(session, plan(world.community.id, starts), county, now())


def send(client, word, sheet, do):
    file = (io.BytesIO(sheet.saved()), "book.xlsx")
    return post_form(client, f"{BOOKS}/{word}", from_page=BOOKS, do=do, file=file)


def test_the_list_goes_out_and_comes_back(session, keeper):
    made = volunteer(session, now=now())
    sheet = Sheet(keeper.get(f"{BOOKS}/roll").data)
    assert "都没有变" in send(keeper, "roll", sheet, "check").text
    line = sheet.line("志愿者编号", made.code)
    shown = send(keeper, "roll", sheet.put(line, 姓名="王晓明"), "check").text
    assert '<s class="muted">王小明</s> → 王晓明' in shown
    assert session.get(Volunteer, made.volunteer_id).name == "王小明"
    answer = send(keeper, "roll", sheet, "take")
    assert answer.status_code == 303
    assert "变更 1 行" in keeper.get(answer.location, headers=HTML).text
    refused = send(keeper, "roll", sheet.put(line, 手机号="12"), "take")
    assert refused.status_code == 422
    assert f"第 {line} 行" in refused.text
    heads = Sheet(keeper.get(f"{BOOKS}/roll/template").data).heads
    assert heads[:3] == ["志愿者编号", "姓名", "手机号"]


def test_attendance_goes_out_and_comes_back(session, keeper, on_now):
    made = volunteer(session, now=now())
    activities.sign_up(session, on_now, made.volunteer_id, now())
    sheet = Sheet(keeper.get(f"{BOOKS}/attendance/{on_now}").data)
    assert "都没有变" in send(keeper, "attendance", sheet, "check").text
    sheet.put(2, 到场="是", **{"时长（分钟）": 45})
    assert send(keeper, "attendance", sheet, "take").status_code == 303
    assert session.query(ServiceHours).one().minutes == 45
    again = Sheet(keeper.get(f"{BOOKS}/attendance?year={today().year}").data)
    assert again.cell(2, "签到方式") == "组织者确认"
    assert "都没有变" in send(keeper, "attendance", again, "check").text


def test_a_worker_has_the_list_without_phones_and_does_not_write_it(session, client, world, staff):
    post = world.post(PostKind.GRID_WORKER, world.grids["A"], "员")
    signed.account(session, post.person_id, "worker")
    sign_in(client, "worker")
    volunteer(session, now=now())
    sheet = Sheet(client.get(f"{BOOKS}/roll").data)
    assert sheet.cell(2, "姓名") == "王小明"
    assert "手机号" not in sheet.heads
    assert send(client, "roll", sheet, "take").status_code == 403


def test_an_account_links_her_own_record_and_parts_from_it(session, keeper, on_now):
    made = volunteer(session, NAME, now=now())
    assert "关联志愿者记录" in keeper.get("/account", headers=HTML).text
    wrong = post_form(keeper, f"{ACCOUNT}/link", from_page=ACCOUNT, code=made.code, tail="0009")
    assert wrong.status_code == 404
    assert "您本人的记录" in wrong.text
    done = post_form(keeper, f"{ACCOUNT}/link", from_page=ACCOUNT, code=made.code, tail="0001")
    assert done.status_code == 303
    me = keeper.get("/volunteers/me", headers=HTML).text
    assert made.code in me
    assert "在这部手机上退出" not in me
    page = f"/volunteers/activities/{on_now}"
    assert post_form(keeper, f"{page}/sign-up", from_page=page).status_code == 303
    place = session.query(SignUp).one()
    assert place.volunteer_id == made.volunteer_id
    post_form(keeper, f"{page}/present", from_page=ACCOUNT, place=place.id)
    own = {f"ok_{place.id}": "1", f"minutes_{place.id}": "60"}
    refused = post_form(keeper, f"{page}/hours", from_page=ACCOUNT, **own)
    assert refused.status_code == 422
    assert "自己的，由社区其他人确认" in refused.text
    assert session.query(ServiceHours).count() == 0
    assert post_form(keeper, f"{ACCOUNT}/unlink", from_page=ACCOUNT).status_code == 303
    assert keeper.get("/volunteers/me", headers=HTML).location == "/volunteers/enter"
    refused = post_form(keeper, f"{page}/hours", from_page=ACCOUNT, **own)
    assert refused.status_code == 422
    assert "自己的，由社区其他人确认" in refused.text
    assert session.query(ServiceHours).count() == 0


def test_her_phone_parts_her_from_the_account(session, keeper, client):
    made = volunteer(session, NAME, now=now())
    post_form(keeper, f"{ACCOUNT}/link", from_page=ACCOUNT, code=made.code, tail="0001")
    phone = client.application.test_client()
    phone.set_cookie(volunteer_pass.COOKIE, made.key)
    page = "/volunteers/me"
    assert "同名的工作人员账号" in phone.get(page, headers=HTML).text
    assert post_form(phone, f"{page}/part", from_page=page).status_code == 303
    assert session.get(Volunteer, made.volunteer_id).person_id is None
    assert "编号、" not in keeper.get(ACCOUNT, headers=HTML).text
    assert keeper.get(page, headers=HTML).status_code == 302


def test_an_account_registers_under_its_own_name(session, keeper):
    fields = {"phone": "13900000008", "community": HERE, "member": "1", "name": "别人"}
    bad = post_form(keeper, f"{ACCOUNT}/register", from_page=ACCOUNT, **fields | {"phone": "1"})
    assert (bad.status_code, "11 位手机号" in bad.text) == (422, True)
    done = post_form(keeper, f"{ACCOUNT}/register", from_page=ACCOUNT, **fields)
    assert "报到成功" in keeper.get(done.location, headers=HTML).text
    assert session.query(Volunteer).one().name == NAME


def test_a_phone_that_is_another_volunteers_comes_first_and_says_so(session, keeper):
    made = volunteer(session, NAME, now=now())
    other = volunteer(session, "居民", "13900000002", now=now())
    post_form(keeper, f"{ACCOUNT}/link", from_page=ACCOUNT, code=made.code, tail="0001")
    keeper.set_cookie(volunteer_pass.COOKIE, other.key)
    page = keeper.get("/volunteers/me", headers=HTML).text
    assert "<h1>居民</h1>" in page
    assert f"不是您账号的（{made.code}）" in page


def test_a_tail_is_not_guessed_by_an_account(session, world, staff):
    @contextmanager
    def open_transaction():
        with session.begin_nested():
            yield session

    config = Config(database_url="postgresql://unused", secret_key="test")  # noqa: S106
    client = create_app(config, open_transaction).test_client()
    staff()
    sign_in(client, "desk")
    made = service.find(session, volunteer(session, NAME, now=now()).code, today())
    client.application.config["WTF_CSRF_ENABLED"] = False
    tried = [
        client.post(
            f"{ACCOUNT}/link", data={"code": made.code, "tail": f"{n:04d}"}, headers=HTML
        ).status_code
        for n in [*range(100, 111), 1]
    ]
    assert tried == [404] * 10 + [429, 429]
    at_the_door = {"code": made.code, "tail": "0001"}
    assert client.post("/volunteers/enter", data=at_the_door, headers=HTML).status_code == 429
