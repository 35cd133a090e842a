"""SQL: features of any collection, of a day or of a stretch of days, in a box, by code, in pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.publishing.fields import Collection
from gridmap.publishing.systems import CRS84, System

Box = tuple[float, float, float, float]
"""West, south, east, north, longitude first, in degrees; west lies east of east where the box spans the antimeridian.

In another system easting and northing of the corners; see `Wanted.box_in`.
"""
Place = tuple[str, date]
"""Where a page ended: code and first day of its last feature."""
_ENVELOPE: Final = "ST_MakeEnvelope(:west, :south, :east, :north, 4326)"
_ACROSS: Final = (
    "ST_Collect(ST_MakeEnvelope(:west, :south, 180, :north, 4326),"
    " ST_MakeEnvelope(-180, :south, :east, :north, 4326))"
)
_ELSEWHERE: Final = (
    "ST_SetSRID(ST_Transform(ST_Segmentize(ST_MakeEnvelope(:west, :south, :east, :north, :box_epsg), :piece),"
    " CAST(:box_base AS integer)), 4326)"
)
"""A box of another system: its edges are curves in degrees."""
_NOWHERE: Final = "CAST(NULL AS geometry)"
_PIECES: Final = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which features of a collection.

    Attributes:
        day: the day on which everything that is joined is read.
        first, last: versions that hold on any of these days, both included.
        box: only what meets it.
        box_in: system of the box.
        codes: only these.
        equal: fields and the values that they must have.
        after: only what comes behind it, in the order of code and first day.
        limit: most features; None for all.
        system: of the coordinates in the answer.
        digits: their decimals; those of the system where None.
    """

    day: date
    first: date
    last: date
    box: Box | None = None
    box_in: System = CRS84
    codes: Sequence[str] | None = None
    equal: Mapping[str, Any] = field(default_factory=dict)
    after: Place | None = None
    limit: int | None = None
    system: System = CRS84
    digits: int | None = None

    @classmethod
    def on(cls, day: date, **more: Any) -> Wanted:  # noqa: ANN401 - its own fields
        """Return what holds on one day."""
        return cls(day, day, day, **more)


def features(session: Session, collection: Collection, wanted: Wanted) -> Sequence[Row[Any]]:
    """Return code, days, properties (JSON text) and geometry (GeoJSON text) of features; one statement."""
    columns = f"""f.code, lower(f.valid) AS valid_from, upper(f.valid) AS valid_until,
        CAST({_properties(collection)} AS text) AS properties,
        ST_AsGeoJSON({_shape(wanted.system)}, :digits, 0) AS geometry"""
    values = {"digits": wanted.system.digits if wanted.digits is None else wanted.digits}
    if wanted.system.epsg != wanted.system.base:
        values |= {"base": wanted.system.base, "epsg": wanted.system.epsg}
    return _ordered(session, collection, columns, wanted, values)


def _shape(system: System) -> str:
    """Return the SQL of a feature's geometry in a system, its axes in the order of that."""
    shape = "ST_ForcePolygonCCW(f.geom)"
    if system.epsg != system.base:
        shape = f"ST_Transform(ST_SetSRID({shape}, CAST(:base AS integer)), CAST(:epsg AS integer))"
    return f"ST_FlipCoordinates({shape})" if system.turned else shape


def table(session: Session, collection: Collection, wanted: Wanted) -> Sequence[Row[Any]]:
    """Return code, the stored fields, days and geometry (WKB) of features; one statement."""
    fields = ", ".join(f"f.{one.name}" for one in collection.stored)
    columns = f"""f.code, {fields}, lower(f.valid) AS valid_from, upper(f.valid) AS valid_until,
        ST_AsBinary(f.geom) AS geometry"""
    return _ordered(session, collection, columns, wanted, {})


def count(session: Session, collection: Collection, wanted: Wanted) -> int:
    """Return how many features there are, wherever a page ends; one statement."""
    condition, values = where(collection, wanted, paged=False)
    query = f"SELECT count(*) FROM ({collection.sql}) AS f WHERE {condition}"  # noqa: S608
    return session.scalar(text(query), values) or 0


