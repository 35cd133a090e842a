"""Find names in a folded text: exactly by an automaton, nearly by syllables.

A lexicon is a base and an overlay: what has changed since the base was made is looked for in the small overlay and
hidden in the base, so that one alias more costs milliseconds, and what is large is shared.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import ahocorasick

from gridmap.geolocation.wording.aligning import SHORTEST_NEAR, align, allowed
from gridmap.geolocation.wording.gazetteer import EntityKind, Key, Name
from gridmap.geolocation.wording.shortening import Form, forms_of
from gridmap.geolocation.wording.sounds import clues_of

SHORTEST_NAME: Final = 2
LONG: Final = 6
MOST_CHECKED: Final = 60
"""Names that are compared with a text, at most: those that share the most with it."""
NEAR_WITHIN: Final = 320
"""Characters of a text in which names may be misspelt: comparing is dear, and places are told early."""
CORE_COST: Final = 0.6
"""What a short form costs that no table has: the name without its ending."""
MOST_IN_OVERLAY: Final = 400
"""Spellings that change before a new base is made."""
_SLACK: Final = 2
_ROOM: Final = 4_096
_MIDDLE: Final = 2_048
"""A hit is one number: that of the spelling times the room, plus where it would begin (from the middle)."""


class Mention(NamedTuple):
    """A name found in a text.

    Attributes:
        start, end: its place in the folded text.
        text: the folded name of the lexicon.
        keys: what it can stand for.
        cost: of the slips between the name and what was written; 0 where they are equal.
        form: whether it is a whole name, its core, or what siblings have in common.
    """

    start: int
    end: int
    text: str
    keys: tuple[Key, ...]
    cost: float
    form: Form

    @property
    def core(self) -> bool:
        """Tell whether it is not a whole name."""
        return self.form is not Form.WHOLE


@dataclass(frozen=True, slots=True)
class Group:
    """What a spelling can stand for, in order of the keys."""

    keys: tuple[Key, ...]
    form: Form


Spellings = dict[str, dict[tuple[Form, Key], int]]
"""By spelling: how many names give it to each entity, in which form."""


class Finder:
    """Some spellings, ready to be looked for."""

    def __init__(self, groups: Mapping[str, Group]) -> None:
        self.texts = sorted(groups)
        self._automaton: Any = ahocorasick.Automaton()
        for number, text in enumerate(self.texts):
            self._automaton.add_word(text, number)
        if self.texts:
            self._automaton.make_automaton()
        self._needed = [len(text) - 1 - (len(text) >= LONG) for text in self.texts]
        self._by_clue: dict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(self.texts):
            if len(text) < SHORTEST_NEAR or groups[text].form is Form.FAMILY:
                continue
            for place, sign in enumerate(text):
                for clue in clues_of(sign):
                    self._by_clue[clue].append(number * _ROOM - place)

    def exact(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield the spellings that stand in a text, with start and end."""
        if not self.texts:
            return
        for last, number in self._automaton.iter(text):
            name = self.texts[number]
            yield name, last + 1 - len(name), last + 1

    def longer(self, text: str) -> Iterator[str]:
        """Yield the spellings that begin with another one."""
        for place in range(bisect_right(self.texts, text), len(self.texts)):
            if not self.texts[place].startswith(text):
                return
            yield self.texts[place]

    def alike(self, part: str) -> list[tuple[float, str, int]]:
        """Return spellings that share most of their characters' clues with a stretch of a text, in place.

        Returns:
            How little of each is missing, its text, and where in the part it would begin.
        """
        votes: Counter[int] = Counter()
        for column, sign in enumerate(part):
            shift = column + _MIDDLE
            lists = [hits for clue in clues_of(sign) if (hits := self._by_clue.get(clue))]
            if len(lists) == 1:
                votes.update([hit + shift for hit in lists[0]])
            else:
                votes.update({hit + shift for hits in lists for hit in hits})
        found: dict[int, tuple[float, int]] = {}
        for hit, count in votes.items():
            number, begin = hit // _ROOM, hit % _ROOM - _MIDDLE
            need = self._needed[number]
            if 2 * count < need:
                continue
            shared = count + max(votes.get(hit - 1, 0), votes.get(hit + 1, 0))
            if shared >= need:
                best = (max(0.0, 1 - shared / len(self.texts[number])), begin)
                found[number] = min(found.get(number, best), best)
        return [(missing, self.texts[number], begin) for number, (missing, begin) in found.items()]


