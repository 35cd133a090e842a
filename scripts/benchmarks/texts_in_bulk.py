"""`gridmap locate --text`: milliseconds a text, all in all, on files of the demo county's names and numbers.

Two CSV files: texts alone, and texts with a phone's position of 20 m, one in ten of them far away; each in one process
and, where dask is installed, on a cluster of this machine. The database is made and dropped at the end.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from gridmap.geolocation import words
from gridmap.geolocation.wording.gazetteer import EntityKind, Gazetteer, Key
from gridmap.store.session import make_engine, transaction
from gridmap.timespan import local_day
from scripts.benchmarks.demo_database import demo_database

WRONG = (
    "路灯坏了",
    "漏水，请尽快处理",
    "有垃圾没人清",
    "电动车停在楼道里",
    "下水道堵了",
    "里面有积水",
)
KINDS = {"house": 60, "compound": 15, "poi": 10, "crossing": 7, "door": 8}
"""How many of a hundred texts name a building with its unit and room, a compound, a place, a crossing, a door."""


class Writer:
    """Writes texts with the names of a gazetteer, official or not."""

    def __init__(self, gazetteer: Gazetteer, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - no secret
        self._names: dict[Key, list[str]] = defaultdict(list)
        for name in gazetteer.names:
            self._names[name.key].append(name.text)
        self._keys = {kind: [key for key in self._names if key.kind is kind] for kind in EntityKind}
        self._houses = [
            house
            for house in gazetteer.houses
            if Key(EntityKind.COMPOUND, house.compound) in self._names
        ]

    def texts(self, count: int) -> Iterator[str]:
        """Yield so many."""
        for kind in self._dice.choices(list(KINDS), list(KINDS.values()), k=count):
            yield getattr(self, f"_{kind}")() + self._dice.choice(WRONG)

    def _one(self, kind: EntityKind) -> str:
        return self._dice.choice(self._names[self._dice.choice(self._keys[kind])])

    def _house(self) -> str:
        house, roll = self._dice.choice(self._houses), self._dice.randint
        name = self._dice.choice(self._names[Key(EntityKind.COMPOUND, house.compound)])
        zone = f"{house.zone}期" if house.zone.isdigit() else house.zone
        return f"{name}{zone}{house.number}号楼{roll(1, 4)}单元{roll(1, 6)}0{roll(1, 4)}室"

    def _compound(self) -> str:
        return self._one(EntityKind.COMPOUND)

    def _poi(self) -> str:
        return self._one(EntityKind.POI) + self._dice.choice(("门口", "对面", "旁边"))

    def _crossing(self) -> str:
        return f"{self._one(EntityKind.ROAD)}与{self._one(EntityKind.ROAD)}交叉口"

    def _door(self) -> str:
        return f"{self._one(EntityKind.ROAD)}{self._dice.randint(1, 200)}号"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True, help="PostGIS server for the demo county")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    dice = np.random.default_rng(asked.seed)
    with demo_database(asked.server) as (url, houses), tempfile.TemporaryDirectory() as folder:
        engine = make_engine(url)
        with transaction(engine) as session:
            book = words.book(session, local_day(datetime.now(UTC)))
        engine.dispose()
        texts = list(Writer(book.known.gazetteer, asked.seed).texts(asked.rows))
        files = {"texts": None, "texts and phones": _phones(book, texts, houses, dice)}
        for what, points in files.items():
            source = _written(Path(folder), texts, points)
            for name, options in _engines():
                taken = _located(url, source, options)
                each = 1000 * taken / asked.rows
                print(f"{what:20}{name:10}{taken:8.1f} s {each:8.3f} ms a text", flush=True)


def _phones(
    book: words.Book, texts: Sequence[str], houses: np.ndarray, dice: np.random.Generator
) -> np.ndarray:
    """Points near what the texts mean; one in ten, and those of texts that leave it open, near any house."""
    spots = houses[dice.integers(0, len(houses), len(texts))]
    for row, text in enumerate(texts):
        best = book.read(text).best
        if best and best.spot and row % 10:
            spots[row] = best.spot
    return spots + dice.normal(0, 0.0001, spots.shape)


def _engines() -> Iterator[tuple[str, Sequence[str]]]:
    yield "plain", ()
    if importlib.util.find_spec("distributed"):
        yield "dask", ("--engine", "dask")


def _written(folder: Path, texts: Sequence[str], points: np.ndarray | None) -> Path:
    path = folder / "in.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(("lon", "lat", "accuracy", "text"))
        for row, text in enumerate(texts):
            where = ("", "", "") if points is None else (*points[row].tolist(), 20)
            writer.writerow((*where, text))
    return path


def _located(url: str, source: Path, options: Sequence[str]) -> float:
    command = [str(Path(sys.executable).with_name("gridmap")), "locate", str(source)]
    command += ["--crs", "wgs84", "--accuracy", "accuracy", "--text", "text"]
    command += ["-o", str(source.with_name("out.csv")), *options]
    begun = time.perf_counter()
    subprocess.run(command, check=True, env=os.environ | {"DATABASE_URL": url}, capture_output=True)  # noqa: S603
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
