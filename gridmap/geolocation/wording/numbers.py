"""Which numbers of a text belong to which of its names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from gridmap.geolocation.wording.context import (
    SKIP,
    SKIP_BACK,
    Behind,
    leads,
    owns_elsewhere,
)
from gridmap.geolocation.wording.gazetteer import EntityKind
from gridmap.geolocation.wording.lexicon import Mention
from gridmap.geolocation.wording.places import Fault
from gridmap.geolocation.wording.tokens import Part, Token, Tokens

_NUMBERED: Final = frozenset({EntityKind.COMPOUND, EntityKind.ROAD})
"""What has numbers below it; other names between a name and its number are passed over."""
_JOINED: Final = re.compile(r"(?:,|和|与|及|跟|或|还是|以及|到|至|-|/){1,2}")
_MORE: Final = re.compile(
    r"(?:,|和|与|及|跟|或|还是|以及|到|至|/){1,2}(?:第)?[A-Z]?\d{1,4}[A-Z]?(?:号楼|号|栋|座|#|楼)"
)
_MORE_ZONES: Final = re.compile(r"(?:,|和|与|及|跟|或){1,2}(?:第)?\d{1,2}(?:期|区|组)")
_JUST: Final = frozenset({Part.UNIT, Part.ROOM, Part.FLOOR, Part.ZONE, Part.LANE, Part.BUILDING})


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that belong to a name.

    Attributes:
        building: each with the last of its range where it is one.
        zones: what can be a zone, in order.
        lane: of a road.
        inner: of a road's number, the building behind it: 88号3号楼.
        floor: a floor that can be meant as a building: 3楼.
        doubts: about whose they are.
        end: of the last one that stands right behind the name.
        used: where they stand.
        chained: whether a number stands right behind the name.
        partial: whether a unit or room stands there, but no building.
    """

    building: tuple[Token, ...] = ()
    zones: tuple[str, ...] = ()
    lane: Token | None = None
    inner: Token | None = None
    floor: Token | None = None
    doubts: tuple[Fault, ...] = ()
    end: int = 0
    used: frozenset[int] = field(default=frozenset())
    chained: bool = False
    partial: bool = False


def _is_inner(one: Token, other: Token) -> bool:
    """Tell whether a number can be that of a building at a road's number."""
    if one.part is not Part.BUILDING or other.part is not Part.BUILDING:
        return one.part is Part.LANE
    return one.suffix == "号" and other.suffix not in {"号", "", "-"} and one.end == other.start


