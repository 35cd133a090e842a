"""One point after another over HTTP: the hot path, the Flask view, the database, and prepared SQL as the peer.

A demo county is loaded and every building cut in four, which makes some 11,000 buildings in 22 grids. Each way
is asked by wrk (Debian: wrk) over 8 connections on random points of the county, half of them in buildings:

- hot: `GET /api/v1/locate`, answered before Flask.
- view: the same through Flask (the coordinate system is spelled so that the hot path does not take it).
- day: the view on another day, answered by the database.
- raw: a bare WSGI application with one prepared SQL statement under the same server: the limit of what SQL
  through Python gives. pg_featureserv, a Go server, was measured at 1.8 times that with the same SQL function;
  it is asked, too, where --featureserv names its program.

Prints requests a second, p50 and p95, and the ratio to raw. The database is dropped at the end.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).parents[2]))

from geodata.demo import loading as demo
from gridmap.accounts import tables as _accounts  # the audit log refers to accounts
from gridmap.store import schema
from gridmap.store.session import engine_url, make_engine, transaction
from scripts.benchmarks import raw_locate
from web.params import today

__all__ = ["_accounts"]

ROOT: Final = Path(__file__).parents[2]
CONNECTIONS: Final = 8
WORKERS: Final = 2
FEATURESERV_OF_RAW: Final = 1.8
"""Measured once on 2 cores with the same SQL function."""
_QUARTER: Final = """
CREATE TEMP TABLE quarter AS
SELECT v.*, q AS quarter, b.code AS of_code, part.shape FROM building_version v
JOIN building b ON b.id = v.building_id, generate_series(0, 3) AS q,
LATERAL (SELECT ST_XMin(v.footprint) AS w, ST_YMin(v.footprint) AS s,
                (ST_XMin(v.footprint) + ST_XMax(v.footprint)) / 2 AS x,
                (ST_YMin(v.footprint) + ST_YMax(v.footprint)) / 2 AS y,
                ST_XMax(v.footprint) AS e, ST_YMax(v.footprint) AS n) AS box,
LATERAL (SELECT ST_Multi(ST_CollectionExtract(ST_Intersection(v.footprint, CASE q
    WHEN 0 THEN ST_MakeEnvelope(w, s, x, y, 4326) WHEN 1 THEN ST_MakeEnvelope(x, s, e, y, 4326)
    WHEN 2 THEN ST_MakeEnvelope(w, y, x, n, 4326) ELSE ST_MakeEnvelope(x, y, e, n, 4326) END), 3)) AS shape
) AS part
WHERE NOT ST_IsEmpty(part.shape)
"""
_CUT: Final = (
    _QUARTER,
    "INSERT INTO building (code) SELECT DISTINCT of_code || '-' || quarter FROM quarter WHERE quarter > 0",
    """
    INSERT INTO building_version (building_id, compound_id, kind, number, zone, name, road, house_number,
        address, units, floors, households, residents, footprint, spot, valid)
    SELECT b.id, q.compound_id, q.kind, q.number || '-' || q.quarter, q.zone, q.name, q.road,
        q.house_number, q.address, q.units, q.floors, q.households, q.residents, q.shape,
        ST_PointOnSurface(q.shape), q.valid
    FROM quarter q JOIN building b ON b.code = q.of_code || '-' || q.quarter WHERE q.quarter > 0""",
    """
    INSERT INTO grid_building (building_id, grid_id, valid)
    SELECT DISTINCT b.id, m.grid_id, m.valid FROM quarter q
    JOIN building b ON b.code = q.of_code || '-' || q.quarter
    JOIN grid_building m ON m.building_id = q.building_id WHERE q.quarter > 0""",
    """
    UPDATE building_version v SET footprint = q.shape, spot = ST_PointOnSurface(q.shape)
    FROM quarter q WHERE q.id = v.id AND q.quarter = 0""",
)


def fill(session: Session) -> int:
    """Load the demo county, cut its buildings in four, and return how many there are."""
    demo.load(session, today())
    for statement in _CUT:
        session.execute(text(statement))
    session.execute(text(raw_locate.FUNCTION))
    return session.scalar(text("SELECT count(*) FROM building")) or 0


def points(session: Session, count: int, seed: int) -> list[tuple[float, float]]:
    """Return random points of the county: half in buildings, half anywhere in a grid."""
    houses = session.execute(
        text(
            "SELECT ST_X(spot), ST_Y(spot) FROM building_version WHERE valid @> current_date ORDER BY id"
        )
    ).all()
    spots = session.execute(
        text(
            "SELECT ST_X(d.geom), ST_Y(d.geom) FROM grid_version v,"
            " LATERAL ST_Dump(ST_GeneratePoints(v.boundary, :each, :seed)) AS d WHERE v.valid @> current_date"
        ),
        {"each": max(1, count // 44), "seed": seed},
    ).all()
    dice = random.Random(seed)  # noqa: S311 - made-up points
    found = [(x, y) for x, y in [*dice.choices(houses, k=count // 2), *spots]]
    dice.shuffle(found)
    return found


def script(folder: Path, spots: list[tuple[float, float]], path: str) -> Path:
    """Write what wrk asks; `path` holds {lon} and {lat}."""
    rows = ",\n".join(f'"{path.format(lon=f"{x:.9f}", lat=f"{y:.9f}")}"' for x, y in spots)
    file = folder / f"{secrets.token_hex(4)}.lua"
    file.write_text(
        f"local paths = {{\n{rows}\n}}\nlocal at = 0\n"
        "request = function() at = at % #paths + 1; return wrk.format('GET', paths[at]) end\n"
        "done = function(s, l, r) io.write(string.format('%d %d %d %d %d\\n', s.requests, s.duration,"
        " l:percentile(50), l:percentile(95), s.errors.status)) end\n",
        encoding="ascii",
    )
    return file


@contextmanager
def served(program: list[str], port: int, url: str, check: str) -> Iterator[None]:
    """Serve a program on a port until the block ends."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "GRIDMAP_RATE_LIMITS": "0",
        "PYTHONPATH": str(ROOT),
        "SECRET_KEY": "bench",
    }
    with subprocess.Popen(program, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            until_up(f"http://127.0.0.1:{port}{check}")
            yield
        finally:
            process.send_signal(signal.SIGTERM)


def until_up(address: str) -> None:
    """Wait until an address answers."""
    for _ in range(120):
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.5)
    raise TimeoutError(address)


