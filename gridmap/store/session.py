"""Engines, sessions, and the only place that begins and commits a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool


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
    return create_engine(
        engine_url(url),
        **pool,
        pool_pre_ping=True,
        connect_args={"options": options, "connect_timeout": 5, "application_name": "gridmap"},
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Open a session; commit when the block ends, roll back on any error."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session
