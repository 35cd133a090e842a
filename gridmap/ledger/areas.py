"""County, townships, communities and grids: identity apart from the dated boundary."""

from __future__ import annotations

from datetime import date

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gridmap.errors import BadCode
from gridmap.store.base import STORED_SRID, Base, Dated, dated_checks, no_overlap
from gridmap.terms import AreaKind

AREA_DIGITS = 12
GRID_DIGITS = 15
_SIGNIFICANT = {AreaKind.COUNTY: 6, AreaKind.TOWNSHIP: 9, AreaKind.COMMUNITY: 12}


class Area(Base):
    """An administrative area's identity: its 12-digit code and its parent."""

    __tablename__ = "area"
    __table_args__ = (
        CheckConstraint("kind IN ('county', 'township', 'community')", name="kind"),
        CheckConstraint("code ~ '^[0-9]{12}$'", name="code"),
        CheckConstraint("(parent_id IS NULL) = (kind = 'county')", name="parent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(AREA_DIGITS), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)

    parent: Mapped[Area | None] = relationship(remote_side="Area.id")
    versions: Mapped[list[AreaVersion]] = relationship(back_populates="area")


class AreaVersion(Dated, Base):
    """An area's name and boundary from a day to a day (townships may lack a boundary of their own)."""

    __tablename__ = "area_version"
    __table_args__ = (
        *dated_checks(),
        no_overlap("ex_area_version", "area_id"),
        Index("ix_area_version_boundary", "boundary", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    boundary: Mapped[WKBElement | None] = mapped_column(
        Geometry("MULTIPOLYGON", srid=STORED_SRID, spatial_index=False), nullable=True
    )

    area: Mapped[Area] = relationship(back_populates="versions")


class Grid(Base):
    """A grid's identity: its 15-digit code inside a community. Codes are never used again."""

    __tablename__ = "grid"
    __table_args__ = (CheckConstraint("code ~ '^[0-9]{15}$'", name="code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(GRID_DIGITS), unique=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)

    community: Mapped[Area] = relationship()
    versions: Mapped[list[GridVersion]] = relationship(back_populates="grid")


class GridVersion(Dated, Base):
    """A grid's name and boundary from a day to a day."""

    __tablename__ = "grid_version"
    __table_args__ = (
        *dated_checks(),
        no_overlap("ex_grid_version", "grid_id"),
        Index("ix_grid_version_boundary", "boundary", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    boundary: Mapped[WKBElement] = mapped_column(
        Geometry("MULTIPOLYGON", srid=STORED_SRID, spatial_index=False)
    )

    grid: Mapped[Grid] = relationship(back_populates="versions")


class GridLineage(Base):
    """Which grid came from which, by a merge, a split or a redrawing, on which day."""

    __tablename__ = "grid_lineage"
    __table_args__ = (
        UniqueConstraint("grid_id", "predecessor_id", "day"),
        CheckConstraint("kind IN ('merged', 'split', 'redrawn')", name="kind"),
        CheckConstraint("grid_id <> predecessor_id", name="not_itself"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    predecessor_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    day: Mapped[date] = mapped_column(Date)


def check_area_code(code: str, kind: AreaKind, county_code: str | None = None) -> str:
    """Return the code when it is a 12-digit code of that kind (and of that county).

    County codes end in six zeros, township codes in three; a community's last three are not 000.

    Raises:
        BadCode: wrong digits, wrong level or another county.

    >>> check_area_code("419901001000", AreaKind.TOWNSHIP)
    '419901001000'
    """
    if len(code) != AREA_DIGITS or not (code.isascii() and code.isdigit()):
        raise BadCode(
            value=code, reason_zh="应为12位数字", reason_en="12 digits are needed", field="code"
        )
    if _level_of(code) != kind:
        raise BadCode(
            value=code,
            reason_zh=f"不是{kind.zh}一级的编码（县6位、乡镇9位、社区12位，不足补0）",
            reason_en=f"not a code of the level “{kind.en}” (county 6, township 9, community 12 digits, then zeros)",
            field="code",
        )
    if county_code is not None and code[:6] != county_code[:6]:
        raise BadCode(
            value=code,
            reason_zh=f"不属于本县（{county_code[:6]}）",
            reason_en=f"belongs to another county (ours is {county_code[:6]})",
            field="code",
        )
    return code


def _level_of(code: str) -> AreaKind:
    if code.endswith("000000"):
        return AreaKind.COUNTY
    return AreaKind.TOWNSHIP if code.endswith("000") else AreaKind.COMMUNITY


def check_grid_code(code: str, community_code: str | None = None) -> str:
    """Return the code when it is a 15-digit grid code (of that community).

    Raises:
        BadCode: wrong digits, sequence 000 or another community.

    >>> check_grid_code("419901001002001", "419901001002")
    '419901001002001'
    """
    if len(code) != GRID_DIGITS or not (code.isascii() and code.isdigit()):
        raise BadCode(
            value=code, reason_zh="应为15位数字", reason_en="15 digits are needed", field="code"
        )
    if code.endswith("000"):
        raise BadCode(
            value=code,
            reason_zh="末三位序号从001起",
            reason_en="the sequence starts at 001",
            field="code",
        )
    if community_code is not None and not code.startswith(community_code):
        raise BadCode(
            value=code,
            reason_zh=f"前12位应是所属社区的编码 {community_code}",
            reason_en=f"the first 12 digits must be its community's code {community_code}",
            field="code",
        )
    return code


def parent_code(code: str, kind: AreaKind) -> str:
    """Return the 12-digit code of the area above.

    >>> parent_code("419901001002", AreaKind.COMMUNITY)
    '419901001000'
    """
    keep = _SIGNIFICANT[AreaKind.TOWNSHIP if kind is AreaKind.COMMUNITY else AreaKind.COUNTY]
    return code[:keep].ljust(AREA_DIGITS, "0")
