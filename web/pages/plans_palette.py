"""The colours of grids on the planner's map and paper: distinct from one another, with readable ink on each."""

from __future__ import annotations

from typing import Final

PALETTE: Final[tuple[tuple[str, str], ...]] = (
    ("#246ca8", "#ffffff"),
    ("#fc9000", "#1b2430"),
    ("#780000", "#ffffff"),
    ("#cc84fc", "#1b2430"),
    ("#00a830", "#1b2430"),
    ("#cc306c", "#ffffff"),
    ("#005400", "#ffffff"),
    ("#00c0e4", "#1b2430"),
    ("#540090", "#ffffff"),
    ("#9c6c00", "#ffffff"),
    ("#9048cc", "#ffffff"),
    ("#003c60", "#ffffff"),
    ("#fc6c90", "#1b2430"),
    ("#6084fc", "#1b2430"),
    ("#9cb478", "#1b2430"),
    ("#90006c", "#ffffff"),
    ("#307854", "#ffffff"),
    ("#a884a8", "#1b2430"),
    ("#003cb4", "#ffffff"),
    ("#84546c", "#ffffff"),
    ("#189c9c", "#1b2430"),
    ("#6c4800", "#ffffff"),
    ("#a8240c", "#ffffff"),
    ("#cc7854", "#1b2430"),
    ("#603054", "#ffffff"),
    ("#90a8fc", "#1b2430"),
    ("#d89cc0", "#1b2430"),
    ("#48300c", "#ffffff"),
)
"""Fill and ink. Chosen one after the other, each as far as can be from all before it in OKLab (no pair
is nearer than 0.11), with a contrast of 4.6 and more between fill and ink and of 1.9 to the ground."""


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours after WCAG 2.1 (1.4.3).

    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB
        for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
