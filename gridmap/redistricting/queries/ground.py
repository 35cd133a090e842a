"""SQL: what a county is cut by, in metres of its zone; which version of the ledger it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row, TextClause, func, select, text
from sqlalchemy.orm import Session

from gridmap.geometry.crs import geometries_from_wgs84
from gridmap.geometry.zones import gauss_kruger_zone
from gridmap.ledger.settings import Setting
from gridmap.redistricting.atoms import Ground
from gridmap.store.revision import Revision

CUT_BY: Final = ("areas", "grids", "compounds", "buildings", "geography")
"""Layers of the ledger whose changes may change the atoms."""

_LOCK_ATOMS: Final = 0x61746F6D
_COMMUNITIES: Final = text("""
    SELECT a.id, a.code, ST_AsBinary(v.boundary) AS shape
    FROM area a JOIN area_version v ON v.area_id = a.id AND v.valid @> CAST(:day AS date)
    WHERE a.kind = 'community' AND v.boundary IS NOT NULL ORDER BY a.code""")
_GRIDS: Final = text("""
    SELECT DISTINCT g.community_id, ST_AsBinary(v.boundary) AS shape
    FROM grid g JOIN grid_version v ON v.grid_id = g.id ORDER BY 1, 2""")
_COMPOUNDS: Final = text("""
    SELECT c.id, ST_AsBinary(v.boundary) AS shape
    FROM compound c JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
    ORDER BY c.code""")
_BUILDINGS: Final = text("""
    SELECT v.building_id AS id, v.compound_id, ST_AsBinary(v.footprint) AS shape, ST_AsBinary(v.spot) AS spot
    FROM building_version v JOIN building b ON b.id = v.building_id
    WHERE v.valid @> CAST(:day AS date) ORDER BY b.code""")
_ROADS: Final = text("""
    SELECT kind, ST_AsBinary(line) AS shape FROM road WHERE valid @> CAST(:day AS date) ORDER BY code""")
_WATERS: Final = text("""
    SELECT ST_AsBinary(surface) AS shape FROM water WHERE valid @> CAST(:day AS date) ORDER BY code""")


def hold_atoms(session: Session) -> None:
    """Wait for whoever builds atoms now; held until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK_ATOMS)))


def inputs_number(session: Session) -> str:
    """Return a word that changes whenever something that atoms are cut by has changed."""
    query = select(Revision.layer, Revision.number).where(Revision.layer.in_(CUT_BY))
    numbers = {row.layer: row.number for row in session.execute(query)}
    return ".".join(str(numbers.get(layer, 0)) for layer in CUT_BY)


def zone_of(session: Session, day: date) -> int | None:
    """Return the EPSG code of the county's zone: its setting, or the zone of its middle; None without a county."""
    setting = session.get(Setting, "metric_epsg")
    if setting is not None:
        return int(setting.value)
    middle = session.scalar(
        text("""SELECT ST_X(ST_Centroid(ST_Extent(boundary)))
                FROM area_version WHERE valid @> CAST(:day AS date)"""),
        {"day": day},
    )
    return None if middle is None else gauss_kruger_zone(float(middle))


def ground(session: Session, day: date, epsg: int) -> Ground:
    """Return what the county is cut by as of a day; grids of every day, for the past must be redrawable.

    Args:
        session: open session.
        day: day of communities, compounds, buildings, roads and water.
        epsg: the zone whose metres the geometry comes in.
    """

    def rows(query: TextClause) -> Sequence[Row[Any]]:
        return session.execute(query, {"day": day}).all()

    def shapes(found: Iterable[Any], column: str = "shape") -> NDArray[np.object_]:
        return in_metres([getattr(row, column) for row in found], epsg)

    communities, compounds = rows(_COMMUNITIES), rows(_COMPOUNDS)
    buildings, roads, waters = rows(_BUILDINGS), rows(_ROADS), rows(_WATERS)
    grids = session.execute(_GRIDS).all()
    return Ground(
        communities=_with(communities, shapes(communities), lambda row: (row.id, row.code)),
        grids=_with(grids, shapes(grids), lambda row: (row.community_id,)),
        compounds=_with(compounds, shapes(compounds), lambda row: (row.id,)),
        buildings=[
            (row.id, row.compound_id, shape, spot)
            for row, shape, spot in zip(
                buildings, shapes(buildings), shapes(buildings, "spot"), strict=True
            )
        ],
        roads=_with(roads, shapes(roads), lambda row: (row.kind,)),
        waters=list(shapes(waters)),
    )


def in_metres(binaries: Sequence[bytes], epsg: int) -> NDArray[np.object_]:
    """Return stored geometries in metres of a zone."""
    return geometries_from_wgs84(
        shapely.from_wkb(np.array(list(binaries), dtype=object)), f"EPSG:{epsg}"
    )


def _with(
    rows: Iterable[Any], shapes: Iterable[BaseGeometry], keys: Callable[[Any], tuple[Any, ...]]
) -> list[Any]:
    return [(*keys(row), shape) for row, shape in zip(rows, shapes, strict=True)]
