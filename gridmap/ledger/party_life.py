"""Party life: members of organisations, the duties of a branch, its meetings, attendance, dues.

Dues are kept as paid or not paid, by month: amounts have no column. Rules of the schema keep one
organisation a person and one value of a duty on any day.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.base import Base, Dated, dated_checks, no_overlap
from gridmap.terms import DutyKind, MeetingState, PartyMove, PartyStanding, Term


def _one_of(column: str, words: type[Term]) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({listed})"


class PartyMembership(Dated, Base):
    """Somebody belongs to a party organisation (组织关系), from a day to a day.

    `building_id`: where she lives. `came` and `went`: how the relation began and ended;
    `elsewhere`: the organisation outside the county that she came from or went to.
    """

    __tablename__ = "party_membership"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint(_one_of("standing", PartyStanding), name="standing"),
        CheckConstraint(_one_of("came", PartyMove), name="came"),
        CheckConstraint(_one_of("went", PartyMove), name="went"),
        no_overlap("ex_party_membership", "person_id"),
        Index("ix_party_membership_organisation_id", "organisation_id"),
        Index("ix_party_membership_building_id", "building_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("party_organisation.id"))
    standing: Mapped[str] = mapped_column(String(16))
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"))
    came: Mapped[str | None] = mapped_column(String(16))
    went: Mapped[str | None] = mapped_column(String(16))
    elsewhere: Mapped[str | None] = mapped_column(Text)


class PartyDuty(Dated, Base):
    """How often the county wants a duty done: once in so many months, from a day to a day."""

    __tablename__ = "party_duty"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint(_one_of("kind", DutyKind), name="kind"),
        CheckConstraint("months IN (0, 1, 2, 3, 6, 12)", name="months"),
        no_overlap("ex_party_duty", "kind"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    months: Mapped[int] = mapped_column()
    source: Mapped[str] = mapped_column(Text, server_default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PartyMeeting(Base):
    """A meeting of an organisation: planned for a day, then held or cancelled.

    `day` is the day that it is planned for, once held the day on which it was. `expected` and
    `present` are counts; where attendance is listed they agree with it.
    """

    __tablename__ = "party_meeting"
    __table_args__ = (
        CheckConstraint(_one_of("kind", DutyKind), name="kind"),
        CheckConstraint(_one_of("state", MeetingState), name="state"),
        CheckConstraint("topic <> ''", name="topic"),
        CheckConstraint(
            "(state = 'held') = (present IS NOT NULL) AND (present IS NULL OR"
            " (expected IS NOT NULL AND present >= 0 AND present <= expected))",
            name="present",
        ),
        UniqueConstraint("organisation_id", "kind", "day"),
        Index("ix_party_meeting_day", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("party_organisation.id"))
    kind: Mapped[str] = mapped_column(String(24))
    day: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    minutes: Mapped[str | None] = mapped_column(Text)
    expected: Mapped[int | None] = mapped_column()
    present: Mapped[int | None] = mapped_column()


class PartyAttendance(Base):
    """Whether a member was at a meeting, and why not."""

    __tablename__ = "party_attendance"
    __table_args__ = (Index("ix_party_attendance_person_id", "person_id"),)

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("party_meeting.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    present: Mapped[bool] = mapped_column()
    reason: Mapped[str | None] = mapped_column(Text)


class PartyDues(Base):
    """Whether a member's dues of a month were paid; without a row nobody has noted it yet."""

    __tablename__ = "party_dues"
    __table_args__ = (CheckConstraint("date_part('day', month) = 1", name="month"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    paid: Mapped[bool] = mapped_column()
    noted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