def asked(file: Path, port: int, seconds: int) -> tuple[float, float, float]:
    """Return requests a second, and the 50th and 95th percentile in milliseconds."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("wrk is not installed (Debian: apt-get install wrk)")
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(file)]
    address = f"http://127.0.0.1:{port}"
    subprocess.run([*command[:3], "-d2s", *command[4:], address], check=True, capture_output=True)  # noqa: S603
    out = subprocess.run([*command, address], check=True, capture_output=True, text=True).stdout  # noqa: S603
    numbers = re.findall(r"^(\d+) (\d+) (\d+) (\d+) (\d+)$", out, re.MULTILINE)[-1]
    requests, micros, half, most, errors = map(int, numbers)
    if errors:
        raise SystemExit(f"{errors} of {requests} answers were errors")
    return requests / (micros / 1e6), half / 1000, most / 1000


def measure(
    url: str, spots: list[tuple[float, float]], folder: Path, port: int, args: argparse.Namespace
) -> None:
    """Ask every way some rounds in turn and print the medians."""
    plain = "/api/v1/locate?lon={lon}&lat={lat}&crs="
    before = today().replace(year=today().year - 1).isoformat()
    ours = {"hot": f"{plain}wgs84", "view": f"{plain}WGS84", "day": f"{plain}wgs84&day={before}"}
    gridmap = [
        str(ROOT / ".venv/bin/gridmap"),
        "serve",
        "--port",
        str(port),
        "--workers",
        str(WORKERS),
    ]
    granian = [
        str(ROOT / ".venv/bin/granian"), "--interface", "wsgi", "--port", str(port + 1), "--workers",
        str(WORKERS), "--blocking-threads", "4", "--no-ws", "--log-level", "error",
        "scripts.benchmarks.raw_locate:app",
    ]  # fmt: skip
    check = "?lon={:.9f}&lat={:.9f}&crs=wgs84".format(*spots[0])
    rates: dict[str, list[tuple[float, float, float]]] = {}
    with (
        served(gridmap, port, url, f"/api/v1/locate{check}"),
        served(granian, port + 1, url, f"/{check}"),
    ):
        files = {name: (script(folder, spots, path), port) for name, path in ours.items()}
        files["raw"] = (script(folder, spots, "/?lon={lon}&lat={lat}"), port + 1)
        if args.featureserv:
            where = "/functions/postgisftw.bench_locate/items.json?lon={lon}&lat={lat}"
            files["featureserv"] = (script(folder, spots, where), args.featureserv)
        for _ in range(args.rounds):
            for name, (file, at) in files.items():
                rates.setdefault(name, []).append(asked(file, at, args.seconds))
    medians = {name: sorted(found)[len(found) // 2] for name, found in rates.items()}
    raw = medians["raw"][0]
    for name, (rate, half, most) in medians.items():
        print(
            f"{name:12} {rate:8,.0f}/s  p50 {half:6.2f} ms  p95 {most:6.2f} ms  {rate / raw:5.2f} x raw"
        )
    served_by = medians.get("featureserv", (raw * FEATURESERV_OF_RAW,))[0]
    kind = (
        "measured" if "featureserv" in medians else f"{FEATURESERV_OF_RAW} x raw, as measured once"
    )
    for name in ("view", "hot"):
        print(f"{name} is {medians[name][0] / served_by:.2f} x pg_featureserv ({kind})")


@contextmanager
def database(server: str) -> Iterator[str]:
    """Make a database with the county in it; drop it at the end."""
    url = engine_url(server)
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    name = f"gridmap_bench_{secrets.token_hex(4)}"
    made = url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = make_engine(made, statement_timeout_s=0)
    try:
        schema.upgrade(engine)
        with transaction(engine) as session:
            print(f"{fill(session):,} buildings")
            schema.refresh_statistics(session)
        yield made
    finally:
        engine.dispose()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="scripts/bench locate", description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--port", type=int, default=8460)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--featureserv", type=int, help="port of a running pg_featureserv on the same database"
    )
    args = parser.parse_args()
    with database(args.server) as url, tempfile.TemporaryDirectory() as folder:
        with transaction(make_engine(url, pool_size=0)) as session:
            spots = points(session, 4_000, args.seed)
        measure(url, spots, Path(folder), args.port, args)


if __name__ == "__main__":
    main()
