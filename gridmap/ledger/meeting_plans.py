"""Joint meetings that are planned: when and where, who is invited, what is proposed for the agenda, how they moved.

A planned meeting is no meeting yet: once its minutes are written it has a row in `joint_meeting`, and only
those count as held.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.base import Base
from gridmap.terms import MeetingState

_CLOCK: Final = "time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'"
_STATES: Final = ", ".join(repr(state.value) for state in MeetingState)


class MeetingPlan(Base):
    """A joint meeting as it is planned; `time` is HH:MM in Asia/Shanghai.

    `meeting_id`: the meeting that it became, unless that was taken back; `reason`: why it was cancelled.
    """

    __tablename__ = "meeting_plan"
    __table_args__ = (
        CheckConstraint(_CLOCK, name="time"),
        CheckConstraint("topic <> '' AND place <> ''", name="words"),
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint("meeting_id IS NULL OR state = 'held'", name="held"),
        CheckConstraint("(state = 'cancelled') = (coalesce(reason, '') <> '')", name="cancelled"),
        Index(
            "uq_meeting_plan_open",
            "community_id",
            "day",
            "topic",
            unique=True,
            postgresql_where=text("state = 'planned'"),
        ),
        Index("ix_meeting_plan_day", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    day: Mapped[date] = mapped_column(Date)
    time: Mapped[str] = mapped_column(String(5))
    place: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), server_default="planned")
    reason: Mapped[str | None] = mapped_column(Text)
    meeting_id: Mapped[int | None] = mapped_column(
        ForeignKey("joint_meeting.id", ondelete="SET NULL"), unique=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class MeetingMove(Base):
    """A planned meeting was put off or moved: when and where it was to be before, and why."""

    __tablename__ = "meeting_move"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("meeting_plan.id"), index=True)
    day: Mapped[date] = mapped_column(Date)
    time: Mapped[str] = mapped_column(String(5))
    place: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class MeetingInvite(Base):
    """Who is invited: a company, the owners' committee of a compound, the residents' committee of a community,
    an agency, or somebody by name; `came` is known once the meeting is held.
    """  # noqa: D205 - one sentence

    __tablename__ = "meeting_invite"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(company_id, compound_id, community_id, agency_id, person_id) = 1",
            name="side",
        ),
        UniqueConstraint(
            "plan_id",
            "company_id",
            "compound_id",
            "community_id",
            "agency_id",
            "person_id",
            name="uq_meeting_invite",
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("meeting_plan.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("property_company.id"))
    compound_id: Mapped[int | None] = mapped_column(ForeignKey("compound.id"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    came: Mapped[bool | None] = mapped_column()


class MeetingProposal(Base):
    """Somebody proposes a point for the agenda of a planned meeting; it may be about a report or a compound."""

    __tablename__ = "meeting_proposal"
    __table_args__ = (
        CheckConstraint("title <> ''", name="title"),
        UniqueConstraint("plan_id", "title"),
        UniqueConstraint("plan_id", "report_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("meeting_plan.id"))
    title: Mapped[str] = mapped_column(Text)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    compound_id: Mapped[int | None] = mapped_column(ForeignKey("compound.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
