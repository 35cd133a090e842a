"""A million points to grid and building: this cell index beside geopandas, shapely and SedonaDB; verdicts; files.

Two made-up counties: 22 grids with 10,000 buildings, and 1,100 grids with 500,000: rotated rectangles and L shapes,
some with a yard inside. Every round joins all points with the grids and with the buildings, the index included; the
medians count, and the answers have to be equal. The peers get points and polygons as they like them best, made
beforehand: geopandas.sjoin(predicate="within"), an STRtree's query, and SQL in SedonaDB (`pip install sedonadb
geoarrow-pyarrow`) where it is installed. Then the verdicts of the rules on the same points. With --rows the demo
county is made in a database (dropped at the end), and a CSV of so many rows goes through `gridmap locate`.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

from gridmap.geolocation.cell_index import NONE, CellIndex
from gridmap.geolocation.ground import Ground
from gridmap.geolocation.placed import placed
from gridmap.geolocation.snapshot import Layer, Snapshot
from gridmap.geolocation.spots import Spots
from scripts.benchmarks.demo_database import demo_database

CORNER = np.array([113.5, 34.5])
METRES = np.array([91_700.0, 110_950.0])
"""Lower-left corner of the made-up counties, and the metres of a degree there."""
PITCH_M = 30.0
WITH_YARD = 0.1
COUNTIES = {
    "22 grids, 10,000 buildings": (22, 10_000),
    "1,100 grids, 500,000 buildings": (1_100, 500_000),
}
GOALS = {"geopandas.sjoin": (6.0, None), "sedonadb": (1.5, 1.0)}
"""How many times a peer's points a second ours should be, in the small county and in the large one."""

Joined = tuple[NDArray[np.int64], NDArray[np.int64]]
"""The grid and the building of every point, -1 for none (no two polygons of a layer overlap)."""
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class County:
    """Grids and buildings in degrees, and the points that are asked about."""

    grids: NDArray[np.object_]
    buildings: NDArray[np.object_]
    lon: Numbers
    lat: Numbers


