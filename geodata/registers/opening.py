"""A workbook from somebody: what it is, and its sheets, read in a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from geodata import books
from geodata.books import Bounds, Sheet
from gridmap.errors import InvalidInput, TooLarge

LARGEST_FILE: Final = 5 * 1024 * 1024
BOUNDS: Final = Bounds()
"""For some 20,000 rows of 25 cells."""

_OLD_BOOK: Final = b"\xd0\xcf\x11\xe0"
_ZIP: Final = b"PK\x03\x04"


def sheets(path: Path) -> list[Sheet]:
    """Return the sheets of a workbook; formulas are not computed, links are not followed.

    Raises:
        InvalidInput: another format; says how to save it as xlsx.
        TooLarge: over `LARGEST_FILE` bytes.
        UnreadableFile: broken, a bomb, or too much inside.
        ReadersBusy: other files are being read.
    """
    _refuse_others(path)
    return books.sheets(path, BOUNDS)


def _refuse_others(path: Path) -> None:
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise TooLarge(what_zh="工作簿", what_en="The workbook", limit=f"{LARGEST_FILE >> 20} MB")
    with path.open("rb") as file:
        start = file.read(4)
    if start == _OLD_BOOK or path.suffix.lower() in {".xls", ".et"}:
        raise InvalidInput(
            field="file",
            reason_zh="这是旧格式（xls）或加了密码的文件。"
            "请在 Excel 或 WPS 里点“文件 → 另存为”，类型选“Excel 工作簿（*.xlsx）”，不设密码。",
            reason_en="This is the old format (xls), or it has a password. In Excel or WPS choose "
            "File, Save as, type Excel Workbook (*.xlsx), without a password.",
        )
    if start != _ZIP or path.suffix.lower() != ".xlsx":
        raise InvalidInput(
            field="file",
            reason_zh="请选择 Excel 工作簿（xlsx）；别的表格请先另存为 xlsx。",
            reason_en="Choose an Excel workbook (xlsx); save other tables as xlsx first.",
        )
