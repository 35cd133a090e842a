"""The data of the standalone map: the ends of quarters as JSON, nothing twice."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Final

from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from geodata.handouts.county import DaySheet, checks_put
from geodata.handouts.outlines import plane_of, simplified
from geodata.handouts.shades import COLORS, DARK, WORST, lacking_state
from geodata.handouts.words import WORDS, said
from gridmap.coverage.checks import Check, CommunityAudit, Finding
from gridmap.coverage.words import day_words, quarter_words
from gridmap.timespan import quarter_of

MOST_SUBJECTS: Final = 20
"""Findings of a check that are told of one community; of more only the number."""
DIGITS: Final = 5
"""Decimals of a degree: a metre."""


class _Pool:
    """Values by number, each kept once."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._numbers: dict[Hashable, int] = {}

    def number(self, key: Hashable, value: object) -> int:
        """Return the number of a value, which is kept if its key is new."""
        if key not in self._numbers:
            self._numbers[key] = len(self.values)
            self.values.append(value)
        return self._numbers[key]


class _Pools:
    """What many days share."""

    def __init__(self) -> None:
        self.shapes, self.findings, self.texts = _Pool(), _Pool(), _Pool()


def moments(sheets: Sequence[DaySheet], language: str) -> dict[str, Any]:
    """Return what the map's script draws: words, colours, checks, shapes, findings and days.

    Args:
        sheets: days in their order; the last is the one shown first.
        language: ``zh`` or ``en``.
    """
    checks = checks_put(sheet.audit for sheet in sheets)
    pools = _Pools()
    days = [_day(sheet, checks, pools, language) for sheet in sheets]
    days[-1]["label"] = day_words(sheets[-1].day, language)
    return {
        "language": language,
        "title": said("title", language, county=sheets[-1].county),
        "words": {key: words.zh if language == "zh" else words.en for key, words in WORDS.items()},
        "colors": COLORS,
        "dark": sorted(DARK),
        "worst": WORST,
        "checks": [
            {
                "label": one.label.fill(language),
                "asks": one.asks.fill(language),
                "lacking": lacking_state(one),
            }
            for one in checks
        ],
        "shapes": pools.shapes.values,
        "findings": pools.findings.values,
        "texts": pools.texts.values,
        "days": days,
    }


def _day(
    sheet: DaySheet, checks: tuple[Check, ...], pools: _Pools, language: str
) -> dict[str, Any]:
    plane = plane_of(sheet.areas)
    degrees = plane.degrees(simplified(sheet.areas, plane))
    numbers: dict[str, int] = {}
    for area, shape in zip(sheet.areas, degrees, strict=True):
        rings = _rings(shape)
        numbers[area.code] = pools.shapes.number(str(rings), rings)
    quarter = quarter_words(quarter_of(sheet.day), language)
    return {
        "iso": sheet.day.isoformat(),
        "day": day_words(sheet.day, language),
        "label": said("quarter_end", language, quarter=quarter),
        "complete": sheet.audit.complete,
        "missing": sheet.audit.missing,
        "communities": [
            {
                "name": one.name,
                "township": one.township,
                "shape": numbers.get(one.code),
                "missing": one.missing,
                "held": [{True: 1, False: 0, None: -1}[one.held.get(c.key)] for c in checks],
                "findings": _found(one, checks, pools, language),
            }
            for one in sheet.ranked
        ],
    }


def _found(
    community: CommunityAudit, checks: tuple[Check, ...], pools: _Pools, language: str
) -> list[list[Any]]:
    """A check's number, how many findings are left out, and the numbers of the others."""
    found = []
    for place, check in enumerate(checks):
        own = [finding for finding in community.findings if finding.check == check.key]
        if own:
            told = own[:MOST_SUBJECTS]
            numbers = [_finding(one, pools, language) for one in told]
            found.append([place, len(own) - len(told), numbers])
    return found


def _finding(finding: Finding, pools: _Pools, language: str) -> int:
    """Keep what is told of a finding (subject, since, the numbers of why and how to mend it)."""
    gap = finding.gap
    why, mend = (
        pools.texts.number(text, text) for text in (finding.why(language), finding.mend(language))
    )
    told = [gap.subject.name, gap.since.isoformat(), why, mend]
    return pools.findings.number((gap.subject.code, *told), told)


def _rings(shape: BaseGeometry) -> list[list[list[list[float]]]]:
    """Polygons of rings of latitude, longitude, as Leaflet wants them."""
    return [
        [
            [[round(lat, DIGITS), round(lon, DIGITS)] for lon, lat in ring.coords[:-1]]
            for ring in (part.exterior, *part.interiors)
        ]
        for part in getattr(shape, "geoms", [shape])
        if isinstance(part, Polygon) and not part.is_empty
    ]
