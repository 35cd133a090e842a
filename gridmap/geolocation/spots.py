"""Many points at once, as arrays: where they are, who set them, how wide a phone's circle is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geolocation.circles import REACH_OF_95, WIDEST_M
from gridmap.geolocation.rules import EDGE_M, Place
from gridmap.geometry.crs import metres_per_degree
from gridmap.terms import PlaceSource

Rows = NDArray[np.intp]
ORIGIN: Final = shapely.Point(0, 0)
"""A point in its own plane."""
SLACK: Final = 1.01
"""A search box is this much wider than the reach: it covers rounding, never decides."""


@dataclass(frozen=True, eq=False)
class Spots:
    """Points in WGS 84, and for those from a phone its radius; see `rules.Place`.

    Attributes:
        lon, lat: n degrees.
        gps: n, whether a phone gave the point and no person set it.
        accuracy_m: n metres, NaN where it is not known.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    gps: NDArray[np.bool_]
    accuracy_m: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.lon)

    @cached_property
    def scale(self) -> NDArray[np.float64]:
        """Metres per degree east and north at each point: n x 2."""
        return np.column_stack(metres_per_degree(self.lat))

    @cached_property
    def circle_m(self) -> NDArray[np.float64]:
        """How far the lattice of a phone's position reaches; 0 for what a person has set."""
        radius = np.where(self.gps, np.nan_to_num(self.accuracy_m), 0.0)
        return np.where(radius > EDGE_M, np.minimum(radius, WIDEST_M) * REACH_OF_95, 0.0)

    @cached_property
    def points(self) -> NDArray[np.object_]:
        """The points: n of shapely's."""
        return np.asarray(shapely.points(self.lon, self.lat), dtype=object)

    def degrees(self, rows: Rows, reach_m: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return degrees that reach as far as so many metres at some of the points, or farther."""
        farthest: NDArray[np.float64] = SLACK * reach_m / self.scale[rows].min(axis=1)
        return farthest

    def place(self, row: int) -> Place:
        """Return one of them as the rules know it."""
        source = PlaceSource.GPS if self.gps[row] else PlaceSource.PIN
        radius = float(self.accuracy_m[row])
        accuracy = None if np.isnan(radius) else radius
        return Place(float(self.lon[row]), float(self.lat[row]), "wgs84", accuracy, source)


def rows_of(values: Sequence[float | None]) -> NDArray[np.float64]:
    """Return numbers as an array, NaN for none.

    >>> rows_of([1.5, None])
    array([1.5, nan])
    """
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
