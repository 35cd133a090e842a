"""The quarterly report as a Word file, laid out as official documents are (GB/T 9704)."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Final

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Row
from docx.text.paragraph import Paragraph as Line
from docx.text.run import Run

from geodata.handouts.county import DaySheet
from geodata.handouts.drawing import Drawing, draw
from geodata.handouts.fonts import FontFile
from geodata.handouts.quarterly import LANGUAGE, Paragraph, Report
from geodata.handouts.raster import png
from geodata.handouts.shades import COLORS, legend
from geodata.handouts.table import LACKS, table
from geodata.handouts.words import said

TITLE_FONT, BODY_FONT, HEAD_FONT, LEAD_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
"""Fonts of official documents; Word takes the nearest of its own where one is missing."""
LATIN: Final = "Times New Roman"
BODY_PT, TITLE_PT, LINE_PT, TABLE_PT = 16, 22, 28, 9
MAP_MM: Final = (255.0, 138.0)
LACK_COLOR: Final = RGBColor(0xB8, 0x14, 0x1F)


def word(report: Report, sheet: DaySheet, font: FontFile | None) -> bytes:
    """Return the report as a Word file.

    Args:
        report: what it says.
        sheet: the day, for the map and the table.
        font: the font of the names on the map, which is a picture; without one the map has the
            numbers of the table.
    """
    document = docx.Document()
    document.core_properties.title = "".join(report.title)
    document.core_properties.author = sheet.county
    document.core_properties.comments = ""
    _normal(document)
    _portrait(document.sections[0])
    _page_number(document.sections[0].footer.paragraphs[0])
    for line in report.title:
        _line(document, line, TITLE_FONT, TITLE_PT, WD_ALIGN_PARAGRAPH.CENTER)
    _line(document, "", BODY_FONT, BODY_PT)
    last = _paragraph(document, Paragraph(report.opening))
    for section in report.sections:
        _heading(document, section.heading)
        for paragraph in section.paragraphs:
            last = _paragraph(document, paragraph)
    last.paragraph_format.keep_with_next = last.paragraph_format.keep_together = True
    _line(document, f"{report.signed}　　", BODY_FONT, BODY_PT, WD_ALIGN_PARAGRAPH.RIGHT)
    _annexes(document, sheet, font)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _normal(document: Document) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = LATIN, Pt(BODY_PT)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), BODY_FONT)
    lines = style.paragraph_format
    lines.space_before = lines.space_after = Pt(0)
    lines.line_spacing_rule, lines.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE_PT)
    heading = document.styles["Heading 1"]
    heading.font.name, heading.font.size, heading.font.bold = LATIN, Pt(BODY_PT), False
    heading.font.color.rgb = RGBColor(0, 0, 0)
    heading.element.rPr.rFonts.set(qn("w:eastAsia"), HEAD_FONT)
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        heading.element.rPr.rFonts.attrib.pop(qn(theme), None)
    heading.paragraph_format.space_before = heading.paragraph_format.space_after = Pt(0)


def _portrait(section: Section) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)


def _run(paragraph: Line, words: str, font: str, size: float) -> Run:
    run = paragraph.add_run(words)
    run.font.name, run.font.size = LATIN, Pt(size)
    fonts = run.font.element.rPr.get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    return run


def _line(
    document: Document, words: str, font: str, size: float, align: WD_ALIGN_PARAGRAPH | None = None
) -> Line:
    paragraph = document.add_paragraph()
    if align is not None:
        paragraph.alignment = align
    if size > BODY_PT:
        paragraph.paragraph_format.line_spacing = Pt(size * 1.6)
    _run(paragraph, words, font, size)
    return paragraph


def _heading(document: Document, words: str) -> None:
    paragraph = document.add_paragraph(style="Heading 1")
    paragraph.paragraph_format.first_line_indent = Pt(2 * BODY_PT)
    _run(paragraph, words, HEAD_FONT, BODY_PT)


def _paragraph(document: Document, content: Paragraph) -> Line:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Pt(2 * BODY_PT)
    if content.lead:
        _run(paragraph, content.lead, LEAD_FONT, BODY_PT)
    _run(paragraph, content.text, BODY_FONT, BODY_PT)
    return paragraph


def _page_number(paragraph: Line) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, "— ", "宋体", 14)
    run = _run(paragraph, "", "宋体", 14)
    for kind, words in (("begin", None), (None, "PAGE"), ("end", None)):
        tag = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            tag.set(qn("w:fldCharType"), kind)
        else:
            tag.text = words
        run._element.append(tag)  # noqa: SLF001 - python-docx has no fields
    _run(paragraph, " —", "宋体", 14)


def _annexes(document: Document, sheet: DaySheet, font: FontFile | None) -> None:
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin, section.footer_distance = Mm(15), Mm(18), Mm(9)
    name = said("title", LANGUAGE, county=sheet.county)
    as_of = said("as_of", LANGUAGE, day=sheet.day)
    _line(document, f"附件1　{name}图（{as_of}）", HEAD_FONT, BODY_PT)
    _map(document, sheet, font)
    head = _line(document, f"附件2　{name}表（{as_of}）", HEAD_FONT, BODY_PT)
    head.paragraph_format.page_break_before = True
    _table(document, sheet)


def _map(document: Document, sheet: DaySheet, font: FontFile | None) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    drawing = draw(sheet, MAP_MM, LANGUAGE) if font else _numbered(sheet)
    picture = png(drawing, font)
    shown = paragraph.add_run().add_picture(io.BytesIO(picture), width=Mm(MAP_MM[0]))
    words = said("title", LANGUAGE, county=sheet.county)
    shown._inline.docPr.set("descr", f"{words}图")  # noqa: SLF001 - words for those who do not see it
    key = document.add_paragraph()
    key.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for entry in legend(sheet.audit, None, LANGUAGE):
        square = _run(key, "■", "宋体", 14)
        square.font.color.rgb = RGBColor.from_string(COLORS[entry.shade].lstrip("#"))
        _run(key, f"{entry.words} {entry.count}　", BODY_FONT, 12)


def _numbered(sheet: DaySheet) -> Drawing:
    """The map with the table's numbers for names, and no Chinese at all."""
    drawing = draw(sheet, MAP_MM, "en")
    numbers = {one.code: str(place) for place, one in enumerate(sheet.ranked, start=1)}
    labels = tuple(replace(one, text=numbers.get(one.code, "")) for one in drawing.labels)
    return replace(drawing, labels=labels)


def _table(document: Document, sheet: DaySheet) -> None:
    content = table(sheet)
    checks = len(content.heads) - 3
    each = (255 - 11 - 34 - 13) / max(checks, 1)
    widths = [11, 34, *([each] * checks), 13]
    grid = document.add_table(rows=0, cols=len(content.heads), style="Table Grid")
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Mm(width)
    for number, cells in enumerate((content.heads, *content.rows)):
        row = grid.add_row()
        if number == 0:
            _repeat(row)
        for place, (cell, words) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = Mm(widths[place])
            _cell(cell.paragraphs[0], words, HEAD_FONT if number == 0 else BODY_FONT)


def _cell(paragraph: Line, words: str, font: str) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.line_spacing = Pt(TABLE_PT * 1.5)
    run = _run(paragraph, words, font, TABLE_PT)
    if words == LACKS:
        run.font.color.rgb = LACK_COLOR


def _repeat(row: _Row) -> None:
    """Let the row of heads stand on every page of the table."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - python-docx has no name for it
