"""Reads one theme of an OpenStreetMap file (.osm.pbf, .osm, GeoJSON) as a layer that an import takes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely import GeometryType
from shapely.geometry.base import BaseGeometry

from geodata import given_files, vector_files
from geodata.columns import Column
from geodata.datasets import Dataset, Format
from geodata.osm.tags import Tags, Theme, code_of, fields_of, unpacked
from geodata.quality import Finding, Problem, Severity
from geodata.sources import SOURCES, Layer
from geodata.vector_files import Bounds, VectorLayer
from gridmap.errors import InvalidInput, UnknownFileType
from gridmap.geometry import crs as systems
from gridmap.geometry import repair
from gridmap.geometry.repair import POLYGONAL

SUFFIXES: Final = (".osm.pbf", ".pbf", ".osm")
HEAD: Final = 4096
TAGS: Final = "other_tags"

LAYER_OF: Final[dict[Theme, Layer]] = {
    Theme.ROADS: Layer.ROADS,
    Theme.WATER: Layer.WATER,
    Theme.BUILDINGS: Layer.BUILDINGS,
    Theme.ADDRESSES: Layer.PLACES,
    Theme.PLACES: Layer.PLACES,
}
"""What each theme is imported as."""
THEMES_OF: Final[dict[Layer, tuple[Theme, ...]]] = {
    layer: tuple(theme for theme, own in LAYER_OF.items() if own is layer)
    for layer in LAYER_OF.values()
}
"""What a file gives for a layer."""

_PARTS: Final[dict[Theme, tuple[str, ...]]] = {
    Theme.ROADS: ("lines",),
    Theme.WATER: ("multipolygons", "lines"),
    Theme.BUILDINGS: ("multipolygons", "lines"),
    Theme.ADDRESSES: ("points",),
    Theme.PLACES: ("points", "multipolygons"),
}
"""Layers of GDAL's driver that hold a theme. An area among the lines is a ring that does not close."""
_KINDS: Final = {"points": "n", "lines": "w", "multipolygons": "r"}

Within = BaseGeometry | None


@dataclass(frozen=True, slots=True)
class _Object:
    """One object: its code, tags and geometry."""

    code: str
    tags: Tags
    wkb: bytes | None


def themes_of(layer: Layer) -> tuple[Theme, ...]:
    """Return what a file of OpenStreetMap gives for a layer.

    Raises:
        InvalidInput: nothing: the layer is the county's own.
    """
    if layer not in THEMES_OF:
        raise InvalidInput(
            reason_zh=f"OpenStreetMap 文件里没有{layer.zh}，可导入道路、水系、楼栋、地点",
            reason_en=f"OpenStreetMap has no {layer.en}; it has roads, water, buildings and places",
            field="layer",
        )
    return THEMES_OF[layer]


def is_osm(path: Path) -> bool:
    """Tell whether a file's name says OpenStreetMap."""
    return path.name.lower().endswith(SUFFIXES)


def read(
    path: Path, themes: Sequence[Theme], *, within: Within = None, bounds: Bounds | None = None
) -> VectorLayer:
    """Read themes of one layer.

    Args:
        path: the file.
        themes: of one layer, see `LAYER_OF`.
        within: an area (WGS 84): what does not touch it is left out.
        bounds: what the reading may take.

    Returns:
        The objects as a layer; what is broken is left out and told in its problems, by id and reason.

    Raises:
        UnknownFileType: the content is not what the name says.
        UnreadableFile, TooLarge: see `geodata.vector_files.read`.
    """
    layer = LAYER_OF[themes[0]]
    rows: list[tuple[str, dict[str, str | None], BaseGeometry]] = []
    problems: list[Problem] = []
    for theme in themes:
        for found in _objects(path, theme, within, bounds):
            fields = fields_of(theme, found.tags)
            if fields is None:
                continue
            shape, told = _shape(found, SOURCES[layer].shapes)
            problems += told
            if shape is not None and (within is None or shapely.intersects(within, shape)):
                rows.append((found.code, fields, shape))
    unique = {code: (fields, shape) for code, fields, shape in rows}
    return VectorLayer(
        path.name,
        vector_files.sha256(path),
        systems.parse("wgs84"),
        _columns(unique, {field.name for field in SOURCES[layer].fields}),
        _wkb([shape for _, shape in unique.values()]),
        None,
        problems,
    )


def _columns(
    unique: dict[str, tuple[dict[str, str | None], BaseGeometry]], known: set[str]
) -> list[Column]:
    """Return the columns that the layer knows and that say something."""
    told = (name for fields, _ in unique.values() for name, value in fields.items() if value)
    names = [name for name in dict.fromkeys(told) if name in known]
    return [_column("code", list(unique))] + [
        _column(name, [fields.get(name) for fields, _ in unique.values()]) for name in names
    ]


def _column(name: str, values: Sequence[str | None]) -> Column:
    known: dict[str, int] = {}
    codes = [-1 if value is None else known.setdefault(value, len(known)) for value in values]
    return Column(name, np.array(codes, dtype=np.int32), list(known))


