"""Where a name nearly stands in a text, and what the slips cost."""

from __future__ import annotations

from typing import Final

from gridmap.geolocation.wording.folding import BREAK
from gridmap.geolocation.wording.sounds import alike, nearly_alike

FIRM: Final = frozenset("东西南北中")
"""Characters that tell one place from another: never misspelt, never left out."""
_STIFF: Final = frozenset("上下前后左右大小新老甲乙丙丁")
"""Characters that tell one place from another, but can be misspelt by a homophone."""

HOMOPHONE, ACCENT, TWICE, SWAP, GAP, EXTRA, OTHER = 1.0, 1.25, 1.0, 1.5, 2.0, 3.25, 3.5
"""What a slip costs: a character of the same sound; of a sound or look close to it; one written twice; two changed
over; one left out; one put in; another one. What costs as much as the last two is found, but asked about."""

NEVER: Final = 99.0
SHORTEST_NEAR: Final = 3
LONG: Final = 6
_WALLS: Final = frozenset((BREAK, " ", ",", "!", "?", ":", "(", ")", "-", "\n"))
"""Signs that stand between names, never in one."""

Cell = tuple[float, int]


def is_firm(character: str) -> bool:
    """Tell whether a character must stand as it is."""
    return character in FIRM or (character.isascii() and character.isalnum())


def allowed(name: str) -> float:
    """Return how much may be wrong with a name before it is no longer taken for it."""
    if len(name) < SHORTEST_NEAR:
        return 0.0
    if len(name) == SHORTEST_NEAR:
        return SWAP
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
    >>> align("书香苑", "书香香苑")[0], align("滨湖雅居", "滨胡雅居")[0], align("龙泉苑", "农泉苑")[0]
    (1.0, 1.0, 1.25)
    """
    width = len(text) + 1
    above: list[Cell] = [(0.0, column) for column in range(width)]
    before: list[Cell] = []
    for row, sign in enumerate(name, 1):
        counted = row > 1 and name[row - 2].isdigit()
        drop = NEVER if counted or sign in _STIFF or is_firm(sign) else GAP
        kept = HOMOPHONE if counted else OTHER
        current = [(above[0][0] + drop, 0)]
        last = row == len(name)
        for column in range(1, width):
            written = text[column - 1]
            change = _change(sign, written)
            best = min(
                _plus(above[column - 1], change if change <= kept else NEVER),
                _plus(above[column], drop),
                _plus(current[column - 1], NEVER if last else _extra(sign, written)),
            )
            if row > 1 and column > 1 and _is_swap(name, row, text, column):
                best = min(best, _plus(before[column - 2], SWAP))
            current.append(best)
        before, above = above, current
    end = min(range(width), key=lambda column: (above[column][0], -column))
    cost, start = above[end]
    return cost, start, end


def _plus(cell: Cell, cost: float) -> Cell:
    return (cell[0] + cost, cell[1])


def _change(sign: str, written: str) -> float:
    if sign == written:
        return 0.0
    if is_firm(sign) or is_firm(written) or written in _WALLS:
        return NEVER
    if alike(sign, written):
        return HOMOPHONE
    if sign in _STIFF or written in _STIFF:
        return NEVER
    return ACCENT if nearly_alike(sign, written) else OTHER


def _extra(sign: str, written: str) -> float:
    """Return what a character costs that the text has behind one of the name's."""
    if is_firm(written) or written in _WALLS:
        return NEVER
    if sign == written:
        return TWICE
    return NEVER if written in _STIFF else EXTRA


def _is_swap(name: str, row: int, text: str, column: int) -> bool:
    one, other = name[row - 2], name[row - 1]
    return (
        one != other
        and text[column - 1] == one
        and text[column - 2] == other
        and not (is_firm(one) or is_firm(other))
    )
