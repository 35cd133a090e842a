"""What imports wrote, and how it was before: with these, an import is rolled back as a whole."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

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
)
from sqlalchemy.dialects.postgresql import INT4MULTIRANGE, JSONB, Range
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.base import Base


class ImportWritten(Base):
    """Ids of the rows that an import added to a table, in the order in which it wrote them."""

    __tablename__ = "import_written"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import_record.id"), index=True)
    table_name: Mapped[str] = mapped_column(String(32))
    made: Mapped[list[Range[int]]] = mapped_column(INT4MULTIRANGE)


class ImportBefore(Base):
    """A row that an import changed: `altered` and `replaced` as it was before, `bounded` as it was made.

    `before` has text by column: of an altered row what was changed, of a replaced one all of it.
    """

    __tablename__ = "import_before"
    __table_args__ = (
        CheckConstraint("change IN ('altered', 'replaced', 'bounded')", name="change"),
        Index("ix_import_before_row", "import_id", "table_name", "row_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import_record.id"))
    table_name: Mapped[str] = mapped_column(String(32))
    row_id: Mapped[int] = mapped_column()
    change: Mapped[str] = mapped_column(String(8))
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)


class WorkbookImport(Base):
    """A workbook that was taken: `kind` is a register's key, or one of the kinds of `geodata.workbook_imports`.

    `subject`: the code of the organisation that it is of, where workbooks of a kind belong to one each.
    Without an account it came by the command. `undone_at`: it was rolled back as a whole.
    """

    __tablename__ = "workbook_import"
    __table_args__ = (Index("ix_workbook_import_kind", "kind", "at"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str | None] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(Text)
    file_sha256: Mapped[str] = mapped_column(String(64))
    day: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class WorkbookStep(Base):
    """A row that a workbook added (no `before`), changed, or removed (no `after`), as PostgreSQL writes rows.

    `row_key` is the row's primary key, its parts with a space between. A trigger keeps steps; the nightly job drops
    what is too old to be rolled back, and an erasure drops workbooks that would bring somebody back.
    """

    __tablename__ = "workbook_step"
    __table_args__ = (
        CheckConstraint("before IS NOT NULL OR after IS NOT NULL", name="step"),
        Index("ix_workbook_step_row", "import_id", "table_name", "row_key"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("workbook_import.id"))
    table_name: Mapped[str] = mapped_column(String(32))
    row_key: Mapped[str] = mapped_column(String(64))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
