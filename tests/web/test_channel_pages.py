"""The administrator's channels: saved, tried, never showing a secret; the county's own words."""

import pytest
from sqlalchemy import select, text

from gridmap.messaging import channels, outgoing
from gridmap.messaging.outgoing import Outcome, Result
from gridmap.messaging.tables import ChannelSetting, Robot
from gridmap.messaging.words import Event
from gridmap.store.audit import AuditEntry
from tests import worlds
from tests.messaging import people
from tests.web import outside, signed
from tests.web.signed import post_form, sign_in
from web.params import now

PAGE = {"Accept": "text/html"}
ALL = "/settings/channels"
MAIL = {
    "site_url": "https://grid.example.org/",
    "mail_on": "1",
    "host": "smtp.example.org",
    "port": "587",
    "security": "starttls",
    "login": "grid",
    "password": "geheimes-wort",
    "from_address": "grid@example.org",
    "from_name": "网格中心",
}
ROBOT = {
    "name": "值班群",
    "kind": "dingtalk",
    "url": "https://oapi.dingtalk.example/robot/send?access_token=verysecrettoken",
    "secret": "SECverysecret",
    "area": "county",
    "events": ["held", "climbed"],
    "language": "zh",
    "active": "1",
}


@pytest.fixture
def administrator(session, client):
    """A signed-in administrator in a county with one community."""
    world = worlds.draw(session, "A")
    signed.account(session, people.person(session, "管").id, "admin", roles=["administrator"])
    sign_in(client, "admin")
    return world


@pytest.fixture
def group(monkeypatch):
    monkeypatch.setenv("GRIDMAP_PRIVATE_WEBHOOKS", "1")
    server = outside.RobotServer()
    yield server
    server.close()


def save_mail(client, **changes):
    return post_form(client, f"{ALL}/mail", from_page=ALL, **(MAIL | changes))


def save_robot(client, path=f"{ALL}/robots/new", **changes):
    return post_form(client, path, **(ROBOT | changes))


