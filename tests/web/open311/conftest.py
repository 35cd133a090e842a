"""A staffed town at one moment, and a key of another system."""

import pytest

from tests.dispatch.filings import NOW, staffed
from tests.platform import givers
from web import params


@pytest.fixture(autouse=True)
def at_that_time(monkeypatch):
    monkeypatch.setattr(params, "now", lambda: NOW)
    for module in ("web.open311.views", "web.access"):
        monkeypatch.setattr(f"{module}.now", lambda: NOW)


@pytest.fixture
def town(session):
    return staffed(session)


@pytest.fixture
def key(session, town):
    return givers.key(session)
