"""An import's quality report as a file: CSV for a spreadsheet, JSON for programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from geodata.quality import Problem
from gridmap.errors import InvalidInput

COLUMNS = ("row", "severity", "code", "zh", "en", "lon", "lat")
HEADINGS = ("要素 row", "程度 severity", "代码 code", "原因", "reason", "lon", "lat")

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the start of a formula (OWASP: CSV Injection), full-width forms included."""


def write_report(problems: Sequence[Problem], path: Path) -> None:
    """Write all problems to a file; its extension says how.

    Args:
        problems: in the order in which they are written.
        path: .csv (UTF-8 with a mark, as spreadsheets expect) or .json.

    Raises:
        InvalidInput: another extension.
    """
    match path.suffix.lower():
        case ".csv":
            _write_csv(problems, path)
        case ".json":
            records = [problem.as_dict() for problem in problems]
            path.write_text(
                json.dumps(records, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
            )
        case other:
            raise InvalidInput(
                reason_zh=f"报告只能写成 .csv 或 .json，不能写成“{other}”",
                reason_en=f"A report is written as .csv or .json, not as “{other}”",
                field="report",
            )


def plain_cell(value: object) -> object:
    """Return a cell that a spreadsheet shows and never computes; numbers stay numbers.

    >>> plain_cell("=1+1"), plain_cell("书香苑"), plain_cell(-3.5)
    ("'=1+1", '书香苑', -3.5)
    """
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def _write_csv(problems: Sequence[Problem], path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for problem in problems:
            record = problem.as_dict()
            writer.writerow([plain_cell(record[name]) for name in COLUMNS])