def test_the_mail_server_is_saved_and_its_password_never_shown(client, administrator, session):
    assert save_mail(client).status_code == 303
    kept = session.get(ChannelSetting, 1)
    assert (kept.site_url, kept.host, kept.port) == (
        "https://grid.example.org",
        "smtp.example.org",
        587,
    )
    page = client.get(ALL, headers=PAGE)
    assert "geheimes-wort" not in page.text
    assert "留空则不变" in page.text
    save_mail(client, password="", host="mail.example.org")
    session.expire_all()
    assert session.get(ChannelSetting, 1).password == MAIL["password"]
    assert "geheimes-wort" not in str(session.scalars(select(AuditEntry.details)).all())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"host": ""}, "请填邮件服务器"),
        ({"port": "0"}, "1 到 65535"),
        ({"security": "none"}, "不加密的连接不能用来登录"),
        ({"security": "x"}, "请从列表中选一项"),
        ({"from_address": "nonsense"}, "发件地址不对"),
        ({"site_url": "javascript:alert(1)"}, "网址要写成"),
        ({"from_name": "a\0b"}, "控制字符"),
    ],
)
def test_bad_mail_settings_are_refused_in_their_place(
    client, administrator, session, changes, words
):
    answer = save_mail(client, **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert "geheimes-wort" not in answer.text
    assert session.get(ChannelSetting, 1) is None


def test_mail_that_is_switched_off_stays_off_in_a_refused_form(client, administrator):
    fields = {name: value for name, value in MAIL.items() if name != "mail_on"}
    answer = post_form(client, f"{ALL}/mail", from_page=ALL, **(fields | {"port": "x"}))
    assert 'name="mail_on" value="1">' in answer.text


def test_a_trial_mail_arrives_or_says_why_not(client, administrator, session):
    post_office = outside.MailServer()
    people.mail_on(session, port=post_office.port)
    answer = post_form(client, f"{ALL}/mail/try", from_page=ALL, address="li@example.org")
    assert "测试消息已发出" in answer.text
    assert post_office.mails[0]["To"] == "li@example.org"
    wrong = post_form(client, f"{ALL}/mail/try", from_page=ALL, address="nonsense")
    assert (wrong.status_code, "请填邮箱地址" in wrong.text) == (422, True)
    post_office.answers["MAIL"] = "454 closed today"
    failed = post_form(client, f"{ALL}/mail/try", from_page=ALL, address="li@example.org")
    assert "没有发出去" in failed.text
    assert "454 closed today" in failed.text
    post_office.close()


def test_a_robot_is_saved_and_its_secrets_never_shown(client, administrator, session):
    answer = save_robot(client)
    assert answer.status_code == 303
    row = session.scalars(select(Robot)).one()
    assert (row.kind, row.area_id, row.events) == ("dingtalk", None, ["held", "climbed"])
    for address in (ALL, answer.location):
        page = client.get(address, headers=PAGE)
        assert "值班群" in page.text
        assert "verysecret" not in page.text
    save_robot(
        client, f"{ALL}/robots/{row.id}", url="", secret="", area=str(administrator.community.id)
    )
    session.expire_all()
    row = session.scalars(select(Robot)).one()
    assert (row.url, row.secret) == (ROBOT["url"], ROBOT["secret"])
    assert row.area_id == administrator.community.id
    assert "verysecret" not in str(session.scalars(select(AuditEntry.details)).all())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "请填写"),
        ({"url": "http://oapi.example.org/x"}, "https://"),
        ({"url": ""}, "https://"),
        ({"url": "https://a:b@example.org/"}, "https://"),
        ({"url": "https://example.org:99999/"}, "https://"),
        ({"events": []}, "请选至少一种消息"),
        ({"events": ["reporter_closed"]}, "请选至少一种消息"),
        ({"area": "x"}, "整数"),
        ({"area": "999999"}, "没有这个地方"),
        ({"language": "fr"}, "没有这种语言"),
    ],
)
def test_bad_robots_are_refused_in_their_place(client, administrator, session, changes, words):
    answer = save_robot(client, **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert session.scalars(select(Robot)).all() == []


def test_a_robot_is_tried_now(client, administrator, session, group):
    number = people.robot(session, group.url)
    answer = post_form(client, f"{ALL}/robots/{number}/try", from_page=f"{ALL}/robots/{number}")
    assert "测试消息已发出" in answer.text
    assert group.bodies[0]["markdown"]["title"] == "网格地图测试消息"
    group.behave = outside.answer(b'{"errcode": 310000, "errmsg": "sign not match"}')
    failed = post_form(client, f"{ALL}/robots/{number}/try", from_page=f"{ALL}/robots/{number}")
    assert "sign not match" in failed.text


def test_what_was_not_delivered_is_shown_masked_and_sent_again(client, administrator, session):
    people.mail_on(session)
    people.post(session, people.filed("wangxiaoming@example.org"), now=now())
    claimed = outgoing.claim(session, now())
    outgoing.settle(session, claimed, Outcome(Result.UNCERTAIN, "<i>timed out</i>"), now())
    page = client.get(ALL, headers=PAGE)
    assert "不确定是否送达" in page.text
    assert "w***@example.org" in page.text
    assert "wangxiaoming" not in page.text
    assert "<i>timed out" not in page.text
    again = f"{ALL}/again/{claimed.delivery_id}"
    assert post_form(client, again, from_page=ALL).status_code == 303
    assert outgoing.claim(session, now()).delivery_id == claimed.delivery_id
    assert post_form(client, again, from_page=ALL).status_code == 404


def test_it_says_whether_the_worker_runs(client, administrator, session):
    assert "消息服务没有运行" in client.get(ALL, headers=PAGE).text
    session.execute(text("SELECT procrastinate_register_worker_v1()"))
    assert "消息服务正在运行" in client.get(ALL, headers=PAGE).text


def test_own_words_are_previewed_saved_and_taken_back(client, administrator, session):
    path = f"{ALL}/words/held/zh"
    own = {"subject": "请办 {number}", "body": "地点 {place}\r\n{link}"}
    seen = post_form(client, path, do="preview", **own)
    assert "请办 2026-000318" in seen.text
    assert "地点 书香苑社区第一网格 12号楼" in seen.text
    assert words(session, "held", "zh").edited is False
    assert post_form(client, path, do="save", **own).status_code == 303
    assert words(session, "held", "zh").template.body == "地点 {place}\n{link}"
    assert "已改" in client.get(f"{ALL}/words", headers=PAGE).text
    assert post_form(client, path, do="reset").status_code == 303
    assert words(session, "held", "zh").edited is False


def words(session, event, language):
    return next(
        one
        for one in channels.wordings(session)
        if (one.event, one.language) == (Event(event), language)
    )


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        ({"subject": "{nummer}", "body": "x"}, "没有占位符"),
        ({"subject": "x", "body": "{holder.name}"}, "没有占位符"),
        ({"subject": "", "body": "x"}, "不能空着"),
        ({"subject": "x", "body": "a\0b"}, "控制字符"),
    ],
)
def test_words_that_would_not_work_are_refused_and_come_back(
    client, administrator, session, own, reason
):
    answer = post_form(client, f"{ALL}/words/held/zh", do="save", **own)
    assert answer.status_code == 422
    assert reason in answer.text
    assert words(session, "held", "zh").edited is False


def test_an_event_that_does_not_exist_has_no_words(client, administrator):
    for path in (f"{ALL}/words/nothing/zh", f"{ALL}/words/held/fr", f"{ALL}/robots/999"):
        assert client.get(path, headers=PAGE).status_code == 404


def test_only_an_administrator_comes_here(client, session):
    signed.account(session, people.person(session, "乙").id, "yi")
    sign_in(client, "yi")
    for path in (ALL, f"{ALL}/robots/new", f"{ALL}/words", f"{ALL}/words/held/zh"):
        assert client.get(path, headers=PAGE).status_code == 403
