"""The red property net: companies' parties, joint posts, follow-up of meetings, self-management, deeds of units."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.ledger.meeting_plans import MeetingProposal
from gridmap.store.base import Base, Dated, dated_checks, no_overlap
from gridmap.terms import JointDuty, PartyForm, Term, UnitDeedKind, Upkeep


def _one_of(column: str, words: type[Term]) -> str:
    return f"{column} IN ({', '.join(repr(word.value) for word in words)})"


class CompanyParty(Dated, Base):
    """How a property company has its party organisation, from a day to a day: one form at a time."""

    __tablename__ = "company_party"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint(_one_of("party_form", PartyForm), name="party_form"),
        no_overlap("ex_company_party", "company_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("property_company.id"))
    party_form: Mapped[str] = mapped_column(String(16))
    name: Mapped[str | None] = mapped_column(Text)


class JointPost(Dated, Base):
    """A joint post (交叉任职): somebody of a property company or of a compound's owners' committee sits
    part-time in the community's party organisation, from a day to a day.
    """  # noqa: D205 - one sentence

    __tablename__ = "joint_post"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint("num_nonnulls(company_id, compound_id) = 1", name="side"),
        CheckConstraint(_one_of("duty", JointDuty), name="duty"),
        no_overlap("ex_joint_post", "person_id", "community_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("property_company.id"), index=True)
    compound_id: Mapped[int | None] = mapped_column(ForeignKey("compound.id"), index=True)
    duty: Mapped[str] = mapped_column(String(24))


class SelfManagement(Dated, Base):
    """Who looks after what in a compound without a property company (自管分工), from a day to a day."""

    __tablename__ = "self_management"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint(_one_of("work", Upkeep), name="work"),
        CheckConstraint("manager <> ''", name="manager"),
        no_overlap("ex_self_management", "compound_id", "work"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    compound_id: Mapped[int] = mapped_column(ForeignKey("compound.id"))
    work: Mapped[str] = mapped_column(String(16))
    manager: Mapped[str] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(String(32))


class MeetingItem(Base):
    """A point of a joint meeting's agenda, and what was decided on it.

    `proposal_id`: the proposal that it came from, which knows what it is about; none where it was written afterwards.
    """

    __tablename__ = "meeting_item"
    __table_args__ = (
        UniqueConstraint("meeting_id", "position"),
        CheckConstraint("position BETWEEN 1 AND 99", name="position"),
        CheckConstraint("title <> ''", name="title"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("joint_meeting.id"))
    position: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column(Text)
    decision: Mapped[str | None] = mapped_column(Text)
    proposal_id: Mapped[int | None] = mapped_column(
        ForeignKey(MeetingProposal.id, ondelete="SET NULL"), index=True
    )


class MeetingParty(Base):
    """A property company, an owners' committee (by its compound) or a residents' committee (by its community)
    was at a joint meeting, or was asked and did not come.
    """  # noqa: D205 - one sentence

    __tablename__ = "meeting_party"
    __table_args__ = (
        CheckConstraint("num_nonnulls(company_id, compound_id, community_id) = 1", name="side"),
        UniqueConstraint(
            "meeting_id",
            "company_id",
            "compound_id",
            "community_id",
            name="uq_meeting_party",
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("joint_meeting.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("property_company.id"), index=True)
    compound_id: Mapped[int | None] = mapped_column(ForeignKey("compound.id"), index=True)
    community_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    came: Mapped[bool] = mapped_column()


class MeetingAgency(Base):
    """An agency took part in a joint meeting."""

    __tablename__ = "meeting_agency"
    __table_args__ = (UniqueConstraint("meeting_id", "agency_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("joint_meeting.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)


class MeetingTask(Base):
    """What a joint meeting wants done: by whom, until which day, and when it was done.

    `reminded_at`: its owner was told that the day is near; `late_at`: that it has passed.
    """

    __tablename__ = "meeting_task"
    __table_args__ = (
        UniqueConstraint("meeting_id", "title"),
        CheckConstraint("title <> ''", name="title"),
        CheckConstraint("done_on IS NULL OR coalesce(result, '') <> ''", name="result"),
        Index("ix_meeting_task_due", "due"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("joint_meeting.id"))
    title: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    due: Mapped[date] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    result: Mapped[str | None] = mapped_column(Text)
    reminded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    late_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class UnitDeed(Base):
    """What an agency did in a community on a day, in its own words."""

    __tablename__ = "unit_deed"
    __table_args__ = (
        UniqueConstraint("community_id", "agency_id", "day", "kind"),
        CheckConstraint(_one_of("kind", UnitDeedKind), name="kind"),
        CheckConstraint("note <> ''", name="note"),
        Index("ix_unit_deed_day", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
