"""A sheet of 981 part-time workers: looked at and taken, beside what pandas and one insert need for it.

The demo county loses its part-time workers; a workbook with all of them comes back. We read it, compare it with
the register, try it as a whole, then take it: every cell checked, every code found, faults by row and column,
a line in the audit log for each. The peer reads the same file with pandas (openpyxl) and inserts its rows with
one executemany: it checks nothing and knows the ids. The database is made for it and dropped at the end.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from sqlalchemy import create_engine, delete, insert, select, text
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).parents[2]))

from geodata.demo import loading
from geodata.registers import making, reading, service
from geodata.registers.comparing import Fate
from geodata.registers.service import Wanted
from gridmap.accounts import tables as _accounts  # the audit log refers to accounts
from gridmap.accounts.authority import HeldPost, scope_of
from gridmap.accounts.service import SignedIn
from gridmap.ledger.areas import Grid
from gridmap.ledger.posts import Person, Post
from gridmap.registers.catalogue import register_named
from gridmap.store import schema
from gridmap.store.base import from_day
from gridmap.store.session import engine_url, make_engine, transaction
from gridmap.terms import PostKind
from gridmap.timespan import local_day

__all__ = ["_accounts"]

REGISTER = register_named("part-time-workers")
KEEPER = SignedIn(
    None,  # type: ignore[arg-type]  # nobody's account
    0,
    "",
    "",
    scope_of((HeldPost(0, PostKind.COUNTY_DESK, 0, ""),), ()),
)


@contextmanager
def database(server: str) -> Iterator[str]:
    """Make a database and drop it at the end."""
    name = f"gridmap_bench_registers_{secrets.token_hex(4)}"
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


class Bench:
    """One database, one file; whatever is measured is undone."""

    def __init__(self, url: str, path: Path, now: datetime) -> None:
        self.engine = make_engine(url, pool_size=1, statement_timeout_s=0)
        self.path, self.now, self.day = path, now, local_day(now)

    def prepare(self) -> int:
        """Load the county, write the workbook, take the workers away; return how many there are."""
        schema.upgrade(self.engine)
        with transaction(self.engine) as session:
            loading.load(session, self.day)
        with transaction(self.engine) as session:
            self.path.write_bytes(making.export(session, KEEPER, REGISTER, self.day, "zh"))
            kind = Post.kind == PostKind.PART_TIME_WORKER
            gone = session.scalars(select(Post.id).where(kind, Post.valid.contains(self.day))).all()
            session.execute(delete(Post).where(Post.id.in_(gone)))
            schema.refresh_statistics(session)
        return len(gone)

    def timed(self, work: Callable[[Session], int], rounds: int) -> tuple[int, float, float]:
        """Return what it counted, the median and the longest time in seconds."""
        taken = []
        for _ in range(rounds):
            with transaction(self.engine) as session, session.begin_nested() as undone:
                begun = time.perf_counter()
                count = work(session)
                session.flush()
                taken.append(time.perf_counter() - begun)
                undone.rollback()
        return count, statistics.median(taken), max(taken)

    def read(self, _session: Session) -> int:
        """Read the sheet alone."""
        return len(reading.read(self.path, REGISTER).rows)

    def preview(self, session: Session) -> int:
        """Read, compare, try."""
        wanted = Wanted(REGISTER, self.day)
        found = service.preview(session, KEEPER, self.path, wanted, self.now)
        return 0 if found.faults else found.counts[Fate.NEW]

    def take(self, session: Session) -> int:
        """Read, compare, write."""
        wanted = Wanted(REGISTER, self.day)
        return len(service.take(session, KEEPER, self.path, wanted, None, self.now)[1].ids)

    def peer(self, session: Session) -> int:
        """Pandas and one executemany."""
        table = pd.read_excel(self.path, dtype=str, skiprows=[1])
        people = dict(session.execute(select(Person.code, Person.id)).all())
        grids = dict(session.execute(select(Grid.code, Grid.id)).all())
        rows = [
            {
                "kind": PostKind.PART_TIME_WORKER,
                "person_id": people[row["人员编号"]],
                "grid_id": grids[row["网格编码"]],
                "valid": from_day(datetime.fromisoformat(row["开始日"]).date()),
            }
            for row in table.to_dict("records")
        ]
        session.connection().execute(insert(Post.__table__), rows)
        return len(rows)


def main() -> None:
    """Prepare, measure, print."""
    parser = argparse.ArgumentParser(prog="scripts/bench registers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--server", required=True, help="maintenance database of a PostGIS server")
    wanted = parser.parse_args()
    with database(wanted.server) as url, tempfile.TemporaryDirectory() as folder:
        bench = Bench(url, Path(folder) / "workers.xlsx", datetime.now(UTC))
        print(f"{bench.prepare()} part-time workers, {bench.path.stat().st_size / 1024:.0f} KB")
        steps = {
            "read the sheet": bench.read,
            "preview (read, compare, try)": bench.preview,
            "take (read, compare, write, audit)": bench.take,
            "peer: pandas, one executemany": bench.peer,
        }
        for name, work in steps.items():
            count, middle, longest = bench.timed(work, wanted.rounds)
            print(f"{name:36} {count:5} rows  {middle:6.2f} s (max {longest:.2f})")
        bench.engine.dispose()


if __name__ == "__main__":
    main()
