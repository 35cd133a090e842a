"""The test database: made once a run on a real PostGIS; every test is one transaction, rolled back.

A run may have several workers (pytest-xdist), each with databases, a served app and a browser of its own;
files go to workers whole (`--dist loadfile`).
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext

import hypothesis
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from geodata import calendar, categories
from geodata.demo import loading as demo
from gridmap.accounts import passwords
from gridmap.store import schema
from gridmap.store.session import make_engine, transaction
from tests.databases import Databases, server_url
from tests.serving import config_of, served
from web import create_app
from web import session as transactions
from web.params import now, today

__all__ = ["server_url"]

# Other workers and programs take their share of the machine: how long an example takes says nothing.
hypothesis.settings.register_profile("patient", hypothesis.settings.default, deadline=None)
hypothesis.settings.load_profile("patient")

RUN = pytest.StashKey[str]()
"""Stands in the names of all that a run makes outside its processes."""

LONGEST = (
    "dispatch/test_machine.py",
    "web/test_permission_matrix.py",
    "test_simulation.py",
    "web/browser/test_plan_browser.py",
    "web/browser/test_plan_publishing_browser.py",
    "web/browser/test_desk_browser.py",
    "web/browser/test_offline_browser.py",
    "web/test_jobs.py",
    "web/browser/test_coverage_browser.py",
    "web/browser/test_registers_browser.py",
    "web/browser/test_report_browser.py",
    "dispatch/test_races.py",
    "web/browser/test_map_browser.py",
    "web/browser/test_loop_browser.py",
    "web/test_openapi.py",
    "coverage/test_recount.py",
    "geodata/registers/test_round_trip.py",
    "geodata/test_vector_files.py",
    "geodata/test_demo_county.py",
    "test_crash.py",
    "test_setup.py",
)
"""Files that take longest, the longest first: begun last, one of them would keep a worker waiting."""

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a name, or take that of the run whose worker this is."""
    given = getattr(config, "workerinput", {})
    config.stash[RUN] = given.get("gridmap_run") or secrets.token_hex(4)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Tell a worker of which run it is."""
    node.workerinput["gridmap_run"] = node.config.stash[RUN]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a worker the longest files come first; all else keeps its order."""
    if not is_worker(config):
        return
    place = {f"tests/{name}": at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.nodeid.split("::")[0], len(LONGEST)))


def is_worker(config: pytest.Config) -> bool:
    """Is this one of several processes that share a run?"""
    return hasattr(config, "workerinput")


def pytest_unconfigure(config: pytest.Config) -> None:
    """When all workers have ended, or were ended, nothing of theirs stays on the server."""
    if config.getoption("tx", None) and not is_worker(config):
        with closing(Databases(config.stash[RUN])) as made:
            made.drop_all()


@pytest.fixture(scope="session")
def databases(pytestconfig: pytest.Config) -> Iterator[Databases]:
    """The databases of this run."""
    with closing(Databases(pytestconfig.stash[RUN])) as made:
        yield made
        if not is_worker(pytestconfig):
            made.drop_all()


@pytest.fixture(scope="session")
def make_database(databases: Databases):
    """Make a throw-away database, empty or a copy of another of this worker's."""
    return databases.make


@pytest.fixture(scope="session")
def make_migrated(databases: Databases):
    """Make a throw-away database with the schema in it, and nothing else."""

    def fill(url: str) -> None:
        engine = make_engine(url, statement_timeout_s=0)
        schema.upgrade(engine)
        engine.dispose()

    return lambda: databases.make(databases.template("migrated", fill))


@pytest.fixture(scope="session")
def make_demo(databases: Databases):
    """Make a throw-away database with the demo county in it."""

    def fill(url: str) -> None:
        engine = make_engine(url, statement_timeout_s=0)
        schema.upgrade(engine)
        with transaction(engine) as session:
            demo.load(session, today())
            categories.load(session, today())
            calendar.load_where_missing(session, now())
            schema.refresh_statistics(session)
        engine.dispose()

    return lambda: databases.make(databases.template("demo", fill))


@pytest.fixture(scope="session")
def database_url(make_migrated) -> str:
    """A migrated, empty database that tests share through rolled-back transactions."""
    return make_migrated()


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on the shared test database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Whatever the code under test commits is a savepoint; the test's end undoes it all."""
    with engine.connect() as connection, connection.begin() as outer:
        with Session(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            yield session
        outer.rollback()


class StatementCounter:
    """Counts the SQL statements between two looks; savepoints are not statements."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __len__(self) -> int:
        return len(self.texts)

    def clear(self) -> None:
        """Forget what was counted so far."""
        self.texts.clear()


@pytest.fixture
def statements(engine: Engine) -> Iterator[StatementCounter]:
    """A counter of the statements that reach the server through the shared engine."""
    counter = StatementCounter()

    def count(_conn, _cursor, statement, *_rest) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO")):
            counter.texts.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    yield counter
    event.remove(engine, "before_cursor_execute", count)


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same algorithm with the least work, where a test is not about its cost."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    monkeypatch.setattr(passwords, "NOBODY", cheap.hash(secrets.token_hex(16)))


@pytest.fixture(scope="session")
def application() -> Flask:
    """One app for the clients of all tests: to make one takes longer than most requests.

    It keeps nothing of a request; what a test changes of its configuration, `client` puts back.
    """
    return create_app(config_of("postgresql://unused"), nullcontext)


@pytest.fixture
def client(session: Session, application: Flask) -> Iterator[FlaskClient]:
    """A client of the app whose requests share the test's session, and are undone with it."""

    @contextmanager
    def open_transaction() -> Iterator[Session]:
        with session.begin_nested():
            yield session

    config = dict(application.config)
    transactions.install(application.extensions, open_transaction)
    yield application.test_client()
    transactions.install(application.extensions, nullcontext)
    application.config.clear()
    application.config.update(config)


@pytest.fixture(scope="session")
def demo_url(make_demo) -> str:
    """A database with the demo county that the tests of a worker share; one that must not see what others
    write takes `make_demo`.
    """
    return make_demo()


@pytest.fixture(scope="session")
def demo_engine(demo_url: str) -> Iterator[Engine]:
    """An engine on the demo county."""
    engine = make_engine(demo_url)
    yield engine
    engine.dispose()


@pytest.fixture
def demo_session(demo_engine: Engine) -> Iterator[Session]:
    """A session on the demo county, undone at the end."""
    with demo_engine.connect() as connection, connection.begin() as outer:
        with Session(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            yield session
        outer.rollback()


@pytest.fixture(scope="session")
def live_server(demo_url: str) -> Iterator[str]:
    """The app with the demo county on a port of its own; gives the base URL."""
    with served(demo_url) as address:
        yield address


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    """The system's own Chromium; a test that needs it skips where it is missing."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("chromium is not installed; scripts/test brings it")
    return {"executable_path": chromium, "headless": True, "args": CHROMIUM_ARGUMENTS}
