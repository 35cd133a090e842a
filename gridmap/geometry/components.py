"""Connected components by arrays alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


def components(count: int, first: Rows, second: Rows) -> Rows:
    """Return for each of so many rows the lowest row that links lead to.

    Every row looks at its neighbours' lowest row, then at that row's own lowest, until nothing changes;
    the paths halve with every round. Source: Y. Shiloach, U. Vishkin, An O(log n) parallel connectivity
    algorithm, Journal of Algorithms 3 (1982) 57-67.

    Args:
        count: how many rows.
        first: the row at one end of each link.
        second: the row at its other end.

    >>> components(5, np.array([4, 1]), np.array([2, 4]))
    array([0, 1, 1, 3, 1])
    """
    lowest = np.arange(count)
    while len(first):
        one, other = lowest[first], lowest[second]
        apart = np.flatnonzero(one != other)
        if not len(apart):
            break
        first, second = one[apart], other[apart]
        low, high = np.minimum(first, second), np.maximum(first, second)
        np.minimum.at(lowest, high, low)
        lowest = _flattened(lowest)
    return lowest


def _flattened(lowest: Rows) -> Rows:
    while True:
        below = lowest[lowest]
        if (below == lowest).all():
            return lowest
        lowest = below
