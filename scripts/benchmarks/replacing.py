"""New grid boundaries take effect on 100,000 open reports, half of which change grid: how long that takes.

In a demo county each community's grid is split in two from a day on, with buildings, a worker and a
branch for the new half. Reports are made at places of their own, as the service would have filed them
the day before. Then `replace_open` runs; and on a copy of the same database ONE plain SQL update writes
the same rows, all columns that change, from a table at hand. At the end each report is located anew by
SQL, and held against what stands there. The databases are dropped at the end.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, select, text

sys.path.insert(0, str(Path(__file__).parents[2]))

from halved_county import prepare, started

from gridmap.accounts import tables as _accounts  # the audit log refers to accounts
from gridmap.dispatch.filing import as_located
from gridmap.dispatch.queries.replacing import IDS, VERDICTS
from gridmap.dispatch.replacing import Replaced, replace_open
from gridmap.dispatch.tables import Category, Report
from gridmap.geolocation.location import Location
from gridmap.geolocation.rules import Place
from gridmap.geolocation.service import locate_many
from gridmap.store.session import engine_url, make_engine, transaction
from gridmap.terms import PlaceSource, Rung
from gridmap.timespan import local_day

__all__ = ["_accounts"]

CHUNK = 5_000
WRITTEN = (
    *VERDICTS,
    *IDS,
    "alternatives",
    "version",
    "rung",
    "holder_post_id",
    "entrusted",
    "agency_id",
    "owner_post_id",
    "acts_at",
)
"""Columns that a report may change by."""


class Server:
    """Makes databases on a server, and drops them at the end."""

    def __init__(self, url: str) -> None:
        self.url, self.made = url, list[str]()
        self.admin = create_engine(engine_url(url), isolation_level="AUTOCOMMIT")

    def database(self, template: str = "template0") -> str:
        """Make a database, empty or a copy of another; return its name."""
        name = f"gridmap_bench_replacing_{secrets.token_hex(4)}"
        locale = " ENCODING 'UTF8' LOCALE 'C.UTF-8'" if template == "template0" else ""
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}{locale}")
        self.made.append(name)
        return name

    def drop(self, name: str) -> None:
        """Drop a database."""
        if name:
            self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    @contextmanager
    def engine(self, name: str) -> Iterator[Engine]:
        """Use a database; nobody is connected to it afterwards, so that it can be copied."""
        url = engine_url(self.url).set(database=name).render_as_string(hide_password=False)
        engine = make_engine(url, pool_size=1, statement_timeout_s=0)
        yield engine
        engine.dispose()

    def _run(self, statement: str) -> None:
        with self.admin.connect() as connection:
            connection.execute(text(statement))


@contextmanager
def server_at(url: str) -> Iterator[Server]:
    """Use a server; nothing stays behind."""
    server = Server(url)
    try:
        yield server
    finally:
        for name in server.made:
            server.drop(name)
        server.admin.dispose()


def warm(engine: Engine) -> list[int]:
    """Read the tables once, so that both begin alike; return the communities."""
    with transaction(engine) as session:
        for table in ("report", "step", "building_version", "post"):
            session.execute(text(f"SELECT sum(length(t::text)) FROM {table} t"))  # noqa: S608 - ours
        query = "SELECT id FROM area WHERE kind = 'community' ORDER BY id"
        return list(session.scalars(text(query)))


def replaced(engine: Engine, now: datetime) -> tuple[Replaced, float, float]:
    """Run it; return what it did, its seconds and those of them in this process."""
    communities = warm(engine)
    begun, used = time.perf_counter(), time.process_time()
    with transaction(engine) as session:
        made = replace_open(session, now, communities=communities)
    return made, time.perf_counter() - begun, time.process_time() - used


def changed(before: Engine, after: Engine) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns that differ, and id and these columns of every row that differs."""
    names = ", ".join(WRITTEN).replace("alternatives", "alternatives::text")
    query = text(f"SELECT id, {names} FROM report ORDER BY id")  # noqa: S608 - our own columns
    with before.connect() as old, after.connect() as new:
        pairs = [
            (a, b)
            for a, b in zip(old.execute(query), new.execute(query), strict=True)
            if tuple(a) != tuple(b)
        ]
    kept = [
        place for place in range(1, len(WRITTEN) + 1) if any(a[place] != b[place] for a, b in pairs)
    ]
    return [WRITTEN[place - 1] for place in kept], [
        (b[0], *(b[place] for place in kept)) for _, b in pairs
    ]


