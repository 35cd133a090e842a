"""The test database: made once a run on a real PostGIS; every test is one transaction, rolled back."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from geodata import calendar, categories
from geodata.demo import loading as demo
from gridmap.store import schema
from gridmap.store.session import engine_url, make_engine, transaction
from web import create_app
from web.config import Config
from web.params import now, today

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def server_url() -> str:
    """The maintenance database of the test server that `scripts/test` starts."""
    url = os.environ.get("GRIDMAP_TEST_SERVER")
    if not url:
        pytest.exit("GRIDMAP_TEST_SERVER is not set: run the tests by scripts/test", returncode=4)
    return url


@pytest.fixture(scope="session")
def make_database() -> Iterator:
    """Make throw-away databases; all are dropped at the end."""
    admin = create_engine(engine_url(server_url()), isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def make(template: str | None = None) -> str:
        name = f"gridmap_test_{secrets.token_hex(4)}"
        with admin.connect() as connection:
            clause = f" TEMPLATE {template}" if template else ""
            # a template in use cannot be copied: idle connections of pools go, and come back
            leave = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
            connection.execute(text(leave), {"name": template})
            connection.execute(text(f"CREATE DATABASE {name}{clause}"))
        made.append(name)
        return engine_url(server_url()).set(database=name).render_as_string(hide_password=False)

    yield make
    with admin.connect() as connection:
        for name in made:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def database_url(make_database) -> str:
    """A migrated, empty database that tests share through rolled-back transactions."""
    url = make_database()
    engine = make_engine(url, statement_timeout_s=0)
    schema.upgrade(engine)
    engine.dispose()
    return url


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
def client(session: Session) -> FlaskClient:
    """A client of the app whose requests share the test's session, and are undone with it."""

    @contextmanager
    def open_transaction() -> Iterator[Session]:
        with session.begin_nested():
            yield session

    config = Config(database_url="postgresql://unused", secret_key="test", rate_limits=False)  # noqa: S106
    return create_app(config, open_transaction).test_client()


@pytest.fixture(scope="session")
def demo_url(make_database) -> str:
    """A database with the demo county; read it, or copy it by `make_database(template)`."""
    url = make_database()
    engine = make_engine(url, statement_timeout_s=0)
    schema.upgrade(engine)
    with transaction(engine) as session:
        demo.load(session, today())
        categories.load(session, today())
        calendar.load_where_missing(session, now())
        schema.refresh_statistics(session)
    engine.dispose()
    return url


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
    config = Config(database_url=demo_url, secret_key="test", rate_limits=False)  # noqa: S106
    app = create_app(config)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["gridmap_engine"].dispose()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    """The system's own Chromium; a test that needs it skips where it is missing."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("chromium is not installed; scripts/test brings it")
    return {"executable_path": chromium, "headless": True, "args": CHROMIUM_ARGUMENTS}
