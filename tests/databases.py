"""Throw-away databases of one test run, on the server that `scripts/test` starts.

Several workers may share a run. A template is made once, by whoever first needs it, and nobody connects
to it afterwards: it can be copied at any moment, and what a test writes is never in it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable

import pytest
from sqlalchemy import URL, create_engine, text

from gridmap.store.session import engine_url


def server_url() -> str:
    """The maintenance database of the test server that `scripts/test` starts."""
    url = os.environ.get("GRIDMAP_TEST_SERVER")
    if not url:
        pytest.exit("GRIDMAP_TEST_SERVER is not set: run the tests by scripts/test", returncode=4)
    return url


class Databases:
    """What one run makes on the server; `run` stands in every name."""

    def __init__(self, run: str) -> None:
        self.prefix = f"gridmap_test_{run}_"
        self.admin = create_engine(engine_url(server_url()), isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Leave the server."""
        self.admin.dispose()

    def url_of(self, name: str) -> URL:
        """Where a database is."""
        return engine_url(server_url()).set(database=name)

    def make(self, template: str | None = None) -> str:
        """Make a database, empty or a copy; returns its URL."""
        name = f"{self.prefix}{secrets.token_hex(4)}"
        with self.admin.connect() as connection:
            clause = f" TEMPLATE {template}" if template else ""
            # a template in use cannot be copied: idle connections of pools go, and come back
            leave = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
            connection.execute(text(leave), {"name": template})
            connection.execute(text(f"CREATE DATABASE {name}{clause}"))
        return self.url_of(name).render_as_string(hide_password=False)

    def template(self, word: str, fill: Callable[[str], None], base: str | None = None) -> str:
        """Return the name of the run's template of that word; whoever comes first makes and fills it.

        It gets its name when it is whole: what a worker that fell left behind is no template.
        """
        name = f"{self.prefix}{word}"
        with self.admin.connect() as connection:
            # held by this connection, and so given back whatever happens to this process
            connection.execute(text("SELECT pg_advisory_lock(hashtext(:name))"), {"name": name})
            known = text("SELECT count(*) FROM pg_database WHERE datname = :name")
            if not connection.scalar(known, {"name": name}):
                url = self.make(base)
                fill(url)
                made = engine_url(url).database
                connection.execute(text(f"ALTER DATABASE {made} RENAME TO {name}"))
            connection.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), {"name": name})
        return name

    def drop_all(self) -> None:
        """Drop whatever the run has made, in whichever of its processes."""
        found = text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix)")
        with self.admin.connect() as connection:
            for name in connection.scalars(found, {"prefix": self.prefix}).all():
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
