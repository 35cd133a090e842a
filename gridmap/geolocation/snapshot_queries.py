"""SQL: everything of a day that points of a region can lie in or near, to be held in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import repeat
from typing import Any

import numpy as np
import shapely
from geoalchemy2 import WKBElement
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, LargeBinary, Row, Select, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gridmap.geolocation.snapshot import Layer, Snapshot
from gridmap.ledger.areas import Grid, GridVersion
from gridmap.ledger.buildings import (
    Building,
    BuildingVersion,
    Compound,
    CompoundVersion,
    GridBuilding,
)
from gridmap.ledger.geography import Road, RoadGrid
from gridmap.store.base import STORED_SRID, Dated, as_of

Shape = InstrumentedAttribute[WKBElement]
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees (WGS 84)."""


def snapshot_of(session: Session, box: Box, day: date) -> Snapshot:
    """Return grids, buildings, compounds and owned roads that meet a box on a day; four statements."""
    west, south, east, north = box
    region = func.ST_MakeEnvelope(west, south, east, north, STORED_SRID)

    def there(version: type[Dated], shape: Shape) -> ColumnElement[bool]:
        return and_(as_of(version, day), shape.op("&&")(region))

    def layer(query: Select[*tuple[Any, ...]]) -> Layer:
        found = session.execute(query)
        return _layer(tuple(found.keys()), found.all())

    grids = (
        select(Grid.id, Grid.code, GridVersion.name, _bytes(GridVersion.boundary))
        .join(GridVersion, GridVersion.grid_id == Grid.id)
        .where(there(GridVersion, GridVersion.boundary))
        .order_by(Grid.code)
    )
    buildings = (
        select(
            Building.id,
            Building.code,
            BuildingVersion.compound_id,
            GridBuilding.grid_id,
            _bytes(BuildingVersion.footprint),
        )
        .join(BuildingVersion, BuildingVersion.building_id == Building.id)
        .outerjoin(
            GridBuilding, and_(GridBuilding.building_id == Building.id, as_of(GridBuilding, day))
        )
        .where(there(BuildingVersion, BuildingVersion.footprint))
        .order_by(Building.code)
    )
    compounds = (
        select(Compound.id, Compound.code, _bytes(CompoundVersion.boundary))
        .join(CompoundVersion, CompoundVersion.compound_id == Compound.id)
        .where(there(CompoundVersion, CompoundVersion.boundary))
        .order_by(Compound.code)
    )
    roads = (
        select(RoadGrid.grid_id.label("id"), Road.code, RoadGrid.grid_id, _bytes(Road.line))
        .join(RoadGrid, and_(RoadGrid.road_code == Road.code, as_of(RoadGrid, day)))
        .where(there(Road, Road.line))
        .order_by(Road.code)
    )
    return Snapshot(layer(grids), layer(buildings), layer(compounds), layer(roads))


def _bytes(shape: Shape) -> ColumnElement[bytes]:
    return func.ST_AsBinary(shape, type_=LargeBinary).label("shape")


def _layer(names: Sequence[str], rows: Sequence[Row[Any]]) -> Layer:
    columns: dict[str, tuple[Any, ...]] = dict(
        zip(names, zip(*rows, strict=True) if rows else repeat(()), strict=False)
    )
    shapes: NDArray[np.object_] = shapely.from_wkb(np.array(columns["shape"], dtype=object))
    return Layer(
        ids=columns["id"],
        codes=columns["code"],
        shapes=shapes,
        names=columns.get("name", ()),
        grid_ids=columns.get("grid_id", ()),
        compound_ids=columns.get("compound_id", ()),
    )
