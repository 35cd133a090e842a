"""County, townships, communities and grids: codes, names, and boundaries before and after a change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from shapely import Polygon

from geodata.demo.almanac import Almanac
from geodata.demo.blocks import communities, joined
from geodata.demo.county import AreaVersion, GridVersion
from geodata.demo.ground import many, placed
from geodata.demo.plan import COMMUNITY_NAMES, COUNTY_CODE, COUNTY_NAME, TOWNSHIPS
from gridmap.terms import AreaKind
from gridmap.timespan import Span

COUNTY = COUNTY_CODE.ljust(12, "0")
_BAND = 500.0


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes by the letter of the drawing."""

    communities: dict[str, str]
    grids: dict[str, str]
    townships: dict[str, str]


@cache
def codes(seed: int) -> Codes:
    """Return the codes: in a township communities are numbered from west to east, then to the south."""
    areas = communities(seed)
    found: dict[str, str] = {}
    townships: dict[str, str] = {}
    for township, _, letters in TOWNSHIPS:
        order = sorted(letters, key=lambda letter: _reading_order(areas[letter]))
        for number, letter in enumerate(order, start=1):
            found[letter] = f"{COUNTY_CODE}{township}{number:03d}"
            townships[letter] = f"{COUNTY_CODE}{township}000"
    return Codes(found, {letter: f"{code}001" for letter, code in found.items()}, townships)


def _reading_order(area: Polygon) -> tuple[int, float]:
    middle = area.centroid
    return -round(middle.y / _BAND), middle.x


def grid_name(letter: str) -> str:
    """Return the name of a community's grid."""
    return f"{COMMUNITY_NAMES[letter]}第一网格"


def areas(seed: int, almanac: Almanac) -> tuple[list[AreaVersion], list[GridVersion]]:
    """Return all versions of areas and grids.

    Both versions of the communities' boundaries are unions of the same faces: each tiles the county.
    """
    code = codes(seed)
    former, today = communities(seed, former=True), communities(seed)
    found, grids = [_county(today, almanac)], []
    for township, name, letters in TOWNSHIPS:
        (boundary,) = placed([joined([today[letter] for letter in letters])])
        found.append(
            AreaVersion(
                f"{COUNTY_CODE}{township}000",
                AreaKind.TOWNSHIP,
                COUNTY,
                name,
                many(boundary),
                almanac.always,
            )
        )
    letters_in_order = sorted(code.communities, key=lambda letter: code.communities[letter])
    before = dict(zip(letters_in_order, placed([former[x] for x in letters_in_order]), strict=True))
    after = dict(zip(letters_in_order, placed([today[x] for x in letters_in_order]), strict=True))
    for letter in letters_in_order:
        versions = [(after[letter], almanac.always)]
        if before[letter] != after[letter]:
            versions = [
                (before[letter], Span(almanac.opening, almanac.moved)),
                (after[letter], Span(almanac.moved)),
            ]
        community = code.communities[letter]
        for shape, span in versions:
            name = f"{COMMUNITY_NAMES[letter]}社区"
            found.append(
                AreaVersion(
                    community, AreaKind.COMMUNITY, code.townships[letter], name, many(shape), span
                )
            )
            grids.append(
                GridVersion(code.grids[letter], community, grid_name(letter), many(shape), span)
            )
    return found, grids


def _county(today: dict[str, Polygon], almanac: Almanac) -> AreaVersion:
    (boundary,) = placed([joined(list(today.values()))])
    return AreaVersion(COUNTY, AreaKind.COUNTY, None, COUNTY_NAME, many(boundary), almanac.always)
