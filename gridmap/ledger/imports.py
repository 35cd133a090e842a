"""What an import wrote, and how it was before: with these, an import is rolled back as a whole."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String
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
