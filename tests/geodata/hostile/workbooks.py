"""Workbooks that mean harm, or are only broken: made out of a good one, part by part."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl

from tests.geodata.hostile.cases import Canaries

SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
Parts = dict[str, bytes]


def good(*rows: tuple[object, ...]) -> bytes:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def made(content: bytes, change: Callable[[Parts], None]) -> bytes:
    """The workbook with other parts."""
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    change(parts)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return written.getvalue()


def in_sheet(content: bytes, before: str, added: str) -> bytes:
    """The workbook with something put in front of the sheet's first ``before``."""

    def change(parts: Parts) -> None:
        parts[SHEET] = parts[SHEET].replace(before.encode(), (added + before).encode(), 1)

    return made(content, change)


def merged_whole(content: bytes) -> bytes:
    """All 17 thousand million cells of the sheet merged into one: openpyxl makes each of them."""
    whole = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    return made(content, lambda parts: _after(parts, b"</sheetData>", whole.encode()))


def _after(parts: Parts, place: bytes, added: bytes) -> None:
    parts[SHEET] = parts[SHEET].replace(place, place + added, 1)


def cases(content: bytes, canary: Canaries) -> dict[str, bytes]:
    """Workbooks that must be refused in clear words, by name; made out of a good one."""
    entity = f'<!DOCTYPE a [<!ENTITY b SYSTEM "file://{canary.text}">]>'
    called = f'<!DOCTYPE a SYSTEM "{canary.url}/a.dtd">'

    def declared(words: str) -> bytes:
        return made(content, lambda parts: parts.update({SHEET: words.encode() + parts[SHEET]}))

    def chart_only(parts: Parts) -> None:
        parts["xl/workbook.xml"] = re.sub(
            rb"<sheets>.*</sheets>", b"<sheets/>", parts["xl/workbook.xml"]
        )

    far = '<row r="1048577"><c r="A1048577"><v>1</v></c></row>'
    wide = "".join('<c t="b"><v>1</v></c>' for _ in range(17_000))
    return {
        "an entity that reads a file": declared(entity),
        "a declaration that calls an address": declared(called),
        "an entity in another part": made(
            content,
            lambda parts: parts.update({"docProps/core.xml": entity.encode() + b"<a>&b;</a>"}),
        ),
        "UTF-16, in which nobody looks for declarations": made(
            content, lambda parts: parts.update({SHEET: parts[SHEET].decode().encode("utf-16")})
        ),
        "a bomb": made(content, lambda parts: parts.update({"xl/media/a.bin": bytes(60_000_000)})),
        "a bomb of blanks in the sheet": in_sheet(content, "<sheetData>", " " * 40_000_000),
        "a row that no sheet has": in_sheet(content, "</sheetData>", far),
        "more columns than a sheet has": in_sheet(
            content, "</sheetData>", f'<row r="9">{wide}</row>'
        ),
        "no sheet": made(content, chart_only),
        "a text that is not there": in_sheet(
            content, "</sheetData>", '<row r="9"><c r="A9" t="s"><v>999999</v></c></row>'
        ),
        "a number that is none": in_sheet(
            content, "</sheetData>", '<row r="9"><c r="A9"><v>NaN</v></c></row>'
        ),
        "a sheet cut off": made(content, lambda parts: parts.update({SHEET: parts[SHEET][:-40]})),
        "no workbook inside": made(content, lambda parts: parts.pop("xl/workbook.xml") and None),
        "a path that leads out": made(
            content, lambda parts: parts.update({"../../a.xml": b"<a/>"})
        ),
        "an archive inside": made(content, lambda parts: parts.update({"xl/a.zip": b"PK"})),
        "cut off": content[: len(content) // 2],
        "a web page": b"<html><body><table><tr><td>1</td></tr></table></body></html>",
        "nothing but its first bytes": b"PK\x03\x04",
    }


def harmless(content: bytes, canary: Canaries) -> dict[str, bytes]:
    """Workbooks that may be read, but call nobody and read nothing else."""
    link = (
        f'<externalLink {MAIN}><externalBook xmlns:r="http://schemas.openxmlformats.org/officeDocument/'
        '2006/relationships" r:id="rId1"/></externalLink>'
    )
    target = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" TargetMode="External" Target="{to}" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/externalLinkPath"/></Relationships>'
    )

    def linked(to: str) -> Callable[[Parts], None]:
        def change(parts: Parts) -> None:
            parts["xl/externalLinks/externalLink1.xml"] = link.encode()
            parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = target.format(to=to).encode()

        return change

    deep = "<extLst>" + "<a>" * 200_000 + "</a>" * 200_000 + "</extLst>"
    formula = f'<c r="Z9" t="str"><f>WEBSERVICE("{canary.url}")</f><v></v></c>'
    return {
        "a linked workbook at an address": made(content, linked(f"{canary.url}/a.xlsx")),
        "a linked workbook in a file": made(content, linked(Path(canary.text).as_uri())),
        "nested deeply": made(content, lambda parts: _after(parts, b"</sheetData>", deep.encode())),
        "a formula that calls": in_sheet(content, "</sheetData>", f'<row r="9">{formula}</row>'),
    }
