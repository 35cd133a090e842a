"""A drawing as a picture of points (PNG), for Word, which has no vector format that all readers draw."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from geodata.handouts.drawing import ARROW_MM, INK, PAPER, Drawing, Label, Ring
from geodata.handouts.fonts import FontFile

DPI: Final = 300
MM_AN_INCH: Final = 25.4
BORDER_MM: Final = 0.45


def png(drawing: Drawing, font: FontFile | None) -> bytes:
    """Return a drawing as PNG at 300 points an inch.

    Args:
        drawing: the map.
        font: of its words; without one they must be Latin.
    """
    scale = DPI / MM_AN_INCH
    size = (round(drawing.width * scale), round(drawing.height * scale))
    image = Image.new("RGB", size, PAPER)
    _Painter(ImageDraw.Draw(image), scale, font).paint(drawing)
    out = io.BytesIO()
    image.quantize(128).save(out, "PNG", optimize=True, dpi=(DPI, DPI))
    return out.getvalue()


class _Painter:
    """Paints millimetres in points."""

    def __init__(self, draw: ImageDraw.ImageDraw, scale: float, font: FontFile | None) -> None:
        self.draw, self.scale, self.font = draw, scale, font

    def paint(self, drawing: Drawing) -> None:
        for patch in drawing.patches:
            for place, ring in enumerate(patch.rings):
                # rings of one patch: further parts are coloured, holes are painted over by neighbours
                hole = place > 0 and _turns_left(ring) != _turns_left(patch.rings[0])
                self.draw.polygon(self._points(ring), fill=PAPER if hole else patch.color)
        for patch in drawing.patches:
            for ring in patch.rings:
                width = round(BORDER_MM * self.scale)
                self.draw.line(self._points(ring), fill=PAPER, width=width, joint="curve")
        for label in drawing.labels:
            self._label(label)
        self._bar(drawing)
        self._arrow(drawing)

    def _points(self, ring: Ring) -> list[tuple[float, float]]:
        return [(x * self.scale, y * self.scale) for x, y in ring]

    def _label(self, label: Label) -> None:
        halo = 0 if label.color == PAPER else round(0.3 * self.scale)
        self.draw.text(
            (label.x * self.scale, label.y * self.scale),
            label.text,
            fill=label.color,
            font=self._sized(label.size),
            anchor="mm",
            stroke_width=halo,
            stroke_fill=PAPER,
        )

    def _sized(self, size_mm: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        size = round(size_mm * self.scale)
        if self.font is None:
            return ImageFont.load_default(size)
        return ImageFont.truetype(str(self.font.path), size, index=self.font.number)

    def _bar(self, drawing: Drawing) -> None:
        left, y, length = drawing.bar
        corners = ((left, y - 1.4), (left, y), (left + length, y), (left + length, y - 1.4))
        self.draw.line(self._points(corners), fill=INK, width=round(0.4 * self.scale))
        at = ((left + length + 1.5) * self.scale, y * self.scale)
        self.draw.text(at, drawing.bar_words, fill=INK, font=self._sized(3), anchor="ls")

    def _arrow(self, drawing: Drawing) -> None:
        x, y = drawing.arrow
        top, middle = y - ARROW_MM, y - ARROW_MM * 0.25
        self.draw.polygon(self._points(((x, top), (x + 2.6, y), (x, middle))), fill=INK)
        left: Ring = ((x, top), (x - 2.6, y), (x, middle))
        self.draw.polygon(self._points(left), fill=PAPER, outline=INK, width=round(self.scale / 4))
        at = (x * self.scale, (top - 1) * self.scale)
        self.draw.text(at, drawing.north, fill=INK, font=self._sized(3.4), anchor="ms")


def _turns_left(ring: Ring) -> bool:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) > 0
