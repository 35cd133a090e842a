"""Comma-separated files that a spreadsheet opens as text: no formula from anybody's words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from flask import Response

_FORMULA_STARTS: Final = frozenset("=+-@\t\r\n＝＋－＠")
_MARK: Final = "\ufeff"
"""Byte-order mark: without it spreadsheets read the file as GB18030."""


def as_text(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    >>> as_text("=1+1"), as_text("＠SUM(A1)"), as_text("王一")
    ("'=1+1", "'＠SUM(A1)", '王一')
    """
    return f"'{cell}" if cell[:1] in _FORMULA_STARTS else cell


def csv_answer(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """Return a file to download.

    Args:
        name: file name in ASCII.
        header: words over the columns.
        rows: one sequence of cells for each line, each made safe by `as_text`.
    """
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows([as_text(cell) for cell in row] for row in rows)
    response = Response(_MARK + written.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
