"""A building site's own axes: x along the rows of houses, y towards the north side."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from shapely import transform
from shapely.geometry.base import BaseGeometry

Shape = TypeVar("Shape", bound=BaseGeometry)


@dataclass(frozen=True, slots=True)
class Frame:
    """Axes turned by `angle` (radians) about (x, y); lengths in metres stay what they are."""

    x: float
    y: float
    angle: float

    def inward(self, shape: Shape) -> Shape:
        """Turn a shape on the land into the frame."""
        return transform(shape, self._inward)

    def outward(self, shape: Shape) -> Shape:
        """Turn a shape in the frame into the land; the inverse of `inward`."""
        return transform(shape, self._outward)

    def _inward(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        east, north = points[:, 0] - self.x, points[:, 1] - self.y
        along, across = cos(self.angle), sin(self.angle)
        return np.column_stack([east * along + north * across, north * along - east * across])

    def _outward(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        along, across = cos(self.angle), sin(self.angle)
        east = points[:, 0] * along - points[:, 1] * across
        north = points[:, 0] * across + points[:, 1] * along
        return np.column_stack([east + self.x, north + self.y])