def plain_update(engine: Engine, columns: list[str], rows: list[tuple[Any, ...]]) -> float:
    """Write the same rows by one statement from a table at hand; return its seconds."""
    with transaction(engine) as session:
        names = ", ".join(columns)
        like = f"CREATE TABLE wanted AS SELECT id, {names} FROM report LIMIT 0"  # noqa: S608
        session.execute(text(like))
        raw = session.connection().connection.driver_connection
        assert raw is not None  # noqa: S101 - there is one while the session lives
        with raw.cursor().copy(f"COPY wanted (id, {names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        session.execute(text("ANALYZE wanted"))
    warm(engine)
    pairs = ", ".join(f"{name} = wanted.{name}" for name in columns)
    begun = time.perf_counter()
    with transaction(engine) as session:
        once = f"UPDATE report SET {pairs} FROM wanted WHERE wanted.id = report.id"  # noqa: S608
        session.execute(text(once))
    return time.perf_counter() - begun


def check(engine: Engine, now: datetime, most: int) -> int:
    """Locate reports one by one, by SQL; return how many stand as a new report there would."""
    day, query = local_day(now), select(Report).order_by(Report.id).limit(most)
    right = 0
    with transaction(engine) as session:
        rungs = session.execute(select(Category.id, Category.first_rung))
        first = {row.id: row.first_rung for row in rungs}
        reports = session.scalars(query).all()
        for start in range(0, len(reports), CHUNK):
            part = reports[start : start + CHUNK]
            places = [place_of(report) for report in part]
            for report, location in zip(part, locate_many(session, places, day), strict=True):
                right += stands_right(report, location, Rung(first[report.category_id]))
    print(f"{right} of {len(reports)} located anew stand where they should")
    return len(reports) - right


def place_of(report: Report) -> Place:
    """Return the place as it was given."""
    source = PlaceSource(report.place_source)
    return Place(report.raw_lon, report.raw_lat, report.raw_crs, report.accuracy_m, source)


def stands_right(report: Report, location: Location, first: Rung) -> bool:
    """Tell whether a report lies and stands as one that is filed there now; an agency keeps its own."""
    wanted, holder = as_located(location), started(first, location).holder
    placed = all(
        tuple(value) == tuple(wanted[name]) if isinstance(value, list) else value == wanted[name]
        for name in (*VERDICTS, *IDS)
        for value in [getattr(report, name)]
    )
    held = report.entrusted or report.holder_post_id == (holder.post_id if holder else None)
    return placed and held


def measure(server: Server, template: str, rounds: int, now: datetime) -> str:
    """Run both so often, each time on a new copy; print the medians, return the last copy."""
    ours, plain, last = [], [], ""
    for _ in range(rounds):
        server.drop(last)
        last = server.database(template)
        with server.engine(last) as engine, server.engine(template) as before:
            made, seconds, here = replaced(engine, now)
            columns, rows = changed(before, engine)
        other = server.database(template)
        with server.engine(other) as engine:
            once = plain_update(engine, columns, rows)
        server.drop(other)
        ours.append(seconds)
        plain.append(once)
        print(f"{made}")
        print(
            f"replaced in {seconds:.2f} s ({here:.2f} s of them here); plain update of"
            f" {len(rows)} rows, {len(columns)} columns in {once:.2f} s; ratio {seconds / once:.2f}"
        )
    print(f"median ratio: {statistics.median(ours) / statistics.median(plain):.2f}")
    return last


def main() -> None:
    """Prepare, measure, check."""
    parser = argparse.ArgumentParser(prog="scripts/bench replacing", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--check", type=int, default=None, help="check so many, not all")
    parser.add_argument("--server", required=True, help="maintenance database of a PostGIS server")
    wanted = parser.parse_args()
    now = datetime.now(UTC)
    with server_at(wanted.server) as server:
        template = server.database()
        with server.engine(template) as engine:
            prepare(engine, wanted.rows, now)
        last = measure(server, template, wanted.rounds, now)
        with server.engine(last) as engine:
            wrong = check(engine, now, wanted.check or wanted.rows)
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
