"""500,000 buildings through the whole import, against geopandas without any check; prints the ratio.

Ours: read, check, place, load, index, as `gridmap import buildings` does it. The peer: `geopandas.read_file`,
`to_postgis` and the same indexes on the same rows, with nothing checked, placed or dated: its keys and
spans of days cost it nothing. Both run in databases that are made for it and dropped at the end, one after
the other, as often as asked; the medians count.
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
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import shapely
from sqlalchemy import Engine, create_engine, text
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parents[2]))

from geodata import loading
from geodata.batches import open_batch
from geodata.sources import Layer
from gridmap.store import schema
from gridmap.store.session import engine_url, make_engine, transaction

DAY = date(2026, 1, 1)
CORNER = (113.5, 34.5)
METRES = (91_700.0, 110_950.0)
"""Lower-left corner of the made-up county, and the metres of a degree there."""

PITCH_M = 30.0
BUILDINGS_A_COMPOUND, COMPOUNDS_A_ROW = 100, 10
COMMUNITIES_A_SIDE = 10

PEER_INDEXES = (
    "ALTER TABLE peer ADD PRIMARY KEY (building_id)",
    "ALTER TABLE peer ADD UNIQUE (id)",
    "ALTER TABLE peer ADD COLUMN valid daterange NOT NULL DEFAULT daterange('2026-01-01', NULL)",
    "CREATE INDEX ON peer USING gist (geometry)",
    "CREATE INDEX ON peer USING gist (ST_PointOnSurface(geometry))",
    "CREATE INDEX ON peer (compound_id)",
    "ALTER TABLE peer ADD EXCLUDE USING gist (building_id WITH =, valid WITH &&)",
    "CREATE INDEX ON peer (floors)",
    "ALTER TABLE peer ADD EXCLUDE USING gist (building_id WITH =, valid WITH &&)",
)
"""What `building`, `building_version` and `grid_building` have: keys, the shapes' indexes, compound and
grid (here a number like it), and an exclusion each for version and membership."""


def degrees(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return metres from the corner as degrees."""
    return np.stack([CORNER[0] + x / METRES[0], CORNER[1] + y / METRES[1]], axis=-1)


def boxes(cells: int, size: float) -> np.ndarray:
    """Return cells x cells squares, row by row."""
    column, row = np.arange(cells**2) % cells, np.arange(cells**2) // cells
    low, high = degrees(column * size, row * size), degrees((column + 1) * size, (row + 1) * size)
    return shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])


def county(rows: int) -> dict[str, geopandas.GeoDataFrame]:
    """Return a county of so many buildings, always the same: communities, grids, compounds, buildings."""
    side = int(np.ceil(np.sqrt(rows / BUILDINGS_A_COMPOUND)))
    block = PITCH_M * COMPOUNDS_A_ROW
    share = side * block / COMMUNITIES_A_SIDE
    codes = [f"419901{n // 10 + 1:03d}{n % 10 + 1:03d}" for n in range(COMMUNITIES_A_SIDE**2)]
    communities = {"code": codes, "name": [f"第{n + 1}社区" for n in range(len(codes))]}
    grids = {"code": [f"{code}001" for code in codes]}
    compounds = {
        "id": [f"c{n}" for n in range(side**2)],
        "name": [f"测试{n}小区" for n in range(side**2)],
    }
    squares = boxes(COMMUNITIES_A_SIDE, share)
    layers = {
        "communities": (communities, squares),
        "grids": (grids, squares),
        "compounds": (compounds, boxes(side, block)),
        "buildings": houses(rows, side),
    }
    return {
        name: geopandas.GeoDataFrame(facts, geometry=shapes, crs=4326)
        for name, (facts, shapes) in layers.items()
    }


