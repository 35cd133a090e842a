"""The trend as a drawing: bars in pixels of an SVG, made on the server; no script draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask_babel import format_date

from gridmap.dispatch.boards import Point
from gridmap.dispatch.measures import Bucket, Measure, Window
from web import language
from web.pages.board_query import BoardQuery

WIDTH, HEIGHT = 720, 232
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 12, 28
SHOWN: Final = (Measure.FILED, Measure.CLOSED, Measure.CLIMBED)
MOST_LABELS: Final = 12
LINES: Final = 4
GROUP_SHARE: Final = 0.78
"""How much of a stretch its bars take; the rest parts it from the next."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One number as a bar; `title` says it in words."""

    measure: Measure
    x: float
    y: float
    width: float
    height: float
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A word on an axis and where it stands."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole trend: bars, the words below, the lines across."""

    bars: tuple[Bar, ...]
    days: tuple[Mark, ...]
    lines: tuple[Mark, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - BOTTOM


def drawing(points: Sequence[Point], bucket: Bucket, query: BoardQuery, window: Window) -> Drawing:
    """Return the drawing of a trend up to today; every bar leads to its reports."""
    past = [point for point in points if point.first <= window.now.date()]
    most = max((point.tally[measure] for point in past for measure in SHOWN), default=0)
    step = _step(most)
    top = step * LINES
    room = (WIDTH - LEFT - RIGHT) / max(len(points), 1)
    each = room * GROUP_SHARE / len(SHOWN)
    bars = [
        _bar(
            point,
            measure,
            LEFT + place * room + (room - each * len(SHOWN)) / 2 + each * n,
            each,
            top,
        )
        for place, point in enumerate(past)
        for n, measure in enumerate(SHOWN)
        if point.tally[measure]
    ]
    named = [
        Bar(
            *geometry,
            title=f"{label(point, bucket)} {measure.label(language.current())} {point.tally[measure]}",
            address=query.behind(
                measure, window, from_=point.first.isoformat(), to=point.last.isoformat()
            ),
        )
        for point, measure, geometry in bars
    ]
    every = -(-len(points) // MOST_LABELS)
    days = [
        Mark(LEFT + (place + 0.5) * room, label(point, bucket))
        for place, point in enumerate(points)
        if place % max(every, 1) == 0
    ]
    across = [Mark(_y(step * n, top), str(step * n)) for n in range(LINES + 1)]
    return Drawing(tuple(named), tuple(days), tuple(across))


Geometry = tuple[Measure, float, float, float, float]


def _bar(
    point: Point, measure: Measure, x: float, width: float, top: int
) -> tuple[Point, Measure, Geometry]:
    y = _y(point.tally[measure], top)
    height = HEIGHT - BOTTOM - y
    return point, measure, (measure, round(x, 1), round(y, 1), round(width, 1), round(height, 1))


def _y(value: float, top: int) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _step(most: int) -> int:
    """Return a round distance of the lines across: 1, 2, 5, 10, 20, 50...

    >>> _step(0), _step(17), _step(163)
    (1, 5, 50)
    """
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if step * LINES >= most:
                return step
        size *= 10


def label(point: Point, bucket: Bucket) -> str:
    """Return a stretch as people write it: its month, or its first day."""
    if bucket is Bucket.MONTH:
        return str(format_date(point.first, "yMMM" if language.current() == "en" else "M月"))
    return str(format_date(point.first, "M/d"))
