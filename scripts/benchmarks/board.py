"""How long the county's board and the list behind a number take over a simulated year (scripts/simulate).

Reads a database that is already filled, on the server that is given; changes nothing. Prints the median
and the slowest of some rounds for a month, a quarter, the year, and a month that is over.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

sys.path.insert(0, str(Path(__file__).parents[2]))

from gridmap.accounts import tables as _accounts  # the audit log refers to accounts
from gridmap.accounts.authority import HeldPost, Scope, scope_of
from gridmap.dispatch import boards
from gridmap.dispatch.measures import Cut, Measure, Window
from gridmap.dispatch.tables import Report
from gridmap.store.session import engine_url, make_engine, transaction
from gridmap.terms import PostKind
from gridmap.timespan import local_day, quarter_of

__all__ = ["_accounts"]


def timed(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return median and longest of some rounds in milliseconds, after one that warms up."""
    taken = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - begun))
    return statistics.median(taken[1:]), max(taken[1:])


def periods(day: date) -> dict[str, tuple[date, date]]:
    """Return the periods by name, for the last day of the data."""
    month, quarter = day.replace(day=1), quarter_of(day).start
    before = month - timedelta(days=1)
    return {
        "this month": (month, day),
        "this quarter": (quarter, day),
        "this year": (date(day.year, 1, 1), day),
        "last month": (before.replace(day=1), before),
        "half a year ago": (day - timedelta(days=210), day - timedelta(days=180)),
    }


def main() -> None:
    """Measure every period."""
    parser = argparse.ArgumentParser(prog="scripts/bench board", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--database", required=True, help="name of a database with a simulated year"
    )
    parser.add_argument("--server", required=True, help="any database of its server")
    wanted = parser.parse_args()
    url = engine_url(wanted.server).set(database=wanted.database)
    engine = make_engine(url.render_as_string(hide_password=False))
    county: Scope = scope_of((HeldPost(0, PostKind.COUNTY_DESK, 0, ""),), ())
    with transaction(engine) as session:
        count, last = session.execute(select(func.count(), func.max(Report.filed_at))).one()
        print(f"{count} reports, the last of {local_day(last)}")
        now = last + timedelta(minutes=1)
        for name, (first, until) in periods(local_day(last)).items():
            window = Window(first, until, now)
            whole = timed(partial(boards.board, session, county, window, Cut()), wanted.rounds)
            behind = partial(boards.counted, session, county, Measure.DUE_ON_TIME, window, Cut())
            listed = timed(behind, wanted.rounds)
            print(
                f"{name:16} board {whole[0]:6.0f} ms (max {whole[1]:.0f}),"
                f" list behind a number {listed[0]:5.0f} ms (max {listed[1]:.0f})"
            )
    engine.dispose()


if __name__ == "__main__":
    main()
