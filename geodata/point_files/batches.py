"""The points of a chunk of rows as arrays; a row that cannot be read keeps its place and says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geodata.point_files.chunks import Chunk, Source, Values, place_of
from gridmap.errors import BadCoordinates
from gridmap.geolocation.ground import Ground
from gridmap.geolocation.placed import Placed, placed
from gridmap.geolocation.resolver import circle_at
from gridmap.geolocation.rules import Place
from gridmap.geolocation.spots import Spots
from gridmap.geolocation.wording.places import Reading
from gridmap.geolocation.words import Book, Said
from gridmap.geometry import crs as systems
from gridmap.terms import PlaceSource

Numbers = NDArray[np.float64]

BAD_POINT: Final = "bad_coordinates"
BAD_ACCURACY: Final = "bad_accuracy"
BAD_SOURCE: Final = "bad_source"
STORED: Final = "wgs84"
_SOURCES: Final = {
    name.lower(): one
    for one in PlaceSource
    for name in (one.value, one.label("zh"), one.label("en"))
}


@dataclass(frozen=True, slots=True)
class PointColumns:
    """Where a table holds its points: their coordinate system, and the names of columns.

    Attributes:
        crs: coordinate system of the points.
        lon, lat: columns; without them the file's geometry, or `lon` and `lat` where it has none.
        accuracy: metres of the 95 % circle of a phone.
        source: who set the point (`PlaceSource`, by its value or its word); without it a phone where there is
            an accuracy or a text, else a person.
        text: what somebody wrote of where.
    """

    crs: str
    lon: str | None = None
    lat: str | None = None
    accuracy: str | None = None
    source: str | None = None
    text: str | None = None


@dataclass(frozen=True, eq=False)
class Batch:
    """The points of some rows.

    Attributes:
        x, y: n, as they were written, in `crs`; NaN where there is none.
        crs: the system they are in.
        gps: n, whether a phone gave the point.
        accuracy_m: n, NaN where nobody says.
        faults: why a row cannot be read, by row.
        blank: n, whether nothing at all is written where the point should be.
        texts: n, what is written of where, blank for nothing; empty where no texts are read.
    """

    x: Numbers
    y: Numbers
    crs: str
    gps: NDArray[np.bool_]
    accuracy_m: Numbers
    faults: dict[int, str] = field(default_factory=dict)
    blank: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    texts: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.x)

    @cached_property
    def readable(self) -> NDArray[np.intp]:
        """The rows that have a point."""
        good = ~np.isnan(self.x)
        good[list(self.faults)] = False
        return np.flatnonzero(good)

    def converted(self) -> Batch:
        """Return the same in WGS 84; points that are not on the globe are none."""
        rows = self.readable
        lon, lat = np.full(len(self), np.nan), np.full(len(self), np.nan)
        lon[rows], lat[rows] = _to_wgs84(self.x[rows], self.y[rows], self.crs)
        faults = dict(self.faults)
        for row in rows[np.isnan(lon[rows])].tolist():
            faults[row] = BAD_POINT
        return replace(self, x=lon, y=lat, crs=STORED, faults=faults)

    def spots(self) -> Spots:
        """Return the points that can be read, as what locates knows them; they are in WGS 84."""
        rows = self.readable
        return Spots(self.x[rows], self.y[rows], self.gps[rows], self.accuracy_m[rows])

    def accuracy_of(self, row: int) -> float | None:
        """Return the metres of a point's circle."""
        radius = float(self.accuracy_m[row])
        return None if np.isnan(radius) else radius

    def place(self, row: int) -> Place:
        """Return a point as it was written."""
        source = PlaceSource.GPS if self.gps[row] else PlaceSource.PIN
        at = float(self.x[row]), float(self.y[row])
        return Place(*at, self.crs, self.accuracy_of(row), source)


@dataclass(frozen=True, eq=False)
class Held:
    """What is held of a day, and sent to whoever works: it can be pickled.

    Attributes:
        ground: grids, buildings, compounds.
        known: west, south, east, north of what the ground holds, in degrees.
        book: the names; None where no texts are read.
    """

    ground: Ground
    known: tuple[float, float, float, float]
    book: Book | None = None


@dataclass(frozen=True, eq=False)
class Worked:
    """A batch in WGS 84 with what is found of its rows.

    Attributes:
        batch: the points.
        found: the verdicts on the readable points, each by itself; what the database is asked about is open. Once
            the texts have been listened to, those on all rows.
        said: what the texts say, by row.
    """

    batch: Batch
    found: Placed
    said: Mapping[int, Said] = field(default_factory=dict)

    @property
    def rows(self) -> NDArray[np.intp]:
        """The rows that `found` has verdicts on."""
        count = len(self.batch)
        return np.arange(count) if len(self.found) == count else self.batch.readable


def work(held: Held, batch: Batch) -> Worked:
    """Locate the points and read the texts of a batch: what every engine does, wherever it runs."""
    here = batch.converted()
    spots = here.spots()
    west, south, east, north = held.known
    lon, lat = spots.lon, spots.lat
    inside = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
    said = _said(held.book, here) if held.book else {}
    return Worked(here, placed(held.ground, spots, inside), said)


