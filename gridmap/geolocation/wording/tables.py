"""The numbers of a gazetteer, by the spelling in which texts are compared with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from gridmap.geolocation.wording.folding import fold
from gridmap.geolocation.wording.gazetteer import Gazetteer, Key
from gridmap.geolocation.wording.numbering import is_named, number_key, zone_key
from gridmap.geolocation.wording.tokens import Token


class Tables:
    """Houses, doors, lanes and zones of a gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.compound_of = gazetteer.compound_of
        self.crossings = gazetteer.crossings
        self.areas = frozenset(fold(area) for area in gazetteer.areas)
        self._houses: dict[tuple[str, str, str], tuple[str, ...]] = {}
        self._numbers_of: dict[str, str] = {}
        built: dict[str, set[str]] = defaultdict(set)
        for house, codes in gazetteer.houses.items():
            place = (house.compound, zone_key(house.zone), number_key(house.number))
            self._houses[place] = tuple(sorted({*self._houses.get(place, ()), *codes}))
            built[house.compound].add(place[1])
            self._numbers_of.update(dict.fromkeys(codes, place[2]))
        self.zones = {
            code: frozenset(zone_key(zone) for zone in zones) - {""}
            for code, zones in gazetteer.zones.items()
        }
        for code, found in built.items():
            if found != {""}:
                self.zones[code] = self.zones.get(code, frozenset()) | (found - {""})
        self._built = built
        self._named = {
            code: named
            for code, zones in self.zones.items()
            if (named := tuple(sorted(zone for zone in zones if is_named(zone))))
        }
        self._doors: dict[tuple[str, str], tuple[Key, ...]] = {}
        for door, keys in gazetteer.doors.items():
            at = (door.road, number_key(door.number))
            self._doors[at] = tuple(dict.fromkeys((*self._doors.get(at, ()), *keys)))
        self._lanes = {
            (lane.road, number_key(lane.number).removesuffix("弄")): code
            for lane, code in gazetteer.lanes.items()
        }

    def zones_of(self, compound: str) -> frozenset[str]:
        """Return the zones of a compound, empty where it has none."""
        return self.zones.get(compound, frozenset())

    def has_houses(self, compound: str) -> bool:
        """Tell whether the numbers of a compound's buildings are known."""
        return compound in self._built

    def named_zones_of(self, compound: str) -> tuple[str, ...]:
        """Return the zones of a compound that have a name, not a number or a side."""
        return self._named.get(compound, ())

    def houses(self, compound: str, zone: str | None, token: Token) -> tuple[str, ...]:
        """Return the buildings of a number, or of each number of a range; without a zone, those of every zone."""
        zones = sorted(self._built.get(compound, ())) if zone is None else [zone]
        found: dict[str, None] = {}
        for number in _meant(token, lambda one: self._in(compound, zones, one)):
            found.update(dict.fromkeys(self._in(compound, zones, number)))
        return tuple(found)

    def _in(self, compound: str, zones: list[str], number: str) -> list[str]:
        return [code for zone in zones for code in self._houses.get((compound, zone, number), ())]

    def doors(self, road: str, token: Token) -> tuple[Key, ...]:
        """Return what has a number on a road; of a range, all that is in it."""
        found: dict[Key, None] = {}
        for number in _meant(token, lambda one: self._doors.get((road, one), ())):
            found.update(dict.fromkeys(self._doors.get((road, number), ())))
        return tuple(found)

    def door(self, road: str, number: str) -> tuple[Key, ...]:
        """Return what has a number on a road, as tables write it: ``380弄9``."""
        return self._doors.get((road, number_key(number)), ())

    def lane(self, road: str, number: str) -> str | None:
        """Return the compound of a lane."""
        return self._lanes.get((road, number))

    def number_of(self, code: str) -> str | None:
        """Return the number of a building in its compound."""
        return self._numbers_of.get(code)


def _meant(token: Token, known: Callable[[str], Sequence[object]]) -> list[str]:
    """Return the numbers of a token: itself, or those of its range, of one side or both; 88-1 where a table has it."""
    if token.through is None:
        return [token.value]
    joined = f"{token.value}-{token.through}"
    if known(joined):
        return [joined]
    if not (token.value.isdigit() and token.through.isdigit()):
        return [token.value, token.through]
    first, last = int(token.value), int(token.through)
    if first >= last:
        return [joined]
    return [token.value, token.through]
