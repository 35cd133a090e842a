"""Words of people before they leave the house: numbers, addresses and names are taken out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

SOMEBODY: Final = "某某"
HIDDEN: Final = "***"
SHORTEST_NAME: Final = 2
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER: Final = re.compile(
    r"(?<!\d)(?:(?:\+?86[- ]?)?1[3-9]\d[- ]\d{4}[- ]\d{4}|0\d{2,3}[- ]\d{7,8}|\d{7,}[Xx]?)(?!\d)"
)
"""Mobile and landline numbers, numbers of identity cards and accounts: seven digits and more."""


def masked(words: str, names: Iterable[str]) -> str:
    """Return words without the names that are known, without numbers of people, without mail addresses.

    >>> masked("王五 13800001234 已修好，2026-000318，详询 li@example.org", ["王五"])
    '某某 *** 已修好，2026-000318，详询 ***'
    """
    clean = _NUMBER.sub(HIDDEN, _MAIL.sub(HIDDEN, words))
    for name in sorted({one for one in names if len(one) >= SHORTEST_NAME}, key=len, reverse=True):
        clean = clean.replace(name, SOMEBODY)
    return clean
