"""GeoJSON: features as they come, their properties a row; what else the file says is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, Final

from geodata.point_files.chunks import Chunk, Points, Shape, Values
from geodata.point_files.handing import Handed, told

GEOMETRY: Final = "geometry"
"""The column of a geometry where a file of another kind is written: its GeoJSON."""


class GeoJsonSource:
    """A FeatureCollection whose features come as they stand in it."""

    has_geometry = True

    def __init__(self, given: Handed) -> None:
        self._given = given
        self.rest: dict[str, Any] = dict(given.head["rest"])
        self.header = [name for name in given.header if name != GEOMETRY] + [GEOMETRY]

    def chunks(self) -> Iterator[Chunk]:
        """Yield all features."""
        for piece in self._given.pieces:
            some: list[dict[str, Any]] = told(self._given.path, piece)
            columns = [[_properties(one).get(name) for one in some] for name in self.header[:-1]]
            columns.append([_text(one.get("geometry")) for one in some])
            spots = [_spot(one.get("geometry")) for one in some]
            x, y = [spot[0] for spot in spots], [spot[1] for spot in spots]
            yield Chunk(columns, len(some), x, y, some)


class GeoJsonTarget:
    """A FeatureCollection that is being written, a feature at a time.

    Features of a GeoJSON keep all that they have; rows of other files become points in WGS 84 (RFC 7946).
    """

    def __init__(self, path: Path, shape: Shape) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._shape, self._count = shape, 0
        self._keeps = isinstance(shape.source, GeoJsonSource)
        rest = shape.source.rest if isinstance(shape.source, GeoJsonSource) else {}
        opening = json.dumps({"type": "FeatureCollection"} | rest, ensure_ascii=False)
        self._file.write(f'{opening[:-1]}, "features": [')

    def write(self, chunk: Chunk, added: Sequence[Values], points: Points) -> None:
        """Write the rows of a chunk, each with its added values."""
        features = chunk.native if self._keeps else self._made(chunk, points)
        for feature, values in zip(features, zip(*added, strict=True), strict=True):
            more = dict(zip(self._shape.added, values, strict=True))
            whole = feature | {"properties": _properties(feature) | more}
            self._file.write(",\n" if self._count else "\n")
            self._file.write(_written(whole))
            self._count += 1

    def close(self) -> None:
        """Write what is left."""
        with self._file:
            self._file.write("\n]}\n")

    def _made(self, chunk: Chunk, points: Points) -> Iterator[dict[str, Any]]:
        for row, lon, lat in zip(chunk.rows(), points.lon, points.lat, strict=True):
            spot = None if lon is None else {"type": "Point", "coordinates": [lon, lat]}
            properties = dict(zip(self._shape.header, row, strict=True))
            yield {"type": "Feature", "geometry": spot, "properties": properties}


def _written(feature: dict[str, Any]) -> str:
    """A feature as JSON, which has no NaN and no infinity: they become null."""
    try:
        return json.dumps(feature, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(feature), ensure_ascii=False, default=str)


def _finite(value: Any) -> Any:  # noqa: ANN401 - whatever stands in JSON
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    found = feature.get("properties")
    return found if isinstance(found, dict) else {}


def _text(geometry: object) -> str | None:
    return None if geometry is None else json.dumps(geometry, ensure_ascii=False)


def _spot(geometry: object) -> tuple[Any, Any]:
    """The coordinates of a point as they stand; nothing else has any."""
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return None, None
    at = geometry.get("coordinates")
    whole = isinstance(at, list) and len(at) >= 2  # noqa: PLR2004 - longitude and latitude
    return (at[0], at[1]) if whole and isinstance(at, list) else (None, None)
