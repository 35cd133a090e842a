"""Connections of a pool: asked whether they still answer when they have rested, and only then."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from gridmap.store import session as sessions
from gridmap.store.session import make_engine


@pytest.fixture
def engine(database_url):
    made = make_engine(database_url, pool_size=2)
    yield made
    made.dispose()


def backends(engine):
    with engine.connect() as one, engine.connect() as other:
        return {held.scalar(text("SELECT pg_backend_pid()")) for held in (one, other)}


def test_connections_that_died_while_they_rested_are_replaced(engine, monkeypatch):
    monkeypatch.setattr(sessions, "TRUSTED_S", 0)
    before = backends(engine)
    killer = make_engine(engine.url.render_as_string(hide_password=False), pool_size=0)
    with killer.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM unnest(CAST(:pids AS int[])) AS t(pid)"),
            {"pids": list(before)},
        )
    after = backends(engine)
    assert not before & after
    assert backends(engine) == after


def test_a_connection_is_not_asked_again_at_once(engine, monkeypatch):
    asked = []
    ping = engine.dialect.do_ping
    monkeypatch.setattr(engine.dialect, "do_ping", lambda one: asked.append(one) or ping(one))
    for _ in range(5):
        backends(engine)
    assert asked == []
    monkeypatch.setattr(sessions, "TRUSTED_S", 0)
    backends(engine)
    assert len(asked) == 2
