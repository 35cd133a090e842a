"""SQL: rows of a day with a stamp that changes with them, so that only what has changed is read again.

The stamp of a row is a hash of the writers (xmin) and the ids of all the stored rows that it is made
of. Whoever holds the stamps of yesterday finds what has changed by comparing them, deletions too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Generic, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.geolocation.assembly import AreaFacts, GridFacts
from gridmap.geolocation.location import BuildingFacts, CompoundFacts, PartyHeld, PostHeld
from gridmap.terms import PartyKind, PostKind

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Shaped(Generic[Value]):
    """Facts of something with its shape (WGS 84) and the grid that has it, if any."""

    facts: Value
    shape: shapely.Geometry
    grid_id: int | None = None


@dataclass(frozen=True, slots=True)
class OwnedRoad:
    """A road that a grid answers for."""

    code: str
    grid_id: int


@dataclass(frozen=True, slots=True)
class Source(Generic[Value]):
    """Where rows come from: the layers that change them, their SQL, what is made of a row."""

    layers: tuple[str, ...]
    sql: str
    make: Callable[[Row[Any]], Value]


@dataclass(frozen=True, eq=False)
class Mirror(Generic[Value]):
    """The rows of one source on a day, by key; `keys` ascending with the `stamps` of their rows."""

    keys: NDArray[np.int64]
    stamps: NDArray[np.int64]
    rows: Mapping[int, Value]


@dataclass(frozen=True, slots=True)
class Difference(Generic[Value]):
    """What has changed in a mirror, by key: rows that are new or other, rows that were and are no more."""

    now: Mapping[int, Value]
    before: Mapping[int, Value]

    def __bool__(self) -> bool:
        return bool(self.now or self.before)


NOTHING: Final[Mirror[Any]] = Mirror(np.empty(0, np.int64), np.empty(0, np.int64), {})


def refreshed(
    session: Session, source: Source[Value], day: date, held: Mirror[Value]
) -> tuple[Mirror[Value], Difference[Value]]:
    """Return a source's rows of a day and what is other than in what is held; one or two statements."""
    found = session.execute(text(_stamps(source.sql)), {"day": day}).one()
    keys, stamps = (np.array(column or (), dtype=np.int64) for column in found)
    same = _held(held, keys, stamps)
    gone = np.setdiff1d(held.keys, keys[same], assume_unique=True).tolist()
    fresh = keys[~same].tolist()
    if not fresh and not gone:
        return held, Difference({}, {})
    now = _rows(session, source, day, fresh, whole=len(fresh) == len(keys))
    rows = dict(held.rows)
    before = {key: rows.pop(key) for key in (*gone, *fresh) if key in rows}
    rows.update(now)
    return Mirror(keys, stamps, rows), Difference(now, before)