def _said(book: Book, batch: Batch) -> dict[int, Said]:
    """Read the texts; a row that is wrong in anything but its point is not read. The same text is read once."""
    readings: dict[str, Reading] = {}
    said: dict[int, Said] = {}
    for row, text in enumerate(batch.texts):
        fault = batch.faults.get(row)
        if not text or fault not in (None, BAD_POINT):
            continue
        if text not in readings:
            readings[text] = book.reader.read(text)
        circle = None
        if fault is None:
            spot = (float(batch.x[row]), float(batch.y[row]))
            circle = circle_at(spot, batch.accuracy_of(row))
        said[row] = book.said(readings[text], circle)
    return said


class Reader:
    """Makes batches of a file's chunks.

    Raises:
        UnknownCrs, InvalidInput: see `crs.parse`; or a column that is not there.
    """

    def __init__(self, source: Source, columns: PointColumns) -> None:
        self._crs = str(systems.parse(columns.crs))
        self._columns, header = columns, source.header
        self._of_geometry = source.has_geometry and columns.lon is None and columns.lat is None
        if not self._of_geometry:
            self._at = tuple(
                place_of(header, name) for name in (columns.lon or "lon", columns.lat or "lat")
            )
        self._extra = {
            name: place_of(header, column)
            for name in ("accuracy", "source", "text")
            if (column := getattr(columns, name)) is not None
        }

    @property
    def reads_text(self) -> bool:
        """Whether a column of texts is read."""
        return "text" in self._extra

    def batch(self, chunk: Chunk) -> Batch:
        """Return the points and texts of a chunk."""
        faults: dict[int, str] = {}
        if self._of_geometry:
            written = (chunk.x or [None] * chunk.size, chunk.y or [None] * chunk.size)
        else:
            written = (chunk.columns[self._at[0]], chunk.columns[self._at[1]])
        x, y = (_numbers(values, faults, BAD_POINT) for values in written)
        blank = np.isnan(x) & np.isnan(y)
        blank[list(faults)] = False
        for row in np.flatnonzero(np.isnan(x) | np.isnan(y)).tolist():
            faults[row] = BAD_POINT
        accuracy = np.full(chunk.size, np.nan)
        if "accuracy" in self._extra:
            accuracy = _numbers(chunk.columns[self._extra["accuracy"]], faults, BAD_ACCURACY)
            for row in np.flatnonzero(accuracy < 0).tolist():
                faults.setdefault(row, BAD_ACCURACY)
        phones, texts = self._phones(chunk, faults), self._texts(chunk)
        return Batch(x, y, self._crs, phones, accuracy, faults, blank, texts)

    def _texts(self, chunk: Chunk) -> list[str]:
        """What is written in each row, blank where nothing is."""
        if "text" not in self._extra:
            return []
        values = chunk.columns[self._extra["text"]]
        return ["" if value is None else str(value).replace("\0", " ").strip() for value in values]

    def _phones(self, chunk: Chunk, faults: dict[int, str]) -> NDArray[np.bool_]:
        """Tell which points are from phones; a blank says no more than no column."""
        usual = not self._extra.keys().isdisjoint({"accuracy", "text"})
        if "source" not in self._extra:
            return np.full(chunk.size, usual)
        known = _SOURCES | {"": PlaceSource.GPS if usual else PlaceSource.PIN}
        values = chunk.columns[self._extra["source"]]
        found = [known.get(str("" if value is None else value).strip().lower()) for value in values]
        for row, one in enumerate(found):
            if one is None:
                faults.setdefault(row, BAD_SOURCE)
        return np.array([one is PlaceSource.GPS for one in found], dtype=np.bool_)


def _numbers(values: Values, faults: dict[int, str], fault: str) -> Numbers:
    """A column as numbers: NaN for blanks; what is no finite number is a fault of its row."""
    try:
        numbers = np.array(list(map(float, values)))
    except (TypeError, ValueError):
        numbers = np.array([_number(value, row, faults, fault) for row, value in enumerate(values)])
    for row in np.flatnonzero(~np.isfinite(numbers)).tolist():
        if not _is_blank(values[row]):
            faults[row] = fault
            numbers[row] = np.nan
    return numbers.astype(np.float64)


def _number(value: Any, row: int, faults: dict[int, str], fault: str) -> float:  # noqa: ANN401 - a cell
    if _is_blank(value):
        return np.nan
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = np.nan
    if not isfinite(number) or isinstance(value, bool):
        faults[row] = fault
        return np.nan
    return number


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _to_wgs84(x: Numbers, y: Numbers, crs: str) -> tuple[Numbers, Numbers]:
    """Convert points; those that are not on the globe become NaN, and are found by halving."""
    try:
        return systems.to_wgs84(x, y, crs)
    except BadCoordinates:
        if len(x) == 1:
            return np.array([np.nan]), np.array([np.nan])
    middle = len(x) // 2
    halves = [_to_wgs84(x[part], y[part], crs) for part in (slice(middle), slice(middle, None))]
    lon, lat = (np.concatenate([half[axis] for half in halves]) for axis in range(2))
    return lon, lat
