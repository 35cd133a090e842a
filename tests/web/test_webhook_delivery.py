"""Webhooks on the wire: signed, to public addresses only, no redirect, no drip; a real worker sends them."""

import ipaddress
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from standardwebhooks import Webhook

from gridmap.dispatch import service
from gridmap.platform.happenings import Sending, fresh_secret
from gridmap.platform.outbox import Claimed
from gridmap.platform.tables import WebhookDelivery
from gridmap.store.session import make_engine, transaction
from tests.dispatch.filings import filing, staffed
from tests.platform import givers
from tests.web import outside as others
from tests.web.outside import HookServer
from tests.web.test_jobs import Worker, seen, wait_until
from web.delivery import webhooks
from web.delivery.outside import is_public
from web.params import now

SECRET = fresh_secret()


@pytest.fixture
def hook(monkeypatch):
    monkeypatch.setenv("GRIDMAP_WEBHOOK_HOSTS", "127.0.0.1, gateway.example.org")
    server = HookServer()
    yield server
    server.close()


def claimed(url, body='{"type":"webhook.test"}', secrets=(SECRET,)):
    return Claimed(1, 1, now(), 1, url, "evt_1", body, secrets)


def sent(url, **facts):
    return webhooks.send(claimed(url, **facts), now())


def test_a_message_arrives_signed(hook):
    old = fresh_secret()
    answer = sent(hook.url, secrets=(SECRET, old), body='{"type":"report.filed","data":"汉字"}')
    assert (answer.delivered, answer.status) == (True, 204)
    (heard,) = hook.heard
    assert heard.path == "/hook?from=gridmap"
    for secret in (SECRET, old):
        assert Webhook(secret).verify(heard.body, heard.headers)["data"] == "汉字"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(hook, status):
    target = HookServer()
    hook.behave = others.answer(b"", status, Location=target.url)
    answer = sent(hook.url)
    assert (answer.delivered, answer.status) == (False, status)
    assert target.heard == []
    target.close()


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_other_answers_are_failures(hook, status):
    hook.behave = others.answer("出错了".encode(), status)
    answer = sent(hook.url)
    assert (answer.delivered, answer.status) == (False, status)
    assert "出错了" in answer.words


def test_a_broken_line_is_a_failure(hook):
    hook.behave = others.hang_up
    assert not sent(hook.url).delivered
    assert not sent(f"http://127.0.0.1:{others.closed_port()}/").delivered


def test_a_drip_is_cut(hook, monkeypatch):
    monkeypatch.setattr(webhooks, "LONGEST_S", 0.5)

    def drip(line):
        try:
            for _ in range(100):
                line.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: 1\r\n"[:1])
                time.sleep(0.1)
        except OSError:
            return

    hook.behave = drip
    begun = time.monotonic()
    assert not sent(hook.url).delivered
    assert time.monotonic() - begun < 3


def test_an_endless_answer_is_not_read(hook):
    def flood(line):
        line.send_response(200)
        line.end_headers()
        try:
            for _ in range(10_000):
                line.wfile.write(b"x" * 65536)
        except OSError:
            return

    hook.behave = flood
    begun = time.monotonic()
    answer = sent(hook.url)
    assert answer.delivered
    assert len(answer.words) < 300
    assert time.monotonic() - begun < 3


INNER = [
    "https://127.0.0.1:9/x",
    "https://127.1:9/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://localhost:9/x",
    "https://0.0.0.0/x",
    "https://10.0.0.8/x",
    "https://172.16.0.1/",
    "https://192.168.1.1/x",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest",
    "https://192.0.0.192/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://240.0.0.1/",
    "https://[::1]:9/x",
    "https://[::]/",
    "https://[::ffff:10.0.0.8]/x",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[fe80::1]/",
    "https://[fc00::1]/",
    "https://[fec0::1]/",  # site-local of old
    "https://[::ffff:0:127.0.0.1]/",  # translated (SIIT)
    "https://[::8.8.8.8]/",
    "https://[4000::1]/",
    "https://[fd00:ec2::254]/",
    "https://[ff02::1]/",
    "https://[64:ff9b::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a9fe:a9fe::]/",
    "https://[2001:db8::1]/",
]