def _held(
    held: Mirror[Any], keys: NDArray[np.int64], stamps: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell of each key whether its row is held as it is."""
    if not len(held.keys):
        return np.zeros(len(keys), dtype=bool)
    at = np.minimum(np.searchsorted(held.keys, keys), len(held.keys) - 1)
    same: NDArray[np.bool_] = (held.keys[at] == keys) & (held.stamps[at] == stamps)
    return same


def _stamps(sql: str) -> str:
    return f"SELECT array_agg(key ORDER BY key), array_agg(stamp ORDER BY key) FROM ({sql}) AS t"  # noqa: S608


def _rows(
    session: Session, source: Source[Value], day: date, keys: list[int], *, whole: bool
) -> dict[int, Value]:
    if not keys:
        return {}
    if whole:
        found: Iterable[Row[Any]] = session.execute(text(source.sql), {"day": day})
    else:
        query = text(f"SELECT * FROM ({source.sql}) AS t WHERE key = ANY(:keys)")  # noqa: S608
        found = session.execute(query, {"day": day, "keys": keys})
    return {row.key: source.make(row) for row in found}


def _stamp(*aliases: str) -> str:
    written = ", ".join(f"{alias}.id, {alias}.xmin" for alias in aliases)
    return f"hashtextextended(concat_ws(',', {written}), 0) AS stamp"


def _shape(row: Row[Any]) -> shapely.Geometry:
    return shapely.from_wkb(bytes(row.shape))


AREAS: Final = Source(
    ("areas",),
    f"""
    SELECT a.id AS key, {_stamp("a", "v")}, a.kind, a.code, a.parent_id, v.name
    FROM area a JOIN area_version v ON v.area_id = a.id AND v.valid @> CAST(:day AS date)
    """,  # noqa: S608 - no input is part of it
    lambda row: AreaFacts(row.key, row.kind, row.code, row.parent_id, row.name),
)

GRIDS: Final = Source(
    ("grids",),
    f"""
    SELECT g.id AS key, {_stamp("g", "v")}, g.code, g.community_id, v.name,
           ST_AsBinary(v.boundary) AS shape
    FROM grid g JOIN grid_version v ON v.grid_id = g.id AND v.valid @> CAST(:day AS date)
    """,  # noqa: S608
    lambda row: Shaped(GridFacts(row.key, row.code, row.community_id, row.name), _shape(row)),
)

BUILDINGS: Final = Source(
    ("buildings",),
    f"""
    SELECT b.id AS key, {_stamp("b", "v", "gb")}, b.code, v.number, v.zone, v.name, v.address, v.kind,
           v.units, v.floors, v.households, v.residents, v.compound_id,
           ST_X(v.spot) AS lon, ST_Y(v.spot) AS lat, gb.grid_id, ST_AsBinary(v.footprint) AS shape
    FROM building b
    JOIN building_version v ON v.building_id = b.id AND v.valid @> CAST(:day AS date)
    LEFT JOIN grid_building gb ON gb.building_id = b.id AND gb.valid @> CAST(:day AS date)
    """,  # noqa: S608
    lambda row: Shaped(
        BuildingFacts(
            id=row.key,
            code=row.code,
            number=row.number,
            zone=row.zone,
            name=row.name,
            address=row.address,
            kind=row.kind,
            units=row.units,
            floors=row.floors,
            households=row.households,
            residents=row.residents,
            compound_id=row.compound_id,
            lon=row.lon,
            lat=row.lat,
        ),
        _shape(row),
        row.grid_id,
    ),
)

COMPOUNDS: Final = Source(
    ("compounds", "property"),
    f"""
    SELECT c.id AS key, {_stamp("c", "v", "k", "pc", "u")}, c.code, v.name,
           pc.name AS company, pc.phone AS company_phone, lower(k.valid) AS company_since,
           u.id IS NOT NULL AS in_ledger, u.self_management, ST_AsBinary(v.boundary) AS shape
    FROM compound c
    JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
    LEFT JOIN property_contract k ON k.compound_id = c.id AND k.valid @> CAST(:day AS date)
    LEFT JOIN property_company pc ON pc.id = k.company_id
    LEFT JOIN unserved_compound u ON u.compound_id = c.id AND u.valid @> CAST(:day AS date)
    """,  # noqa: S608
    lambda row: Shaped(
        CompoundFacts(
            id=row.key,
            code=row.code,
            name=row.name,
            company=row.company,
            company_phone=row.company_phone,
            company_since=row.company_since,
            in_ledger=row.in_ledger,
            self_management=row.self_management,
        ),
        _shape(row),
    ),
)

ROADS: Final = Source(
    ("geography", "grids"),
    f"""
    SELECT rg.id AS key, {_stamp("rg", "r")}, r.code, rg.grid_id, ST_AsBinary(r.line) AS shape
    FROM road r JOIN road_grid rg ON rg.road_code = r.code AND rg.valid @> CAST(:day AS date)
    WHERE r.valid @> CAST(:day AS date)
    """,  # noqa: S608
    lambda row: Shaped(OwnedRoad(row.code, row.grid_id), _shape(row), row.grid_id),
)

PARTIES: Final = Source(
    ("party",),
    f"""
    SELECT v.organisation_id AS key, {_stamp("v")}, v.kind, v.name, v.full_members,
           v.probationary_members, v.area_id, v.grid_id, v.building_id
    FROM party_version v WHERE v.valid @> CAST(:day AS date)
    """,  # noqa: S608
    lambda row: PartyHeld(
        id=row.key,
        kind=PartyKind(row.kind),
        name=row.name,
        full_members=row.full_members,
        probationary_members=row.probationary_members,
        area_id=row.area_id,
        grid_id=row.grid_id,
        building_id=row.building_id,
    ),
)

POSTS: Final = Source(
    ("posts",),
    f"""
    SELECT p.id AS key, {_stamp("p", "n", "y")}, p.kind, p.person_id, n.name, p.area_id, p.grid_id,
           p.building_id, p.compound_id, p.unit, lower(p.valid) AS since, p.term_end, p.duty_phone,
           y.name AS seconded_from
    FROM post p
    JOIN person n ON n.id = p.person_id
    LEFT JOIN agency y ON y.id = p.seconded_from_id
    WHERE p.valid @> CAST(:day AS date) AND p.kind <> 'part_time_worker'
    """,  # noqa: S608
    lambda row: PostHeld(
        post_id=row.key,
        kind=PostKind(row.kind),
        person_id=row.person_id,
        name=row.name,
        area_id=row.area_id,
        grid_id=row.grid_id,
        building_id=row.building_id,
        compound_id=row.compound_id,
        unit=row.unit,
        since=row.since,
        term_end=row.term_end,
        duty_phone=row.duty_phone,
        seconded_from=row.seconded_from,
    ),
)
