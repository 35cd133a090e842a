"""Property companies, owners' committees, the ledger of unserved compounds, service centres."""

from __future__ import annotations

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.base import STORED_SRID, Base, Dated, dated_checks, no_overlap

_FORMS = "party_form IS NULL OR party_form IN ('alone', 'joint', 'adviser')"


class PropertyCompany(Base):
    """A property company (物业服务企业); how it has its party organisation stands in `company_party`."""

    __tablename__ = "property_company"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(String(32))


class PropertyContract(Dated, Base):
    """Which company serves a compound, from a day to a day: one at a time."""

    __tablename__ = "property_contract"
    __table_args__ = (*dated_checks(), no_overlap("ex_property_contract", "compound_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    compound_id: Mapped[int] = mapped_column(ForeignKey("compound.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("property_company.id"), index=True)


class OwnersCommittee(Dated, Base):
    """A compound's owners' committee (业委会), from a day to a day."""

    __tablename__ = "owners_committee"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint(_FORMS, name="party_form"),
        no_overlap("ex_owners_committee", "compound_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    compound_id: Mapped[int] = mapped_column(ForeignKey("compound.id"))
    name: Mapped[str] = mapped_column(Text)
    party_form: Mapped[str | None] = mapped_column(String(16))


class UnservedCompound(Dated, Base):
    """An entry in the ledger of compounds without a property company (无物业小区台账)."""

    __tablename__ = "unserved_compound"
    __table_args__ = (*dated_checks(), no_overlap("ex_unserved_compound", "compound_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    compound_id: Mapped[int] = mapped_column(ForeignKey("compound.id"))
    self_management: Mapped[str] = mapped_column(Text)


class ServiceCentre(Dated, Base):
    """A party-mass service centre (党群服务中心): one row a version, `code` is its identity."""

    __tablename__ = "service_centre"
    __table_args__ = (
        *dated_checks(),
        no_overlap("ex_service_centre", "code"),
        Index("ix_service_centre_spot", "spot", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(String(32))
    spot: Mapped[WKBElement] = mapped_column(
        Geometry("POINT", srid=STORED_SRID, spatial_index=False)
    )


class ServiceCentreArea(Dated, Base):
    """Which communities a service centre serves, from a day to a day."""

    __tablename__ = "service_centre_area"
    __table_args__ = (
        *dated_checks(),
        no_overlap("ex_service_centre_area", "centre_code", "community_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_code: Mapped[str] = mapped_column(String(64))
    community_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
