"""Coordinate systems in which features are given, as OGC API - Features - Part 2 (OGC 18-058r1) names them.

Everything is stored in WGS 84 longitude, latitude (CRS84). A system that is named by EPSG has the axes of
EPSG's registry: degrees are latitude first, and a Gauss-Krueger zone of China is northing first.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pyproj import CRS

from gridmap.errors import InvalidInput
from gridmap.geometry.zones import gauss_kruger_zone

STORED: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG: Final = "http://www.opengis.net/def/crs/EPSG/0/"
_ALWAYS: Final = (4326, 4490, 3857)
"""WGS 84, CGCS2000, Web Mercator."""
_CHINA_2000: Final = 4490
_MERCATOR: Final = 3857
_HALF_WORLD_M: Final = 20_037_508.34
_DOMAINS: Final = {_MERCATOR: (-_HALF_WORLD_M, -_HALF_WORLD_M, _HALF_WORLD_M, _HALF_WORLD_M)}
_ZONE_DOMAIN: Final = (-1_500_000.0, 0.0, 2_500_000.0, 6_500_000.0)
"""Of a zone with 500 km at its meridian: 20 degrees to either side, from the equator to China's north."""
_DEGREE_DIGITS, _METRE_DIGITS = 9, 4
"""Decimals that are a tenth of a millimetre."""


@dataclass(frozen=True, slots=True)
class System:
    """A coordinate system of answers.

    Attributes:
        uri: its name in OGC APIs.
        epsg: its number; 4326 for CRS84, too.
        base: the degrees that PostGIS projects from: WGS 84, or CGCS2000 where that is the datum. The two are
            declared equal (see `gridmap.geometry.crs`), and no shift is computed between them.
        turned: whether the second stored axis comes first.
        digits: decimals of coordinates.
        domain: least easting and northing, then the greatest, between which the projection can be turned back
            into degrees; None for degrees.
    """

    uri: str
    epsg: int
    base: int
    turned: bool
    digits: int
    domain: tuple[float, float, float, float] | None = None


CRS84: Final = System(STORED, 4326, 4326, turned=False, digits=_DEGREE_DIGITS)


def systems(bounds: tuple[float, float, float, float] | None) -> dict[str, System]:
    """Return the systems that are offered, by URI: the stored one first, last the county's own zone.

    Args:
        bounds: of the county: west, south, east, north in degrees; None where there is none yet.
    """
    numbers = [*_ALWAYS]
    if bounds is not None:
        with suppress(InvalidInput):  # outside of China there is no zone
            numbers.append(gauss_kruger_zone((bounds[0] + bounds[2]) / 2))
    return {STORED: CRS84} | {one.uri: one for one in map(_system, numbers)}


@lru_cache
def _system(epsg: int) -> System:
    crs = CRS.from_epsg(epsg)
    datum = crs.geodetic_crs.to_epsg() if crs.geodetic_crs else None
    return System(
        f"{_EPSG}{epsg}",
        epsg,
        _CHINA_2000 if datum == _CHINA_2000 else 4326,
        turned=crs.axis_info[0].direction == "north",
        digits=_DEGREE_DIGITS if crs.is_geographic else _METRE_DIGITS,
        domain=None if crs.is_geographic else _DOMAINS.get(epsg, _ZONE_DOMAIN),
    )
