"""Engines, sessions, and the only place that begins and commits a transaction."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

TRUSTED_S: Final = 1.0
"""A connection that was given back within this time is not asked whether it still answers."""
_BACK: Final = "given back"


def engine_url(url: str) -> URL:
    """Return the URL with the psycopg 3 driver, whichever of the usual forms was given.

    >>> str(engine_url("postgresql://u@h:5432/d"))
    'postgresql+psycopg://u@h:5432/d'
    """
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def make_engine(url: str, *, pool_size: int = 5, statement_timeout_s: int = 30) -> Engine:
    """Make an engine whose connections time out rather than hang.

    Args:
        url: database URL.
        pool_size: connections kept by this process; 0 for none (a command opens and closes its own).
        statement_timeout_s: longest statement in seconds; 0 for no limit (imports, migrations).
    """
    options = (
        f"-c statement_timeout={statement_timeout_s * 1000} -c lock_timeout=10000"
        f" -c idle_in_transaction_session_timeout={statement_timeout_s * 2000}"
        " -c timezone=UTC -c jit=off"
    )
    pool: dict[str, object] = {"poolclass": NullPool}
    if pool_size:
        pool = {"pool_size": pool_size, "max_overflow": pool_size, "pool_timeout": 10}
    engine = create_engine(
        engine_url(url),
        **pool,
        connect_args={"options": options, "connect_timeout": 5, "application_name": "gridmap"},
    )
    if pool_size:
        _ask_rested_connections(engine)
    return engine


def _ask_rested_connections(engine: Engine) -> None:
    """Ask a connection that has rested in the pool whether it still answers, and replace all if not.

    SQLAlchemy's own `pool_pre_ping` asks each time, which is a tenth of a short request.
    """

    @event.listens_for(engine, "connect")
    @event.listens_for(engine, "checkin")
    def back(_: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info[_BACK] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def out(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: object) -> None:
        if time.monotonic() - entry.info[_BACK] < TRUSTED_S:
            return
        try:
            alive = engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error
        if not alive:
            raise InvalidatePoolError


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Open a session; commit when the block ends, roll back on any error.

    Reading ends with a commit, too: psycopg forgets a connection's prepared statements with each rollback.
    """
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session
