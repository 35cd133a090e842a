"""GeoJSON: features as they come, their properties a row; what else the file says is kept.

A file of features is one text, so it is read whole; CSV and Parquet are read in chunks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from geodata.point_files.chunks import Chunk, Points, Shape, Values, unreadable

GEOMETRY: Final = "geometry"
"""The column of a geometry where a file of another kind is written: its GeoJSON."""


class GeoJsonSource:
    """A FeatureCollection.

    Raises:
        UnreadableFile: no JSON in UTF-8, or no FeatureCollection.
    """

    has_geometry = True

    def __init__(self, path: Path) -> None:
        try:
            whole = json.loads(path.read_text(encoding="utf-8-sig"))
        except (ValueError, RecursionError) as failure:
            raise unreadable(path, "不是 GeoJSON", "it is no GeoJSON") from failure
        features = whole.get("features") if isinstance(whole, dict) else None
        if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
            raise unreadable(path, "不是 FeatureCollection", "it is no FeatureCollection")
        self.rest = {name: value for name, value in whole.items() if name != "features"}
        self._features: list[dict[str, Any]] = features
        names = dict.fromkeys(name for one in features for name in _properties(one))
        self.header = [name for name in names if name != GEOMETRY] + [GEOMETRY]

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield all features, at most `size` at a time."""
        for begin in range(0, len(self._features), size):
            some = self._features[begin : begin + size]
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
            self._file.write(json.dumps(whole, ensure_ascii=False, default=str))
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
