"""What a batch is placed into: the areas, grids and compounds that stand on its day."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.loading.targets import Standing, in_force

Geometries = NDArray[np.object_]
Positions = NDArray[np.intp]

NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Ground:
    """Polygons of one layer on a day.

    Attributes:
        codes: their codes, ascending.
        ids: ids of their identities, in the order of the codes.
        names: their names.
        shapes: boundaries, WGS 84.
    """

    codes: list[str]
    ids: list[int]
    names: list[str]
    shapes: Geometries

    def position(self, code: str) -> int:
        """Return where a code stands; `NOWHERE` for none."""
        at = bisect_left(self.codes, code)
        return at if at < len(self.codes) and self.codes[at] == code else NOWHERE

    def holding(self, points: shapely.STRtree, *, smallest: bool = False) -> Positions:
        """Return for each point the polygon that holds it, edge included.

        Args:
            points: WGS 84 points, or None, in a tree: polygons can be prepared, points cannot.
            smallest: of several take the one with the smallest area, else the one with the lowest code.

        Returns:
            Positions in `codes`; `NOWHERE` for a point in none.
        """
        found: Positions = np.full(len(points.geometries), NOWHERE, dtype=np.intp)
        if not self.codes:
            return found
        rank = np.argsort(shapely.area(self.shapes), kind="stable")
        order = rank if smallest else np.arange(len(self.codes))
        polygon, point = points.query(self.shapes[order], predicate="intersects")
        by_rank = np.argsort(polygon, kind="stable")[::-1]  # the first of a point's is written last
        found[point[by_rank]] = order[polygon[by_rank]]
        return found


def ground(
    known: Mapping[str, Standing], name: int, shape: int, without: Iterable[str] = ()
) -> Ground:
    """Return the polygons of what stands.

    Args:
        known: a layer's codes.
        name: position of the name in their facts.
        shape: position of the boundary (EWKB).
        without: codes to leave out.
    """
    standing = sorted(in_force(dict(known), tuple(without)).items())
    return Ground(
        [code for code, _ in standing],
        [cast("int", entry.identity) for _, entry in standing],
        [str(entry.facts[name]) for _, entry in standing],
        shapely.from_wkb(np.array([entry.facts[shape] for _, entry in standing], dtype=object)),
    )
