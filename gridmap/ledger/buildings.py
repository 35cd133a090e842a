"""Compounds and buildings: identity apart from dated facts; which grid a building belongs to."""

from __future__ import annotations

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gridmap.store.base import STORED_SRID, Base, Dated, dated_checks, no_overlap


class Compound(Base):
    """A housing estate's identity (小区); `code` is the county's own id of it."""

    __tablename__ = "compound"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)

    versions: Mapped[list[CompoundVersion]] = relationship(back_populates="compound")


class CompoundVersion(Dated, Base):
    """A compound's name, zones (期/区), lane address and boundary from a day to a day."""

    __tablename__ = "compound_version"
    __table_args__ = (
        *dated_checks(),
        no_overlap("ex_compound_version", "compound_id"),
        Index("ix_compound_version_boundary", "boundary", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    compound_id: Mapped[int] = mapped_column(ForeignKey("compound.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    zones: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    lane_road: Mapped[str | None] = mapped_column(Text)
    lane_number: Mapped[str | None] = mapped_column(String(32))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    boundary: Mapped[WKBElement] = mapped_column(
        Geometry("MULTIPOLYGON", srid=STORED_SRID, spatial_index=False)
    )

    compound: Mapped[Compound] = relationship(back_populates="versions")


class Building(Base):
    """A building's identity (楼栋); `code` is the county's own id of it."""

    __tablename__ = "building"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)

    versions: Mapped[list[BuildingVersion]] = relationship(back_populates="building")


class BuildingVersion(Dated, Base):
    """A building's number, name, address, size and footprint from a day to a day.

    `spot` is an interior point of the footprint: where labels stand, the tile that carries the
    building, and the side that a building astride a boundary belongs to.
    """

    __tablename__ = "building_version"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint(
            "units >= 0 AND floors >= 0 AND households >= 0 AND residents >= 0", name="counts"
        ),
        no_overlap("ex_building_version", "building_id"),
        Index("ix_building_version_footprint", "footprint", postgresql_using="gist"),
        Index("ix_building_version_spot", "spot", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"))
    compound_id: Mapped[int | None] = mapped_column(ForeignKey("compound.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32), server_default="residential")
    number: Mapped[str | None] = mapped_column(String(32))
    zone: Mapped[str | None] = mapped_column(String(32))
    name: Mapped[str | None] = mapped_column(Text)
    road: Mapped[str | None] = mapped_column(Text)
    house_number: Mapped[str | None] = mapped_column(String(32))
    address: Mapped[str | None] = mapped_column(Text)
    units: Mapped[int] = mapped_column(server_default="0")
    floors: Mapped[int] = mapped_column(server_default="0")
    households: Mapped[int] = mapped_column(server_default="0")
    residents: Mapped[int] = mapped_column(server_default="0")
    footprint: Mapped[WKBElement] = mapped_column(
        Geometry("MULTIPOLYGON", srid=STORED_SRID, spatial_index=False)
    )
    spot: Mapped[WKBElement] = mapped_column(
        Geometry("POINT", srid=STORED_SRID, spatial_index=False)
    )

    building: Mapped[Building] = relationship(back_populates="versions")


class GridBuilding(Dated, Base):
    """Which grid a building belongs to, from a day to a day: the truth about membership."""

    __tablename__ = "grid_building"
    __table_args__ = (*dated_checks(), no_overlap("ex_grid_building", "building_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"))
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
