"""Where a layer's rows go: dated tables, their identities, and what stands in them from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import ColumnElement, LargeBinary, Select, and_, func, null, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area, AreaVersion, Grid, GridVersion
from gridmap.ledger.buildings import (
    Building,
    BuildingVersion,
    Compound,
    CompoundVersion,
    GridBuilding,
)
from gridmap.ledger.geography import Place, Road, Water
from gridmap.store.base import Base, Dated

Facts = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A dated table.

    Attributes:
        version: the table.
        key: its column that says whose version a row is.
        facts: columns that make a version what it is, compared and written.
        identity: the table of identities (`id`, `code`); None where the key is the code itself.
        derived: columns that follow from the facts: written, not compared.
    """

    version: type[Dated]
    key: str
    facts: tuple[str, ...]
    identity: type[Base] | None = None
    derived: tuple[str, ...] = ()


AREAS = Target(AreaVersion, "area_id", ("name", "boundary"), Area)
GRIDS = Target(GridVersion, "grid_id", ("name", "boundary"), Grid)
COMPOUNDS = Target(
    CompoundVersion,
    "compound_id",
    ("name", "zones", "lane_road", "lane_number", "community_id", "boundary"),
    Compound,
)
BUILDINGS = Target(
    BuildingVersion,
    "building_id",
    (
        *("compound_id", "kind", "number", "zone", "name", "road", "house_number", "address"),
        *("units", "floors", "households", "residents", "footprint"),
    ),
    Building,
    derived=("spot",),
)
MEMBERSHIP = Target(GridBuilding, "building_id", ("grid_id",), Building)
ROADS = Target(Road, "code", ("name", "kind", "line"))
WATER = Target(Water, "code", ("name", "kind", "surface"))
PLACES = Target(Place, "code", ("name", "kind", "road", "house_number", "shape"))


@dataclass(slots=True)
class Standing:
    """What is known of one code.

    Attributes:
        identity: id of its identity, where it has a table for that.
        version: id of the version that is valid on the day; None where none is.
        since, until: that version's days, half-open; `until` None is open.
        facts: that version's facts, in the order of `Target.facts`.
        later: first day of the next version after the day; None where there is none.
    """

    identity: int | None
    version: int | None = None
    since: date | None = None
    until: date | None = None
    facts: Facts = field(default=())
    later: date | None = None


def standing(session: Session, target: Target, day: date) -> dict[str, Standing]:
    """Return every code of a layer with its version on the day and the first one after it.

    Args:
        session: the caller's transaction.
        target: the layer's table.
        day: the day.
    """
    known: dict[str, Standing] = {}
    for code, identity, version, valid, *facts in session.execute(_rows(target, day)):
        entry = known.setdefault(code, Standing(identity))
        if valid is None:
            continue
        if valid.lower <= day:
            entry.version, entry.since, entry.until = version, valid.lower, valid.upper
            entry.facts = tuple(_plain(fact) for fact in facts)
        elif entry.later is None or valid.lower < entry.later:
            entry.later = valid.lower
    return known


def _rows(target: Target, day: date) -> Select[Any]:
    """Select code, identity, version, span and facts of everything valid on the day or after it."""
    version = target.version
    table = version.__table__  # type: ignore[attr-defined]
    facts = [_selected(table.c[name]) for name in target.facts]
    valid: ColumnElement[Range[date]] = table.c.valid
    lasting = or_(func.upper_inf(valid), func.upper(valid) > day)
    key = table.c[target.key]
    if target.identity is None:
        columns = [key, null(), table.c.id, valid, *facts]
        return select(*columns).where(lasting)
    identity = target.identity.__table__
    columns = [identity.c.code, identity.c.id, table.c.id, valid, *facts]
    return select(*columns).outerjoin_from(identity, table, and_(key == identity.c.id, lasting))


def _selected(column: ColumnElement[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, Geometry):
        return func.ST_AsEWKB(column, type_=LargeBinary)
    return column


def _plain(fact: object) -> object:
    return tuple(fact) if isinstance(fact, list) else fact


def in_force(known: dict[str, Standing], without: Sequence[object] = ()) -> dict[str, Standing]:
    """Return the codes that have a version on the day, but for some."""
    left_out = set(without)
    return {
        code: entry
        for code, entry in known.items()
        if entry.version is not None and code not in left_out
    }
