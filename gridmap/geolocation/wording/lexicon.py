"""Find names in a folded text: exactly by an automaton, nearly by syllables.

Digits, letters and 东西南北中 are never near: 南京西路 is not 南京东路, 乳山5村 is not 崂山5村's neighbour.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import ahocorasick

from gridmap.geolocation.wording.folding import BREAK, fold
from gridmap.geolocation.wording.gazetteer import (
    SHORTEST_NAME,
    EntityKind,
    Gazetteer,
    Key,
    core_of,
)
from gridmap.geolocation.wording.sounds import alike, sounds_of

FIRM: Final = frozenset("东西南北中上下前后左右")
"""Characters that tell one place from another: never misspelt, never left out."""

HOMOPHONE, SWAP, GAP, OTHER = 1.0, 1.5, 2.0, 3.0
"""What a slip costs: a character of the same sound, two changed over, one left out or put in, another one."""

NEVER: Final = 99.0
SHORTEST_NEAR: Final = 3
LONG: Final = 6
MOST_CHECKED: Final = 60
NEAR_WITHIN: Final = 160
"""Characters of a text in which names may be misspelt: comparing is dear, and places are told early."""
SHORTEST_CORE_OF_OTHERS: Final = 3
"""Characters that the core of a building's or a place's name needs: shorter ones are words of everyday."""
CORE_COST: Final = 0.6
"""What a short form costs that no table has: the name without its ending."""


class Mention(NamedTuple):
    """A name found in a text.

    Attributes:
        start, end: its place in the folded text.
        text: the folded name of the lexicon.
        keys: what it can stand for.
        cost: of the slips between the name and what was written; 0 where they are equal.
        core: whether it is only the core of a name.
    """

    start: int
    end: int
    text: str
    keys: tuple[Key, ...]
    cost: float
    core: bool


def is_firm(character: str) -> bool:
    """Tell whether a character must stand as it is."""
    return character in FIRM or (character.isascii() and character.isalnum())


@dataclass(frozen=True, slots=True)
class _Group:
    keys: tuple[Key, ...]
    core: bool


class Lexicon:
    """The names of a gazetteer, ready to be looked for."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.groups = _grouped(gazetteer)
        self.texts = list(self.groups)
        self._automaton: Any = ahocorasick.Automaton()
        for number, text in enumerate(self.texts):
            self._automaton.add_word(text, number)
        if self.texts:
            self._automaton.make_automaton()
        self._by_sound: dict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(self.texts):
            if self.groups[text].core or len(text) < SHORTEST_NEAR:
                continue
            for sound in {sound for sign in text for sound in sounds_of(sign)}:
                self._by_sound[sound].append(number)

    def exact(self, text: str) -> list[Mention]:
        """Return the names that stand in a folded text, the longest of those that overlap."""
        if not self.texts:
            return []
        found = []
        for last, number in self._automaton.iter(text):
            name = self.texts[number]
            start, end = last + 1 - len(name), last + 1
            if _is_apart(text, start, end):
                found.append(self._mention(start, end, name, 0.0))
        return _longest(found)

    def near(self, text: str, taken: list[Mention]) -> list[Mention]:
        """Return names that nearly stand in the parts of a folded text that no whole name has taken."""
        taken = [mention for mention in taken if not mention.core]
        return [
            mention
            for start, end in _gaps(text[:NEAR_WITHIN], taken)
            for mention in self._near_in(text, start, end)
        ]

    def _mention(self, start: int, end: int, name: str, cost: float) -> Mention:
        group = self.groups[name]
        return Mention(
            start, end, name, group.keys, cost + (CORE_COST if group.core else 0), group.core
        )

    def _near_in(self, text: str, start: int, end: int) -> Iterator[Mention]:
        part = text[start:end]
        for name in self._alike(part):
            cost, first, last = align(name, part)
            if cost <= allowed(name) and _is_apart(text, start + first, start + last):
                yield self._mention(start + first, start + last, name, cost)

    def _alike(self, part: str) -> list[str]:
        """Return the names that share most syllables with a part of a text."""
        counts: Counter[int] = Counter()
        for sound in {sound for sign in part for sound in sounds_of(sign)}:
            counts.update(self._by_sound.get(sound, ()))
        found = []
        for number, count in counts.items():
            name = self.texts[number]
            if count >= len(set(name)) - 1 - (len(name) >= LONG) and len(part) >= len(name) - 1:
                found.append((count / len(name), name))
        found.sort(key=lambda one: (-one[0], one[1]))
        return [name for _, name in found[:MOST_CHECKED]]


