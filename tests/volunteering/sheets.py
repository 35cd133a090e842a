"""Workbooks of volunteering as somebody edits them: cells found by their header, new lines at the end."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl


class Sheet:
    """The first sheet of a workbook."""

    def __init__(self, content: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(content))
        self.page = self.book.worksheets[0]
        self.heads = [cell.value for cell in self.page[1]]

    def line(self, head: str, value: object) -> int:
        """The number of the line that has a value under a header."""
        at = self.heads.index(head) + 1
        return next(n for n in range(2, 999) if self.page.cell(n, at).value == value)

    def cell(self, line: int, head: str) -> object:
        return self.page.cell(line, self.heads.index(head) + 1).value

    def put(self, line: int, **cells: object) -> Sheet:
        for head, value in cells.items():
            self.page.cell(line, self.heads.index(head) + 1).value = value
        return self

    def add(self, **cells: object) -> int:
        line = self.page.max_row + 1
        self.put(line, **cells)
        return line

    def saved(self) -> bytes:
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()

    def file(self, folder: Path) -> Path:
        path = folder / "book.xlsx"
        path.write_bytes(self.saved())
        return path
