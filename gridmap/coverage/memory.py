"""What was read is kept in memory until the data change: the newest few, by the version of the data."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from gridmap.store.revision import Version

Key = TypeVar("Key")
Value = TypeVar("Value")


def part(whole: Version, *layers: str) -> Version:
    """Return the version of some layers."""
    return tuple(one for one in whole if one[0] in layers)


class Memory(Generic[Key, Value]):
    """The newest few values; threads of one process share them."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._kept: dict[Key, Value] = {}

    def find(self, fits: Callable[[Key], bool]) -> Value | None:
        """Return the newest value whose key fits."""
        with self._lock:
            return next((self._kept[key] for key in reversed(self._kept) if fits(key)), None)

    def get(self, key: Key) -> Value | None:
        """Return the value of a key."""
        with self._lock:
            return self._kept.get(key)

    def keep(self, key: Key, value: Value) -> None:
        """Keep a value; the oldest goes when there are too many."""
        with self._lock:
            self._kept.pop(key, None)
            while len(self._kept) >= self._most:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = value

    def forget(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._kept.clear()
