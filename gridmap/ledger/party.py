"""Party organisations of three levels: general branch, grid branch, building group."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gridmap.store.base import Base, Dated, dated_checks, no_overlap


class PartyOrganisation(Base):
    """A party organisation's identity; what it is and whom it serves stands in its versions."""

    __tablename__ = "party_organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)

    versions: Mapped[list[PartyVersion]] = relationship(
        back_populates="organisation", foreign_keys="PartyVersion.organisation_id"
    )


class PartyVersion(Dated, Base):
    """Kind, name, parent, members and target of an organisation from a day to a day.

    A general branch serves a community, a grid branch a grid, a building group a building: one
    organisation a target on any day. Member counts below a norm warn elsewhere and never block.
    """

    __tablename__ = "party_version"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint("kind IN ('general_branch', 'grid_branch', 'building_group')", name="kind"),
        CheckConstraint(
            "num_nonnulls(area_id, grid_id, building_id) = 1"
            " AND (area_id IS NOT NULL) = (kind = 'general_branch')"
            " AND (grid_id IS NOT NULL) = (kind = 'grid_branch')",
            name="target",
        ),
        CheckConstraint("full_members >= 0 AND probationary_members >= 0", name="members"),
        no_overlap("ex_party_version", "organisation_id"),
        no_overlap("ex_party_version_area", "area_id"),
        no_overlap("ex_party_version_grid", "grid_id"),
        no_overlap("ex_party_version_building", "building_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("party_organisation.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("party_organisation.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(Text)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"))
    full_members: Mapped[int] = mapped_column(server_default="0")
    probationary_members: Mapped[int] = mapped_column(server_default="0")

    organisation: Mapped[PartyOrganisation] = relationship(
        back_populates="versions", foreign_keys=[organisation_id]
    )
