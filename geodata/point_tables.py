"""Files of points: the same rows in the same order, with the verdicts on grid and building added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from geodata.point_files.answers import ADDED, SAID, Answers, Words
from geodata.point_files.batches import Batch, Held, PointColumns, Reader, Worked
from geodata.point_files.chunks import Chunk, Points, Shape, Source, Target, free
from geodata.point_files.engines import Engine, dask_engine, plain_engine
from geodata.point_files.opening import open_source, open_target
from geodata.point_files.spoken import listen
from gridmap.geolocation import bulk, gazetteer_queries, words
from gridmap.geolocation.asked_extents import AskedExtents
from gridmap.geolocation.extent_queries import ways
from gridmap.geolocation.extent_sources import ExtentSource
from gridmap.geolocation.held_extents import HeldExtents
from gridmap.geolocation.place_queries import PlaceNames
from gridmap.store.revision import version

__all__ = ["ADDED", "SAID", "PointColumns", "Way", "dask_engine", "locate_table", "plain_engine"]

CHUNK = 50_000
"""Rows in memory at a time; about 30 MB."""
CHUNK_OF_TEXTS = 10_000
"""The same of rows with texts, whose readings are larger; a cluster's workers get as much to do."""
FEW = 2_000
"""A file of so few rows is located by SQL: reading the whole county would take longer."""
FEW_TEXTS = 200
"""The same for a file with texts: each of them asks a question or two."""
WORLD = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True)
class Way:
    """How a file is located.

    Attributes:
        engine: who does the work; this process where it is not given.
        words: of a fault, for people.
        progress: called with the number of rows that were finished.
    """

    engine: AbstractContextManager[Engine] = field(default_factory=plain_engine)
    words: Words = str
    progress: Callable[[int], object] = lambda _rows: None


def locate_table(
    session: Session,
    source: Path,
    target: Path,
    points: PointColumns,
    day: date,
    way: Way | None = None,
) -> int:
    """Write `source` to `target` with `ADDED` (and `SAID`) behind its own columns; return the number of rows.

    A row whose point cannot be read keeps its place and says so in `reasons`. The file is read in a process of its
    own (`handing`), which hands over some rows at a time; all but workbooks are written so, too, whatever their size.

    Args:
        session: open session; all rows are located in what it sees.
        source: CSV, Parquet, GeoJSON or a workbook; see `opening.kind_of`.
        target: written beside and moved into place when whole; its ending says of which kind it is.
        points: the columns to read and the coordinate system.
        day: the day whose grids and buildings count.
        way: who does the work, and who is told.

    Raises:
        UnknownCrs: the coordinate system is not known.
        UnreadableFile: no file of its kind, or a broken row.
        InvalidInput: a column is missing, or exists already; a library is not installed.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        size = CHUNK if points.text is None else CHUNK_OF_TEXTS
        with open_source(source, target, size) as incoming:
            reader = Reader(incoming, points)
            added = (*ADDED, *(SAID if reader.reads_text else ()))
            free(incoming.header, added)
            outgoing = open_target(part, target, Shape(incoming.header, added, incoming), source)
            try:
                rows = _located(_Work(session, day, reader, way or Way()), incoming, outgoing)
            finally:
                outgoing.close()
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return rows


@dataclass(frozen=True, slots=True)
class _Work:
    session: Session
    day: date
    reader: Reader
    way: Way

    def region(self, first: Chunk | None) -> bulk.Region:
        """Return what is held in memory: all, or nothing for a file that is small."""
        few = FEW_TEXTS if self.reader.reads_text else FEW
        if first is None or first.size <= few:
            return bulk.nowhere(self.session, self.day)
        return bulk.region(self.session, WORLD, self.day)

    def held(self, region: bulk.Region) -> Held:
        """Return what whoever works is given."""
        book = words.book(self.session, self.day) if self.reader.reads_text else None
        return Held(region.ground, region.box, book)

    def extents(self, region: bulk.Region) -> ExtentSource | None:
        """Return what knows where the things are that texts name; None where no texts are read."""
        if not self.reader.reads_text:
            return None
        if not region.snapshot.grids.ids:
            return AskedExtents(self.session, self.day)
        return HeldExtents(region.snapshot, ways(self.session, self.day))

    def answers(self) -> Answers:
        layers = {*gazetteer_queries.LAYERS, "grids"}
        state = version(self.session, *layers)
        numbers = ".".join(str(number) for _, number, _ in state)
        return Answers(PlaceNames(self.session, self.day), numbers, self.way.words)


def _located(work: _Work, incoming: Source, outgoing: Target) -> int:
    chunks = incoming.chunks()
    first = next(chunks, None)
    rows, waiting = 0, list[tuple[Chunk, Batch]]()
    region = work.region(first)
    held, extents, answers = work.held(region), work.extents(region), work.answers()

    def batches() -> Iterator[Batch]:
        for chunk in chain([first] if first else [], chunks):
            waiting.append((chunk, work.reader.batch(chunk)))
            yield waiting[-1][1]

    with work.way.engine as run:
        for worked in run(held, batches()):
            chunk, written = waiting.pop(0)
            region.settle(worked.batch.spots(), worked.found)
            spoken = None
            if extents is not None:
                worked, spoken = listen(worked, written, extents)  # noqa: PLW2901 - the same rows
            outgoing.write(chunk, answers.columns(worked, spoken), _points(worked))
            rows += chunk.size
            work.way.progress(chunk.size)
    return rows


def _points(worked: Worked) -> Points:
    """Where the rows lie, None for those that cannot be read."""
    lon, lat = (axis.astype(object) for axis in (worked.batch.x, worked.batch.y))
    unread = np.isnan(worked.batch.x)
    lon[unread] = lat[unread] = None
    return Points(lon.tolist(), lat.tolist())