def _wkb(shapes: Sequence[BaseGeometry]) -> Any:  # noqa: ANN401 - an array of bytes
    values = np.empty(len(shapes), dtype=object)
    values[:] = [shapely.to_wkb(shape) for shape in shapes]
    return values


def _shape(
    found: _Object, wanted: frozenset[GeometryType]
) -> tuple[BaseGeometry | None, list[Problem]]:
    """Return an object's shape, mended where it is broken; or None, and why it is left out."""
    built, unbuilt = repair.from_wkb([found.wkb])
    faults = [*unbuilt, *([] if unbuilt else repair.inspect_all(built, wanted))]
    faults = [fault for fault in faults if not fault.is_notice]
    if not faults:
        return built[0], []
    fault = faults[0]
    mended = None
    if not unbuilt and wanted == POLYGONAL and shapely.get_dimensions(built[0]) == 2:  # noqa: PLR2004
        mended = repair.made_valid(built[0]).geometry
    spot = fault.spot
    if mended is not None and not mended.is_empty:
        return mended, [_told(found, ("已修复", "mended"), (fault.fault.zh, fault.fault.en), spot)]
    skipped = ("没有闭合，已跳过", "does not close; left out")
    if wanted == POLYGONAL and shapely.get_dimensions(built[0]) == 1:
        return None, [_told(found, ("环", "its ring"), skipped, spot)]
    return None, [_told(found, ("已跳过", "left out"), (fault.fault.zh, fault.fault.en), spot)]


def _told(
    found: _Object,
    what: tuple[str, str],
    why: tuple[str, str],
    spot: tuple[float, float] | None,
) -> Problem:
    return Problem(
        None,
        Finding.REPAIRED.value if what[1] == "mended" else "left_out",
        Severity.WARNING,
        f"{found.code} {what[0]}：{why[0]}",
        f"{found.code} {what[1]}: {why[1]}",
        spot,
    )


def _objects(path: Path, theme: Theme, within: Within, bounds: Bounds | None) -> Iterator[_Object]:
    if not is_osm(path):
        yield from _from_geojson(path, theme, bounds)
        return
    _judge(path)
    bbox = None if within is None else shapely.bounds(within).tolist()
    for part in _PARTS[theme]:
        with tempfile.TemporaryDirectory(prefix="gridmap-import-") as scratch:
            suffix = ".osm" if path.name.lower().endswith(".osm") else ".osm.pbf"
            target = Path(scratch, f"data{suffix}")
            target.symlink_to(path.absolute())
            dataset = Dataset(path.name, Format.OSM, target)
            columns, wkb = vector_files.read_part(
                dataset, Path(scratch), part, bounds=bounds, bbox=bbox
            )
        yield from _tagged(columns, wkb, _KINDS[part])


def _tagged(columns: Sequence[Column], wkb: Any, kind: str) -> Iterator[_Object]:  # noqa: ANN401
    for row in range(len(wkb)):
        cells = {
            column.name: str(column.cells[column.codes[row]])
            for column in columns
            if column.codes[row] >= 0
        }
        way, number = cells.pop("osm_way_id", None), cells.pop("osm_id", "")
        tags = cells | unpacked(cells.pop(TAGS, None))
        yield _Object(code_of("w", way) if way else code_of(kind, number), tags, wkb[row])


def _from_geojson(path: Path, theme: Theme, bounds: Bounds | None) -> Iterator[_Object]:
    """Read GeoJSON with tags as columns, or a layer of its own with the columns of tile extracts."""
    found = vector_files.read(path, bounds=bounds)
    names = {column.name for column in found.columns}
    plain = not names & {"highway", "building", "natural", "waterway", "amenity", "landuse", "shop"}
    for one in _tagged(found.columns, found.wkb, ""):
        tags = dict(one.tags)
        if plain:
            tags |= _PLAIN[theme](tags)
        known = str(tags.get("@id") or tags.get("id") or "")
        kind, slash, number = known.partition("/")
        code = code_of(kind[:1], number) if slash else one.code
        yield _Object(code, tags, one.wkb)


def _kind(tags: Tags) -> str:
    return tags.get("kind_detail") or tags.get("kind") or "yes"


_PLAIN: Final[dict[Theme, Callable[[Tags], dict[str, str]]]] = {
    Theme.ROADS: lambda tags: {"highway": _kind(tags)},
    Theme.WATER: lambda tags: {"natural": "water", "water": tags.get("kind", "water")},
    Theme.BUILDINGS: lambda tags: {"building": _kind(tags)},
    Theme.ADDRESSES: lambda _tags: {},
    Theme.PLACES: lambda tags: {"amenity": _kind(tags)},
}
"""Tags that a file of one theme means without writing them."""


def _judge(path: Path) -> None:
    given_files.check(path)
    with path.open("rb") as file:
        head = file.read(HEAD)
    is_text = path.name.lower().endswith(".osm")
    right = b"<osm" in head if is_text else head[4:15] == b"\x0a\x09OSMHeader"
    if not right or b"<OGRVRT" in head:
        raise UnknownFileType(
            name=path.name,
            reason_zh="扩展名是 OpenStreetMap 的，内容不是",
            reason_en="its extension is OpenStreetMap's, its content is not",
        )
