"""The 3-degree Gauss-Krueger zones of CGCS2000, in which surveyors of a county work (metres)."""

from __future__ import annotations

from gridmap.errors import InvalidInput

FIRST_ZONE_MERIDIAN, LAST_ZONE_MERIDIAN, ZONE_WIDTH, FIRST_ZONE_EPSG = 75, 135, 3, 4534
"""CGCS2000 / 3-degree Gauss-Kruger CM 75E to CM 135E are EPSG:4534 to EPSG:4554."""


def gauss_kruger_zone(lon: float) -> int:
    """Return the EPSG code of the CGCS2000 3-degree Gauss-Krueger zone whose meridian is nearest.

    Args:
        lon: longitude in degrees, WGS 84.

    Returns:
        4534 (75° E) to 4554 (135° E); halfway between two meridians, the eastern one.

    Raises:
        InvalidInput: farther than half a zone from all of them (73.5° E to 136.5° E).

    >>> gauss_kruger_zone(121.5), gauss_kruger_zone(113.0)
    (4550, 4547)
    """
    reach = ZONE_WIDTH / 2
    if not FIRST_ZONE_MERIDIAN - reach <= lon < LAST_ZONE_MERIDIAN + reach:
        raise InvalidInput(
            reason_zh=f"经度 {lon} 不在 CGCS2000 三度带范围内（73.5° 至 136.5°）。",
            reason_en=f"Longitude {lon} lies in no 3-degree zone of CGCS2000 (73.5° to 136.5°).",
        )
    return FIRST_ZONE_EPSG + int((lon - FIRST_ZONE_MERIDIAN + reach) // ZONE_WIDTH)


def meridian_of(zone: int) -> int:
    """Return the central meridian of a zone, in degrees east.

    >>> meridian_of(4547)
    114
    """
    return FIRST_ZONE_MERIDIAN + (zone - FIRST_ZONE_EPSG) * ZONE_WIDTH
