"""Many at once on a real database: one report of one content, every event told once by many workers."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gridmap.dispatch import service
from gridmap.dispatch.sweeping import sweep
from gridmap.dispatch.tables import Report
from gridmap.geolocation.rules import Place
from gridmap.platform import keys, requests
from gridmap.platform.requests import SAME_FOR, Sent, Taken
from gridmap.platform.tables import ApiFiling, WebhookDelivery
from gridmap.store.session import make_engine, transaction
from tests.dispatch.filings import NOW, filing, staffed
from tests.dispatch.test_races import at_once
from tests.platform import givers
from tests.web.outside import HookServer
from tests.worlds import lonlat
from web.delivery import webhooks
from web.session import transactions_of

SENT = Sent("RUBBISH", "垃圾", Place(*lonlat(130, 30), "wgs84"), None, None, None, None, "zh")


@pytest.fixture
def engine(make_migrated):
    engine = make_engine(make_migrated(), pool_size=10)
    with transaction(engine) as session:
        staffed(session)
    yield engine
    engine.dispose()


def count(engine, table):
    with transaction(engine) as session:
        return session.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize("token", ["retry-0001", None])
def test_a_retry_that_races_makes_no_second_report(engine, token):
    with transaction(engine) as session:
        key = givers.key(session)

    def send():
        with transaction(engine) as session:
            return requests.file(session, keys.bearer(session, key, NOW), SENT, token, NOW)

    found = at_once([send] * 8)
    assert all(isinstance(one, Taken) for one in found), found
    assert len({one.number for one in found}) == 1
    assert Counter(one.replayed for one in found) == {True: 7, False: 1}
    assert count(engine, Report) == count(engine, ApiFiling) == 1


def test_the_window_has_no_seam(engine):
    """However the moments of two tries lie, within it they are one and beyond it two."""
    with transaction(engine) as session:
        bearer = givers.bearer(session)
    for n, gap in enumerate((timedelta(seconds=1), SAME_FOR - timedelta(seconds=1), SAME_FOR)):
        sent = replace(SENT, description=f"第{n}处")
        numbers = set()
        for at in (NOW, NOW + gap):
            with transaction(engine) as session:
                numbers.add(requests.file(session, bearer, sent, None, at).number)
        assert len(numbers) == (1 if gap < SAME_FOR else 2), gap


@pytest.fixture
def hook(monkeypatch):
    monkeypatch.setenv("GRIDMAP_WEBHOOK_HOSTS", "127.0.0.1")
    server = HookServer()
    yield server
    server.close()


def test_many_workers_tell_every_event_once(engine, hook):
    with transaction(engine) as session:
        givers.webhook(session, url=hook.url)
        for n in range(30):
            service.file(session, filing(f"w-{n}"), NOW)
    clock = transactions_of(engine), lambda: NOW
    tried = at_once([lambda: webhooks.deliver(*clock)] * 4)
    assert sum(tried) == 30
    ids = Counter(heard.headers["webhook-id"] for heard in hook.heard)
    assert len(ids) == 30
    assert set(ids.values()) == {1}


def test_the_sweep_tells_of_all_that_it_moves(engine):
    late = NOW + timedelta(days=7)
    with transaction(engine) as session:
        givers.webhook(session)
        for n in range(5):
            service.file(session, filing(f"s-{n}"), NOW)
    swept = sweep(transactions_of(engine), late)
    assert swept.moved == 5
    with transaction(engine) as session:
        webhooks.outbox.spread(session, late)
        kinds = Counter(session.scalars(select(WebhookDelivery.kind)))
    assert kinds == {"report.filed": 5, "report.moved": 5}
