"""Standard addresses (标准地址), composed in the order of GB/T 39609-2020.

Street or lane and its number (街巷院落), then building (建筑门楼); units and rooms follow elsewhere. A
building without a street of its own takes its compound's lane.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PLAIN_NUMBER = re.compile(r"[0-9A-Za-z]+(?:[-－/][0-9A-Za-z]+)*\Z", re.ASCII)


def standard_address(
    street: tuple[str | None, str | None],
    compound: tuple[str | None, str | None],
    number: str | None,
    name: str | None,
) -> str | None:
    """Return a building's standard address; None where nothing is known of it.

    Args:
        street: road (or lane's road) and house number (or lane with its 弄).
        compound: the compound's name and the zone (期/区) in it.
        number: the building's number in its compound.
        name: the building's own name, used where it has no number.

    >>> standard_address(("人民路", "88"), ("书香苑", "二期"), "3", None)
    '人民路88号书香苑二期3号楼'
    >>> standard_address(("中山东一路", "10-12"), (None, None), None, "海关大楼")
    '中山东一路10-12号海关大楼'
    """
    road, house = street
    estate, zone = compound
    building = _numbered(number, "号楼") or name or ""
    return f"{road or ''}{_numbered(house, '号')}{estate or ''}{zone or ''}{building}" or None


def lane(road: str | None, number: str | None) -> tuple[str | None, str | None]:
    """Return a compound's lane address as a street: its road, and its number with 弄.

    >>> lane("东昌路", "37")
    ('东昌路', '37弄')
    """
    return (road, _numbered(number, "弄") or None) if road else (None, None)


@lru_cache(maxsize=4096)
def _numbered(number: str | None, unit: str) -> str:
    """Add the unit to a bare number: 3 becomes 3号楼, while 3栋 and 甲座 stay as they are."""
    if number is None:
        return ""
    if _PLAIN_NUMBER.match(number):
        return f"{number}{unit}"
    return number
