"""A drawing on a page of PDF, as vectors, with its legend."""

from __future__ import annotations

from typing import Final

from fpdf import FPDF
from fpdf.drawing import PaintedPath
from fpdf.enums import PathPaintRule

from geodata.handouts.county import DaySheet
from geodata.handouts.drawing import ARROW_MM, INK, PAPER, Drawing, Label, Patch
from geodata.handouts.quarterly import LANGUAGE
from geodata.handouts.shades import COLORS, legend

PT_A_MM: Final = 72 / 25.4

Spot = tuple[float, float]


def put_map(paper: FPDF, drawing: Drawing, sheet: DaySheet, at: Spot, family: str) -> None:
    """Put a drawing on the page, and the legend to its right.

    Args:
        paper: the open page.
        drawing: the map.
        sheet: the day, for the legend.
        at: upper left corner in mm.
        family: font of the words.
    """
    for patch in drawing.patches:
        _patch(paper, patch, at)
    for label in drawing.labels:
        _label(paper, label, at, family)
    _bar(paper, drawing, at, family)
    _arrow(paper, drawing, at, family)
    _legend(paper, sheet, (at[0] + drawing.width + 4, at[1] + 10), family)
    paper.set_text_color(0, 0, 0)


def _patch(paper: FPDF, patch: Patch, at: Spot) -> None:
    """Paint a patch: even-odd, so that holes stay open."""
    path = PaintedPath()
    path.style.fill_color = patch.color
    path.style.stroke_color = PAPER
    path.style.stroke_width = 0.35
    path.style.stroke_join_style = "round"
    path.style.paint_rule = PathPaintRule.STROKE_FILL_EVENODD
    for ring in patch.rings:
        path.move_to(ring[0][0] + at[0], ring[0][1] + at[1])
        for x, y in ring[1:-1]:
            path.line_to(x + at[0], y + at[1])
        path.close()
    with paper.drawing_context() as context:
        context.add_item(path)


def _words(paper: FPDF, words: str, at: Spot, family: str, size_mm: float) -> None:
    paper.set_font(family, size=size_mm * PT_A_MM)
    paper.text(at[0], at[1], words)


def _label(paper: FPDF, label: Label, at: Spot, family: str) -> None:
    paper.set_font(family, size=label.size * PT_A_MM)
    paper.set_text_color(label.color)
    width = paper.get_string_width(label.text)
    paper.text(at[0] + label.x - width / 2, at[1] + label.y + label.size * 0.36, label.text)


def _bar(paper: FPDF, drawing: Drawing, at: Spot, family: str) -> None:
    left, y, length = drawing.bar
    left, y = left + at[0], y + at[1]
    paper.set_draw_color(INK)
    paper.set_line_width(0.4)
    paper.polyline([(left, y - 1.4), (left, y), (left + length, y), (left + length, y - 1.4)])
    paper.set_text_color(INK)
    _words(paper, drawing.bar_words, (left + length + 1.5, y), family, 3)


def _arrow(paper: FPDF, drawing: Drawing, at: Spot, family: str) -> None:
    x, y = drawing.arrow[0] + at[0], drawing.arrow[1] + at[1]
    top, middle = y - ARROW_MM, y - ARROW_MM * 0.25
    paper.set_fill_color(INK)
    paper.set_line_width(0.3)
    paper.polygon([(x, top), (x + 2.6, y), (x, middle)], style="DF")
    paper.polygon([(x, top), (x - 2.6, y), (x, middle)], style="D")
    width = paper.get_string_width(drawing.north)
    _words(paper, drawing.north, (x - width / 2, top - 1), family, 3.4)


def _legend(paper: FPDF, sheet: DaySheet, at: Spot, family: str) -> None:
    paper.set_draw_color(INK)
    paper.set_line_width(0.1)
    for place, entry in enumerate(legend(sheet.audit, None, LANGUAGE)):
        y = at[1] + place * 7.5
        paper.set_fill_color(COLORS[entry.shade])
        paper.rect(at[0], y, 6, 4.5, style="F")
        paper.set_text_color(INK)
        _words(paper, f"{entry.words}　{entry.count}", (at[0] + 8, y + 3.6), family, 3.4)
