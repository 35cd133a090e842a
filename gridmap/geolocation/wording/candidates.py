"""The places that the names and numbers of one text can mean, each with what is doubtful about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise, product
from typing import Final

from gridmap.geolocation.wording import context
from gridmap.geolocation.wording.aligning import GAP
from gridmap.geolocation.wording.crossings import is_road, joined, meet
from gridmap.geolocation.wording.gazetteer import EntityKind, Key
from gridmap.geolocation.wording.lexicon import CORE_COST, Lexicon, Mention
from gridmap.geolocation.wording.numbers import Numbers, Owning
from gridmap.geolocation.wording.places import A_SLIP, Candidate, Doubt, Fault, Level
from gridmap.geolocation.wording.shortening import Form, core_of
from gridmap.geolocation.wording.tables import Tables
from gridmap.geolocation.wording.tokens import Part, Relation, Token, Tokens, tokens, zone_end

_SHORT: Final = 2
_NEAR: Final = 3
_WEAK: Final = 3
"""Characters of a stem that is too short to miss one."""
_ZONE_WITHIN: Final = 12
"""Characters behind a name in which its zones are looked for by their names."""


class Candidates:
    """All that a text can mean.

    Attributes:
        all: the candidates.
        said: the numbers of the text outside its names.
        relation: of the text where no place is known.
    """

    def __init__(
        self, lexicon: Lexicon, tables: Tables, text: str, mentions: Sequence[Mention]
    ) -> None:
        self.lexicon, self.tables, self.text = lexicon, tables, text
        self._zones = [zone for one in mentions for zone in self._named_zones(one)]
        self.mentions = [one for one in mentions if not self._is_zone(one)]
        self.said = self._tokens()
        self._owning = Owning(text, self.mentions, self.said)
        marked = self._marked()
        self._between, self._denies = context.is_between(marked), context.denies(marked)
        self.relation = Relation.BETWEEN if self._between else None
        self.all = [one for mention in self.mentions for one in self._of(mention)]
        self.all += self._crossings()

    def _tokens(self) -> Tokens:
        """Return the numbers of the text, and the zones that have a name: 翠竹组团."""
        taken = [(one.start, one.end) for one in self.mentions]
        taken += [(one.start, one.end) for one in self._zones]
        found = tokens(self.text, tuple(taken))
        order = sorted({*found.found, *self._zones}, key=lambda one: (one.start, one.end))
        return Tokens(tuple(order), found.rest)

    def _is_zone(self, mention: Mention) -> bool:
        """Tell whether a name is that of a zone of the compound before it."""
        return mention.core and any(
            one.start <= mention.start and mention.end <= one.end for one in self._zones
        )

    def _named_zones(self, mention: Mention) -> Iterable[Token]:
        near = self.text[mention.end : mention.end + _ZONE_WITHIN]
        for key in mention.keys:
            if key.kind is not EntityKind.COMPOUND:
                continue
            for zone in self.tables.named_zones_of(key.code):
                place = near.find(zone)
                if place >= 0:
                    start = mention.end + place
                    end = zone_end(self.text, start + len(zone))
                    yield Token(Part.ZONE, zone, start, end)

    def _marked(self) -> str:
        """Return the text with names and numbers struck out."""
        signs = list(self.text)
        for one in self.mentions:
            signs[one.start] = "\x01"
            signs[one.start + 1 : one.end] = [""] * (one.end - one.start - 1)
        for token in self.said.of(Part.BUILDING, Part.ZONE, Part.LANE, Part.BARE):
            signs[token.start] = "\x00"
        return "".join(signs)

    def _of(self, mention: Mention) -> Iterable[Candidate]:
        if self._leads_elsewhere(mention):
            return
        numbers = self._owning.of(mention)
        road = is_road(mention)
        for key in mention.keys:
            if key.kind is EntityKind.COMPOUND:
                yield from self._in_compound(mention, key.code, numbers)
            elif key.kind is EntityKind.ROAD:
                yield from self._on_road(mention, key.code, numbers)
            elif key.kind is EntityKind.COMMUNITY:
                doubt = self._doubt(mention, Numbers(chained=True))
                doubt.add(Fault.TOO_COARSE)
                yield self._candidate(Level.COMMUNITY, (key.code,), None, mention, doubt, None)
            elif not (road and (numbers.building or numbers.lane)):
                yield self._named(mention, key, numbers)

    def _leads_elsewhere(self, mention: Mention) -> bool:
        """Tell whether a name only says where another one is: 世纪公寓对面的书香苑."""
        chain = self._owning.chain(mention)
        end = chain[-1].end if chain else mention.end
        return any(
            other.start >= end and context.is_landmark(self.text, end, other.start)
            for other in self.mentions
            if other.start < end + _ZONE_WITHIN
        )

    def _doubt(self, mention: Mention, numbers: Numbers) -> Doubt:
        """Return what is doubtful about a name where it stands."""
        doubt = Doubt()
        slips = mention.cost - (CORE_COST if mention.core else 0)
        if slips > 0:
            doubt.add(Fault.MISSPELT)
            doubt.lost += A_SLIP * slips
        if slips > 0 and not context.leads(self.text, mention.start):
            doubt.add(Fault.LONGER_NAME)
        if slips >= GAP and (Fault.LOOSE in numbers.doubts or self._is_another(mention)):
            doubt.add(Fault.LONGER_NAME)
        if context.begins_other_name(self.text, mention.start) or context.is_elsewhere(
            self.text, mention.start, self.tables.areas
        ):
            doubt.add(Fault.LONGER_NAME)
        if mention.core:
            self._doubt_core(doubt, mention, numbers)
        elif len(mention.text) <= _SHORT and not numbers.chained and not self._stands(mention):
            doubt.add(Fault.LONGER_NAME)
        if self._denies:
            doubt.add(Fault.DENIED)
        return doubt

    def _is_another(self, mention: Mention) -> bool:
        """Tell whether what was written with a character less can be a name of its own: 翠湖苑 is no 翠湖雅苑."""
        written = self.text[mention.start : mention.end]
        if mention.text.endswith(written):
            return True
        stem = core_of(mention.text)
        if len(stem) <= _WEAK and not written.startswith(stem):
            return True
        core = core_of(written)
        return core not in (written, mention.text) and core == stem

    def _doubt_core(self, doubt: Doubt, mention: Mention, numbers: Numbers) -> None:
        doubt.add(Fault.SHORT_NAME)
        if len(mention.keys) > 1 and mention.form is Form.CORE:
            doubt.add(Fault.SAME_NAME)
        if not context.leads(self.text, mention.start):
            doubt.add(Fault.LONGER_NAME)
        if Fault.LOOSE in numbers.doubts:
            doubt.add(Fault.LONGER_NAME)
        others = {key.kind for key in self.lexicon.longer(mention.text) if key not in mention.keys}
        if EntityKind.COMPOUND in others:
            doubt.add(Fault.SAME_NAME)
        plain = all(one.suffix in {"", "号", "-"} for one in numbers.building)
        if EntityKind.ROAD in others and plain and not self._behind(mention).end > mention.end:
            doubt.add(Fault.LONGER_NAME)

    def _behind(self, mention: Mention) -> context.Behind:
        return context.Behind(self.text, mention.end)

    def _stands(self, mention: Mention) -> bool:
        """Tell whether a short name is a word by itself."""
        after = self.text[mention.end : mention.end + 1]
        return context.leads(self.text, mention.start) and (
            not ("\u4e00" <= after <= "\u9fff") or after in "的小区社门楼旁附对里内大"
        )

    def _in_compound(self, mention: Mention, code: str, numbers: Numbers) -> Iterable[Candidate]:
        doubt = self._doubt(mention, numbers)
        numbers = self._yard_is_house(code, numbers)
        behind = self._behind(mention)
        if context.is_facility(self.text, mention.end) or (
            behind.end > mention.end and context.is_facility(self.text, behind.end)
        ):
            doubt.add(Fault.FACILITY)
        if behind.tower or (behind.estate and not (mention.core and behind.colloquial)):
            doubt.add(Fault.LONGER_NAME)
        if mention.form is Form.FAMILY:
            doubt.add(Fault.ZONE_MISSING)
        zones = self.tables.zones_of(code)
        wanted = _zone(zones, numbers)
        if not numbers.building:
            yield self._compound_alone(mention, code, numbers, doubt, wanted)
            return
        doubt.add(*numbers.doubts)
        if numbers.inner or (numbers.lane and numbers.lane.value not in zones):
            doubt.add(Fault.SEVERAL if numbers.inner else Fault.ZONE_UNKNOWN)
        if zones and wanted is None:
            doubt.add(Fault.ZONE_MISSING)
        elif wanted is not None and wanted not in zones:
            doubt.add(Fault.ZONE_UNKNOWN)
        yield self._built(mention, code, numbers, doubt, wanted if wanted in zones else None)

    def _yard_is_house(self, code: str, numbers: Numbers) -> Numbers:
        """Read 33号院 as number 33 in a compound that has one and no such zone."""
        lane = numbers.lane
        if lane is None or lane.suffix == "弄" or lane.value in self.tables.zones_of(code):
            return numbers
        house = replace(lane, part=Part.BUILDING)
        if numbers.building or not self.tables.houses(code, None, house):
            return numbers
        return replace(numbers, building=(house,), lane=None)

    def _built(
        self, mention: Mention, code: str, numbers: Numbers, doubt: Doubt, zone: str | None
    ) -> Candidate:
        """Return the building of a compound's number."""
        token = numbers.building[0]
        codes = self.tables.houses(code, zone, token)
        if not codes:
            doubt.add(Fault.NUMBER_UNKNOWN)
            return self._candidate(Level.COMPOUND, (), code, mention, doubt, numbers)
        if len(codes) > 1 and Fault.ZONE_MISSING not in doubt.faults:
            doubt.add(Fault.SEVERAL if token.through else Fault.SAME_NAME)
        return self._candidate(Level.BUILDING, codes, code, mention, doubt, numbers)

    def _compound_alone(
        self,
        mention: Mention,
        code: str,
        numbers: Numbers,
        doubt: Doubt,
        zone: str | None,
    ) -> Candidate:
        if mention.core and zone is None:
            doubt.add(Fault.NO_PLACE)
        if numbers.partial and self.tables.has_houses(code):
            doubt.add(Fault.BUILDING_MISSING)
        if self._is_number_near(mention, numbers):
            doubt.add(Fault.NUMBER_LEFT)
        zones = self.tables.zones_of(code)
        if numbers.zones and zone is not None and zone not in zones:
            doubt.add(Fault.ZONE_UNKNOWN)
        if numbers.floor and self.tables.houses(
            code, zone if zone in zones else None, _built_of(numbers.floor)
        ):
            doubt.add(Fault.FLOOR_OR_BUILDING)
        return self._candidate(Level.COMPOUND, (), code, mention, doubt, numbers)

    def _is_number_near(self, mention: Mention, numbers: Numbers) -> bool:
        """Tell whether a number that counts nothing told stands almost right behind a name."""
        end = max(mention.end, numbers.end)
        if any(end <= one.start <= end + _NEAR for one in self.said.of(Part.BARE, Part.DATE)):
            return True
        return context.goes_on_in_digits(self.said.rest, end)

    def _on_road(self, mention: Mention, code: str, numbers: Numbers) -> Iterable[Candidate]:
        lane = numbers.lane
        first = numbers.building[0].value if numbers.building else None
        if lane and (compound := self.tables.lane(code, lane.value)):
            yield from self._in_compound(mention, compound, replace(numbers, lane=None))
        elif numbers.inner and first and (compound := self.tables.lane(code, first)):
            yield from self._in_compound(mention, compound, _inside(numbers))
        else:
            yield self._at_number(mention, code, numbers)

    def _at_number(self, mention: Mention, code: str, numbers: Numbers) -> Candidate:
        """Return what is at a road's number; the road where there is none."""
        doubt = self._doubt(mention, numbers)
        if context.road_goes_on(self.text, mention.end):
            doubt.add(Fault.LONGER_NAME)
        token = numbers.building[0] if numbers.building else None
        if token is None and numbers.lane is None:
            doubt.add(Fault.TOO_COARSE)
            return self._candidate(Level.ROAD, (code,), None, mention, doubt, numbers)
        keys: tuple[Key, ...] = ()
        if numbers.lane is not None:
            keys = self.tables.door(code, f"{numbers.lane.value}弄{token.value}") if token else ()
        elif token is not None:
            keys = self.tables.doors(code, token)
            if numbers.inner:
                keys = self._within(keys, numbers.inner, doubt)
        apart = {Fault.ORDER, Fault.LOOSE}
        doubt.add(*(one for one in numbers.doubts if one not in apart))
        if apart.intersection(numbers.doubts):
            doubt.add(Fault.TOO_COARSE)
        return self._at_door(mention, code, numbers, doubt, keys)

    def _within(self, keys: tuple[Key, ...], inner: Token, doubt: Doubt) -> tuple[Key, ...]:
        """Return what has a number among the buildings at one door; a part with a letter is in the only one."""
        found = tuple(key for key in keys if self.tables.number_of(key.code) == inner.value)
        if not found and not (len(keys) == 1 and inner.suffix == "座"):
            doubt.add(Fault.SEVERAL)
        return found or keys

    def _at_door(
        self,
        mention: Mention,
        code: str,
        numbers: Numbers,
        doubt: Doubt,
        keys: tuple[Key, ...],
    ) -> Candidate:
        if not keys:
            doubt.add(Fault.NUMBER_UNKNOWN)
            return self._candidate(Level.ROAD, (code,), None, mention, doubt, numbers)
        buildings = tuple(key.code for key in keys if key.kind == EntityKind.BUILDING)
        codes = buildings or tuple(key.code for key in keys)
        if len(codes) > 1:
            doubt.add(Fault.SAME_NAME)
        level = Level.BUILDING if buildings else Level.POINT
        compound = self.tables.compound_of.get(codes[0])
        return self._candidate(level, codes, compound, mention, doubt, numbers)

    def _named(self, mention: Mention, key: Key, numbers: Numbers) -> Candidate:
        doubt = self._doubt(mention, numbers)
        others = any(self.lexicon.longer(mention.text))
        if len(mention.keys) > 1 or context.is_generic(mention.text, chain=others):
            doubt.add(Fault.SAME_NAME)
        if mention.form is Form.FAMILY:
            doubt.add(Fault.SAME_NAME)
        if context.is_facility(self.text, mention.end):
            doubt.add(Fault.FACILITY)
        behind = self._behind(mention)
        if mention.core and behind.estate and not behind.tower:
            doubt.add(Fault.LONGER_NAME)
        level = Level.BUILDING if key.kind == EntityKind.BUILDING else Level.POINT
        compound = self.tables.compound_of.get(key.code)
        return self._candidate(level, (key.code,), compound, mention, doubt, None)

    def _crossings(self) -> Iterable[Candidate]:
        roads = [one for one in self.mentions if is_road(one)]
        for one, other in pairwise(roads):
            if one.end > other.start or not self._meet(one, other):
                continue
            both = joined(one, other)
            for pair in product(one.keys, other.keys):
                code = self.tables.crossings.get(frozenset(key.code for key in pair))
                if code is not None:
                    doubt = self._doubt(both, Numbers())
                    yield self._candidate(Level.CROSSING, (code,), None, both, doubt, None)

    def _meet(self, one: Mention, other: Mention) -> bool:
        numbered = any(token.start >= other.end for token in self._owning.chain(other))
        return not numbered and meet(self.text, one, other)

    def _candidate(
        self,
        level: Level,
        codes: tuple[str, ...],
        compound: str | None,
        mention: Mention,
        doubt: Doubt,
        numbers: Numbers | None,
    ) -> Candidate:
        end = max(mention.end, numbers.end if numbers else 0)
        relation = context.relation_at(self.text, mention.start, end)
        if self._between:
            relation = Relation.BETWEEN
            doubt.add(Fault.BETWEEN)
        elif relation:
            doubt.add(Fault.RELATIVE)
        return Candidate(
            level,
            codes,
            compound,
            mention.text,
            100.0 - doubt.lost,
            frozenset(doubt.faults),
            doubt.asks,
            relation,
            numbers.used if numbers else frozenset(),
            (mention.start, mention.end),
        )


def _zone(zones: frozenset[str], numbers: Numbers) -> str | None:
    """Return the zone that a text says: one that the compound has before others; of two, none that there is."""
    lane = numbers.lane
    said = (*numbers.zones, *((lane.value,) if lane and lane.value in zones else ()))
    known = [one for one in said if one in zones]
    if known:
        return known[0] if len(set(known)) == 1 else ",".join(known)
    return next(iter(said), None)


def _built_of(floor: Token) -> Token:
    return Token(Part.BUILDING, floor.value, floor.start, floor.end)


def _inside(numbers: Numbers) -> Numbers:
    """Return the numbers behind a road's: 88号3号楼 in the compound at number 88."""
    inner = (numbers.inner,) if numbers.inner else ()
    return replace(numbers, building=inner, inner=None, lane=None)
