"""The audit log: who did what to which object, and when. Append-only by trigger."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from gridmap.store.base import Base


class AuditEntry(Base):
    """One line: never changed, never deleted."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_object", "object_kind", "object_key"),
        Index("ix_audit_entry_account_id_at", "account_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    action: Mapped[str] = mapped_column(String(64))
    object_kind: Mapped[str] = mapped_column(String(32))
    object_key: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


def record(
    session: Session,
    action: str,
    object_kind: str,
    object_key: str,
    *,
    now: datetime,
    account_id: int | None = None,
    **details: object,
) -> None:
    """Add a line to the audit log in the caller's transaction."""
    session.add(
        AuditEntry(
            at=now,
            account_id=account_id,
            action=action,
            object_kind=object_kind,
            object_key=object_key,
            details=details,
        )
    )
