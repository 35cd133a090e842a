"""A drawing as SVG: sharp at any size, without script, style sheet or address."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

from geodata.handouts.drawing import ARROW_MM, INK, PAPER, Drawing, Label, Patch, Ring

FONTS: Final = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif"
BORDER_MM: Final = 0.35


def svg(drawing: Drawing, title: str) -> str:
    """Return a drawing as an SVG element, with its width and height in mm.

    Args:
        drawing: the map.
        title: read out in its place.
    """
    size = f"{drawing.width:g} {drawing.height:g}"
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" '
        f'width="{drawing.width:g}mm" height="{drawing.height:g}mm" role="img" '
        f'aria-label={quoteattr(title)} font-family="{FONTS}">'
    )
    parts = [
        opening,
        *(_patch(patch) for patch in drawing.patches),
        *(_label(label) for label in drawing.labels),
        _bar(drawing),
        _arrow(drawing),
        "</svg>",
    ]
    return "\n".join(parts)


def _patch(patch: Patch) -> str:
    path = "".join(_path(ring) for ring in patch.rings)
    return (
        f'<path d="{path}" fill="{patch.color}" fill-rule="evenodd" stroke="{PAPER}" '
        f'stroke-width="{BORDER_MM}" stroke-linejoin="round"/>'
    )


def _path(ring: Ring) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in ring[:-1]) + "Z"


def _label(label: Label) -> str:
    halo = INK if label.color == PAPER else PAPER
    thin = 0.1 if label.color == PAPER else 0.5
    return (
        f'<text x="{label.x:g}" y="{label.y + label.size * 0.36:g}" font-size="{label.size:g}" '
        f'font-weight="600" text-anchor="middle" fill="{label.color}" stroke="{halo}" '
        f'stroke-width="{thin}" stroke-linejoin="round" paint-order="stroke">{escape(label.text)}</text>'
    )


def _bar(drawing: Drawing) -> str:
    left, y, length = drawing.bar
    return (
        f'<path d="M{left:g} {y - 1.4:g}V{y:g}H{left + length:g}V{y - 1.4:g}" fill="none" '
        f'stroke="{INK}" stroke-width="0.4"/>'
        f'<text x="{left + length + 1.5:g}" y="{y:g}" font-size="3" fill="{INK}">'
        f"{escape(drawing.bar_words)}</text>"
    )


def _arrow(drawing: Drawing) -> str:
    x, y = drawing.arrow
    top, middle = y - ARROW_MM, y - ARROW_MM * 0.25
    return (
        f'<path d="M{x:g} {top:g}L{x + 2.6:g} {y:g}L{x:g} {middle:g}Z" fill="{INK}"/>'
        f'<path d="M{x:g} {top:g}L{x - 2.6:g} {y:g}L{x:g} {middle:g}Z" fill="{PAPER}" '
        f'stroke="{INK}" stroke-width="0.3" stroke-linejoin="round"/>'
        f'<text x="{x:g}" y="{top - 1:g}" font-size="3.4" font-weight="600" text-anchor="middle" '
        f'fill="{INK}">{escape(drawing.north)}</text>'
    )
