"""Reads one workbook (xlsx) in a process of its own: this file is the program that runs there.

It is confined as `geodata.reading` confines itself, by the very functions of that file, and runs isolated,
too: what it says is JSON, data to whoever reads it. A workbook may be a small file that means much (a cell
merged over a whole sheet keeps openpyxl busy for hours): what takes more than its limits ends here.

Folder in: ``request.json``. Folder out: ``answer.json``: ``texts`` and ``formats`` of numbers, each once, and
the sheets with title, merged areas (first column, first row, last column, last row), and rows: their number,
then four values a cell (column, kind, value, format); or ``failure.json``.
"""

from __future__ import annotations

import datetime as dt
import sys
import warnings
import zipfile
import zlib
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from geodata import reading

NOT_NEEDED = ("PIL", "lxml", "numpy", "pandas", "defusedxml")
"""Packages that openpyxl loads where it finds them. Declarations of entities are refused before it reads."""

BLOCK = 1024**2
MARKUP = (".xml", ".rels", ".vml")

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""Of a sheet, by the format (ECMA-376)."""

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What openpyxl raises on a workbook that is not whole: it believes its file."""


def read(_folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Read the workbook that the request names.

    Args:
        _folder: where the request stands.
        request: ``path``, ``values`` (what formulas gave when it was saved, instead of the formulas),
            ``limits`` (unpacked: bytes of all parts; tags: of the markup in all parts).

    Returns:
        What goes into ``answer.json``.
    """
    measure(request["path"], request["limits"])
    import openpyxl  # noqa: PLC0415 - after the limits

    try:
        with warnings.catch_warnings(), Path(request["path"]).open("rb") as file:
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file, keep_links=False, data_only=request["values"])
        telling = _Telling()
        sheets = [telling.sheet(sheet) for sheet in book.worksheets]
    except BROKEN as broken:
        raise reading.Refusal("broken") from broken
    return {"texts": list(telling.texts), "formats": list(telling.formats), "sheets": sheets}


def measure(path: str, limits: dict[str, int]) -> None:
    """Count what is inside, part by part, as it is unpacked; nothing is kept."""
    unpacked = tags = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                markup = member.filename.lower().endswith(MARKUP)
                before = b""
                with archive.open(member) as part:
                    while block := part.read(BLOCK):
                        unpacked += len(block)
                        tags += block.count(b"<") if markup else 0
                        _within(unpacked, tags, limits)
                        if markup:
                            _refuse_declarations(before + block)
                        before = block[-16:]
    except BROKEN as broken:
        raise reading.Refusal("broken_archive") from broken


def _within(unpacked: int, tags: int, limits: dict[str, int]) -> None:
    if unpacked > limits["unpacked"]:
        raise reading.Refusal("too_much")
    if tags > limits["tags"]:
        raise reading.Refusal("too_many_cells")


def _refuse_declarations(markup: bytes) -> None:
    if b"<!DOCTYPE" in markup or b"<!ENTITY" in markup or b"\0" in markup:
        raise reading.Refusal("declarations")


class _Telling:
    """Tells cells as JSON; a text that stands in many cells is told once."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}
        self.formats: dict[str, int] = {}

    def sheet(self, sheet: Any) -> dict[str, Any]:  # noqa: ANN401 - a worksheet of openpyxl
        cells = sheet._cells  # noqa: SLF001 - only those that the file has; its own rows fill up to the last corner
        filled = sorted(at for at, cell in cells.items() if not _is_blank(cell.value))
        if any(row > LAST_ROW or column > LAST_COLUMN for row, column in filled):
            raise reading.Refusal("broken")
        rows = [
            [number, *(part for at in places for part in self._cell(cells[at]))]
            for number, places in groupby(filled, key=lambda at: at[0])
        ]
        merged = [area.bounds for area in sheet.merged_cells.ranges]
        return {"title": sheet.title, "rows": rows, "merged": merged}

    def _cell(self, cell: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a cell of openpyxl
        value, kind = cell.value, cell.data_type
        if isinstance(value, dt.datetime | dt.date | dt.time):
            return cell.column, type(value).__name__, value.isoformat(), 0
        if isinstance(value, dt.timedelta):
            return cell.column, "timedelta", value.total_seconds(), 0
        if isinstance(value, bool):
            return cell.column, "b", value, 0
        if isinstance(value, int | float):
            return cell.column, "n", value, self._of(self.formats, str(cell.number_format))
        text = value if isinstance(value, str) else str(getattr(value, "text", None) or "=")
        return cell.column, kind if kind in {"f", "e"} else "s", self._of(self.texts, text), 0

    def _of(self, known: dict[str, int], text: str) -> int:
        return known.setdefault(text, len(known))


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


if __name__ == "__main__":
    absent: Any = dict.fromkeys(NOT_NEEDED)  # None: not to be found
    sys.modules.update(absent)
    sys.exit(reading.serve(Path(sys.argv[1]), read))