@pytest.mark.parametrize("url", INNER)
def test_no_inner_address_is_called(url, monkeypatch):
    monkeypatch.delenv("GRIDMAP_WEBHOOK_HOSTS", raising=False)
    called = []
    monkeypatch.setattr(socket, "create_connection", lambda *at, **_: called.append(at))
    answer = sent(url)
    assert not answer.delivered
    assert called == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://8.8.8.8/x", "ftp://8.8.8.8/"])
def test_no_plain_address_is_called(url, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", None)
    assert not sent(url).delivered


def test_a_name_with_one_inner_address_is_not_called(monkeypatch):
    def known(host, port, **_facts):
        return [(2, 1, 6, "", (address, port)) for address in ("8.8.8.8", "10.0.0.8")]

    monkeypatch.setattr(socket, "getaddrinfo", known)
    monkeypatch.setattr(socket, "create_connection", None)
    answer = sent("https://example.org/")
    assert "10.0.0.8" in answer.words


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch):
    asked, called = [], []

    def known(host, port, **_facts):
        asked.append(host)
        return [(2, 1, 6, "", ("8.8.8.8" if len(asked) == 1 else "127.0.0.1", port))]

    def connect(address, timeout):
        called.append(address)
        raise OSError("not today")

    monkeypatch.setattr(socket, "getaddrinfo", known)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert not sent("https://example.org/").delivered
    assert (asked, called) == (["example.org"], [("8.8.8.8", 443)])


def test_only_listed_hosts_may_be_inner(monkeypatch):
    def known(host, port, **_facts):
        return [(2, 1, 6, "", ("10.0.0.8", port))]

    monkeypatch.setenv("GRIDMAP_WEBHOOK_HOSTS", "gateway.example.org")
    monkeypatch.setattr(socket, "getaddrinfo", known)
    called = []

    def connect(address, timeout):
        called.append(address)
        raise OSError("not today")

    monkeypatch.setattr(socket, "create_connection", connect)
    sent("https://other.example.org/")
    assert called == []
    sent("https://gateway.example.org/")
    assert called == [("10.0.0.8", 443)]
    # http stays for this machine itself
    assert "https" in sent("http://gateway.example.org/").words
    assert len(called) == 1


def test_a_certificate_is_checked(hook):
    answer = sent(hook.url.replace("http:", "https:"))
    assert not answer.delivered
    assert hook.heard == []


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_is_as_public_as_itself(address):
    for wrapped in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert not (is_public(wrapped) and not is_public(str(address)))


@given(st.text())
def test_what_is_no_address_is_not_public(words):
    try:
        ipaddress.ip_address(words.partition("%")[0])
    except ValueError:
        assert not is_public(words)


@pytest.fixture
def told_county(make_migrated, hook):
    """A database with a staffed county and a webhook: its address, an engine on it, the secret."""
    url = make_migrated()
    engine = make_engine(url)
    with transaction(engine) as session:
        staffed(session)
        _, secret = givers.webhook(session, url=hook.url, now=now())
    yield url, engine, secret
    engine.dispose()


@pytest.fixture
def worker(told_county, tmp_path):
    worker = Worker(told_county[0], tmp_path / "worker.log")
    wait_until(lambda: seen(told_county[1]))
    yield worker
    assert worker.end() == 0
    assert "Traceback" not in worker.said()


def file_late(engine, hook):
    """File a report in a transaction that stays open for a while: nobody hears of it before its end."""
    with transaction(engine) as session:
        number = service.file(session, filing(), now()).number
        session.flush()
        time.sleep(1.0)
        assert hook.heard == []
    return number


def test_the_worker_tells_of_a_report_after_its_commit_and_again(told_county, worker, hook):
    _, engine, secret = told_county
    hook.behave = others.answer(b"later", 503)
    number = file_late(engine, hook)
    wait_until(lambda: states(engine) == [Sending.FAILED])
    hook.behave = others.answer(b"", 204)
    with transaction(engine) as session:
        session.execute(text("UPDATE webhook_delivery SET next_at = now()"))
        session.execute(text("UPDATE webhook SET ready_at = NULL"))
        session.execute(text("SELECT pg_notify('gridmap_webhooks', '')"))
    wait_until(lambda: states(engine) == [Sending.SENT])
    first, second = hook.heard
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    told = Webhook(secret).verify(second.body, second.headers)
    assert told["type"] == "report.filed"
    assert told["data"]["service_request_id"] == number


def states(engine):
    with transaction(engine) as session:
        return list(session.scalars(select(WebhookDelivery.state)))
