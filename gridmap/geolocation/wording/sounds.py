"""How characters sound: homophones are the commonest slips of who types by pinyin."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from pypinyin import Style, pinyin

_BLURRED: Final = (
    (re.compile("^([zcs])h"), r"\1"),
    (re.compile("(?<=[aei])ng$"), "n"),
)
"""What many do not tell apart: zh and z, ch and c, sh and s; -ng and -n after a, e and i."""


@lru_cache(maxsize=40_000)
def sounds_of(character: str) -> frozenset[str]:
    """Return the readings of a character without tones, blurred; itself where it has none.

    >>> sounds_of("山") & sounds_of("擅"), sounds_of("3")
    (frozenset({'san'}), frozenset({'3'}))
    """
    readings = pinyin(character, style=Style.NORMAL, heteronym=True)
    return frozenset(_blurred(one) for one in readings[0]) if readings else frozenset({character})


def _blurred(sound: str) -> str:
    for pattern, by in _BLURRED:
        sound = pattern.sub(by, sound)
    return sound


def alike(one: str, other: str) -> bool:
    """Tell whether two characters can sound the same."""
    return not sounds_of(one).isdisjoint(sounds_of(other))
