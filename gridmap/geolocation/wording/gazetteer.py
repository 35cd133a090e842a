"""The names of a county, as a resolver reads them: entities, what they are called, numbers that they have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gridmap.geolocation.wording.folding import fold
from gridmap.terms import Term


class EntityKind(Term):
    """What a name can stand for."""

    COMMUNITY = "community", "社区", "Community"
    COMPOUND = "compound", "小区", "Compound"
    BUILDING = "building", "楼栋", "Building"
    ROAD = "road", "道路", "Road"
    POI = "poi", "地点", "Place"


class Key(NamedTuple):
    """An entity: its kind and its code."""

    kind: EntityKind
    code: str


class Name(NamedTuple):
    """A name of an entity, as written."""

    key: Key
    text: str


class House(NamedTuple):
    """A building with a number in a compound: the folded zone (empty where there is none) and number."""

    compound: str
    zone: str
    number: str


class Door(NamedTuple):
    """A number on a road."""

    road: str
    number: str


ENDINGS: Final = (
    "住宅小区",
    "居民小区",
    "家属院",
    "家属区",
    "小区",
    "社区",
    "家园",
    "花园",
    "公寓",
    "新村",
    "新苑",
    "雅苑",
    "名邸",
    "名苑",
    "嘉园",
    "佳苑",
    "花苑",
    "大厦",
    "大楼",
    "大酒店",
    "酒店",
    "宾馆",
    "广场",
    "中心",
    "苑",
    "园",
    "村",
    "院",
    "里",
    "弄",
    "坊",
    "府",
    "城",
)
"""What many names end in: it tells one from another the least, and is changed and left out the most."""

SHORTEST_CORE: Final = 2
SHORTEST_NAME: Final = 2
_RANGE: Final = re.compile(r"(\d+)\s*[-~,/]\s*(\d+)\Z")
_MOST_IN_RANGE: Final = 60


def core_of(folded: str, endings: Iterable[str] = ENDINGS) -> str:
    """Return a name without its ending; itself where nothing would be left.

    >>> core_of("世纪公寓"), core_of("崂山3村"), core_of("花园")
    ('世纪', '崂山3', '花园')
    """
    for ending in endings:
        if folded.endswith(ending) and len(folded) - len(ending) >= SHORTEST_CORE:
            return folded[: -len(ending)]
    return folded


def numbers_in(written: str) -> tuple[str, ...]:
    """Return the door numbers of an address: ``10-12`` are those of one side of the road.

    >>> numbers_in("10-16"), numbers_in("9-12"), numbers_in("33甲")
    (('10', '12', '14', '16'), ('9', '10', '11', '12'), ('33甲',))
    """
    folded = fold(written)
    found = _RANGE.match(folded)
    if not found:
        return tuple(part.strip() for part in folded.split(",") if part.strip())
    first, last = int(found[1]), int(found[2])
    if not first <= last <= first + _MOST_IN_RANGE:
        return (found[1], found[2])
    step = 2 if first % 2 == last % 2 else 1
    return tuple(str(number) for number in range(first, last + 1, step))


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All names of a day, and the numbers below them. Codes are those of the ledger.

    Attributes:
        names: of all entities; an entity can have many, and a name many entities.
        houses: buildings by compound, zone and number (folded).
        zones: zones of each compound that has any, folded.
        doors: buildings or places by road and number.
        lanes: compound by road and lane number.
        crossings: code of a crossing by the codes of its two roads.
        compound_of: compound of a building, where it is in one.
        version: of the data that it was made from.
    """

    names: tuple[Name, ...]
    houses: Mapping[House, tuple[str, ...]] = field(default_factory=dict)
    zones: Mapping[str, frozenset[str]] = field(default_factory=dict)
    doors: Mapping[Door, tuple[Key, ...]] = field(default_factory=dict)
    lanes: Mapping[Door, str] = field(default_factory=dict)
    crossings: Mapping[frozenset[str], str] = field(default_factory=dict)
    compound_of: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
