"""Tasks as they are stored."""

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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.base import Base
from gridmap.terms import Term


class TaskEnd(Term):
    """How a task ended."""

    MENDED = "mended", "已补上", "Mended"
    DROPPED = "dropped", "已撤销", "Dropped"


class CoverageTask(Base):
    """A gap that somebody answers for: which check, about what, who mends it, by when.

    The subject is kept as it was named when the task began. One task a gap is open at a time.
    """

    __tablename__ = "coverage_task"
    __table_args__ = (
        CheckConstraint("ended IN ('mended', 'dropped')", name="ended"),
        CheckConstraint("(closed_at IS NULL) = (ended IS NULL)", name="closed"),
        Index(
            "uq_coverage_task_open",
            "check",
            "subject_kind",
            "subject_code",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_coverage_task_owner_id", "owner_id"),
        Index("ix_coverage_task_community_id", "community_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    check: Mapped[str] = mapped_column(String(32))
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_code: Mapped[str] = mapped_column(String(64))
    subject_name: Mapped[str] = mapped_column(Text)
    community_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, server_default="")
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reminded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