class Owning:
    """Gives the numbers of one text to its names."""

    def __init__(self, text: str, mentions: Sequence[Mention], said: Tokens) -> None:
        self.text, self.said = text, said
        self.mentions = [
            one for one in mentions if any(key.kind in _NUMBERED for key in one.keys)
        ] or list(mentions)
        self._chains: dict[tuple[int, int], list[Token]] = {}

    def of(self, mention: Mention) -> Numbers:
        """Return the numbers right behind a name, else those farther behind, else those right before it."""
        chain = self.chain(mention)
        end = chain[-1].end if chain else mention.end
        behind = self._behind(mention, end)
        before = self._before(mention)
        zones = [one for one in (*chain, *behind, *before) if one.part is Part.ZONE]
        built = [one for one in chain if one.part is Part.BUILDING]
        lane = next((one for one in chain if one.part is Part.LANE), None)
        doubts: list[Fault] = []
        if not built:
            built, doubts = self._bare(chain), [Fault.BARE_NUMBER]
            if any(end <= one.start < self._next(mention) for one in self.said.of(Part.BUILDING)):
                doubts.append(Fault.SEVERAL)
        if not built:
            built, doubts = [one for one in behind if one.part is Part.BUILDING], [Fault.LOOSE]
        elif any(self._is_more(one, built, end) for one in behind):
            doubts = [*doubts, Fault.SEVERAL]
        if not built:
            built, doubts = [one for one in before if one.part is Part.BUILDING], [Fault.ORDER]
        if not built:
            doubts = []
        inner = built[1] if len(built) > 1 and _is_inner(*built[:2]) else None
        if built and self._joins(built[:1] if inner else built):
            doubts.append(Fault.SEVERAL)
        floor = next((one for one in chain if one.part is Part.FLOOR and one.suffix == "楼"), None)
        return Numbers(
            tuple(built),
            tuple(dict.fromkeys(one.value for one in zones)),
            lane,
            inner,
            None if built else floor,
            tuple(dict.fromkeys(doubts)),
            end,
            frozenset(one.start for one in (*built, *zones, *([lane] if lane else ()))),
            bool(chain),
            not built and any(one.part in {Part.UNIT, Part.ROOM} for one in chain),
        )

    def chain(self, mention: Mention) -> list[Token]:
        """Return the numbers that follow a name and each other without other words between."""
        known = self._chains.get((mention.start, mention.end))
        if known is not None:
            return known
        behind = Behind(self.text, mention.end)
        found: list[Token] = []
        place, limit = behind.end, self._next(mention)
        for one in self.said.found:
            if one.start < place or one.start >= limit:
                continue
            skipped = SKIP.match(self.text, place)
            if one.start > (skipped.end() if skipped else place):
                break
            if not self._continues(found, one):
                break
            found.append(one)
            place = one.end
        self._chains[mention.start, mention.end] = found
        return found

    def _continues(self, found: Sequence[Token], one: Token) -> bool:
        """Tell whether a number can stand behind others: each part once, a bare one only first."""
        parts = {before.part for before in found}
        if one.part is Part.DATE:
            return False
        if one.part is Part.BARE:
            return not parts - {Part.ZONE, Part.LANE}
        if one.part is Part.BUILDING:
            return not parts & {Part.BUILDING, Part.BARE} or _is_inner(found[-1], one)
        return True

    def _next(self, mention: Mention) -> int:
        return next(
            (one.start for one in self.mentions if one.start >= mention.end), len(self.text)
        )

    def _last(self, mention: Mention) -> int:
        """Return where the numbers of the name before end."""
        before = [one for one in self.mentions if one.end <= mention.start]
        if not before:
            return 0
        chain = self.chain(before[-1])
        return chain[-1].end if chain else before[-1].end

    def _behind(self, mention: Mention, start: int) -> list[Token]:
        """Return what stands farther behind a name and belongs to no unknown one."""
        limit = self._next(mention)
        found: list[Token] = []
        place = start
        for one in self.said.found:
            if not start <= one.start < limit or one.part not in _JUST:
                continue
            if not owns_elsewhere(self.text, place, one.start):
                found.append(one)
            elif one.part in {Part.BUILDING, Part.LANE, Part.ZONE}:
                break
            place = one.end
        if found and self._is_next_ones(mention, found):
            return []
        return found

    def _is_next_ones(self, mention: Mention, found: Sequence[Token]) -> bool:
        """Tell whether numbers stand right before the next name, apart from this one by words: they are its own."""
        limit = self._next(mention)
        if limit >= len(self.text) or self.chain_of_next(limit):
            return False
        return bool(SKIP_BACK.fullmatch(self.text[found[-1].end : limit])) and bool(
            re.search(r"[ ,]", self.text[mention.end : found[0].start])
        )

    def chain_of_next(self, start: int) -> bool:
        """Tell whether the name that begins here has numbers of its own behind it."""
        return any(one.start == start and self.chain(one) for one in self.mentions)

    def _before(self, mention: Mention) -> list[Token]:
        """Return the numbers right before a name where they begin like an address: 3号楼2单元，书香苑."""
        found: list[Token] = []
        limit, least = mention.start, self._last(mention)
        for one in reversed(self.said.found):
            if one.end > limit or one.start < least or one.part is Part.BARE:
                continue
            if not SKIP_BACK.match(self.text[one.end : limit]):
                break
            found.insert(0, one)
            limit = one.start
        if not found or not (leads(self.text, limit) or limit == least):
            return []
        return [] if owns_elsewhere(self.text, least, limit) else found

    def _bare(self, chain: Sequence[Token]) -> list[Token]:
        if any(one.part is Part.LANE for one in chain):
            return []
        return [one for one in chain if one.part is Part.BARE][:1]

    def _is_more(self, one: Token, built: Sequence[Token], end: int) -> bool:
        if one.part is not Part.BUILDING or one.start < end:
            return False
        return one.value not in {other.value for other in built}

    def _joins(self, built: Sequence[Token]) -> bool:
        """Tell whether other numbers are joined to these: 1,2号楼 or 3和5号."""
        if len({one.value for one in built}) > 1:
            return True
        first = built[0]
        before = (one for one in self.said.of(Part.BUILDING, Part.BARE) if one.end < first.start)
        more = _MORE_ZONES if first.part is Part.BARE else _MORE
        return bool(_MORE.match(self.text, first.end) or more.match(self.text, first.end)) or any(
            _JOINED.fullmatch(self.text[one.end : first.start]) for one in before
        )
