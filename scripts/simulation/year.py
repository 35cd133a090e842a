"""A year's load of reports over the demo county, through the real services; the same seed, the same year.

An empty database gets the demo county first, as of the year's last day. Of the running year only the
days up to now are filled. Prints what was done and how long it took.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine, func, select, true
from sqlalchemy.orm import Session
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parents[2]))

from geodata import calendar, categories
from geodata.demo import loading
from geodata.demo.crowd_queries import has_reports
from geodata.demo.reports import Load, Made, simulate
from gridmap.accounts import tables as _accounts  # the audit log refers to accounts
from gridmap.dispatch import catalogue
from gridmap.store import schema
from gridmap.store.session import make_engine, transaction
from gridmap.timespan import local_day, start_of
from web.config import from_environment

__all__ = ["_accounts"]


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=50_000, help="how many (50,000)")
    parser.add_argument("--year", type=int, default=datetime.now(UTC).year)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--yes", action="store_true", help="also where reports were filed already")
    return parser.parse_args()


def prepared(engine: Engine, load: Load, *, agreed: bool) -> None:
    """Bring schema and demo county where they are missing; refuse a database with reports in it."""
    schema.check_server(engine)
    schema.upgrade(engine)
    first, last = local_day(load.start), local_day(load.end)
    with transaction(engine) as session:
        if has_reports(session) and not agreed:
            raise SystemExit(
                "这个数据库里已有诉求，加 --yes 才继续。\n"
                "The database holds reports; give --yes to go on."
            )
        if loading.is_empty(session):
            loading.load(session, last)
        if not catalogue.newest_versions(session):
            categories.load(session, first)
        calendar.load_where_missing(session, load.start)
        schema.refresh_statistics(session)


def run(engine: Engine, load: Load) -> Made:
    """Simulate with a progress bar."""

    @contextmanager
    def open_transaction() -> Iterator[Session]:
        with transaction(engine) as session:
            # commits need not wait for the disk: what a crash takes can be made again
            session.execute(select(func.set_config("synchronous_commit", "off", true())))
            yield session

    with tqdm(total=load.reports, unit="件", smoothing=0.02) as bar:
        return simulate(open_transaction, load, bar.update)


def main() -> None:
    """Make the year."""
    wanted = options()
    end = min(start_of(date(wanted.year + 1, 1, 1)), datetime.now(UTC))
    load = Load(wanted.reports, start_of(date(wanted.year, 1, 1)), end, wanted.seed)
    engine = make_engine(from_environment().database_url, pool_size=1, statement_timeout_s=0)
    prepared(engine, load, agreed=wanted.yes)
    begun, used = time.perf_counter(), time.process_time()
    made = run(engine, load)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    print(
        f"诉求 {made.filed}，步骤 {sum(made.moves.values())}，扫描推进 {made.swept}，提醒 {made.reminded}"
    )
    print(
        f"用时 {seconds / 60:.1f} 分钟（本进程 CPU {cpu / 60:.1f} 分钟），"
        f"每件 {1000 * seconds / wanted.reports:.1f} 毫秒"
    )
    for name, counts in (("步骤", made.moves), ("拒绝", made.refused)):
        print(f"{name}：" + "，".join(f"{key} {count}" for key, count in counts.most_common()))


if __name__ == "__main__":
    main()