class Lexicon:
    """The names of a gazetteer, ready to be looked for."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._spellings: Spellings = {}
        for name in names:
            _count(self._spellings, name, 1)
        self.groups = {
            text: group for text, found in self._spellings.items() if (group := _group(found))
        }
        self._base = Finder(self.groups)
        self._touched: frozenset[str] = frozenset()
        self._overlay = Finder({})

    def changed(self, added: Iterable[Name], removed: Iterable[Name]) -> Lexicon:
        """Return the lexicon of other names; this one stays as it is, and what is large is shared."""
        made = Lexicon.__new__(Lexicon)
        spellings = dict(self._spellings)
        fresh: set[str] = set()
        for names, step in ((removed, -1), (added, 1)):
            for name in names:
                for text, _ in forms_of(name.text, name.key.kind):
                    if text not in fresh:
                        spellings[text] = dict(spellings.get(text, {}))
                        fresh.add(text)
                _count(spellings, name, step)
        made._become(self, spellings, fresh)  # noqa: SLF001 - its own class
        return made

    def _become(self, before: Lexicon, spellings: Spellings, fresh: Iterable[str]) -> None:
        self._spellings = spellings
        self.groups = dict(before.groups)
        for text in fresh:
            group = _group(spellings[text])
            if group:
                self.groups[text] = group
            else:
                self.groups.pop(text, None)
        touched = before._touched.union(fresh)
        if len(touched) > MOST_IN_OVERLAY:
            self._base, touched = Finder(self.groups), frozenset()
        else:
            self._base = before._base
        self._touched = touched
        self._overlay = Finder({text: self.groups[text] for text in touched if text in self.groups})

    def exact(self, text: str) -> list[Mention]:
        """Return the names that stand in a folded text, the longest of those that overlap."""
        return _longest(
            [
                self._mention(start, end, name, 0.0)
                for finder in (self._base, self._overlay)
                for name, start, end in finder.exact(text)
                if self._is_of(finder, name) and _is_apart(text, start, end)
            ]
        )

    def longer(self, text: str) -> Iterator[Key]:
        """Yield what other whole names stand for that begin with this one."""
        for finder in (self._base, self._overlay):
            for name in finder.longer(text):
                if self._is_of(finder, name) and self.groups[name].form is Form.WHOLE:
                    yield from self.groups[name].keys

    def split_roads(self, mention: Mention) -> tuple[str, str] | None:
        """Return the two roads that a place is named after, as stops are: 中山东二路新开河路."""
        if any(key.kind is not EntityKind.POI for key in mention.keys):
            return None
        for place in range(SHORTEST_NAME, len(mention.text) - SHORTEST_NAME + 1):
            parts = mention.text[:place], mention.text[place:]
            if all(self._is_road(part) for part in parts):
                return parts
        return None

    def _is_road(self, text: str) -> bool:
        group = self.groups.get(text)
        return group is not None and any(key.kind is EntityKind.ROAD for key in group.keys)

    def mention(self, start: int, text: str) -> Mention:
        """Return a name that stands exactly at a place."""
        return self._mention(start, start + len(text), text, 0.0)

    def near(self, text: str, taken: list[Mention]) -> list[Mention]:
        """Return names that nearly stand in the parts of a folded text that no whole name has taken."""
        found: list[Mention] = []
        for start, end in _gaps(text[:NEAR_WITHIN], taken):
            found += self._near_in(text, start, end)
        return found

    def _is_of(self, finder: Finder, name: str) -> bool:
        return finder is self._overlay or name not in self._touched

    def _mention(self, start: int, end: int, name: str, cost: float) -> Mention:
        group = self.groups[name]
        extra = CORE_COST if group.form is not Form.WHOLE else 0.0
        return Mention(start, end, name, group.keys, cost + extra, group.form)

    def _near_in(self, text: str, start: int, end: int) -> Iterator[Mention]:
        part = text[start:end]
        hits = sorted(
            hit
            for finder in (self._base, self._overlay)
            for hit in finder.alike(part)
            if self._is_of(finder, hit[1])
        )
        for _, name, begin in hits[:MOST_CHECKED]:
            first = max(0, begin - _SLACK)
            cost, one, other = align(name, part[first : begin + len(name) + _SLACK])
            one, other = start + first + one, start + first + other
            if 0 < cost <= allowed(name) and other > one and _is_apart(text, one, other):
                yield self._mention(one, other, name, cost)


def _count(spellings: Spellings, name: Name, step: int) -> None:
    for text, form in forms_of(name.text, name.key.kind):
        if len(text) < SHORTEST_NAME:
            continue
        counts = spellings.setdefault(text, {})
        slot = (form, name.key)
        counts[slot] = counts.get(slot, 0) + step
        if counts[slot] <= 0:
            del counts[slot]


def _group(counts: Mapping[tuple[Form, Key], int]) -> Group | None:
    """Return what a spelling stands for: whole names before what is left of others; None where nothing is left."""
    if not counts:
        return None
    whole = sorted({key for form, key in counts if form is Form.WHOLE})
    if whole:
        return Group(tuple(whole), Form.WHOLE)
    keys = sorted({key for _, key in counts})
    form = Form.FAMILY if any(form is Form.FAMILY for form, _ in counts) else Form.CORE
    return Group(tuple(keys), form)


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
    covered = bytearray(max((one.end for one in found), default=0))
    for one in sorted(found, key=lambda m: (m.start - m.end, m.form, m.start)):
        if not any(covered[one.start : one.end]):
            covered[one.start : one.end] = b"\x01" * (one.end - one.start)
            kept.append(one)
    return sorted(kept)


def _gaps(text: str, taken: list[Mention]) -> Iterator[tuple[int, int]]:
    start = 0
    for mention in [*taken, None]:
        end = min(mention.start, len(text)) if mention else len(text)
        if end - start >= SHORTEST_NEAR - 1:
            yield start, end
        start = mention.end if mention else end