def houses(rows: int, side: int) -> tuple[dict[str, object], np.ndarray]:
    """Return the buildings: L-shapes turned a little, with the facts that a county's table has."""
    random = np.random.default_rng(1)
    number = np.arange(rows)
    compound, place = number // BUILDINGS_A_COMPOUND, number % BUILDINGS_A_COMPOUND
    x = (compound % side * COMPOUNDS_A_ROW + place % COMPOUNDS_A_ROW + 0.5) * PITCH_M
    y = (compound // side * COMPOUNDS_A_ROW + place // COMPOUNDS_A_ROW + 0.5) * PITCH_M
    width, depth = random.uniform(5, 9, (rows, 1)), random.uniform(3, 6, (rows, 1))
    turn = random.uniform(-0.2, 0.2, (rows, 1))
    across = width * np.array([-1, 1, 1, 0.3, 0.3, -1, -1])
    along = depth * np.array([-1, -1, 1, 1, 0.4, 0.4, -1])
    east = x[:, None] + across * np.cos(turn) - along * np.sin(turn)
    north = y[:, None] + across * np.sin(turn) + along * np.cos(turn)
    facts: dict[str, object] = {
        "id": [f"b{n}" for n in number],
        "compound_id": [f"c{n}" for n in compound],
        "zone": [None if n % 3 else "一期" for n in number],
        "number": (place + 1).astype(str),
        "name": [None if n % 50 else "测试大厦" for n in number],
        "road": [f"测试{n % 500}路" for n in compound],
        "house_number": (compound % 300 + 1).astype(str),
        "floors": random.integers(1, 33, rows),
        "households": random.integers(0, 200, rows),
        "residents": random.integers(0, 600, rows),
    }
    return facts, np.asarray(shapely.polygons(degrees(east, north)))


class Laps:
    """Seconds by step, in order."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}

    @contextmanager
    def lap(self, name: str) -> Iterator[None]:
        """Time a step."""
        start = time.perf_counter()
        yield
        self.steps[name] = self.steps.get(name, 0.0) + time.perf_counter() - start

    @property
    def total(self) -> float:
        """Seconds of all steps."""
        return sum(self.steps.values())


def ours(engine: Engine, folder: Path) -> Laps:
    """Import the buildings as the product does."""
    for layer in (Layer.COMMUNITIES, Layer.GRIDS, Layer.COMPOUNDS):
        batch = open_batch(layer, folder / f"{layer.value}.gpkg")
        with transaction(engine) as session:
            loading.load(session, batch, DAY, datetime.now(UTC))
    laps = Laps()
    with laps.lap("read, check the file"):
        batch = open_batch(Layer.BUILDINGS, folder / "buildings.gpkg")
    with laps.lap("check, place, load, index"), transaction(engine) as session:
        outcome = loading.load(session, batch, DAY, datetime.now(UTC))
    if outcome.result != loading.LOADED or outcome.counts["in_grid"] != len(batch):
        raise SystemExit(f"the import failed: {outcome}")
    return laps


def peer(engine: Engine, folder: Path) -> Laps:
    """Load the buildings as geopandas does, without a check, and index them."""
    laps = Laps()
    with laps.lap("read_file"):
        frame = geopandas.read_file(folder / "buildings.gpkg")
    frame["building_id"] = range(len(frame))
    with laps.lap("to_postgis"):
        frame.to_postgis("peer", engine, index=False)
    with laps.lap("index"), engine.begin() as connection:
        for statement in PEER_INDEXES:
            connection.execute(text(statement))
    return laps


@contextmanager
def database(server: str, purpose: str) -> Iterator[Engine]:
    """Make a database of a new name with the extensions, and drop it at the end."""
    name = f"gridmap_bench_{purpose}_{secrets.token_hex(4)}"
    admin = create_engine(engine_url(server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = make_engine(
        engine_url(server).set(database=name).render_as_string(hide_password=False),
        statement_timeout_s=0,
    )
    with engine.begin() as connection:
        for extension in schema.EXTENSIONS:
            connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {extension}"))
    try:
        yield engine
    finally:
        engine.dispose()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def run(server: str, name: str, job: Callable[[Engine], Laps], *, migrated: bool) -> Laps:
    """Run one job in a database of its own."""
    with database(server, name) as engine:
        if migrated:
            schema.upgrade(engine)
        return job(engine)


def main() -> None:
    """Make the data, run the peers in turn, print the ratio."""
    parser = argparse.ArgumentParser(prog="scripts/bench import", description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--server", required=True, help="maintenance database of a PostGIS server")
    wanted = parser.parse_args()
    jobs: dict[str, tuple[bool, Callable[..., Laps]]] = {
        "gridmap": (True, ours),
        "geopandas": (False, peer),
    }
    taken: dict[str, list[Laps]] = {name: [] for name in jobs}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, frame in county(wanted.rows).items():
            pyogrio.write_dataframe(frame, folder / f"{name}.gpkg", layer=name)
        for _ in tqdm(range(wanted.rounds), unit=" rounds", disable=not sys.stderr.isatty()):
            for name, (migrated, job) in jobs.items():
                taken[name].append(
                    run(wanted.server, name, partial(job, folder=folder), migrated=migrated)
                )
                print(f"{name:10} {taken[name][-1].total:7.2f} s  {taken[name][-1].steps}")
    medians = {name: statistics.median(laps.total for laps in runs) for name, runs in taken.items()}
    print(f"{wanted.rows} buildings, median of {wanted.rounds}: {medians}")
    print(f"ratio {medians['gridmap'] / medians['geopandas']:.2f}")


if __name__ == "__main__":
    main()