def county(grids: int, buildings: int, points: int) -> County:
    """Make a county, always the same one."""
    dice = np.random.default_rng(20261129)
    columns = int(np.ceil(np.sqrt(buildings)))
    height = -(-buildings // columns) * PITCH_M
    width = columns * PITCH_M
    made = County(
        in_degrees(quarters(grids, width, height)),
        in_degrees(houses(dice, buildings, columns)),
        *(CORNER[:, None] + dice.random((2, points)) * [[width], [height]] / METRES[:, None]),
    )
    assert shapely.is_valid(made.grids).all()  # noqa: S101 - the generator's own promise
    assert shapely.is_valid(made.buildings).all()  # noqa: S101
    return made


def quarters(count: int, width: float, height: float) -> NDArray[np.object_]:
    """Grids that fill a rectangle: a lattice whose lines wind, corners every 20 m."""
    across = max(one for one in range(1, int(np.sqrt(count)) + 1) if count % one == 0)
    down = count // across
    number = np.arange(count)
    x, y = number % across * width / across, number // across * height / down
    boxes = shapely.segmentize(shapely.box(x, y, x + width / across, y + height / down), 20.0)
    swing = 0.08 * min(width / across, height / down)

    def wind(at: Numbers) -> Numbers:
        inside = np.sin(np.pi * at[:, 0] / width) * np.sin(np.pi * at[:, 1] / height)
        turns = np.column_stack((np.sin(at[:, 1] / 97.0), np.cos(at[:, 0] / 131.0)))
        return np.asarray(np.round(at + swing * inside[:, None] * turns, 3))

    return np.asarray(shapely.transform(boxes, wind), dtype=object)


def houses(dice: np.random.Generator, count: int, columns: int) -> NDArray[np.object_]:
    """Buildings in a lattice: a third of them L shapes, a tenth with a yard."""
    number = np.arange(count)
    size = dice.uniform(10, 18, (count, 2))
    cut = np.where(dice.random((count, 1)) < 1 / 3, 0.5, 1.0)
    outline = np.array([[0, 0], [1, 0], [1, np.nan], [np.nan, np.nan], [np.nan, 1], [0, 1]])
    shape = np.where(np.isnan(outline)[None], cut[:, None], outline[None]) * size[:, None]
    yard = np.array([[0.15, 0.15], [0.15, 0.4], [0.4, 0.4], [0.4, 0.15]])[None] * size[:, None]
    turn = dice.uniform(-0.5, 0.5, count)
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]).transpose(
        2, 0, 1
    )
    at = np.column_stack((number % columns, number // columns)) * PITCH_M + dice.uniform(
        8, 10, (count, 2)
    )
    shells = shapely.linearrings(shape @ axes + at[:, None])
    holes = shapely.linearrings(yard @ axes + at[:, None])
    with_yard = dice.random(count) < WITH_YARD
    solid = shapely.polygons(shells)
    solid[with_yard] = shapely.polygons(shells[with_yard], holes[with_yard, None])
    return np.asarray(solid, dtype=object)


def in_degrees(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Metres from the corner as degrees."""
    return np.asarray(shapely.transform(shapes, lambda at: CORNER + at / METRES), dtype=object)


def ours(land: County) -> Callable[[], Joined]:
    """Join by two cell indexes, made anew."""

    def join() -> Joined:
        found = [
            CellIndex(shapes).hold(land.lon, land.lat, "contains").row
            for shapes in (land.grids, land.buildings)
        ]
        return found[0].astype(np.int64), found[1].astype(np.int64)

    return join


def by_geopandas(land: County) -> Callable[[], Joined]:
    """Join by sjoin; the frames' indexes are made anew."""
    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(land.lon, land.lat), crs=4326)

    def join() -> Joined:
        found = []
        for shapes in (land.grids, land.buildings):
            layer = geopandas.GeoDataFrame(geometry=shapes, crs=4326)
            joined = geopandas.sjoin(points, layer, predicate="within")
            found.append(as_rows(len(points), joined.index, joined["index_right"]))
        return found[0], found[1]

    return join


def by_strtree(land: County) -> Callable[[], Joined]:
    """Join by the query of an STRtree, made anew."""
    points = shapely.points(land.lon, land.lat)

    def join() -> Joined:
        found = [
            as_rows(len(points), *shapely.STRtree(shapes).query(points, "within"))
            for shapes in (land.grids, land.buildings)
        ]
        return found[0], found[1]

    return join


def by_sedonadb(land: County) -> Callable[[], Joined]:
    """Join by SQL over tables in memory."""
    import sedonadb  # noqa: PLC0415 - only where it is installed

    database = sedonadb.connect()
    shapes = {
        "point": geopandas.points_from_xy(land.lon, land.lat),
        "grid": land.grids,
        "building": land.buildings,
    }
    for name, geometry in shapes.items():
        frame = geopandas.GeoDataFrame(
            {"id": np.arange(len(geometry))}, geometry=geometry, crs=4326
        )
        database.create_data_frame(frame).to_memtable().to_view(name)

    def join() -> Joined:
        found = []
        for layer in ("grid", "building"):
            query = (
                f"SELECT point.id AS point, layer.id AS layer FROM point"  # noqa: S608 - two names of ours
                f" JOIN {layer} AS layer ON ST_Within(point.geometry, layer.geometry)"
            )
            table = database.sql(query).to_arrow_table()
            found.append(as_rows(len(land.lon), table["point"], table["layer"]))
        return found[0], found[1]

    return join


def as_rows(count: int, point: object, thing: object) -> NDArray[np.int64]:
    """Pairs as the one thing of each point."""
    rows = np.full(count, NONE, dtype=np.int64)
    rows[np.asarray(point)] = np.asarray(thing)
    return rows


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The median of some rounds, after one that does not count."""
    work()
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def compare(land: County, rounds: int, size: int) -> bool:
    """Join by all that are here; print points a second and ratios; tell whether all answers are equal."""
    joins = {
        "gridmap": ours(land),
        "geopandas.sjoin": by_geopandas(land),
        "STRtree.query": by_strtree(land),
    }
    if importlib.util.find_spec("sedonadb"):
        joins["sedonadb"] = by_sedonadb(land)
    answers = joins["gridmap"]()
    held = [float((rows != NONE).mean()) for rows in answers]
    print(f"  in a grid {held[0]:.1%}, in a building {held[1]:.1%}")
    own, right = 0.0, True
    for name, join in joins.items():
        same = all(np.array_equal(*pair) for pair in zip(join(), answers, strict=True))
        taken = seconds(join, rounds)
        own = own or taken
        goal = GOALS.get(name, (None, None))[size]
        wanted = f" (goal {goal:g})" if goal else ""
        print(
            f"  {name:16} {taken:7.3f} s {len(land.lon) / taken / 1e6:7.2f} M points/s"
            f"   ours is {taken / own:5.1f} x{wanted}   {'equal' if same else 'DIFFERENT'}"
        )
        right = right and same
    return right


def decide(land: County, rounds: int) -> None:
    """Print how fast the rules' verdicts are on the same points, as pins."""
    centres = shapely.centroid(land.buildings)
    of_grid = CellIndex(land.grids).hold(shapely.get_x(centres), shapely.get_y(centres)).row

    def layer(shapes: NDArray[np.object_], **more: tuple[object, ...]) -> Layer:
        ids = tuple(range(len(shapes)))
        return Layer(ids, tuple(f"{one:07d}" for one in ids), shapes, **more)  # type: ignore[arg-type]

    nothing = np.array([], dtype=object)
    count = len(land.buildings)
    snapshot = Snapshot(
        layer(land.grids, names=("",) * len(land.grids)),
        layer(land.buildings, grid_ids=tuple(of_grid.tolist()), compound_ids=(None,) * count),
        layer(nothing),
        layer(nothing),
    )
    spots = Spots(
        land.lon, land.lat, np.zeros(len(land.lon), np.bool_), np.full(len(land.lon), np.nan)
    )
    taken = seconds(lambda: placed(Ground(snapshot), spots), rounds)
    print(f"  verdicts by rule {taken:7.3f} s {len(land.lon) / taken / 1e6:7.2f} M points/s")


def locate_file(server: str, rows: int) -> None:
    """Print how fast a CSV goes through `gridmap locate`, and its memory at most."""
    with demo_database(server) as (url, houses), tempfile.TemporaryDirectory() as folder:
        dice = np.random.default_rng(1)
        at = houses[dice.integers(0, len(houses), rows)] + dice.normal(0, 0.0002, (rows, 2))
        source, target = Path(folder) / "in.csv", Path(folder) / "out.csv"
        with source.open("w") as out:
            out.write("number,lon,lat,note\n")
            for number, (lon, lat) in enumerate(at.tolist()):
                out.write(f"{number},{lon!r},{lat!r},路灯坏了\n")
        program = Path(sys.executable).with_name("gridmap")
        command = [str(program), "locate", str(source), "--crs", "wgs84", "-o", str(target)]
        begun = time.perf_counter()
        running = subprocess.Popen(command, env={"DATABASE_URL": url, "PATH": "/usr/bin:/bin"})  # noqa: S603
        most = 0.0
        while running.poll() is None:
            most = max(most, peak_mb(running.pid))
            time.sleep(0.2)
        if running.returncode:
            raise SystemExit("gridmap locate failed")
        taken = time.perf_counter() - begun
        print(
            f"gridmap locate, CSV of {rows} rows, demo county of {len(houses)} buildings:"
            f" {taken:.1f} s, {rows / taken:,.0f} rows/s, at most {most:.0f} MB"
        )


def peak_mb(process: int) -> float:
    """Return the most memory that a process had so far; not from getrusage, which counts this one's, too."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    lines = (line.split() for line in status.splitlines() if line.startswith("VmHWM"))
    return max((float(words[1]) / 1024 for words in lines), default=0.0)


def main() -> None:
    """Measure all."""
    parser = argparse.ArgumentParser(prog="scripts/bench bulk", description=__doc__)
    parser.add_argument("--server", required=True, help="maintenance database of a PostGIS server")
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-joins", action="store_true", help="only the file")
    parser.add_argument("--rows", type=int, default=0, help="rows of a CSV for `gridmap locate`")
    wanted = parser.parse_args()
    right = True
    counties = {} if wanted.no_joins else COUNTIES
    for size, (name, (grids, buildings)) in enumerate(counties.items()):
        print(f"{name}, {wanted.points:,} points")
        land = county(grids, buildings, wanted.points)
        right = compare(land, wanted.rounds, size) and right
        decide(land, wanted.rounds)
    if wanted.rows:
        locate_file(wanted.server, wanted.rows)
    if not right:
        raise SystemExit("the answers are not equal")


if __name__ == "__main__":
    main()
