"""How far places are from one place, along roads or straight where no road leads. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridmap.geometry.crs import metres_per_degree
from gridmap.geometry.walking import WalkingNet

LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Way:
    """Metres from one place to another; straight where it is not along roads."""

    metres: int
    along_roads: bool


@dataclass(frozen=True, slots=True)
class Ways:
    """The net of a day's roads in metres about an origin in degrees; None: there is no road."""

    origin: LonLat
    net: WalkingNet | None

    def between(self, start: LonLat, places: Sequence[LonLat]) -> list[Way]:
        """Return how far each place is from the start."""
        if not places:
            return []
        straight = np.hypot(*((np.array(places) - start) * metres_per_degree(start[1])).T)
        walks = self._walks(start, places)
        return [
            Way(round(walk), along_roads=True)
            if np.isfinite(walk)
            else Way(round(metres), along_roads=False)
            for walk, metres in zip(walks.tolist(), straight.tolist(), strict=True)
        ]

    def _walks(
        self, start: LonLat, places: Sequence[LonLat]
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        if self.net is None or not self.net.size:
            return np.full(len(places), np.inf)
        scale = np.array(metres_per_degree(self.origin[1]))
        source = self.net.place((np.array([start]) - self.origin) * scale)
        return self.net.walks(source, self.net.place((np.array(places) - self.origin) * scale))
