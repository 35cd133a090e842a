"""A workbook from somebody: what it is, measured before anything of it is made into objects."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from geodata import packed_files
from gridmap.errors import InvalidInput, TooLarge, UnreadableFile

LARGEST_FILE: Final = 5 * 1024 * 1024
MOST_UNPACKED: Final = 100 * 1024 * 1024
"""Bytes of all parts together."""
MOST_TAGS: Final = 3_000_000
"""Beginnings and ends of elements in all parts: some 20,000 rows of 25 cells."""

_BLOCK: Final = 1024 * 1024
_OLD_BOOK: Final = b"\xd0\xcf\x11\xe0"
_ZIP: Final = b"PK\x03\x04"


def sheets(path: Path) -> list[Worksheet]:
    """Return the sheets of a workbook; formulas are not computed, links are not followed.

    Raises:
        InvalidInput: another format; says how to save it as xlsx.
        TooLarge: over `LARGEST_FILE` bytes.
        UnreadableFile: broken, a bomb, or too much inside.
    """
    _refuse_others(path)
    _measure(path)
    try:
        with warnings.catch_warnings(), path.open("rb") as file:
            warnings.simplefilter("ignore")
            book: Any = openpyxl.load_workbook(file, keep_links=False)
    except packed_files.BROKEN_WORKBOOK as broken:
        raise UnreadableFile(
            name=path.name, reason_zh="不是完整的工作簿", reason_en="it is no whole workbook"
        ) from broken
    return list(book.worksheets)


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


def _measure(path: Path) -> None:
    """Count what is inside, part by part, as it is unpacked; nothing is kept."""
    listed = packed_files.members(path)
    if sum(member.file_size for member in listed.values()) > MOST_UNPACKED:
        raise packed_files.refused(path, "解压后太大", "it unpacks to too much")
    tags = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for name, member in listed.items():
                if name.lower().endswith((".xml", ".rels", ".vml")):
                    tags += _tags(path, archive, member)
    except (*packed_files.BROKEN_WORKBOOK, RuntimeError) as broken:
        raise packed_files.refused(path, "压缩包已损坏", "the archive is broken") from broken
    if tags > MOST_TAGS:
        raise packed_files.refused(path, "单元格太多", "it has too many cells")


def _tags(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    tags, before = 0, b""
    with archive.open(member) as part:
        while block := part.read(_BLOCK):
            tags += block.count(b"<")
            if tags > MOST_TAGS:
                return tags
            seam = before + block
            if b"<!DOCTYPE" in seam or b"<!ENTITY" in seam or b"\0" in block:
                raise packed_files.refused(
                    path, "里面有不该有的声明", "it holds declarations that do not belong there"
                )
            before = block[-16:]
    return tags