def allowed(name: str) -> float:
    """Return how much may be wrong with a name before it is no longer taken for it."""
    if len(name) < SHORTEST_NEAR:
        return 0.0
    if len(name) == SHORTEST_NEAR:
        return HOMOPHONE
    return OTHER if len(name) >= LONG else GAP


def align(name: str, text: str) -> tuple[float, int, int]:
    """Find where a name stands in a text with the fewest slips.

    Source: P. Sellers, The Theory and Computation of Evolutionary Distances: Pattern Recognition, Journal of
    Algorithms 1 (1980); with transpositions of neighbours (F. Damerau, 1964).

    Args:
        name: folded.
        text: folded.

    Returns:
        The cost of the slips, and the start and end of the place; `NEVER` where a firm character is wrong.

    >>> align("世纪公寓", "我在世公纪寓5号"), align("崂山3村", "崂山5村")[0] >= NEVER
    ((1.5, 2, 6), True)
    """
    width = len(text) + 1
    rows: list[list[tuple[float, int]]] = [[(0.0, column) for column in range(width)]]
    for row, sign in enumerate(name, 1):
        above = rows[-1]
        drop = NEVER if is_firm(sign) else GAP
        current = [(above[0][0] + drop, 0)]
        for column in range(1, width):
            written = text[column - 1]
            best = min(
                _plus(above[column - 1], _change(sign, written)),
                _plus(above[column], drop),
                _plus(current[column - 1], NEVER if is_firm(written) or row == len(name) else GAP),
            )
            if row > 1 and column > 1 and _is_swap(name, row, text, column):
                best = min(best, _plus(rows[row - 2][column - 2], SWAP))
            current.append(best)
        rows.append(current)
    end = min(range(width), key=lambda column: (rows[-1][column][0], -column))
    cost, start = rows[-1][end]
    return cost, start, end


def _plus(cell: tuple[float, int], cost: float) -> tuple[float, int]:
    return (cell[0] + cost, cell[1])


def _change(sign: str, written: str) -> float:
    if sign == written:
        return 0.0
    if is_firm(sign) or is_firm(written) or written in (BREAK, " ", ","):
        return NEVER
    return HOMOPHONE if alike(sign, written) else OTHER


def _is_swap(name: str, row: int, text: str, column: int) -> bool:
    pair = name[row - 2 : row]
    return (
        pair[0] != pair[1]
        and pair == text[column - 2 : column][::-1]
        and not any(is_firm(sign) for sign in pair)
    )


def _grouped(gazetteer: Gazetteer) -> dict[str, _Group]:
    """Group names by spelling; add the cores of names that no other entity is called by."""
    keys: dict[str, dict[Key, None]] = defaultdict(dict)
    cores: dict[str, dict[Key, None]] = defaultdict(dict)
    for name in gazetteer.names:
        text = fold(name.text)
        if len(text) < SHORTEST_NAME:
            continue
        keys[text][name.key] = None
        if name.key.kind in {EntityKind.COMPOUND, EntityKind.POI, EntityKind.BUILDING}:
            core = core_of(text)
            if core != text:
                cores[core][name.key] = None
    groups = {text: _Group(tuple(found), core=False) for text, found in keys.items()}
    for core, found in cores.items():
        least = (
            SHORTEST_NAME
            if all(k.kind == EntityKind.COMPOUND for k in found)
            else SHORTEST_CORE_OF_OTHERS
        )
        if core not in groups and len(core) >= least and not core.isdigit():
            groups[core] = _Group(tuple(found), core=True)
    return groups


def _is_apart(text: str, start: int, end: int) -> bool:
    """Tell whether a name that begins or ends in a digit or letter is not part of a longer number."""
    first, last = text[start], text[end - 1]
    before = text[start - 1] if start else ""
    after = text[end] if end < len(text) else ""
    return not (_goes_on(before, first) or _goes_on(last, after))


def _goes_on(one: str, other: str) -> bool:
    both = one.isascii() and other.isascii()
    return both and ((one.isdigit() and other.isdigit()) or (one.isalpha() and other.isalpha()))


def _longest(found: list[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for one in sorted(found, key=lambda m: (m.start - m.end, m.core, m.start)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept)


def _gaps(text: str, taken: list[Mention]) -> Iterator[tuple[int, int]]:
    start = 0
    for mention in [*taken, None]:
        end = min(mention.start, len(text)) if mention else len(text)
        if end - start >= SHORTEST_NEAR - 1:
            yield start, end
        start = mention.end if mention else end
