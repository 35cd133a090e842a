"""Keeps what an import writes and how it was before, so that the import can be rolled back as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from gridmap.ledger.imports import ImportBefore, ImportWritten

ALTERED, REPLACED, BOUNDED = "altered", "replaced", "bounded"


class Journal:
    """What one import writes; without a number nothing is kept (the demo county is not rolled back)."""

    def __init__(self, session: Session, import_id: int | None = None) -> None:
        self.session = session
        self.import_id = import_id

    def made(self, table: Table, ids: Sequence[range]) -> None:
        """Keep which rows were added to a table."""
        if self.import_id is None or not ids:
            return
        spans = [Range(part.start, part.stop, bounds="[)") for part in ids if len(part)]
        self.session.add(ImportWritten(import_id=self.import_id, table_name=table.name, made=spans))
        self.session.flush()

    def bounded(self, table: Table, spans: Iterable[tuple[int, Range[Any]]]) -> None:
        """Keep the days of added rows that have a last day from the start: they were not ended later."""
        if self.import_id is None:
            return
        rows = [
            {"id": row, "before": f"[{valid.lower},{valid.upper})"}
            for row, valid in spans
            if valid.upper is not None
        ]
        if rows:
            self._keep(BOUNDED, table, rows)

    def altering(self, table: Table, ids: Sequence[int], *columns: str) -> None:
        """Keep columns of rows that are about to be changed."""
        self._take(ALTERED, table, ids, columns)

    def replacing(self, table: Table, ids: Sequence[int]) -> None:
        """Keep rows that are about to be deleted, whole."""
        self._take(REPLACED, table, ids, tuple(column.name for column in table.columns))

    def setting(self, key: str, value: object) -> None:
        """Keep a setting that is about to be changed; None where there was none."""
        if self.import_id is None:
            return
        self.session.add(
            ImportBefore(
                import_id=self.import_id,
                table_name="setting",
                row_id=0,
                change=ALTERED,
                before={"key": key, "value": value},
            )
        )
        self.session.flush()

    def _take(self, change: str, table: Table, ids: Sequence[int], columns: Sequence[str]) -> None:
        if self.import_id is None or not ids:
            return
        # as text, which every type reads back without loss; names are those of our own models
        told = ", ".join(f"'{name}', {name}::text" for name in columns)
        self.session.execute(
            text(
                "INSERT INTO import_before (import_id, table_name, row_id, change, before)"  # noqa: S608
                f" SELECT :import, :table, id, :change, jsonb_build_object({told})"
                f" FROM {table.name} WHERE id = ANY(:ids)"
            ),
            {
                "import": self.import_id,
                "table": table.name,
                "change": change,
                "ids": [int(row) for row in ids],
            },
        )

    def _keep(self, change: str, table: Table, rows: list[dict[str, Any]]) -> None:
        self.session.execute(
            text(
                "INSERT INTO import_before (import_id, table_name, row_id, change, before)"
                " VALUES (:import, :table, :id, :change, jsonb_build_object('valid', cast(:before AS text)))"
            ),
            [
                row | {"import": self.import_id, "table": table.name, "change": change}
                for row in rows
            ],
        )
