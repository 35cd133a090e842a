"""The rules of coverage that a county has set."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, Identity, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.base import Base, Dated, dated_checks, no_overlap


class CoverageRule(Dated, Base):
    """Whether a check is put and with which thresholds, from a day to a day; who set it when."""

    __tablename__ = "coverage_rule"
    __table_args__ = (*dated_checks(), no_overlap("ex_coverage_rule", "check"))

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    check: Mapped[str] = mapped_column(String(32))
    on: Mapped[bool] = mapped_column()
    thresholds: Mapped[dict[str, Any]] = mapped_column(JSONB)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
