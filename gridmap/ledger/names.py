"""Names beside the official ones, and addresses beside those of the buildings: dated, with who decided.

The official name of a community, compound, building, road or place stands in that entity's own dated
rows; so does a building's road and number, a compound's lane. Here stand the others. A rejected row
masks its text for its entity, wherever the text comes from.
"""

from __future__ import annotations

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.base import STORED_SRID, Base, Dated, dated_checks, no_overlap
from gridmap.terms import Named, NameKind, NameSource, NameState, Parity, Term

POINT = "point"
"""Target of an address that is neither a building's nor a compound's: its code is ``lon,lat``."""
TARGETS = (Named.BUILDING.value, Named.COMPOUND.value, POINT)


def _one_of(column: str, words: type[Term]) -> str:
    return f"{column} IN ({', '.join(repr(word.value) for word in words)})"


class PlaceName(Dated, Base):
    """A name of an entity from a day to a day: `entity_code` is a road's name, a crossing's both, else a code.

    `made_at` and `made_by_id` say who brought it; `decided_at` and `decided_by_id`, who gave it its state.
    """

    __tablename__ = "place_name"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint(_one_of("entity_kind", Named), name="entity_kind"),
        CheckConstraint(_one_of("kind", NameKind), name="kind"),
        CheckConstraint(_one_of("state", NameState), name="state"),
        CheckConstraint(_one_of("source", NameSource), name="source"),
        CheckConstraint("kind <> 'official' OR state = 'rejected'", name="official"),
        CheckConstraint("text <> '' AND text = btrim(text)", name="text"),
        no_overlap("ex_place_name", "entity_kind", "entity_code", "text"),
        Index("ix_place_name_text", "text"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    entity_kind: Mapped[str] = mapped_column(String(16))
    entity_code: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class NameEvidence(Base):
    """A report whose place the desk settled while its words had this name: what speaks for a proposal."""

    __tablename__ = "name_evidence"
    __table_args__ = (UniqueConstraint("name_id", "report_id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name_id: Mapped[int] = mapped_column(ForeignKey("place_name.id", ondelete="CASCADE"))
    report_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("report.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Address(Dated, Base):
    """An address of a building, a compound or a point, in the order of GB/T 39609-2020.

    Street or lane and number (街巷院落), then building (建筑门楼), then unit and room (单元户室). Numbers
    go `first` to `last`, of one side of the road where `parity` says so; `suffix` follows one number
    (甲, 之1, 附3). `written` is how the numbered part is written, and tells addresses of a target apart.
    """

    __tablename__ = "address"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint("target_kind IN ('building', 'compound', 'point')", name="target_kind"),
        CheckConstraint("(target_kind = 'point') = (spot IS NOT NULL)", name="spot"),
        CheckConstraint(_one_of("parity", Parity), name="parity"),
        CheckConstraint("state IN ('confirmed', 'rejected')", name="state"),
        CheckConstraint(_one_of("source", NameSource), name="source"),
        CheckConstraint("road <> '' AND (lane IS NOT NULL OR first IS NOT NULL)", name="number"),
        CheckConstraint("last IS NULL OR (last >= first AND suffix IS NULL)", name="range"),
        no_overlap("ex_address", "target_kind", "target_code", "written"),
        Index("ix_address_road", "road"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    road: Mapped[str] = mapped_column(Text)
    lane: Mapped[str | None] = mapped_column(String(32))
    first: Mapped[int | None]
    last: Mapped[int | None]
    parity: Mapped[str] = mapped_column(String(8), server_default="all")
    suffix: Mapped[str | None] = mapped_column(String(16))
    building: Mapped[str | None] = mapped_column(String(32))
    unit: Mapped[str | None] = mapped_column(String(32))
    room: Mapped[str | None] = mapped_column(String(32))
    written: Mapped[str] = mapped_column(Text)
    target_kind: Mapped[str] = mapped_column(String(16))
    target_code: Mapped[str] = mapped_column(String(64))
    spot: Mapped[WKBElement | None] = mapped_column(
        Geometry("POINT", srid=STORED_SRID, spatial_index=False)
    )
    state: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(16))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
