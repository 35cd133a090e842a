"""A batch: one layer of a file as typed fields and WGS 84 shapes, with what is wrong with it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata import vector_files
from geodata.columns import Fields, Values, read_fields
from geodata.osm import reading as osm
from geodata.quality import Finding, Problem, errors, of_shape, problem
from geodata.sources import SOURCES, Layer, Source
from geodata.vector_files import VectorLayer
from gridmap.errors import InvalidInput
from gridmap.geometry import repair as shapes_of
from gridmap.geometry.crs import SAME_AS_STORED, Crs, geometries_to_wgs84
from gridmap.geometry.repair import POLYGONAL, Repair

Geometries = NDArray[np.object_]

HASH_DIGITS = 16
"""Hexadecimal digits of a code that is made from a feature's shape: 64 bits."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a file says about one layer.

    Attributes:
        layer: what it is imported as.
        file_name, file_sha256: the file it came from.
        crs: the coordinate system it was in.
        values: by field name, one value a feature; None where the file says nothing.
        stated: fields that the file has a column for.
        shapes: WGS 84 geometry by feature; None where it cannot be used.
        problems: what is wrong with the file by itself.
    """

    layer: Layer
    file_name: str
    file_sha256: str
    crs: Crs
    values: dict[str, Values]
    stated: frozenset[str]
    shapes: Geometries
    problems: list[Problem]

    def __len__(self) -> int:
        """Return the number of features."""
        return len(self.shapes)

    def field(self, name: str) -> Values:
        """Return a field's values; all None where the file has no such column."""
        silent: Values = np.full(len(self), None, dtype=object)
        return self.values.get(name, silent)


def open_batch(  # noqa: PLR0913 - one argument an option of the import
    layer: Layer,
    path: Path,
    *,
    crs: str | None = None,
    overrides: Mapping[str, str] | None = None,
    encoding: str | None = None,
    table: str | None = None,
    repair: bool = False,
) -> Batch:
    """Read a file and say what is wrong with it by itself.

    Args:
        layer: what it holds.
        path: the file.
        crs: coordinate system; wins over what the file says.
        overrides: column name by field name; wins over the known names.
        encoding: of a Shapefile's text; wins over what the file says.
        table: the layer of a GeoPackage that has several.
        repair: mend invalid polygons and tell each change as a warning.

    Raises:
        GridmapError: see `geodata.vector_files.read` and `geodata.columns.read_fields`.
    """
    if osm.is_osm(path):
        found = osm.read(path, osm.themes_of(layer))
        return make_batch(SOURCES[layer], found, overrides or {}, repair=True)
    found = vector_files.read(path, crs=crs, encoding=encoding, layer=table)
    return make_batch(SOURCES[layer], found, overrides or {}, repair=repair)


def make_batch(
    source: Source, found: VectorLayer, overrides: Mapping[str, str], *, repair: bool = False
) -> Batch:
    """Turn a file's columns and geometries into fields and shapes of a layer."""
    fields = read_fields(source, found.columns, overrides, cut_in=found.cut_in)
    shapes, problems = _shapes(source, found, repair=repair)
    if not len(shapes):
        problems.append(problem(Finding.NO_FEATURES))
    values = _with_codes(fields, shapes)
    return Batch(
        source.layer,
        found.name,
        found.sha256,
        found.crs,
        values,
        fields.stated,
        shapes,
        [
            *found.problems,
            *_placed(fields, shapes),
            *problems,
            *duplicates(values.get("code", ()), shapes),
        ],
    )


def _placed(fields: Fields, shapes: Geometries) -> list[Problem]:
    """Give what is wrong with a feature's cells the spot of the feature."""
    return [
        found if found.row is None else replace(found, spot=spot_of(shapes[found.row - 1]))
        for found in fields.problems
    ]


def duplicates(codes: Iterable[object], shapes: Geometries) -> list[Problem]:
    """Name every feature whose code an earlier one has, and that one.

    Args:
        codes: by feature; None is no code.
        shapes: by feature, for the spots.
    """
    listed = list(codes)
    if len(set(listed)) == len(listed):
        return []
    first: dict[object, int] = {}
    problems = []
    for at, code in enumerate(listed):
        if code is not None and first.setdefault(code, at) != at:
            problems.append(
                problem(
                    Finding.DUPLICATE_CODE,
                    at + 1,
                    spot_of(shapes[at]),
                    value=code,
                    other=first[code] + 1,
                )
            )
    return problems


def spot_of(shape: BaseGeometry | None) -> tuple[float, float] | None:
    """Return (lon, lat) of a point on a shape; None where there is none."""
    if shape is None or shape.is_empty:
        return None
    point = shapely.point_on_surface(shape)
    return float(point.x), float(point.y)


def _shapes(
    source: Source, found: VectorLayer, *, repair: bool
) -> tuple[Geometries, list[Problem]]:
    """Build the geometries, turn them into WGS 84, inspect them; the unusable ones become None."""
    rows = range(1, len(found.wkb) + 1)
    built, unbuilt = shapes_of.from_wkb(found.wkb)
    shapes = built
    flat = not (shapely.has_z(built) | shapely.has_m(built)).any()
    if not flat or found.crs.name not in SAME_AS_STORED:
        shapes = geometries_to_wgs84(built, found.crs)
    told = {fault.row for fault in unbuilt}
    faults = [
        fault for fault in shapes_of.inspect_all(shapes, source.shapes) if fault.row not in told
    ]
    problems = [of_shape(fault, rows) for fault in unbuilt]
    for fault in faults:
        if fault.is_notice:
            problems.append(of_shape(fault, rows))
            continue
        mended = _mended(shapes[fault.row]) if repair and source.shapes == POLYGONAL else None
        if mended is None:
            problems.append(of_shape(fault, rows))
            shapes[fault.row] = None
        else:
            shapes[fault.row] = mended.geometry
            problems.append(_told_repair(fault.row + 1, mended))
    return shapes, problems


def _mended(shape: BaseGeometry) -> Repair | None:
    try:
        mended = shapes_of.made_valid(shape)
    except InvalidInput:
        return None
    return None if mended.geometry.is_empty else mended


def _told_repair(row: int, mended: Repair) -> Problem:
    return problem(
        Finding.REPAIRED,
        row,
        spot_of(mended.geometry),
        zh="、".join(change.zh for change in mended.changes),
        en="; ".join(change.en for change in mended.changes),
        area_m2=round(mended.area_difference_m2, 1),
    )


def _with_codes(fields: Fields, shapes: Geometries) -> dict[str, Values]:
    """Give features without a code one that is made from what they are, the same at each import."""
    codes = fields.values.get("code", np.full(len(shapes), None, dtype=object))
    silent = np.flatnonzero(codes == None)  # noqa: E711 - elementwise
    if errors(fields.problems) or not len(silent):
        return fields.values
    codes = codes.copy()
    seen: Counter[str] = Counter()
    for row, wkb in zip(silent, shapely.to_wkb(shapes[silent]), strict=True):
        facts = [fields.values[name][row] for name in ("kind", "name") if name in fields.values]
        digest = hashlib.sha256(repr(facts).encode() + (wkb or b"")).hexdigest()[:HASH_DIGITS]
        seen[digest] += 1
        codes[row] = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
    return fields.values | {"code": codes}
