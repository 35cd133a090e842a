"""Lines of Chinese text: broken between any two characters, but for those that may not begin or end one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

NOT_FIRST: Final = frozenset("、，。；：！？）》」』”’…—％%·")
"""Characters that begin no line (GB/T 15834)."""
NOT_LAST: Final = frozenset("（《「『“‘")
"""Characters that end no line."""
_UNITS: Final = re.compile(r"[0-9A-Za-z.,\-/%]+|.", re.DOTALL)

Measure = Callable[[str, str], float]
"""Style and words to their width."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one style on a line."""

    style: str
    words: str


Line = tuple[Piece, ...]


def lines(pieces: Sequence[Piece], width: float, measure: Measure) -> Iterator[Line]:
    """Yield the lines of a paragraph.

    Args:
        pieces: the paragraph's words, style by style.
        width: of a line, in the measure's unit.
        measure: tells how wide words of a style are.

    >>> by_count = lambda _style, words: float(len(words))
    >>> found = lines([Piece("song", "共缺（甲、乙），35项。")], 4, by_count)
    >>> ["".join(piece.words for piece in line) for line in found]
    ['共缺', '（甲、', '乙），', '35项。']
    """
    line: list[Piece] = []
    used = 0.0
    for unit in _unbroken(pieces):
        needs = sum(measure(piece.style, piece.words) for piece in unit)
        if line and used + needs > width:
            yield _joined(line)
            line, used = [], 0.0
        line += unit
        used += needs
    if line:
        yield _joined(line)


def _unbroken(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield what stays on one line: numbers, and characters with their marks."""
    units = [Piece(one.style, found) for one in pieces for found in _UNITS.findall(one.words)]
    held: list[Piece] = []
    for unit in units:
        if held and unit.words not in NOT_FIRST and held[-1].words not in NOT_LAST:
            yield held
            held = []
        held.append(unit)
    if held:
        yield held


def _joined(line: Sequence[Piece]) -> Line:
    joined: list[Piece] = []
    for piece in line:
        if joined and joined[-1].style == piece.style:
            joined[-1] = Piece(piece.style, joined[-1].words + piece.words)
        else:
            joined.append(piece)
    return tuple(joined)
