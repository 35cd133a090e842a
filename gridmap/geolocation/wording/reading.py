"""What a text says of where: the best reading of its names and numbers, with what is doubtful about it.

A wrong place costs more than a question. So a reading is taken only where its score reaches `ACCEPTED` and no
other one comes within `MARGIN`; whatever cannot be right by itself (a number that the table does not have, a
missing zone, two numbers) is asked, however well the rest fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from gridmap.geolocation.wording.folding import fold
from gridmap.geolocation.wording.gazetteer import Door, EntityKind, Gazetteer, House, Key
from gridmap.geolocation.wording.lexicon import CORE_COST, Lexicon, Mention
from gridmap.geolocation.wording.numbers import Numbers, numbers_of
from gridmap.geolocation.wording.places import (
    A_SLIP,
    Candidate,
    Details,
    Doubt,
    Fault,
    Level,
    Reading,
    ranked,
)
from gridmap.geolocation.wording.tokens import Part, Relation, Tokens, tokens
from gridmap.terms import Verdict

ACCEPTED: Final = 78.0
MARGIN: Final = 6.0
MOST: Final = 5

FACILITIES: Final = re.compile(
    r"[ ]?(?:幼儿园|托儿所|小学|中学|大学|学校|医院|卫生院|卫生站|菜场|菜市场|农贸市场|市场|超市|商场"
    r"|公园|地铁|站|车站|公交站|加油站"
    r"|派出所|警务室|银行|饭店|酒店|宾馆|居委会|村委会|服务中心|活动中心|售楼处|停车场|体育馆|图书馆|药店|网吧|工地)"
)
BETWEEN_ROADS: Final = re.compile(r"[ ,和与及跟近\-到至/靠]{0,3}(?:路口|交叉口)?[ ]?\Z")


class Reader:
    """Reads texts against one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self.lexicon = Lexicon(gazetteer)

    def read(self, text: str) -> Reading:
        """Return what a text says of where; the same text and gazetteer give the same reading."""
        folded = fold(text)
        mentions = self.lexicon.exact(folded)
        if not self._is_enough(folded, mentions):
            cores = [one for one in mentions if one.core]
            whole = [one for one in mentions if not one.core]
            near = self.lexicon.near(folded, mentions)
            mentions = sorted([*whole, *_best_apart([*cores, *near])])
        said = tokens(folded, tuple((one.start, one.end) for one in mentions))
        candidates = self._candidates(folded, mentions, said)
        return self._verdict(candidates, said)

    def _is_enough(self, folded: str, mentions: Sequence[Mention]) -> bool:
        """Tell whether exact names alone make a place, so that nothing has to be guessed."""
        said = tokens(folded, tuple((one.start, one.end) for one in mentions))
        found = self._candidates(folded, mentions, said)
        return any(
            Fault.SHORT_NAME not in one.faults
            and (
                one.level not in {Level.ROAD, Level.COMMUNITY} or Fault.NUMBER_UNKNOWN in one.faults
            )
            for one in found
        )

    def _candidates(self, text: str, mentions: Sequence[Mention], said: Tokens) -> list[Candidate]:
        found: list[Candidate] = []
        for place, mention in enumerate(mentions):
            for key in mention.keys:
                found += self._of(text, mentions, place, key, said)
        found += self._crossings(text, mentions)
        return found

    def _of(
        self, text: str, mentions: Sequence[Mention], place: int, key: Key, said: Tokens
    ) -> Iterable[Candidate]:
        mention = mentions[place]
        numbers = numbers_of(text, mentions, place, said)
        if key.kind == EntityKind.COMPOUND:
            yield from self._in_compound(text, mention, key.code, numbers, said)
        elif key.kind == EntityKind.ROAD:
            yield from self._on_road(text, mention, key.code, numbers, said)
        elif key.kind in {EntityKind.BUILDING, EntityKind.POI}:
            if not (_is_road(mention) and (numbers.building or numbers.lane)):
                yield self._named(text, mention, key, said)
        elif key.kind == EntityKind.COMMUNITY:
            doubt = _doubt(mention)
            doubt.add(Fault.TOO_COARSE)
            yield _candidate(Level.COMMUNITY, (key.code,), None, mention, doubt)

    def _in_compound(
        self, text: str, mention: Mention, code: str, numbers: Numbers, said: Tokens
    ) -> Iterable[Candidate]:
        doubt = _doubt(mention)
        zones = self.gazetteer.zones.get(code, frozenset())
        wanted = numbers.zone
        if _is_facility(text, mention):
            doubt.add(Fault.FACILITY)
        _said_doubts(doubt, said, numbers)
        if not numbers.building:
            if mention.core and not wanted:
                doubt.add(Fault.NO_PLACE)
            yield _candidate(Level.COMPOUND, (), code, mention, doubt)
            return
        number = numbers.building[0]
        doubt.add(*numbers.doubts)
        if zones and wanted is None:
            doubt.add(Fault.ZONE_MISSING)
        elif wanted is not None and wanted not in zones:
            doubt.add(Fault.ZONE_UNKNOWN)
        looked = [wanted] if wanted in zones else sorted(zones) or [""]
        codes = tuple(
            building
            for zone in looked
            for building in self.gazetteer.houses.get(House(code, zone or "", number), ())
        )
        if not codes:
            doubt.add(Fault.NUMBER_UNKNOWN)
            yield _candidate(Level.COMPOUND, (), code, mention, doubt)
            return
        if len(codes) > 1 and Fault.ZONE_MISSING not in doubt.faults:
            doubt.add(Fault.SAME_NAME)
        yield _candidate(Level.BUILDING, codes, code, mention, doubt)

    def _on_road(
        self, text: str, mention: Mention, code: str, numbers: Numbers, said: Tokens
    ) -> Iterable[Candidate]:
        doubt = _doubt(mention)
        if numbers.lane and (compound := self.gazetteer.lanes.get(Door(code, numbers.lane))):
            yield from self._in_compound(text, mention, compound, numbers, said)
            return
        _said_doubts(doubt, said, numbers)
        number = numbers.lane or (numbers.building[0] if numbers.building else None)
        if number is None:
            doubt.add(Fault.TOO_COARSE)
            yield _candidate(Level.ROAD, (code,), None, mention, doubt)
            return
        doubt.add(*(fault for fault in numbers.doubts if fault != Fault.ORDER))
        if Fault.ORDER in numbers.doubts:
            doubt.add(Fault.TOO_COARSE)
        keys = self.gazetteer.doors.get(Door(code, number), ())
        if not keys:
            doubt.add(Fault.NUMBER_UNKNOWN)
            yield _candidate(Level.ROAD, (code,), None, mention, doubt)
            return
        buildings = tuple(key.code for key in keys if key.kind == EntityKind.BUILDING)
        codes = buildings or tuple(key.code for key in keys)
        if len(codes) > 1:
            doubt.add(Fault.SAME_NAME)
        level = Level.BUILDING if buildings else Level.POINT
        compound = self.gazetteer.compound_of.get(codes[0])
        yield _candidate(level, codes, compound, mention, doubt)

    def _named(self, text: str, mention: Mention, key: Key, said: Tokens) -> Candidate:
        doubt = _doubt(mention)
        if len(mention.keys) > 1:
            doubt.add(Fault.SAME_NAME)
        if mention.core and _is_facility(text, mention):
            doubt.add(Fault.FACILITY)
        if said.relation == Relation.BETWEEN:
            doubt.add(Fault.BETWEEN)
        elif said.relation:
            doubt.add(Fault.RELATIVE)
        if said.denies:
            doubt.add(Fault.DENIED)
        level = Level.BUILDING if key.kind == EntityKind.BUILDING else Level.POINT
        return _candidate(
            level, (key.code,), self.gazetteer.compound_of.get(key.code), mention, doubt
        )

    def _crossings(self, text: str, mentions: Sequence[Mention]) -> Iterable[Candidate]:
        roads = [one for one in mentions if _is_road(one)]
        for one, other in pairwise(roads):
            if one.end > other.start or not BETWEEN_ROADS.match(text[one.end : other.start]):
                continue
            for a in (k for k in one.keys if k.kind == EntityKind.ROAD):
                for b in (k for k in other.keys if k.kind == EntityKind.ROAD):
                    code = self.gazetteer.crossings.get(frozenset((a.code, b.code)))
                    if code is None:
                        continue
                    joined = _joined(one, other)
                    yield _candidate(Level.CROSSING, (code,), None, joined, _doubt(joined))

    def _verdict(self, candidates: Sequence[Candidate], said: Tokens) -> Reading:
        details = _details(said)
        version = self.gazetteer.version
        order = ranked(candidates)
        if not order:
            faults = frozenset({Fault.NO_PLACE})
            return Reading(Verdict.NONE, faults=faults, details=details, version=version)
        best = order[0]
        near = [one for one in order[1:] if one.score > best.score - MARGIN]
        sure = best.score >= ACCEPTED and not best.asks and not near
        also = {Fault.SAME_NAME} if near and not best.asks else set()
        return Reading(
            Verdict.ACCEPTED if sure else Verdict.ASK,
            best=best,
            alternatives=tuple(order[:MOST]),
            faults=best.faults | also,
            details=details,
            version=version,
        )


