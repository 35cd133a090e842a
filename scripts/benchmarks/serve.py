"""Vector tiles over HTTP: from the store, under writes, fresh; and items of a box; beside what SQL itself can do.

A demo county is loaded and every building cut in four: 22 grids and some 11,000 buildings. The map's tiles of
communities, grids, compounds and buildings at zooms 13 to 16 are asked at random over 8 connections:

- sql: the SQL that pg_tileserv sends for a table, driven by pgbench as it sends it (numbers of the tile in the
  text; no HTTP, no compression) over views that hold today's features: the limit of what pg_tileserv, which
  cannot be had here, could give.
- prepared: the same as a prepared statement, which pg_tileserv does not do; own sql: ours, prepared.
- store: `/tiles/...mvt` when all tiles were asked once; stat: the same with If-None-Match (304).
- writes: the same while 5 times a second the name of a building changes.
- fresh: all tiles of a day that nobody has asked for, at random; then of the next such day: none was there.
- items: `/ogc/collections/buildings/items?bbox=...`, the boxes of the tiles of zoom 16.

With --copies N the county also stands N times over, side by side, its grids cut in five (--copies 1000: 110,000
grids, 11 million buildings), and the same ways are asked there on the tiles of one copy, with the same content.

Prints requests a second, p50 and p95 (as wrk counts them: what had to wait in line counts, too), and the
ratios. The databases are dropped at the end.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, text

sys.path.insert(0, str(Path(__file__).parents[2]))

from gridmap.publishing import tile_queries
from gridmap.publishing.collections import BUILDINGS, COMMUNITIES, COMPOUNDS, GRIDS
from gridmap.publishing.fields import Collection
from gridmap.publishing.tiling import LAST_ZOOM, PLANE_FROM, Tile
from gridmap.store import schema
from gridmap.store.session import make_engine, transaction
from scripts.benchmarks import locate, many_counties
from web.params import today

CONNECTIONS: Final = 8
WORKERS: Final = 2
ZOOMS: Final = range(PLANE_FROM, LAST_ZOOM + 1)
DRAWN: Final = (COMMUNITIES, GRIDS, COMPOUNDS, BUILDINGS)
WRITES_A_SECOND: Final = 5
FRESH: Final = 40_000
"""Questions for tiles that nobody has asked for; more than any run gets through."""

Numbers = tuple[float, float, float]
"""Requests a second, 50th and 95th percentile in milliseconds."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A database with its tiles."""

    url: str
    tiles: list[tuple[str, Tile]]


def tiles_of(box: tuple[float, float, float, float]) -> list[tuple[str, Tile]]:
    """Return the tiles of all that is drawn that meet a box."""

    def place(lon: float, lat: float, zoom: int) -> tuple[int, int]:
        y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
        return int((lon + 180) / 360 * 2**zoom), int(y * 2**zoom)

    west, south, east, north = box
    found = []
    for zoom in ZOOMS:
        (x0, y0), (x1, y1) = place(west, north, zoom), place(east, south, zoom)
        found += [
            (one.name, Tile(zoom, x, y))
            for one in DRAWN
            for x in range(x0, x1 + 1)
            for y in range(y0, y1 + 1)
        ]
    return found


def theirs(collection: Collection) -> str:
    """Return the SQL that pg_tileserv sends for a view of a collection, for pgbench."""
    return f"""
    SELECT ST_AsMVT(mvtgeom, '{collection.name}', 4096, 'geom') FROM (
        SELECT ST_AsMVTGeom(ST_Transform(ST_Force2D(t.geom), 3857), bounds.geom_clip, 4096, 256) AS geom,
               {_names(collection, "t")}
        FROM served_{collection.name} t, (
            SELECT ST_TileEnvelope(:z, :x, :y) AS geom_clip,
                   ST_Expand(ST_TileEnvelope(:z, :x, :y), 40075016.6855785 / (1 << :z) * 256 / 4096) AS geom_query
        ) bounds
        WHERE ST_Intersects(t.geom, ST_Transform(bounds.geom_query, 4326)) LIMIT 50000
    ) mvtgeom;"""  # noqa: S608


def ours(collection: Collection) -> str:
    """Return our own SQL for pgbench, a tile at a time."""
    query = str(tile_queries.query(collection.name, plane=True))
    for name, value in (
        ("CAST(:day AS date)", f"DATE '{today().isoformat()}'"),
        ("CAST(:bounds AS float8[])", "CAST(ARRAY[[:west, :south, :east, :north]] AS float8[])"),
        ("CAST(:reaches AS float8[])", "CAST(ARRAY[[:w, :s, :e, :n]] AS float8[])"),
    ):
        query = query.replace(name, value)
    return f"{query};"


def _names(collection: Collection, of: str) -> str:
    shown = ["code", *(one.name for one in collection.stored if one.on_map)]
    return ", ".join(f"{of}.{name}" for name in shown)


PEERS: Final = (
    ("sql", theirs, "simple"),
    ("prepared", theirs, "prepared"),
    ("own sql", ours, "prepared"),
)


