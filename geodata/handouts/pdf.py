"""The quarterly report as PDF: Chinese fonts embedded, the map as vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import FontFace
from fpdf.table import Table

from geodata.handouts.county import DaySheet
from geodata.handouts.drawing import draw
from geodata.handouts.fonts import Fonts
from geodata.handouts.lines import Piece, lines
from geodata.handouts.pdf_map import put_map
from geodata.handouts.quarterly import LANGUAGE, Paragraph, Report
from geodata.handouts.table import LACKS, table
from geodata.handouts.table import Table as Rows
from geodata.handouts.words import said

SONG, HEI = "song", "hei"
MARGINS: Final = (28.0, 37.0, 26.0)
"""Left, top, right in mm, as official documents have them (GB/T 9704)."""
FOOT_MM: Final = 35.0
BODY_PT, TITLE_PT = 16.0, 22.0
LINE_MM: Final = 28 / 72 * 25.4
"""28 points from line to line: 22 lines a page."""
POINTS_A_MM: Final = 72 / 25.4
INDENT: Final = "　　"
SIDE_MM: Final = 15.0
LACK_COLOR: Final = (184, 20, 31)


class _Paper(FPDF):
    """Pages with a number at the foot."""

    def footer(self) -> None:
        """Write the page's number between dashes."""
        self.set_y(-22)
        self.set_font(SONG, size=14)
        self.cell(0, 8, f"— {self.page_no()} —", align=Align.C)


def pdf(report: Report, sheet: DaySheet, fonts: Fonts) -> bytes:
    """Return the report as PDF.

    Args:
        report: what it says.
        sheet: the day, for the map and the table.
        fonts: the fonts to embed.
    """
    paper = _Paper(format="A4")
    for family, font in ((SONG, fonts.song), (HEI, fonts.hei)):
        paper.add_font(family, fname=font.path, collection_font_number=font.number)
    paper.set_title("".join(report.title))
    paper.set_lang("zh-CN")
    paper.set_margins(*MARGINS)
    paper.set_auto_page_break(auto=True, margin=FOOT_MM)
    paper.add_page()
    _title(paper, report)
    _body(paper, report)
    _map_page(paper, sheet)
    _table_page(paper, table(sheet), sheet)
    return bytes(paper.output())


def _title(paper: FPDF, report: Report) -> None:
    paper.set_font(HEI, size=TITLE_PT)
    for line in report.title:
        paper.cell(0, 13, line, align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ln(LINE_MM / 2)


def _body(paper: FPDF, report: Report) -> None:
    _paragraph(paper, Paragraph(report.opening))
    for section in report.sections:
        if paper.will_page_break(2 * LINE_MM):
            paper.add_page()
        _paragraph(paper, Paragraph("", lead=section.heading))
        for paragraph in section.paragraphs:
            _paragraph(paper, paragraph)
    paper.set_font(SONG, size=BODY_PT)
    paper.cell(0, LINE_MM, f"{report.signed}{INDENT}", align=Align.R)


def _paragraph(paper: FPDF, paragraph: Paragraph) -> None:
    pieces = [Piece(HEI, INDENT + paragraph.lead), Piece(SONG, paragraph.text)]

    def measure(style: str, words: str) -> float:
        paper.set_font(style, size=BODY_PT)
        return float(paper.get_string_width(words))

    found = list(lines(pieces, paper.epw, measure))
    for place, line in enumerate(found, start=1):
        widths = [measure(piece.style, piece.words) for piece in line]
        count = sum(len(piece.words) for piece in line)
        slack = 0.0 if place == len(found) else (paper.epw - sum(widths)) / count
        for piece, width in zip(line, widths, strict=True):
            paper.set_font(piece.style, size=BODY_PT)
            paper.set_char_spacing(slack * POINTS_A_MM)
            paper.cell(width + slack * len(piece.words), LINE_MM, piece.words)
            paper.set_char_spacing(0)
        paper.ln(LINE_MM)


def _annex(paper: FPDF, number: int, kind: str, sheet: DaySheet) -> None:
    """Begin a landscape page: 附件1, what it is, and the day."""
    title = said("title", LANGUAGE, county=sheet.county)
    as_of = said("as_of", LANGUAGE, day=sheet.day)
    paper.set_auto_page_break(auto=True, margin=25)
    paper.add_page(orientation="landscape")
    paper.set_margins(SIDE_MM, SIDE_MM, SIDE_MM)
    paper.set_xy(SIDE_MM, SIDE_MM)
    paper.set_font(HEI, size=15)
    words = f"附件{number}　{title}{kind}（{as_of}）"
    paper.cell(0, 9, words, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _map_page(paper: FPDF, sheet: DaySheet) -> None:
    _annex(paper, 1, "图", sheet)
    size = (paper.epw - 42, 150.0)
    put_map(paper, draw(sheet, size, LANGUAGE), sheet, (SIDE_MM, paper.get_y() + 2), HEI)


def _table_page(paper: FPDF, content: Rows, sheet: DaySheet) -> None:
    _annex(paper, 2, "表", sheet)
    paper.set_font(SONG, size=9)
    paper.set_fill_color(255, 255, 255)
    checks = len(content.heads) - 3
    each = (paper.epw - 12 - 38 - 16) / max(checks, 1)
    widths = (12.0, 38.0, *([each] * checks), 16.0)
    with paper.table(
        col_widths=widths,
        text_align=(Align.C, Align.L, *([Align.C] * (checks + 1))),
        line_height=5.2,
        padding=0.4,
        borders_layout="ALL",
        headings_style=FontFace(family=HEI, emphasis="", size_pt=8.5),
    ) as grid:
        for row in (content.heads, *content.rows):
            _row(grid, row)


def _row(grid: Table, cells: Sequence[str]) -> None:
    row = grid.row()
    for cell in cells:
        row.cell(cell, style=FontFace(color=LACK_COLOR) if cell == LACKS else None)
