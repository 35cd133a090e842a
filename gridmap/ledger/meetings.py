"""Joint meetings (党建联席会议): the parties of a community met on a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.base import Base


class JointMeeting(Base):
    """A joint meeting of a community: its day and topic, who attended, what was decided.

    Its code is made of its id: agenda, follow-up and who took part refer to it in workbooks.
    """

    __tablename__ = "joint_meeting"
    __table_args__ = (
        CheckConstraint("topic <> ''", name="topic"),
        UniqueConstraint("community_id", "day", "topic"),
        Index("ix_joint_meeting_day", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(
        String(24),
        Computed(
            "'HY' || repeat('0', greatest(6 - length(id::text), 0)) || id::text", persisted=True
        ),
        unique=True,
    )
    community_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    day: Mapped[date] = mapped_column(Date)
    topic: Mapped[str] = mapped_column(Text)
    attended: Mapped[str] = mapped_column(Text)
    decisions: Mapped[str | None] = mapped_column(Text)
