"""Which numbers of a text belong to which of its names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gridmap.geolocation.wording.lexicon import Mention
from gridmap.geolocation.wording.places import Fault
from gridmap.geolocation.wording.tokens import JOINING, Part, Token, Tokens


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that belong to a name."""

    building: tuple[str, ...] = ()
    zone: str | None = None
    lane: str | None = None
    doubts: tuple[Fault, ...] = ()


def numbers_of(text: str, mentions: Sequence[Mention], place: int, said: Tokens) -> Numbers:
    """Return the numbers after a name up to the next one; else those before it."""
    mention = mentions[place]
    after_end = mentions[place + 1].start if place + 1 < len(mentions) else len(text)
    before_start = mentions[place - 1].end if place else 0
    after = [one for one in said.found if mention.end <= one.start < after_end]
    before = [one for one in said.found if before_start <= one.start and one.end <= mention.start]
    zone = next((one.value for one in (*after, *before) if one.part == Part.ZONE), None)
    lane = next((one.value for one in after if one.part == Part.LANE), None)
    built = [one for one in after if one.part == Part.BUILDING]
    doubts: list[Fault] = []
    if not built:
        reach = max([mention.end, *(one.end + 1 for one in after if one.part == Part.ZONE)])
        bare = [one for one in after if one.part == Part.BARE and one.start <= reach + 1]
        if bare and not any(one.part == Part.LANE for one in after[:1]):
            built, doubts = bare[:1], [Fault.BARE_NUMBER]
    if not built:
        built = [one for one in before if one.part == Part.BUILDING]
        doubts = [Fault.ORDER] if built else []
    values = tuple(dict.fromkeys(one.value for one in built))
    if len(values) > 1 or _joins(text, built):
        doubts.append(Fault.SEVERAL)
    return Numbers(values, zone, lane, tuple(doubts))


def _joins(text: str, built: Sequence[Token]) -> bool:
    """Tell whether a bare number is joined to the first one: 1,2号楼 or 3和5号."""
    if not built:
        return False
    before = text[: built[0].start]
    return bool(JOINING.search(before)) and bool(re.search(r"\d\Z", before[:-1]))
