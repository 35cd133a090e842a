"""Tessellations drawn in letters: every letter is a square cell of 100 m, equal letters are one polygon.

Areas and lengths are checked against the geodesic ones of PROJ, which the code under test does not use.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
WEST, SOUTH = 113.90, 34.70
CELL = (0.0011, 0.0009)  # degrees: about 100 m by 100 m here
TRIAL = Path(__file__).parents[2].parent / "shared" / "data" / "lujiazui-trial"


def drawn(picture: str) -> dict[str, shapely.Geometry]:
    """Polygons by letter, in the order of the alphabet; a dot is open ground, the last line is the south."""
    cells: dict[str, list] = {}
    for row, line in enumerate(reversed(picture.split())):
        for column, letter in enumerate(line):
            west, south = WEST + column * CELL[0], SOUTH + row * CELL[1]
            east, north = WEST + (column + 1) * CELL[0], SOUTH + (row + 1) * CELL[1]
            cells.setdefault(letter, []).append(shapely.box(west, south, east, north))
    return {letter: shapely.union_all(cells[letter]) for letter in sorted(cells) if letter != "."}


def square_metres(shape: shapely.Geometry) -> float:
    """Area on the ellipsoid."""
    return abs(GEOD.geometry_area_perimeter(shapely.normalize(shape))[0])


def metres(line: shapely.Geometry) -> float:
    """Length on the ellipsoid."""
    return GEOD.geometry_length(line)


def trial(layer: str) -> np.ndarray:
    """The shapes of a trial layer; skips the test where the folder is not beside the repository."""
    path = TRIAL / f"{layer}.geojson"
    if not path.exists():
        pytest.skip(
            f"the trial data is not beside the repository: shared/data/lujiazui-trial/{path.name}"
        )
    features = json.loads(path.read_text("utf-8"))["features"]
    return shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
