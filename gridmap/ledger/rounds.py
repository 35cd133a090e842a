"""Door visits (走访): the doors that somebody calls at, how often, and what was found there.

Which household is elderly, needy or disabled is private throughout: it is read by whoever visits it and by
the desks of its area, never published. `name`, `contact_phone` and the notes go when a household is erased or long
ended; the visits stay, as counts.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.base import Base, Dated, dated_checks, no_overlap
from gridmap.terms import DoorOutcome, HouseholdKind, Term


def _one_of(column: str, words: type[Term]) -> str:
    return f"{column} IN ({', '.join(repr(word.value) for word in words)})"


class Household(Dated, Base):
    """A door on the list of visits: one row a version, `code` is its identity.

    `unit` and `room` are the door; a whole building (`kind` building) has neither. `visitor_id` is who calls
    there, where it is not the grid's worker.
    """

    __tablename__ = "household"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint(_one_of("kind", HouseholdKind), name="kind"),
        CheckConstraint("(kind = 'building') = (unit IS NULL AND room IS NULL)", name="door"),
        CheckConstraint("unit > 0", name="unit"),
        no_overlap("ex_household", "code"),
        no_overlap("ex_household_door", "building_id", "door"),
        Index("ix_household_building_id", "building_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"))
    unit: Mapped[int | None] = mapped_column()
    room: Mapped[str | None] = mapped_column(String(32))
    door: Mapped[str] = mapped_column(
        String(48),
        Computed("coalesce(unit::text, '') || '-' || coalesce(room, '')", persisted=True),
    )
    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str | None] = mapped_column(Text)
    contact_phone: Mapped[str | None] = mapped_column(String(32))
    note: Mapped[str | None] = mapped_column(Text)
    visitor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)


class VisitRule(Dated, Base):
    """After how many days a kind of door is due again, from a day to a day."""

    __tablename__ = "visit_rule"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint(_one_of("kind", HouseholdKind), name="kind"),
        CheckConstraint("days BETWEEN 1 AND 730", name="days"),
        no_overlap("ex_visit_rule", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    days: Mapped[int] = mapped_column()


class DoorVisit(Base):
    """Somebody was at a door on a day; `time` (HH:MM, Asia/Shanghai) tells two tries of a day apart.

    `key` makes a visit that a phone sends twice one visit; what came by a workbook has none. No position is
    kept: the building says where it was.
    """

    __tablename__ = "door_visit"
    __table_args__ = (
        CheckConstraint(_one_of("outcome", DoorOutcome), name="outcome"),
        CheckConstraint("satisfaction BETWEEN 1 AND 4", name="satisfaction"),
        CheckConstraint("satisfaction IS NULL OR outcome = 'visited'", name="asked"),
        CheckConstraint("time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'", name="time"),
        Index("ix_door_visit_household_day", "household", "day"),
        Index("ix_door_visit_day", "day"),
        Index("ix_door_visit_building_id", "building_id"),
        Index("uq_door_visit_moment", "household", "day", "time", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    household: Mapped[str] = mapped_column(String(64))
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"))
    day: Mapped[date] = mapped_column(Date)
    time: Mapped[str] = mapped_column(String(5), server_default="00:00")
    outcome: Mapped[str] = mapped_column(String(16))
    satisfaction: Mapped[int | None] = mapped_column(SmallInteger)
    note: Mapped[str | None] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    key: Mapped[str | None] = mapped_column(String(64), unique=True)
    body_sha256: Mapped[str | None] = mapped_column(String(64))
    received_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DoorMatter(Base):
    """A need or a dispute that was met at a door became this report; `owner_post_id` follows it up (分包责任人)."""

    __tablename__ = "door_matter"
    __table_args__ = (CheckConstraint("kind IN ('need', 'dispute')", name="kind"),)

    visit_id: Mapped[int] = mapped_column(ForeignKey("door_visit.id"), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(String(16))
    owner_post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), index=True)
