"""Random numbers for compiled code: the same seed, the same numbers, on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridmap.redistricting.search.compiling import inlined

Dice = NDArray[np.uint64]

STEP = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
S30, S27, S31, S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
UNIT = 1.0 / 9007199254740992.0


def dice(seed: int) -> Dice:
    """Return the state of a generator; `roll` changes it."""
    return np.array([seed % 2**64], np.uint64)


@inlined
def roll(state: Dice) -> float:
    """Return a number in [0, 1).

    Source: G. L. Steele, D. Lea, C. H. Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014
    (SplitMix64).
    """
    state[0] += STEP
    z = state[0]
    z = (z ^ (z >> S30)) * FIRST
    z = (z ^ (z >> S27)) * SECOND
    z = z ^ (z >> S31)
    return float(z >> S11) * UNIT


@inlined
def roll_below(state: Dice, count: int) -> int:
    """Return a whole number in 0..count-1."""
    return int(roll(state) * count)
