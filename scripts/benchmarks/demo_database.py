"""A database with the demo county in it, for one measurement."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import create_engine, select, text

from geodata.demo import loading
from gridmap.accounts import tables as _accounts  # the audit log refers to accounts
from gridmap.ledger.buildings import BuildingVersion
from gridmap.store import schema
from gridmap.store.session import engine_url, make_engine, transaction
from gridmap.timespan import local_day

__all__ = ["_accounts", "demo_database"]


@contextmanager
def demo_database(server: str) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Make the database and drop it at the end; yield its address and a point of every building (n x 2, degrees)."""
    name = f"gridmap_bench_demo_{secrets.token_hex(4)}"
    admin = create_engine(engine_url(server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(
            text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        )
    try:
        url = engine_url(server).set(database=name).render_as_string(hide_password=False)
        engine = make_engine(url, pool_size=1, statement_timeout_s=0)
        schema.upgrade(engine)
        with transaction(engine) as session:
            loading.load(session, local_day(datetime.now(UTC)))
            schema.refresh_statistics(session)
            spots = select(BuildingVersion.spot.ST_X(), BuildingVersion.spot.ST_Y())
            houses = np.array(session.execute(spots.order_by(BuildingVersion.id)).all())
        engine.dispose()
        yield url, houses
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()
