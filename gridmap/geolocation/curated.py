"""What people have decided about names and addresses, laid over what the entities themselves say. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from gridmap.geolocation.wording.folding import fold
from gridmap.geolocation.wording.gazetteer import (
    Door,
    EntityKind,
    Gazetteer,
    House,
    Key,
    Name,
)
from gridmap.terms import Named, Parity

Spot = tuple[float, float]
"""Longitude and latitude in degrees (WGS 84)."""

MOST_IN_RANGE: Final = 400
"""Numbers of one address; a longer range is that of a whole road, and says of no number where it is."""


class CuratedName(NamedTuple):
    """A row of `place_name` that a person has decided on."""

    kind: Named
    code: str
    text: str
    rejected: bool


class CuratedAddress(NamedTuple):
    """A row of `address`; `target` is ``building``, ``compound`` or ``point``."""

    target: str
    code: str
    road: str
    lane: str | None
    first: int | None
    last: int | None
    parity: Parity
    suffix: str | None
    spot: Spot | None
    rejected: bool


@dataclass(frozen=True, slots=True)
class Curated:
    """All that was decided, of a day."""

    names: tuple[CuratedName, ...] = ()
    addresses: tuple[CuratedAddress, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """The names of a day, and where what they stand for lies.

    Attributes:
        gazetteer: names and numbers.
        spots: interior point of each entity.
        titles: what each entity is called to people.
        crossings: point of each crossing, by its code.
        base: the same without what people have decided; None where this is it.
    """

    gazetteer: Gazetteer
    spots: Mapping[Key, Spot]
    titles: Mapping[Key, str]
    crossings: Mapping[str, Spot]
    base: Known | None = field(default=None, repr=False, compare=False)


def numbers_of(address: CuratedAddress) -> tuple[str, ...]:
    """Return the door numbers of an address, folded as a reader compares them.

    >>> one = CuratedAddress("building", "b", "人民路", None, 11, 17, Parity.ODD, None, None, False)
    >>> numbers_of(one), numbers_of(one._replace(last=None, suffix="甲"))
    (('11', '13', '15', '17'), ('11甲',))
    """
    if address.first is None:
        return ()
    last = address.first if address.last is None else address.last
    if last - address.first > MOST_IN_RANGE:
        return ()
    wanted = {Parity.ODD: 1, Parity.EVEN: 0}.get(address.parity)
    return tuple(
        fold(f"{number}{address.suffix or ''}")
        for number in range(address.first, last + 1)
        if wanted is None or number % 2 == wanted
    )


def with_curated(base: Known, curated: Curated, version: str) -> Known:
    """Lay what people decided over the names of a day.

    Args:
        base: names as the entities themselves have them.
        curated: decisions of the same day.
        version: of the data, for the gazetteer to carry.
    """
    over = _Over(base)
    for address in sorted(curated.addresses, key=lambda one: one.first is not None):
        over.address(address)  # lanes first: what has a number in one is looked for there
    for name in curated.names:
        over.name(name)
    return over.made(version)


class _Over:
    """Gathers what differs from the base."""

    def __init__(self, base: Known) -> None:
        self.base = base
        self.added: dict[Name, None] = {}
        self.masked: dict[Key, set[str]] = defaultdict(set)
        self.spots = dict(base.spots)
        self.titles = dict(base.titles)
        self.doors = {door: list(keys) for door, keys in base.gazetteer.doors.items()}
        self.lanes = dict(base.gazetteer.lanes)
        self.houses = dict(base.gazetteer.houses)
        roads = (one.key.code for one in base.gazetteer.names if one.key.kind is EntityKind.ROAD)
        self.roads = set(roads)

    def name(self, one: CuratedName) -> None:
        key = self._key(one)
        if key is None:
            return
        if one.rejected:
            self.masked[key].add(fold(one.text))
        else:
            self.added[Name(key, one.text)] = None

    def _key(self, one: CuratedName) -> Key | None:
        """Return what a name stands for; None where that does not exist on the day."""
        if one.kind is Named.CROSSING:
            return self._crossing(one.code)
        key = Key(EntityKind(one.kind.value), one.code)
        there = one.code in self.roads if one.kind is Named.ROAD else key in self.spots
        return key if there else None

    def _crossing(self, written: str) -> Key | None:
        """A named crossing is read like any named point."""
        code = self.base.gazetteer.crossings.get(frozenset(written.split("/")))
        if code is None:
            return None
        key = Key(EntityKind.POI, code)
        self.spots[key], self.titles[key] = self.base.crossings[code], code
        return key

    def address(self, one: CuratedAddress) -> None:
        numbers = numbers_of(one)
        if one.target == "compound":
            self._of_compound(one, numbers)
        elif one.target == "point":
            key = Key(EntityKind.POI, one.code)
            if one.spot is not None:
                self.spots[key] = one.spot
                self.titles[key] = f"{one.road}{'-'.join(numbers[:1] + numbers[1:][-1:])}号"
                self._doors(one, key, numbers)
        else:
            self._of_building(one, numbers)

    def _of_compound(self, one: CuratedAddress, numbers: Iterable[str]) -> None:
        compound = Key(EntityKind.COMPOUND, one.code)
        if compound not in self.spots:
            return
        if one.lane is not None and one.first is None:
            door = Door(one.road, fold(one.lane))
            if not one.rejected:
                self.lanes[door] = one.code
            elif self.lanes.get(door) == one.code:
                del self.lanes[door]
            return
        key = Key(EntityKind.POI, one.code)  # a number of a whole compound is that of a point in it
        self.spots[key], self.titles[key] = self.spots[compound], self.titles[compound]
        self._doors(one, key, numbers)

    def _of_building(self, one: CuratedAddress, numbers: Iterable[str]) -> None:
        key = Key(EntityKind.BUILDING, one.code)
        if key not in self.spots:
            return
        if one.lane is None:
            self._doors(one, key, numbers)
            return
        compound = self.lanes.get(Door(one.road, fold(one.lane)))
        for number in numbers if compound else ():
            house = House(compound or "", "", number)
            codes = [code for code in self.houses.get(house, ()) if code != one.code]
            self.houses[house] = tuple(codes if one.rejected else [*codes, one.code])

    def _doors(self, one: CuratedAddress, key: Key, numbers: Iterable[str]) -> None:
        for number in numbers:
            keys = [other for other in self.doors.get(Door(one.road, number), ()) if other != key]
            self.doors[Door(one.road, number)] = keys if one.rejected else [*keys, key]
        if not one.rejected and one.road not in self.roads:
            self.roads.add(one.road)
            self.added[Name(Key(EntityKind.ROAD, one.road), one.road)] = None

    def made(self, version: str) -> Known:
        base = self.base.gazetteer
        names = dict.fromkeys((*base.names, *self.added))
        if self.masked:
            names = {name: None for name in names if not self._is_masked(name)}
        gazetteer = replace(
            base,
            names=tuple(names),
            houses={house: codes for house, codes in self.houses.items() if codes},
            doors={door: tuple(keys) for door, keys in self.doors.items() if keys},
            lanes=self.lanes,
            version=version,
        )
        return Known(gazetteer, self.spots, self.titles, self.base.crossings, self.base)

    def _is_masked(self, name: Name) -> bool:
        return name.key in self.masked and fold(name.text) in self.masked[name.key]
