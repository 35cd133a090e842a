"""Numbers and zones of an address in one spelling, so that a table and a text can be compared."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from gridmap.geolocation.wording.folding import BREAK, fold

_LEAD: Final = re.compile(r"\A(?:第|NO\.?)(?=[\dA-Z])")
_TAIL: Final = re.compile(r"(?<=.)(?:号楼|号院|号|栋楼|栋|座楼|座|#楼|#|楼)\Z")
_ZEROS: Final = re.compile(r"(?<!\d)0+(?=\d)")
_BELOW: Final = re.compile(r"(?<=\d)(?:[号栋座]?[-之附]+)(?=\d)")
_LETTER: Final = re.compile(r"(?<=\d)(?:号|号?-)(?=[甲乙丙丁A-Z])|(?<=[A-Z])-(?=\d)")
_STEM_FIRST: Final = re.compile(r"\A([甲乙丙丁])(\d+)\Z")
_ZONE_TAIL: Final = re.compile(r"(?<=.)(?:组团|支弄|街坊|片区|期|区|组|院|苑|片)\Z")
_RANGE: Final = re.compile(r"(\d+)号?[-/](\d+)号?\Z")
MOST_IN_RANGE: Final = 60


@lru_cache(maxsize=20_000)
def number_key(written: str) -> str:
    """Return a building's or door's number as it is compared.

    >>> [number_key(one) for one in ("03", "十二栋", "A座", "甲3号", "88号-1", "88号附1号", "3-A")]
    ['3', '12', 'A', '3甲', '88-1', '88-1', '3A']
    """
    key = fold(written).replace(BREAK, "").replace(" ", "")
    key = _TAIL.sub("", _LEAD.sub("", key))
    key = _LETTER.sub("", _BELOW.sub("-", key))
    return _ZEROS.sub("", _STEM_FIRST.sub(r"\2\1", key))


@lru_cache(maxsize=4_000)
def zone_key(written: str) -> str:
    """Return a zone as it is compared: without what it is called, 期 or 区 or 组团.

    >>> [zone_key(one) for one in ("一期", "东区", "A", "翠竹组团", "第3组", "")]
    ['1', '东', 'A', '翠竹', '3', '']
    """
    return _ZONE_TAIL.sub("", fold(written).removeprefix("第"))


def is_named(zone: str) -> bool:
    """Tell whether a zone has a name of its own: not a number, a letter or a side.

    >>> is_named("翠竹"), is_named("12"), is_named("东")
    (True, False, False)
    """
    return len(zone) > 1 and not zone.isascii()


def numbers_in(written: str) -> tuple[str, ...]:
    """Return the door numbers of an address: ``10-16`` are those of one side of the road.

    A second number that is smaller is no range but a part of the first: ``88-1``.

    >>> numbers_in("10-16"), numbers_in("9-12"), numbers_in("33甲"), numbers_in("88-1")
    (('10', '12', '14', '16'), ('9', '10', '11', '12'), ('33甲',), ('88-1',))
    """
    folded = fold(written)
    return tuple(
        number
        for part in folded.split(",")
        if part.strip()
        for number in _numbers_of_part(part.strip())
    )


def _numbers_of_part(part: str) -> tuple[str, ...]:
    found = _RANGE.match(part)
    if not found:
        return (part,)
    first, last = int(found[1]), int(found[2])
    if "/" in part:
        return (found[1], found[2])
    if not first < last <= first + MOST_IN_RANGE:
        return (number_key(part),)
    step = 2 if first % 2 == last % 2 else 1
    return tuple(str(number) for number in range(first, last + 1, step))
