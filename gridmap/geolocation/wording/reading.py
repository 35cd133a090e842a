"""What a text says of where: the best reading of its names and numbers, with what is doubtful about it.

A wrong place costs more than a question. So a reading is taken only where its score reaches `ACCEPTED` and no
other one comes within `MARGIN`; whatever cannot be right by itself (a number that the table does not have, a
missing zone, two numbers) is asked, however well the rest fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from gridmap.geolocation.wording.candidates import Candidates
from gridmap.geolocation.wording.context import is_facility
from gridmap.geolocation.wording.folding import fold
from gridmap.geolocation.wording.gazetteer import Gazetteer, Name
from gridmap.geolocation.wording.lexicon import Lexicon, Mention
from gridmap.geolocation.wording.places import (
    A_SLIP,
    ACCEPTED,
    MARGIN,
    Candidate,
    Details,
    Fault,
    Level,
    Reading,
    is_rival,
    ranked,
)
from gridmap.geolocation.wording.tables import Tables
from gridmap.geolocation.wording.tokens import Part, Token
from gridmap.terms import Verdict

MOST: Final = 5
SHORT: Final = 2
"""Characters of a whole name that can be the beginning of a longer, misspelt one."""
_UNSURE: Final = frozenset({Fault.SHORT_NAME, Fault.LONGER_NAME, Fault.FACILITY})
_COARSE: Final = frozenset({Level.ROAD, Level.COMMUNITY})
_SAME: Final = MARGIN / A_SLIP
"""Names that are so near to each other in cost are both looked at."""


class Reader:
    """Reads texts against one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self.lexicon = Lexicon(gazetteer.names)
        self.tables = Tables(gazetteer)

    def changed(
        self, added: Iterable[Name], removed: Iterable[Name], gazetteer: Gazetteer | None = None
    ) -> Reader:
        """Return a reader of other names; it shares what has not changed, and this one stays as it is.

        Args:
            added: names that are new.
            removed: names that are no longer; those that are not there are passed over.
            gazetteer: with the names after the change, where numbers have changed, too; else this one's tables stay.
        """
        there = set(self.gazetteer.names)
        gone = {name for name in removed if name in there}
        fresh = [name for name in dict.fromkeys(added) if name not in there or name in gone]
        made = Reader.__new__(Reader)
        made.lexicon = self.lexicon.changed(fresh, gone)
        if gazetteer is None:
            kept = tuple(name for name in self.gazetteer.names if name not in gone)
            made.gazetteer = replace(self.gazetteer, names=(*kept, *fresh))
            made.tables = self.tables
        else:
            made.gazetteer, made.tables = gazetteer, Tables(gazetteer)
        return made

    def read(self, text: str) -> Reading:
        """Return what a text says of where; the same text and gazetteer give the same reading."""
        folded = fold(text)
        mentions = self._roads_apart(folded, self.lexicon.exact(folded))
        found = Candidates(self.lexicon, self.tables, folded, mentions)
        if not _is_enough(found):
            cores = [one for one in mentions if one.core]
            whole = [one for one in mentions if not one.core]
            near = self.lexicon.near(folded, [one for one in whole if len(one.text) > SHORT])
            if near:
                long = [one for one in whole if len(one.text) > SHORT]
                short = [one for one in whole if len(one.text) <= SHORT]
                mentions = sorted([*long, *_best_apart([*short, *cores, *near])])
                found = Candidates(self.lexicon, self.tables, folded, mentions)
        return self._verdict(found)

    def _roads_apart(self, text: str, mentions: Sequence[Mention]) -> list[Mention]:
        """Read a stop that is named after two roads as these roads, unless the text says that it is a stop."""
        made: list[Mention] = []
        for one in mentions:
            parts = self.lexicon.split_roads(one)
            if parts is None or is_facility(text, one.end):
                made.append(one)
                continue
            made.append(self.lexicon.mention(one.start, parts[0]))
            made.append(self.lexicon.mention(one.start + len(parts[0]), parts[1]))
        return made

    def _verdict(self, found: Candidates) -> Reading:
        version = self.gazetteer.version
        order = ranked(found.all)
        details = _details(found, order[0] if order else None)
        if not order:
            faults = frozenset({Fault.NO_PLACE})
            return Reading(Verdict.NONE, faults=faults, details=details, version=version)
        best = order[0]
        near = [one for one in order[1:] if is_rival(one, best)]
        also: set[Fault] = set()
        if near and not best.asks:
            also.add(Fault.SAME_NAME)
        if not best.asks and _is_left(found, best):
            also.add(Fault.NUMBER_LEFT)
        sure = best.score >= ACCEPTED and not best.asks and not also
        return Reading(
            Verdict.ACCEPTED if sure else Verdict.ASK,
            best=best,
            alternatives=tuple(order[:MOST]),
            faults=best.faults | also,
            details=details,
            version=version,
        )


def _is_enough(found: Candidates) -> bool:
    """Tell whether exact names alone make a place, so that nothing has to be guessed."""
    return any(
        not one.faults & _UNSURE
        and (one.level not in _COARSE or Fault.NUMBER_UNKNOWN in one.faults)
        and not (Fault.ORDER in one.faults and one.asks)
        and not _is_left(found, one)
        for one in found.all
    )


def _is_left(found: Candidates, best: Candidate) -> bool:
    """Tell whether the text numbers a building that is not part of a place without a number of its own."""
    if best.level is Level.BUILDING and best.used:
        return False
    named = best.level in {Level.BUILDING, Level.POINT}
    return any(
        _is_told(one, named=named) and one.start not in best.used
        for one in found.said.of(Part.BUILDING)
    )


def _is_told(token: Token, *, named: bool) -> bool:
    """Tell whether a number surely counts a building; in one with a name, A座 is a part of it."""
    if named and token.suffix == "座":
        return False
    return token.suffix != ""


def _details(found: Candidates, best: Candidate | None) -> Details:
    said = found.said
    unit, floor, room = (
        next((one.value for one in said.of(part)), None)
        for part in (Part.UNIT, Part.FLOOR, Part.ROOM)
    )
    numbers = tuple(dict.fromkeys(one.value for one in said.of(Part.BUILDING)))
    relation = best.relation if best else found.relation
    return Details(relation, unit, floor, room, numbers)


def _is_part(one: Mention, other: Mention) -> bool:
    """Tell whether a short form lies in a whole name of the same entity."""
    inside = one.start < other.end and other.start < one.end
    if not inside or not set(other.keys) <= set(one.keys):
        return False
    longer = other.end - other.start > one.end - one.start
    return longer or (one.core and other.cost <= one.cost)


def _covers(one: Mention, other: Mention) -> bool:
    """Tell whether a name that is nearly there has a short form in it that is there."""
    return other.core and one.start <= other.start and other.end < one.end


def _best_apart(found: Sequence[Mention]) -> list[Mention]:
    """Keep the nearest names that do not overlap; names in the same place that are as near stay side by side."""
    whole = [one for one in found if not one.core]
    found = [one for one in found if not any(_is_part(one, other) for other in whole)]
    kept: list[Mention] = []
    for one in sorted(found, key=lambda m: (m.cost, m.start - m.end, m.start, m.text)):
        rivals = [other for other in kept if one.start < other.end and other.start < one.end]
        if all(one.cost <= other.cost + _SAME or _covers(one, other) for other in rivals):
            kept.append(one)
    return kept
