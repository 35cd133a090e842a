"""The points of a chunk of rows as arrays; a row that cannot be read keeps its place and says why."""

from __future__ import annotations

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
from gridmap.geolocation.spots import Spots
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
    """

    x: Numbers
    y: Numbers
    crs: str
    gps: NDArray[np.bool_]
    accuracy_m: Numbers
    faults: dict[int, str] = field(default_factory=dict)

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


@dataclass(frozen=True, eq=False)
class Worked:
    """A batch in WGS 84 with the verdicts on its readable points; what the database is asked about is open."""

    batch: Batch
    found: Placed


def work(ground: Ground, known: tuple[float, float, float, float], batch: Batch) -> Worked:
    """Locate a batch in a day that is held in memory: what every engine does, wherever it runs.

    Args:
        ground: the day.
        known: west, south, east, north of what the ground holds, in degrees.
        batch: the points.
    """
    here = batch.converted()
    spots = here.spots()
    west, south, east, north = known
    lon, lat = spots.lon, spots.lat
    inside = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
    return Worked(here, placed(ground, spots, inside))


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
        """Return the points of a chunk."""
        faults: dict[int, str] = {}
        if self._of_geometry:
            written = (chunk.x or [None] * chunk.size, chunk.y or [None] * chunk.size)
        else:
            written = (chunk.columns[self._at[0]], chunk.columns[self._at[1]])
        x, y = (_numbers(values, faults, BAD_POINT) for values in written)
        for row in np.flatnonzero(np.isnan(x) | np.isnan(y)).tolist():
            faults[row] = BAD_POINT
        accuracy = np.full(chunk.size, np.nan)
        if "accuracy" in self._extra:
            accuracy = _numbers(chunk.columns[self._extra["accuracy"]], faults, BAD_ACCURACY)
            for row in np.flatnonzero(accuracy < 0).tolist():
                faults.setdefault(row, BAD_ACCURACY)
        return Batch(x, y, self._crs, self._phones(chunk, faults), accuracy, faults)

    def texts(self, chunk: Chunk) -> list[str]:
        """Return what is written in each row, blank where nothing is."""
        if "text" not in self._extra:
            return [""] * chunk.size
        values = chunk.columns[self._extra["text"]]
        return ["" if value is None else str(value).strip() for value in values]

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
