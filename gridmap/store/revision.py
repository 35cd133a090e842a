"""Data versions: every layer of the ledger has a number that grows with each change of it.

The number is raised by statement triggers inside the changing transaction. The row lock puts the
commits of one layer in order, so that whoever has seen number n has seen everything up to n.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from gridmap.store.base import Base

LAYERS: dict[str, tuple[str, ...]] = {
    "areas": ("area", "area_version"),
    "grids": ("grid", "grid_version", "road_grid"),
    "compounds": ("compound", "compound_version"),
    "buildings": ("building", "building_version", "grid_building"),
    "geography": ("road", "water", "place"),
    "party": ("party_organisation", "party_version"),
    "posts": ("person", "post", "stand_in", "visit", "agency", "responsible_unit"),
    "property": (
        "property_company",
        "property_contract",
        "owners_committee",
        "unserved_compound",
        "service_centre",
        "service_centre_area",
    ),
    "settings": ("setting",),
    "calendar": ("calendar_day",),
}
"""Layers and the tables whose changes raise their number."""


class Revision(Base):
    """The number of one layer."""

    __tablename__ = "revision"

    layer: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


def revisions(session: Session) -> dict[str, int]:
    """Return the number of every layer, in one statement."""
    return {
        row.layer: row.number for row in session.execute(select(Revision.layer, Revision.number))
    }
