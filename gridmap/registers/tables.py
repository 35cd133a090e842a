"""Tables of the registers: corrections of what was wrong, photos of visits, what visits raised."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.base import Base


class RegisterCorrection(Base):
    """A record that was wrong, as it stood and as it was put right. Append-only by trigger.

    `subject` says what the record was about, so that a withdrawn one is found beside its successors.
    """

    __tablename__ = "register_correction"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_register_correction_record", "register", "record_id"),
        Index("ix_register_correction_subject", "register", "subject"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    register: Mapped[str] = mapped_column(String(32))
    record_id: Mapped[int] = mapped_column()
    subject: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class VisitPhoto(Base):
    """A photo of a visit, re-encoded as those of reports are."""

    __tablename__ = "visit_photo"
    __table_args__ = (UniqueConstraint("visit_id", "position"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column()
    width: Mapped[int] = mapped_column()
    height: Mapped[int] = mapped_column()
    jpeg: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class VisitReport(Base):
    """A problem that a visit raised became this report."""

    __tablename__ = "visit_report"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True, index=True)
