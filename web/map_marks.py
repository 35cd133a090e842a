"""What an extra layer of the map is made of: marks with a shape, a tone, words and a link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from web import language

Tone = Literal["green", "amber", "red", "blue", "purple", "grey"]
"""The colours of badges, on the map with the same meaning."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing on the map.

    Attributes:
        shape: GeoJSON geometry in WGS 84: a point, a polygon or a multipolygon.
        title: its name.
        tone: its colour, one of the layer's legend.
        badge: its state in a word or two, beside the title.
        lines: what is told of it, in the reader's language.
        href: the page about it.
        link: words of that link.
        count: number written on a point; 0 for none.
    """

    shape: dict[str, Any]
    title: str
    tone: Tone
    badge: str = ""
    lines: tuple[str, ...] = ()
    href: str | None = None
    link: str = ""
    count: int = 0

    def feature(self) -> dict[str, Any]:
        """Return it as a GeoJSON feature."""
        told = {
            "title": self.title,
            "tone": self.tone,
            "badge": self.badge,
            "lines": [line for line in self.lines if line],
            "href": self.href,
            "link": self.link,
            "count": self.count,
        }
        return {"type": "Feature", "geometry": self.shape, "properties": told}


@dataclass(frozen=True, slots=True)
class MapLayer:
    """A layer that the map's menu offers.

    Attributes:
        key: in addresses.
        zh, en: its name.
        legend: tones and what they mean, in both languages.
        marks: what lies on the map on a day, for the reader of the request.
        page: endpoint of the page that lists the same; empty for none.
        staff: only for who is signed in.
        as_page: only for who may open `page`.
        raised: its points stand for an area, and are drawn above them so that they hide none that are exact.
    """

    key: str
    zh: str
    en: str
    legend: tuple[tuple[Tone, str, str], ...]
    marks: Callable[[date], Sequence[Mark]]
    page: str = ""
    staff: bool = False
    raised: bool = False
    as_page: bool = False

    @property
    def label(self) -> str:
        """Return its name in the reader's language."""
        return self.en if language.current() == "en" else self.zh

    @property
    def keys(self) -> list[tuple[Tone, str]]:
        """Return the legend in the reader's language."""
        return [(tone, en if language.current() == "en" else zh) for tone, zh, en in self.legend]


def point(lon: float, lat: float) -> dict[str, Any]:
    """Return a GeoJSON point, to a decimetre."""
    return {"type": "Point", "coordinates": [round(lon, _DIGITS), round(lat, _DIGITS)]}


_DIGITS: Final = 6