def _details(said: Tokens) -> Details:
    unit, floor, room = (
        next((one.value for one in said.of(part)), None)
        for part in (Part.UNIT, Part.FLOOR, Part.ROOM)
    )
    numbers = tuple(dict.fromkeys(one.value for one in said.of(Part.BUILDING)))
    return Details(said.relation, unit, floor, room, numbers)


def _said_doubts(doubt: Doubt, said: Tokens, numbers: Numbers) -> None:
    if said.denies:
        doubt.add(Fault.DENIED)
    if said.relation == Relation.BETWEEN:
        doubt.add(Fault.BETWEEN)
    elif said.relation and numbers.building:
        doubt.add(Fault.RELATIVE)


def _is_road(mention: Mention) -> bool:
    return any(key.kind == EntityKind.ROAD for key in mention.keys)


def _doubt(mention: Mention) -> Doubt:
    doubt = Doubt()
    slips = mention.cost - (CORE_COST if mention.core else 0)
    if slips > 0:
        doubt.add(Fault.MISSPELT)
        doubt.lost += A_SLIP * slips
    if mention.core:
        doubt.add(Fault.SHORT_NAME)
        if len(mention.keys) > 1:
            doubt.add(Fault.SAME_NAME)
    return doubt


def _is_facility(text: str, mention: Mention) -> bool:
    return bool(FACILITIES.match(text[mention.end :]))


def _candidate(
    level: Level, codes: tuple[str, ...], compound: str | None, mention: Mention, doubt: Doubt
) -> Candidate:
    score = 100.0 - doubt.lost
    return Candidate(
        level, codes, compound, mention.text, score, frozenset(doubt.faults), doubt.asks
    )


def _best_apart(found: Sequence[Mention]) -> list[Mention]:
    """Keep the nearest names that do not overlap; names at the same place and cost stay side by side."""
    kept: list[Mention] = []
    for one in sorted(found, key=lambda m: (m.cost, m.start - m.end, m.start, m.text)):
        rivals = [other for other in kept if one.start < other.end and other.start < one.end]
        if all(
            (other.cost, other.start, other.end) == (one.cost, one.start, one.end)
            for other in rivals
        ):
            kept.append(one)
    return kept


def _joined(one: Mention, other: Mention) -> Mention:
    """Return two mentions as one."""
    return Mention(
        one.start,
        other.end,
        f"{one.text}{other.text}",
        one.keys[:1],
        one.cost + other.cost,
        core=False,
    )
