"""The senders against real servers on loopback: what arrives, and what each mishap is taken for."""

import hashlib
import hmac
from base64 import b64encode
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from gridmap.messaging.outgoing import Claimed, MailServer, Result, RobotTarget
from tests.messaging.people import NOW
from tests.web import outside
from web.delivery import mail, robots

SECRET = "geheim"  # noqa: S105 - of nobody


@pytest.fixture
def post_office():
    server = outside.MailServer()
    yield server
    server.close()


@pytest.fixture
def group(monkeypatch):
    monkeypatch.setenv("GRIDMAP_PRIVATE_WEBHOOKS", "1")
    server = outside.RobotServer()
    yield server
    server.close()


def claimed(port, **facts):
    server = MailServer("127.0.0.1", port, "none", "", "", "grid@example.org", "网格中心")
    return Claimed(
        delivery_id=1,
        claimed_at=NOW,
        attempts=1,
        message_id=42,
        written_at=NOW,
        email=facts.pop("email", "li@example.org"),
        subject=facts.pop("subject", "您的诉求已收到（2026-000318）"),
        body=facts.pop("body", "您好。\n.一个点开头\n网址：https://grid.example.org/track?k=1"),
        mail=replace(server, **facts),
        robot=None,
    )


def test_a_mail_arrives_whole(post_office):
    assert mail.send(claimed(post_office.port)).result is Result.SENT
    [arrived] = post_office.mails
    assert arrived["From"] == "网格中心 <grid@example.org>"
    assert arrived["To"] == "li@example.org"
    assert arrived["Subject"] == "您的诉求已收到（2026-000318）"
    assert arrived.get_content().splitlines() == [
        "您好。",
        ".一个点开头",
        "网址：https://grid.example.org/track?k=1",
    ]
    assert post_office.raw[0].isascii()


def test_every_try_has_the_same_message_id(post_office):
    mail.send(claimed(post_office.port))
    mail.send(replace(claimed(post_office.port), delivery_id=2, attempts=2))
    first, second = (arrived["Message-ID"] for arrived in post_office.mails)
    assert first == second == f"<gridmap.42.{int(NOW.timestamp())}@example.org>"


@pytest.mark.parametrize(
    "facts",
    [
        {"subject": "x\r\nBcc: evil@example.org"},
        {"email": "li@example.org\r\nBcc: evil@example.org"},
        {"email": "李明@例子.中国"},
        {"from_name": "x\nBcc: evil@example.org"},
    ],
)
def test_no_header_is_smuggled_in(post_office, facts):
    assert mail.send(claimed(post_office.port, **facts)).result is Result.REFUSED
    assert post_office.raw == []


@pytest.mark.parametrize(
    ("verb", "reply", "result"),
    [
        ("MAIL", "451 busy", Result.FAILED),
        ("RCPT", "450 grey", Result.FAILED),
        ("RCPT", "550 no such mailbox", Result.REFUSED),
        ("DATA", "554 no", Result.REFUSED),
        (".", "452 full", Result.FAILED),
        (".", "550 spam", Result.REFUSED),
    ],
)
def test_what_the_server_says_counts(post_office, verb, reply, result):
    post_office.answers[verb] = reply
    outcome = mail.send(claimed(post_office.port))
    assert (outcome.result, outcome.words) == (result, reply)


@pytest.mark.parametrize(
    ("moment", "result"),
    [("EHLO", Result.FAILED), ("RCPT", Result.FAILED), (".", Result.UNCERTAIN)],
)
def test_a_broken_line_is_uncertain_only_after_the_text(post_office, moment, result):
    post_office.dies_at = moment
    assert mail.send(claimed(post_office.port)).result is result


def test_no_server_is_a_failure():
    assert mail.send(claimed(outside.closed_port())).result is Result.FAILED


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_no_line_is_trusted_without_encryption(post_office, security):
    outcome = mail.send(claimed(post_office.port, security=security, login="u", password=SECRET))
    assert outcome.result is Result.FAILED
    assert SECRET not in outcome.words
    assert post_office.raw == []


def robot(url, kind="wecom", secret=None):
    return RobotTarget(1, "值班群", kind, url, secret)


