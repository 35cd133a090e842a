"""10,000 overdue reports climb in one sweep, while a desk accepts reports beside it; prints both.

A demo county gets a few hundred reports through the real service; rows like them are copied until so
many are overdue. The desk is a process of its own: it accepts a report every 50 ms, first with nothing
beside it, then during the sweep; what counts is how long it waits. The databases are made for it and
dropped at the end.
"""

from __future__ import annotations

import argparse
import multiprocessing
import secrets
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import Engine, create_engine, select, text

sys.path.insert(0, str(Path(__file__).parents[2]))

from geodata import calendar, categories
from geodata.demo import loading
from geodata.demo.crowd import Crowd
from geodata.demo.reports import Load, simulate
from gridmap.accounts import tables as _accounts  # the audit log refers to accounts
from gridmap.dispatch import moving, sweeping
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Instruction
from gridmap.dispatch.tables import Report
from gridmap.store import schema
from gridmap.store.session import engine_url, make_engine, transaction
from gridmap.timespan import local_day

__all__ = ["_accounts"]

EVERY_S = 0.05
QUIET_S = 15.0
SEEDS = 300
DESK_ROWS = 3_000
LATE = timedelta(minutes=5)
A_MONTH = timedelta(days=40)

COPY = """
INSERT INTO report ({columns}, number, idempotency_key, track_key, acts_at, due_at, remind_at)
SELECT {values}, source.number || :kind || n, source.idempotency_key || :kind || n,
       md5(source.number || :kind || n), :acts_at, :acts_at, NULL
FROM (SELECT * FROM report WHERE stage = 'filed' AND rung <> 'county' AND holder_post_id IS NOT NULL
      AND number NOT LIKE '%x%') AS source
CROSS JOIN generate_series(1, :rows) AS n
ORDER BY n, source.id LIMIT :rows
"""
STEPS = """
INSERT INTO step (report_id, sequence, action, stage, rung, at, holder_post_id, due_at)
SELECT id, 1, 'filed', stage, rung, filed_at, holder_post_id, due_at FROM report
WHERE number LIKE '%x%' AND NOT EXISTS (SELECT FROM step WHERE report_id = report.id)
"""
OWN = {"id", "number", "idempotency_key", "track_key", "acts_at", "due_at", "remind_at", "version"}


@contextmanager
def database(server: str) -> Iterator[str]:
    """Make a database and drop it at the end."""
    name = f"gridmap_bench_sweep_{secrets.token_hex(4)}"
    admin = create_engine(engine_url(server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(
            text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        )
    try:
        yield engine_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def prepare(url: str, now: datetime) -> None:
    """Load the demo county and file a few reports in the last hour, which nobody touches."""
    engine = make_engine(url, pool_size=1, statement_timeout_s=0)
    schema.upgrade(engine)
    day = local_day(now)
    with transaction(engine) as session:
        loading.load(session, day)
        categories.load(session, day - timedelta(days=1))
        calendar.load_where_missing(session, now)
        schema.refresh_statistics(session)
    # so short that nobody has done anything with them yet
    simulate(lambda: transaction(engine), Load(SEEDS, now - timedelta(minutes=14), now))
    engine.dispose()


def copy(url: str, kind: str, rows: int, acts_at: datetime) -> None:
    """Copy untouched reports until so many are there, with this deadline; `kind` marks their numbers."""
    columns = [column.name for column in Report.__table__.columns if column.name not in OWN]
    query = COPY.format(
        columns=", ".join(columns), values=", ".join(f"source.{name}" for name in columns)
    )
    engine = make_engine(url, pool_size=0, statement_timeout_s=0)
    with transaction(engine) as session:
        session.execute(text(query), {"kind": f"x{kind}", "acts_at": acts_at, "rows": rows})
        session.execute(text(STEPS))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def desk(url: str, now: datetime, pipe: Connection) -> None:
    """Accept a report every 50 ms; at each word through the pipe send how long the last ones took."""
    engine = make_engine(url, pool_size=1)
    with transaction(engine) as session:
        crowd = Crowd(session, local_day(now))
        query = select(Report.number, Report.holder_post_id).where(Report.number.like("%xdesk%"))
        mine = session.execute(query.order_by(Report.id)).all()
    pipe.send("ready")
    taken: list[float] = []
    for number, post_id in mine:
        if pipe.poll():
            pipe.recv()
            pipe.send(taken)
            taken = []
        worker = crowd.worker(post_id, local_day(now))
        assert worker is not None  # noqa: S101 - somebody held it a moment ago
        begun = time.perf_counter()
        with transaction(engine) as session:
            moving.act(session, number, worker, Instruction(Action.ACCEPTED, 1), now)
        taken.append(time.perf_counter() - begun)
        time.sleep(max(0.0, EVERY_S - taken[-1]))


def shown(name: str, taken: list[float]) -> tuple[float, float, float]:
    """Print and return median, 95th percentile and longest wait in milliseconds."""
    cuts = statistics.quantiles(taken, n=20)
    figures = (1000 * statistics.median(taken), 1000 * cuts[-1], 1000 * max(taken))
    middle, late, longest = figures
    print(
        f"{name}: {len(taken)} accepted, p50 {middle:.0f} ms, p95 {late:.0f} ms, max {longest:.0f} ms"
    )
    return figures


def swept(engine: Engine, now: datetime, batch: int, how: str) -> None:
    """Sweep once and print how long it took."""
    begun, used = time.perf_counter(), time.process_time()
    made = sweeping.sweep(lambda: transaction(engine), now, batch)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    print(
        f"sweep {how}: {made.moved} moved in {seconds:.1f} s ({cpu:.1f} s of them here), by {batch}"
    )


def measure(url: str, batch: int, now: datetime) -> None:
    """Let a desk work, alone and beside the sweep; print how long both took."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=desk, args=(url, now, theirs))
    process.start()
    ours.recv()
    time.sleep(QUIET_S)
    ours.send("next")
    alone = ours.recv()
    engine = make_engine(url, statement_timeout_s=0)
    swept(engine, now, batch, "beside the desk")
    ours.send("stop")
    beside = ours.recv()
    process.terminate()
    process.join()
    swept(engine, now + A_MONTH, batch, "alone, all of them one rung further")
    engine.dispose()
    quiet, busy = shown("desk alone", alone), shown("desk beside the sweep", beside)
    print("ratio: " + ", ".join(f"{b / a:.1f}" for a, b in zip(quiet, busy, strict=True)))


def main() -> None:
    """Prepare, listen to the quiet desk, sweep, and compare."""
    parser = argparse.ArgumentParser(prog="scripts/bench sweep", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=sweeping.BATCH)
    parser.add_argument("--server", required=True, help="maintenance database of a PostGIS server")
    wanted = parser.parse_args()
    now = datetime.now(UTC)
    with database(wanted.server) as url:
        prepare(url, now)
        copy(url, "desk", DESK_ROWS, now + timedelta(days=1))
        copy(url, "late", wanted.rows, now - LATE)
        measure(url, wanted.batch, now)


if __name__ == "__main__":
    main()
