"""A small memory of what was read last; several threads of a process share it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Memory(Generic[Value]):
    """Keeps the values that were asked for last, by a key that says all that they depend on.

    So nothing in it is ever stale: what has changed has another key.

    >>> memory = Memory[int](1)
    >>> memory.get("a", lambda: 1), memory.get("a", lambda: 2)
    (1, 1)
    """

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of a key; make it when it is not here. Two threads may both make it."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        made = make()
        self.keep(key, made)
        return made

    def find(self, fits: Callable[[Any], bool]) -> Value | None:
        """Return the newest value whose key fits; None where there is none."""
        with self._lock:
            return next((self._values[key] for key in reversed(self._values) if fits(key)), None)

    def keep(self, key: Hashable, value: Value) -> None:
        """Keep a value as the newest; the oldest goes when there are too many."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)

    def forget(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._values.clear()