def extent(session: Session, collection: Collection, day: date) -> tuple[Row[Any], Row[Any]]:
    """Return the box of a collection on a day, and the first and last day of all its versions."""
    box = f"""
        SELECT ST_XMin(e.box) AS west, ST_YMin(e.box) AS south, ST_XMax(e.box) AS east, ST_YMax(e.box) AS north
        FROM (SELECT ST_Extent(f.geom) AS box FROM ({collection.sql}) AS f
              WHERE f.valid @> CAST(:day AS date)) AS e"""  # noqa: S608
    days = f"""
        SELECT min(lower(f.valid)) AS first_day,
               CASE WHEN bool_or(upper_inf(f.valid)) THEN NULL ELSE max(upper(f.valid)) - 1 END AS last_day
        FROM ({collection.sql}) AS f"""  # noqa: S608
    asked = {"day": day}
    return session.execute(text(box), asked).one(), session.execute(text(days), asked).one()


def _ordered(
    session: Session,
    collection: Collection,
    columns: str,
    wanted: Wanted,
    values: Mapping[str, Any],
) -> Sequence[Row[Any]]:
    condition, asked = where(collection, wanted, paged=True)
    query = f"""
        SELECT {columns} FROM ({collection.sql}) AS f WHERE {condition}
        ORDER BY f.code, lower(f.valid) LIMIT :limit"""  # noqa: S608
    return session.execute(text(query), {**asked, **values, "limit": wanted.limit}).all()


def _properties(collection: Collection) -> str:
    pairs = ", ".join(f"'{one.name}', f.{one.name}" for one in collection.stored)
    days = "'valid_from', lower(f.valid), 'valid_until', upper(f.valid)"
    return f"json_build_object('code', f.code, {pairs}, {days})"


def _box(box: Box, system: System) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = dict(zip(("west", "south", "east", "north"), box, strict=True))
    if system.domain is None:
        return (_ACROSS if box[0] > box[2] else _ENVELOPE), values
    west, south, east, north = system.domain
    box = max(box[0], west), max(box[1], south), min(box[2], east), min(box[3], north)
    if box[0] > box[2] or box[1] > box[3]:
        return _NOWHERE, {}
    values = dict(zip(("west", "south", "east", "north"), box, strict=True))
    # what lies beyond the domain tears the ring, or cannot be turned back at all
    piece = max(box[2] - box[0], box[3] - box[1], 1.0) / _PIECES
    return _ELSEWHERE, values | {"box_epsg": system.epsg, "box_base": system.base, "piece": piece}


def where(collection: Collection, wanted: Wanted, *, paged: bool) -> tuple[str, dict[str, Any]]:
    """Return the condition in SQL and its values: made of constants and the collection's own names.

    Raises:
        KeyError: `equal` names a field that the collection does not have.
    """
    parts = ["f.valid && daterange(CAST(:first AS date), CAST(:last AS date), '[]')"]
    values: dict[str, Any] = {"day": wanted.day, "first": wanted.first, "last": wanted.last}
    if wanted.box is not None:
        box, more = _box(wanted.box, wanted.box_in)
        parts.append(f"f.geom && {box} AND ST_Intersects(f.geom, {box})")
        values |= more
    if wanted.codes is not None:
        parts.append("f.code = ANY(:codes)")
        values["codes"] = list(wanted.codes)
    stored = {one.name for one in collection.stored} | {"code"}
    for number, (name, value) in enumerate(wanted.equal.items()):
        if name not in stored:
            raise KeyError(name)
        parts.append(f"f.{name} = :equal{number}")
        values[f"equal{number}"] = value
    if paged and wanted.after is not None:
        parts.append("(f.code, lower(f.valid)) > (:after_code, CAST(:after_day AS date))")
        values |= {"after_code": wanted.after[0], "after_day": wanted.after[1]}
    return " AND ".join(parts), values
