"""Service centres' opening times; people of the new groups there, and the branches that take them in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.base import Base, Dated, dated_checks, no_overlap
from gridmap.terms import CheckInWay, MatchState, Term, Weekdays

_CLOCK = "^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _one_of(column: str, words: type[Term]) -> str:
    return f"{column} IN ({', '.join(repr(word.value) for word in words)})"


class CentreOpening(Dated, Base):
    """On which days of the week a centre is open from when to when ('08:30'), local time; several rows add up."""

    __tablename__ = "centre_opening"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint(_one_of("weekdays", Weekdays), name="weekdays"),
        CheckConstraint(
            f"opens ~ '{_CLOCK}' AND (closes ~ '{_CLOCK}' OR closes = '24:00')", name="clock"
        ),
        CheckConstraint("closes > opens", name="order"),
        no_overlap("ex_centre_opening", "centre", "weekdays", "opens"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre: Mapped[str] = mapped_column(String(64))
    weekdays: Mapped[str] = mapped_column(String(16))
    opens: Mapped[str] = mapped_column(String(5))
    closes: Mapped[str] = mapped_column(String(5))


class CentreClosure(Dated, Base):
    """Days on which a centre is closed whatever its week says, and why: a holiday, works."""

    __tablename__ = "centre_closure"
    __table_args__ = (*dated_checks(), no_overlap("ex_centre_closure", "centre"))

    id: Mapped[int] = mapped_column(primary_key=True)
    centre: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)


class CentreMember(Dated, Base):
    """A courier, rider or driver belongs to a centre: one centre at a time."""

    __tablename__ = "centre_member"
    __table_args__ = (
        *dated_checks(),
        no_overlap("ex_centre_member", "volunteer_id"),
        Index("ix_centre_member_centre", "centre"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
    centre: Mapped[str] = mapped_column(String(64))
    employer: Mapped[str | None] = mapped_column(Text)


class CentreCheckIn(Base):
    """Somebody was at a centre on a day: once a day; the distance is kept, never the position."""

    __tablename__ = "centre_check_in"
    __table_args__ = (
        CheckConstraint(_one_of("way", CheckInWay), name="way"),
        CheckConstraint("(way = 'position') = (distance_m IS NOT NULL)", name="distance"),
        UniqueConstraint("volunteer_id", "centre", "day"),
        Index("ix_centre_check_in_centre_day", "centre", "day"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
    centre: Mapped[str] = mapped_column(String(64))
    day: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    way: Mapped[str] = mapped_column(String(16))
    distance_m: Mapped[int | None] = mapped_column()


class WillingBranch(Dated, Base):
    """The branch of a grid is willing to take in members of the new groups: how many, from when to when."""

    __tablename__ = "willing_branch"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint("places > 0", name="places"),
        no_overlap("ex_willing_branch", "grid_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    places: Mapped[int] = mapped_column(server_default="1")
    note: Mapped[str | None] = mapped_column(Text)


class BranchMatch(Base):
    """A party member of the new groups was proposed to the nearest willing branch; what its secretary said.

    `metres` from the member's centre to the branch, along roads where `along_roads` says so. One match that
    stands a member; after a refusal the next branch is proposed.
    """

    __tablename__ = "branch_match"
    __table_args__ = (
        CheckConstraint(_one_of("state", MatchState), name="state"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("state <> 'declined' OR reason <> ''", name="reason"),
        UniqueConstraint("volunteer_id", "organisation_id"),
        Index(
            "uq_branch_match_standing", "volunteer_id", unique=True,
            postgresql_where=text("state <> 'declined'"),
        ),
        Index("ix_branch_match_organisation_id", "organisation_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("party_organisation.id"))
    centre: Mapped[str] = mapped_column(String(64))
    metres: Mapped[int] = mapped_column()
    along_roads: Mapped[bool] = mapped_column()
    state: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None] = mapped_column(Text)


class VolunteerReport(Base):
    """A report was filed by a volunteer: whose it is beside the report, for counting."""

    __tablename__ = "volunteer_report"
    __table_args__ = (Index("ix_volunteer_report_volunteer_id", "volunteer_id"),)

    report_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("report.id"), primary_key=True, autoincrement=False
    )
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