def test_one_body_fits_both_kinds(group):
    for kind in ("wecom", "dingtalk"):
        assert robots.send(robot(group.url, kind), "新任务", "一\n二", NOW).result is Result.SENT
    first, second = group.bodies
    assert first == second
    assert first["msgtype"] == "markdown"
    assert first["markdown"]["title"] == "新任务"
    assert first["markdown"]["text"] == first["markdown"]["content"] == "**新任务**\n\n一\n\n二"


def test_dingtalk_is_signed_and_wecom_is_not(group):
    robots.send(robot(group.url, "dingtalk", "SEC-1"), "x", "y", NOW)
    robots.send(robot(group.url, "wecom", "SEC-1"), "x", "y", NOW)
    signed, plain = (parse_qs(urlsplit(path).query) for path in group.paths)
    stamp = str(int(NOW.timestamp() * 1000))
    digest = hmac.new(b"SEC-1", f"{stamp}\nSEC-1".encode(), hashlib.sha256).digest()
    assert signed == {
        "access_token": ["t-1234"],
        "timestamp": [stamp],
        "sign": [b64encode(digest).decode()],
    }
    assert plain == {"access_token": ["t-1234"]}


@pytest.mark.parametrize(
    ("behave", "result"),
    [
        (outside.answer(b'{"errcode": 93000, "errmsg": "invalid webhook url"}'), Result.FAILED),
        (outside.answer(b"oops", 500), Result.FAILED),
        (outside.answer(b"slow down", 429), Result.FAILED),
        (outside.answer(b"", 302, Location="http://127.0.0.1:1/"), Result.FAILED),
        (outside.answer(b"who are you", 404), Result.REFUSED),
        (outside.answer(b"<html>welcome</html>"), Result.UNCERTAIN),
        (outside.answer(b"[]"), Result.UNCERTAIN),
        (outside.answer(b'{"errcode": 0, "x": "' + b"y" * 200_000 + b'"}'), Result.UNCERTAIN),
        (outside.hang_up, Result.UNCERTAIN),
    ],
)
def test_what_a_robot_answers_counts(group, behave, result):
    group.behave = behave
    assert robots.send(robot(group.url), "x", "y", NOW).result is result
    assert len(group.bodies) == 1


def test_a_robot_that_never_answers_is_uncertain(group, monkeypatch):
    monkeypatch.setattr(robots, "TIMEOUT_S", 0.3)
    released = []
    group.behave = lambda line: released.append(line.rfile.read(1))
    assert robots.send(robot(group.url), "x", "y", NOW).result is Result.UNCERTAIN


def test_nobody_there_is_a_failure(group):
    url = f"http://127.0.0.1:{outside.closed_port()}/x"
    assert robots.send(robot(url), "x", "y", NOW).result is Result.FAILED


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:9/x",
        "https://localhost:9/x",
        "https://10.0.0.8/x",
        "https://169.254.169.254/latest",
        "https://[::1]:9/x",
        "https://[::ffff:10.0.0.8]/x",
        "https://0.0.0.0/x",
        "https://192.168.1.1/x",
        "http://127.0.0.1:9/x",
        "http://8.8.8.8/x",
        "ftp://example.org/x",
        "https://user:pass@example.org/x",
        "https:///x",
        "file:///etc/passwd",
    ],
)
def test_no_inner_address_is_called(url, monkeypatch):
    monkeypatch.delenv("GRIDMAP_PRIVATE_WEBHOOKS", raising=False)
    assert robots.send(robot(url), "x", "y", NOW).result is Result.REFUSED


def test_without_the_operators_word_loopback_is_an_inner_address(group, monkeypatch):
    monkeypatch.delenv("GRIDMAP_PRIVATE_WEBHOOKS")
    assert robots.send(robot(group.url), "x", "y", NOW).result is Result.REFUSED
    assert group.bodies == []


def test_a_certificate_is_checked(group):
    outcome = robots.send(robot(group.url.replace("http:", "https:")), "x", "y", NOW)
    assert outcome.result is Result.FAILED
    assert group.bodies == []