def prepare(engine: Engine, tiles: list[tuple[str, Tile]]) -> None:
    """Make the views that pg_tileserv would serve, and the table of tiles that pgbench picks from."""
    with transaction(engine) as session:
        for one in DRAWN:
            sql = one.sql.replace("CAST(:day AS date)", "current_date")
            session.execute(
                text(
                    f"CREATE VIEW served_{one.name} AS SELECT * FROM ({sql}) AS f"  # noqa: S608
                    " WHERE f.valid @> current_date"
                )
            )
        session.execute(
            text(
                "CREATE TABLE served_tile (collection text, id int, z int, x int, y int, west float8,"
                " south float8, east float8, north float8, w float8, s float8, e float8, n float8,"
                " PRIMARY KEY (collection, id))"
            )
        )
        counts: dict[str, int] = {}
        rows = []
        for name, at in tiles:
            counts[name] = counts.get(name, 0) + 1
            rows.append((name, counts[name], at.z, at.x, at.y, *at.bounds, *at.reach))
        columns = (
            "collection",
            "id",
            "z",
            "x",
            "y",
            "west",
            "south",
            "east",
            "north",
            "w",
            "s",
            "e",
            "n",
        )
        places = ", ".join(f":{one}" for one in columns)
        session.execute(
            text(f"INSERT INTO served_tile VALUES ({places})"),  # noqa: S608
            [dict(zip(columns, row, strict=True)) for row in rows],
        )


