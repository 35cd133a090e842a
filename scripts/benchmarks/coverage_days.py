"""Coverage: how long a step of the slider and two years of days take, by the number of buildings.

A demo county is loaded; then its buildings are doubled with their grids, groups and stewards until there
are as many as asked. Prints the median and the slowest of some days for `audit`, as JSON of the API for
all communities, `compare`, `series` over two years, a step of the
slider after it (from memory), and a day with nothing kept.
The database is dropped at the end.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).parents[2]))

from geodata.demo import loading as demo
from gridmap.accounts import tables as _accounts  # the audit log refers to accounts
from gridmap.coverage import queries, reach_queries, service
from gridmap.store import schema
from gridmap.store.session import engine_url, make_engine, transaction
from web.api import coverage_answers
from web.params import today

__all__ = ["_accounts"]

TWO_YEARS = timedelta(days=730)

DOUBLE = (
    """INSERT INTO building (code) SELECT 'copy {n} of ' || code FROM building""",
    """
    INSERT INTO building_version (building_id, compound_id, kind, number, zone, name, road, house_number,
        address, units, floors, households, residents, footprint, spot, valid)
    SELECT b.id, v.compound_id, v.kind, v.number, v.zone, v.name, v.road, v.house_number, v.address,
        v.units, v.floors, v.households, v.residents, v.footprint, v.spot, v.valid
    FROM building_version v JOIN building o ON o.id = v.building_id
    JOIN building b ON b.code = 'copy {n} of ' || o.code""",
    """
    INSERT INTO grid_building (building_id, grid_id, valid)
    SELECT b.id, m.grid_id, m.valid FROM grid_building m JOIN building o ON o.id = m.building_id
    JOIN building b ON b.code = 'copy {n} of ' || o.code""",
    """
    INSERT INTO party_organisation (code)
    SELECT 'copy {n} of ' || p.code FROM party_organisation p
    WHERE EXISTS (SELECT FROM party_version v WHERE v.organisation_id = p.id AND v.building_id IS NOT NULL)""",
    """
    INSERT INTO party_version (organisation_id, kind, name, building_id, full_members, valid)
    SELECT p.id, v.kind, v.name, b.id, v.full_members, v.valid
    FROM party_version v JOIN building o ON o.id = v.building_id
    JOIN building b ON b.code = 'copy {n} of ' || o.code
    JOIN party_organisation op ON op.id = v.organisation_id
    JOIN party_organisation p ON p.code = 'copy {n} of ' || op.code""",
    """
    INSERT INTO post (kind, person_id, building_id, unit, valid)
    SELECT t.kind, t.person_id, b.id, t.unit, t.valid FROM post t JOIN building o ON o.id = t.building_id
    JOIN building b ON b.code = 'copy {n} of ' || o.code""",
)


def fill(session: Session, buildings: int) -> int:
    """Load the demo county and double its buildings until there are so many; return how many."""
    demo.load(session, today())
    number = 0
    while (have := session.scalar(text("SELECT count(*) FROM building")) or 0) < buildings:
        for statement in DOUBLE:
            session.execute(text(statement.format(n=number)))
        number += 1
    session.execute(text("ANALYZE building, building_version, grid_building, party_version, post"))
    return have


def timed(work: Callable[[date], object], days: list[date]) -> str:
    """Return the median and the longest over days in milliseconds, after one that warms up."""
    taken = []
    for day in (days[0], *days):
        begun = time.perf_counter()
        work(day)
        taken.append(1000 * (time.perf_counter() - begun))
    return f"{statistics.median(taken[1:]):6.0f} ms (max {max(taken[1:]):.0f})"


def measure(session: Session, rounds: int) -> None:
    """Print what is measured."""
    last = today()
    days = [last - n * TWO_YEARS / rounds for n in range(rounds)]
    print(f"{len(service.audit(session, last).findings)} findings today")
    print(f"audit of a day     {timed(partial(service.audit, session), days)}")

    def answered(day: date) -> object:
        return coverage_answers.audit(service.audit(session, day), "zh", None)

    print(f"answer of the API  {timed(answered, days)}")
    print(f"two days compared  {timed(lambda day: service.compare(session, day, last), days)}")

    def two_years(_day: date) -> object:
        queries.forget()
        return coverage_answers.series(service.series(session, last - TWO_YEARS, last), None)

    print(f"two years' series  {timed(two_years, days[:3])}")

    print(f"a step afterwards  {timed(answered, days)}")

    def anew(day: date) -> object:
        queries.forget()
        reach_queries.forget()
        return service.audit(session, day)

    print(f"audit, ways anew   {timed(anew, days[:3])}")


def main() -> None:
    """Make the county, measure, drop it."""
    parser = argparse.ArgumentParser(prog="scripts/bench coverage", description=__doc__)
    parser.add_argument("--buildings", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--server", required=True, help="any database of its server")
    wanted = parser.parse_args()
    admin = create_engine(engine_url(wanted.server), isolation_level="AUTOCOMMIT")
    name = f"gridmap_bench_coverage_{secrets.token_hex(4)}"
    url = engine_url(wanted.server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(
            text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        )
    engine = make_engine(url, statement_timeout_s=0)
    try:
        schema.upgrade(engine)
        with transaction(engine) as session:
            print(f"{fill(session, wanted.buildings)} buildings")
        with transaction(engine) as session:
            measure(session, wanted.rounds)
    finally:
        engine.dispose()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


if __name__ == "__main__":
    main()
