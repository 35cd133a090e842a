"""The county's settings and the records of imports: what came in, what was wrong with it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Identity, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.base import Base


class Setting(Base):
    """One setting of the county by key (for example `metric_epsg`, `first_day`)."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)


class ImportRecord(Base):
    """An import that was tried: file, outcome, counts and the quality report, kept for good.

    Without an account it came by the command. `undone_at`: it was rolled back as a whole.
    """

    __tablename__ = "import_record"
    __table_args__ = (
        CheckConstraint("outcome IN ('loaded', 'refused', 'checked')", name="outcome"),
        CheckConstraint("undone_at IS NULL OR outcome = 'loaded'", name="undone"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    file_name: Mapped[str] = mapped_column(Text)
    file_sha256: Mapped[str] = mapped_column(String(64))
    crs: Mapped[str] = mapped_column(String(32))
    from_day: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(String(16))
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
