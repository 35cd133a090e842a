"""A collection of a day as a table with geometry."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy.orm import Session

from gridmap.errors import InvalidInput
from gridmap.geometry.crs import Crs, geometries_from_wgs84, made_for
from gridmap.publishing import computed, feature_queries
from gridmap.publishing.feature_queries import Wanted
from gridmap.publishing.fields import Collection, Field, FieldType

_TYPES: Final = {
    FieldType.TEXT: "object",
    FieldType.INTEGER: "Int64",
    FieldType.NUMBER: "Float64",
    FieldType.FLAG: "boolean",
}


def in_system(frame: gpd.GeoDataFrame, crs: Crs) -> gpd.GeoDataFrame:
    """Return a table of WGS 84 in another coordinate system, marked as such.

    Raises:
        InvalidInput: files cannot be written in that system, or it is made for elsewhere.
    """
    west, south, east, north = frame.total_bounds
    if len(frame) and not made_for(crs, (west, south, east, north)):
        raise InvalidInput(
            field="crs",
            reason_zh=f"坐标系“{crs}”不适用于这里，请选当地的分带。",
            reason_en=f"“{crs}” is not made for this place; choose the local zone.",
        )
    shapes = geometries_from_wgs84(frame.geometry.to_numpy(), crs)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=crs.authority))


def columns_of(collection: Collection) -> tuple[Field, ...]:
    """Return the columns of a collection's table: its code, its fields, its days."""
    return collection.columns


def frame_of(session: Session, collection: Collection, day: date) -> gpd.GeoDataFrame:
    """Return a collection as of a day: one row a feature by code, WGS 84.

    Text is text or None, counts are whole numbers or NA, days are `datetime.date` or None.
    """
    rows = feature_queries.table(session, collection, Wanted.on(day))
    values = computed.values_of(session, collection, day) if rows else {}
    empty = computed.without_any(collection)

    def cell(row: Any, field: Field) -> object:  # noqa: ANN401 - a row of any collection
        if field.name in collection.computed:
            return values.get(row.code, empty)[field.name]
        found: object = getattr(row, field.name)
        return found

    columns = {
        field.name: pd.Series(
            [cell(row, field) for row in rows], dtype=_TYPES.get(field.type, "object")
        )
        for field in columns_of(collection)
    }
    shapes = shapely.from_wkb(np.array([bytes(row.geometry) for row in rows], dtype=object))
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")
