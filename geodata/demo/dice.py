"""Chance that is the same everywhere: draws from a hash, independent of library versions."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

Item = TypeVar("Item")

_WORD = 8
_BLOCK = 64
_SPAN = 2**53


class Dice:
    """A stream of draws that depends only on the words it was made from.

    >>> Dice(22, "roads").whole(1, 6) == Dice(22, "roads").whole(1, 6)
    True
    """

    def __init__(self, *words: object) -> None:
        self._key = blake2b("/".join(map(str, words)).encode()).digest()
        self._drawn = 0
        self._block = b""

    def unit(self) -> float:
        """Draw from [0, 1)."""
        place = self._drawn * _WORD % _BLOCK
        if place == 0:
            number = (self._drawn * _WORD // _BLOCK).to_bytes(8, "big")
            self._block = blake2b(number, key=self._key, digest_size=_BLOCK).digest()
        self._drawn += 1
        return (int.from_bytes(self._block[place : place + _WORD], "big") % _SPAN) / _SPAN

    def between(self, low: float, high: float) -> float:
        """Draw evenly from low to high."""
        return low + (high - low) * self.unit()

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number from low to high, both included."""
        return low + int(self.unit() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """Say yes with that probability."""
        return self.unit() < probability

    def pick(self, items: Sequence[Item]) -> Item:
        """Draw one item."""
        return items[int(self.unit() * len(items))]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Return the items in a drawn order."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.whole(0, last)
            order[last], order[other] = order[other], order[last]
        return order