def by_pgbench(
    ground: Ground, folder: Path, sql: dict[str, str], seconds: int, mode: str
) -> Numbers:
    """Drive SQL by pgbench over the tiles of each collection, as often as it has tiles."""
    pgbench = shutil.which("pgbench")
    if pgbench is None:
        raise SystemExit("pgbench is not installed (Debian: apt-get install postgresql-contrib)")
    command = [pgbench, "-n", "-M", mode, f"-c{CONNECTIONS}", "-j1", f"-T{seconds}"]
    for name, query in sql.items():
        count = sum(one == name for one, _ in ground.tiles)
        file = folder / f"{secrets.token_hex(4)}.sql"
        file.write_text(
            f"\\set id random(1, {count})\n"
            "SELECT z, x, y, west, south, east, north, w, s, e, n FROM served_tile"
            f" WHERE collection = '{name}' AND id = :id \\gset\n{query}\n",
            encoding="utf-8",
        )
        command += ["-f", f"{file}@{count}"]
    log = folder / secrets.token_hex(4)
    environment = os.environ | {"PGOPTIONS": "-c jit=off"}
    command += ["-l", f"--log-prefix={log}", ground.url.replace("+psycopg", "")]
    subprocess.run(command, check=True, capture_output=True, env=environment)  # noqa: S603
    times = [
        int(line.split()[2]) / 1000
        for file in folder.glob(f"{log.name}.*")
        for line in file.read_text(encoding="ascii").splitlines()
    ]
    count_of = len(times)
    times = corrected(times, seconds * 1000 * CONNECTIONS / len(times))
    return count_of / seconds, times[len(times) // 2], times[int(len(times) * 0.95)]


def corrected(times: list[float], expected: float) -> list[float]:
    """Return times with those that would have begun while one was waited for, as wrk counts them (ms)."""
    more = [
        time - n * expected
        for time in times
        for n in range(1, int(time / expected))
        if time > 2 * expected
    ]
    return sorted([*times, *more])


def script(folder: Path, paths: list[str], tags: list[str] | None = None) -> Path:
    """Write what wrk asks, in this order; with tags, whether it still holds."""
    rows = ",\n".join(f'"{path}"' for path in paths)
    known = ",\n".join(f"'{tag}'" for tag in tags or [])
    file = folder / f"{secrets.token_hex(4)}.lua"
    file.write_text(
        f"local paths = {{\n{rows}\n}}\nlocal tags = {{\n{known}\n}}\nlocal at = 0\n"
        "request = function()\n  at = at % #paths + 1\n"
        "  local headers = {['Accept-Encoding'] = 'gzip', ['If-None-Match'] = tags[at]}\n"
        "  return wrk.format('GET', paths[at], headers)\nend\n"
        "done = function(s, l, r) io.write(string.format('%d %d %d %d %d\\n', s.requests, s.duration,"
        " l:percentile(50), l:percentile(95), s.errors.status)) end\n",
        encoding="ascii",
    )
    return file


def by_wrk(file: Path, port: int, seconds: int) -> Numbers:
    """Return what wrk measures; every question at most once where the list is long enough."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("wrk is not installed (Debian: apt-get install wrk)")
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(file)]
    command.append(f"http://127.0.0.1:{port}")
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    numbers = re.findall(r"^(\d+) (\d+) (\d+) (\d+) (\d+)$", out, re.MULTILINE)[-1]
    requests, micros, half, most, errors = map(int, numbers)
    if errors:
        raise SystemExit(f"{errors} of {requests} answers were errors")
    return requests / (micros / 1e6), half / 1000, most / 1000


@contextmanager
def writing(engine: Engine) -> Iterator[None]:
    """Change the name of a building anywhere 5 times a second, until the block ends."""
    stopped = threading.Event()

    def write() -> None:
        dice = random.Random(3)  # noqa: S311
        with transaction(engine) as session:
            found = session.scalars(
                text("SELECT id FROM building_version WHERE valid @> current_date LIMIT 20000")
            ).all()
        while not stopped.wait(1 / WRITES_A_SECOND):
            with transaction(engine) as session:
                session.execute(
                    text("UPDATE building_version SET name = :name WHERE id = :id"),
                    {"name": secrets.token_hex(3), "id": dice.choice(found)},
                )

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def ways(ground: Ground, folder: Path, port: int, seconds: int, rounds: int) -> dict[str, Numbers]:
    """Ask every way some rounds in turn; return the medians by rate."""
    dice = random.Random(1)  # noqa: S311
    engine = make_engine(ground.url, pool_size=1)
    paths = [f"/tiles/{name}/{at.z}/{at.x}/{at.y}.mvt" for name, at in ground.tiles]
    asked = dice.choices(paths, k=4000)
    tags = dict(zip(paths, [_tag(port, path) for path in paths], strict=True))
    fresh = [
        f"{path}?day={today() + timedelta(n)}"
        for n in range(1, FRESH // len(paths))
        for path in dice.sample(paths, k=len(paths))
    ]
    boxes = [
        f"/ogc/collections/buildings/items?limit=100&bbox={','.join(f'{n:.6f}' for n in at.bounds)}"
        for _, at in ground.tiles
        if at.z == LAST_ZOOM
    ]
    files = {
        "store": script(folder, asked),
        "stat": script(folder, asked, [tags[path] for path in asked]),
        "items": script(folder, dice.choices(boxes, k=1000)),
    }
    found: dict[str, list[Numbers]] = {}
    at = 0
    for _ in range(rounds):
        for name, sql, mode in PEERS:
            queries = {one.name: sql(one) for one in DRAWN}
            numbers = by_pgbench(ground, folder, queries, seconds, mode)
            found.setdefault(name, []).append(numbers)
        for name, file in files.items():
            found.setdefault(name, []).append(by_wrk(file, port, seconds))
        with writing(engine):
            found.setdefault("writes", []).append(by_wrk(files["store"], port, seconds))
        numbers = by_wrk(script(folder, fresh[at:]), port, seconds)
        at += int(numbers[0] * seconds * 1.1) + 50
        found.setdefault("fresh", []).append(numbers)
    engine.dispose()
    return {name: sorted(all_)[len(all_) // 2] for name, all_ in found.items()}


def _tag(port: int, path: str) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"Accept-Encoding": "gzip"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return str(answer.headers["ETag"])


def measured(ground: Ground, args: argparse.Namespace) -> dict[str, Numbers]:
    """Serve a database and print what every way gives."""
    program = [str(locate.ROOT / ".venv/bin/gridmap"), "serve", "--port", str(args.port)]
    program += ["--workers", str(WORKERS)]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as home:
        os.environ["GRIDMAP_HOME"] = home
        with locate.served(program, args.port, ground.url, "/healthz"):
            found = ways(ground, Path(folder), args.port, args.seconds, args.rounds)
    limit = found["sql"][0]
    for name, (rate, half, most) in found.items():
        print(
            f"{name:8} {rate:8,.0f}/s  p50 {half:7.2f} ms  p95 {most:7.2f} ms  {rate / limit:6.2f} x sql",
            flush=True,
        )
    return found


def ground_of(url: str, copies: int) -> Ground:
    """Make the tables that the peers need; take the tiles of a copy in the middle of the first row."""
    engine = make_engine(url, statement_timeout_s=0)
    with transaction(engine) as session:
        west, south, east, north = session.execute(
            text(
                "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (SELECT ST_Extent(v.boundary) AS e"
                " FROM grid_version v JOIN grid g ON g.id = v.grid_id WHERE v.valid @> current_date"
                " AND g.id <= 22) AS t"
            )
        ).one()
        if copies > 1:
            many_counties.cut_grids(session, 5)
            many_counties.multiply(session, copies)
            grids = session.scalar(text("SELECT count(*) FROM grid"))
            houses = session.scalar(text("SELECT count(*) FROM building"))
            print(f"{copies} copies: {grids:,} grids, {houses:,} buildings", flush=True)
    right = min(copies, many_counties.COLUMNS) // 2 * many_counties.STEP[0]
    tiles = tiles_of((west + right, south, east + right, north))
    with transaction(engine) as session:
        schema.refresh_statistics(session)
    prepare(engine, tiles)
    engine.dispose()
    return Ground(url, tiles)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="scripts/bench serve", description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--port", type=int, default=8480)
    parser.add_argument("--copies", type=int, default=1, help="how often the large county stands")
    args = parser.parse_args()
    with locate.database(args.server) as url:
        small = measured(ground_of(url, 1), args)
    if args.copies > 1:
        with locate.database(args.server) as url:
            large = measured(ground_of(url, args.copies), args)
        for name in ("store", "writes", "fresh", "items"):
            print(f"{name}: p95 {large[name][2] / small[name][2]:.2f} x that of the one county")


if __name__ == "__main__":
    main()
