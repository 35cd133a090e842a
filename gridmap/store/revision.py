"""Data versions: every layer of the ledger has a number that grows with each change of it.

The number is raised by statement triggers inside the changing transaction. The row lock puts the
commits of one layer in order, so that whoever has seen number n has seen everything up to n.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, String, Text, cast, literal_column, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from gridmap.store.base import Base

LAYERS: dict[str, tuple[str, ...]] = {
    "areas": ("area", "area_version"),
    "grids": ("grid", "grid_version", "road_grid"),
    "compounds": ("compound", "compound_version"),
    "buildings": ("building", "building_version", "grid_building"),
    "geography": ("road", "water", "place"),
    "names": ("place_name", "address"),
    "party": ("party_organisation", "party_version"),
    "party_life": ("party_membership", "party_meeting", "party_duty"),
    "posts": (
        "person",
        "post",
        "stand_in",
        "visit",
        "agency",
        "responsible_unit",
        "joint_meeting",
    ),
    "property": (
        "property_company",
        "property_contract",
        "owners_committee",
        "unserved_compound",
        "service_centre",
        "service_centre_area",
        "centre_opening",
        "centre_closure",
    ),
    "red_property": (
        "company_party",
        "joint_post",
        "self_management",
        "meeting_item",
        "meeting_agency",
        "meeting_task",
        "unit_deed",
    ),
    "settings": ("setting", "coverage_rule"),
    "calendar": ("calendar_day",),
    "rounds": ("household", "visit_rule", "door_visit"),
    "volunteering": ("unit_checkin", "need", "activity"),
}
"""Layers and the tables whose changes raise their number."""


class Revision(Base):
    """The number of one layer."""

    __tablename__ = "revision"

    layer: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


Version = tuple[tuple[str, int, str], ...]
"""Number and last writer of every layer, in order of the layers."""


def version(session: Session, *layers: str) -> Version:
    """Return what this transaction sees of some layers, or of all, as a key for what is kept in memory; one statement.

    A number may come again when a transaction was rolled back; with its last writer (xmin) it does not.
    """
    writer = cast(literal_column("xmin"), Text)
    query = select(Revision.layer, Revision.number, writer).order_by(Revision.layer)
    if layers:
        query = query.where(Revision.layer.in_(layers))
    return tuple((layer, number, last) for layer, number, last in session.execute(query))


def part(whole: Version, *layers: str) -> Version:
    """Return the version of some layers.

    >>> part((("areas", 1, "7"), ("grids", 2, "8")), "grids")
    (('grids', 2, '8'),)
    """
    return tuple(one for one in whole if one[0] in layers)


def revisions(session: Session) -> dict[str, int]:
    """Return the number of every layer, in one statement."""
    return {
        row.layer: row.number for row in session.execute(select(Revision.layer, Revision.number))
    }
