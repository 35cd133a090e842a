"""A map as shapes and words on a sheet in millimetres, before anybody says in which format."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from geodata.handouts.county import Area, DaySheet
from geodata.handouts.outlines import Geometries, plane_of, simplified
from geodata.handouts.shades import COLORS, DARK, shade_of
from geodata.handouts.words import said
from gridmap.coverage.checks import Check

INK: Final = "#1b2430"
PAPER: Final = "#ffffff"
LARGEST_MM, SMALLEST_MM = 4.2, 1.9
"""Heights of the communities' names."""
FOOT_MM: Final = 9.0
"""Room under the shapes for the scale bar."""

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Patch:
    """A coloured polygon; holes are further rings."""

    code: str
    color: str
    rings: tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """Words around a point, `size` mm high; `code` is the community's."""

    code: str
    text: str
    x: float
    y: float
    size: float
    color: str = INK


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map in millimetres, y downwards from the upper edge."""

    width: float
    height: float
    patches: tuple[Patch, ...]
    labels: tuple[Label, ...]
    bar: tuple[float, float, float]
    """The scale bar: its left end, its height on the sheet, its length."""
    bar_words: str
    arrow: tuple[float, float]
    """The foot of the north arrow, which is `ARROW_MM` high."""
    north: str


ARROW_MM: Final = 9.0


@dataclass(frozen=True, slots=True)
class _Frame:
    """How metres lie on the sheet."""

    west: float
    north: float
    scale: float
    left: float
    top: float

    def place(self, shape: BaseGeometry) -> BaseGeometry:
        placed: BaseGeometry = shapely.transform(
            shape,
            lambda xy: np.column_stack(
                [
                    self.left + (xy[:, 0] - self.west) * self.scale,
                    self.top + (self.north - xy[:, 1]) * self.scale,
                ]
            ),
        )
        return placed


def draw(
    sheet: DaySheet, size: tuple[float, float], language: str, check: Check | None = None
) -> Drawing:
    """Draw the county of a day.

    Args:
        sheet: the day.
        size: width and height of the drawing in mm.
        language: ``zh`` or ``en``.
        check: colour by this check; by the number of gaps if None.
    """
    width, height = size
    areas = [area for area in sheet.areas if not area.shape.is_empty]
    plane = plane_of(areas)
    shapes = simplified(areas, plane)
    frame = _frame(shapes, width, height - FOOT_MM)
    placed = [frame.place(shape) for shape in shapes]
    shade = {one.code: shade_of(one, check) for one in sheet.audit.communities}
    patches = tuple(
        Patch(area.code, COLORS[shade.get(area.code, "none")], tuple(_rings(shape)))
        for area, shape in zip(areas, placed, strict=True)
    )
    metres = nice_length(width / frame.scale * 0.22)
    return Drawing(
        width,
        height,
        patches,
        tuple(_labels(areas, placed, shade)),
        bar=(2.0, height - 3.0, metres * frame.scale),
        bar_words=_length_words(metres, language),
        arrow=(width - 6.0, ARROW_MM + 5.0),
        north=said("north", language),
    )


def nice_length(metres: float) -> float:
    """Return the longest of 1, 2, 5 times a power of ten that is no longer.

    >>> nice_length(730), nice_length(2100), nice_length(10)
    (500.0, 2000.0, 10.0)
    """
    power = 10.0 ** math.floor(math.log10(metres))
    return power * max(step for step in (1, 2, 5) if step * power <= metres * (1 + 1e-9))


def shared_ending(names: Sequence[str]) -> str:
    """Return the ending that all names share, so long as every name keeps something.

    >>> shared_ending(["书香苑社区", "阳光社区"]), shared_ending(["社区"])
    ('社区', '')
    """
    if len(names) < 2:  # noqa: PLR2004 - one name shares nothing
        return ""
    for start in range(1, len(names[0])):
        ending = names[0][start:]
        if all(len(name) > len(ending) and name.endswith(ending) for name in names):
            return ending
    return ""


def _frame(shapes: Geometries, width: float, height: float) -> _Frame:
    west, south, east, north = (float(value) for value in shapely.total_bounds(shapes))
    margin = 1.0
    scale = min((width - 2 * margin) / (east - west), (height - 2 * margin) / (north - south))
    left = (width - (east - west) * scale) / 2
    top = (height - (north - south) * scale) / 2
    return _Frame(west, north, scale, left, top)


def _rings(shape: BaseGeometry) -> Iterator[Ring]:
    for part in getattr(shape, "geoms", [shape]):
        if isinstance(part, Polygon) and not part.is_empty:
            for ring in (part.exterior, *part.interiors):
                yield tuple((round(x, 2), round(y, 2)) for x, y in ring.coords)


def _labels(
    areas: Sequence[Area], placed: Sequence[BaseGeometry], shade: dict[str, str]
) -> Iterator[Label]:
    cut = len(shared_ending([area.name for area in areas]))
    for area, shape in zip(areas, placed, strict=True):
        name = area.name[:-cut] if cut else area.name
        radius = shapely.maximum_inscribed_circle(np.array([shape], dtype=object), 0.5)[0]
        (x, y), reach = radius.coords[0], radius.length
        size = min(LARGEST_MM, max(SMALLEST_MM, 1.7 * reach / max(len(name), 2)))
        white = shade.get(area.code) in DARK
        yield Label(
            area.code, name, round(x, 2), round(y, 2), round(size, 2), PAPER if white else INK
        )


def _length_words(metres: float, language: str) -> str:
    if metres >= 1000:  # noqa: PLR2004 - from a kilometre on
        return said("kilometres", language, n=f"{metres / 1000:g}")
    return said("metres", language, n=f"{metres:g}")
