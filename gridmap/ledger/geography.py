"""The base map that the county owns: roads, water, places; and which grid answers for a road.

A row is one version of a feature; `code` is its identity over time.
"""

from __future__ import annotations

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.base import STORED_SRID, Base, Dated, dated_checks, no_overlap


class Road(Dated, Base):
    """A road's centre line; `kind` in OpenStreetMap's words (trunk, primary, residential...)."""

    __tablename__ = "road"
    __table_args__ = (
        *dated_checks(),
        no_overlap("ex_road", "code"),
        Index("ix_road_line", "line", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(32))
    line: Mapped[WKBElement] = mapped_column(
        Geometry("MULTILINESTRING", srid=STORED_SRID, spatial_index=False)
    )


class Water(Dated, Base):
    """A water surface: river, canal, lake, pond."""

    __tablename__ = "water"
    __table_args__ = (
        *dated_checks(),
        no_overlap("ex_water", "code"),
        Index("ix_water_surface", "surface", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(32))
    surface: Mapped[WKBElement] = mapped_column(
        Geometry("MULTIPOLYGON", srid=STORED_SRID, spatial_index=False)
    )


class Place(Dated, Base):
    """A named place or a piece of land use, as point or polygon: park, school, market, shop; its address if told."""

    __tablename__ = "place"
    __table_args__ = (
        *dated_checks(),
        no_overlap("ex_place", "code"),
        Index("ix_place_shape", "shape", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(32))
    road: Mapped[str | None] = mapped_column(Text)
    house_number: Mapped[str | None] = mapped_column(String(32))
    shape: Mapped[WKBElement] = mapped_column(
        Geometry("GEOMETRY", srid=STORED_SRID, spatial_index=False)
    )


class RoadGrid(Dated, Base):
    """Which grid answers for a road that is an edge between grids."""

    __tablename__ = "road_grid"
    __table_args__ = (*dated_checks(), no_overlap("ex_road_grid", "road_code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    road_code: Mapped[str] = mapped_column(String(64))
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
